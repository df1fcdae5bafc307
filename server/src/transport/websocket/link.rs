//! The life of one socket: hello, commands and answers, beats, and the end.

use super::Sockets;
use crate::engine::{self, TokenHash};
use crate::registry::Connection;
use crate::security::token::Secret;
use crate::session::{Outbox, SharedFrame};
use app::protocol::{
    Ack, ClientFrame, Close, Codec, Command, Hello, Refusal, Refused, ServerFrame,
};
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::Bytes;
use futures::stream::{FuturesOrdered, SplitSink, SplitStream};
use futures::{FutureExt, SinkExt, StreamExt};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::unconstrained;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

/// A client must say hello within this time.
const HELLO: Duration = Duration::from_secs(10);

/// How often a ping and a beat are sent.
const BEAT: Duration = Duration::from_secs(25);

/// Whoever was silent for so many beats, pongs included, is gone.
const SILENT_BEATS: u32 = 2;

/// Unanswered commands of one connection; while there are more, it is not read from.
const IN_FLIGHT: usize = 512;

/// How long answers are waited for when the server shuts down.
const DRAIN: Duration = Duration::from_secs(5);

/// How long saying goodbye may take, until the other side has said it too.
const GOODBYE: Duration = Duration::from_secs(3);

pub struct Newcomer {
    pub codec: Codec,
    pub address: IpAddr,
    pub cookie: Option<TokenHash>,
}

type Answer = Pin<Box<dyn Future<Output = ServerFrame> + Send>>;
type CatchingUp = Pin<Box<dyn Future<Output = engine::Result<()>> + Send>>;

pub async fn run(sockets: Arc<Sockets>, newcomer: Newcomer, socket: WebSocket) {
    let codec = newcomer.codec;
    let (sink, mut stream) = socket.split();
    let mut writer = Writer { codec, sink };
    let welcomed = tokio::select! {
        welcomed = timeout(HELLO, welcome(&sockets, newcomer, &mut writer, &mut stream)) => {
            welcomed.unwrap_or(Err(Some(Close::Overloaded)))
        }
        () = sockets.shutdown.cancelled() => Err(Some(come_back(&sockets))),
    };
    let close = match welcomed {
        Ok((connection, queue)) => {
            let mut link = Link {
                sockets,
                connection: Arc::new(connection),
                queue,
                writer: &mut writer,
                stream: &mut stream,
                answers: FuturesOrdered::new(),
                in_line: None,
                catching_up: None,
            };
            let close = link.live().await;
            // A join or a leave that was begun is finished; see `Registry::take_seat`.
            link.in_line.map(tokio::spawn);
            close
        }
        Err(close) => close,
    };
    if let Some(close) = close {
        let goodbye = async {
            writer.close(close).await;
            // Closing a socket with unread bytes in it would take back what was said last.
            while let Some(Ok(_)) = stream.next().await {}
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }
}

/// Reads the hello and answers it.
async fn welcome(
    sockets: &Sockets,
    newcomer: Newcomer,
    writer: &mut Writer,
    stream: &mut SplitStream<WebSocket>,
) -> Result<(Connection, mpsc::Receiver<SharedFrame>), Option<Close>> {
    let hello = loop {
        let message = match stream.next().await {
            Some(Ok(message)) => message,
            Some(Err(_)) => return Err(Some(Close::ProtocolError)),
            None => return Err(None),
        };
        match read(newcomer.codec, &message) {
            Read::Frame(ClientFrame::Hello(hello)) => break hello,
            Read::Frame(ClientFrame::Command { id, .. }) => {
                writer.say(&refused(Some(id), Refusal::OutOfTurn)).await?;
                return Err(Some(Close::ProtocolError));
            }
            Read::Malformed => {
                writer.say(&refused(None, Refusal::Malformed)).await?;
                return Err(Some(Close::ProtocolError));
            }
            Read::Nothing => {}
            Read::End => return writer.echo_close().await,
        }
    };
    let Hello { build, token } = hello;
    if build.is_some_and(|build| build != sockets.build) {
        return Err(Some(Close::Reload));
    }
    let bearer = match token.as_deref().map(Secret::parse) {
        None => None,
        Some(Some(secret)) => Some(secret.hash()),
        Some(None) => return unknown_session(writer).await,
    };
    let (outbox, queue) = Outbox::new();
    let connection = Connection::new(newcomer.address, outbox, bearer.or(newcomer.cookie));
    let greeting = match sockets.registry.greet(&connection).await {
        Ok(greeting) => greeting,
        Err(refusal) => {
            writer.say(&refused(None, refusal)).await?;
            return Err(Some(Close::Overloaded));
        }
    };
    if bearer.is_some() && greeting.user.is_none() {
        return unknown_session(writer).await;
    }
    writer.say(&ServerFrame::Hello(greeting)).await?;
    Ok((connection, queue))
}

async fn unknown_session<T>(writer: &mut Writer) -> Result<T, Option<Close>> {
    writer.say(&refused(None, Refusal::UnknownSession)).await?;
    Err(Some(Close::ProtocolError))
}

struct Link<'a> {
    sockets: Arc<Sockets>,
    connection: Arc<Connection>,
    queue: mpsc::Receiver<SharedFrame>,
    writer: &'a mut Writer,
    stream: &'a mut SplitStream<WebSocket>,
    /// Messages on their way through the log; answered in the order they were sent.
    answers: FuturesOrdered<Answer>,
    /// Any other command: nothing is read until it is answered, so that a client may send
    /// `join` and `message` in one go.
    in_line: Option<Answer>,
    /// Reading what the connection lacks. One at a time: two would send the same twice.
    catching_up: Option<CatchingUp>,
}

