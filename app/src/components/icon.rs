//! One picture of the sprite. It says nothing by itself: words stand beside it or in a label.

use leptos::prelude::*;

#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=["/icons.svg#", name].concat()></use>
        </svg>
    }
}

/// The house's mark.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
            <use href="/icons.svg#door"></use>
        </svg>
    }
}
