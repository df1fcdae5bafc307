//! Joining, talking, leaving, and who is here.

use super::Api;
use super::body::{EditBody, JoinBody, Joined, JsonBody, Message, PostBody, Users};
use super::caller::{Caller, Emoji, MessageName, RoomName};
use super::problem::{Result, kind};
use crate::engine::Posted;
use crate::registry::{self, Reader, Saying, Seated, Wish};
use crate::security::token::Secret;
use crate::transport::{fresh_id, to_the_end};
use app::protocol::{Cursor, MessageId, Refusal, RoomKey};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// Take a seat in a room under a name
///
/// Makes the room if it is new. Without token and cookie it makes a session too, and only then
/// the answer has its `token`. Joining again renames.
#[utoipa::path(
    post,
    path = "/rooms/{room}/join",
    tag = "rooms",
    operation_id = "join",
    params(("room" = String, Path, description = "The room’s name", example = "study-room")),
    request_body = JoinBody,
    responses((status = 200, description = "Joined", body = Joined), kind::Joining),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn join(
    State(api): State<Arc<Api>>,
    caller: Caller,
    room: RoomName,
    JsonBody(body): JsonBody<JoinBody>,
) -> Result<Json<Joined>> {
    api.registry.spend_read(&caller.reader)?;
    let seated = to_the_end(async move {
        let joining = registry::Joining {
            token: caller.token,
            address: caller.reader.address,
            room: &room.written,
            username: &body.username,
        };
        let seated = api.registry.take_seat(joining).await?;
        // While the name is still held, so that nobody takes it in between.
        api.registry.drop_by(&seated);
        let cursor = Cursor { epoch: api.registry.epoch(), rev: seated.room.rev() };
        Ok::<_, Refusal>((seated, cursor))
    });
    let (Seated { user, secret, .. }, cursor) = seated.await?;
    let token = secret.as_ref().map(Secret::reveal);
    Ok(Json(Joined { token, user: user.into(), cursor: cursor.into() }))
}

