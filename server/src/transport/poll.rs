//! `/poll`: a link without a WebSocket. The same frames come in by POST and go out by parked
//! GETs; `app::protocol::poll` says how. Behind the requests a task lives the link as it
//! would live a socket's.

mod line;

use super::link::{self, Newcomer, Shared};
use super::{Peer, session_cookie};
use crate::engine::TokenHash;
use crate::security::token::Secret;
use app::protocol::{ClientFrame, Codec, Heard, Polled};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use line::{Line, NotAnswered, NotHeard};
use serde::Deserialize;
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex};

/// Links that one cookie may have open: tabs, and those whose opening answer was lost.
const LINKS_PER_SESSION: usize = 32;

/// Links from one address: a school behind one.
const LINKS_PER_ADDRESS: usize = 2000;

/// The links that are open.
pub struct Polls {
    shared: Arc<Shared>,
    /// By the hash of their id. Guards the map; held for look-ups and counting only.
    open: Mutex<HashMap<TokenHash, Open>>,
}

#[derive(Clone)]
struct Open {
    line: Arc<Line>,
    codec: Codec,
    address: IpAddr,
    /// The cookie it was opened with; requests with another one do not find it.
    cookie: Option<TokenHash>,
}

#[derive(Deserialize)]
pub struct Sent {
    /// None: the body opens a link.
    link: Option<String>,
    /// The number of the body's first frame.
    first: Option<NonZeroU64>,
}

/// `POST /poll`
pub async fn send(
    State(polls): State<Arc<Polls>>,
    Query(sent): Query<Sent>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let cookie = cookie(&headers);
    if !polls.shared.origins.allow(&headers, cookie.is_some()) {
        return sorry(StatusCode::FORBIDDEN, "this origin may not connect");
    }
    let Some(codec) = codec(&headers) else {
        let known = "the content type is application/json or application/octet-stream";
        return sorry(StatusCode::UNSUPPORTED_MEDIA_TYPE, known);
    };
    let Ok(frames) = codec.decode::<Vec<ClientFrame>>(&body) else {
        return sorry(StatusCode::BAD_REQUEST, "the body is no list of this protocol's frames");
    };
    let (link, first) = match (sent.link, sent.first) {
        (Some(link), Some(first)) => (link, first),
        (None, None | Some(NonZeroU64::MIN)) => {
            let address = polls.shared.proxies.client(peer.0.ip(), &headers);
            match polls.open(Newcomer { codec, address, cookie }) {
                Ok(link) => (link, NonZeroU64::MIN),
                Err(NotOpened::GoingDown) => {
                    return come_later(StatusCode::SERVICE_UNAVAILABLE, "the server is going down");
                }
                Err(NotOpened::TooMany) => {
                    return come_later(StatusCode::TOO_MANY_REQUESTS, "too many links are open");
                }
            }
        }
        _ => return sorry(StatusCode::BAD_REQUEST, "`link` and `first` go together"),
    };
    let Some(open) = polls.find(&link, cookie) else { return over() };
    match open.line.post(first, frames).await {
        Ok(heard) => answer(codec, codec.encode(&Heard { link, heard })),
        Err(NotHeard::Gap { heard }) => {
            let next = format!("the frame after {heard} is missing");
            sorry(StatusCode::CONFLICT, &next)
        }
        Err(NotHeard::Over) => over(),
    }
}

#[derive(Deserialize)]
pub struct Asked {
    link: String,
    /// The number of the last frame that arrived.
    #[serde(default)]
    ack: u64,
}

/// `GET /poll`
pub async fn wait(
    State(polls): State<Arc<Polls>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let cookie = cookie(&headers);
    // A browser sends no origin with its own page's GETs, but says where they come from (Fetch
    // Metadata); older ones do not, and then it is the link's id that others do not know.
    let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    let is_foreign = cookie.is_some() && site.is_some_and(|site| site != b"same-origin");
    if is_foreign || !polls.shared.origins.allow(&headers, false) {
        return sorry(StatusCode::FORBIDDEN, "this origin may not connect");
    }
    let Some(open) = polls.find(&asked.link, cookie) else { return over() };
    match open.line.get(asked.ack, &polls.shared.shutdown).await {
        Ok((first, frames)) => answer(open.codec, Polled::from_encoded(open.codec, first, &frames)),
        Err(NotAnswered::Over) => over(),
        Err(NotAnswered::Superseded) => {
            sorry(StatusCode::CONFLICT, "another GET took this one's place")
        }
        Err(NotAnswered::BadAck) => {
            sorry(StatusCode::BAD_REQUEST, "no frame of that number waits for its `ack`")
        }
    }
}

enum NotOpened {
    GoingDown,
    TooMany,
}

impl Polls {
    pub fn new(shared: Arc<Shared>) -> Self {
        Polls { shared, open: Mutex::default() }
    }

    /// Begins a link and says its id.
    fn open(self: &Arc<Self>, newcomer: Newcomer) -> Result<String, NotOpened> {
        if self.shared.shutdown.is_cancelled() {
            return Err(NotOpened::GoingDown);
        }
        let id = Secret::new();
        let (line, wire) = line::open(id.hash(), Arc::clone(self));
        let Newcomer { codec, address, cookie } = newcomer;
        let new = Open { line, codec, address, cookie };
        {
            let mut open = self.open.lock().expect("no panic under this lock");
            let mine = open.values().filter(|open| cookie.is_some() && open.cookie == cookie);
            let near = open.values().filter(|open| open.address == address);
            if mine.count() >= LINKS_PER_SESSION || near.count() >= LINKS_PER_ADDRESS {
                return Err(NotOpened::TooMany);
            }
            open.insert(id.hash(), new);
        }
        let shared = Arc::clone(&self.shared);
        self.shared.links.spawn(link::run(shared, newcomer, Box::new(wire)));
        Ok(id.reveal())
    }

    fn find(&self, link: &str, cookie: Option<TokenHash>) -> Option<Open> {
        let id = Secret::parse(link)?.hash();
        let open = self.open.lock().expect("no panic under this lock");
        open.get(&id).filter(|open| open.cookie == cookie).cloned()
    }

    fn forget(&self, id: &TokenHash) {
        self.open.lock().expect("no panic under this lock").remove(id);
    }
}

fn cookie(headers: &HeaderMap) -> Option<TokenHash> {
    Some(Secret::parse(&session_cookie(headers)?)?.hash())
}

const JSON: &str = "application/json";
const POSTCARD: &str = "application/octet-stream";

fn codec(headers: &HeaderMap) -> Option<Codec> {
    let written = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    // Without parameters such as a charset.
    match written.split(';').next()?.trim().to_ascii_lowercase().as_str() {
        JSON => Some(Codec::Json),
        POSTCARD => Some(Codec::Postcard),
        _ => None,
    }
}

const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "private, no-store");

fn answer(codec: Codec, body: Vec<u8>) -> Response {
    let kind = match codec {
        Codec::Json => JSON,
        Codec::Postcard => POSTCARD,
    };
    ([(header::CONTENT_TYPE, kind), NO_STORE], body).into_response()
}

fn sorry(status: StatusCode, why: &str) -> Response {
    (status, [NO_STORE], format!("{why}\n")).into_response()
}

fn come_later(status: StatusCode, why: &str) -> Response {
    ([(header::RETRY_AFTER, "1")], sorry(status, why)).into_response()
}

fn over() -> Response {
    sorry(StatusCode::GONE, "there is no such link: open another and resume")
}
