//! What waits to be sent to one connection: a bounded queue of frames that many share.
//!
//! A connection that waits, and owes its client nothing, need not be woken for one frame: it lends
//! its [`Writer`], and who delivers to many writes to all of them in one go, see [`write_out`].
//! Frames keep their order: nothing is lent unless the queue was found empty, and what was taken
//! from the queue ends the lending.

#[cfg(test)]
mod tests;

use super::SharedFrame;
use bytes::Bytes;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

/// Frames that may wait for one connection. With a batch per frame this is several seconds
/// of a busy room; more would only keep a dead reader's memory alive.
const CAPACITY: usize = 256;

/// The sending side, held by rooms and by the connection itself.
///
/// When it is full, the frame is not queued and the connection is *behind*: it hears of that
/// through its [`Queue`], drains what it has, and catches up from the log.
#[derive(Clone)]
pub struct Outbox(Arc<Mutex<State>>);

/// The receiving side: the one task of the connection.
pub struct Queue(Arc<Mutex<State>>);

/// One lock for all of it: whoever pushes, takes or waits looks at most of it, for a moment.
#[derive(Default)]
struct State {
    /// No memory while it is empty: most connections are idle most of the time.
    frames: VecDeque<SharedFrame>,
    /// Places that were promised and are not filled yet.
    reserved: usize,
    /// Something was left out, and the connection was not told so yet.
    is_behind: bool,
    is_closed: bool,
    reader: Option<Waker>,
    /// Lent while the reader waits.
    lent: Option<Arc<dyn Writer>>,
    /// What is left of a frame that was written with it, and did not go out whole. Boxed, because
    /// nearly nobody has one.
    rest: Option<Box<Bytes>>,
    /// Those who wait for a place.
    placeless: Vec<Waker>,
}

/// The queue had no room for the frame.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

/// Writes to a client without its connection's task.
pub trait Writer: Send + Sync {
    /// Writes as much of a frame as the client takes at once, and returns the rest. An error is
    /// nothing taken: the connection's own task will meet it again.
    fn try_write(&self, frame: &SharedFrame) -> Bytes;
}

/// Connections that one task writes to before others have their turn.
const IN_ONE_GO: usize = 64;

/// Writes what [`Outbox::push_for`] has queued. In a quiet room a message is one send for each
/// member, and a loop of them costs less than as many tasks that are woken for one send each.
pub fn write_out(lenders: Vec<Outbox>) {
    let mut lenders = lenders.into_iter().peekable();
    while lenders.peek().is_some() {
        let some: Vec<Outbox> = lenders.by_ref().take(IN_ONE_GO).collect();
        tokio::spawn(async move { some.iter().for_each(Outbox::write_one) });
    }
}

/// What a connection hears of its queue.
pub enum Queued {
    Frame(SharedFrame),
    /// Something was left out and must be caught up on.
    Behind,
}

impl Outbox {
    pub fn new() -> (Self, Queue) {
        let state = Arc::default();
        (Outbox(Arc::clone(&state)), Queue(state))
    }

    /// Queues a frame that many get.
    pub fn push(&self, frame: &SharedFrame) -> Result<(), Full> {
        self.push_for(frame, None)
    }

    /// As [`Outbox::push`]; but a connection that lends its writer is not woken: it is put among
    /// the `lenders`, who are all to be handed to [`write_out`].
    pub fn push_for(
        &self,
        frame: &SharedFrame,
        lenders: Option<&mut Vec<Outbox>>,
    ) -> Result<(), Full> {
        let mut state = lock(&self.0);
        // A closed queue is a connection that is ending; its subscriptions go with it.
        if state.is_closed {
            return Ok(());
        }
        if state.is_full() {
            return Err(Full);
        }
        state.frames.push_back(frame.clone());
        match lenders {
            Some(lenders) if state.lent.is_some() => {
                // Who had a frame before is written to, or awake, already.
                if state.frames.len() == 1 {
                    lenders.push(self.clone());
                }
            }
            _ => wake(state),
        }
        Ok(())
    }

