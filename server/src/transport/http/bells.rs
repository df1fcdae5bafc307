//! What the page's worker asks for, so that people are told of what is said while no page of
//! theirs is open. No part of `/api/v1`: who writes a program reads the room instead.

use super::Api;
use super::body::JsonBody;
use super::caller::{Caller, RoomName};
use super::problem::{Failure, Result};
use crate::engine::{Endpoint, News};
use crate::pages::room_path;
use app::protocol::{Bell, Refusal};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `GET /bell/key`: by which key this server's pushes are known.
pub async fn key(State(api): State<Arc<Api>>) -> String {
    api.push_key.public()
}

#[derive(Deserialize)]
pub struct Subscription {
    endpoint: String,
}

/// `POST /bell/subscription`: where the browser that asks is woken.
pub async fn subscribe(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    headers: HeaderMap,
    JsonBody(Subscription { endpoint }): JsonBody<Subscription>,
) -> Result<StatusCode> {
    api.registry.spend_read(&reader)?;
    let session = reader.session.ok_or(Refusal::NotJoined)?;
    // Whoever brings a cookie brings an origin, which was found to be ours.
    let contact = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let contact = contact.ok_or(Failure::ForeignOrigin)?.to_owned();
    if !api.services.have(&endpoint) {
        return Err(Failure::BadParameter("endpoint"));
    }
    api.registry.wake_at(&session, Endpoint { url: endpoint, contact }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub struct Wish {
    /// `all`, `mentions` or `mute`.
    choice: String,
    sound: bool,
}

/// `POST /rooms/{room}/bell`: what a member wants to be told of.
pub async fn set(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
    JsonBody(Wish { choice, sound }): JsonBody<Wish>,
) -> Result<StatusCode> {
    api.registry.spend_read(&reader)?;
    let bell = Bell::from_tag(&choice).ok_or(Failure::BadParameter("choice"))?;
    let session = reader.session.ok_or(Refusal::NotJoined)?;
    api.registry.set_bell(&session, &key, bell, sound).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One notification.
#[derive(Serialize)]
pub struct Told {
    title: String,
    body: String,
    /// Where it leads. Of one room there is one notification.
    path: String,
    sound: bool,
}

impl From<News> for Told {
    fn from(News { room, message, count, with_sound }: News) -> Self {
        let title = match count {
            0 | 1 => room.title,
            count => format!("({count}) {}", room.title),
        };
        let path = room_path(&room.key);
        Told { title, body: message.gist(), path, sound: with_sound }
    }
}

/// `POST /bell/news`: what the browser was woken for. It is told once.
pub async fn news(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
) -> Result<Json<Vec<Told>>> {
    api.registry.spend_read(&reader)?;
    let session = reader.session.ok_or(Refusal::NotJoined)?;
    let news = api.registry.take_news(&session).await?;
    Ok(Json(news.into_iter().map(Into::into).collect()))
}
