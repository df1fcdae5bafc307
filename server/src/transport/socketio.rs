//! `/socket.io/`: the classic room chat, event for event, for clients that were written for
//! it (Socket.IO protocol 5, over WebSocket, over polling, and from one to the other).
//!
//! - [`door`]: who may connect, and how long a request may take; by [`ticket`] it is known whose
//!   connection it goes on with.
//! - [`event`]: what comes in.
//! - [`inbox`]: what waits to be heard. [`link`]: one socket, from connecting to the end.
//! - [`place`]: a socket in its room, and what it was told there.
//! - [`told`]: frames in the tutorial's words. [`line`]: the way out to a socket.
//! - [`echo`]: the namespace that answers what it hears.
//!
//! The library carries events; its rooms and adapters are not used. Each socket is a
//! [`Connection`](crate::registry::Connection) like any other, whose frames one task puts into
//! events.

mod door;
mod ticket;
mod event;
mod inbox;
mod link;
mod place;
mod told;
mod line;
mod echo;

use super::words::Words;
use crate::registry::{Connection, Registry};
use crate::room::ConnectionId;
use crate::security::address::TrustedProxies;
use crate::security::origin::Origins;
use crate::security::token::Secret;
use crate::session::{Outbox, Queue};
use app::protocol::{Refusal, UserId};
use axum::extract::ConnectInfo;
use axum::{Router, middleware};
use event::{Caller, Event, Token};
use inbox::{Inbox, Request};
use line::Line;
use link::Link;
use socketioxide::SocketIo;
use socketioxide::handler::ConnectHandler;
use socketioxide::socket::Socket;
use std::collections::HashMap;
use std::future::ready;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use ticket::Tickets;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Packets that may wait for one socket. A full queue is waited for; see [`line`].
const QUEUE: usize = 4096;

/// Bytes of one message, as stock servers have it: a client written for those gets an answer to
/// what is too long, instead of a closed connection.
const MESSAGE_BYTES: usize = 1_000_000;

/// What one answer to a poll may hold: more than a full queue does. The library loses a packet
/// that did not fit into the answer when the connection is upgraded just then.
const POLL_BYTES: u64 = 1 << 30;

const READ_BUFFER: usize = 1024;

/// A connection that enters no namespace within this time is closed.
const CONNECT: Duration = Duration::from_secs(10);

/// How long the sockets' answers, and then their goodbyes, may take when the server shuts down.
const DRAIN: Duration = Duration::from_secs(6);
const GOODBYE: Duration = Duration::from_secs(3);

/// What the sockets share.
pub struct Sockets {
    pub registry: Arc<Registry>,
    pub origins: Origins,
    pub proxies: TrustedProxies,
    pub words: &'static Words,
    pub shutdown: CancellationToken,
    /// Counts what a shutdown has to wait for.
    pub links: TaskTracker,
}

/// What the links share.
struct Parlour {
    sockets: Sockets,
    ids: Ids,
    tickets: Tickets,
    /// Counts the sockets in the room chat.
    links: TaskTracker,
}

/// The socket's id of each user who is here by Socket.IO: their id in `roomData`. The lock is
/// held for look-ups only.
#[derive(Default)]
struct Ids(Mutex<HashMap<UserId, (ConnectionId, String)>>);

impl Ids {
    fn insert(&self, user: UserId, connection: ConnectionId, socket: &str) {
        let mut ids = self.0.lock().expect("no panic under this lock");
        ids.insert(user, (connection, socket.to_owned()));
    }

    /// The ids that these users go by in lists.
    fn of(&self, users: impl Iterator<Item = UserId>) -> Vec<String> {
        let ids = self.0.lock().expect("no panic under this lock");
        users
            .map(|user| ids.get(&user).map_or_else(|| user.to_string(), |(_, id)| id.clone()))
            .collect()
    }

    /// Unless another socket of the same session has taken over.
    fn remove(&self, user: UserId, connection: ConnectionId) {
        let mut ids = self.0.lock().expect("no panic under this lock");
        if ids.get(&user).is_some_and(|(owner, _)| *owner == connection) {
            ids.remove(&user);
        }
    }
}

