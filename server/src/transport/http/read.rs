//! Reading a room: a page of it, or what changed, at once (polling), once something does (long
//! polling), or for as long as one listens (server-sent events).

use super::Api;
use super::body::Messages;
use super::caller::{Caller, RoomName};
use super::problem::{Failure, Result, kind};
use super::stream;
use crate::registry::{Place, Reader};
use crate::room::{Follower, Room};
use app::protocol::{Cursor, Seq, limits};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;
use utoipa::IntoParams;

/// How long a poll may wait. Proxies cut what is silent for longer.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What a reader asks for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// Answer what changed after this cursor, `EPOCH.REV`. A bare `REV` is of the present
    /// epoch; `0` is the beginning.
    #[param(value_type = Option<String>, pattern = "^([0-9]{1,10}\\.)?[0-9]{1,19}$", example = "0")]
    after: Option<Place>,
    /// Page back: answer the messages before this `seq`, oldest first. Not together with `after`.
    #[param(value_type = Option<u64>)]
    before: Option<Seq>,
    /// With `after`: if nothing has changed, wait so many seconds for the first change.
    #[param(required = false, minimum = 0, maximum = 60, default = 0)]
    wait: u64,
    /// At most so many messages. Without it 500 changes, or a page of 50.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

impl Wish {
    fn parse(query: &HashMap<String, String>) -> Result<Self> {
        let limit = number("limit", query, 1..=limits::CHANGES as u64)?;
        let wish = Wish {
            after: query.get("after").map(|place| parse_place("after", place)).transpose()?,
            before: number("before", query, 0..=i64::MAX as u64)?,
            wait: number("wait", query, 0..=LONGEST_WAIT.as_secs())?.unwrap_or(0),
            limit: limit.and_then(|limit| usize::try_from(limit).ok()),
        };
        if wish.after.is_some() && wish.before.is_some() {
            return Err(Failure::BadParameter("before"));
        }
        Ok(wish)
    }
}

pub fn number(
    name: &'static str,
    query: &HashMap<String, String>,
    range: RangeInclusive<u64>,
) -> Result<Option<u64>> {
    let Some(value) = query.get(name) else { return Ok(None) };
    let number = digits(value).filter(|number| range.contains(number));
    number.map(Some).ok_or(Failure::BadParameter(name))
}

fn parse_place(name: &'static str, text: &str) -> Result<Place> {
    let place = match text.split_once('.') {
        Some((epoch, rev)) => {
            digits(epoch).zip(digits(rev)).map(|(epoch, rev)| Place { epoch: Some(epoch), rev })
        }
        None => digits(text).map(|rev| Place { epoch: None, rev }),
    };
    place.ok_or(Failure::BadParameter(name))
}

