//! Frames as WebSocket messages: JSON is text and postcard is binary.

use crate::transport::link::{End, Read, Wire};
use app::protocol::{Close, Codec};
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};

pub struct Socket {
    pub codec: Codec,
    pub socket: WebSocket,
}

impl Wire for Socket {
    async fn read(&mut self) -> Read {
        let message = match self.socket.next().await {
            Some(Ok(message)) => message,
            Some(Err(_)) => return Read::Broken,
            None => return Read::End,
        };
        let bytes = match (self.codec, &message) {
            (Codec::Postcard, Message::Binary(bytes)) => bytes.as_ref(),
            (Codec::Json, Message::Text(text)) => text.as_bytes(),
            // The other kind of frame.
            (_, Message::Binary(_) | Message::Text(_)) => return Read::Malformed,
            (_, Message::Ping(_) | Message::Pong(_)) => return Read::Nothing,
            (_, Message::Close(_)) => {
                // The library has the reply ready, and this sends it.
                let _ = self.socket.flush().await;
                return Read::End;
            }
        };
        self.codec.decode(bytes).map_or(Read::Malformed, Read::Frame)
    }

    async fn feed(&mut self, frame: Bytes) -> Result<(), End> {
        let message = match self.codec {
            Codec::Postcard => Message::Binary(frame),
            // The codec writes JSON, and JSON is UTF-8.
            Codec::Json => match frame.try_into() {
                Ok(text) => Message::Text(text),
                Err(_) => return Err(Some(Close::Overloaded)),
            },
        };
        self.socket.feed(message).await.map_err(|_| None)
    }

    async fn flush(&mut self) -> Result<(), End> {
        self.socket.flush().await.map_err(|_| None)
    }

    async fn ping(&mut self) -> Result<(), End> {
        self.socket.feed(Message::Ping(Bytes::new())).await.map_err(|_| None)
    }

    /// Says why in the close code, too (RFC 6455, 7.4).
    async fn hang_up(&mut self, close: Close) {
        let code = match close {
            Close::ComeBack { .. } => close_code::RESTART,
            Close::Overloaded => close_code::AGAIN,
            Close::ProtocolError => close_code::PROTOCOL,
            Close::Reload => close_code::NORMAL,
        };
        let frame = CloseFrame { code, reason: "".into() };
        let _ = self.socket.send(Message::Close(Some(frame))).await;
        // Closing a socket with unread bytes in it would take back what was said last.
        while let Some(Ok(_)) = self.socket.next().await {}
    }
}