pub fn router(sockets: Sockets) -> Router {
    let (service, io) = SocketIo::builder()
        .req_path("/socket.io")
        .max_buffer_size(QUEUE)
        .max_payload(POLL_BYTES)
        .ws_max_message_size(MESSAGE_BYTES)
        .ws_max_frame_size(MESSAGE_BYTES)
        .ws_read_buffer_size(READ_BUFFER)
        .connect_timeout(CONNECT)
        .build_svc();
    let links = sockets.links.clone();
    let parlour = Arc::new(Parlour {
        sockets,
        ids: Ids::default(),
        tickets: Tickets::new(),
        links: TaskTracker::new(),
    });
    room_chat(&io, &parlour);
    echo::open(&io, parlour.sockets.words, parlour.sockets.registry.limits());
    links.spawn(close(Arc::clone(&parlour), io));
    Router::new()
        .route_service("/socket.io", service.clone())
        .route_service("/socket.io/", service)
        .layer(middleware::from_fn_with_state(parlour, door::keep))
}

fn room_chat(io: &SocketIo, parlour: &Arc<Parlour>) {
    let (theirs, parlour) = (Arc::clone(parlour), Arc::clone(parlour));
    let come_in = move |caller: Caller| {
        begin(&theirs, caller.socket);
        ready(())
    };
    let knock = move |caller: Caller| prepare(Arc::clone(&parlour), caller);
    io.ns("/", come_in.with(knock));
}

/// At a shutdown the links answer what was asked; then every connection is closed in the way
/// after which clients come back by themselves.
async fn close(parlour: Arc<Parlour>, io: SocketIo) {
    parlour.sockets.shutdown.cancelled().await;
    parlour.links.close();
    let _ = timeout(DRAIN, parlour.links.wait()).await;
    let _ = timeout(GOODBYE, io.close()).await;
}

/// What is made ready before a socket is told that it is connected, so that not even its first
/// event comes too early. It waits with the socket, and so must not hold it.
struct Call {
    connection: Connection,
    requests: mpsc::Receiver<Request>,
    queue: Queue,
    gone: CancellationToken,
}

/// The library keeps only what can be cloned.
#[derive(Clone)]
struct Waiting(Arc<Mutex<Option<Call>>>);

/// Lets someone in who brings no token or a good one, and makes their link ready.
async fn prepare(parlour: Arc<Parlour>, caller: Caller) -> Result<(), String> {
    let words = parlour.sockets.words;
    let refuse = |refusal: Refusal| words.refusal(&refusal);
    let (outbox, queue) = Outbox::new();
    let address = parlour.address(&caller.socket);
    let connection = match &caller.token {
        Token::Unheard => Connection::tokenless(address, outbox),
        Token::Wanted => Connection::new(address, outbox, None),
        Token::Malformed => return Err(refuse(Refusal::Malformed)),
        Token::Held(token) => {
            let secret = Secret::parse(token).ok_or_else(|| refuse(Refusal::UnknownSession))?;
            let connection = Connection::new(address, outbox, Some(secret.hash()));
            let greeting = parlour.sockets.registry.greet(&connection).await.map_err(refuse)?;
            greeting.user.ok_or_else(|| refuse(Refusal::UnknownSession))?;
            connection
        }
    };
    let gone = CancellationToken::new();
    let (inbox, requests) = Inbox::new(words, parlour.sockets.registry.limits());
    let call = Call { connection, requests, queue, gone: gone.clone() };
    caller.socket.extensions.insert(Waiting(Arc::new(Mutex::new(Some(call)))));
    // Not by the library's own hook for disconnecting: it would keep the name of the namespace
    // taken for a moment, in which a client that comes back at once is not heard.
    caller.socket.extensions.insert(Arc::new(gone.drop_guard()));
    // Runs on the task that reads the socket, hence in order; what it returns does nothing more.
    caller.socket.on_fallback(move |event: Event| {
        inbox.take(event);
        ready(())
    });
    Ok(())
}

/// Begins the link of a socket that was told that it is connected.
fn begin(parlour: &Arc<Parlour>, socket: Arc<Socket>) {
    let waiting = socket.extensions.remove::<Waiting>();
    let call =
        waiting.and_then(|Waiting(call)| call.lock().expect("no panic under this lock").take());
    if let Some(Call { connection, requests, queue, gone }) = call {
        let line = Line::new(&socket, gone);
        let link = Link::new(Arc::clone(parlour), line, connection, requests, queue);
        parlour.links.spawn(link.run());
    }
}

impl Parlour {
    fn address(&self, socket: &Socket) -> IpAddr {
        let parts = socket.req_parts();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        self.sockets.proxies.client(peer, &parts.headers)
    }
}
