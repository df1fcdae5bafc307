//! `/ws`: one task a socket. It reads commands, hands them to the registry, and writes what
//! the outbox holds: everything that waits goes out together. While it sleeps, others write the
//! messages of a large room for it.
//!
//! The WebSocket itself (RFC 6455) is a small part of that and written here, upon a library's
//! frame headers: for everyone in a room the same bytes leave, header and all, and a socket
//! that has nothing to say or to hear keeps no buffers.

mod handshake;
mod incoming;
mod wire;

use super::link::{self, Newcomer, Shared};
use super::{Peer, session_cookie};
use crate::security::token::Secret;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

pub async fn upgrade(
    State(shared): State<Arc<Shared>>,
    peer: Peer,
    mut request: Request,
) -> Response {
    let headers = request.headers();
    let secret = session_cookie(headers).as_deref().and_then(Secret::parse);
    if !shared.origins.allow(headers, secret.is_some()) {
        return (StatusCode::FORBIDDEN, "this origin may not connect\n").into_response();
    }
    if shared.shutdown.is_cancelled() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let address = shared.proxies.client(peer.0.ip(), headers);
    let (codec, answer) = match handshake::answer(request.headers()) {
        Ok(answered) => answered,
        Err(refused) => return refused.into_response(),
    };
    let upgrade = hyper::upgrade::on(&mut request);
    let newcomer = Newcomer { codec, address, cookie: secret.map(|secret| secret.hash()) };
    let links = shared.links.clone();
    links.spawn(async move {
        match handshake::socket(upgrade, codec).await {
            Ok(socket) => link::run(shared, newcomer, socket).await,
            Err(error) => tracing::debug!(%error, "a socket was not opened"),
        }
    });
    answer
}
