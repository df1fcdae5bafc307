//! How much of everything: what both sides check before they speak.

use serde::{Deserialize, Serialize};

/// Messages that the page loads at most to find one among them.
pub const SOUGHT_AMONG: usize = 2_000;

/// A frame of a client may hold this many bytes.
pub const FRAME_BYTES: usize = 64 * 1024;

/// A text may hold this many bytes, whatever its number of characters.
pub const TEXT_BYTES: usize = 16 * 1024;

/// Messages in one page of history.
pub const PAGE: usize = 50;

/// Changes in one answer to `changes_since`.
pub const CHANGES: usize = 500;

/// Rooms one session may sit in.
pub const ROOMS_PER_SESSION: usize = 20;

/// Different emoji at one message.
pub const REACTIONS: usize = 20;

/// People who are named with each of them.
pub const REACTORS: usize = 10;

/// Files of one message.
pub const FILES: usize = 10;

/// The limits a client should know before it runs into them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Characters (Unicode scalar values) in one message.
    pub text: u32,
    /// How long one may edit a message; 0 for ever.
    pub edit_hours: u32,
    /// Bytes in one file; 0 where there are no files.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { text: 4000, edit_hours: 24, file_bytes: 10 * 1024 * 1024 }
    }
}

/// The text as it will be stored: ends trimmed, three or more blank lines become two,
/// `\r\n` becomes `\n`. `None` when nothing visible is left.
pub fn tidy(text: &str) -> Option<String> {
    if text.chars().all(is_blank) {
        return None;
    }
    let mut tidied = String::with_capacity(text.len());
    let mut blank_lines = 0;
    for line in text.split('\n').map(|line| line.trim_end_matches('\r')) {
        if line.chars().all(is_blank) {
            blank_lines += 1;
            continue;
        }
        if !tidied.is_empty() {
            tidied.extend(std::iter::repeat_n('\n', 1 + blank_lines.min(2)));
        }
        blank_lines = 0;
        tidied.push_str(line);
    }
    Some(tidied.trim().to_owned())
}

/// By how many characters the text is over the limit; 0 when it fits. A text that is over
/// [`TEXT_BYTES`] is over by at least one.
pub fn excess(text: &str, limit: u32) -> u32 {
    let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let over = characters.saturating_sub(limit);
    if text.len() > TEXT_BYTES { over.max(1) } else { over }
}

/// White space, and what draws nothing: zero-width characters, joiners, variation
/// selectors, bidi marks, fillers (Unicode `Default_Ignorable_Code_Point`, the common part).
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_its_blank_lines_are_folded() {
        assert_eq!(tidy("  안녕  \n").as_deref(), Some("안녕"));
        assert_eq!(tidy("a\n\n\n\n\nb").as_deref(), Some("a\n\n\nb"));
        assert_eq!(tidy("a\r\nb").as_deref(), Some("a\nb"));
        assert_eq!(tidy("a\n\nb").as_deref(), Some("a\n\nb"));
        assert_eq!(tidy("a\n\u{200b}\n \n\u{feff}\nb\n\u{200b}").as_deref(), Some("a\n\n\nb"));
        assert_eq!(tidy("❤\u{fe0f}").as_deref(), Some("❤\u{fe0f}"));
    }

    #[test]
    fn a_text_that_shows_nothing_is_blank() {
        for blank in
            ["", "   ", "\n\n", "\u{200b}", "\u{3164}\u{feff}", "\u{e0001}", "\u{1d173}\u{fff9}"]
        {
            assert_eq!(tidy(blank), None, "{blank:?}");
        }
    }

    #[test]
    fn a_text_over_either_limit_is_over() {
        assert_eq!(excess("가나다", 3), 0);
        assert_eq!(excess("가나다라", 3), 1);
        assert_eq!(excess(&"😀".repeat(TEXT_BYTES / 4 + 1), 100_000), 1);
    }

    proptest::proptest! {
        #[test]
        fn tidying_twice_changes_nothing(text in "[ab\n\r\\u{200b} \t가]{0,40}") {
            if let Some(once) = tidy(&text) {
                proptest::prop_assert_eq!(tidy(&once), Some(once.clone()));
            }
        }
    }
}
