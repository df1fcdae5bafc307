//! The first page: a name, a room, and in.

use super::join_form::{JoinForm, Place};
use super::markup::{Html, element, text};
use super::preferences::preferences;
#[cfg(feature = "ssr")]
use super::room_page::path;
use super::{desk, is_compact};
use crate::i18n::Phrases;
use crate::page::{self, Theme};
use leptos::prelude::*;

#[component]
pub fn HomePage(form: page::JoinForm, theme: Option<Theme>) -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let header = Html::adopted(|| {
        let title = element("h1", &[("class", "home-page__title")], &[text(phrases.app_name)]);
        let tagline = element("p", &[("class", "home-page__tagline")], &[text(phrases.tagline)]);
        let promise = element("p", &[("class", "home-page__promise")], &[text(phrases.promise)]);
        element("header", &[], &[title, tagline, promise])
    });
    view! {
        <div class="home-page">
            {Html::adopted(|| element("div", &[("class", "home-page__door")], &[]))}
            <main class="home-page__main">
                {header}
                <JoinForm form place=Place::Home />
                {Html::adopted(|| public_rooms(phrases))}
                {Html::adopted(|| preferences(desk.locale, theme, is_compact()))}
            </main>
        </div>
    }
}

/// Rooms that anyone may find, and how many people are there. Nothing is shown where there are
/// none.
fn public_rooms(phrases: &Phrases) -> Html {
    let rooms = listed(phrases);
    if rooms.is_empty() {
        return element("section", &[("hidden", "")], &[]);
    }
    let heading = [("class", "home-page__heading"), ("id", "public-rooms")];
    let heading = element("h2", &heading, &[text(phrases.public_rooms)]);
    let list = element("ul", &[("aria-labelledby", "public-rooms")], &rooms);
    element("section", &[], &[heading, list])
}

#[cfg(feature = "ssr")]
fn listed(phrases: &Phrases) -> Vec<Html> {
    let rooms = use_context::<page::Plain>().map(|plain| plain.public_rooms).unwrap_or_default();
    let entry = |room: &page::PublicRoom| {
        let (href, count) = (path(&room.room), (phrases.head_count)(room.count));
        let title = [("class", "home-page__room-title"), ("dir", "auto")];
        let content = [
            element("span", &title, &[text(&room.title)]),
            element("span", &[("class", "home-page__room-count")], &[text(&count)]),
        ];
        let link = [("class", "home-page__room"), ("href", &*href)];
        element("li", &[], &[element("a", &link, &content)])
    };
    rooms.iter().map(entry).collect()
}

/// The browser adopts what the server drew.
#[cfg(not(feature = "ssr"))]
fn listed(_: &Phrases) -> Vec<Html> {
    Vec::new()
}
