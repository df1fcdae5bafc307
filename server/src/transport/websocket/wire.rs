//! Frames as WebSocket messages: JSON is text and postcard is binary. What is sent is shared
//! by everyone who gets it and copied by nobody; what is received is read where it lies.

use super::incoming::{Broken, Heard, Incoming};
use crate::session::Encoded;
use crate::transport::link::{End, Read, Wire};
use app::protocol::{Close, Codec};
use bytes::{Buf, Bytes};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{CloseCode, Data};

/// What one read takes at most. It lies on the stack: an idle socket keeps no buffer.
const READ: usize = 8 * 1024;

/// What may wait to be written before [`Wire::feed`] waits, too, in bytes.
const UNSENT: usize = 64 * 1024;

/// Messages that one write takes at most.
const AT_ONCE: usize = 32;

pub struct Socket<S> {
    codec: Codec,
    stream: S,
    incoming: Incoming,
    /// Messages that wait to be written, the first perhaps in part already.
    outgoing: VecDeque<Bytes>,
    unsent: usize,
    /// The answer to the client's last ping, between two messages.
    pong: Option<Bytes>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Socket<S> {
    /// `begun`: what was received together with the request.
    pub fn new(codec: Codec, stream: S, begun: &[u8]) -> Self {
        let mut incoming = Incoming::default();
        incoming.take_in(begun);
        Socket { codec, stream, incoming, outgoing: VecDeque::new(), unsent: 0, pong: None }
    }

    fn put(&mut self, message: Bytes) {
        self.unsent += message.len();
        self.outgoing.push_back(message);
    }

    /// What has arrived; 0 at the end.
    async fn receive(&mut self) -> io::Result<usize> {
        poll_fn(|cx| {
            let mut space = [std::mem::MaybeUninit::uninit(); READ];
            let mut buffer = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
            self.incoming.take_in(buffer.filled());
            Poll::Ready(Ok(buffer.filled().len()))
        })
        .await
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if let Some(pong) = self.pong.take_if(|_| self.outgoing.is_empty()) {
                self.put(pong);
            }
            let stream = Pin::new(&mut self.stream);
            let written = match self.outgoing.len() {
                0 => {
                    self.outgoing = VecDeque::new();
                    return Poll::Ready(Ok(()));
                }
                1 => ready!(stream.poll_write(cx, &self.outgoing[0]))?,
                _ => {
                    let mut slices = [IoSlice::new(&[]); AT_ONCE];
                    let messages = self.outgoing.iter().map(|message| IoSlice::new(message));
                    let count = messages.zip(&mut slices).map(|(from, to)| *to = from).count();
                    ready!(stream.poll_write_vectored(cx, &slices[..count]))?
                }
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent(written);
        }
    }

    fn sent(&mut self, mut written: usize) {
        self.unsent -= written;
        while let Some(first) = self.outgoing.front_mut() {
            if written < first.len() {
                first.advance(written);
                return;
            }
            written -= first.len();
            self.outgoing.pop_front();
        }
    }

    /// Sends what the client takes at once, and leaves the rest for the next time.
    async fn send_now(&mut self) {
        poll_fn(|cx| {
            let _ = self.poll_send(cx);
            Poll::Ready(())
        })
        .await;
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for Socket<S> {
    async fn read(&mut self) -> Read {
        let codec = self.codec;
        let decode = |kind, bytes: &[u8]| match (codec, kind) {
            (Codec::Json, Data::Text) | (Codec::Postcard, Data::Binary) => {
                codec.decode(bytes).map_or(Read::Malformed, Read::Frame)
            }
            // The other kind of message.
            _ => Read::Malformed,
        };
        loop {
            match self.incoming.next(decode) {
                Ok(None) => match self.receive().await {
                    Ok(0) | Err(_) => return Read::End,
                    Ok(_) => {}
                },
                Ok(Some(Heard::Message(read))) => return read,
                Ok(Some(Heard::Pong)) => return Read::Nothing,
                Ok(Some(Heard::Ping(payload))) => {
                    self.pong = Some(control(Frame::pong(payload)));
                    self.send_now().await;
                    return Read::Nothing;
                }
                Ok(Some(Heard::Close)) => {
                    self.put(control(Frame::close(None)));
                    self.send_now().await;
                    return Read::End;
                }
                Err(Broken) => return Read::Broken,
            }
        }
    }

    async fn feed(&mut self, frame: Encoded) -> Result<(), End> {
        if self.unsent > UNSENT {
            self.flush().await?;
        }
        self.put(frame.message());
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), End> {
        poll_fn(|cx| self.poll_send(cx)).await.map_err(|_| None)
    }

    fn ping(&mut self) {
        self.put(control(Frame::ping(Bytes::new())));
    }

    /// Says why in the close code, too (RFC 6455, 7.4).
    async fn hang_up(&mut self, close: Close) {
        let code = match close {
            Close::ComeBack { .. } => CloseCode::Restart,
            Close::Overloaded => CloseCode::Again,
            Close::ProtocolError => CloseCode::Protocol,
            Close::Reload => CloseCode::Normal,
        };
        self.put(control(Frame::close(Some(CloseFrame { code, reason: "".into() }))));
        if self.flush().await.is_err() {
            return;
        }
        // Closing a socket with unread bytes in it would take back what was said last.
        while self.incoming.next(|_, _| ()).is_ok_and(|heard| heard != Some(Heard::Close)) {
            if !matches!(self.receive().await, Ok(1..)) {
                return;
            }
        }
    }
}

fn control(frame: Frame) -> Bytes {
    let mut bytes = Vec::with_capacity(frame.len());
    frame.format(&mut bytes).expect("memory takes it");
    bytes.into()
}
