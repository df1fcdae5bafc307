//! What requests and answers hold. Names and shapes are promised: they are the WebSocket's,
//! but a field that does not apply is absent here.

use super::problem::{Failure, Result};
use app::protocol::{self, FileId, MessageId, Span};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Deserialize, ToSchema)]
pub struct JoinBody {
    /// 1 to 32 characters of any script.
    #[schema(min_length = 1, example = "Clock")]
    pub username: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostBody {
    /// A UUID of the sender's making (version 7, if it can), so that a repeat is recognised.
    /// Without one the server makes it, and a repeat is a second message.
    #[schema(value_type = Option<Uuid>)]
    pub id: Option<MessageId>,
    /// Plain text. White space at its ends goes, three or more blank lines become two.
    #[schema(example = "It is nine.")]
    pub text: String,
    /// The `seq` of the message that this one answers.
    #[schema(minimum = 1)]
    pub reply_to: Option<u64>,
    /// Files that were brought to the room before, at most ten; the text may then be empty.
    #[serde(default)]
    #[schema(required = false, max_items = 10, value_type = Vec<Uuid>)]
    pub files: Vec<FileId>,
}

#[derive(Deserialize, ToSchema)]
pub struct EditBody {
    /// Plain text, as for a new message.
    #[schema(min_length = 1, example = "It is ten.")]
    pub text: String,
}

#[derive(Serialize, ToSchema)]
pub struct Joined {
    /// The bearer token of a session that this join made. `null` for one that came with a
    /// cookie or a token: who has it knows it.
    #[schema(example = "EFNzyqU2SiDVdKxe1mxHSA")]
    pub token: Option<String>,
    pub user: User,
    /// Read from here on to hear what is said after the join.
    pub cursor: Cursor,
}

/// A person as seen in a room.
#[derive(Serialize, ToSchema)]
pub struct User {
    /// The same in every room of a session.
    #[schema(example = "2")]
    id: String,
    username: String,
    /// The room's key. It may differ from what was asked for: lower case, `-` for spaces.
    #[schema(example = "study-room")]
    room: String,
}

impl From<protocol::User> for User {
    fn from(user: protocol::User) -> Self {
        User { id: user.id.to_string(), username: user.username, room: user.room.0 }
    }
}

/// Who is here.
#[derive(Serialize, ToSchema)]
pub struct Users {
    /// The room's key.
    #[schema(example = "study-room")]
    pub room: String,
    pub users: Vec<User>,
}

/// How far one has seen a room; `EPOCH.REV` as a parameter and as an event id.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub struct Cursor {
    /// Names this life of the database. A restored copy has another.
    epoch: u32,
    /// Grows by one with every change of the room.
    rev: u64,
}

impl From<protocol::Cursor> for Cursor {
    fn from(protocol::Cursor { epoch, rev }: protocol::Cursor) -> Self {
        Cursor { epoch, rev }
    }
}

/// One message as it is now, always whole: applying it twice changes nothing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    id: Uuid,
    /// The place in the room: 1, 2, 3… Order is by it, always.
    #[schema(minimum = 1)]
    seq: u64,
    /// The room's rev at this message's last change.
    #[schema(minimum = 1)]
    rev: u64,
    #[schema(example = "2")]
    user_id: String,
    /// The name it was sent with.
    username: String,
    text: String,
    /// Milliseconds since 1970 by the server's clock. For people to read, never for order.
    #[schema(example = 1795397330766_u64)]
    created_at: u64,
    /// When its sender last changed the text. Only if they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    edited_at: Option<u64>,
    /// `true` for what is left of a deleted message: its text is empty. Else it is not there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    deleted: bool,
    /// The `seq` of the message that this one answers. Only if it answers one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reply_to: Option<u64>,
    /// In the order of their first use. Only if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    reactions: Vec<Reaction>,
    /// The text formatted, in pieces: `{"text"}`, `{"strong": […]}`, `{"emphasis": […]}`,
    /// `{"strike": […]}`, `{"code"}`, `{"codeBlock"}`, `{"quote": […]}`,
    /// `{"list": {"start", "items": [[…]]}}`, `{"link": {"url", "label": […]}}` and
    /// `{"mention": {"user", "name"}}`. Only if there is something to format.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, value_type = Vec<Object>)]
    spans: Vec<Span>,
    /// Pictures and other files that were sent with it. Only if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    files: Vec<File>,
}

