//! Every URL on one page.

use crate::metrics;
use crate::pages::{self, Pages, assets};
use crate::registry::Registry;
use crate::security::headers;
use crate::transport::{
    echo::{self, Echo},
    form, http, link,
    poll::{self, Polls},
    websocket,
    words::Words,
};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

/// A request must have come in, and its answer be ready, within this time: a form that is sent
/// byte by byte would otherwise be waited for without end.
const ANSWER: Duration = Duration::from_secs(15);

/// Forms are small.
const FORM_BYTES: usize = 64 * 1024;

/// A text that is far too long comes back to whoever wrote it, to be made shorter.
const TEXT_FORM_BYTES: usize = 1024 * 1024;

pub fn router(
    pages: Arc<Pages>,
    links: Arc<link::Shared>,
    api: Arc<http::Api>,
    socketio: Router,
    health: Health,
) -> Router {
    let echo = Arc::new(Echo::new(Arc::clone(&links), Words::of(pages.locale)));
    let polls = Arc::new(Polls::new(Arc::clone(&links)));
    let say = post(form::say).layer(DefaultBodyLimit::max(TEXT_FORM_BYTES));
    let choose = post(form::choose).layer(DefaultBodyLimit::max(TEXT_FORM_BYTES));
    let pages = Router::new()
        .route("/", get(pages::home))
        .route("/join", post(form::join).get(form::back))
        .route("/rooms/{room}", get(pages::room))
        .route("/rooms/{room}/join", post(form::join_here).get(form::back))
        .route("/rooms/{room}/messages", say.get(form::back))
        .route("/rooms/{room}/news", get(pages::news))
        .route("/rooms/{room}/qr.svg", get(pages::qr))
        .route("/rooms/{room}/search", get(pages::search))
        .route("/rooms/{room}/settings", get(pages::settings).post(pages::change))
        .route("/rooms/{room}/owner-link", post(pages::owner_link).get(form::back))
        .route("/rooms/{room}/own", get(pages::own_form).post(pages::own))
        .route("/rooms/{room}/export/{format}", get(pages::export))
        .route("/rooms/{room}/{seq}", get(pages::permalink))
        .route("/rooms/{room}/{seq}/choices", choose.get(pages::choices))
        .route("/rooms/{room}/leave", post(form::leave).get(form::back))
        .route("/preferences", post(form::preferences).get(form::back))
        .route("/offline", get(pages::offline))
        .fallback(pages::not_found)
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .with_state(pages);
    Router::new()
        .route("/ws", get(websocket::upgrade).with_state(links))
        .route("/ws/echo", get(echo::upgrade).with_state(echo))
        .route("/poll", post(poll::send).with_state(Arc::clone(&polls)))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready).with_state(health.clone()))
        .route("/metrics", get(counted).with_state(health))
        .route("/pkg/{file}", get(assets::serve))
        .route("/boot.js", get(assets::serve))
        .route("/sw.js", get(assets::serve))
        .route("/viewer.js", get(assets::serve))
        .route("/hold.js", get(assets::serve))
        .route("/keep.js", get(assets::serve))
        .route("/copy.js", get(assets::serve))
        .route("/favicon.svg", get(assets::serve))
        .route("/favicon-unread.svg", get(assets::serve))
        .route("/icon-192.png", get(assets::serve))
        .route("/icon-512.png", get(assets::serve))
        .route("/manifest.webmanifest", get(assets::serve))
        .merge(pages)
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(middleware::from_fn(answer_in_time))
        // Behind that layer: its reads may wait, and it has a time-out and errors of its own.
        .merge(http::router(api))
        // `/socket.io/`, which keeps its own time: a poll waits for something to tell.
        .merge(socketio)
        // It waits longer than that, and bounds its time itself.
        .route("/poll", get(poll::wait).with_state(polls))
        .layer(middleware::from_fn(headers::add))
}

async fn answer_in_time(request: Request, next: Next) -> Response {
    let answer = timeout(ANSWER, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

/// What readiness depends on.
#[derive(Clone)]
pub struct Health {
    pub registry: Arc<Registry>,
    pub links: TaskTracker,
    pub shutdown: CancellationToken,
}

/// How it goes, for Prometheus.
async fn counted(State(health): State<Health>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, metrics::CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")];
    // One of them is not a link: it waits to close Socket.IO's.
    let links = health.links.len().saturating_sub(1);
    (headers, health.registry.metrics(links)).into_response()
}

/// The process lives.
async fn alive() -> &'static str {
    "ok\n"
}

/// The log can be read, and nobody asked the server to stop.
async fn ready(State(health): State<Health>) -> Response {
    let refuse = |why: &'static str| {
        (StatusCode::SERVICE_UNAVAILABLE, [(header::CACHE_CONTROL, "no-store")], why)
    };
    if health.shutdown.is_cancelled() {
        return refuse("shutting down\n").into_response();
    }
    match health.registry.check().await {
        Ok(()) => ([(header::CACHE_CONTROL, "no-store")], "ready\n").into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            refuse("the database cannot be read\n").into_response()
        }
    }
}
