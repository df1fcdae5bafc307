//! Theme, density and language: a plain post that leaves a cookie and comes back.

use super::icon::icon;
use super::markup::{Html, element, text};
use crate::i18n::Locale;
use crate::page::Theme;

pub fn preferences(locale: Locale, theme: Option<Theme>, is_compact: bool) -> Html {
    let phrases = locale.phrases();
    let other = match locale {
        Locale::Ko => Locale::En,
        Locale::En => Locale::Ko,
    };
    let choices = [
        (None, "system", "theme-system", phrases.theme_system),
        (Some(Theme::Light), "light", "theme-light", phrases.theme_light),
        (Some(Theme::Dark), "dark", "theme-dark", phrases.theme_dark),
    ];
    let mut themes =
        vec![element("legend", &[("class", "visually-hidden")], &[text(phrases.theme)])];
    themes.extend(choices.map(|(choice, value, picture, label)| {
        let attributes = [
            ("class", "button button--plain button--icon preferences__theme"),
            ("name", "theme"),
            ("value", value),
            ("aria-pressed", if choice == theme { "true" } else { "false" }),
            ("aria-label", label),
            ("title", label),
        ];
        element("button", &attributes, &[icon(picture)])
    }));
    let compact = [
        ("class", "button button--plain button--icon preferences__theme"),
        ("name", "density"),
        ("value", if is_compact { "calm" } else { "compact" }),
        ("aria-pressed", if is_compact { "true" } else { "false" }),
        ("aria-label", phrases.compact),
        ("title", phrases.compact),
    ];
    let language = [
        ("class", "button button--plain"),
        ("name", "locale"),
        ("value", other.tag()),
        ("lang", other.tag()),
    ];
    element(
        "form",
        &[("class", "preferences"), ("method", "post"), ("action", "/preferences")],
        &[
            element("fieldset", &[("class", "preferences__themes")], &themes),
            element("button", &compact, &[icon("compact")]),
            element("button", &language, &[icon("language"), text(other.phrases().language_name)]),
        ],
    )
}
