//! Every kind of problem there is. Clients tell them apart by name, so a name never changes.

use super::{CONTENT_TYPE, Problem};
use std::collections::BTreeMap;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

pub struct Kind {
    pub name: &'static str,
    pub status: u16,
    pub title: &'static str,
    /// For the documentation: when it happens and what helps.
    pub meaning: &'static str,
}

impl Kind {
    /// The problem's `type`.
    pub fn address(&self) -> String {
        format!("/problems/{}", self.name)
    }
}

macro_rules! kinds {
    ($($constant:ident = $name:literal, $status:literal, $title:literal, $meaning:literal;)+) => {
        $(pub static $constant: Kind =
            Kind { name: $name, status: $status, title: $title, meaning: $meaning };)+
        pub static ALL: &[&Kind] = &[$(&$constant),+];
    };
}

kinds! {
    MALFORMED = "malformed", 400, "Malformed body",
        "The body is not JSON, or a field is missing or of another type.";
    BAD_PARAMETER = "bad-parameter", 400, "Bad parameter",
        "A query parameter, or `Last-Event-ID`, has a value it cannot have; `parameter` names it.";
    UNKNOWN_TOKEN = "unknown-token", 401, "Unknown token",
        "No session has the bearer token. Join without one to get one.";
    FOREIGN_ORIGIN = "foreign-origin", 403, "Foreign origin",
        "The request carries the session cookie but no `Origin`, or an `Origin` that is not allowed.";
    NOT_JOINED = "not-joined", 403, "Not joined",
        "The session is not a member of the room: join first.";
    TOO_MANY_ROOMS = "too-many-rooms", 403, "Too many rooms",
        "The session sits in `limit` rooms already: leave one first.";
    NOT_YOURS = "not-yours", 403, "Not yours",
        "The message is another session’s. Who owns the room may delete it all the same.";
    TOO_LATE = "too-late", 403, "Too late", "A message can be edited for `limit` hours.";
    TOO_MANY_REACTIONS = "too-many-reactions", 403, "Too many reactions",
        "The message has `limit` different reactions already.";
    UNKNOWN_PATH = "unknown-path", 404, "Unknown path", "Nothing has this address.";
    UNKNOWN_ROOM = "unknown-room", 404, "Unknown room",
        "Nobody has joined this room yet. A room is made by its first join.";
    UNKNOWN_MESSAGE = "unknown-message", 404, "Unknown message",
        "The room has no message of this id, or it was deleted; or none at `replyTo`.";
    WRONG_METHOD = "wrong-method", 405, "Wrong method", "The `Allow` header has the right ones.";
    TOO_SLOW = "too-slow", 408, "Too slow", "The request did not arrive in time.";
    NAME_TAKEN = "name-taken", 409, "Name taken",
        "Someone here has this name, or one that looks the same; `suggestion` is free.";
    ID_TAKEN = "id-taken", 409, "Id taken", "The id belongs to a message of another session.";
    TOO_LARGE = "too-large", 413, "Body too large", "A body has at most 64 KiB.";
    NOT_JSON = "not-json", 415, "Not JSON", "The `Content-Type` is not `application/json`.";
    BAD_ROOM = "bad-room", 422, "Not a room’s name",
        "A room’s name has 1 to 64 visible characters, and no `/`.";
    NAME_EMPTY = "name-empty", 422, "Name empty", "A name has at least one character.";
    NAME_TOO_LONG = "name-too-long", 422, "Name too long",
        "A name has at most `limit` characters, as people count them.";
    NAME_INVISIBLE = "name-invisible", 422, "Name with invisible characters",
        "Control, zero-width, direction-changing, unassigned and lone combining characters are refused.";
    NAME_RESERVED = "name-reserved", 422, "Name reserved",
        "The name looks like one that belongs to the room itself, such as admin.";
    TEXT_BLANK = "text-blank", 422, "Text blank", "Nothing in the text can be seen.";
    TEXT_TOO_LONG = "text-too-long", 422, "Text too long",
        "The text has more than `limit` characters, by `over`; or more than 16 KiB.";
    BAD_EMOJI = "bad-emoji", 422, "Not an emoji", "A reaction is one emoji, as people see it.";
    NO_SUCH_FILE = "no-such-file", 422, "No such file",
        "The session has brought no such file to this room, or it was sent already, or it was not sent within an hour, or there is nothing in it.";
    TOO_MANY_FILES = "too-many-files", 422, "Too many files", "A message has at most `limit` files.";
    FILE_TOO_LARGE = "file-too-large", 413, "File too large", "A file has at most `limit` bytes.";
    NO_ROOM_FOR_FILES = "no-room-for-files", 507, "No room for files",
        "The server keeps no more files, or none at all.";
    RATE_LIMITED = "rate-limited", 429, "Too fast",
        "Send the same again after `retryAfterMs` (`Retry-After` has it in seconds).";
    NOT_STORED = "not-stored", 503, "Not stored",
        "The disk did not take it, and nothing was stored. Send the same again later.";
    UNAVAILABLE = "unavailable", 503, "Unavailable",
        "The log cannot be read right now. Ask again later.";
    SHUTTING_DOWN = "shutting-down", 503, "Shutting down", "The server stops. Come back later.";
}

