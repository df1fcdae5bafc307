//! Looking for what was said.

use super::Api;
use super::body::Message;
use super::caller::{Caller, RoomName};
use super::problem::{Failure, Result, kind};
use super::read::number;
use app::page::{Found, Terms};
use app::protocol::Seq;
use axum::Json;
use axum::extract::{Query, State};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// What is looked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Question {
    /// Up to eight words, with white space between them. Each must be somewhere in the text, as a
    /// part of a word too; capital and small letters are the same.
    #[param(value_type = String, min_length = 1, max_length = 100, example = "nine")]
    q: Terms,
    /// Look only before this `seq`.
    #[param(value_type = Option<u64>)]
    before: Option<Seq>,
}

impl Question {
    fn parse(query: &HashMap<String, String>) -> Result<Self> {
        let terms = query.get("q").and_then(|query| Terms::parse(query));
        let q = terms.ok_or(Failure::BadParameter("q"))?;
        Ok(Question { q, before: number("before", query, 0..=i64::MAX as u64)? })
    }
}

#[derive(Serialize, ToSchema)]
pub struct Hits {
    /// The newest first, at most 50.
    messages: Vec<Message>,
    /// Ask `before` this place for older ones. Not there once the whole room was looked through,
    /// and there without any hit where that takes more than one question.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    further: Option<u64>,
}

/// Search
///
/// Deleted messages are not found, nor is what a message said before it was edited.
#[utoipa::path(
    get,
    path = "/rooms/{room}/search",
    tag = "messages",
    operation_id = "search",
    params(("room" = String, Path, description = "The room’s name", example = "study-room"), Question),
    responses((status = 200, description = "What was found", body = Hits), kind::Reading),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn search(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Hits>> {
    let Question { q: terms, before } = Question::parse(&query)?;
    let room = api.registry.room(&reader, &key).await?;
    let Found { messages, further } = api.registry.search(&reader, &room, &terms, before).await?;
    Ok(Json(Hits { messages: messages.into_iter().map(Into::into).collect(), further }))
}
