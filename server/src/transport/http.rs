//! `/api/v1`: rooms for whoever can speak HTTP.
//!
//! Reading is one question with three patiences: what changed since my cursor? Asked at once it
//! is polling, with a wait it is long polling, and as a stream it is server-sent events
//! ([`read`], [`stream`]). Whoever waits is a parked task. [`search`] asks what was said.
//!
//! [`caller`] says who asks, [`body`] what is said, [`problem`] why not; [`openapi`] describes
//! it all to programs and [`docs`] to people, from the same source.

pub mod problem;
mod bells;
mod body;
mod caller;
mod docs;
mod files;
mod openapi;
mod read;
mod rooms;
mod search;
mod stream;

pub use body::Message;

use crate::push;
use crate::registry::{Reader, Registry};
use crate::room::Room;
use crate::security::{address::TrustedProxies, origin::Origins};
use app::i18n::Locale;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use problem::{BODY_BYTES, Failure};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower_http::cors::{AllowOrigin, CorsLayer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A request must have come in, and its answer be ready, within this time.
const ANSWER: Duration = Duration::from_secs(15);

/// A file must have come in within this time.
const BRINGING: Duration = Duration::from_secs(180);

/// What the API needs.
pub struct Api {
    pub registry: Arc<Registry>,
    pub origins: Origins,
    pub proxies: TrustedProxies,
    pub locale: Locale,
    /// By which push services know this server, and which there are.
    pub push_key: Arc<push::Key>,
    pub services: push::Services,
    /// Ends waiting reads and streams.
    pub shutdown: CancellationToken,
}

impl Api {
    /// Who reads is here for a while.
    fn visit(&self, reader: &Reader, room: &Arc<Room>) {
        if let Some(session) = &reader.session {
            // Who lost their name meanwhile may read on; they are told when they speak.
            let _ = self.registry.visit(room, session);
        }
    }
}

pub fn router(api: Arc<Api>) -> Router {
    let rooms = OpenApiRouter::new()
        .routes(routes!(rooms::join))
        .routes(routes!(rooms::leave))
        .routes(routes!(rooms::users))
        .routes(routes!(read::read, rooms::say))
        .routes(routes!(search::search))
        .routes(routes!(rooms::edit, rooms::delete))
        .routes(routes!(rooms::react, rooms::take_back));
    let bytes = usize::try_from(api.registry.limits().file_bytes).unwrap_or(usize::MAX);
    let files =
        OpenApiRouter::new().routes(routes!(files::bring)).layer(DefaultBodyLimit::max(bytes));
    let rooms = rooms.merge(files);
    let (rooms, description) =
        OpenApiRouter::with_openapi(openapi::about()).nest("/api/v1", rooms).split_for_parts();
    let description = Arc::new(description);
    let unknown = Router::new().fallback(async || Failure::UnknownPath);
    Router::new()
        .merge(rooms)
        .route("/api/openapi.json", get(openapi::serve).with_state(Arc::clone(&description)))
        .route("/api/docs", get(docs::page).with_state(description))
        .route("/problems/{kind}", get(docs::problem))
        .route("/files/{id}", get(files::content))
        .route("/files/{id}/small", get(files::small))
        .route("/bell/key", get(bells::key))
        .route("/bell/subscription", post(bells::subscribe))
        .route("/bell/news", post(bells::news))
        .route("/rooms/{room}/bell", post(bells::set))
        // Nothing else under this prefix is a page.
        .route("/api", axum::routing::any(async || Failure::UnknownPath))
        .nest("/api/", unknown)
        .method_not_allowed_fallback(async || Failure::WrongMethod)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn(answer_in_time))
        .layer(middleware::from_fn_with_state(Arc::clone(&api), problem::word))
        .layer(middleware::from_fn(keep_private))
        .layer(cors(&api.origins))
        .with_state(api)
}

/// Reads may wait, and files take long to come by a slow network; nothing else does.
async fn answer_in_time(request: Request, next: Next) -> Response {
    let patience = match *request.method() {
        Method::GET => ANSWER + read::LONGEST_WAIT,
        _ if request.uri().path().ends_with("/files") => BRINGING,
        _ => ANSWER,
    };
    let answer = timeout(patience, next.run(request)).await;
    answer.unwrap_or_else(|_| Failure::TooSlow.into_response())
}

/// What is said in a room is for who asked, and for no cache.
async fn keep_private(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Files say for themselves how they may be kept.
    let private = HeaderValue::from_static("private, no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(private);
    response
}

/// Pages of the origins that `--origin` names may read the answers. They bring a token: the
/// cookie is of no use to them.
fn cors(origins: &Origins) -> CorsLayer {
    let origins = origins.clone();
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| {
            origin.to_str().is_ok_and(|origin| origins.names(origin))
        }))
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([header::RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}
