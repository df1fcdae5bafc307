//! What waits to be sent to one connection: a bounded queue of frames that many share.

use app::protocol::{Codec, Presence, ServerFrame, UserId};
use bytes::Bytes;
use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Notify, mpsc};

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
    postcard: OnceLock<Bytes>,
    json: OnceLock<Bytes>,
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

    pub fn bytes(&self, codec: Codec) -> Bytes {
        let bytes = match codec {
            Codec::Postcard => &self.0.postcard,
            Codec::Json => &self.0.json,
        };
        bytes.get_or_init(|| codec.encode(&self.0.frame).into()).clone()
    }
}

/// The sending side, held by rooms and by the connection itself.
///
/// When it is full, the frame is not queued and the connection is *behind*: it is told
/// through [`Outbox::fell_behind`], drains what it has, and catches up from the log.
#[derive(Clone)]
pub struct Outbox {
    frames: mpsc::Sender<SharedFrame>,
    behind: Arc<Behind>,
}

#[derive(Default)]
struct Behind {
    is_behind: AtomicBool,
    changed: Notify,
}

/// The queue had no room for the frame.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

impl Outbox {
    pub fn new() -> (Self, mpsc::Receiver<SharedFrame>) {
        let (frames, queue) = mpsc::channel(CAPACITY);
        (Outbox { frames, behind: Arc::default() }, queue)
    }

    /// Queues a frame that many get.
    pub fn push(&self, frame: &SharedFrame) -> Result<(), Full> {
        // A closed queue is a connection that is ending; its subscriptions go with it.
        match self.frames.try_send(frame.clone()) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(Full),
            _ => Ok(()),
        }
    }

    /// Waits for a place in the queue; `None` when the connection is gone.
    pub async fn reserve(&self) -> Option<Place<'_>> {
        Some(Place(self.frames.reserve().await.ok()?))
    }

    /// Says that something was left out and must be caught up on.
    pub fn mark_behind(&self) {
        self.behind.is_behind.store(true, Ordering::Release);
        self.behind.changed.notify_one();
    }

    /// Waits until something was left out, and takes note of it.
    pub async fn fell_behind(&self) {
        loop {
            let changed = self.behind.changed.notified();
            if self.behind.is_behind.swap(false, Ordering::AcqRel) {
                return;
            }
            changed.await;
        }
    }
}

/// A place in the queue that is already one's own.
pub struct Place<'a>(mpsc::Permit<'a, SharedFrame>);

impl Place<'_> {
    pub fn fill(self, frame: SharedFrame) {
        self.0.send(frame);
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
        assert!(queue.recv().await.is_some_and(|frame| *frame.frame() == ServerFrame::Beat));
        assert_eq!(outbox.push(&beat), Ok(()));
    }

    #[test]
    fn a_shared_frame_is_encoded_once_per_codec() {
        let frame = SharedFrame::new(ServerFrame::Beat);
        assert_eq!(frame.bytes(Codec::Json).as_ptr(), frame.bytes(Codec::Json).as_ptr());
        assert_ne!(frame.bytes(Codec::Json), frame.bytes(Codec::Postcard));
    }
}
