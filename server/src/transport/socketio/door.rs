//! Who may connect from where, and how long a request may take.
//!
//! Cookies are ignored here, so a foreign page could do no more with this server than any
//! program can. It is refused all the same, unless `--origin` names it: a page that strangers
//! put up should not send its visitors to talk here.

use super::Parlour;
use super::ticket::Tickets;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// A body must have come in within this time.
const BODY: Duration = Duration::from_secs(15);

/// A poll is answered by the next ping at the latest, which comes every 25 seconds.
const POLL: Duration = Duration::from_secs(60);

/// The library's answer to a handshake is some hundred bytes.
const HANDSHAKE_BYTES: usize = 4096;

/// As stock servers say it.
const FORBIDDEN: &str = r#"{"code":4,"message":"Forbidden"}"#;
const UNKNOWN: &str = r#"{"code":1,"message":"Session ID unknown"}"#;

/// How long browsers may remember that a foreign origin is allowed, in seconds.
const PREFLIGHT_AGE: &str = "600";

pub async fn keep(
    State(parlour): State<Arc<Parlour>>,
    mut request: Request,
    next: Next,
) -> Response {
    let sockets = &parlour.sockets;
    if !sockets.origins.allow(request.headers(), false) {
        return refuse(StatusCode::FORBIDDEN, FORBIDDEN);
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = if *request.method() == Method::OPTIONS {
        preflight(request.headers())
    } else {
        match knows(&parlour.tickets, &request) {
            Claim::None if sockets.shutdown.is_cancelled() => {
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
            Claim::None => introduce(&parlour.tickets, answer(request, next).await).await,
            Claim::Proven(uri) => {
                *request.uri_mut() = uri;
                answer(request, next).await
            }
            Claim::Unfounded => refuse(StatusCode::BAD_REQUEST, UNKNOWN),
        }
    };
    if let Some(origin) = origin {
        // Without `Allow-Credentials`: a token is what counts here, and no cookie.
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Takes the body in first: what hides behind has no limit of its own that fits, and no hurry.
async fn answer(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let request = match parts.method {
        Method::POST => match timeout(BODY, to_bytes(body, super::MESSAGE_BYTES)).await {
            Ok(Ok(bytes)) => Request::from_parts(parts, Body::from(bytes)),
            Ok(Err(_)) => return refuse(StatusCode::PAYLOAD_TOO_LARGE, ""),
            Err(_) => return refuse(StatusCode::REQUEST_TIMEOUT, ""),
        },
        _ => Request::from_parts(parts, body),
    };
    let answer = timeout(POLL, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

/// Whose connection a request goes on with.
enum Claim {
    /// It begins one.
    None,
    /// With this URI, in which the id stands as the library knows it.
    Proven(Uri),
    Unfounded,
}

fn knows(tickets: &Tickets, request: &Request) -> Claim {
    let (uri, query) = (request.uri(), request.uri().query().unwrap_or_default());
    let mut named = query.split('&').filter(|part| part.starts_with("sid="));
    let Some(part) = named.next() else { return Claim::None };
    let proven = || {
        let id = tickets.check(part.strip_prefix("sid=")?)?;
        let rest = query.split('&').filter(|part| !part.starts_with("sid="));
        let query: String = rest.flat_map(|part| [part, "&"]).collect();
        format!("{}?{query}sid={id}", uri.path()).parse().ok()
    };
    match named.next() {
        None => proven().map_or(Claim::Unfounded, Claim::Proven),
        Some(_) => Claim::Unfounded,
    }
}

/// Gives a client that begins by polling its ticket, and the limit that holds for what it
/// sends; [`POLL_BYTES`](super::POLL_BYTES) is about what it gets.
async fn introduce(tickets: &Tickets, response: Response) -> Response {
    if response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let introduced = async {
        let body = to_bytes(body, HANDSHAKE_BYTES).await.ok()?;
        let mut open: Value = serde_json::from_slice(body.strip_prefix(b"0")?).ok()?;
        open["sid"] = tickets.sign(open["sid"].as_str()?).into();
        open["maxPayload"] = super::MESSAGE_BYTES.into();
        Some(format!("0{open}"))
    };
    match introduced.await {
        Some(body) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(body))
        }
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn preflight(headers: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let asked = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, Some(HeaderValue::from_static("GET, POST"))),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, asked),
        (header::ACCESS_CONTROL_MAX_AGE, Some(HeaderValue::from_static(PREFLIGHT_AGE))),
    ];
    let allowed = allowed.into_iter().filter_map(|(name, value)| Some((name, value?)));
    response.headers_mut().extend(allowed);
    response
}

fn refuse(status: StatusCode, why: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], why).into_response()
}
