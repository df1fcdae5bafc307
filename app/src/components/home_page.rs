//! The first page: a name, a room, and in.

use super::is_compact;
use super::join_form::{Place, join_form};
use super::markup::{Html, element, text};
use super::part::{Part, part};
use super::preferences::preferences;
use super::room_page::desk::Desk;
#[cfg(feature = "ssr")]
use super::room_page::path;
use crate::i18n::Phrases;
use crate::page::{self, Theme};
#[cfg(feature = "ssr")]
use crate::protocol::RoomKey;
#[cfg(feature = "ssr")]
use leptos::prelude::use_context;

pub fn home_page(form: page::JoinForm, theme: Option<Theme>, desk: Desk) -> Part {
    let phrases = desk.phrases;
    let header = Html::adopted(|| {
        let title = element("h1", &[("class", "home-page__title")], &[text(phrases.app_name)]);
        let tagline = element("p", &[("class", "home-page__tagline")], &[text(phrases.tagline)]);
        let promise = element("p", &[("class", "home-page__promise")], &[text(phrases.promise)]);
        element("header", &[], &[title, tagline, promise])
    });
    let main = part("main", &[("class", "home-page__main")])
        .html(header)
        .part(join_form(form, Place::Home, desk))
        .html(Html::adopted(|| rooms(phrases)))
        .html(Html::adopted(|| preferences(desk.locale, theme, is_compact())));
    let door = Html::adopted(|| element("div", &[("class", "home-page__door")], &[]));
    part("div", &[("class", "home-page")]).html(door).part(main)
}

/// The rooms in which one is, and those that anyone may find.
fn rooms(phrases: &Phrases) -> Html {
    let (own, public) = listed(phrases);
    let own = section("own-rooms", phrases.my_rooms, &own);
    element("div", &[], &[own, section("public-rooms", phrases.public_rooms, &public)])
}

/// Nothing is shown where there are none.
fn section(id: &str, heading: &str, rooms: &[Html]) -> Html {
    if rooms.is_empty() {
        return element("section", &[("hidden", "")], &[]);
    }
    let attributes = [("class", "home-page__heading"), ("id", id)];
    let heading = element("h2", &attributes, &[text(heading)]);
    let list = element("ul", &[("aria-labelledby", id)], rooms);
    element("section", &[], &[heading, list])
}

#[cfg(feature = "ssr")]
fn listed(phrases: &Phrases) -> (Vec<Html>, Vec<Html>) {
    let page::Plain { own_rooms, public_rooms, .. } = use_context().unwrap_or_default();
    let own = own_rooms.iter().map(|room| {
        let unread = (room.unread > 0).then(|| (phrases.unread)(room.unread));
        entry(&room.room, &room.title, &unread.unwrap_or_default())
    });
    let public = public_rooms.iter().map(|room| {
        let count = (phrases.head_count)(room.count);
        entry(&room.room, &room.title, &count)
    });
    (own.collect(), public.collect())
}

#[cfg(feature = "ssr")]
fn entry(room: &RoomKey, title: &str, count: &str) -> Html {
    let class = [("class", "home-page__room-title"), ("dir", "auto")];
    let content = [
        element("span", &class, &[text(title)]),
        element("span", &[("class", "home-page__room-count")], &[text(count)]),
    ];
    let link = [("class", "home-page__room"), ("href", &*path(room))];
    element("li", &[], &[element("a", &link, &content)])
}

/// The browser adopts what the server drew.
#[cfg(not(feature = "ssr"))]
fn listed(_: &Phrases) -> (Vec<Html>, Vec<Html>) {
    Default::default()
}
