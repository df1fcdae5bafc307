//! What waits to be sent to one connection: a bounded queue of frames that many share.

use super::Encoded;
use app::protocol::{Codec, Presence, ServerFrame, UserId};
use std::any::Any;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::{Poll, Waker};

/// Frames that may wait for one connection. With a batch per frame this is several seconds
/// of a busy room; more would only keep a dead reader's memory alive.
const CAPACITY: usize = 256;

/// A frame on its way to many: encoded at most once per codec, its bytes shared. A transport
/// with words of its own translates the frame instead.
#[derive(Clone)]
pub struct SharedFrame(Arc<Shared>);

struct Shared {
    frame: ServerFrame,
    /// Those of a presence frame who were not listed before: they came, and were not renamed.
    arrived: Vec<UserId>,
    postcard: OnceLock<Encoded>,
    json: OnceLock<Encoded>,
    translated: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl SharedFrame {
    pub fn new(frame: ServerFrame) -> Self {
        Self::with_arrivals(frame, Vec::new())
    }

    pub fn presence(presence: Presence, arrived: Vec<UserId>) -> Self {
        Self::with_arrivals(ServerFrame::Presence(presence), arrived)
    }

    fn with_arrivals(frame: ServerFrame, arrived: Vec<UserId>) -> Self {
        SharedFrame(Arc::new(Shared {
            frame,
            arrived,
            postcard: OnceLock::new(),
            json: OnceLock::new(),
            translated: OnceLock::new(),
        }))
    }

    pub fn frame(&self) -> &ServerFrame {
        &self.0.frame
    }

    pub fn arrived(&self) -> &[UserId] {
        &self.0.arrived
    }

    /// The frame in the words of a transport that has its own: translated once for all of its
    /// connections. There is one such transport.
    pub fn translated<T: Any + Send + Sync>(&self, translate: impl FnOnce(&Self) -> T) -> &T {
        let translated = self.0.translated.get_or_init(|| Box::new(translate(self)));
        translated.downcast_ref().expect("one transport translates")
    }

    pub fn encoded(&self, codec: Codec) -> Encoded {
        let encoded = match codec {
            Codec::Postcard => &self.0.postcard,
            Codec::Json => &self.0.json,
        };
        encoded.get_or_init(|| Encoded::new(codec, &self.0.frame)).clone()
    }
}

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
    /// Those who wait for a place.
    writers: Vec<Waker>,
}

/// The queue had no room for the frame.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

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
        let mut state = lock(&self.0);
        // A closed queue is a connection that is ending; its subscriptions go with it.
        if state.is_closed {
            return Ok(());
        }
        if state.is_full() {
            return Err(Full);
        }
        state.frames.push_back(frame.clone());
        wake(state);
        Ok(())
    }

    /// Waits for a place in the queue; `None` when the connection is gone.
    pub async fn reserve(&self) -> Option<Place<'_>> {
        poll_fn(|cx| {
            let mut state = lock(&self.0);
            if state.is_closed {
                return Poll::Ready(None);
            }
            if state.is_full() {
                state.writers.push(cx.waker().clone());
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
        poll_fn(|cx| {
            let mut state = lock(&self.0);
            if tells_behind && std::mem::take(&mut state.is_behind) {
                return Poll::Ready(Queued::Behind);
            }
            if let Some(frame) = state.take() {
                return Poll::Ready(Queued::Frame(frame));
            }
            let waker = cx.waker();
            if !state.reader.as_ref().is_some_and(|known| known.will_wake(waker)) {
                state.reader = Some(waker.clone());
            }
            Poll::Pending
        })
        .await
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
        state.writers.drain(..).for_each(Waker::wake);
    }
}

impl State {
    fn is_full(&self) -> bool {
        self.frames.len() + self.reserved >= CAPACITY
    }

    fn take(&mut self) -> Option<SharedFrame> {
        let frame = self.frames.pop_front()?;
        self.writers.drain(..).for_each(Waker::wake);
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
        state.writers.drain(..).for_each(Waker::wake);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_outbox_refuses_and_keeps_what_it_has() {
        let (outbox, mut queue) = Outbox::new();
        let beat = SharedFrame::new(ServerFrame::Beat);
        for _ in 0..CAPACITY {
            assert_eq!(outbox.push(&beat), Ok(()));
        }
        assert_eq!(outbox.push(&beat), Err(Full));
        assert!(queue.try_next().is_some_and(|frame| *frame.frame() == ServerFrame::Beat));
        assert_eq!(outbox.push(&beat), Ok(()));
    }

    #[tokio::test]
    async fn a_reserved_place_is_nobody_elses() {
        let (outbox, mut queue) = Outbox::new();
        let beat = SharedFrame::new(ServerFrame::Beat);
        let place = outbox.reserve().await.expect("a place");
        for _ in 1..CAPACITY {
            assert_eq!(outbox.push(&beat), Ok(()));
        }
        assert_eq!(outbox.push(&beat), Err(Full));
        place.fill(beat.clone());
        let mut waits = Box::pin(outbox.reserve());
        assert!(futures::poll!(waits.as_mut()).is_pending());
        queue.try_next();
        let place = waits.await.expect("a place");
        assert_eq!(outbox.push(&beat), Err(Full));
        drop(place);
        assert_eq!(outbox.push(&beat), Ok(()));
    }

    #[tokio::test]
    async fn who_waits_for_a_place_hears_of_the_end() {
        let (outbox, queue) = Outbox::new();
        let beat = SharedFrame::new(ServerFrame::Beat);
        while outbox.push(&beat).is_ok() {}
        let mut waits = Box::pin(outbox.reserve());
        assert!(futures::poll!(waits.as_mut()).is_pending());
        drop(queue);
        assert!(waits.await.is_none());
    }

    #[tokio::test]
    async fn the_queue_tells_of_what_was_left_out_once_and_when_it_is_wanted() {
        let (outbox, mut queue) = Outbox::new();
        outbox.mark_behind();
        outbox.push(&SharedFrame::new(ServerFrame::Beat)).expect("room for a frame");
        assert!(matches!(queue.next(false).await, Queued::Frame(_)));
        assert!(matches!(queue.next(true).await, Queued::Behind));
        let mut next = Box::pin(queue.next(true));
        assert!(futures::poll!(next.as_mut()).is_pending());
        outbox.mark_behind();
        assert!(matches!(next.await, Queued::Behind));
    }

    #[test]
    fn a_shared_frame_is_encoded_once_per_codec() {
        let frame = SharedFrame::new(ServerFrame::Beat);
        let message = |codec| frame.encoded(codec).message();
        assert_eq!(message(Codec::Json).as_ptr(), message(Codec::Json).as_ptr());
        assert_ne!(message(Codec::Json), message(Codec::Postcard));
    }
}
