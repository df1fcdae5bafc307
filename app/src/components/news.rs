//! What is new, for those without script: a frame at the end of the talk that loads itself
//! anew, so that neither the reader nor what they are typing is disturbed. Drawn by the server
//! only; a browser with script does not even look into the `noscript` that holds it.

use super::markup::{Html, element, text};
use super::message_row;
use super::room_page::{desk::Desk, open_room::OpenRoom, path};
use super::{desk, lines::Lines};
use crate::page::{Boot, Plain};
use crate::store::timeline::RowKind;
use leptos::prelude::*;

/// Holds the frame, on pages that show the room's end.
pub fn frame(room: OpenRoom) -> Html {
    let after = use_context::<Plain>().and_then(|plain| plain.news_after);
    let frame = after.map(|after| {
        let src = format!("{}/news?after={after}", path(&room.key()));
        let title = desk().phrases.conversation;
        element("iframe", &[("class", "news"), ("src", &*src), ("title", title)], &[])
    });
    element("noscript", &[], frame.as_slice())
}

/// The body of the frame's document: the rows, and how many people are here.
#[component]
pub fn News(boot: Boot) -> impl IntoView {
    let desk = Desk::new(&boot);
    provide_context(desk);
    desk.current.peek().map(|room| {
        let offset = |at| desk.offsets.untracked(at);
        let rows = room.timeline.peek_with(|timeline| {
            let rows = timeline.pages().flat_map(|page| timeline.rows(page, None, offset));
            // The day stands above, on the page itself.
            let rows = rows.filter(|row| !matches!(row.kind, RowKind::Day(_)));
            rows.map(|row| message_row::line(row, desk)).collect()
        });
        let count = room.users.peek_with(|users| users.count()) as u64;
        let count = text(&(desk.phrases.head_count)(count));
        view! {
            <main class="news__rows">
                {Lines(rows)}
                {element("p", &[("class", "news__count")], &[count])}
            </main>
        }
    })
}
