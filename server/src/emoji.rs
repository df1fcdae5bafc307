//! What a reaction may be: one emoji, as people see it.

use unicode_properties::UnicodeEmoji;
use unicode_segmentation::UnicodeSegmentation;

/// The longest that Unicode recommends, a family of four with skin tones, has 41.
const BYTES: usize = 64;

/// Puts a digit, `#` or `*` on a key (UTS 51, section 1.4.6).
const KEYCAP: char = '\u{20e3}';

/// Whether the text is one emoji: one grapheme cluster (UAX 29) that holds an emoji character.
/// Digits are such characters, too, but only on a key.
pub fn is_emoji(text: &str) -> bool {
    let shows = |c: char| c.is_emoji_char() && !c.is_ascii();
    text.len() <= BYTES
        && text.graphemes(true).count() == 1
        && text.chars().any(|c| shows(c) || c == KEYCAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_one_whatever_it_is_made_of() {
        for emoji in [
            "👍",
            "❤\u{fe0f}",
            "👍🏽",
            "👩\u{200d}👩\u{200d}👧\u{200d}👦",
            "🇰🇷",
            "1\u{fe0f}\u{20e3}",
            "©\u{fe0f}",
        ] {
            assert!(is_emoji(emoji), "{emoji}");
        }
        let long = "👩".to_owned() + &"\u{200d}👧".repeat(20);
        for text in ["", "a", "1", "#", "ㅋ", "👍👍", "👍a", " 👍", "<b>", "\u{200d}", &long]
        {
            assert!(!is_emoji(text), "{text}");
        }
    }
}
