//! Addresses: where they end in a text, and whether they are safe to show as links.

use super::korean;
use unicode_security::MixedScript;
use unicode_security::skeleton;
use url::{Host, Url};

/// Bytes in an address at most.
const LENGTH: usize = 2048;

/// An address that may be followed.
pub struct Link {
    /// As browsers write it.
    pub url: String,
    /// Its host is not what it looks like, and must be shown as browsers write it.
    pub is_deceptive: bool,
}

/// The address that a text begins with, as it is written there.
pub fn leading(text: &str) -> Option<(&str, Link)> {
    let begins = |prefix: &str| {
        text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let is_bare = begins("www.");
    if !(is_bare || begins("https://") || begins("http://")) {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`');
    let head = &text[..text.floor_char_boundary(LENGTH + char::MAX_LEN_UTF8)];
    let written = &head[..head.find(ends).unwrap_or(head.len())];
    // The end of a label that was none.
    let written = written.split_once("](").map_or(written, |(address, _)| address);
    let written = without_particle(without_punctuation(written));
    let link = match is_bare {
        true if !written.get("www.".len()..)?.contains('.') => return None,
        true => safe(&["https://", written].concat())?,
        false => safe(written)?,
    };
    Some((written, link))
}

/// The address, if it leads to a page or to a mailbox, and hides nothing.
pub fn safe(address: &str) -> Option<Link> {
    if address.len() > LENGTH {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let is_deceptive = match (url.scheme(), url.host()) {
        ("mailto", None) => false,
        // `https://bank.example@evil.example` is read from the left.
        ("http" | "https", Some(_)) if !url.username().is_empty() || url.password().is_some() => {
            return None;
        }
        ("http" | "https", Some(Host::Domain(host))) => is_deceptive(host),
        ("http" | "https", Some(Host::Ipv4(_) | Host::Ipv6(_))) => false,
        _ => return None,
    };
    Some(Link { url: url.into(), is_deceptive })
}

/// Whether a host mixes scripts, or is spelt in other letters than it looks to be.
fn is_deceptive(host: &str) -> bool {
    if !host.split('.').any(|label| label.starts_with("xn--")) {
        return false;
    }
    let (shown, result) = idna::domain_to_unicode(host);
    let looks_ascii = |label: &str| !label.is_ascii() && skeleton(label).all(|c| c.is_ascii());
    result.is_err() || shown.split('.').any(|label| !label.is_single_script() || looks_ascii(label))
}

/// Whoever writes an address into a sentence goes on with the sentence behind it.
fn without_punctuation(written: &str) -> &str {
    let mut written = written;
    while let Some(last) = written.chars().next_back() {
        let opening = match last {
            ')' => Some('('),
            ']' => Some('['),
            '}' => Some('{'),
            _ => None,
        };
        let is_unpaired = |open| written.matches(open).count() < written.matches(last).count();
        let is_sentence = ".,:;!?'*_~…。，、！？」』”’)）".contains(last) && last != ')';
        if !is_sentence && !opening.is_some_and(is_unpaired) {
            break;
        }
        written = &written[..written.len() - last.len_utf8()];
    }
    written
}

/// A particle that is written onto the address is not part of it: paths in which a Latin word
/// ends in one are rarer.
fn without_particle(written: &str) -> &str {
    let stem = written.trim_end_matches(korean::is_hangul);
    let after_scheme = stem.split_once("://").map_or(stem, |(_, rest)| rest);
    let is_particle = korean::is_particle(&written[stem.len()..]);
    let is_glued = match after_scheme.split_once('/') {
        None => stem.is_ascii() && stem.ends_with(|c: char| c.is_ascii_alphanumeric()),
        Some((_, "")) => is_particle,
        Some(_) => is_particle && stem.ends_with(|c: char| c.is_ascii_alphanumeric()),
    };
    if is_glued { stem } else { written }
}
