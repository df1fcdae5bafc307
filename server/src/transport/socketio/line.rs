//! The way out to one socket. The library's queue takes no more when it is full, and has no
//! way to wait for a place; so waiting is done here.

use serde::Serialize;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::handler::{FromMessageParts, Value};
use socketioxide::socket::Socket;
use socketioxide::{SendError, SocketError};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How often a full queue is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// A client that takes nothing for so long is given up.
const STUCK: Duration = Duration::from_secs(20);

/// No arguments: an empty array, because `()` would be told as `null`.
const NOTHING: [(); 0] = [];

/// An answer's number on its socket, if anyone waits for one.
pub type Callback = Option<i64>;

/// The socket takes nothing more.
#[derive(Debug)]
pub struct Lost;

pub struct Line {
    /// The library lets go of a socket that is gone, and nobody here holds it.
    socket: Weak<Socket>,
    id: String,
    /// Cancelled when the socket is gone.
    pub gone: CancellationToken,
}

impl Line {
    pub fn new(socket: &Arc<Socket>, gone: CancellationToken) -> Self {
        Line { socket: Arc::downgrade(socket), id: socket.id.to_string(), gone }
    }

    /// The socket's id, as the client knows it.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub async fn emit<T: Serialize + Sync + ?Sized>(
        &self,
        event: &str,
        argument: &T,
    ) -> Result<(), Lost> {
        self.patiently(|socket| socket.emit(event, &(argument,))).await
    }

    /// Calls back, with nothing or with the reason why not; without a callback the reason is an
    /// `error` event.
    pub async fn answer(&self, callback: Callback, refused: Option<&str>) -> Result<(), Lost> {
        self.patiently(|socket| answer(socket, callback, refused)).await
    }

    async fn patiently(
        &self,
        send: impl Fn(&Arc<Socket>) -> Result<(), SendError> + Send,
    ) -> Result<(), Lost> {
        let mut since = None;
        loop {
            match send(&self.socket.upgrade().ok_or(Lost)?) {
                Ok(()) => return Ok(()),
                Err(SendError::Socket(SocketError::InternalChannelFull)) => {}
                Err(_) => return Err(Lost),
            }
            if since.get_or_insert_with(Instant::now).elapsed() >= STUCK {
                return Err(Lost);
            }
            tokio::select! {
                () = self.gone.cancelled() => return Err(Lost),
                () = sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// Ends the connection to this namespace. As long as the queue is full not even that can be
    /// said; then the heartbeat ends the whole connection.
    pub async fn hang_up(&self) {
        while let Some(socket) = self.socket.upgrade() {
            match SocketRef::from(socket).disconnect() {
                Err(SocketError::InternalChannelFull) => sleep(STUCK / 20).await,
                _ => return,
            }
        }
    }
}

/// As [`Line::answer`], at once or not at all.
pub fn answer(
    socket: &Arc<Socket>,
    callback: Callback,
    refused: Option<&str>,
) -> Result<(), SendError> {
    match (callback, refused) {
        (Some(_), refused) => {
            // It reads nothing of the event, only the number.
            let mut event = Value::Str("[]".into(), None);
            let Ok(callback) = <AckSender<LocalAdapter> as FromMessageParts<_>>::from_message_parts(
                socket, &mut event, &callback,
            );
            match refused {
                None => callback.send(&NOTHING),
                Some(reason) => callback.send(&(reason,)),
            }
        }
        (None, None) => Ok(()),
        (None, Some(reason)) => socket.emit("error", &(reason,)),
    }
}
