//! What its owner says of a room.

#![cfg(feature = "ssr")]

use crate::protocol::RoomKey;

/// Characters in a welcome.
pub const WELCOME: usize = 1000;

/// The page on which a room is kept in order. Whoever is not its owner only reads it.
#[derive(Clone, Debug)]
pub struct SettingsView {
    pub room: RoomKey,
    pub title: String,
    pub welcome: String,
    pub is_public: bool,
    pub is_owner: bool,
    /// What was just done, to be said.
    pub done: Option<Done>,
}

#[derive(Clone, Debug)]
pub enum Done {
    Saved,
    /// A link that makes an owner of whoever has it. It is shown this once.
    OwnerLink(String),
}

/// Whoever has the owner link asks to be an owner: the link's secret, to be sent back.
#[derive(Clone, Debug)]
pub struct OwnView {
    pub room: RoomKey,
    pub title: String,
    pub key: String,
    /// Whether the session sits in the room; owners do.
    pub is_member: bool,
}

/// A room on the first page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicRoom {
    pub room: RoomKey,
    pub title: String,
    /// How many people are there.
    pub count: u64,
}
