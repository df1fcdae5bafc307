//! How an outbox is kept in localStorage: under which key, in which form.

use super::{Delivery, Entry, Outbox};
use crate::protocol::{Codec, File, MessageId, Refusal, RoomKey, Seq, UserId};
use std::fmt;

/// The first byte of what is stored. Another form takes another number, and what stands in a form
/// that was released must not be lost.
const VERSION: u8 = 3;

const PREFIX: &str = "sarangbang.outbox.";

/// An entry as stored: id, text, date, and the refusal if it failed; what it answers; its files.
/// The refusal is bytes of its own, so that a later build that knows other refusals still reads
/// the message.
type Stored = (MessageId, String, u64, Option<Vec<u8>>, Option<Seq>, Vec<File>);

impl Outbox {
    /// The entries as text. What is in flight counts as waiting: only an ack takes it out.
    pub fn encode(&self) -> String {
        let stored = self.entries.iter().map(|entry| -> Stored {
            let refusal = match &entry.delivery {
                Delivery::Failed(refusal) => Some(Codec::Postcard.encode(refusal)),
                // What was picked ends with the page.
                Delivery::Gathering => Some(Codec::Postcard.encode(&Refusal::NoSuchFile)),
                _ => None,
            };
            let (text, files) = (entry.text.clone(), entry.files.clone());
            (entry.id, text, entry.written_at, refusal, entry.reply_to, files)
        });
        let bytes = Codec::Postcard.encode(&stored.collect::<Vec<_>>());
        // One character for each byte: storage keeps two bytes for every character.
        std::iter::once(VERSION).chain(bytes).map(char::from).collect()
    }

    /// The outbox that was stored; an empty one if the text is none of ours.
    pub fn decode(text: &str) -> Self {
        let mut outbox = Outbox::default();
        let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap_or_default()).collect();
        let Some((&VERSION, stored)) = bytes.split_first() else { return outbox };
        let stored: Vec<Stored> = Codec::Postcard.decode(stored).unwrap_or_default();
        for (id, text, written_at, refusal, reply_to, files) in stored {
            let delivery = refusal.map_or(Delivery::Waiting, |reason| {
                // A reason this build cannot read is still a reason not to send by itself.
                Delivery::Failed(Codec::Postcard.decode(&reason).unwrap_or(Refusal::Malformed))
            });
            outbox.entries.push(Entry { id, text, reply_to, files, written_at, delivery });
        }
        outbox
    }
}

/// Names an outbox in localStorage: `sarangbang.outbox.{user}.{room}.{tab}`. A tab sends only
/// from its own; what a closed tab left must be adopted first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageKey {
    pub user: UserId,
    pub room: RoomKey,
    /// Any name without a dot.
    pub tab: String,
}

impl fmt::Display for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&[PREFIX, &self.user.to_string(), ".", &self.room.0, ".", &self.tab].concat())
    }
}

impl StorageKey {
    /// Reads a key back; `None` if it is not an outbox's. A room's name may hold dots, the
    /// parts around it do not.
    pub fn parse(key: &str) -> Option<Self> {
        let (user, rest) = key.strip_prefix(PREFIX)?.split_once('.')?;
        let (room, tab) = rest.rsplit_once('.')?;
        if room.is_empty() || tab.is_empty() {
            return None;
        }
        let user = UserId(user.parse().ok()?);
        Some(StorageKey { user, room: RoomKey(room.into()), tab: tab.into() })
    }

    /// Whether this tab may take over what is stored under `other`: the same person's, of the
    /// same room. On a shared computer nobody sends what another wrote.
    pub fn may_adopt(&self, other: &StorageKey) -> bool {
        self.user == other.user && self.room == other.room && self.tab != other.tab
    }
}
