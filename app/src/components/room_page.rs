//! A room: who is in it, what was said, and the place to say more. Here store and connection
//! meet, in [`desk`].

pub mod desk;
pub mod open_room;
pub mod zone;

use super::bell::{self, Bell};
use super::composer::{Composer, has_unsent};
use super::connection_check::ConnectionCheck;
use super::icon::icon;
use super::join_form::{JoinForm, Place};
use super::keys::{self, keys};
use super::lines::Anew;
use super::live::{Live, drawn, effect};
use super::markup::{Html, element, text};
use super::message_list::MessageList;
use super::panel;
use super::room_sidebar::RoomSidebar;
use super::share::{self, Share};
use super::status_line::StatusLine;
use super::user_list::UserList;
use crate::browser;
use crate::i18n::Phrases;
use crate::page::{self, Theme};
use crate::protocol::RoomKey;
use desk::Desk;
use leptos::either::Either;
use leptos::ev::{self, MouseEvent};
use leptos::prelude::*;
use open_room::OpenRoom;
use wasm_bindgen::JsValue;

#[component]
pub fn RoomPage(first: OpenRoom, form: page::JoinForm, theme: Option<Theme>) -> impl IntoView {
    let desk = super::desk();
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
    let mut is_listening = false;
    effect(move || {
        if !is_listening {
            listen(desk);
        }
        is_listening = true;
    });
    let said =
        drawn(move || if desk.is_copied.get() { phrases.link_copied } else { "" }.to_owned());
    let said_class = drawn(move || match desk.is_copied.get() {
        true => "room-page__said",
        false => "room-page__said visually-hidden",
    });
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
        view! {
            <main class="room-page__main">
                <Header room />
                <MessageList room />
                <StatusLine />
                <Share room />
                <Bell room />
                {move || Anew(match room.has_seat() || has_unsent() {
                    true => Either::Left(view! { <Composer room /> }),
                    false => Either::Right(view! { <JoinForm form=form_of(room) place=Place::Room /> }),
                })}
            </main>
        }
    };
    view! {
        <div class="room-page">
            {skip}
            <RoomSidebar theme />
            // One room at a time.
            {move || Anew(main(desk.current.get().unwrap_or(first)))}
            <UserList />
            <ConnectionCheck />
            {Html::adopted(|| keys(phrases))}
            <p class=said_class role="status">{said}</p>
        </div>
    }
}

#[component]
fn Header(room: OpenRoom) -> impl IntoView {
    let desk = super::desk();
    let phrases = desk.phrases;
    let count = drawn(move || (phrases.head_count)(room.users.with(|users| users.count()) as u64));
    view! {
        <header class="room-page__header">
            {panel::open("rooms", "room-page__open-rooms", phrases.open_rooms)}
            <div class="room-page__heading">
                {title(room)}
                <p class="room-page__count">{count}</p>
            </div>
            {search_link(room, phrases)}
            {share::open(phrases)}
            {bell::open(phrases)}
            {panel::open("users", "room-page__open-users", phrases.open_users)}
        </header>
    }
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
    let handles = [
        window_event_listener(ev::popstate, move |_| {
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
        }),
        window_event_listener(ev::keydown, move |event| {
            let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
            if event.key() == "?" && !has_modifier && !browser::is_typing(&event) {
                browser::show_popover(keys::ID);
            }
        }),
        // Files may be dropped anywhere.
        window_event_listener(ev::dragover, move |event| {
            if browser::has_files(&event) {
                event.prevent_default();
            }
        }),
        window_event_listener(ev::drop, move |event| {
            let files = browser::files_of(&event);
            if let (Some(room), false) = (desk.current.peek(), files.is_empty()) {
                event.prevent_default();
                desk.attach(room, files);
            }
        }),
        window_event_listener(ev::online, move |_| desk.nudge()),
        window_event_listener(ev::offline, move |_| desk.lose_link()),
        window_event_listener(ev::storage, move |event| desk.hear_tabs(&event)),
        window_event_listener(ev::visibilitychange, move |_| desk.look()),
        window_event_listener(ev::focus, move |_| desk.look()),
    ];
    // They live as long as the page.
    std::mem::forget(handles);
}
