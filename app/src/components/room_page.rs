//! A room: who is in it, what was said, and the place to say more. Here store and connection
//! meet, in [`desk`].

pub mod desk;
pub mod open_room;
pub mod zone;

use super::bell;
use super::composer::{composer, has_unsent};
use super::connection_check::connection_check;
use super::icon::icon;
use super::join_form::{Place, join_form};
use super::keys::{self, keys};
use super::live::{Live, effect};
use super::markup::{Html, element, text};
use super::message_list::message_list;
use super::panel;
use super::part::{Part, hear, part};
use super::room_sidebar::room_sidebar;
use super::share;
use super::status_line::status_line;
use super::user_list::user_list;
use crate::browser;
use crate::i18n::Phrases;
use crate::page::{self, Theme};
use crate::protocol::RoomKey;
use desk::Desk;
use open_room::OpenRoom;
use wasm_bindgen::JsValue;
use web_sys::{DragEvent, Event, KeyboardEvent, MouseEvent, StorageEvent};

pub fn room_page(desk: Desk, first: OpenRoom, form: page::JoinForm, theme: Option<Theme>) -> Part {
    let phrases = desk.phrases;
    let form = Live::new(form);
    effect(move || {
        let unread = desk.rooms.with(|rooms| rooms.iter().map(|summary| summary.unread).sum());
        if let Some(room) = desk.current.get() {
            let title = room.title.peek_with(|title| (phrases.room_title)(title, unread));
            browser::document().set_title(&title);
            browser::show_unread(unread);
        }
    });
    effect(move || listen(desk));
    let skip = Html::adopted(|| {
        let attributes = [("class", "visually-hidden skip-link"), ("href", "#composer")];
        element("a", &attributes, &[text(phrases.skip_to_composer)])
    });
    let form_of = move |room: OpenRoom| {
        let mut form = form.peek();
        // Who lost their seat is asked for the name they had.
        let name = desk.rooms.peek_with(|rooms| {
            let seat = rooms.iter().find(|seat| seat.room == room.key());
            seat.map(|seat| seat.username.clone())
        });
        if form.username.is_empty() {
            form.username = name.unwrap_or_default();
        }
        form
    };
    let main = move |room: OpenRoom| {
        part("main", &[("class", "room-page__main")])
            .part(header(room, desk))
            .part(message_list(room, desk))
            .part(status_line(desk))
            .part(share::panel(room, desk))
            .part(bell::panel(room, desk))
            .anew(
                move || room.has_seat() || has_unsent(),
                move |may_write| match may_write {
                    true => composer(room, desk),
                    false => join_form(form_of(room), Place::Room, desk),
                },
            )
    };
    let said = part("p", &[("role", "status")])
        .class(move || match desk.is_copied.get() {
            true => "room-page__said",
            false => "room-page__said visually-hidden",
        })
        .words(move || if desk.is_copied.get() { phrases.link_copied } else { "" }.to_owned());
    part("div", &[("class", "room-page")])
        .html(skip)
        .part(room_sidebar(theme, desk))
        // One room at a time.
        .anew(move || desk.current.get().unwrap_or(first), main)
        .part(user_list(desk))
        .part(connection_check(desk))
        .html(Html::adopted(|| keys(phrases)))
        .part(said)
}

fn header(room: OpenRoom, desk: Desk) -> Part {
    let phrases = desk.phrases;
    let count = part("p", &[("class", "room-page__count")])
        .words(move || (phrases.head_count)(room.users.with(|users| users.count()) as u64));
    let heading = part("div", &[("class", "room-page__heading")]).html(title(room)).part(count);
    part("header", &[("class", "room-page__header")])
        .html(panel::open("rooms", "room-page__open-rooms", phrases.open_rooms))
        .part(heading)
        .html(search_link(room, phrases))
        .html(share::open(phrases))
        .html(bell::open(phrases))
        .html(panel::open("users", "room-page__open-users", phrases.open_users))
}

fn title(room: OpenRoom) -> Html {
    let attributes = [("class", "room-page__title"), ("dir", "auto")];
    element("h1", &attributes, &[room.title.peek_with(|title| text(title))])
}

fn search_link(room: OpenRoom, phrases: &Phrases) -> Html {
    let href = [&*path(&room.key()), "/search"].concat();
    let attributes = [
        ("class", "button button--plain button--icon"),
        ("href", &*href),
        ("aria-label", phrases.search_room),
        ("title", phrases.search_room),
    ];
    element("a", &attributes, &[icon("search")])
}

pub fn path(key: &RoomKey) -> String {
    ["/rooms/", &encode(&key.0)].concat()
}

/// A path segment, as the server writes it too (RFC 3986, section 2.3).
pub fn encode(segment: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(segment.len() * 3);
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(byte.into());
        } else {
            encoded.push('%');
            encoded.push(HEX[usize::from(byte >> 4)].into());
            encoded.push(HEX[usize::from(byte & 15)].into());
        }
    }
    encoded
}

/// Follows a link to another room without loading it anew, if the page has it open. Anything
/// but a plain click is the browser's.
pub fn follow(desk: Desk, event: &MouseEvent) {
    let is_plain = event.button() == 0
        && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    let path = browser::link_of(event).filter(|_| is_plain);
    let Some(room) = path.as_deref().and_then(|path| desk.find_path(path)) else { return };
    event.prevent_default();
    if let Ok(history) = browser::window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", path.as_deref());
    }
    // The link has done its part; what one types is for the room.
    browser::release_focus();
    desk.show(room);
    // Closes the sidebar where it lies over the talk; elsewhere it is not open.
    browser::hide_popover("rooms");
}

/// Back and forward between rooms; the network and the tab coming and going; other tabs.
fn listen(desk: Desk) {
    hear("popstate", move |_: Event| {
        let location = browser::window().location();
        let here = location.pathname().unwrap_or_default();
        match desk.find_path(&here) {
            // A link within the page, such as the one to the composer.
            Some(room) if desk.current.peek().is_some_and(|shown| shown.is(&room)) => {}
            Some(room) => desk.show(room),
            None => {
                let _ = location.reload();
            }
        }
    });
    hear("keydown", move |event: KeyboardEvent| {
        let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if event.key() == "?" && !has_modifier && !browser::is_typing(&event) {
            browser::show_popover(keys::ID);
        }
    });
    // Files may be dropped anywhere.
    hear("dragover", move |event: DragEvent| {
        if browser::has_files(&event) {
            event.prevent_default();
        }
    });
    hear("drop", move |event: DragEvent| {
        let files = browser::files_of(&event);
        if let (Some(room), false) = (desk.current.peek(), files.is_empty()) {
            event.prevent_default();
            desk.attach(room, files);
        }
    });
    hear("online", move |_: Event| desk.nudge());
    hear("offline", move |_: Event| desk.lose_link());
    hear("storage", move |event: StorageEvent| desk.hear_tabs(&event));
    hear("visibilitychange", move |_: Event| desk.look());
    hear("focus", move |_: Event| desk.look());
}
