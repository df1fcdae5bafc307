//! `/rooms/{room}/qr.svg`: the room's link as a picture, to be pointed at with a phone or put on
//! a door.

use super::{Pages, room_path};
use crate::names;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use std::sync::Arc;

/// The picture's least side, in pixels; it is drawn of shapes and grows without getting coarse.
const SIDE: u32 = 240;

/// The room need not be there: a link may go out before anyone has joined.
pub async fn qr(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Ok((room, _)) = names::parse_room(&room) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(origin) = pages.origins.own(&headers) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let link = [origin, room_path(&room)].concat();
    // A room's name is short, but the host comes from the request.
    let Ok(code) = QrCode::with_error_correction_level(&link, EcLevel::M) else {
        return StatusCode::URI_TOO_LONG.into_response();
    };
    let picture = code.render::<svg::Color>().min_dimensions(SIDE, SIDE).build();
    (
        [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "private, no-store")],
        picture,
    )
        .into_response()
}
