//! One picture of the sprite. It says nothing by itself: words stand beside it or in a label.

use super::markup::{Html, element};

/// All pictures. Every document holds them, so that one that appears while there is no server,
/// to say so, is there.
#[cfg(feature = "ssr")]
pub(crate) const SPRITE: &str = include_str!("icons.svg");

pub fn icon(name: &str) -> Html {
    let href = ["#icon-", name].concat();
    element(
        "svg",
        &[("class", "icon"), ("aria-hidden", "true")],
        &[element("use", &[("href", &href)], &[])],
    )
}

/// The house's mark.
pub fn mark() -> Html {
    element(
        "svg",
        &[("class", "mark"), ("viewBox", "0 0 24 24"), ("aria-hidden", "true")],
        &[element("use", &[("href", "#icon-door")], &[])],
    )
}
