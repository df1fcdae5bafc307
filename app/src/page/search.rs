//! What one looks for in a room, and what was found.

#![cfg(feature = "ssr")]

use crate::protocol::{Message, RoomKey, Seq};
use std::sync::Arc;

/// A question may have so many characters, and so many words.
pub const QUERY: usize = 100;
const TERMS: usize = 8;

/// Words that must all be in a text, anywhere and in whatever case. Parts of words are found too:
/// Korean hangs particles onto its words, and two syllables are a good question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms(Vec<String>);

impl Terms {
    /// `None` if there is nothing to look for, or too much.
    pub fn parse(query: &str) -> Option<Self> {
        let terms: Vec<String> = query.split_whitespace().map(str::to_owned).collect();
        let fits = query.chars().count() <= QUERY && (1..=TERMS).contains(&terms.len());
        fits.then_some(Terms(terms))
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The text in pieces, those that were looked for marked `true`.
    pub fn mark<'a>(&self, text: &'a str) -> Vec<(&'a str, bool)> {
        let folded = |c: char| c.to_lowercase().next().unwrap_or(c);
        let signs: Vec<(usize, char)> =
            text.char_indices().map(|(at, c)| (at, folded(c))).collect();
        let mut marked = vec![false; signs.len()];
        for term in self.iter() {
            let term: Vec<char> = term.chars().map(folded).collect();
            for start in 0..(signs.len() + 1).saturating_sub(term.len()) {
                let found = &signs[start..start + term.len()];
                if found.iter().map(|(_, c)| c).eq(&term) {
                    marked[start..start + term.len()].fill(true);
                }
            }
        }
        let mut pieces = Vec::new();
        let mut from = 0;
        for n in 1..=signs.len() {
            if n == signs.len() || marked[n] != marked[n - 1] {
                let to = signs.get(n).map_or(text.len(), |(at, _)| *at);
                pieces.push((&text[from..to], marked[n - 1]));
                from = to;
            }
        }
        pieces
    }
}

/// The page on which one looks for something.
#[derive(Clone, Debug)]
pub struct Search {
    pub room: RoomKey,
    pub title: String,
    /// As it was typed.
    pub query: String,
    /// Looked for what is older than this place.
    pub before: Option<Seq>,
    /// `None` if there was nothing to look for, or too much.
    pub asked: Option<(Terms, Found)>,
}

/// What was found, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub messages: Vec<Arc<Message>>,
    /// Ask before this place for what is older; `None` at the room's beginning.
    pub further: Option<Seq>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(query: &str, text: &str) -> String {
        let pieces = Terms::parse(query).expect("a question").mark(text).into_iter();
        pieces
            .map(|(piece, is)| if is { ["[", piece, "]"].concat() } else { piece.into() })
            .collect()
    }

    #[test]
    fn a_question_has_some_words_but_not_a_book() {
        assert_eq!(Terms::parse(" \u{3000}\n"), None);
        assert_eq!(Terms::parse(&"귤".repeat(101)), None);
        assert_eq!(Terms::parse("a b c d e f g h i"), None);
        assert_eq!(Terms::parse(" 귤  차 "), Some(Terms(vec!["귤".into(), "차".into()])));
    }

    #[test]
    fn what_was_looked_for_is_marked() {
        assert_eq!(marked("귤", "귤은 감귤보다"), "[귤]은 감[귤]보다");
        assert_eq!(marked("ÉTÉ", "L’été"), "L’[été]");
        assert_eq!(marked("ab bc", "xABCx"), "x[ABC]x");
        assert_eq!(marked("아주 긴 말", "말"), "[말]");
        assert_eq!(marked("귤", ""), "");
    }
}
