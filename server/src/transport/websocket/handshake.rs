//! From a request to a socket (RFC 6455, section 4).

use super::wire::Socket;
use crate::serve::Stream;
use app::protocol::Codec;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::downcast;
use std::io;
use tungstenite::handshake::derive_accept_key;

/// What is wrong with a request that was to become a socket.
pub enum Refused {
    NoUpgrade,
    OtherVersion,
    NoKey,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let upgrade = StatusCode::UPGRADE_REQUIRED;
        match self {
            Refused::NoUpgrade => {
                let words = "here is a WebSocket and nothing else\n";
                (upgrade, [(header::UPGRADE, "websocket")], words).into_response()
            }
            Refused::OtherVersion => {
                let version = [(header::SEC_WEBSOCKET_VERSION, "13")];
                (upgrade, version, "version 13, please\n").into_response()
            }
            Refused::NoKey => {
                let words = "the header Sec-WebSocket-Key is missing\n";
                (StatusCode::BAD_REQUEST, words).into_response()
            }
        }
    }
}

/// The codec that was agreed on, and the answer.
pub fn answer(headers: &HeaderMap) -> Result<(Codec, Response), Refused> {
    let is_upgrade = lists(headers, header::CONNECTION, "upgrade")
        && lists(headers, header::UPGRADE, "websocket");
    if !is_upgrade {
        return Err(Refused::NoUpgrade);
    }
    if !lists(headers, header::SEC_WEBSOCKET_VERSION, "13") {
        return Err(Refused::OtherVersion);
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).ok_or(Refused::NoKey)?;
    let named = [Codec::Postcard, Codec::Json]
        .into_iter()
        .find(|codec| lists(headers, header::SEC_WEBSOCKET_PROTOCOL, codec.subprotocol()));
    let mut answer = Response::default();
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let of_answer = answer.headers_mut();
    of_answer.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    of_answer.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = derive_accept_key(key.as_bytes()).parse() {
        of_answer.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    if let Some(codec) = named {
        let name = HeaderValue::from_static(codec.subprotocol());
        of_answer.insert(header::SEC_WEBSOCKET_PROTOCOL, name);
    }
    Ok((named.unwrap_or(Codec::Json), answer))
}

/// Whether a header that is a list of words holds this one, in any case.
fn lists(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|part| part.trim().eq_ignore_ascii_case(word))
}

/// The connection once it is ours.
pub async fn socket(upgrade: OnUpgrade, codec: Codec) -> io::Result<Box<Socket>> {
    let upgraded = upgrade.await.map_err(io::Error::other)?;
    let parts = downcast::<TokioIo<Stream>>(upgraded)
        .map_err(|_| io::Error::other("not a connection that was accepted here"))?;
    Ok(Box::new(Socket::new(codec, parts.io.into_inner().into_inner(), &parts.read_buf)))
}
