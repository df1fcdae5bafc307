//! Formatted text: from what people write to [`Span`]s.
//!
//! A small Markdown, made for chats rather than documents: lines stay lines, and whatever is no
//! clear wish for a form is shown as it was written, so that nothing anyone sent disappears.
//! CommonMark would make headings of `#1`, numbers of dates, and leaves `**중요!**합니다` alone,
//! because its emphasis ends by rules for scripts that put spaces between words.
//!
//! ```text
//! **strong**  *emphasis* _emphasis_  ~~strike~~  `code`  [label](https://…)  https://…  @name
//! > quote          - list          1. list          ``` lines of code ```
//! ```
//!
//! A form ends in the block it began in. `\` before a sign shows the sign itself.
//!
//! [`block`] takes the lines apart and [`inline`] what stands in them; [`link`] says where an
//! address ends and whether it is safe, [`korean`] where a word ends that has a particle.

mod block;
mod inline;
mod korean;
mod link;
#[cfg(test)]
mod tests;

use app::protocol::{Span, UserId};

/// Pieces in one message at most. A text that would have more is shown as it is.
const SPANS: usize = 500;

/// Quotes and lists within one another at most. What is deeper is shown as it was written.
const DEPTH: usize = 6;

/// Whoever may be named after an `@`: `None` is everyone.
pub struct Name<'a> {
    pub user: Option<UserId>,
    pub name: &'a str,
}

/// The text's spans; none if there is nothing to format. `names` are those that may be meant
/// by an `@`.
pub fn parse(text: &str, names: &[Name<'_>]) -> Vec<Span> {
    if !may_be_formatted(text) {
        return Vec::new();
    }
    let spans = block::parse(text, names, DEPTH);
    let is_as_written = matches!(&*spans, [Span::Text(shown)] if shown == text);
    if is_as_written || count(&spans) > SPANS { Vec::new() } else { spans }
}

/// Most messages are words and nothing else.
fn may_be_formatted(text: &str) -> bool {
    let has_sign = |c: u8| matches!(c, b'*' | b'_' | b'~' | b'`' | b'[' | b'@' | b'\\' | b':');
    let begins_block = |line: &str| {
        let first = line.trim_start().bytes().next();
        first.is_some_and(|c| matches!(c, b'>' | b'-' | b'0'..=b'9'))
    };
    text.bytes().any(has_sign) || text.contains("www.") || text.lines().any(begins_block)
}

fn count(spans: &[Span]) -> usize {
    let inside = |span: &Span| match span {
        Span::Strong(inner) | Span::Emphasis(inner) | Span::Strike(inner) => count(inner),
        Span::Quote(inner) | Span::Link { label: inner, .. } => count(inner),
        Span::List { items, .. } => items.iter().map(|item| 1 + count(item)).sum(),
        Span::Text(_) | Span::Code(_) | Span::CodeBlock(_) | Span::Mention { .. } => 0,
    };
    spans.iter().map(|span| 1 + inside(span)).sum()
}

/// Adds words, to the last words if it ends in some.
fn push_text(spans: &mut Vec<Span>, words: &str) {
    if words.is_empty() {
        return;
    }
    match spans.last_mut() {
        Some(Span::Text(text)) => text.push_str(words),
        _ => spans.push(Span::Text(words.to_owned())),
    }
}

/// Adds pieces behind others, where two of words become one.
fn append(spans: &mut Vec<Span>, more: Vec<Span>) {
    for span in more {
        match span {
            Span::Text(words) => push_text(spans, &words),
            span => spans.push(span),
        }
    }
}
