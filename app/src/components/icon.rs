//! One picture of the sprite. It says nothing by itself: words stand beside it or in a label.

use super::markup::{Html, element};

pub fn icon(name: &str) -> Html {
    let href = ["/icons.svg#", name].concat();
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
        &[element("use", &[("href", "/icons.svg#door")], &[])],
    )
}
