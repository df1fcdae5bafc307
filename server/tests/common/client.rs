//! One raw link, speaking frames: a WebSocket or `/poll`.

use super::{Poller, fresh_id, message, patiently};
use app::protocol::{
    Ack, Acked, Batch, ClientFrame, Close, Codec, Command, Greeting, Hello, Joined, Message,
    MessageId, Refusal, Refused, ServerFrame,
};
use futures::{SinkExt, StreamExt};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, http};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// What carries a client's frames.
pub enum Wire {
    Socket(Box<WebSocketStream<MaybeTlsStream<TcpStream>>>),
    Poll(Poller),
}

impl From<Poller> for Wire {
    fn from(poller: Poller) -> Self {
        Wire::Poll(poller)
    }
}

/// One raw link, speaking frames: a WebSocket or `/poll`.
pub struct Client {
    pub codec: Codec,
    pub token: Option<String>,
    pub greeting: Option<Greeting>,
    pub wire: Wire,
    /// Frames that came while an answer was awaited.
    pub heard: VecDeque<ServerFrame>,
    next: u32,
}

impl Client {
    pub async fn connect(
        addr: SocketAddr,
        codec: Codec,
        headers: &[(&str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let mut request = format!("ws://{addr}/ws").into_client_request()?;
        let mut add = |name: &str, value: &str| {
            let name: http::HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, value.parse().unwrap());
        };
        add("sec-websocket-protocol", codec.subprotocol());
        headers.iter().for_each(|(name, value)| add(name, value));
        let (socket, _) = patiently(connect_async(request)).await?;
        Ok(Client::over(Wire::Socket(Box::new(socket)), codec))
    }

    pub fn over(wire: impl Into<Wire>, codec: Codec) -> Self {
        let (wire, heard) = (wire.into(), VecDeque::new());
        Client { codec, token: None, greeting: None, wire, heard, next: 1 }
    }

    pub async fn greet(&mut self, hello: Hello) -> Result<Greeting, Refusal> {
        self.token = hello.token.clone();
        self.send(&ClientFrame::Hello(hello)).await;
        match self.next().await {
            Some(ServerFrame::Hello(greeting)) => {
                self.greeting = Some(greeting.clone());
                Ok(greeting)
            }
            Some(ServerFrame::Refused(Refused { refusal, .. })) => Err(refusal),
            other => panic!("expected hello, got {other:?}"),
        }
    }

    pub async fn send(&mut self, frame: &ClientFrame) {
        match &mut self.wire {
            Wire::Socket(_) => self.send_raw(&self.codec.encode(frame)).await,
            Wire::Poll(poller) => poller.send(frame).await,
        }
    }

    pub async fn send_raw(&mut self, bytes: &[u8]) {
        let message = match self.codec {
            Codec::Json => tungstenite::Message::text(String::from_utf8_lossy(bytes).into_owned()),
            Codec::Postcard => tungstenite::Message::binary(bytes.to_vec()),
        };
        let Wire::Socket(socket) = &mut self.wire else { panic!("a poller has no raw frames") };
        // The server may have closed already; the test sees that when it reads.
        let _ = socket.send(message).await;
    }

    /// The next frame, heard before or new; `None` at the end of the connection.
    pub async fn next(&mut self) -> Option<ServerFrame> {
        if let Some(frame) = self.heard.pop_front() {
            return Some(frame);
        }
        self.read().await
    }

    async fn read(&mut self) -> Option<ServerFrame> {
        let socket = match &mut self.wire {
            Wire::Socket(socket) => socket,
            Wire::Poll(poller) => {
                return patiently(poller.next()).await;
            }
        };
        loop {
            let bytes = match patiently(socket.next()).await? {
                Ok(tungstenite::Message::Text(text)) => text.as_bytes().to_vec(),
                Ok(tungstenite::Message::Binary(bytes)) => bytes.to_vec(),
                Ok(tungstenite::Message::Close(_)) | Err(_) => return None,
                Ok(_) => continue,
            };
            return Some(self.codec.decode(&bytes).expect("a frame of the protocol"));
        }
    }

    /// Sends a command without waiting, and says its number.
    pub async fn ask(&mut self, command: Command) -> u32 {
        let id = self.next;
        self.next += 1;
        self.send(&ClientFrame::Command { id, command }).await;
        id
    }

    /// The answer to that command; other frames are kept for later.
    pub async fn answer(&mut self, asked: u32) -> Result<Acked, Refusal> {
        let is_answer = |frame: &ServerFrame| match frame {
            ServerFrame::Ack(Ack { id, .. }) => *id == asked,
            ServerFrame::Refused(Refused { id, .. }) => *id == Some(asked),
            _ => false,
        };
        let answer = match self.heard.iter().position(is_answer) {
            Some(at) => self.heard.remove(at).unwrap(),
            None => loop {
                let frame = self.read().await.expect("an answer before the end");
                if is_answer(&frame) {
                    break frame;
                }
                self.heard.push_back(frame);
            },
        };
        match answer {
            ServerFrame::Ack(Ack { result, .. }) => Ok(result),
            ServerFrame::Refused(Refused { refusal, .. }) => Err(refusal),
            _ => unreachable!(),
        }
    }

    pub async fn command(&mut self, command: Command) -> Result<Acked, Refusal> {
        let id = self.ask(command).await;
        self.answer(id).await
    }

    // The same for a server that may be killed at any moment: `None` when it was.

    pub async fn try_greet(&mut self, hello: Hello) -> Option<Greeting> {
        self.send(&ClientFrame::Hello(hello)).await;
        match self.next().await? {
            ServerFrame::Hello(greeting) => Some(greeting),
            other => panic!("expected hello, got {other:?}"),
        }
    }

    pub async fn try_answer(&mut self, asked: u32) -> Option<Acked> {
        loop {
            match self.read().await? {
                ServerFrame::Ack(Ack { id, result }) if id == asked => return Some(result),
                ServerFrame::Refused(refused) => panic!("{refused:?}"),
                other => self.heard.push_back(other),
            }
        }
    }

    pub async fn try_command(&mut self, command: Command) -> Option<Acked> {
        let id = self.ask(command).await;
        self.try_answer(id).await
    }

    pub async fn try_batch(&mut self) -> Option<Batch> {
        match self.until(|frame| matches!(frame, ServerFrame::Batch(_))).await? {
            ServerFrame::Batch(batch) => {
                self.heard.clear();
                Some(batch)
            }
            _ => unreachable!(),
        }
    }

    /// Asks again as long as it is told to come later.
    pub async fn command_patiently(&mut self, command: Command) -> Acked {
        loop {
            match self.command(command.clone()).await {
                Ok(acked) => return acked,
                Err(Refusal::RateLimited { retry_after_ms }) => {
                    tokio::time::sleep(Duration::from_millis(retry_after_ms.into())).await;
                }
                Err(refusal) => panic!("{refusal:?}"),
            }
        }
    }

    pub async fn join(&mut self, room: &str, username: &str) -> Result<Joined, Refusal> {
        let command = Command::Join { room: room.into(), username: username.into() };
        match self.command(command).await? {
            Acked::Joined(joined) => {
                if joined.token.is_some() {
                    self.token = joined.token.clone();
                }
                Ok(joined)
            }
            other => panic!("expected joined, got {other:?}"),
        }
    }

    pub async fn post(
        &mut self,
        room: &str,
        id: MessageId,
        text: &str,
    ) -> Result<Arc<Message>, Refusal> {
        match self.command(message(room, id, text)).await? {
            Acked::Posted(message) => Ok(message),
            other => panic!("expected posted, got {other:?}"),
        }
    }

    pub async fn say(&mut self, room: &str, text: &str) -> Arc<Message> {
        self.post(room, fresh_id(), text).await.unwrap()
    }

    /// Says all of it, with many messages in flight, and hears nothing.
    pub async fn say_all(&mut self, room: &str, texts: impl Iterator<Item = String>) {
        let mut asked = VecDeque::new();
        for text in texts {
            asked.push_back(self.ask(message(room, fresh_id(), &text)).await);
            if asked.len() == 100 {
                let first = asked.pop_front().unwrap();
                self.answer(first).await.unwrap();
                self.heard.retain(|frame| matches!(frame, ServerFrame::Ack(_)));
            }
        }
        for id in asked {
            self.answer(id).await.unwrap();
        }
        self.heard.clear();
    }

    /// The next batch; other frames before it are kept.
    pub async fn batch(&mut self) -> Batch {
        let is_batch = |frame: &ServerFrame| matches!(frame, ServerFrame::Batch(_));
        self.until(is_batch)
            .await
            .and_then(|frame| match frame {
                ServerFrame::Batch(batch) => Some(batch),
                _ => None,
            })
            .expect("a batch before the end")
    }

    /// Texts of the next `count` messages, in the order they arrive.
    pub async fn hear(&mut self, count: usize) -> Vec<Arc<Message>> {
        let mut messages = Vec::new();
        while messages.len() < count {
            messages.extend(self.batch().await.messages);
        }
        messages
    }

    /// The next frame that fits; the ones before it are kept, in order.
    pub async fn until(&mut self, fits: impl Fn(&ServerFrame) -> bool) -> Option<ServerFrame> {
        if let Some(at) = self.heard.iter().position(&fits) {
            return self.heard.remove(at);
        }
        loop {
            let frame = self.read().await?;
            if fits(&frame) {
                return Some(frame);
            }
            self.heard.push_back(frame);
        }
    }

    /// Closes, and says whether the other side answered.
    pub async fn says_goodbye(self) -> bool {
        let Wire::Socket(mut socket) = self.wire else { panic!("a poller has no close frame") };
        socket.send(tungstenite::Message::Close(None)).await.unwrap();
        loop {
            match patiently(socket.next()).await {
                Some(Ok(tungstenite::Message::Close(_))) => return true,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return false,
            }
        }
    }

    /// Why the server closes; `None` if it said nothing.
    pub async fn closed(&mut self) -> Option<Close> {
        let close = self.until(|frame| matches!(frame, ServerFrame::Close(_))).await;
        close.map(|frame| match frame {
            ServerFrame::Close(close) => close,
            _ => unreachable!(),
        })
    }
}
