//! What a link needs of the thing that carries its frames.

use crate::session::{Encoded, Writer};
use app::protocol::{ClientFrame, Close};
use bytes::Bytes;
use std::future::Future;
use std::sync::Arc;

/// What comes in.
pub enum Read {
    Frame(ClientFrame),
    Malformed,
    /// Nothing to act on, and yet proof of life.
    Nothing,
    /// Oversized or broken; the wire cannot go on.
    Broken,
    End,
}

/// Why a link ends; `None`: the client is gone already.
pub type End = Option<Close>;

/// Carries the frames of one link. The link never reads and writes at the same time, and hears
/// of a client that is gone as an error of writing or as [`Read::End`].
pub trait Wire: Send {
    /// The next thing that comes in. Whatever the client is to have for it waits for the next
    /// flush. Dropping the future loses nothing.
    fn read(&mut self) -> impl Future<Output = Read> + Send;

    /// Puts one encoded frame behind the others. Waits while the client takes nothing, which
    /// fills the outbox and so makes the connection *behind*.
    fn feed(&mut self, frame: Encoded) -> impl Future<Output = Result<(), End>> + Send;

    /// Lets the client have what was fed.
    fn flush(&mut self) -> impl Future<Output = Result<(), End>> + Send;

    /// Asks for proof of life, if there is a way beside the beat that follows.
    fn ping(&mut self) {}

    /// What others may write with while everything is flushed, where that is possible.
    fn writer(&self) -> Option<Arc<dyn Writer>> {
        None
    }

    /// Puts what others have left of a frame before everything.
    fn resume(&mut self, _rest: Bytes) {}

    /// Ends the wire after the close frame was flushed, once the client knows.
    fn hang_up(&mut self, close: Close) -> impl Future<Output = ()> + Send;
}
