//! `/rooms/{room}/news?after=EPOCH.REV`: the frame in which those without script see what was
//! said since their page was drawn.

use super::{Pages, Visitor, respond};
use crate::names;
use crate::security::headers::CONTENT_SECURITY_POLICY;
use app::page::{JoinForm, NewsDocument, Plain, Problem, View};
use app::protocol::Cursor;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use std::sync::Arc;

/// How often it is loaded anew, in seconds. The page's words say so, too.
const EVERY: &str = "10";

#[derive(Deserialize)]
pub struct NewsQuery {
    after: String,
}

pub async fn news(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    Query(query): Query<NewsQuery>,
    visitor: Visitor,
) -> Response {
    let known = names::parse_room(&room).ok().zip(parse(&query.after));
    let Some(((key, _), after)) = known else {
        return pages.problem(visitor, Problem::NotFound, StatusCode::NOT_FOUND).await;
    };
    let form = JoinForm { room, ..JoinForm::default() };
    let mut view = match pages.room_view(&visitor, key, form, None).await {
        Ok(view) => view,
        Err(refusal) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return framed(pages.problem(visitor, Problem::Refused(refusal), status).await);
        }
    };
    let now = view.snapshot.cursor;
    // What was seen in another life of the database says nothing about this one.
    if now.epoch == after.epoch && after.rev <= now.rev {
        let page = &mut view.snapshot.page;
        page.messages.retain(|message| message.rev > after.rev);
    }
    let boot = pages.boot(&visitor, View::Room(Box::new(view)), Vec::new(), Plain::default());
    let draw = leptos_axum::render_app_async(move || view! { <NewsDocument boot=boot.clone() /> });
    framed(respond(draw(Request::new(Body::empty())).await, visitor, StatusCode::OK))
}

/// Lets our own pages frame it, and says when it is to be loaded anew: also after a trouble,
/// which then goes away by itself.
fn framed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let policy =
        CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFRESH, HeaderValue::from_static(EVERY));
    response
}

/// `EPOCH.REV`
fn parse(cursor: &str) -> Option<Cursor> {
    let (epoch, rev) = cursor.split_once('.')?;
    Some(Cursor { epoch: epoch.parse().ok()?, rev: rev.parse().ok()? })
}
