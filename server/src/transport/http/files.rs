//! Files: brought here, shown by messages, and read by whoever reads these.

use super::Api;
use super::body::File;
use super::caller::{Caller, RoomName};
use super::problem::{Failure, Result, kind};
use crate::files::is_shown;
use app::protocol::{FileId, Refusal};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Semaphore;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// What is shown in a frame of its own may do nothing at all there.
const SANDBOX: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// Files that come in at a time: each is held in memory until it is there. Others wait.
static COMING: Semaphore = Semaphore::const_new(16);

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Called {
    /// The file’s name, for people to read.
    #[param(required = false, example = "tangerines.jpg")]
    name: String,
}

/// The file itself: any bytes at all.
pub struct Whatever;

impl PartialSchema for Whatever {
    fn schema() -> RefOr<Schema> {
        let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
        ObjectBuilder::new().schema_type(Type::String).format(Some(binary)).build().into()
    }
}

impl ToSchema for Whatever {}

/// Bring a file
///
/// The body is the file itself. What it is is found out from its content, and what a picture tells
/// beside what is to be seen (where, when and with what it was taken) is removed. Name its `id` in
/// a message’s `files` within the hour; it is deleted with that message.
#[utoipa::path(
    post,
    path = "/rooms/{room}/files",
    tag = "messages",
    operation_id = "bring",
    params(("room" = String, Path, description = "The room’s name", example = "study-room"), Called),
    request_body(content = Whatever, content_type = "application/octet-stream"),
    responses((status = 201, description = "Kept until a message shows it", body = File), kind::Bringing),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn bring(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
    Query(mut query): Query<HashMap<String, String>>,
    request: Request,
) -> Result<(StatusCode, Json<File>)> {
    let called = Called { name: query.remove("name").unwrap_or_default() };
    let room = api.registry.room(&reader, &key).await?;
    let session = reader.session.ok_or(Refusal::NotJoined)?;
    api.registry.visit(&room, &session)?;
    let limit = api.registry.limits().file_bytes;
    let _permit = COMING.acquire().await.map_err(|_| Refusal::Unavailable)?;
    let content =
        Bytes::from_request(request, &api).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE if limit == 0 => Refusal::NoRoomForFiles.into(),
            StatusCode::PAYLOAD_TOO_LARGE => Refusal::FileTooLarge { limit }.into(),
            _ => Failure::Malformed,
        })?;
    let brought =
        api.registry.bring(&session, reader.address, &key, &called.name, content.into()).await?;
    Ok((StatusCode::CREATED, Json(brought.into())))
}

/// `GET /files/{id}`
pub async fn content(
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    read(&api, &id, false, &headers).await
}

/// `GET /files/{id}/small`
pub async fn small(
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    read(&api, &id, true, &headers).await
}

/// Whoever knows its id may read a file, as whoever knows a room's link may read the room. A
/// browser keeps it and asks each time whether it is there still: it never changes, but it may be
/// gone.
async fn read(api: &Api, id: &str, small: bool, headers: &HeaderMap) -> Result<Response> {
    let id: FileId = id.parse().map_err(|_| Failure::UnknownPath)?;
    let content = api.registry.file(id, small).await?.ok_or(Failure::UnknownPath)?;
    let etag = format!("\"{id}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == etag.as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let manner = if is_shown(&content.kind) { "inline" } else { "attachment" };
    let name = utf8_percent_encode(&content.name, NON_ALPHANUMERIC);
    let disposition = format!("{manner}; filename*=UTF-8''{name}");
    // Text is read as text; nothing else that a browser would run is called by its name.
    let kind = match &*content.kind {
        "text/plain" => "text/plain; charset=utf-8",
        kind if is_shown(kind) => kind,
        _ => "application/octet-stream",
    };
    let mut response = content.bytes.into_response();
    let answer = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, &disposition),
        (header::ETAG, &etag),
        (header::CONTENT_SECURITY_POLICY, SANDBOX),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-cache"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.insert(name, value);
        }
    }
    Ok(response)
}
