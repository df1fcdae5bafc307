//! Who calls, and which room is meant, as far as the request tells.

use super::Api;
use super::problem::Failure;
use crate::engine::TokenHash;
use crate::names;
use crate::registry::Reader;
use crate::security::token::Secret;
use crate::transport::{Peer, session_cookie};
use app::protocol::{MessageId, Refusal, RoomKey};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use serde::Deserialize;
use std::sync::Arc;

pub struct Caller {
    /// With the session of the bearer token, or else of the cookie.
    pub reader: Reader,
    /// The hash of the secret that was brought, whether or not a session has it yet: a cookie
    /// comes with the first page, its session with the first join.
    pub token: Option<TokenHash>,
}

impl FromRequestParts<Arc<Api>> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Failure> {
        let peer = Peer::from_request_parts(parts, api)
            .await
            .map_err(|_: StatusCode| Failure::Refused(Refusal::Unavailable))?;
        let cookie = session_cookie(&parts.headers).as_deref().and_then(Secret::parse);
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if !reads && !api.origins.allow(&parts.headers, cookie.is_some()) {
            return Err(Failure::ForeignOrigin);
        }
        let bearer = match bearer(&parts.headers) {
            Some(token) => Some(Secret::parse(token).ok_or(Refusal::UnknownSession)?),
            None => None,
        };
        let is_bearer = bearer.is_some();
        let token = bearer.or(cookie).map(|secret| secret.hash());
        let address = api.proxies.client(peer.0.ip(), &parts.headers);
        let reader = api.registry.reader(address, token).await?;
        if is_bearer && reader.session.is_none() {
            return Err(Refusal::UnknownSession.into());
        }
        Ok(Caller { reader, token })
    }
}

/// The token of `Authorization: Bearer` (RFC 6750, section 2.1). Other schemes are the
/// business of a proxy in front.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("Bearer".len())?;
    if !scheme.eq_ignore_ascii_case(b"Bearer") {
        return None;
    }
    Some(std::str::from_utf8(token).unwrap_or_default().trim())
}

/// The message of the path. What is no id names no message.
pub struct MessageName(pub MessageId);

impl FromRequestParts<Arc<Api>> for MessageName {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Named {
            id: MessageId,
        }
        let named: Result<Path<Named>, _> = Path::from_request_parts(parts, api).await;
        let Path(Named { id }) = named.map_err(|_| Failure::Refused(Refusal::NoSuchMessage))?;
        Ok(MessageName(id))
    }
}

/// The emoji of the path.
pub struct Emoji(pub String);

impl FromRequestParts<Arc<Api>> for Emoji {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Named {
            emoji: String,
        }
        let named: Result<Path<Named>, _> = Path::from_request_parts(parts, api).await;
        let Path(Named { emoji }) = named.map_err(|_| Failure::Refused(Refusal::BadEmoji))?;
        Ok(Emoji(emoji))
    }
}

/// The room of the path. It need not be written the way its key is.
pub struct RoomName {
    pub key: RoomKey,
    pub written: String,
}

impl FromRequestParts<Arc<Api>> for RoomName {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Named {
            room: String,
        }
        let Path(Named { room: written }) = Path::from_request_parts(parts, api)
            .await
            .map_err(|_| Failure::Refused(Refusal::BadRoom))?;
        let (key, _) = names::parse_room(&written)?;
        Ok(RoomName { key, written })
    }
}
