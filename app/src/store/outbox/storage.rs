//! How an outbox is kept in localStorage: under which key, in which form.

use super::{Delivery, Entry, Outbox};
use crate::protocol::{Codec, File, MessageId, Refusal, RoomKey, Seq, UserId};
use std::fmt;

/// The first byte of what is stored. Another form takes another number.
const VERSION: u8 = 3;

/// The forms before files and before replies: what they held must not be lost.
const WITHOUT_FILES: u8 = 2;
const WITHOUT_REPLIES: u8 = 1;

const PREFIX: &str = "sarangbang.outbox.";

/// An entry as stored: id, text, date, and the refusal if it failed; what it answers; its files.
/// The refusal is bytes of its own, so that a later build that knows other refusals still reads
/// the message.
type Stored = (StoredSecond, Vec<File>);

type StoredSecond = (StoredFirst, Option<Seq>);

type StoredFirst = (MessageId, String, u64, Option<Vec<u8>>);

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
            let first = (entry.id, entry.text.clone(), entry.written_at, refusal);
            ((first, entry.reply_to), entry.files.clone())
        });
        let bytes = Codec::Postcard.encode(&stored.collect::<Vec<_>>());
        // One character for each byte: storage keeps two bytes for every character.
        std::iter::once(VERSION).chain(bytes).map(char::from).collect()
    }

    /// The outbox that was stored; an empty one if the text is none of ours.
    pub fn decode(text: &str) -> Self {
        let bytes: Vec<u8> =
            text.chars().map(u8::try_from).collect::<Result<_, _>>().unwrap_or_default();
        let stored: Vec<Stored> = match bytes.split_first() {
            Some((&VERSION, rest)) => Codec::Postcard.decode(rest).unwrap_or_default(),
            Some((&WITHOUT_FILES, rest)) => {
                let stored: Vec<StoredSecond> = Codec::Postcard.decode(rest).unwrap_or_default();
                stored.into_iter().map(|entry| (entry, Vec::new())).collect()
            }
            Some((&WITHOUT_REPLIES, rest)) => {
                let stored: Vec<StoredFirst> = Codec::Postcard.decode(rest).unwrap_or_default();
                stored.into_iter().map(|entry| ((entry, None), Vec::new())).collect()
            }
            _ => Vec::new(),
        };
        let entries = stored.into_iter().map(|((first, reply_to), files)| {
            let (id, text, written_at, refusal) = first;
            let delivery = match refusal {
                // A reason this build cannot read is still a reason not to send by itself.
                Some(reason) => {
                    Delivery::Failed(Codec::Postcard.decode(&reason).unwrap_or(Refusal::Malformed))
                }
                None => Delivery::Waiting,
            };
            Entry { id, text, reply_to, files, written_at, delivery }
        });
        Outbox { entries: entries.collect(), ..Outbox::default() }
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
