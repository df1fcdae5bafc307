//! The names of things: rooms, users, messages, and places in a room's log.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A message's place in its room: 1, 2, 3… without gaps. Order is by `seq`, always.
pub type Seq = u64;

/// A room's revision. It grows by one with every change; a message carries the rev of its
/// last change. A room in which nothing happened yet is at rev 0.
pub type Rev = u64;

/// Names the life of a database. A restored backup lives on under another epoch, so that
/// no cursor from the lost life is taken for one of the new.
pub type Epoch = u32;

/// How far someone has seen a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub epoch: Epoch,
    pub rev: Rev,
}

/// `EPOCH.REV`, as used in HTTP queries and as the event id of streams.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.rev)
    }
}

/// A room's key: NFC, trimmed, case-folded, 1–64 characters, `-` for spaces.
///
/// The Unicode rules live in the server's `names`; a client may hold any string here and
/// is told `badRoom` if it is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoomKey(pub String);

impl RoomKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A user's id, the same in every room of one session. Opaque: a number inside, a string
/// in JSON, where large numbers would lose digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub u64);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for UserId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0)
        } else {
            serializer.serialize_u64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            text.parse().map(UserId).map_err(serde::de::Error::custom)
        } else {
            u64::deserialize(deserializer).map(UserId)
        }
    }
}

/// A message's id: a UUIDv7 made by the sender, so that a repeat can be recognised.
/// Any UUID is accepted; version 7 keeps the index in order.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct MessageId(pub Uuid);

impl MessageId {
    /// The id for a message written at `unix_millis`; `random` comes from the platform's
    /// generator (RFC 9562, section 5.7).
    pub fn new(unix_millis: u64, random: [u8; 10]) -> Self {
        MessageId(uuid::Builder::from_unix_timestamp_millis(unix_millis, &random).into_uuid())
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for MessageId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        uuid::Uuid::try_parse(text).map(MessageId)
    }
}
