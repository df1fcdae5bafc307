//! What one is told of a room while one looks elsewhere. The browser is asked for permission by
//! the one choice that needs it, and by nothing else.

use super::icon::icon;
use super::markup::{Html, element, text, void};
use super::panel;
use super::room_page::{open_room::OpenRoom, path};
use crate::browser::{self, Permission};
use crate::i18n::Phrases;
use crate::store::Bell as Choice;
use leptos::ev::Event;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

/// The panel's id, by which the button opens it.
const ID: &str = "bell";

/// What opens the panel.
pub fn open(phrases: &Phrases) -> Html {
    let attributes = [
        ("class", "button button--plain button--icon needs-script"),
        ("type", "button"),
        ("popovertarget", ID),
        ("aria-label", phrases.bell),
        ("title", phrases.bell),
    ];
    element("button", &attributes, &[icon("bell")])
}

#[component]
pub fn Bell(room: OpenRoom) -> impl IntoView {
    let phrases = super::desk().phrases;
    let content = content(phrases);
    let show = move |_| show(room);
    let choose = move |event: Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let choice = input.and_then(|input| Choice::from_tag(&input.value())).unwrap_or_default();
        keep(room, choice);
        if choice != Choice::Mute {
            browser::ask_to_notify(show_permission);
        }
    };
    view! {
        <div class="panel bell" id=ID popover role="dialog" aria-labelledby="bell-title" on:toggle=show on:change=choose>
            {content}
        </div>
    }
}

fn content(phrases: &Phrases) -> Html {
    let choice = |choice: Choice| {
        let id = ["bell-", choice.tag()].concat();
        let input = [("type", "radio"), ("name", "bell"), ("value", choice.tag()), ("id", &*id)];
        let words = match choice {
            Choice::All => phrases.bell_all,
            Choice::Mentions => phrases.bell_mentions,
            Choice::Mute => phrases.bell_mute,
        };
        element("label", &[("class", "bell__choice")], &[void("input", &input), text(words)])
    };
    let legend = element("legend", &[("class", "visually-hidden")], &[text(phrases.bell)]);
    let [all, mentions, mute] = Choice::EACH.map(choice);
    let blocked = [("class", "bell__blocked"), ("id", "bell-blocked"), ("hidden", "")];
    let content = [
        element("h2", &[("id", "bell-title")], &[text(phrases.bell)]),
        panel::close(ID, "panel__close", phrases.close),
        element("fieldset", &[("class", "bell__choices")], &[legend, all, mentions, mute]),
        element("p", &blocked, &[icon("alert"), text(phrases.bell_blocked)]),
    ];
    element("div", &[("class", "panel__content")], &content)
}

/// Shows what was chosen for this room: the panel is drawn without it.
fn show(room: OpenRoom) {
    let id = ["bell-", kept(room).tag()].concat();
    if let Some(input) = browser::element::<HtmlInputElement>(&id) {
        input.set_checked(true);
    }
    show_permission();
}

fn show_permission() {
    let Some(blocked) = browser::element::<Element>("bell-blocked") else { return };
    let _ = match browser::may_notify() {
        Permission::Denied => blocked.remove_attribute("hidden"),
        _ => blocked.set_attribute("hidden", ""),
    };
}

/// Where the choice for a room is kept, for all tabs of this browser.
fn key(room: OpenRoom) -> String {
    ["sarangbang.bell", &*path(&room.key())].concat()
}

/// What was chosen for a room.
pub fn kept(room: OpenRoom) -> Choice {
    let kept = browser::local_storage().and_then(|kept| kept.get_item(&key(room)).ok().flatten());
    kept.and_then(|tag| Choice::from_tag(&tag)).unwrap_or_default()
}

fn keep(room: OpenRoom, choice: Choice) {
    if let Some(storage) = browser::local_storage() {
        let _ = storage.set_item(&key(room), choice.tag());
    }
}
