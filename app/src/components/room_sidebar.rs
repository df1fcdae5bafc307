//! One's rooms, with what is unread in each.

use super::icon::{icon, mark};
use super::lines::{Line, Lines};
use super::live::drawn;
use super::markup::{Html, element, text};
use super::panel;
use super::preferences::preferences;
use super::{connection_check, desk, is_compact, keys, room_page};
use crate::i18n::Phrases;
use crate::page::Theme;
use crate::protocol::RoomSummary;
use leptos::prelude::*;

#[component]
pub fn RoomSidebar(theme: Option<Theme>) -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let rooms = drawn(move || {
        let here = desk.current.get().map(|room| room.key());
        let entry = |summary: RoomSummary| {
            let is_here = here.as_ref() == Some(&summary.room);
            let (unread, mentions) = (summary.unread.to_string(), summary.mentions.to_string());
            let here = if is_here { "here" } else { "" };
            let key = [&*summary.room.0, &unread, &mentions, here].join("/");
            Line { key, draw: Box::new(move || entry(&summary, is_here, phrases)) }
        };
        Lines(desk.rooms.get().into_iter().map(entry).collect())
    });
    let none = drawn(move || desk.rooms.with(|rooms| (!rooms.is_empty()).then_some("")));
    view! {
        <aside class="room-sidebar room-page__panel" id="rooms" popover aria-label=phrases.open_rooms>
            {Html::adopted(|| header(phrases))}
            {Html::adopted(|| {
                let attributes = [("class", "room-sidebar__heading"), ("id", "my-rooms")];
                element("h2", &attributes, &[text(phrases.my_rooms)])
            })}
            <nav
                class="room-sidebar__rooms"
                aria-labelledby="my-rooms"
                on:click=move |event| room_page::follow(desk, &event)
            >
                <ul>{rooms}</ul>
                <p class="room-sidebar__empty" hidden=none>
                    {phrases.no_rooms}
                </p>
            </nav>
            {Html::adopted(|| {
                let another = [("class", "button button--plain room-sidebar__another"), ("href", "/")];
                let another = element("a", &another, &[icon("add"), text(phrases.join_another)]);
                let check = [
                    ("class", "button button--plain room-sidebar__another needs-script"),
                    ("type", "button"),
                    ("popovertarget", connection_check::ID),
                ];
                let check = element(
                    "button",
                    &check,
                    &[icon("connection"), text(phrases.connection_check)],
                );
                let keys = [
                    ("class", "button button--plain room-sidebar__another room-sidebar__keys needs-script"),
                    ("type", "button"),
                    ("popovertarget", keys::ID),
                ];
                let keys = element("button", &keys, &[icon("keys"), text(phrases.keys)]);
                let foot = [another, check, keys, preferences(desk.locale, theme, is_compact())];
                element("footer", &[("class", "room-sidebar__foot")], &foot)
            })}
        </aside>
    }
}

fn header(phrases: &Phrases) -> Html {
    let brand = [("class", "room-sidebar__brand"), ("href", "/")];
    let content = [
        element("a", &brand, &[mark(), text(phrases.app_name)]),
        panel::close("rooms", "room-sidebar__close", phrases.close),
    ];
    element("header", &[("class", "room-sidebar__header")], &content)
}

fn entry(summary: &RoomSummary, is_here: bool, phrases: &Phrases) -> Html {
    let RoomSummary { room, unread, mentions, .. } = summary;
    let class = match unread {
        0 => "room-sidebar__room",
        _ => "room-sidebar__room room-sidebar__room--unread",
    };
    let path = room_page::path(room);
    let mut attributes = vec![("class", class), ("href", &*path)];
    if is_here {
        attributes.push(("aria-current", "page"));
    }
    let title = [("class", "room-sidebar__title"), ("dir", "auto")];
    let mut content = vec![element("span", &title, &[text(summary.title.as_str())])];
    let mut count = |class, sign: &str, number: u64, words: fn(u64) -> String| {
        if number > 0 {
            let shown = if number > 99 { "99+".to_owned() } else { number.to_string() };
            let badge = [("class", class), ("aria-hidden", "true")];
            content.push(element("span", &badge, &[text(sign), text(&shown)]));
            let words = [text(" "), text(&words(number))];
            content.push(element("span", &[("class", "visually-hidden")], &words));
        }
    };
    count("badge", "@", *mentions, phrases.mentions);
    count("badge badge--quiet", "", *unread, phrases.unread);
    element("li", &[], &[element("a", &attributes, &content)])
}
