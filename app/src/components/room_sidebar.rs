//! One's rooms, with what is unread in each.

use super::icon::{icon, mark};
use super::lines::Line;
use super::markup::{Html, element, text};
use super::panel;
use super::part::{Part, part};
use super::preferences::preferences;
use super::room_page::{self, desk::Desk};
use super::{connection_check, is_compact, keys};
use crate::i18n::Phrases;
use crate::page::Theme;
use crate::protocol::RoomSummary;

pub fn room_sidebar(theme: Option<Theme>, desk: Desk) -> Part {
    let phrases = desk.phrases;
    let rooms = move || {
        let here = desk.current.get().map(|room| room.key());
        let entry = |summary: RoomSummary| {
            let is_here = here.as_ref() == Some(&summary.room);
            let (unread, mentions) = (summary.unread.to_string(), summary.mentions.to_string());
            let here = if is_here { "here" } else { "" };
            let key = [&*summary.room.0, &unread, &mentions, here].join("/");
            Line { key, draw: Box::new(move || entry(&summary, is_here, phrases)) }
        };
        desk.rooms.get().into_iter().map(entry).collect()
    };
    let is_member = move || desk.rooms.with(|rooms| (!rooms.is_empty()).then_some(""));
    let heading = Html::adopted(|| {
        let attributes = [("class", "room-sidebar__heading"), ("id", "my-rooms")];
        element("h2", &attributes, &[text(phrases.my_rooms)])
    });
    let none = part("p", &[("class", "room-sidebar__empty")])
        .attribute("hidden", is_member)
        .text(phrases.no_rooms);
    let list = [("class", "room-sidebar__rooms"), ("aria-labelledby", "my-rooms")];
    let list = part("nav", &list)
        .on("click", move |event| room_page::follow(desk, &event))
        .part(part("ul", &[]).lines(rooms))
        .part(none);
    let attributes = [
        ("class", "room-sidebar room-page__panel"),
        ("id", "rooms"),
        ("popover", ""),
        ("aria-label", phrases.open_rooms),
    ];
    part("aside", &attributes)
        .html(Html::adopted(|| header(phrases)))
        .html(heading)
        .part(list)
        .html(Html::adopted(|| foot(theme, desk)))
}

fn foot(theme: Option<Theme>, desk: Desk) -> Html {
    let phrases = desk.phrases;
    let another = [("class", "button button--plain room-sidebar__another"), ("href", "/")];
    let another = element("a", &another, &[icon("add"), text(phrases.join_another)]);
    let check = [
        ("class", "button button--plain room-sidebar__another needs-script"),
        ("type", "button"),
        ("popovertarget", connection_check::ID),
    ];
    let content = [icon("connection"), text(phrases.connection_check)];
    let check = element("button", &check, &content);
    let keys = [
        ("class", "button button--plain room-sidebar__another room-sidebar__keys needs-script"),
        ("type", "button"),
        ("popovertarget", keys::ID),
    ];
    let keys = element("button", &keys, &[icon("keys"), text(phrases.keys)]);
    let foot = [another, check, keys, preferences(desk.locale, theme, is_compact())];
    element("footer", &[("class", "room-sidebar__foot")], &foot)
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
