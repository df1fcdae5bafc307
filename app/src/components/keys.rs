//! What can be done by keyboard, for whoever presses `?`.

use super::markup::{Html, element, text};
use super::panel;
use crate::i18n::Phrases;

/// The panel's id, by which it is opened.
pub const ID: &str = "keys";

pub fn keys(phrases: &Phrases) -> Html {
    let row = |(keys, what): &(&str, &str)| {
        let keys = keys.split(' ').flat_map(|key| [element("kbd", &[], &[text(key)]), text(" ")]);
        let term = element("dt", &[], &keys.collect::<Vec<_>>());
        element("div", &[], &[term, element("dd", &[], &[text(what)])])
    };
    let rows: Vec<Html> = phrases.keys_list().iter().map(row).collect();
    let content = [
        element("h2", &[("id", "keys-title")], &[text(phrases.keys)]),
        panel::close(ID, "panel__close", phrases.close),
        element("dl", &[("class", "keys__list")], &rows),
    ];
    element("div", &panel::attributes(ID, "panel keys", "keys-title"), &content)
}
