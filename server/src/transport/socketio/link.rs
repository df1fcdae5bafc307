//! The life of one socket in the room chat: from connecting, through one room, to the end.

use super::Parlour;
use super::event::{Asked, Delete, Edit, Join, More, React};
use super::inbox::Request;
use super::line::{Callback, Line, Lost};
use super::place::Place;
use super::told::{Form, admin};
use crate::names;
use crate::registry::Connection;
use crate::session::{Queue, Queued, SharedFrame};
use crate::transport::fresh_id;
use app::protocol::{Acked, Command, Cursor, Joined, Refusal, Rev, RoomKey, limits};
use futures::future::OptionFuture;
use futures::stream::FuturesOrdered;
use futures::{FutureExt, StreamExt};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::unconstrained;
use tokio::time::{sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// Messages of one socket on their way through the log; while there are more, its inbox waits.
const IN_FLIGHT: usize = 512;

/// Between two attempts to read from the log what a socket lacks.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// How long answers are waited for when the server shuts down.
const DRAIN: Duration = Duration::from_secs(5);

type Answer = Pin<Box<dyn Future<Output = (Callback, Result<Acked, Refusal>)> + Send>>;
type CatchingUp = Pin<Box<dyn Future<Output = ()> + Send>>;

pub struct Link {
    parlour: Arc<Parlour>,
    line: Line,
    connection: Arc<Connection>,
    requests: mpsc::Receiver<Request>,
    queue: Queue,
    /// Where the socket is; it joins one room.
    place: Option<Place>,
    /// Messages on their way through the log, in the order they were said.
    answers: FuturesOrdered<Answer>,
    /// Callbacks of messages that are stored, but that the socket itself was not told yet.
    untold: VecDeque<(Rev, Callback)>,
    /// Reading what the socket lacks. One at a time: two would tell the same twice.
    catching_up: Option<CatchingUp>,
}

/// Why a request fails.
enum Failure {
    Refused(Cow<'static, str>),
    Lost,
}

impl From<Lost> for Failure {
    fn from(Lost: Lost) -> Self {
        Failure::Lost
    }
}

impl From<&'static str> for Failure {
    fn from(reason: &'static str) -> Self {
        Failure::Refused(reason.into())
    }
}

impl Link {
    pub fn new(
        parlour: Arc<Parlour>,
        line: Line,
        connection: Connection,
        requests: mpsc::Receiver<Request>,
        queue: Queue,
    ) -> Self {
        Link {
            parlour,
            line,
            connection: Arc::new(connection),
            requests,
            queue,
            place: None,
            answers: FuturesOrdered::new(),
            untold: VecDeque::new(),
            catching_up: None,
        }
    }

    pub async fn run(mut self) {
        let shutdown = self.parlour.sockets.shutdown.clone();
        match self.live(&shutdown).await {
            // The others are leaving as well: nobody needs to be told.
            Ok(()) => {}
            Err(Lost) => {
                self.leave();
                self.line.hang_up().await;
            }
        }
    }

    /// Runs until the socket is lost, or has been told all it waits for at a shutdown.
    async fn live(&mut self, shutdown: &CancellationToken) -> Result<(), Lost> {
        let gone = self.line.gone.clone();
        loop {
            let may_fall_behind = self.catching_up.is_none();
            let may_hear = self.answers.len() < IN_FLIGHT;
            let list_at = self.place.as_ref().and_then(Place::list_is_due_at);
            tokio::select! {
                // The queue can be last because every answer takes it along.
                biased;
                () = gone.cancelled() => return Err(Lost),
                () = shutdown.cancelled() => return self.drain().await,
                Some((callback, answer)) = self.answers.next() => {
                    self.settle(callback, answer).await?;
                }
                Some(()) = OptionFuture::from(self.catching_up.as_mut()) => self.catching_up = None,
                Some((callback, asked)) = self.requests.recv(), if may_hear => {
                    self.hear(callback, asked).await?;
                }
                Some(()) = OptionFuture::from(list_at.map(sleep_until)) => {
                    if let Some(place) = &mut self.place {
                        place.tell_list(&self.line, &self.parlour).await?;
                    }
                }
                queued = self.queue.next(may_fall_behind) => match queued {
                    Queued::Frame(frame) => self.tell(&frame).await?,
                    Queued::Behind => self.catching_up = Some(self.catch_up()),
                },
            }
        }
    }

    async fn hear(&mut self, callback: Callback, asked: Asked) -> Result<(), Lost> {
        let words = self.parlour.sockets.words;
        let done = match asked {
            Asked::Join(join) => self.join(join).await,
            Asked::Message { text, more: More { id, reply_to } } => {
                let id = id.unwrap_or_else(fresh_id);
                let message =
                    |room| Command::Message { room, id, text, reply_to, files: Vec::new() };
                return self.say(callback, message).await;
            }
            Asked::Edit(Edit { id, text }) => {
                return self.say(callback, |room| Command::Edit { room, id, text }).await;
            }
            Asked::Delete(Delete { id }) => {
                return self.say(callback, |room| Command::Delete { room, id }).await;
            }
            Asked::React(React { id, emoji, on }) => {
                return self.say(callback, |room| Command::React { room, id, emoji, on }).await;
            }
            Asked::Malformed => Err(words.malformed.into()),
            Asked::Unknown => Err(words.unknown_event.into()),
        };
        match done {
            Ok(()) => self.line.answer(callback, None).await,
            Err(Failure::Refused(reason)) => self.line.answer(callback, Some(&reason)).await,
            Err(Failure::Lost) => Err(Lost),
        }
    }

    async fn join(&mut self, join: Join) -> Result<(), Failure> {
        self.may_join(&join)?;
        self.leave();
        let (parlour, connection) = (Arc::clone(&self.parlour), Arc::clone(&self.connection));
        let registry = &parlour.sockets.registry;
        let seated = registry.seat(&connection, &join.room, &join.username).await;
        let seated = seated.map_err(|refusal| self.refused(&refusal))?;
        let (room, user) = (Arc::clone(&seated.room), seated.session.user);
        // Before the others hear of the user, whose id it is in their lists.
        parlour.ids.insert(user, connection.id, self.line.id());
        let joined = match registry.arrive(&connection, seated).await {
            Ok(joined) => joined,
            Err(refusal) => {
                parlour.ids.remove(user, connection.id);
                return Err(self.refused(&refusal));
            }
        };
        let asks = join.after.is_some() || join.history.is_some();
        let form = if asks { Form::Whole } else { Form::Classic };
        let Joined { token, snapshot, .. } = joined;
        self.place = Some(Place::new(room, user, form, &snapshot.page, snapshot.cursor));
        self.welcome(token).await?;
        match (join.after, join.history) {
            (Some(after), count) => {
                let cursor = after.cursor(registry.epoch());
                self.tell_since(cursor, history(count.unwrap_or(u32::MAX))).await?;
            }
            (None, Some(count)) => {
                let place = self.place.as_ref().ok_or(Lost)?;
                place.tell_last(&self.line, &snapshot.page, history(count), &parlour).await?;
            }
            (None, None) => {}
        }
        match &mut self.place {
            Some(place) if !place.has_told_list() => {
                Ok(place.tell_list(&self.line, &parlour).await?)
            }
            _ => Ok(()),
        }
    }

    /// One room per socket; whoever was made to leave it elsewhere may join again.
    fn may_join(&self, join: &Join) -> Result<(), Failure> {
        let words = self.parlour.sockets.words;
        let (Some(place), Some(session)) = (&self.place, self.connection.session()) else {
            return Ok(());
        };
        if session.seat(&place.room.key).is_none() {
            return Ok(());
        }
        let is_here = names::parse_room(&join.room).is_ok_and(|(key, _)| key == place.room.key);
        Err(if is_here { words.already_joined.into() } else { words.one_room.into() })
    }

    async fn welcome(&mut self, token: Option<String>) -> Result<(), Lost> {
        #[derive(Serialize)]
        struct Session {
            token: String,
        }
        if let Some(token) = token {
            self.line.emit("session", &Session { token }).await?;
        }
        let words = self.parlour.sockets.words;
        let title = self.place.as_ref().map_or("", |place| &place.room.title);
        self.line.emit("message", &admin(words, &(words.welcome)(title))).await
    }

    /// Tells what was said since, up to now; the last messages where that cannot be known.
    async fn tell_since(&mut self, cursor: Cursor, count: usize) -> Result<(), Failure> {
        let (parlour, connection) = (Arc::clone(&self.parlour), Arc::clone(&self.connection));
        let registry = &parlour.sockets.registry;
        let place = self.place.as_mut().ok_or(Lost)?;
        let resume = Command::Resume { room: place.room.key.clone(), cursor };
        match registry.dispatch(&connection, resume).await {
            Ok(Acked::Reset(snapshot)) => {
                place.start_from(snapshot.cursor.rev);
                place.tell_last(&self.line, &snapshot.page, count, &parlour).await?;
            }
            Ok(_) => place.start_from(cursor.rev),
            Err(refusal) => {
                self.leave();
                return Err(self.refused(&refusal));
            }
        }
        let mut catching_up = pin!(registry.catch_up(&connection));
        loop {
            // What is read is told at the same time: it may be more than the queue holds.
            tokio::select! {
                biased;
                queued = self.queue.next(false) => if let Queued::Frame(frame) = queued {
                    self.tell(&frame).await?;
                },
                read = &mut catching_up => {
                    // If it failed, the connection is still behind, and that is seen to later.
                    let _ = read;
                    break;
                }
            }
        }
        self.tell_queued().await?;
        if let Some(place) = &mut self.place {
            place.has_caught_up();
        }
        Ok(())
    }

    async fn say(
        &mut self,
        callback: Callback,
        command: impl FnOnce(RoomKey) -> Command,
    ) -> Result<(), Lost> {
        let (parlour, connection) = (Arc::clone(&self.parlour), Arc::clone(&self.connection));
        let Some(place) = &self.place else {
            return self.settle(callback, Err(Refusal::NotJoined)).await;
        };
        let command = command(place.room.key.clone());
        let mut answer: Answer = Box::pin(async move {
            (callback, parlour.sockets.registry.dispatch(&connection, command).await)
        });
        // The first poll hands the message to the log, so that order is kept; it must not be put
        // off because this task has had its share of time (tokio's budget).
        match unconstrained(answer.as_mut()).now_or_never() {
            Some((callback, answer)) => self.settle(callback, answer).await,
            None => {
                self.answers.push_back(answer);
                Ok(())
            }
        }
    }

    /// Calls back, but not before the socket was told the message itself.
    async fn settle(
        &mut self,
        callback: Callback,
        answer: Result<Acked, Refusal>,
    ) -> Result<(), Lost> {
        self.tell_queued().await?;
        match answer {
            Ok(Acked::Posted(message)) => {
                self.untold.push_back((message.rev, callback));
                self.call_back().await
            }
            Ok(_) => self.line.answer(callback, None).await,
            Err(refusal) => {
                let reason = self.parlour.sockets.words.refusal(&refusal);
                self.line.answer(callback, Some(&reason)).await
            }
        }
    }

    async fn call_back(&mut self) -> Result<(), Lost> {
        let told = self.place.as_ref().map_or(Rev::MAX, Place::rev);
        while let Some((_, callback)) = self.untold.pop_front_if(|(rev, _)| *rev <= told) {
            self.line.answer(callback, None).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, frame: &SharedFrame) -> Result<(), Lost> {
        if let Some(place) = &mut self.place {
            place.tell(&self.line, frame, &self.parlour).await?;
        }
        if self.untold.is_empty() { Ok(()) } else { self.call_back().await }
    }

    async fn tell_queued(&mut self) -> Result<(), Lost> {
        while let Some(frame) = self.queue.try_next() {
            self.tell(&frame).await?;
        }
        Ok(())
    }

    /// Reads what the socket lacks until that succeeds.
    fn catch_up(&self) -> CatchingUp {
        let (parlour, connection) = (Arc::clone(&self.parlour), Arc::clone(&self.connection));
        Box::pin(async move {
            while let Err(error) = parlour.sockets.registry.catch_up(&connection).await {
                tracing::error!(%error, "a socket could not catch up; trying again");
                sleep(READ_AGAIN).await;
            }
        })
    }

    /// Answers what was said, and refuses what was not heard yet.
    async fn drain(&mut self) -> Result<(), Lost> {
        self.requests.close();
        let finish = async {
            while let Some((callback, answer)) = self.answers.next().await {
                self.settle(callback, answer).await?;
            }
            self.tell_queued().await?;
            let reason = self.parlour.sockets.words.shutting_down;
            while let Ok((callback, _)) = self.requests.try_recv() {
                self.line.answer(callback, Some(reason)).await?;
            }
            Ok(())
        };
        timeout(DRAIN, finish).await.unwrap_or(Ok(()))
    }

    /// Leaves the room, if the socket is in one, at once: here there is no grace.
    fn leave(&mut self) {
        if let Some(place) = self.place.take() {
            self.parlour.ids.remove(place.user, self.connection.id);
            self.connection.hang_up();
            while self.queue.try_next().is_some() {}
        }
    }

    fn refused(&self, refusal: &Refusal) -> Failure {
        Failure::Refused(self.parlour.sockets.words.refusal(refusal).into())
    }
}

/// How many messages of a page are told.
fn history(count: u32) -> usize {
    usize::try_from(count).map_or(limits::PAGE, |count| count.min(limits::PAGE))
}
