//! What a message says: its words with their forms. Long ones are folded.

use super::super::markup::{Html, element, text, void};
use crate::i18n::Phrases;
use crate::protocol::{Span, UserId};

/// Lines and characters that are shown of a long message.
const LINES: usize = 20;
const CHARACTERS: usize = 1500;

/// Links lead out of the room, tell nobody where one came from, and vouch for nothing.
const REL: &str = "noopener noreferrer nofollow";

pub fn formatted(spans: &[Span], me: Option<UserId>) -> Vec<Html> {
    spans.iter().map(|span| piece(span, me)).collect()
}

fn piece(span: &Span, me: Option<UserId>) -> Html {
    let form = |tag, inner: &[Span]| element(tag, &[], &formatted(inner, me));
    match span {
        Span::Text(words) => text(words),
        Span::Strong(inner) => form("strong", inner),
        Span::Emphasis(inner) => form("em", inner),
        Span::Strike(inner) => form("s", inner),
        Span::Code(code) => element("code", &[], &[text(code)]),
        Span::CodeBlock(code) => {
            let code = element("code", &[], &[text(code)]);
            element("pre", &[("dir", "ltr"), ("tabindex", "0")], &[code])
        }
        Span::Quote(inner) => form("blockquote", inner),
        Span::List { start, items } => {
            let items: Vec<Html> = items.iter().map(|item| form("li", item)).collect();
            match start {
                None => element("ul", &[], &items),
                Some(start) => element("ol", &[("start", &start.to_string())], &items),
            }
        }
        Span::Link { url, label } => link(url, label, me),
        Span::Mention { user, name } => {
            let is_me = user.is_none() || *user == me;
            let class = if is_me { "mention mention--me" } else { "mention" };
            element("bdi", &[("class", class)], &[text("@"), text(name)])
        }
    }
}

/// A label that is no address says where it leads.
fn link(url: &str, label: &[Span], me: Option<UserId>) -> Html {
    let attributes = [("href", url), ("rel", REL), ("target", "_blank")];
    let mut content = formatted(label, me);
    let is_address = matches!(label, [Span::Text(words)] if starts_address(words));
    if let Some((_, rest)) = url.split_once(':').filter(|_| !is_address) {
        let rest = rest.trim_start_matches('/');
        let host = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        content.push(element("small", &[], &[text(" ("), text(host), text(")")]));
    }
    element("a", &attributes, &content)
}

fn starts_address(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    words.starts_with("http") || words.starts_with("www.")
}

/// Whether it is too long to be shown as a whole unasked.
pub fn is_long(words: &str) -> bool {
    words.bytes().filter(|byte| *byte == b'\n').count() >= LINES
        || words.len() > CHARACTERS && words.chars().count() > CHARACTERS
}

/// What unfolds a long message, before its text and behind it. It needs no script.
pub fn fold(key: &str, phrases: &Phrases) -> [Html; 2] {
    let id = [key, "-more"].concat();
    let check = [("class", "message__fold"), ("type", "checkbox"), ("id", &*id)];
    let label = [("class", "message__more button button--plain button--small"), ("for", &*id)];
    let words = [("more", phrases.show_more), ("less", phrases.show_less)]
        .map(|(class, words)| element("span", &[("class", class)], &[text(words)]));
    [void("input", &check), element("label", &label, &words)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(spans: &[Span]) -> String {
        element("p", &[], &formatted(spans, Some(UserId(1)))).as_str().to_owned()
    }

    #[test]
    fn a_label_says_where_it_leads() {
        let link = |url: &str, label: &str| {
            drawn(&[Span::Link { url: url.into(), label: vec![Span::Text(label.into())] }])
        };
        assert!(link("https://a.kr/b?c", "귤").contains("귤<small> (a.kr)</small></a>"));
        assert!(link("mailto:a@a.kr", "귤").contains("귤<small> (a@a.kr)</small></a>"));
        assert!(!link("https://a.kr/b", "https://a.kr/b").contains("small"));
        assert!(link("https://a.kr/\"b", "<b>").contains("href=\"https://a.kr/&quot;b\""));
        assert!(link("https://a.kr/", "<b>").contains("&lt;b&gt;"));
    }

    #[test]
    fn one_sees_that_one_is_named() {
        let mention = |user: Option<u64>| {
            drawn(&[Span::Mention { user: user.map(UserId), name: "<b>".into() }])
        };
        assert!(mention(Some(1)).contains("mention--me\">@&lt;b&gt;</bdi>"));
        assert!(mention(None).contains("mention--me"));
        assert!(!mention(Some(2)).contains("mention--me"));
    }

    #[test]
    fn only_long_messages_are_folded() {
        assert!(!is_long(&"귤\n".repeat(19)));
        assert!(is_long(&"귤\n".repeat(20)));
        assert!(!is_long(&"귤".repeat(1500)));
        assert!(is_long(&"귤".repeat(1501)));
    }
}
