//! What a user's name and a room's name may be.
//!
//! Names come in any script. They are brought into one form (NFC, white space collapsed), so
//! that what looks the same is stored the same; what would draw nothing, or draw over its
//! neighbours, is refused ([`characters`]). Whether two names are too alike to sit in one
//! room is asked of their [`Skeleton`]s.

pub mod characters;

use app::protocol::frame::Refusal;
use app::protocol::id::RoomKey;
use caseless::Caseless;
use characters::are_visible;
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Grapheme clusters (what people count as characters) in a user's name at most.
pub const NAME_GRAPHEMES: usize = 32;

/// Unicode scalar values in a user's name at most: enough for 32 emoji families, while a
/// single grapheme cluster may be of any length.
const NAME_CHARACTERS: usize = 256;

/// Unicode scalar values in a room's key at most.
pub const ROOM_CHARACTERS: usize = 64;

/// Words that speak for the room itself.
const RESERVED: [&str; 4] = ["admin", "system", "관리자", "시스템"];

/// A name that a user may have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Username(String);

/// What a name looks like. Two names with equal skeletons cannot be told apart at a glance:
/// `Ana` and `аnа` (with Cyrillic а), `민수` and its halfwidth twin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Skeleton(String);

impl Username {
    /// The name in its stored form.
    ///
    /// Refused as `NameEmpty`, `NameInvisible`, `NameTooLong` or `NameReserved`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = tidy(text);
        if name.is_empty() {
            return Err(Refusal::NameEmpty);
        }
        if !are_visible(&name) {
            return Err(Refusal::NameInvisible);
        }
        if !fits(&name) {
            return Err(Refusal::NameTooLong { limit: NAME_GRAPHEMES as u32 });
        }
        if is_reserved(&name) {
            return Err(Refusal::NameReserved);
        }
        Ok(Username(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }

    pub fn skeleton(&self) -> Skeleton {
        Skeleton::of(&self.0)
    }
}

impl Skeleton {
    /// The skeleton of UTS #39, section 4, of the text as the Unicode Standard compares it
    /// without regard to case and width (definition D146). Both steps begin decomposed:
    /// folding turns the iota below a Greek letter into a letter after it, and accents must
    /// stand before it by then.
    fn of(text: &str) -> Self {
        let folded: String =
            text.nfd().default_case_fold().nfkd().default_case_fold().nfkd().collect();
        Skeleton::as_written(&folded)
    }

    /// The same without folding: here `I` is like `l`, where folded it is like `i`.
    fn as_written(text: &str) -> Self {
        Skeleton(unicode_security::skeleton(text).collect())
    }
}

/// The next free name of that kind: `민수 2` for `민수`, `민수 3` for `민수 2`. It is as long
/// as a name may be at most; the name is cut where the number would not fit.
pub fn suggest(name: &Username, is_taken: impl Fn(&Skeleton) -> bool) -> String {
    let (stem, first) = name
        .0
        .rsplit_once(' ')
        .and_then(|(stem, number)| Some((stem, number.parse::<u32>().ok()?.checked_add(1)?)))
        .unwrap_or((&name.0, 2));
    let mut numbers = first.max(2)..;
    let free = numbers.find_map(|number| {
        let candidate = Username::parse(&numbered(stem, number)).ok()?;
        (!is_taken(&candidate.skeleton())).then_some(candidate)
    });
    free.expect("a room holds fewer names than there are numbers").0
}

/// A room's key, and its title as its first visitor wrote it.
///
/// Refused as `BadRoom`, whatever the reason: a person picks another name, and a link was
/// never good.
pub fn parse_room(text: &str) -> Result<(RoomKey, String), Refusal> {
    let title = tidy(text);
    let key: String = title.replace(' ', "-").nfd().default_case_fold().nfc().collect();
    let fits = (1..=ROOM_CHARACTERS).contains(&key.chars().count());
    // A path of dots would climb in the address instead of naming a room.
    let is_path = key.contains('/') || key == "." || key == "..";
    if fits && !is_path && are_visible(&title) && are_visible(&key) {
        Ok((RoomKey(key), title))
    } else {
        Err(Refusal::BadRoom)
    }
}

/// NFC, without white space at the ends, and with single spaces inside.
fn tidy(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fits(name: &str) -> bool {
    name.chars().count() <= NAME_CHARACTERS && name.graphemes(true).count() <= NAME_GRAPHEMES
}

fn numbered(stem: &str, number: u32) -> String {
    let mut graphemes: Vec<&str> = stem.graphemes(true).collect();
    loop {
        let candidate = format!("{} {number}", graphemes.concat().trim_end());
        if fits(&candidate) || graphemes.pop().is_none() {
            return candidate;
        }
    }
}

/// Spaces and punctuation make no other word of it: `[ad min]` is reserved like `admin`.
fn is_reserved(name: &str) -> bool {
    static LOOKS: LazyLock<HashSet<Skeleton>> = LazyLock::new(|| {
        let spelt = RESERVED.iter().flat_map(|word| {
            let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            [word.to_string(), word.to_uppercase(), first.to_uppercase() + rest]
        });
        spelt.map(|word| Skeleton::as_written(&word)).collect()
    });
    let bare: String = name.nfkc().filter(|c| c.is_alphanumeric()).collect();
    LOOKS.contains(&Skeleton::of(&bare)) || LOOKS.contains(&Skeleton::as_written(&bare))
}

#[cfg(test)]
mod tests;
