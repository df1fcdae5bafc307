//! One link, between the requests that come and go and the task that lives it.

use super::Polls;
use crate::engine::TokenHash;
use crate::session::Encoded;
use crate::transport::link::{End, Read, Wire};
use app::protocol::{ClientFrame, Close};
use bytes::Bytes;
use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::{Notify, futures::Notified};
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

/// A GET waits so long for news; proxies give up an answer after 30 s or more.
const PARK: Duration = Duration::from_secs(25);

/// A link that no GET was parked at for so long is over. It leaves a client most of a beat to come
/// back with the next GET.
const ASKED_WITHIN: Duration = Duration::from_secs(45);

/// A POST waits so long for the link to take its frames, and then says how many it took.
const TAKEN_WITHIN: Duration = Duration::from_secs(10);

/// Frames that were heard and wait for the link's task. When there are more, POSTs wait.
const INCOMING: usize = 64;

/// Bytes of frames that wait to be acknowledged. When there are more, the link waits as it
/// would for a slow socket; one frame may go over, because it cannot be cut.
const KEPT_BYTES: usize = 512 * 1024;

/// The requests' end of a link.
pub struct Line {
    incoming: mpsc::Sender<ClientFrame>,
    /// How many frames came in. Held while one is queued, so that each is queued once and in
    /// its place; never across an await.
    heard: Mutex<u64>,
    /// Guards what goes out; held for look-ups only.
    kept: Mutex<Kept>,
    /// Wakes the parked GET: there is news, or another GET.
    news: Notify,
    /// Wakes the link's task: a GET came.
    asked: Notify,
}

struct Kept {
    /// What was not acknowledged yet, in order.
    frames: VecDeque<Bytes>,
    /// The number of the first of them, or of the next to come.
    first: u64,
    size: usize,
    /// The number of the last frame that a GET was answered with.
    offered: u64,
    /// The GET whose turn it is.
    turn: u64,
    /// Nothing more will come.
    is_closed: bool,
}

/// Why a POST's frames are not taken.
pub enum NotHeard {
    /// A frame between the last that was heard and the first of these is missing.
    Gap {
        heard: u64,
    },
    Over,
}

/// Why a GET ends without an answer.
pub enum NotAnswered {
    /// Another GET came after it.
    Superseded,
    /// It acknowledges what was never sent, or takes back what it acknowledged.
    BadAck,
    Over,
}

pub fn open(id: TokenHash, polls: Arc<Polls>) -> (Arc<Line>, Polling) {
    let (incoming, queue) = mpsc::channel(INCOMING);
    let kept =
        Kept { frames: VecDeque::new(), first: 1, size: 0, offered: 0, turn: 0, is_closed: false };
    let line = Arc::new(Line {
        incoming,
        heard: Mutex::new(0),
        kept: Mutex::new(kept),
        news: Notify::new(),
        asked: Notify::new(),
    });
    let patience = Patience { line: Arc::clone(&line), ends_at: Instant::now() + ASKED_WITHIN };
    (Arc::clone(&line), Polling { line, has_fed: false, incoming: queue, patience, id, polls })
}

impl Line {
    /// Hands frames to the link, the first of which has this number, and says how many were
    /// heard altogether. What was heard before is skipped.
    pub async fn post(&self, first: NonZeroU64, frames: Vec<ClientFrame>) -> Result<u64, NotHeard> {
        let give_up = Instant::now() + TAKEN_WITHIN;
        let mut heard = *self.heard();
        if first.get() > heard + 1 {
            return Err(NotHeard::Gap { heard });
        }
        for (number, frame) in (first.get()..).zip(frames) {
            let mut waiting = Some(frame);
            while let Some(frame) = waiting.take() {
                heard = *self.heard();
                waiting = self.queue(number, frame)?;
                if waiting.is_some() {
                    match timeout_at(give_up, self.incoming.reserve()).await {
                        Ok(Ok(_)) => {}
                        Ok(Err(_)) => return Err(NotHeard::Over),
                        Err(_) => return Ok(heard),
                    }
                }
            }
        }
        Ok(*self.heard())
    }

    /// Gives the frame back when the queue is full.
    fn queue(&self, number: u64, frame: ClientFrame) -> Result<Option<ClientFrame>, NotHeard> {
        let mut heard = self.heard();
        if number <= *heard {
            return Ok(None);
        }
        match self.incoming.try_send(frame) {
            Ok(()) => *heard = number,
            Err(TrySendError::Full(frame)) => return Ok(Some(frame)),
            Err(TrySendError::Closed(_)) => return Err(NotHeard::Over),
        }
        Ok(None)
    }