/// Get up and go
///
/// Ends the membership; the room is read as before.
#[utoipa::path(
    post,
    path = "/rooms/{room}/leave",
    tag = "rooms",
    operation_id = "leave",
    params(("room" = String, Path, description = "The room’s name", example = "study-room")),
    responses((status = 204, description = "Left"), kind::Leaving),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn leave(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
) -> Result<StatusCode> {
    api.registry.room(&reader, &key).await?;
    api.registry.spend_read(&reader)?;
    let session = reader.session.ok_or(Refusal::NotJoined)?;
    to_the_end(async move { api.registry.leave(&session, &key).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say something
///
/// Answered once the message is on the disk. No answer? Send it again under the same `id`.
#[utoipa::path(
    post,
    path = "/rooms/{room}/messages",
    tag = "messages",
    operation_id = "say",
    params(("room" = String, Path, description = "The room’s name", example = "study-room")),
    request_body = PostBody,
    responses(
        (status = 201, description = "Stored, and on its way to everyone", body = Message),
        (status = 200, description = "A repeat: the message as it is stored, whatever text was sent now", body = Message),
        kind::Posting
    ),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn say(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
    JsonBody(body): JsonBody<PostBody>,
) -> Result<(StatusCode, Json<Message>)> {
    let room = api.registry.room(&reader, &key).await?;
    let session = reader.session.ok_or(Refusal::NotJoined)?;
    api.registry.visit(&room, &session)?;
    let id = body.id.unwrap_or_else(fresh_id);
    let PostBody { text, reply_to, files, .. } = body;
    let saying = Saying { id, text: &text, reply_to, files: &files };
    let posted = api.registry.post(&session, reader.address, &key, saying).await?;
    Ok(match posted {
        Posted::Fresh(message) => (StatusCode::CREATED, Json(message.into())),
        Posted::Repeat(message) => (StatusCode::OK, Json(message.into())),
    })
}

/// Change what one said
///
/// Answered once the new text is on the disk. Sending the same again changes nothing.
#[utoipa::path(
    patch,
    path = "/rooms/{room}/messages/{id}",
    tag = "messages",
    operation_id = "edit",
    params(
        ("room" = String, Path, description = "The room’s name", example = "study-room"),
        ("id" = Uuid, Path, description = "The message’s id")
    ),
    request_body = EditBody,
    responses((status = 200, description = "The message as it is now", body = Message), kind::Editing),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn edit(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
    MessageName(id): MessageName,
    JsonBody(body): JsonBody<EditBody>,
) -> Result<Json<Message>> {
    amend(&api, reader, &key, id, Wish::Edit(&body.text)).await
}

/// Delete what one said
///
/// A tombstone stays in its place; the text is gone, from the disk too. Deleting again changes
/// nothing.
#[utoipa::path(
    delete,
    path = "/rooms/{room}/messages/{id}",
    tag = "messages",
    operation_id = "delete",
    params(
        ("room" = String, Path, description = "The room’s name", example = "study-room"),
        ("id" = Uuid, Path, description = "The message’s id")
    ),
    responses((status = 200, description = "The tombstone", body = Message), kind::Deleting),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn delete(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
    MessageName(id): MessageName,
) -> Result<Json<Message>> {
    amend(&api, reader, &key, id, Wish::Delete).await
}

/// Give a message an emoji
///
/// One emoji as people see it, percent-encoded in the path. Giving it again changes nothing.
#[utoipa::path(
    put,
    path = "/rooms/{room}/messages/{id}/reactions/{emoji}",
    tag = "messages",
    operation_id = "react",
    params(
        ("room" = String, Path, description = "The room’s name", example = "study-room"),
        ("id" = Uuid, Path, description = "The message’s id"),
        ("emoji" = String, Path, description = "The emoji", example = "👍")
    ),
    responses((status = 200, description = "The message as it is now", body = Message), kind::Reacting),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn react(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
    MessageName(id): MessageName,
    Emoji(emoji): Emoji,
) -> Result<Json<Message>> {
    amend(&api, reader, &key, id, Wish::React { emoji: &emoji, on: true }).await
}

/// Take an emoji back
///
/// Taking back what is not there changes nothing.
#[utoipa::path(
    delete,
    path = "/rooms/{room}/messages/{id}/reactions/{emoji}",
    tag = "messages",
    operation_id = "takeBack",
    params(
        ("room" = String, Path, description = "The room’s name", example = "study-room"),
        ("id" = Uuid, Path, description = "The message’s id"),
        ("emoji" = String, Path, description = "The emoji", example = "👍")
    ),
    responses((status = 200, description = "The message as it is now", body = Message), kind::Reacting),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn take_back(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
    MessageName(id): MessageName,
    Emoji(emoji): Emoji,
) -> Result<Json<Message>> {
    amend(&api, reader, &key, id, Wish::React { emoji: &emoji, on: false }).await
}

async fn amend(
    api: &Api,
    reader: Reader,
    key: &RoomKey,
    id: MessageId,
    wish: Wish<'_>,
) -> Result<Json<Message>> {
    let room = api.registry.room(&reader, key).await?;
    let session = reader.session.ok_or(Refusal::NotJoined)?;
    api.registry.visit(&room, &session)?;
    let posted = api.registry.amend(&session, reader.address, key, id, wish).await?;
    let (Posted::Fresh(message) | Posted::Repeat(message)) = posted;
    Ok(Json(message.into()))
}

/// Who is here
///
/// Over HTTP one is here while a read waits, and for 60 seconds after each request.
#[utoipa::path(
    get,
    path = "/rooms/{room}/users",
    tag = "rooms",
    operation_id = "users",
    params(("room" = String, Path, description = "The room’s name", example = "study-room")),
    responses((status = 200, description = "The people", body = Users), kind::Looking),
    security((), ("token" = []), ("cookie" = []))
)]
pub async fn users(
    State(api): State<Arc<Api>>,
    Caller { reader, .. }: Caller,
    RoomName { key, .. }: RoomName,
) -> Result<Json<Users>> {
    api.registry.spend_read(&reader)?;
    let room = api.registry.room(&reader, &key).await?;
    api.visit(&reader, &room);
    let users = room.users().into_iter().map(Into::into).collect();
    Ok(Json(Users { room: room.key.0.clone(), users }))
}
