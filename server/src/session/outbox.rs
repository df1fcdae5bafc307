//! What waits to be sent to one connection: a bounded queue of encoded frames.

use app::protocol::{Codec, ServerFrame};
use bytes::Bytes;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Notify, mpsc};

/// Frames that may wait for one connection. With a batch per frame this is several seconds
/// of a busy room; more would only keep a dead reader's memory alive.
const CAPACITY: usize = 256;

/// A frame on its way to many: encoded at most once per codec, its bytes shared.
pub struct SharedFrame {
    frame: ServerFrame,
    postcard: OnceLock<Bytes>,
    json: OnceLock<Bytes>,
}

impl SharedFrame {
    pub fn new(frame: ServerFrame) -> Self {
        SharedFrame { frame, postcard: OnceLock::new(), json: OnceLock::new() }
    }

    pub fn bytes(&self, codec: Codec) -> Bytes {
        let bytes = match codec {
            Codec::Postcard => &self.postcard,
            Codec::Json => &self.json,
        };
        bytes.get_or_init(|| codec.encode(&self.frame).into()).clone()
    }
}

/// The sending side, held by rooms and by the connection itself.
///
/// When it is full, the frame is not queued and the connection is *behind*: it is told
/// through [`Outbox::fell_behind`], drains what it has, and catches up from the log.
#[derive(Clone)]
pub struct Outbox {
    pub codec: Codec,
    frames: mpsc::Sender<Bytes>,
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
    pub fn new(codec: Codec) -> (Self, mpsc::Receiver<Bytes>) {
        let (frames, queue) = mpsc::channel(CAPACITY);
        (Outbox { codec, frames, behind: Arc::default() }, queue)
    }

    /// Queues a frame that many get.
    pub fn push(&self, frame: &SharedFrame) -> Result<(), Full> {
        // A closed queue is a connection that is ending; its subscriptions go with it.
        match self.frames.try_send(frame.bytes(self.codec)) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(Full),
            _ => Ok(()),
        }
    }

    /// Waits for a place in the queue; `None` when the connection is gone.
    pub async fn reserve(&self) -> Option<Place<'_>> {
        let permit = self.frames.reserve().await.ok()?;
        Some(Place { permit, codec: self.codec })
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
pub struct Place<'a> {
    permit: mpsc::Permit<'a, Bytes>,
    codec: Codec,
}

impl Place<'_> {
    pub fn fill(self, frame: &SharedFrame) {
        self.permit.send(frame.bytes(self.codec));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_outbox_refuses_and_keeps_what_it_has() {
        let (outbox, mut queue) = Outbox::new(Codec::Json);
        let beat = SharedFrame::new(ServerFrame::Beat);
        for _ in 0..CAPACITY {
            assert_eq!(outbox.push(&beat), Ok(()));
        }
        assert_eq!(outbox.push(&beat), Err(Full));
        assert_eq!(queue.recv().await.as_deref(), Some(br#""beat""#.as_slice()));
        assert_eq!(outbox.push(&beat), Ok(()));
    }

    #[test]
    fn a_shared_frame_is_encoded_once_per_codec() {
        let frame = SharedFrame::new(ServerFrame::Beat);
        assert_eq!(frame.bytes(Codec::Json).as_ptr(), frame.bytes(Codec::Json).as_ptr());
        assert_ne!(frame.bytes(Codec::Json), frame.bytes(Codec::Postcard));
    }
}
