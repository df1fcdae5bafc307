//! Files as they come in: what they are is found out from their content, and what a picture
//! tells of its maker beside what is to be seen is taken out.

mod picture;
#[cfg(test)]
mod tests;

use app::protocol::Picture;

/// Characters in a file's name.
const NAME: usize = 120;

/// The media types that are pictures here: those that every browser draws.
const PICTURES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// What nothing is known of (RFC 2046, section 4.5.1).
const UNKNOWN: &str = "application/octet-stream";

/// A file that may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub name: String,
    pub kind: String,
    pub content: Vec<u8>,
    pub picture: Option<Picture>,
    /// The picture, smaller, where it is worth having.
    pub small: Option<Small>,
}

/// A small picture in place of a large one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Small {
    pub kind: String,
    pub content: Vec<u8>,
}

/// Looks into a file. Takes a while for a large picture, and much memory: not for the runtime's
/// own threads, nor for many at once.
pub fn check(name: &str, content: Vec<u8>) -> Checked {
    let (name, kind) = (tidy(name), kind(&content));
    if !is_shown(&kind) {
        return Checked { name, kind, content, picture: None, small: None };
    }
    match picture::check(&kind, &content) {
        Some(picture::Checked { content, picture, small }) => {
            Checked { name, kind, content, picture: Some(picture), small }
        }
        // What calls itself a picture and cannot be drawn is kept as it is, to be saved.
        None => Checked { name, kind: UNKNOWN.to_owned(), content, picture: None, small: None },
    }
}

/// What it is, by its first bytes; text if it can be read as such.
fn kind(content: &[u8]) -> String {
    match infer::get(content) {
        Some(known) => known.mime_type().to_owned(),
        None if std::str::from_utf8(content).is_ok() => "text/plain".to_owned(),
        None => UNKNOWN.to_owned(),
    }
}

/// Whether a browser may show it in place of saving it. Nothing that could hold a script.
pub fn is_shown(kind: &str) -> bool {
    PICTURES.contains(&kind)
}

/// The last part of a path, without what cannot be seen or turns the direction of writing round,
/// and not too long; its ending stays.
fn tidy(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let visible: String = last.chars().filter(|c| !is_hidden(*c)).collect();
    let visible = visible.trim().trim_start_matches('.');
    let count = visible.chars().count();
    if count <= NAME {
        return if visible.is_empty() { "file".to_owned() } else { visible.to_owned() };
    }
    let ending = visible.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.filter(|ending| ending.chars().count() <= 10);
    let ending = ending.map(|ending| [".", ending].concat()).unwrap_or_default();
    let kept = NAME - ending.chars().count() - 1;
    visible.chars().take(kept).chain(['…']).chain(ending.chars()).collect()
}
