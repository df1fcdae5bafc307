//! What was said: pages of rows in one scrolling log. Where it scrolls is decided by the
//! machine in `store::scroll`; here it is measured and moved.

mod view;

use super::icon::Mark;
use super::message_row::MessageRow;
use super::room_page::open_room::{Older, OpenRoom};
use super::{desk, once_drawn};
use crate::browser;
use crate::protocol::limits::PAGE;
use crate::store::scroll::Pill;
use crate::store::timeline::{Row, RowKind};
use leptos::either::EitherOf3;
use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;
use view::LogView;

/// A row counts as read once it was on the screen for so long.
const READ_AFTER: Duration = Duration::from_secs(1);

#[component]
pub fn MessageList(room: OpenRoom) -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let log = NodeRef::<html::Div>::new();
    let content = NodeRef::<html::Div>::new();
    let view = LogView { room, desk, log, content };

    let divider = Memo::new(move |_| room.scroll.with(|scroll| scroll.divider()));
    let pages = move || room.window.with(|window| window.pages().collect::<Vec<_>>());

    // The window follows what is loaded; then, before anything is painted, the list is put
    // where it belongs.
    Effect::new(move |_| {
        room.timeline.track();
        view.follow();
    });
    Effect::new(move |_| {
        room.timeline.track();
        room.window.track();
        divider.track();
        once_drawn(move || view.settle());
    });
    Effect::new(move |observed: Option<()>| {
        if observed.is_none() {
            view.take_over();
        }
    });
    Effect::new(move |before: Option<u32>| {
        let sent = room.sent.get();
        if before.is_some_and(|before| before != sent) {
            view.sent();
        }
        sent
    });
    // What is at the end and in sight for a while is read.
    Effect::new(move |_| {
        room.looks.track();
        let last = room.timeline.with(|timeline| timeline.last_seq());
        let is_pinned = room.scroll.with(|scroll| scroll.is_pinned());
        let is_same = move || {
            room.timeline.try_with_untracked(|timeline| timeline.last_seq()) == Some(last)
                && room.scroll.try_with_untracked(|scroll| scroll.is_pinned()) == Some(true)
        };
        if is_pinned && browser::is_looked_at() {
            let read = move || {
                if is_same() && browser::is_looked_at() {
                    desk.mark_read(room);
                }
            };
            set_timeout(read, READ_AFTER);
        }
    });

    let pill = move || {
        let (words, quiet) = match room.scroll.with(|scroll| scroll.pill()) {
            Pill::Hidden => return None,
            Pill::Latest => (phrases.to_latest.to_owned(), true),
            Pill::New { messages, .. } => ((phrases.new_messages)(messages.into()), false),
        };
        let class = match quiet {
            true => "button message-list__pill message-list__pill--quiet",
            false => "button message-list__pill",
        };
        Some(view! {
            <button
                class=class
                type="button"
                on:click=move |_| view.to_latest()
            >
                {words}
            </button>
        })
    };

    let rows = view! {
        <div class="message-list__rows" node_ref=content>
            <Top room view />
            <For
                each=pages
                key=|page| *page
                children=move |page| {
                    let rows = Memo::new(move |_| {
                        let offset = |at| desk.offsets.at(at);
                        room.timeline.with(|timeline| timeline.rows(page, divider.get(), offset))
                    });
                    view! {
                        <div class="message-list__page">
                            <For
                                each=move || rows.get()
                                key=move |row| (identity(row), desk.offsets.is_browsers())
                                children=move |row| view! { <MessageRow row room /> }
                            />
                        </div>
                    }
                }
            />
        </div>
    };
    // Behind everything that hydration looks at.
    #[cfg(feature = "ssr")]
    let rows = rows.into_inner().child(super::news::frame(room));

    view! {
        <section class="message-list">
            <h2 class="visually-hidden">{phrases.conversation}</h2>
            <div
                class="message-list__log"
                role="log"
                aria-live="polite"
                aria-label=phrases.conversation
                aria-busy=move || (room.older.get() == Older::Loading).then_some("true")
                tabindex="0"
                node_ref=log
                on:scroll=move |_| view.scrolled()
            >
                {rows}
            </div>
            {pill}
        </section>
    }
}

/// What makes a row the same row: its key, and for what is drawn once, the content.
fn identity(row: &Row) -> (crate::store::timeline::RowKey, u64, bool, usize) {
    match &row.kind {
        RowKind::Message { message, head } => (row.key, message.rev, *head, 0),
        RowKind::Pending { head, .. } => (row.key, 0, *head, 0),
        RowKind::System(visits) => {
            (row.key, 0, false, visits.arrived.len() * 256 + visits.left.len())
        }
        RowKind::Day(date) => (row.key, u64::from(date.day), false, 0),
        RowKind::Divider => (row.key, 0, false, 0),
    }
}

/// What stands above the first row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Above {
    /// Nothing was said yet.
    Nothing,
    Beginning,
    Older {
        before: u64,
        state: Older,
    },
}

#[component]
fn Top(room: OpenRoom, view: LogView) -> impl IntoView {
    let phrases = desk().phrases;
    let above = Memo::new(move |_| {
        let first_page = room.window.with(|window| *window.pages().start());
        let state = room.older.get();
        room.timeline.with(|timeline| match timeline.older() {
            // Loaded, but not drawn: scrolling up draws it.
            _ if first_page > *timeline.pages().start() => {
                Above::Older { before: first_page * PAGE as u64, state: Older::Idle }
            }
            Some(before) => Above::Older { before, state },
            None if timeline.messages().is_empty() && timeline.pending().is_empty() => {
                Above::Nothing
            }
            None => Above::Beginning,
        })
    });
    move || match above.get() {
        Above::Nothing => EitherOf3::A(view! {
            <div class="message-list__empty">
                <Mark />
                <p class="message-list__empty-title">{phrases.empty}</p>
                <p>{phrases.empty_hint}</p>
            </div>
        }),
        Above::Beginning => EitherOf3::B(view! {
            <p class="message-list__beginning">
                <Mark />
                {phrases.beginning}
            </p>
        }),
        Above::Older { before, state } => {
            let (class, words) = match state {
                Older::Idle => ("message-list__older", [phrases.older, ""]),
                Older::Loading => ("message-list__older", [phrases.older_loading, ""]),
                Older::Failed => (
                    "message-list__older message-list__older--failed",
                    [phrases.older_failed, phrases.older_retry],
                ),
            };
            let href = ["?before=", &before.to_string()].concat();
            let load = move |event: MouseEvent| {
                event.prevent_default();
                view.older();
            };
            EitherOf3::C(view! {
                <p class=class>
                    <a class="button button--plain" href=href on:click=load>{words.join(" ")}</a>
                </p>
            })
        }
    }
}
