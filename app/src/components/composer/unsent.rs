//! What could not be sent, for those without script: the text as it was typed, and why. The
//! page that holds it never comes to life, so that its text area may be filled.

use super::{action, label, send_words};
use crate::components::icon::icon;
use crate::components::markup::{element, text};
use crate::components::part::{Part, part};
use crate::components::room_page::{open_room::OpenRoom, path};
use crate::i18n::Phrases;
use crate::page::Unsent;
use crate::protocol::Refusal;

pub fn form(room: OpenRoom, unsent: &Unsent, phrases: &Phrases) -> Part {
    let field = [
        ("class", "composer__input"),
        ("id", "composer-text"),
        ("name", "text"),
        ("rows", "3"),
        ("dir", "auto"),
        ("autocomplete", "off"),
        ("autofocus", ""),
        ("aria-invalid", "true"),
        ("aria-describedby", "composer-notes"),
    ];
    // HTML takes a line break at the very beginning for one of the page's source.
    let typed = text(&["\n", &unsent.text].concat());
    let send = [("class", "button button--action composer__send"), ("aria-label", phrases.send)];
    let mut notes = vec![text(&phrases.refusal(&unsent.refusal))];
    if unsent.refusal == Refusal::NotJoined {
        // In another tab, so that the text stays here to be sent afterwards.
        let path = path(&room.key());
        let join = element("a", &[("href", &path), ("target", "_blank")], &[text(phrases.join)]);
        notes.extend([text(" "), join]);
    }
    let why = [("class", "composer__notes"), ("id", "composer-notes"), ("role", "alert")];
    let content = [
        element("textarea", &field, &[typed]),
        element("button", &send, &[icon("send"), send_words(phrases)]),
        element("p", &why, &notes),
    ];
    let action = action(room);
    let attributes = [
        ("class", "composer composer--over"),
        ("id", "composer"),
        ("method", "post"),
        ("action", &*action),
    ];
    let content = element("div", &[("class", "composer__box")], &content);
    part("form", &attributes).html(label(phrases)).html(content)
}
