//! The life of one link, over whatever carries its frames: hello, commands and answers, beats,
//! and the end. A [`Wire`] brings frames in and takes frames out; it decides nothing.

mod wire;

pub use wire::{End, Read, Wire};

use crate::engine::{self, TokenHash};
use crate::registry::{Connection, Registry};
use crate::security::{address::TrustedProxies, origin::Origins, token::Secret};
use crate::session::{Encoded, Outbox, Queue, Queued, SharedFrame};
use app::protocol::{
    Ack, ClientFrame, Close, Codec, Command, Hello, Refusal, Refused, ServerFrame,
};
use futures::FutureExt;
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::unconstrained;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A client must say hello within this time.
const HELLO: Duration = Duration::from_secs(10);

/// How often a ping and a beat are sent.
const BEAT: Duration = Duration::from_secs(25);

/// Whoever gives no sign of life for so long after a beat, a pong included, is gone.
const SILENCE: Duration = Duration::from_secs(20);

/// Unanswered commands of one connection; while there are more, it is not read from.
const IN_FLIGHT: usize = 512;

/// How long answers are waited for when the server shuts down.
const DRAIN: Duration = Duration::from_secs(5);

/// How long saying goodbye may take, until the other side has said it too.
const GOODBYE: Duration = Duration::from_secs(3);

/// What all links share.
pub struct Shared {
    pub registry: Arc<Registry>,
    pub origins: Origins,
    pub proxies: TrustedProxies,
    /// The page's build: another one is told to reload.
    pub build: String,
    pub shutdown: CancellationToken,
    /// Counts the links, so that a shutdown can wait for them.
    pub links: TaskTracker,
}

pub struct Newcomer {
    pub codec: Codec,
    pub address: IpAddr,
    pub cookie: Option<TokenHash>,
}

/// Encoded as soon as it is known: what waits is small.
type Answer = Pin<Box<dyn Future<Output = Encoded> + Send>>;
type CatchingUp = Pin<Box<dyn Future<Output = engine::Result<()>> + Send>>;

