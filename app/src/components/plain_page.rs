//! What pages of forms and links have in common: where one is, and the way back to the room. Drawn
//! by the server only.

use super::icon::icon;
use super::markup::{Html, element, text};
use crate::i18n::PlainPhrases;

/// The page's upper edge: what the page is for, and in which room. `room`: the room's path.
pub fn header(name: &str, title: &str, room: &str, plain: &PlainPhrases) -> Html {
    let back = [
        ("class", "button button--plain"),
        ("href", room),
        ("aria-label", plain.back_to_room),
        ("title", plain.back_to_room),
    ];
    let back = element("a", &back, &[icon("back")]);
    let title = element("bdi", &[("class", "plain-page__room")], &[text(title)]);
    let title = element("h1", &[("class", "plain-page__title")], &[text(name), text(" "), title]);
    element("header", &[("class", "plain-page__header")], &[back, title])
}
