//! The buttons that open and close what lies over the talk. The browser itself does it, by the
//! panel's id.

use super::icon::icon;
use super::markup::{Html, Pair, element};

/// What a panel of that id says of itself; `title` is its heading's id.
pub fn attributes<'a>(id: &'a str, class: &'a str, title: &'a str) -> [Pair<'a>; 5] {
    [("class", class), ("id", id), ("popover", ""), ("role", "dialog"), ("aria-labelledby", title)]
}

/// Opens a panel where there is no room for it beside the talk; its icon bears the panel's name.
pub fn open(panel: &str, class: &str, label: &str) -> Html {
    button(panel, class, label, "toggle", panel)
}

pub fn close(panel: &str, class: &str, label: &str) -> Html {
    button(panel, class, label, "hide", "close")
}

fn button(panel: &str, class: &str, label: &str, action: &str, picture: &str) -> Html {
    let class = ["button button--plain button--icon ", class].concat();
    let attributes = [
        ("class", &*class),
        ("type", "button"),
        ("popovertarget", panel),
        ("popovertargetaction", action),
        ("aria-label", label),
    ];
    element("button", &attributes, &[icon(picture)])
}
