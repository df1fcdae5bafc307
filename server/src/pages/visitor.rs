//! Who asks for a page, as far as the request tells: session, language, theme, time zone.

use super::Pages;
use crate::engine::TokenHash;
use crate::names;
use crate::registry::Reader;
use crate::security::token::Secret;
use crate::session::{self, Session};
use crate::transport::{Peer, SESSION_COOKIE, cookie};
use app::i18n::Locale;
use app::page::{Theme, Zone};
use app::protocol::RoomKey;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::net::IpAddr;
use std::sync::Arc;

pub struct Visitor {
    pub address: IpAddr,
    pub token: TokenHash,
    /// The page is fetched to be kept, and nobody looks at it.
    pub is_prefetch: bool,
    /// Whether the request brought the session cookie.
    pub carries_cookie: bool,
    /// Known once the visitor has joined any room.
    pub session: Option<Arc<Session>>,
    pub locale: Locale,
    pub theme: Option<Theme>,
    pub zone: Zone,
    pub is_compact: bool,
    /// The name last used, to fill the form.
    pub username: String,
    /// The room last seen, for the same.
    pub room: String,
    /// Cookies for the response: the session's, renewed with every page.
    pub new_cookies: Vec<String>,
}

impl FromRequestParts<Arc<Pages>> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, pages: &Arc<Pages>) -> Result<Self, StatusCode> {
        let peer = Peer::from_request_parts(parts, pages).await?;
        let headers = &parts.headers;
        let known = cookie(headers, SESSION_COOKIE).as_deref().and_then(Secret::parse);
        let carries_cookie = known.is_some();
        let secret = known.unwrap_or_default();
        let token = secret.hash();
        let session = match carries_cookie {
            true => {
                pages.registry.session(&token).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?
            }
            false => None,
        };
        Ok(Visitor {
            address: pages.proxies.client(peer.0.ip(), headers),
            token,
            is_prefetch: is_prefetch(headers),
            carries_cookie,
            session,
            locale: locale(headers, pages.locale),
            theme: cookie(headers, "theme").as_deref().and_then(Theme::from_tag),
            is_compact: cookie(headers, "density").as_deref() == Some("compact"),
            zone: cookie(headers, "zone").as_deref().and_then(Zone::from_tag).unwrap_or_default(),
            username: cookie(headers, "name").unwrap_or_default(),
            room: cookie(headers, "room").unwrap_or_default(),
            new_cookies: vec![session_cookie(&secret, pages.origins.are_secure())],
        })
    }
}

impl Visitor {
    /// Remembers that one has seen a room.
    pub fn has_seen(&mut self, title: &str) {
        if !self.is_prefetch {
            self.new_cookies.push(convenience("room", title));
        }
    }

    /// A room's title as the visitor has written it, or was last shown it.
    pub fn title_of(&self, key: &RoomKey, otherwise: String) -> String {
        let known = names::parse_room(&self.room).ok();
        known.filter(|(known, _)| known == key).map_or(otherwise, |(_, title)| title)
    }

    /// Whom reading the log is charged to.
    pub fn reader(&self) -> Reader {
        Reader { address: self.address, session: self.session.clone() }
    }
}

/// A cookie that spares typing or choosing again, for a year; an empty value takes it away. Scripts
/// may read it and write it.
pub fn convenience(name: &str, value: &str) -> String {
    let age = if value.is_empty() { 0 } else { 31_536_000 };
    let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
    format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax")
}

/// Browsers say so of what they fetch ahead (`Sec-Purpose`, Fetch, section 2.2.5.1), and the
/// page's worker in the older way, which scripts may.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose"].iter().any(|name| {
        let value = headers.get(*name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.starts_with("prefetch"))
    })
}

/// The cookie's language, else the browser's best, else the configured one.
pub fn locale(headers: &HeaderMap, default: Locale) -> Locale {
    let chosen = cookie(headers, "locale").as_deref().and_then(Locale::from_tag);
    let accepted = || {
        let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        Locale::negotiate(accepted)
    };
    chosen.or_else(accepted).unwrap_or(default)
}

fn session_cookie(secret: &Secret, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    let (secret, max_age) = (secret.reveal(), i64::from(session::DAYS) * 24 * 60 * 60);
    format!("{SESSION_COOKIE}={secret}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}")
}
