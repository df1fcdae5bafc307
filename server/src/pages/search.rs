//! `/rooms/{room}/search?q=`: looking for what was said, and `/rooms/{room}/{seq}`: the way to
//! one message. Both work without script.

use super::{Pages, Visitor, room_path};
use crate::registry::Reader;
use crate::room::Room;
use app::components::search_page::SearchPage;
use app::page::{Search, Terms};
use app::protocol::{Message, Refusal, Seq, limits};
use app::store::timeline::RowKey;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use serde::Deserialize;
use std::sync::Arc;

/// Messages after the one that was asked for, on a page of older ones: it stands in the middle.
const AFTER: u64 = limits::PAGE as u64 / 2;

/// Messages that may be said while the page comes to look for one.
const MEANWHILE: u64 = 500;

#[derive(Deserialize)]
pub struct SearchQuery {
    #[serde(default)]
    q: String,
    before: Option<Seq>,
}

pub async fn search(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    Query(SearchQuery { q, before }): Query<SearchQuery>,
    visitor: Visitor,
) -> Response {
    let reader = visitor.reader();
    let search = async {
        let room = pages.existing(&reader, &room).await?;
        let asked = match Terms::parse(&q) {
            Some(terms) => {
                let found = pages.registry.search(&reader, &room, &terms, before).await?;
                Some((terms, found))
            }
            None => None,
        };
        let (room, title) = (room.key.clone(), room.title.clone());
        Ok(Search { room, title, query: q, before, asked })
    };
    let search: Search = match search.await {
        Ok(search) => search,
        Err(refusal) => return pages.refused(visitor, refusal).await,
    };
    let (locale, zone) = (visitor.locale, visitor.zone);
    let title = [locale.phrases().plain.search, " · ", &search.title].concat();
    let draw = move || view! { <SearchPage search=search.clone() locale zone /> };
    pages.plain(visitor, title, StatusCode::OK, draw).await
}

/// Leads to the message: in the room, as long as it is on the room's first page or the page's
/// script finds it, else on a page of older ones.
pub async fn permalink(
    State(pages): State<Arc<Pages>>,
    Path((room, seq)): Path<(String, String)>,
    visitor: Visitor,
) -> Response {
    let reader = visitor.reader();
    let find = async {
        let room = pages.existing(&reader, &room).await?;
        let seq = parse_seq(&seq)?;
        let shown = room.latest().await.map_err(|_| Refusal::Unavailable)?.page;
        let found = shown.messages.iter().find(|message| message.seq == seq);
        let (found, query) = match found {
            Some(message) => (Arc::clone(message), String::new()),
            None => {
                let message = pages.message(&reader, &room, seq).await?;
                let last = shown.messages.last().map_or(0, |last| last.seq);
                // A browser that has run the script (it has left its zone) loads what lies between.
                if visitor.zone.is_known && last - seq < limits::SOUGHT_AMONG as u64 - MEANWHILE {
                    return Ok(format!("{}#at-{seq}", room_path(&room.key)));
                }
                (message, format!("?before={}", seq + 1 + AFTER))
            }
        };
        let fragment = RowKey::Message(found.id);
        Ok::<_, Refusal>(format!("{}{query}#{fragment}", room_path(&room.key)))
    };
    match find.await {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(refusal) => pages.refused(visitor, refusal).await,
    }
}

/// A message's place, as an address has it.
pub fn parse_seq(written: &str) -> Result<Seq, Refusal> {
    written.parse().ok().filter(|seq| *seq > 0).ok_or(Refusal::NoSuchMessage)
}

impl Pages {
    /// One message of a room.
    pub async fn message(
        &self,
        reader: &Reader,
        room: &Room,
        seq: Seq,
    ) -> Result<Arc<Message>, Refusal> {
        let page = self.registry.older(reader, room, seq.saturating_add(1), 1).await?;
        let message = page.messages.into_iter().find(|message| message.seq == seq);
        message.ok_or(Refusal::NoSuchMessage)
    }
}
