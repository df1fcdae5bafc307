//! The page: which one, and the data that it is drawn from, the same on the server and in
//! the browser.
//!
//! The server draws [`Document`] from a [`Boot`] and puts the same boot, encoded, into the
//! page; the browser reads it back and hydrates [`App`]. Nothing is fetched twice, and
//! nothing in a boot depends on when or where it is drawn: what only the browser knows
//! (its zone, its clock, its outbox) comes after hydration.

mod choices;
mod document;
mod search;
mod settings;

#[cfg(feature = "ssr")]
pub use choices::ChoicesView;
#[cfg(feature = "ssr")]
pub use document::{Document, Head, NewsDocument, PlainDocument};
#[cfg(feature = "ssr")]
pub use search::{Found, QUERY, Search, Terms};
#[cfg(feature = "ssr")]
pub use settings::{Done, OwnView, PublicRoom, SettingsView, WELCOME};

use crate::i18n::Locale;
use crate::protocol::{Cursor, Limits, MessageId, Refusal, RoomSummary, Snapshot, UserId};
use serde::{Deserialize, Serialize};

/// Everything one page is drawn from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Boot {
    /// Names the build, so that the server can tell an old page to reload.
    pub build: String,
    pub locale: Locale,
    /// `None`: as the system wishes.
    pub theme: Option<Theme>,
    pub zone: Zone,
    /// Who the session is, once it has joined any room.
    pub user: Option<UserId>,
    /// The rooms of the sidebar.
    pub rooms: Vec<RoomSummary>,
    /// The name last used, to fill a form.
    pub username: String,
    pub limits: Limits,
    pub view: View,
    /// Drawn by the server only, and not part of the data in the page.
    #[serde(skip)]
    pub plain: Plain,
}

/// What a room's page needs beside, for those without script.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    /// Names the message that the form will send, so that sending it twice is harmless.
    pub message_id: Option<MessageId>,
    /// Where the frame with what is new begins; none on a page of older messages.
    pub news_after: Option<Cursor>,
    pub unsent: Option<Unsent>,
    /// Whether the reader wants more in less space.
    pub is_compact: bool,
    /// The rooms that the first page lists.
    #[cfg(feature = "ssr")]
    pub public_rooms: Vec<PublicRoom>,
    /// Those of them and of others in which one is.
    #[cfg(feature = "ssr")]
    pub own_rooms: Vec<RoomSummary>,
}

/// A message that the form sent and that was refused.
#[derive(Clone, Debug)]
pub struct Unsent {
    pub text: String,
    pub refusal: Refusal,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum View {
    Home(JoinForm),
    Room(Box<RoomView>),
}

/// A room's page: the room, and the form for those who have not joined.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoomView {
    pub snapshot: Snapshot,
    /// The name one has in the room; `None` for a reader.
    pub username: Option<String>,
    pub form: JoinForm,
    /// Shows older messages (`?before=`), for those without script; not live.
    pub is_older: bool,
}

/// The join form as it was sent, and why it was refused.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct JoinForm {
    pub username: String,
    pub room: String,
    pub refusal: Option<Refusal>,
}

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    NotFound,
    /// A form that another site sent, or one without the cookie.
    ForeignForm,
    /// There is no network. Shown by the page's worker.
    Offline,
    Refused(Refusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub const fn tag(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub fn from_tag(tag: &str) -> Option<Self> {
        [Theme::Light, Theme::Dark].into_iter().find(|theme| theme.tag() == tag)
    }
}

/// The reader's time zone as the server knows it, from a cookie that the page leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Zone {
    /// Minutes east of UTC; 0 and not known on the first visit.
    pub minutes: i32,
    pub is_known: bool,
}

impl Zone {
    /// `None` for what no place on earth has.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let minutes = tag.parse().ok().filter(|minutes: &i32| minutes.abs() <= 14 * 60)?;
        Some(Zone { minutes, is_known: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_believed_only_if_it_can_be_one() {
        assert_eq!(Zone::from_tag("540"), Some(Zone { minutes: 540, is_known: true }));
        assert_eq!(Zone::from_tag("-210").map(|zone| zone.minutes), Some(-210));
        for nonsense in ["", "Seoul", "9999", "-841"] {
            assert_eq!(Zone::from_tag(nonsense), None, "{nonsense:?}");
        }
    }
}
