//! `/ws`: one task a socket. It reads commands, hands them to the registry, and writes what
//! the outbox holds: everything that waits is fed, then flushed once.

mod wire;

use super::link::{self, Newcomer, Shared};
use super::{Peer, session_cookie};
use crate::security::token::Secret;
use app::protocol::{Codec, limits};
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Frames are small: the library's default of 128 KiB a socket, taken at once, would be most
/// of an idle connection's memory.
const READ_BUFFER: usize = 1024;
const WRITE_BUFFER: usize = 4 * 1024;

/// What may wait in a socket's write buffer; a full catch-up batch of long texts fits.
const MAX_WRITE_BUFFER: usize = 32 * 1024 * 1024;

pub async fn upgrade(
    State(shared): State<Arc<Shared>>,
    peer: Peer,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let secret = session_cookie(&headers).as_deref().and_then(Secret::parse);
    if !shared.origins.allow(&headers, secret.is_some()) {
        return (StatusCode::FORBIDDEN, "this origin may not connect\n").into_response();
    }
    if shared.shutdown.is_cancelled() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let address = shared.proxies.client(peer.0.ip(), &headers);
    let upgrade = upgrade
        .protocols([Codec::Postcard.subprotocol(), Codec::Json.subprotocol()])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MAX_WRITE_BUFFER)
        .max_message_size(limits::FRAME_BYTES)
        .max_frame_size(limits::FRAME_BYTES);
    let named = upgrade.selected_protocol().and_then(|name| name.to_str().ok());
    let codec = match named {
        Some(name) if name == Codec::Postcard.subprotocol() => Codec::Postcard,
        _ => Codec::Json,
    };
    let newcomer = Newcomer { codec, address, cookie: secret.map(|secret| secret.hash()) };
    upgrade.on_upgrade(move |socket| {
        let links = shared.links.clone();
        links.track_future(link::run(shared, newcomer, wire::Socket { codec, socket }))
    })
}