    /// Waits for frames after the one numbered `ack`, which is the last that arrived; says
    /// the first one's number, too. When the server goes down, the answer waits for the
    /// farewell, because no other request will come through.
    pub async fn get(
        &self,
        ack: u64,
        shutdown: &CancellationToken,
    ) -> Result<(u64, Vec<Bytes>), NotAnswered> {
        let until = Instant::now() + PARK;
        let turn = self.kept().acknowledge(ack).ok_or(NotAnswered::BadAck)?;
        self.news.notify_waiters();
        self.asked.notify_one();
        loop {
            let news = self.news.notified();
            if let Some(answer) = self.answer(turn, shutdown.is_cancelled()) {
                return answer;
            }
            if !self.is_awake(news, until, shutdown).await {
                return Ok((ack + 1, Vec::new()));
            }
        }
    }

    /// Whether something happened before the time was up.
    async fn is_awake(
        &self,
        news: Notified<'_>,
        until: Instant,
        shutdown: &CancellationToken,
    ) -> bool {
        tokio::select! {
            () = news => true,
            () = shutdown.cancelled(), if !shutdown.is_cancelled() => true,
            () = sleep_until(until) => false,
        }
    }

    fn answer(
        &self,
        turn: u64,
        is_going_down: bool,
    ) -> Option<Result<(u64, Vec<Bytes>), NotAnswered>> {
        let mut kept = self.kept();
        if kept.turn != turn {
            return Some(Err(NotAnswered::Superseded));
        }
        match (kept.frames.is_empty(), kept.is_closed) {
            (true, true) => Some(Err(NotAnswered::Over)),
            (true, false) => None,
            (false, false) if is_going_down => None,
            (false, _) => {
                kept.offered = kept.first + kept.frames.len() as u64 - 1;
                self.asked.notify_one();
                Some(Ok((kept.first, kept.frames.iter().cloned().collect())))
            }
        }
    }

    fn close(&self) {
        self.kept().is_closed = true;
        self.news.notify_waiters();
    }

    fn heard(&self) -> MutexGuard<'_, u64> {
        self.heard.lock().expect("no panic under this lock")
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no panic under this lock")
    }
}

impl Kept {
    /// Drops what has arrived and begins another GET's turn; `None` for a number that cannot be.
    fn acknowledge(&mut self, ack: u64) -> Option<u64> {
        let arrived = ack.checked_add(1)?.checked_sub(self.first)?;
        let arrived = usize::try_from(arrived).ok().filter(|n| *n <= self.frames.len())?;
        self.size -= self.frames.drain(..arrived).map(|frame| frame.len()).sum::<usize>();
        self.first = ack + 1;
        self.turn += 1;
        Some(self.turn)
    }

    fn keep(&mut self, frame: &Bytes) -> bool {
        let has_room = self.size < KEPT_BYTES;
        if has_room {
            self.size += frame.len();
            self.frames.push_back(frame.clone());
        }
        has_room
    }
}

/// The link's end: what its task reads from and writes to.
pub struct Polling {
    line: Arc<Line>,
    /// Something was fed since the last flush.
    has_fed: bool,
    incoming: mpsc::Receiver<ClientFrame>,
    patience: Patience,
    id: TokenHash,
    polls: Arc<Polls>,
}

/// How long a link lives without a GET.
struct Patience {
    line: Arc<Line>,
    ends_at: Instant,
}

impl Patience {
    /// Waits for a GET; false if none came in time.
    async fn is_asked(&mut self) -> bool {
        tokio::select! {
            () = self.line.asked.notified() => {
                self.ends_at = Instant::now() + ASKED_WITHIN;
                true
            }
            () = sleep_until(self.ends_at) => false,
        }
    }
}

impl Wire for Polling {
    async fn read(&mut self) -> Read {
        tokio::select! {
            frame = self.incoming.recv() => frame.map_or(Read::End, Read::Frame),
            is_asked = self.patience.is_asked() => if is_asked { Read::Nothing } else { Read::End },
        }
    }

    async fn feed(&mut self, frame: Encoded) -> Result<(), End> {
        let frame = frame.payload();
        self.has_fed = true;
        while !self.line.kept().keep(&frame) {
            self.line.news.notify_waiters();
            if !self.patience.is_asked().await {
                return Err(None);
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), End> {
        if std::mem::take(&mut self.has_fed) {
            self.line.news.notify_waiters();
        }
        Ok(())
    }

    async fn hang_up(&mut self, _: Close) {
        self.line.close();
        let shutdown = self.polls.shared.shutdown.clone();
        let is_offered = |kept: &Kept| kept.offered + 1 == kept.first + kept.frames.len() as u64;
        // At a shutdown a parked GET has its answer already, and no other one will come.
        while !is_offered(&self.line.kept()) && !shutdown.is_cancelled() {
            tokio::select! {
                is_asked = self.patience.is_asked() => if !is_asked { break },
                () = shutdown.cancelled() => break,
            }
        }
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        self.line.close();
        self.polls.forget(&self.id);
    }
}
