//! Formatted text: a message's text, taken apart by the server once and for all.
//!
//! What is shown are pieces of the text as it was written; only the signs that asked for a form
//! are gone. Nothing in it is markup, and nothing needs to be parsed again.

use super::id::UserId;
use serde::{Deserialize, Serialize};

/// A piece of formatted text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Span {
    /// Words, with the line breaks they were written with.
    Text(String),
    Strong(Vec<Span>),
    Emphasis(Vec<Span>),
    Strike(Vec<Span>),
    /// Code within a line.
    Code(String),
    /// Lines of code.
    CodeBlock(String),
    Quote(Vec<Span>),
    /// A list, whose items are formatted text. It counts from `start`, or has bullets.
    List {
        start: Option<u32>,
        items: Vec<Vec<Span>>,
    },
    /// Always `http`, `https` or `mailto`, with a host as browsers write it (punycode).
    Link {
        url: String,
        label: Vec<Span>,
    },
    /// `user` is `null` for everyone who is here. The name is as it was written, without `@`.
    Mention {
        user: Option<UserId>,
        name: String,
    },
}

impl Span {
    /// Whether it stands on lines of its own.
    pub fn is_block(&self) -> bool {
        matches!(self, Span::CodeBlock(_) | Span::Quote(_) | Span::List { .. })
    }
}

/// The words alone.
pub fn plain(spans: &[Span]) -> String {
    let mut words = String::new();
    gather(spans, &mut words);
    words
}

fn gather(spans: &[Span], words: &mut String) {
    for span in spans {
        match span {
            Span::Text(text) | Span::Code(text) | Span::CodeBlock(text) => words.push_str(text),
            Span::Strong(inner) | Span::Emphasis(inner) | Span::Strike(inner) => {
                gather(inner, words);
            }
            Span::Quote(inner) | Span::Link { label: inner, .. } => gather(inner, words),
            Span::List { items, .. } => {
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        words.push('\n');
                    }
                    gather(item, words);
                }
            }
            Span::Mention { name, .. } => {
                words.push('@');
                words.push_str(name);
            }
        }
        if span.is_block() {
            words.push('\n');
        }
    }
}

/// Who is named in it: a user, or `None` for everyone.
pub fn mentioned(spans: &[Span]) -> Vec<Option<UserId>> {
    let mut users = Vec::new();
    note_mentions(spans, &mut users);
    users
}

fn note_mentions(spans: &[Span], users: &mut Vec<Option<UserId>>) {
    for span in spans {
        match span {
            Span::Strong(inner)
            | Span::Emphasis(inner)
            | Span::Strike(inner)
            | Span::Quote(inner)
            | Span::Link { label: inner, .. } => note_mentions(inner, users),
            Span::List { items, .. } => items.iter().for_each(|item| note_mentions(item, users)),
            Span::Mention { user, .. } if !users.contains(user) => users.push(*user),
            Span::Mention { .. } | Span::Text(_) | Span::Code(_) | Span::CodeBlock(_) => {}
        }
    }
}
