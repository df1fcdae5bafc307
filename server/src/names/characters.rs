//! Which characters a name may hold.

use unicode_properties::{
    GeneralCategory, GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory,
};

/// Joins emoji into one: a family, a profession, a flag. Elsewhere it is an invisible difference.
const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// Asks for the emoji's colourful form.
const EMOJI_STYLE: char = '\u{fe0f}';

/// More marks on one letter than any script needs are drawn over the neighbouring lines
/// (UTS #39, section 5.4, advises the same number).
const STACKED_MARKS: usize = 4;

/// Whether every character shows, keeps to its place, and has a meaning: no controls,
/// invisible or direction-changing characters, none that Unicode has not assigned, and no
/// mark without a letter to stand on.
pub fn are_visible(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let mut marks = STACKED_MARKS;
    for (i, &c) in characters.iter().enumerate() {
        let (before, after) = (&characters[..i], characters.get(i + 1));
        match c {
            ZERO_WIDTH_JOINER if ends_in_emoji(before) && after.is_some_and(|&c| is_emoji(c)) => {}
            // Digits, `#` and `*` have an emoji form too.
            EMOJI_STYLE if before.last().is_some_and(|c| c.is_emoji_char()) => {}
            c if is_mark(c) && marks < STACKED_MARKS => marks += 1,
            c if is_mark(c) || is_invisible(c) => return false,
            // A mark on a space is a lone mark.
            ' ' => marks = STACKED_MARKS,
            _ => marks = 0,
        }
    }
    true
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark && !is_default_ignorable(c)
}

fn is_invisible(c: char) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, SpaceSeparator, Surrogate,
        Unassigned,
    };
    let is_blank = match c.general_category() {
        // Formats are the joiners, the direction marks and overrides, and the tags.
        Control | Format | Surrogate | PrivateUse | Unassigned | LineSeparator
        | ParagraphSeparator => true,
        SpaceSeparator => c != ' ',
        _ => false,
    };
    is_blank || is_default_ignorable(c) || c == '\u{2800}'
}

/// `Default_Ignorable_Code_Point` of the Unicode Character Database, as far as the general
/// category does not tell already: fillers and variation selectors.
fn is_default_ignorable(c: char) -> bool {
    matches!(c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// An emoji on its own, unlike digits, which only can become one.
fn is_emoji(c: char) -> bool {
    c.is_emoji_char() && !c.is_ascii()
}

fn ends_in_emoji(text: &[char]) -> bool {
    match text {
        [.., emoji, EMOJI_STYLE] | [.., emoji] => is_emoji(*emoji),
        [] => false,
    }
}
