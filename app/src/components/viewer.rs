//! A picture of the talk as large as the window. It stands beside the page and belongs to
//! viewer.js, so that whoever looks at no picture loads nothing for it.

use super::icon::icon;
use super::markup::{Html, element, text, void};
use crate::i18n::Phrases;

pub fn viewer(phrases: &Phrases) -> Html {
    let button = |class: &str, label: &str, picture: &str, kind: &str| {
        let class = ["button button--icon ", class].concat();
        let attributes =
            [("class", &*class), ("type", kind), ("aria-label", label), ("title", label)];
        element("button", &attributes, &[icon(picture)])
    };
    let close = button("viewer__close", phrases.close, "close", "submit");
    let save = [("class", "button viewer__save"), ("href", ""), ("download", "")];
    let content = [
        void("img", &[("class", "viewer__picture"), ("alt", "")]),
        element("bdi", &[("class", "viewer__name")], &[]),
        element("a", &save, &[text(phrases.plain.save)]),
        // Closing needs no script.
        element("form", &[("method", "dialog")], &[close]),
        button("viewer__step viewer__before", phrases.plain.picture_before, "back", "button"),
        button("viewer__step viewer__after", phrases.plain.picture_after, "back", "button"),
    ];
    let attributes = [("class", "viewer"), ("id", "viewer"), ("aria-label", phrases.plain.picture)];
    element("dialog", &attributes, &content)
}
