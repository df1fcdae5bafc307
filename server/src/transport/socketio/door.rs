//! Who may connect from where, and how long a request may take.
//!
//! Cookies are ignored here, so a foreign page could do no more with this server than any
//! program can. It is refused all the same, unless `--origin` names it: a page that strangers
//! put up should not send its visitors to talk here.

use super::Parlour;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// A body must have come in within this time.
const BODY: Duration = Duration::from_secs(15);

/// A poll is answered by the next ping at the latest, which comes every 25 seconds.
const POLL: Duration = Duration::from_secs(60);

/// How long browsers may remember that a foreign origin is allowed, in seconds.
const PREFLIGHT_AGE: &str = "600";

pub async fn keep(State(parlour): State<Arc<Parlour>>, request: Request, next: Next) -> Response {
    let sockets = &parlour.sockets;
    if !sockets.origins.allow(request.headers(), false) {
        return refuse(StatusCode::FORBIDDEN, r#"{"code":4,"message":"Forbidden"}"#);
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = if *request.method() == Method::OPTIONS {
        preflight(request.headers())
    } else if sockets.shutdown.is_cancelled() && is_handshake(&request) {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    } else {
        answer(request, next).await
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

/// A request that names no session begins one.
fn is_handshake(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    !query.split('&').any(|part| part.starts_with("sid="))
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
