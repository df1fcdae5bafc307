//! What is new, for those without script: a frame at the end of the talk that loads itself
//! anew, so that neither the reader nor what they are typing is disturbed. Drawn by the server
//! only; a browser with script does not even look into the `noscript` that holds it.

use super::room_page::{desk::Desk, open_room::OpenRoom, path};
use super::{desk, message_row::MessageRow};
use crate::page::{Boot, Plain};
use crate::store::timeline::RowKind;
use leptos::prelude::*;

/// The frame, on pages that show the room's end.
pub fn frame(room: OpenRoom) -> impl IntoView {
    let plain = use_context::<Plain>().unwrap_or_default();
    plain.news_after.map(|cursor| {
        let src = format!("{}/news?after={cursor}", path(&room.key()));
        let title = desk().phrases.conversation;
        view! { <noscript><iframe class="news" src=src title=title></iframe></noscript> }
    })
}

/// The body of the frame's document: the rows, and how many people are here.
#[component]
pub fn News(boot: Boot) -> impl IntoView {
    let desk = Desk::new(&boot);
    provide_context(desk);
    desk.current.get_untracked().map(|room| {
        let rows = room.timeline.with_untracked(|timeline| {
            let of_page = |page| timeline.rows(page, None, |at| desk.offsets.untracked(at));
            let rows = timeline.pages().flat_map(of_page);
            // The day stands above, on the page itself.
            rows.filter(|row| !matches!(row.kind, RowKind::Day(_))).collect::<Vec<_>>()
        });
        let head_count = room.users.with_untracked(|users| users.count()) as u64;
        view! {
            <main class="news__rows">
                {rows.into_iter().map(|row| view! { <MessageRow row room /> }).collect_view()}
                <p class="news__count">{(desk.phrases.head_count)(head_count)}</p>
            </main>
        }
    })
}
