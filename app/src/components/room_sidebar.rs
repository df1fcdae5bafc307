//! One's rooms, with what is unread in each.

use super::icon::{Icon, Mark};
use super::preferences::Preferences;
use super::{desk, room_page};
use crate::page::Theme;
use crate::protocol::RoomSummary;
use leptos::prelude::*;

#[component]
pub fn RoomSidebar(theme: Option<Theme>) -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let entries = move || {
        let here = desk.current.get().map(|room| room.key());
        let entry = |summary: RoomSummary| {
            let is_here = here.as_ref() == Some(&summary.room);
            (summary, is_here)
        };
        desk.rooms.get().into_iter().map(entry).collect::<Vec<_>>()
    };
    view! {
        <aside class="room-sidebar room-page__panel" id="rooms" popover aria-label=phrases.open_rooms>
            <header class="room-sidebar__header">
                <a class="room-sidebar__brand" href="/">
                    <Mark />
                    {phrases.app_name}
                </a>
                <button
                    class="button button--plain button--icon room-sidebar__close"
                    type="button"
                    popovertarget="rooms"
                    popovertargetaction="hide"
                    aria-label=phrases.close
                >
                    <Icon name="close" />
                </button>
            </header>
            <h2 class="room-sidebar__heading" id="my-rooms">{phrases.my_rooms}</h2>
            <nav class="room-sidebar__rooms" aria-labelledby="my-rooms">
                <ul>
                    <For
                        each=entries
                        key=|entry| (entry.0.room.clone(), entry.0.unread, entry.1)
                        children=|(summary, is_here)| view! { <Entry summary is_here /> }
                    />
                </ul>
                <p class="room-sidebar__empty" hidden=move || !desk.rooms.with(Vec::is_empty)>
                    {phrases.no_rooms}
                </p>
            </nav>
            <footer class="room-sidebar__foot">
                <a class="button button--plain room-sidebar__another" href="/">
                    <Icon name="add" />
                    {phrases.join_another}
                </a>
                <Preferences theme />
            </footer>
        </aside>
    }
}

/// Drawn anew when anything of it changes.
#[component]
fn Entry(summary: RoomSummary, is_here: bool) -> impl IntoView {
    let desk = desk();
    let RoomSummary { room, title, unread, .. } = summary;
    let class = match unread {
        0 => "room-sidebar__room",
        _ => "room-sidebar__room room-sidebar__room--unread",
    };
    let badge = (unread > 0).then(|| {
        let shown = if unread > 99 { "99+".to_owned() } else { unread.to_string() };
        view! {
            <span class="badge" aria-hidden="true">{shown}</span>
            <span class="visually-hidden">{(desk.phrases.unread)(unread)}</span>
        }
    });
    view! {
        <li>
            <a
                class=class
                href=room_page::path(&room)
                aria-current=is_here.then_some("page")
                on:click=move |event| room_page::switch(desk, &room, event)
            >
                <span class="room-sidebar__title" dir="auto">{title}</span>
                {badge}
            </a>
        </li>
    }
}
