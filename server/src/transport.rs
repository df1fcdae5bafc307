//! The ways in: thin translations onto [`Registry::dispatch`](crate::registry::Registry::dispatch).

pub mod echo;
pub mod form;
pub mod http;
pub mod link;
pub mod poll;
pub mod socketio;
pub mod websocket;
pub mod words;

use crate::registry::now_millis;
use app::protocol::{MessageId, Refusal};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum_extra::extract::cookie::Cookie;
use std::net::SocketAddr;

/// The cookie that holds a session's secret.
pub const SESSION_COOKIE: &str = "sarangbang";

/// The value of a request's cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = values.flat_map(Cookie::split_parse_encoded).flatten();
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

pub fn session_cookie(headers: &HeaderMap) -> Option<String> {
    cookie(headers, SESSION_COOKIE)
}

/// The other end of the TCP connection: a client, or a proxy.
pub struct Peer(pub SocketAddr);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        info.map(|ConnectInfo(address)| Peer(*address)).ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// Finishes what was begun even if the client goes away meanwhile, which drops the request's
/// own task.
pub async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(work).await.expect("joining and leaving do not panic")
}

/// For a message that its sender did not name.
pub fn fresh_id() -> MessageId {
    let mut random = [0; 10];
    getrandom::fill(&mut random).expect("the system has a random generator");
    MessageId::new(now_millis(), random)
}

/// The HTTP status that goes with a refusal.
pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NameTaken { .. } | Refusal::IdTaken => StatusCode::CONFLICT,
        Refusal::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::NotStored | Refusal::Unavailable | Refusal::ShuttingDown => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Refusal::UnknownRoom | Refusal::NoSuchMessage => StatusCode::NOT_FOUND,
        Refusal::FileTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::NoRoomForFiles => StatusCode::INSUFFICIENT_STORAGE,
        Refusal::UnknownSession => StatusCode::UNAUTHORIZED,
        Refusal::NotJoined
        | Refusal::TooManyRooms { .. }
        | Refusal::NotYours
        | Refusal::TooManyReactions { .. }
        | Refusal::TooLateToEdit { .. } => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