/// The problems of an endpoint, for its documentation.
fn document(kinds: &[&Kind]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<&Kind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status).or_default().push(kind);
    }
    let responses = by_status.into_iter().map(|(status, kinds)| {
        let names: Vec<String> = kinds.iter().map(|kind| format!("`{}`", kind.name)).collect();
        let schema = Ref::from_schema_name(Problem::name());
        let mut response = ResponseBuilder::new()
            .description(names.join(", "))
            .content(CONTENT_TYPE, Content::new(Some(schema)));
        if matches!(status, 429 | 503) {
            response = response.header("Retry-After", retry_after());
        }
        (status.to_string(), response.build().into())
    });
    responses.collect()
}

fn retry_after() -> Header {
    HeaderBuilder::new()
        .schema(Some(Object::with_type(Type::Integer)))
        .description(Some("Seconds until the same may be sent again."))
        .build()
}

macro_rules! documented {
    ($($group:ident: $($kind:ident),+;)+) => {
        $(pub struct $group;
        impl IntoResponses for $group {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                document(&[$(&$kind),+])
            }
        })+
    };
}

// What can go wrong with each endpoint.
documented! {
    Reading: BAD_PARAMETER, UNKNOWN_TOKEN, UNKNOWN_ROOM, TOO_SLOW, BAD_ROOM, RATE_LIMITED,
        UNAVAILABLE;
    Looking: UNKNOWN_TOKEN, UNKNOWN_ROOM, TOO_SLOW, BAD_ROOM, RATE_LIMITED, UNAVAILABLE;
    Joining: MALFORMED, UNKNOWN_TOKEN, FOREIGN_ORIGIN, TOO_MANY_ROOMS, TOO_SLOW, NAME_TAKEN,
        TOO_LARGE, NOT_JSON, BAD_ROOM, NAME_EMPTY, NAME_TOO_LONG, NAME_INVISIBLE, NAME_RESERVED,
        RATE_LIMITED, NOT_STORED, UNAVAILABLE;
    Posting: MALFORMED, UNKNOWN_TOKEN, FOREIGN_ORIGIN, NOT_JOINED, UNKNOWN_ROOM, UNKNOWN_MESSAGE,
        TOO_SLOW,
        NAME_TAKEN, ID_TAKEN, TOO_LARGE, NOT_JSON, BAD_ROOM, TEXT_BLANK, TEXT_TOO_LONG,
        NO_SUCH_FILE, TOO_MANY_FILES, RATE_LIMITED, NOT_STORED, UNAVAILABLE;
    Bringing: MALFORMED, UNKNOWN_TOKEN, FOREIGN_ORIGIN, NOT_JOINED, UNKNOWN_ROOM, TOO_SLOW, NAME_TAKEN,
        FILE_TOO_LARGE, BAD_ROOM, NO_SUCH_FILE, RATE_LIMITED, NOT_STORED, UNAVAILABLE, NO_ROOM_FOR_FILES;
    Editing: MALFORMED, UNKNOWN_TOKEN, FOREIGN_ORIGIN, NOT_JOINED, NOT_YOURS, TOO_LATE,
        UNKNOWN_ROOM, UNKNOWN_MESSAGE, TOO_SLOW, NAME_TAKEN, TOO_LARGE, NOT_JSON, BAD_ROOM,
        TEXT_BLANK, TEXT_TOO_LONG, RATE_LIMITED, NOT_STORED, UNAVAILABLE;
    Reacting: UNKNOWN_TOKEN, FOREIGN_ORIGIN, NOT_JOINED, TOO_MANY_REACTIONS, UNKNOWN_ROOM,
        UNKNOWN_MESSAGE, TOO_SLOW, NAME_TAKEN, BAD_ROOM, BAD_EMOJI, RATE_LIMITED, NOT_STORED,
        UNAVAILABLE;
    Deleting: UNKNOWN_TOKEN, FOREIGN_ORIGIN, NOT_JOINED, NOT_YOURS, UNKNOWN_ROOM,
        UNKNOWN_MESSAGE, TOO_SLOW, NAME_TAKEN, BAD_ROOM, RATE_LIMITED, NOT_STORED, UNAVAILABLE;
    Leaving: UNKNOWN_TOKEN, FOREIGN_ORIGIN, NOT_JOINED, UNKNOWN_ROOM, TOO_SLOW, BAD_ROOM,
        RATE_LIMITED, NOT_STORED, UNAVAILABLE;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: std::collections::HashSet<_> = ALL.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
