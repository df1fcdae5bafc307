//! The page's files, built by cargo-leptos and kept inside the binary (in a debug build they
//! are read from the disk, so that a change shows without a new server).

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use rust_embed::RustEmbed;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct Site;

/// Names this build of the page: a hash over all its files. Files asked for under it never change,
/// and a page of another build is told to reload.
pub static BUILD: LazyLock<String> = LazyLock::new(|| {
    let mut files: Vec<_> = Site::iter().collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        if let Some(content) = Site::get(&file) {
            hash.update(file.as_bytes());
            hash.update(content.metadata.sha256_hash());
        }
    }
    BASE64.encode(&hash.finalize()[..9])
});

#[derive(Deserialize)]
pub struct Version {
    v: Option<String>,
}

/// One file, under the path that it has in the site.
pub async fn serve(uri: Uri, Query(version): Query<Version>, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let Some(file) = Site::get(path) else {
        return (StatusCode::NOT_FOUND, "no such file\n").into_response();
    };
    let accepts = |coding: &str| {
        let values =
            headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        values
            .flat_map(|value| value.split(','))
            .any(|part| part.split(';').next().map(str::trim) == Some(coding))
    };
    let compressed = [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(coding, ending)| {
        let file = accepts(coding).then(|| Site::get(&format!("{path}.{ending}")))??;
        Some((coding, file))
    });
    let etag = format!("\"{}\"", BASE64.encode(&file.metadata.sha256_hash()[..12]));
    let is_of_this_build = version.v.as_deref() == Some(BUILD.as_str());
    let lifetime = if is_of_this_build && !cfg!(debug_assertions) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response =
        if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == etag.as_str()) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let content_type = file.metadata.mimetype().to_owned();
            let (coding, data) = match compressed {
                Some((coding, file)) => (Some(coding), file.data),
                None => (None, file.data),
            };
            let mut response = ([(header::CONTENT_TYPE, content_type)], data).into_response();
            if let Some(coding) = coding {
                response
                    .headers_mut()
                    .insert(header::CONTENT_ENCODING, header::HeaderValue::from_static(coding));
            }
            response
        };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(lifetime));
    headers.insert(header::VARY, header::HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = etag.parse() {
        headers.insert(header::ETAG, etag);
    }
    response
}