impl Link<'_> {
    /// Runs until one side ends it. `None`: the client is gone already.
    async fn live(&mut self) -> Option<Close> {
        let mut beats = interval_at(Instant::now() + BEAT, BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut silent_beats = 0;
        let sockets = Arc::clone(&self.sockets);
        let connection = Arc::clone(&self.connection);
        loop {
            let may_read = self.in_line.is_none() && self.answers.len() < IN_FLIGHT;
            let event = tokio::select! {
                // What came in goes first: a pong before the beat that misses it. The queue
                // can be last because every answer takes it along.
                biased;
                () = sockets.shutdown.cancelled() => return self.drain().await,
                Some(answer) = self.answers.next() => Event::Answered(answer),
                answer = done(&mut self.in_line) => Event::Answered(answer),
                caught_up = done(&mut self.catching_up) => Event::CaughtUp(caught_up),
                () = connection.outbox.fell_behind(), if self.catching_up.is_none() => Event::Behind,
                message = self.stream.next(), if may_read => Event::Read(message),
                _ = beats.tick() => Event::Beat,
                Some(frame) = self.queue.recv() => Event::Queued(frame),
            };
            let outcome = match event {
                Event::Answered(answer) => self.write(None, Some(answer)).await,
                Event::CaughtUp(Ok(())) => Ok(()),
                Event::CaughtUp(Err(error)) => {
                    tracing::error!(%error, "a connection could not catch up");
                    // Coming back is catching up again.
                    Err(Some(Close::Overloaded))
                }
                Event::Behind => {
                    let registry = Arc::clone(&sockets.registry);
                    let connection = Arc::clone(&connection);
                    self.catching_up =
                        Some(Box::pin(async move { registry.catch_up(&connection).await }));
                    Ok(())
                }
                Event::Read(message) => {
                    silent_beats = 0;
                    match message {
                        Some(Ok(message)) => self.hear(&message).await,
                        // An oversized or broken frame; the socket cannot go on.
                        Some(Err(_)) => Err(Some(Close::ProtocolError)),
                        None => Err(None),
                    }
                }
                Event::Beat if silent_beats == SILENT_BEATS => Err(None),
                Event::Beat => {
                    // Nobody is silent while nobody listens.
                    silent_beats += u32::from(may_read);
                    self.writer.beat().await
                }
                Event::Queued(frame) => self.write(Some(frame), None).await,
            };
            if let Err(close) = outcome {
                return close;
            }
        }
    }

    async fn hear(&mut self, message: &Message) -> Result<(), Option<Close>> {
        match read(self.writer.codec, message) {
            Read::Frame(ClientFrame::Command { id, command }) => {
                let is_message = matches!(command, Command::Message { .. });
                let mut answer = self.ask(id, command);
                // The first poll hands a message to the log, so that order is kept; it must not
                // be put off because this task has had its share of time (tokio's budget).
                match unconstrained(answer.as_mut()).now_or_never() {
                    Some(answer) => return self.write(None, Some(answer)).await,
                    None if is_message => self.answers.push_back(answer),
                    None => self.in_line = Some(answer),
                }
                Ok(())
            }
            Read::Frame(ClientFrame::Hello(_)) => {
                self.writer.say(&refused(None, Refusal::OutOfTurn)).await
            }
            Read::Malformed => {
                self.writer.say(&refused(None, Refusal::Malformed)).await?;
                Err(Some(Close::ProtocolError))
            }
            Read::Nothing => Ok(()),
            Read::End => self.writer.echo_close().await,
        }
    }

    fn ask(&self, id: u32, command: Command) -> Answer {
        let (registry, connection) =
            (Arc::clone(&self.sockets.registry), Arc::clone(&self.connection));
        Box::pin(async move {
            match registry.dispatch(&connection, command).await {
                Ok(result) => ServerFrame::Ack(Ack { id, result }),
                Err(refusal) => refused(Some(id), refusal),
            }
        })
    }

    /// Feeds what the queue holds and then the answer, and flushes once. The queue goes
    /// first: a batch precedes the ack of its messages.
    async fn write(
        &mut self,
        first: Option<SharedFrame>,
        mut answer: Option<ServerFrame>,
    ) -> Result<(), Option<Close>> {
        if let Some(frame) = first {
            self.writer.feed(frame.bytes(self.writer.codec)).await?;
        }
        loop {
            while let Ok(frame) = self.queue.try_recv() {
                self.writer.feed(frame.bytes(self.writer.codec)).await?;
            }
            let Some(frame) = answer.take() else { break };
            let bytes = self.writer.codec.encode(&frame).into();
            self.writer.feed(bytes).await?;
            // More may have become ready, behind batches that were queued meanwhile.
            answer = self.answers.next().now_or_never().flatten();
        }
        self.writer.flush().await
    }

    /// Answers what was asked, then says goodbye.
    async fn drain(&mut self) -> Option<Close> {
        let finish = async {
            if self.in_line.is_some() {
                let answer = done(&mut self.in_line).await;
                self.write(None, Some(answer)).await?;
            }
            while let Some(answer) = self.answers.next().await {
                self.write(None, Some(answer)).await?;
            }
            self.write(None, None).await
        };
        match timeout(DRAIN, finish).await {
            Ok(Err(close)) => close,
            _ => Some(come_back(&self.sockets)),
        }
    }
}

