//! What is new, for those without script: a frame at the end of the talk that loads itself
//! anew, so that neither the reader nor what they are typing is disturbed. Drawn by the server
//! only; a browser with script does not even look into the `noscript` that holds it.

use super::markup::{Html, element, text};
use super::message_row;
use super::room_page::{desk::Desk, open_room::OpenRoom, path};
use crate::i18n::Phrases;
use crate::page::{Boot, Plain};
use crate::store::timeline::RowKind;
use leptos::prelude::*;

/// Holds the frame, on pages that show the room's end; on others, which no script brings to life,
/// leads there.
pub fn frame(room: OpenRoom, phrases: &Phrases) -> Html {
    let after = use_context::<Plain>().and_then(|plain| plain.news_after);
    let path = path(&room.key());
    let Some(after) = after else {
        let latest = [("class", "button button--plain"), ("href", &*path)];
        let latest = element("a", &latest, &[text(phrases.to_latest)]);
        return element("p", &[("class", "message-list__older")], &[latest]);
    };
    let src = format!("{path}/news?after={after}");
    let frame = [("class", "news"), ("src", &*src), ("title", phrases.conversation)];
    element("noscript", &[], &[element("iframe", &frame, &[])])
}

/// The body of the frame's document: the rows, and how many people are here.
#[component]
pub fn News(boot: Boot) -> impl IntoView {
    let desk = Desk::new(&boot);
    desk.current.peek().map(|room| {
        let offset = |at| desk.offsets.untracked(at);
        let mut content = room.timeline.peek_with(|timeline| {
            let rows = timeline.pages().flat_map(|page| timeline.rows(page, None, offset));
            // The day stands above, on the page itself.
            let rows = rows.filter(|row| !matches!(row.kind, RowKind::Day(_)));
            rows.map(|row| (message_row::line(row, desk).draw)()).collect::<Vec<_>>()
        });
        let count = room.users.peek_with(|users| users.count()) as u64;
        let count = text(&(desk.phrases.head_count)(count));
        content.push(element("p", &[("class", "news__count")], &[count]));
        element("main", &[("class", "news__rows")], &content)
    })
}
