//! Frames as WebSocket messages: JSON is text and postcard is binary. What is sent is shared
//! by everyone who gets it and copied by nobody; what is received is read where it lies.

use super::incoming::{Broken, Heard, Incoming};
use crate::serve::STUCK;
use crate::session::{Encoded, SharedFrame, Writer};
use crate::transport::link::{End, Read, Wire};
use app::protocol::{Close, Codec};
use bytes::{Buf, Bytes};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::sync::Arc;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, timeout_at};
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{CloseCode, Data};

/// What one read takes at most. It lies on the stack: an idle socket keeps no buffer.
const READ: usize = 8 * 1024;

/// What may wait to be written before [`Wire::feed`] waits, too, in bytes.
const UNSENT: usize = 64 * 1024;

/// Messages that one write takes at most.
const AT_ONCE: usize = 32;

pub struct Socket {
    shared: Arc<Shared>,
    incoming: Incoming,
    /// Messages that wait to be written, the first perhaps in part already.
    outgoing: VecDeque<Bytes>,
    unsent: usize,
    /// The answer to the client's last ping, between two messages.
    pong: Option<Bytes>,
}

/// What others write with as well, one at a time.
struct Shared {
    codec: Codec,
    stream: TcpStream,
}

impl Writer for Shared {
    fn try_write(&self, frame: &SharedFrame) -> Bytes {
        let mut message = frame.encoded(self.codec).message();
        message.advance(self.stream.try_write(&message).unwrap_or(0));
        message
    }
}

impl Socket {
    /// `begun`: what was received together with the request.
    pub fn new(codec: Codec, stream: TcpStream, begun: &[u8]) -> Self {
        let mut incoming = Incoming::default();
        incoming.take_in(begun);
        let shared = Arc::new(Shared { codec, stream });
        Socket { shared, incoming, outgoing: VecDeque::new(), unsent: 0, pong: None }
    }

    fn put(&mut self, message: Bytes) {
        self.unsent += message.len();
        self.outgoing.push_back(message);
    }

    /// What has arrived; 0 at the end.
    async fn receive(&mut self) -> io::Result<usize> {
        let stream = &self.shared.stream;
        loop {
            poll_fn(|cx| stream.poll_read_ready(cx)).await?;
            let mut space = [MaybeUninit::uninit(); READ];
            let mut buffer = ReadBuf::uninit(&mut space);
            match stream.try_read_buf(&mut buffer) {
                Ok(read) => {
                    self.incoming.take_in(buffer.filled());
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn send(&mut self) -> io::Result<()> {
        let mut patience = None;
        loop {
            if let Some(pong) = self.pong.take_if(|_| self.outgoing.is_empty()) {
                self.put(pong);
            }
            if self.outgoing.is_empty() {
                self.outgoing = VecDeque::new();
                return Ok(());
            }
            match self.try_send() {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    self.sent(written);
                    patience = None;
                    // Whoever asks without an end leaves the others their turn.
                    consume_budget().await;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let patience = *patience.get_or_insert_with(|| Instant::now() + STUCK);
                    Box::pin(timeout_at(patience, self.shared.stream.writable())).await??;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn try_send(&self) -> io::Result<usize> {
        if self.outgoing.len() == 1 {
            return self.shared.stream.try_write(&self.outgoing[0]);
        }
        let mut slices = [IoSlice::new(&[]); AT_ONCE];
        let messages = self.outgoing.iter().map(|message| IoSlice::new(message));
        let count = messages.zip(&mut slices).map(|(from, to)| *to = from).count();
        self.shared.stream.try_write_vectored(&slices[..count])
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
}

impl Wire for Socket {
    async fn read(&mut self) -> Read {
        let codec = self.shared.codec;
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
                    return Read::Nothing;
                }
                Ok(Some(Heard::Close)) => {
                    self.put(control(Frame::close(None)));
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
        let sent = self.send().await;
        sent.map_err(|_| {
            // Nobody is there to be told anything more.
            (self.outgoing, self.unsent, self.pong) = (VecDeque::new(), 0, None);
            None
        })
    }

    fn ping(&mut self) {
        self.put(control(Frame::ping(Bytes::new())));
    }

    fn writer(&self) -> Option<Arc<dyn Writer>> {
        Some(Arc::clone(&self.shared) as Arc<dyn Writer>)
    }

    fn resume(&mut self, rest: Bytes) {
        self.unsent += rest.len();
        self.outgoing.push_front(rest);
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

#[cfg(test)]
mod tests {
    use super::*;
    use app::protocol::{Batch, RoomKey, ServerFrame};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn who_takes_nothing_is_given_up_and_is_told_nothing_more() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let _client = TcpStream::connect(address).await.expect("a connection");
        let (accepted, _) = listener.accept().await.expect("its other end");
        let mut socket = Socket::new(Codec::Json, accepted, &[]);
        let room = RoomKey("r".repeat(60_000));
        let frame = ServerFrame::Batch(Batch { room, from: 1, to: 2, messages: Vec::new() });
        let frame = Encoded::new(Codec::Json, &frame);
        tokio::time::pause();
        let began = Instant::now();
        while socket.feed(frame.clone()).await.is_ok() {}
        assert_eq!(began.elapsed().as_secs(), STUCK.as_secs());
        assert!(socket.flush().await.is_ok());
    }
}