/// Waits for what is under way, and takes it away; for ever if nothing is.
async fn done<T>(slot: &mut Option<Pin<Box<dyn Future<Output = T> + Send>>>) -> T {
    match slot {
        Some(under_way) => {
            let done = under_way.await;
            *slot = None;
            done
        }
        None => std::future::pending().await,
    }
}

enum Event {
    Answered(ServerFrame),
    CaughtUp(engine::Result<()>),
    Behind,
    Read(Option<Result<Message, axum::Error>>),
    Beat,
    Queued(SharedFrame),
}

enum Read {
    Frame(ClientFrame),
    Malformed,
    /// Pings and pongs.
    Nothing,
    End,
}

/// JSON is text and postcard is binary; the other kind of frame is malformed.
fn read(codec: Codec, message: &Message) -> Read {
    let bytes = match (codec, message) {
        (Codec::Postcard, Message::Binary(bytes)) => bytes.as_ref(),
        (Codec::Json, Message::Text(text)) => text.as_bytes(),
        (_, Message::Binary(_) | Message::Text(_)) => return Read::Malformed,
        (_, Message::Ping(_) | Message::Pong(_)) => return Read::Nothing,
        (_, Message::Close(_)) => return Read::End,
    };
    codec.decode(bytes).map_or(Read::Malformed, Read::Frame)
}

fn refused(id: Option<u32>, refusal: Refusal) -> ServerFrame {
    ServerFrame::Refused(Refused { id, refusal })
}

/// So that 4,000 clients a second come back, and never all within one second.
fn come_back(sockets: &Sockets) -> Close {
    let spread_ms = u32::try_from(sockets.links.len() / 4).unwrap_or(u32::MAX).max(1000);
    Close::ComeBack { spread_ms }
}

struct Writer {
    codec: Codec,
    sink: SplitSink<WebSocket, Message>,
}

impl Writer {
    async fn feed(&mut self, bytes: Bytes) -> Result<(), Option<Close>> {
        let message = match self.codec {
            Codec::Postcard => Message::Binary(bytes),
            // The codec writes JSON, and JSON is UTF-8.
            Codec::Json => match bytes.try_into() {
                Ok(text) => Message::Text(text),
                Err(_) => return Err(Some(Close::Overloaded)),
            },
        };
        self.sink.feed(message).await.map_err(|_| None)
    }

    async fn flush(&mut self) -> Result<(), Option<Close>> {
        self.sink.flush().await.map_err(|_| None)
    }

    async fn say(&mut self, frame: &ServerFrame) -> Result<(), Option<Close>> {
        let bytes = self.codec.encode(frame).into();
        self.feed(bytes).await?;
        self.flush().await
    }

    async fn beat(&mut self) -> Result<(), Option<Close>> {
        self.sink.feed(Message::Ping(Bytes::new())).await.map_err(|_| None)?;
        self.say(&ServerFrame::Beat).await
    }

    /// Says why, in a frame that scripts can read and in the close code (RFC 6455, 7.4).
    async fn close(&mut self, close: Close) {
        let code = match close {
            Close::ComeBack { .. } => close_code::RESTART,
            Close::Overloaded => close_code::AGAIN,
            Close::ProtocolError => close_code::PROTOCOL,
            Close::Reload => close_code::NORMAL,
        };
        if self.say(&ServerFrame::Close(close)).await.is_ok() {
            let frame = CloseFrame { code, reason: "".into() };
            let _ = self.sink.send(Message::Close(Some(frame))).await;
        }
    }

    /// The client has closed; the library has the reply ready, and this sends it.
    async fn echo_close<T>(&mut self) -> Result<T, Option<Close>> {
        let _ = self.flush().await;
        Err(None)
    }
}
