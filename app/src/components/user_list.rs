//! Who is here: oneself first, then everyone by name.

use super::desk;
use super::lines::{Line, Lines};
use super::live::drawn;
use super::markup::{Html, element, text};
use super::message_row::{initial, tint};
use super::panel;
use crate::i18n::number;
use crate::protocol::User;
use leptos::prelude::*;

#[component]
pub fn UserList() -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let count = drawn(move || {
        let count = desk.current.get().map_or(0, |room| room.users.with(|users| users.count()));
        number(count as u64)
    });
    let everyone = drawn(move || {
        let Some(room) = desk.current.get() else { return Lines(Vec::new()) };
        let line = |user: &User, is_me: bool| {
            let note = match is_me {
                true => phrases.you,
                false if room.typing.with(|typing| typing.is_typing(user.id)) => phrases.writing,
                false => "",
            };
            let key = [&*user.id.to_string(), &user.username, note].join("/");
            let user = user.clone();
            Line { key, draw: Box::new(move || item(&user, note)) }
        };
        let lines = room
            .users
            .with(|users| users.iter().map(|user| line(user, users.is_me(user.id))).collect());
        Lines(lines)
    });
    let close = Html::adopted(|| panel::close("users", "user-list__close", phrases.close));
    view! {
        <aside
            class="user-list room-page__panel room-page__panel--end"
            id="users"
            popover
            aria-labelledby="users-heading"
        >
            <header class="user-list__header">
                <h2 class="user-list__heading">
                    <span id="users-heading">{phrases.users}</span>
                    " "
                    <span class="user-list__count">{count}</span>
                </h2>
                {close}
            </header>
            <ul class="user-list__items" role="list" aria-labelledby="users-heading" tabindex="0">
                {everyone}
            </ul>
        </aside>
    }
}

fn item(user: &User, note: &str) -> Html {
    let sign = [("class", "initial"), ("aria-hidden", "true")];
    let mut content = vec![
        element("span", &sign, &[text(&initial(&user.username))]),
        element("bdi", &[("class", "user-list__name")], &[text(&user.username)]),
    ];
    if !note.is_empty() {
        content.push(element("span", &[("class", "user-list__note")], &[text(note)]));
    }
    let class = ["user-list__item ", tint(user.id)].concat();
    element("li", &[("class", &class)], &content)
}
