//! Theme and language: a plain post that leaves a cookie and comes back.

use super::{desk, icon::Icon};
use crate::i18n::Locale;
use crate::page::Theme;
use leptos::prelude::*;

#[component]
pub fn Preferences(theme: Option<Theme>) -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let other = match desk.locale {
        Locale::Ko => Locale::En,
        Locale::En => Locale::Ko,
    };
    let choices = [
        (None, "system", "theme-system", phrases.theme_system),
        (Some(Theme::Light), "light", "theme-light", phrases.theme_light),
        (Some(Theme::Dark), "dark", "theme-dark", phrases.theme_dark),
    ];
    let buttons = choices.map(|(choice, value, icon, label)| {
        view! {
            <button
                class="button button--plain button--icon preferences__theme"
                name="theme"
                value=value
                aria-pressed=if choice == theme { "true" } else { "false" }
                aria-label=label
                title=label
            >
                <Icon name=icon />
            </button>
        }
    });
    view! {
        <form class="preferences" method="post" action="/preferences">
            <fieldset class="preferences__themes">
                <legend class="visually-hidden">{phrases.theme}</legend>
                {buttons.collect_view()}
            </fieldset>
            <button class="button button--plain" name="locale" value=other.tag() lang=other.tag()>
                <Icon name="language" />
                {other.phrases().language_name}
            </button>
        </form>
    }
}
