//! The page of a room as everyone sees it who has not joined: when a link is followed by many
//! at once, it is drawn and compressed for the first of them, and the others get the same bytes.
//!
//! Nothing is ever stale or taken back: the key says all that a page is drawn from, so a room
//! that moved on has another, and what nobody asks for any more makes way.

use crate::engine::RoomId;
use crate::room::Version;
use app::i18n::Locale;
use app::page::{Theme, Zone};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::convert::Infallible;
use std::future::Future;
use tower::{ServiceExt, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::Compression;

/// Pages kept, and the bytes that they hold together.
const PAGES: usize = 1024;
const BYTES: u64 = 8 * 1024 * 1024;

pub struct Kept(Cache<Key, Page, Weight>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub room: RoomId,
    pub version: Version,
    pub locale: Locale,
    pub theme: Option<Theme>,
    pub is_compact: bool,
    pub zone: Zone,
    /// The `Accept-Encoding` of the request, as it came.
    pub accepts: Option<HeaderValue>,
}

#[derive(Clone)]
struct Page {
    coding: Option<HeaderValue>,
    body: Bytes,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Page> for Weight {
    fn weight(&self, key: &Key, page: &Page) -> u64 {
        (page.body.len() + key.accepts.as_ref().map_or(0, HeaderValue::len) + 256) as u64
    }
}

impl Default for Kept {
    fn default() -> Self {
        Kept(Cache::with_weighter(PAGES, BYTES, Weight))
    }
}

impl Kept {
    /// The page of that key; drawn now if it is not there, once for all who wait for it.
    pub async fn get<E>(
        &self,
        key: Key,
        draw: impl Future<Output = Result<Response, E>>,
    ) -> Result<Response, E> {
        let accepts = key.accepts.clone();
        let draw = async { Ok(compress(draw.await?, accepts).await) };
        let Page { coding, body } = self.0.get_or_insert_async(&key, draw).await?;
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        if let Some(coding) = coding {
            headers.insert(header::CONTENT_ENCODING, coding);
        }
        Ok(response)
    }
}

async fn compress(drawn: Response, accepts: Option<HeaderValue>) -> Page {
    let mut request = Request::new(());
    request.headers_mut().extend(accepts.map(|accepts| (header::ACCEPT_ENCODING, accepts)));
    let mut drawn = Some(drawn);
    let answer = service_fn(move |_| {
        let drawn = drawn.take().expect("asked once");
        async { Ok::<_, Infallible>(drawn) }
    });
    let compression = Compression::new(answer).quality(CompressionLevel::Fastest);
    let Ok(response) = compression.oneshot(request).await;
    let coding = response.headers().get(header::CONTENT_ENCODING).cloned();
    let body = Body::new(response.into_body());
    let body = to_bytes(body, usize::MAX).await.expect("what was drawn is all here");
    Page { coding, body }
}