    /// Writes the one frame that waits. Of several the connection's task makes one write.
    fn write_one(&self) {
        let mut state = lock(&self.0);
        let (Some(writer), Some(frame)) = (&state.lent, state.frames.front()) else { return };
        if state.frames.len() == 1 {
            let rest = writer.try_write(frame);
            state.take();
            if rest.is_empty() {
                return;
            }
            // Whatever comes after it must not come before it.
            (state.lent, state.rest) = (None, Some(Box::new(rest)));
        }
        wake(state);
    }

    /// Waits for a place in the queue; `None` when the connection is gone.
    pub async fn reserve(&self) -> Option<Place<'_>> {
        poll_fn(|cx| {
            let mut state = lock(&self.0);
            if state.is_closed {
                return Poll::Ready(None);
            }
            if state.is_full() {
                state.placeless.push(cx.waker().clone());
                return Poll::Pending;
            }
            state.reserved += 1;
            Poll::Ready(Some(Place(self)))
        })
        .await
    }

    /// Says that something was left out and must be caught up on.
    pub fn mark_behind(&self) {
        let mut state = lock(&self.0);
        state.is_behind = true;
        wake(state);
    }
}

impl Queue {
    /// The next frame, or the news that something was left out if `tells_behind`. Dropping the
    /// future loses nothing.
    pub async fn next(&mut self, tells_behind: bool) -> Queued {
        poll_fn(|cx| lock(&self.0).poll_next(tells_behind, cx)).await
    }

    /// As [`Queue::next`]. Meanwhile, and until [`Queue::take_back`], others write with `writer`;
    /// `None` says that they wrote a frame in part.
    pub async fn next_or_lend(
        &mut self,
        tells_behind: bool,
        writer: Option<&Arc<dyn Writer>>,
    ) -> Option<Queued> {
        poll_fn(|cx| {
            let mut state = lock(&self.0);
            if state.rest.is_some() {
                return Poll::Ready(None);
            }
            let queued = state.poll_next(tells_behind, cx);
            if queued.is_ready() {
                state.lent = None;
            } else if state.lent.is_none() {
                state.lent = writer.cloned();
            }
            queued.map(Some)
        })
        .await
    }

    /// Ends the lending, and returns what is left to be written before anything else.
    pub fn take_back(&mut self) -> Option<Bytes> {
        let mut state = lock(&self.0);
        state.lent = None;
        state.rest.take().map(|rest| *rest)
    }

    /// The next frame, if there is one.
    pub fn try_next(&mut self) -> Option<SharedFrame> {
        lock(&self.0).take()
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.is_closed = true;
        state.frames = VecDeque::new();
        state.lent = None;
        state.placeless.drain(..).for_each(Waker::wake);
    }
}

impl State {
    fn is_full(&self) -> bool {
        self.frames.len() + self.reserved >= CAPACITY
    }

    fn poll_next(&mut self, tells_behind: bool, cx: &Context) -> Poll<Queued> {
        if tells_behind && std::mem::take(&mut self.is_behind) {
            return Poll::Ready(Queued::Behind);
        }
        if let Some(frame) = self.take() {
            return Poll::Ready(Queued::Frame(frame));
        }
        let waker = cx.waker();
        if !self.reader.as_ref().is_some_and(|known| known.will_wake(waker)) {
            self.reader = Some(waker.clone());
        }
        Poll::Pending
    }

    fn take(&mut self) -> Option<SharedFrame> {
        let frame = self.frames.pop_front()?;
        self.placeless.drain(..).for_each(Waker::wake);
        if self.frames.is_empty() {
            self.frames = VecDeque::new();
        }
        Some(frame)
    }
}

/// A place in the queue that is already one's own.
pub struct Place<'a>(&'a Outbox);

impl Place<'_> {
    pub fn fill(self, frame: SharedFrame) {
        let mut state = lock(&self.0.0);
        if !state.is_closed {
            state.frames.push_back(frame);
            wake(state);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.0.0);
        state.reserved -= 1;
        state.placeless.drain(..).for_each(Waker::wake);
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no panic under this lock")
}

/// Wakes the reader, without the lock: it will want that first.
fn wake(mut state: MutexGuard<'_, State>) {
    let reader = state.reader.take();
    drop(state);
    if let Some(reader) = reader {
        reader.wake();
    }
}
