//! The ways in: thin translations onto [`Registry::dispatch`](crate::registry::Registry::dispatch).

pub mod echo;
pub mod form;
pub mod link;
pub mod poll;
pub mod websocket;

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