/// Digits alone, without the sign that the standard library would take, and as many as are
/// documented.
fn digits<T: FromStr>(text: &str) -> Option<T> {
    let is_number = text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Read
///
/// - `after` and no `wait` is *polling*: the answer comes at once.
/// - `after` and `wait` is *long polling*: the answer comes with the first change, or empty.
/// - `Accept: text/event-stream` *streams*. Each event has the cursor as its id and an answer
///   as its data: `messages` what changed, `reset` start anew. It begins at `Last-Event-ID`,
///   else at `after`, else with a `reset`. A comment comes every 15 seconds; after an hour
///   the stream ends, and goes on when one comes back.
/// - `before` pages back.
/// - With neither, the answer is the latest page: where to begin.
///
/// An answer to `after` holds at most `limit` changes: ask on from its cursor until it is empty.
/// Open rooms are read without a session.
#[utoipa::path(
    get,
    path = "/rooms/{room}/messages",
    tag = "messages",
    operation_id = "read",
    params(
        ("room" = String, Path, description = "The room’s name", example = "study-room"),
        Wish,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event of a stream, to go on after it", pattern = "^([0-9]{1,10}\\.)?[0-9]{1,19}$")
    ),
    responses(
        (status = 200, description = "Messages and the cursor to go on from", content(
            (Messages = "application/json"),
            (String = "text/event-stream", example = json!("event: messages\nid: 1699779782.1\ndata: {\"cursor\":{\"epoch\":1699779782,\"rev\":1},\"messages\":[…],\"reset\":false}\n\n"))
        )),
        kind::Reading
    ),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn read(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response> {
    let wish = Wish::parse(&query)?;
    let last_event = last_event(&headers)?;
    let room = api.registry.room(&reader, &key).await?;
    api.visit(&reader, &room);
    if let Some(before) = wish.before {
        return Ok(api.older(&reader, &room, before, &wish).await?.into_response());
    }
    if wants_stream(&headers) {
        let place = last_event.or(wish.after);
        let (first, follower) = api.follow(&reader, &room, place, &wish).await?;
        let reset = first.map(|answer| Messages { reset: true, ..answer });
        return Ok(stream::open(
            api,
            reader,
            follower,
            reset,
            wish.limit.unwrap_or(limits::CHANGES),
        ));
    }
    let (first, follower) = api.follow(&reader, &room, wish.after, &wish).await?;
    match first {
        Some(answer) => Ok(answer.into_response()),
        None => Ok(api.changes(&reader, follower, &wish).await?.into_response()),
    }
}

impl Api {
    async fn older(
        &self,
        reader: &Reader,
        room: &Room,
        before: Seq,
        wish: &Wish,
    ) -> Result<Messages> {
        // Before the page is read, so that the cursor promises no more than the page holds.
        let cursor = Cursor { epoch: self.registry.epoch(), rev: room.rev() };
        let limit = wish.limit.unwrap_or(limits::PAGE);
        let page = self.registry.older(reader, room, before, limit).await?;
        Ok(Messages::page(cursor, page, false))
    }

    /// Listens from a place on. Where there is none to go on from, with the latest messages.
    async fn follow(
        &self,
        reader: &Reader,
        room: &Arc<Room>,
        place: Option<Place>,
        wish: &Wish,
    ) -> Result<(Option<Messages>, Follower)> {
        if let Some(place) = place
            && let Some(follower) = self.registry.follow(reader, room, place).await?
        {
            return Ok((None, follower));
        }
        let limit = wish.limit.unwrap_or(limits::PAGE);
        let latest = self.registry.latest(reader, room, limit).await?;
        let follower = room.follow(latest.cursor.rev);
        Ok((Some(Messages::page(latest.cursor, latest.page, place.is_some())), follower))
    }

    async fn changes(
        &self,
        reader: &Reader,
        mut follower: Follower,
        wish: &Wish,
    ) -> Result<Messages> {
        if wish.wait > 0 {
            tokio::select! {
                biased;
                () = follower.moved() => {}
                () = self.shutdown.cancelled() => {}
                () = sleep(Duration::from_secs(wish.wait)) => {}
            }
            self.visit(reader, &follower.room);
        }
        let limit = wish.limit.unwrap_or(limits::CHANGES);
        let messages = self.registry.next(reader, &mut follower, limit).await?;
        let cursor = Cursor { epoch: self.registry.epoch(), rev: follower.rev };
        Ok(Messages::changes(cursor, messages))
    }
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("text/event-stream"))
}

fn last_event(headers: &HeaderMap) -> Result<Option<Place>> {
    const NAME: &str = "Last-Event-ID";
    let Some(value) = headers.get(NAME) else { return Ok(None) };
    let text = value.to_str().map_err(|_| Failure::BadParameter(NAME))?;
    parse_place(NAME, text).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_rev_with_or_without_its_epoch() {
        let place = |text| parse_place("after", text).ok();
        assert_eq!(place("7"), Some(Place { epoch: None, rev: 7 }));
        assert_eq!(place("3.7"), Some(Place { epoch: Some(3), rev: 7 }));
        for nonsense in ["", ".", "3.", ".7", "-1", "+1", "1.2.3", "x", "4294967296.1"] {
            assert_eq!(place(nonsense), None, "{nonsense:?}");
        }
    }
}