/// Runs a link from its hello to its end. What happens once in its life is boxed, and its memory
/// given back: a link is idle most of the time, and there are many.
pub async fn run<W: Wire>(shared: Arc<Shared>, newcomer: Newcomer, mut wire: Box<W>) {
    let codec = newcomer.codec;
    let welcomed = tokio::select! {
        welcomed = timeout(HELLO, Box::pin(welcome(&shared, newcomer, &mut *wire))) => {
            welcomed.unwrap_or(Err(Some(Close::Overloaded)))
        }
        () = shared.shutdown.cancelled() => Err(Some(come_back(&shared))),
    };
    let close = match welcomed {
        Ok((connection, queue)) => {
            let mut link = Link {
                shared,
                connection,
                queue,
                codec,
                wire: &mut *wire,
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
    let goodbye = async {
        match close {
            Some(close) => {
                if say(&mut *wire, codec, &ServerFrame::Close(close.clone())).await.is_ok() {
                    wire.hang_up(close).await;
                }
            }
            // Who said goodbye first is answered.
            None => {
                let _ = wire.flush().await;
            }
        }
    };
    let _ = timeout(GOODBYE, Box::pin(goodbye)).await;
}

/// Reads the hello and answers it.
async fn welcome<W: Wire>(
    shared: &Shared,
    newcomer: Newcomer,
    wire: &mut W,
) -> Result<(Arc<Connection>, Queue), End> {
    let codec = newcomer.codec;
    let hello = loop {
        match wire.read().await {
            Read::Frame(ClientFrame::Hello(hello)) => break hello,
            Read::Frame(ClientFrame::Command { id, .. }) => {
                say(wire, codec, &refused(Some(id), Refusal::OutOfTurn)).await?;
                return Err(Some(Close::ProtocolError));
            }
            Read::Malformed => {
                say(wire, codec, &refused(None, Refusal::Malformed)).await?;
                return Err(Some(Close::ProtocolError));
            }
            Read::Nothing => wire.flush().await?,
            Read::Broken => return Err(Some(Close::ProtocolError)),
            Read::End => return Err(None),
        }
    };
    let Hello { build, token } = hello;
    if build.is_some_and(|build| build != shared.build) {
        return Err(Some(Close::Reload));
    }
    let bearer = match token.as_deref().map(Secret::parse) {
        None => None,
        Some(Some(secret)) => Some(secret.hash()),
        Some(None) => return unknown_session(wire, codec).await,
    };
    let (outbox, queue) = Outbox::new();
    let connection = Connection::new(newcomer.address, outbox, bearer.or(newcomer.cookie));
    let greeting = match shared.registry.greet(&connection).await {
        Ok(greeting) => greeting,
        Err(refusal) => {
            say(wire, codec, &refused(None, refusal)).await?;
            return Err(Some(Close::Overloaded));
        }
    };
    if bearer.is_some() && greeting.user.is_none() {
        return unknown_session(wire, codec).await;
    }
    say(wire, codec, &ServerFrame::Hello(greeting)).await?;
    Ok((Arc::new(connection), queue))
}

async fn unknown_session<T>(wire: &mut impl Wire, codec: Codec) -> Result<T, End> {
    say(wire, codec, &refused(None, Refusal::UnknownSession)).await?;
    Err(Some(Close::ProtocolError))
}

struct Link<'a, W> {
    shared: Arc<Shared>,
    connection: Arc<Connection>,
    queue: Queue,
    codec: Codec,
    wire: &'a mut W,
    /// Messages on their way through the log; answered in the order they were sent.
    answers: FuturesOrdered<Answer>,
    /// Any other command: nothing is read until it is answered, so that a client may send
    /// `join` and `message` in one go.
    in_line: Option<Answer>,
    /// Reading what the connection lacks. One at a time: two would send the same twice.
    catching_up: Option<CatchingUp>,
}

impl<W: Wire> Link<'_, W> {
    /// Runs until one side ends it.
    async fn live(&mut self) -> End {
        let heart = sleep(BEAT);
        tokio::pin!(heart);
        // Whether a beat waits for a sign of life. Nobody is silent while nobody listens.
        let mut is_asked = false;
        let shared = Arc::clone(&self.shared);
        let shutdown = shared.shutdown.cancelled();
        tokio::pin!(shutdown);
        let writer = self.wire.writer();
        loop {
            let may_fall_behind = self.catching_up.is_none();
            let may_read = self.in_line.is_none() && self.answers.len() < IN_FLIGHT;
            // Who is about to be answered gets what comes before the answer along with it.
            let is_asking = self.in_line.is_some() || !self.answers.is_empty();
            let writer = writer.as_ref().filter(|_| !is_asking);
            let event = tokio::select! {
                // What came in goes first: a pong before the beat that misses it. The queue
                // can be last because every answer takes it along.
                biased;
                () = &mut shutdown => Event::Shutdown,
                Some(answer) = self.answers.next(), if !self.answers.is_empty() => {
                    Event::Answered(answer)
                }
                answer = done(&mut self.in_line) => Event::Answered(answer),
                caught_up = done(&mut self.catching_up) => Event::CaughtUp(caught_up),
                read = self.wire.read(), if may_read => Event::Read(read),
                () = &mut heart => Event::Beat,
                queued = self.queue.next_or_lend(may_fall_behind, writer) => Event::Queued(queued),
            };
            // From here on nobody else writes, and before it is lent again all is flushed.
            if let Some(rest) = self.queue.take_back() {
                self.wire.resume(rest);
            }
            let (frame, answer) = match event {
                Event::Shutdown => return Box::pin(self.drain()).await,
                Event::Answered(answer) => (None, Some(answer)),
                Event::CaughtUp(Ok(())) => (None, None),
                Event::CaughtUp(Err(error)) => {
                    tracing::error!(%error, "a connection could not catch up");
                    // Coming back is catching up again.
                    return Some(Close::Overloaded);
                }
                Event::Read(read) => {
                    if std::mem::take(&mut is_asked) {
                        heart.as_mut().reset(Instant::now() + BEAT);
                    }
                    match self.hear(read) {
                        Ok(answer) => (None, answer),
                        Err(Stop::Malformed) => return Box::pin(self.protest()).await,
                        Err(Stop::Now(end)) => return end,
                    }
                }
                Event::Beat if is_asked => return None,
                Event::Beat => {
                    is_asked = may_read;
                    let next = if is_asked { SILENCE } else { BEAT };
                    heart.as_mut().reset(Instant::now() + next);
                    self.wire.ping();
                    (None, Some(Encoded::new(self.codec, &ServerFrame::Beat)))
                }
                Event::Queued(None) => (None, None),
                Event::Queued(Some(Queued::Frame(frame))) => (Some(frame), None),
                Event::Queued(Some(Queued::Behind)) => {
                    let registry = Arc::clone(&shared.registry);
                    let connection = Arc::clone(&self.connection);
                    self.catching_up =
                        Some(Box::pin(async move { registry.catch_up(&connection).await }));
                    (None, None)
                }
            };
            if let Err(end) = self.write(frame, answer).await {
                return end;
            }
        }
    }

    /// What there is to answer at once.
    fn hear(&mut self, read: Read) -> Result<Option<Encoded>, Stop> {
        match read {
            Read::Frame(ClientFrame::Command { id, command }) => {
                let is_said = command.is_said();
                let mut answer = self.ask(id, command);
                // The first poll hands a message to the log, so that order is kept; it must not
                // be put off because this task has had its share of time (tokio's budget).
                match unconstrained(answer.as_mut()).now_or_never() {
                    Some(answer) => return Ok(Some(answer)),
                    None if is_said => self.answers.push_back(answer),
                    None => self.in_line = Some(answer),
                }
                Ok(None)
            }
            Read::Frame(ClientFrame::Hello(_)) => {
                Ok(Some(Encoded::new(self.codec, &refused(None, Refusal::OutOfTurn))))
            }
            Read::Nothing => Ok(None),
            Read::Malformed => Err(Stop::Malformed),
            Read::Broken => Err(Stop::Now(Some(Close::ProtocolError))),
            Read::End => Err(Stop::Now(None)),
        }
    }

    async fn protest(&mut self) -> End {
        match say(self.wire, self.codec, &refused(None, Refusal::Malformed)).await {
            Ok(()) => Some(Close::ProtocolError),
            Err(end) => end,
        }
    }

    fn ask(&self, id: u32, command: Command) -> Answer {
        let (registry, connection) =
            (Arc::clone(&self.shared.registry), Arc::clone(&self.connection));
        let codec = self.codec;
        Box::pin(async move {
            let answer = match registry.dispatch(&connection, command).await {
                Ok(result) => ServerFrame::Ack(Ack { id, result }),
                Err(refusal) => refused(Some(id), refusal),
            };
            Encoded::new(codec, &answer)
        })
    }

    /// Feeds what the queue holds and then the answer, and flushes once. The queue goes
    /// first: a batch precedes the ack of its messages.
    async fn write(
        &mut self,
        first: Option<SharedFrame>,
        mut answer: Option<Encoded>,
    ) -> Result<(), End> {
        if let Some(frame) = first {
            self.wire.feed(frame.encoded(self.codec)).await?;
        }
        loop {
            while let Some(frame) = self.queue.try_next() {
                self.wire.feed(frame.encoded(self.codec)).await?;
            }
            let Some(frame) = answer.take() else { break };
            self.wire.feed(frame).await?;
            // More may have become ready, behind batches that were queued meanwhile.
            answer = self.answers.next().now_or_never().flatten();
        }
        self.wire.flush().await
    }

    /// Answers what was asked, then says goodbye.
    async fn drain(&mut self) -> End {
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
            Ok(Err(end)) => end,
            _ => Some(come_back(&self.shared)),
        }
    }
}

enum Event {
    Shutdown,
    Answered(Encoded),
    CaughtUp(engine::Result<()>),
    Read(Read),
    Beat,
    Queued(Option<Queued>),
}

/// Why nothing more is heard.
enum Stop {
    /// What came is no frame; the client is told.
    Malformed,
    Now(End),
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

async fn say(wire: &mut impl Wire, codec: Codec, frame: &ServerFrame) -> Result<(), End> {
    wire.feed(Encoded::new(codec, frame)).await?;
    wire.flush().await
}

fn refused(id: Option<u32>, refusal: Refusal) -> ServerFrame {
    ServerFrame::Refused(Refused { id, refusal })
}

/// So that 4,000 clients a second come back, and never all within one second.
fn come_back(shared: &Shared) -> Close {
    let spread_ms = u32::try_from(shared.links.len() / 4).unwrap_or(u32::MAX).max(1000);
    Close::ComeBack { spread_ms }
}
