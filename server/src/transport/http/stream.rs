//! A room as server-sent events. Nothing is queued for a stream: when its client has taken
//! one event, it asks for what came after, so a slow one only falls behind and catches up.

use super::Api;
use super::body::Messages;
use crate::registry::Reader;
use crate::room::Follower;
use app::protocol::{Cursor, Refusal};
use axum::http::HeaderName;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep, sleep_until};

/// Comments show proxies that a silent stream lives, and us that its client does.
const BEAT: Duration = Duration::from_secs(15);

/// Then a stream ends, and its client comes back with the last id: so that nothing is held
/// for ever for someone who forgot it.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// When a server restarts, its streams come back within a random part of this after a second,
/// and not all in the same moment.
const SPREAD_MS: u16 = 4000;

/// Proxies that gather answers before they pass them on would hold back events.
const UNBUFFERED: [(HeaderName, &str); 1] = [(HeaderName::from_static("x-accel-buffering"), "no")];

struct Listening {
    api: Arc<Api>,
    reader: Reader,
    follower: Follower,
    limit: usize,
    /// What the stream begins with.
    first: Vec<Event>,
    beats: Interval,
    ends_at: Instant,
}

pub fn open(
    api: Arc<Api>,
    reader: Reader,
    follower: Follower,
    reset: Option<Messages>,
    limit: usize,
) -> Response {
    let cursor = Cursor { epoch: api.registry.epoch(), rev: follower.rev };
    let mut first: Vec<Event> =
        reset.into_iter().filter_map(|answer| event("reset", cursor, &answer)).collect();
    first.push(Event::default().retry(come_back_in()));
    let now = Instant::now();
    let mut beats = interval_at(now + BEAT, BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listening =
        Listening { api, reader, follower, limit, first, beats, ends_at: now + LONGEST };
    let events = stream::unfold(listening, |mut listening| async {
        let event = listening.next().await?;
        Some((Ok::<_, std::convert::Infallible>(event), listening))
    });
    (UNBUFFERED, Sse::new(events)).into_response()
}

impl Listening {
    /// The next event; `None` ends the stream, and its client comes back.
    async fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.first.pop() {
            return Some(event);
        }
        loop {
            tokio::select! {
                biased;
                () = self.api.shutdown.cancelled() => return None,
                () = sleep_until(self.ends_at) => return None,
                _ = self.beats.tick() => {
                    self.api.visit(&self.reader, &self.follower.room);
                    return Some(Event::default().comment(""));
                }
                () = self.follower.moved() => {}
            }
            let next = self.api.registry.next(&self.reader, &mut self.follower, self.limit).await;
            match next {
                Ok(messages) if messages.is_empty() => {}
                Ok(messages) => {
                    let rev = self.follower.rev;
                    let cursor = Cursor { epoch: self.api.registry.epoch(), rev };
                    return event("messages", cursor, &Messages::changes(cursor, messages));
                }
                Err(Refusal::RateLimited { retry_after_ms }) => {
                    sleep(Duration::from_millis(retry_after_ms.into())).await;
                }
                Err(_) => return None,
            }
        }
    }
}

fn event(name: &str, cursor: Cursor, answer: &Messages) -> Option<Event> {
    Event::default().event(name).id(cursor.to_string()).json_data(answer).ok()
}

fn come_back_in() -> Duration {
    let mut random = [0; 2];
    getrandom::fill(&mut random).expect("the system has a random generator");
    Duration::from_millis(1000 + u64::from(u16::from_le_bytes(random) % SPREAD_MS))
}
