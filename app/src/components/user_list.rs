//! Who is here: oneself first, then everyone by name.

use super::icon::icon;
use super::lines::Line;
use super::markup::{Html, element, text};
use super::message_row::{initial, tint};
use super::panel;
use super::part::{Part, part};
use super::room_page::{desk::Desk, path};
use crate::i18n::{Phrases, number};
use crate::protocol::User;
use crate::store::Users;
use web_sys::SubmitEvent;

pub fn user_list(desk: Desk) -> Part {
    let phrases = desk.phrases;
    let count = move || {
        let count = desk.current.get().map_or(0, |room| room.users.with(|users| users.count()));
        number(count as u64)
    };
    let everyone = move || {
        let Some(room) = desk.current.get() else { return Vec::new() };
        let line = |user: &User, users: &Users| {
            let note = match users.is_me(user.id) {
                true => phrases.you,
                false if room.typing.with(|typing| typing.is_typing(user.id)) => phrases.writing,
                false if users.is_away(user.id) => phrases.away,
                false => "",
            };
            let key = [&*user.id.to_string(), &user.username, note].join("/");
            let user = user.clone();
            Line { key, draw: Box::new(move || item(&user, note, phrases)) }
        };
        room.users.with(|users| users.iter().map(|user| line(user, users)).collect())
    };
    let leave = move || desk.current.get().map(|room| [&*path(&room.key()), "/leave"].concat());
    let is_reader = move || {
        let room = desk.current.get();
        room.is_none_or(|room| room.username.with(Option::is_none)).then_some("")
    };
    let left = move |event: SubmitEvent| {
        if desk.current.peek().is_some_and(|room| desk.leave(room)) {
            event.prevent_default();
        }
    };
    let close = Html::adopted(|| panel::close("users", "user-list__close", phrases.close));
    let name = element("span", &[("id", "users-heading")], &[text(phrases.users)]);
    let heading = part("h2", &[("class", "user-list__heading")])
        .html(name)
        .text(" ")
        .part(part("span", &[("class", "user-list__count")]).words(count));
    let list = [
        ("class", "user-list__items"),
        ("role", "list"),
        ("aria-labelledby", "users-heading"),
        ("tabindex", "0"),
    ];
    let leave = part("form", &[("class", "user-list__leave"), ("method", "post")])
        .attribute("action", leave)
        .attribute("hidden", is_reader)
        .on("submit", left)
        .html(Html::adopted(|| leave_button(phrases)));
    let attributes = [
        ("class", "user-list room-page__panel room-page__panel--end"),
        ("id", "users"),
        ("popover", ""),
        ("aria-labelledby", "users-heading"),
    ];
    part("aside", &attributes)
        .part(part("header", &[("class", "user-list__header")]).part(heading).html(close))
        .part(part("ul", &list).lines(everyone))
        .part(leave)
}

fn leave_button(phrases: &Phrases) -> Html {
    let class = [("class", "button button--plain")];
    element("button", &class, &[icon("leave"), text(phrases.leave)])
}

fn item(user: &User, note: &str, phrases: &Phrases) -> Html {
    let sign = [("class", "initial"), ("aria-hidden", "true")];
    let mut content = vec![
        element("span", &sign, &[text(&initial(&user.username))]),
        element("bdi", &[("class", "user-list__name")], &[text(&user.username)]),
    ];
    if !note.is_empty() {
        content.push(element("span", &[("class", "user-list__note")], &[text(note)]));
    }
    let away = if note == phrases.away { "user-list__item--away " } else { "" };
    let class = ["user-list__item ", away, tint(user.id)].concat();
    element("li", &[("class", &class)], &content)
}
