//! A room: who is in it, what was said, and the place to say more. Here store and connection
//! meet, in [`desk`].

pub mod desk;
pub mod open_room;
pub mod zone;

use super::composer::{Composer, has_unsent};
use super::icon::Icon;
use super::join_form::{JoinForm, Place, encode};
use super::message_list::MessageList;
use super::room_sidebar::RoomSidebar;
use super::status_line::StatusLine;
use super::user_list::UserList;
use crate::browser;
use crate::page::{self, Theme};
use crate::protocol::RoomKey;
use desk::Desk;
use leptos::either::Either;
use leptos::ev::{self, MouseEvent};
use leptos::prelude::*;
use open_room::OpenRoom;
use std::time::Duration;
use wasm_bindgen::JsValue;

/// How long the button says that the link was copied.
const COPIED: Duration = Duration::from_secs(2);

#[component]
pub fn RoomPage(form: page::JoinForm, theme: Option<Theme>) -> impl IntoView {
    let desk = super::desk();
    let phrases = desk.phrases;
    let form = StoredValue::new(form);
    Effect::new(move || {
        let room = desk.current.get();
        let unread = desk.rooms.with(|rooms| rooms.iter().map(|summary| summary.unread).sum());
        if let Some(room) = room {
            browser::document()
                .set_title(&room.title.with_value(|title| (phrases.room_title)(title, unread)));
        }
    });
    Effect::new(move |listening: Option<()>| {
        if listening.is_none() {
            listen(desk);
        }
    });
    view! {
        <div class="room-page">
            <a class="visually-hidden skip-link" href="#composer">{phrases.skip_to_composer}</a>
            <RoomSidebar theme />
            // One room at a time: another one is drawn from the ground up.
            <For
                each=move || desk.current.get()
                key=|room| room.key()
                children=move |room| {
                    view! {
                        <main class="room-page__main">
                            <Header room />
                            <MessageList room />
                            <StatusLine />
                            {move || match room.username.with(Option::is_some) || has_unsent() {
                                true => Either::Left(view! { <Composer room /> }),
                                false => {
                                    let form = form.get_value();
                                    Either::Right(view! { <JoinForm form place=Place::Room /> })
                                }
                            }}
                        </main>
                        <UserList room />
                    }
                }
            />
        </div>
    }
}

#[component]
fn Header(room: OpenRoom) -> impl IntoView {
    let desk = super::desk();
    let phrases = desk.phrases;
    let (copied, set_copied) = signal(false);
    let share = move |_| {
        let url = [&browser::window().location().origin().unwrap_or_default(), &*path(&room.key())]
            .concat();
        // Where there is no clipboard (plain http), the address bar still has the link.
        let _ = browser::window().navigator().clipboard().write_text(&url);
        set_copied.set(true);
        set_timeout(move || set_copied.set(false), COPIED);
    };
    let share_words = move || if copied.get() { phrases.link_copied } else { phrases.share };
    let share_class = move || match copied.get() {
        true => "button button--plain needs-script button--done",
        false => "button button--plain needs-script",
    };
    let leave_path = [&*path(&room.key()), "/leave"].concat();
    view! {
        <header class="room-page__header">
            <button
                class="button button--plain button--icon room-page__open-rooms"
                type="button"
                popovertarget="rooms"
                aria-label=phrases.open_rooms
            >
                <Icon name="rooms" />
            </button>
            <div class="room-page__heading">
                <h1 class="room-page__title" dir="auto">{room.title.get_value()}</h1>
                <p class="room-page__count">
                    {move || (phrases.head_count)(room.users.with(|users| users.count()) as u64)}
                </p>
            </div>
            <button
                class=share_class
                type="button"
                aria-label=phrases.share
                on:click=share
            >
                <Icon name="link" />
                <span class="room-page__action-text" role="status">{share_words}</span>
            </button>
            <form
                method="post"
                action=leave_path
                hidden=move || room.username.with(Option::is_none)
                on:submit=move |event| {
                    if desk.leave(room) {
                        event.prevent_default();
                    }
                }
            >
                <button class="button button--plain" aria-label=phrases.leave>
                    <Icon name="leave" />
                    <span class="room-page__action-text">{phrases.leave}</span>
                </button>
            </form>
            <button
                class="button button--plain button--icon room-page__open-users"
                type="button"
                popovertarget="users"
                aria-label=phrases.open_users
            >
                <Icon name="users" />
            </button>
        </header>
    }
}

pub fn path(key: &RoomKey) -> String {
    ["/rooms/", &encode(&key.0)].concat()
}

/// Shows another room without loading it anew, if the page has it open. Anything but a plain
/// click is the browser's.
pub fn switch(desk: Desk, key: &RoomKey, event: MouseEvent) {
    if event.button() != 0
        || event.ctrl_key()
        || event.meta_key()
        || event.shift_key()
        || event.alt_key()
    {
        return;
    }
    let Some(room) = desk.find(key) else { return };
    event.prevent_default();
    if let Ok(history) = browser::window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&path(key)));
    }
    desk.show(room);
    if let Some(panel) = browser::document().get_element_by_id("rooms") {
        // Closes the sidebar where it lies over the talk; elsewhere it is not open.
        let _ = js_sys::Reflect::get(&panel, &"hidePopover".into())
            .map(js_sys::Function::from)
            .and_then(|hide| hide.call0(&panel));
    }
}

/// Back and forward between rooms; the network and the tab coming and going.
fn listen(desk: Desk) {
    let handles = [
        window_event_listener(ev::popstate, move |_| {
            let location = browser::window().location();
            let here = location.pathname().unwrap_or_default();
            match desk.find_path(&here) {
                Some(room) => desk.show(room),
                None => {
                    let _ = location.reload();
                }
            }
        }),
        window_event_listener(ev::online, move |_| desk.nudge()),
        window_event_listener(ev::offline, move |_| desk.lose_link()),
        window_event_listener(ev::visibilitychange, move |_| desk.look()),
        window_event_listener(ev::focus, move |_| desk.look()),
    ];
    // They live as long as the page.
    std::mem::forget(handles);
}