/// A file, without its content.
#[derive(Serialize, ToSchema)]
pub struct File {
    /// Its content is at `/files/{id}`, and of a picture a small one at `/files/{id}/small`.
    id: Uuid,
    #[schema(example = "tangerines.jpg")]
    name: String,
    /// Its media type, by its content.
    #[schema(example = "image/jpeg")]
    kind: String,
    bytes: u64,
    /// Only of a picture that can be drawn: its size in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    picture: Option<Picture>,
}

#[derive(Serialize, ToSchema)]
pub struct Picture {
    width: u32,
    height: u32,
}

impl From<protocol::File> for File {
    fn from(protocol::File { id, name, kind, bytes, picture }: protocol::File) -> Self {
        let picture = picture.map(|protocol::Picture { width, height }| Picture { width, height });
        File { id: id.0, name, kind, bytes, picture }
    }
}

/// One emoji at a message, and who gave it.
#[derive(Serialize, ToSchema)]
pub struct Reaction {
    #[schema(example = "👍")]
    emoji: String,
    #[schema(minimum = 1)]
    count: u32,
    /// The first ten, under the names they had then.
    users: Vec<Reactor>,
}

#[derive(Serialize, ToSchema)]
pub struct Reactor {
    #[schema(example = "2")]
    id: String,
    username: String,
}

impl From<protocol::Reaction> for Reaction {
    fn from(protocol::Reaction { emoji, count, users }: protocol::Reaction) -> Self {
        let reactor = |protocol::Reactor { id, username }| Reactor { id: id.to_string(), username };
        Reaction { emoji, count, users: users.into_iter().map(reactor).collect() }
    }
}

impl From<Arc<protocol::Message>> for Message {
    fn from(message: Arc<protocol::Message>) -> Self {
        // It is shared with everyone else who reads.
        let message = Arc::unwrap_or_clone(message);
        Message {
            id: message.id.0,
            seq: message.seq,
            rev: message.rev,
            user_id: message.user_id.to_string(),
            username: message.username,
            text: message.text,
            created_at: message.created_at,
            edited_at: message.edited_at,
            deleted: message.deleted,
            reply_to: message.reply_to,
            reactions: message.reactions.into_iter().map(Into::into).collect(),
            spans: message.spans,
            files: message.files.into_iter().map(Into::into).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Messages {
    /// Ask `after` it for what comes next. With `before` it is the room's present one: who
    /// follows the room keeps the cursor they have.
    pub cursor: Cursor,
    /// What changed, in the order of `rev`; or a page of the room, in the order of `seq`.
    pub messages: Vec<Message>,
    /// The cursor that was asked for is not of this log (another epoch, or ahead of the room):
    /// forget what you have and start anew from these, the latest messages.
    pub reset: bool,
    /// Whether the first of them is the room's first. Only in pages and after a reset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub from_beginning: Option<bool>,
}

impl Messages {
    pub fn changes(cursor: protocol::Cursor, messages: Vec<Arc<protocol::Message>>) -> Self {
        let messages = messages.into_iter().map(Into::into).collect();
        Messages { cursor: cursor.into(), messages, reset: false, from_beginning: None }
    }

    pub fn page(cursor: protocol::Cursor, page: protocol::MessagePage, reset: bool) -> Self {
        let from_beginning = Some(page.from_beginning);
        Messages { reset, from_beginning, ..Messages::changes(cursor, page.messages) }
    }
}

impl IntoResponse for Messages {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// A body that must be `application/json`: what a form of another site cannot send unasked.
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let essence = content_type
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .map(str::trim);
        if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
            return Err(Failure::NotJson);
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| {
                match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
                    _ => Failure::Malformed,
                }
            })?;
        // By way of a map: left to itself, serde takes an array for a struct as well.
        let object: serde_json::Map<_, _> =
            serde_json::from_slice(&bytes).map_err(|_| Failure::Malformed)?;
        T::deserialize(serde_json::Value::Object(object))
            .map(JsonBody)
            .map_err(|_| Failure::Malformed)
    }
}
