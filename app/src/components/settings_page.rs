//! A room's settings: plain forms, drawn by the server only.

use super::icon::icon;
use super::markup::{Html, Pair, element, text, void};
use super::plain_page::header;
use super::room_page::path;
use crate::i18n::{Locale, Phrases, PlainPhrases};
use crate::page::{Done, OwnView, SettingsView, WELCOME};
use leptos::prelude::*;

#[component]
pub fn SettingsPage(view: SettingsView, locale: Locale) -> impl IntoView {
    let phrases = locale.phrases();
    let plain = &phrases.plain;
    let room = path(&view.room);
    let mut content = vec![header(phrases.settings, &view.title, &room, plain)];
    content.extend(view.done.as_ref().map(|done| said(done, phrases)));
    match view.is_owner {
        true => {
            content.extend([form(&view, &room, plain), owners(&room, plain), exports(&room, plain)])
        }
        false => content.extend(facts(&view, plain)),
    }
    element("main", &class("plain-page settings-page"), &content)
}

/// The question whether one wants to be an owner.
#[component]
pub fn OwnPage(view: OwnView, locale: Locale) -> impl IntoView {
    let plain = &locale.phrases().plain;
    let room = path(&view.room);
    let ask = match view.is_member {
        true => {
            let key = [("type", "hidden"), ("name", "key"), ("value", &*view.key)];
            let content = [void("input", &key), button(ACTION, "done", plain.own)];
            post(&[&*room, "/own"].concat(), &content)
        }
        false => paragraph("settings-page__hint", plain.join_to_own),
    };
    let content = [header(locale.phrases().settings, &view.title, &room, plain), ask];
    element("main", &class("plain-page settings-page"), &content)
}

/// The id of what can be set.
const FORM: &str = "settings";

/// The one thing that a form is for.
const ACTION: &str = "button button--action";

fn class(class: &'static str) -> [Pair<'static>; 1] {
    [("class", class)]
}

fn paragraph(class: &'static str, words: &str) -> Html {
    element("p", &[("class", class)], &[text(words)])
}

fn said(done: &Done, phrases: &Phrases) -> Html {
    let plain = &phrases.plain;
    let content = match done {
        Done::Saved => vec![icon("done"), text(plain.saved)],
        Done::OwnerLink(link) => {
            let field = [
                ("class", "field__input settings-page__link"),
                ("readonly", ""),
                ("rows", "3"),
                ("aria-label", plain.owner_link),
            ];
            // All of it is to be seen, and copied, without script.
            let field = element("textarea", &field, &[text(link)]);
            let copy = [
                ("class", "button button--action needs-script"),
                ("type", "button"),
                ("data-copied", phrases.link_copied),
            ];
            let copy = element("button", &copy, &[icon("link"), text(phrases.copy_link)]);
            let script = [("type", "module"), ("src", "/copy.js")];
            let hint = paragraph("settings-page__hint", plain.owner_link_once);
            vec![hint, field, copy, element("script", &script, &[])]
        }
    };
    element("div", &[("class", "settings-page__said"), ("role", "status")], &content)
}

fn form(view: &SettingsView, room: &str, plain: &PlainPhrases) -> Html {
    let limit = WELCOME.to_string();
    let welcome = [
        ("class", "field__input settings-page__welcome"),
        ("id", "welcome"),
        ("name", "welcome"),
        ("rows", "4"),
        ("dir", "auto"),
        ("maxlength", &*limit),
    ];
    // A line break at the beginning of a text area is not part of its text.
    let welcome = element("textarea", &welcome, &[text("\n"), text(&view.welcome)]);
    let label = [("class", "field__label"), ("for", "welcome")];
    let label = element("label", &label, &[text(plain.welcome)]);
    let mut check = vec![("type", "checkbox"), ("name", "public"), ("value", "yes")];
    if view.is_public {
        check.push(("checked", ""));
    }
    let check = element(
        "label",
        &class("settings-page__check"),
        &[void("input", &check), text(plain.public)],
    );
    let content =
        [element("div", &[], &[label, welcome]), check, button(ACTION, "done", plain.save)];
    let action = [room, "/settings"].concat();
    let attributes =
        [("class", "settings-page__part"), ("id", FORM), ("method", "post"), ("action", &*action)];
    element("form", &attributes, &content)
}

/// Its button sends the settings along, so that nothing that was typed is lost.
fn owners(room: &str, plain: &PlainPhrases) -> Html {
    let action = [room, "/owner-link"].concat();
    let make = [("class", "button"), ("form", FORM), ("formaction", &*action)];
    let content = [
        element("h2", &[], &[text(plain.owner_link)]),
        paragraph("settings-page__hint", plain.owner_link_hint),
        element("button", &make, &[icon("link"), text(plain.make_owner_link)]),
    ];
    element("section", &class("settings-page__part"), &content)
}

fn exports(room: &str, plain: &PlainPhrases) -> Html {
    let links = ["html", "json", "txt"].map(|format| {
        let href = [room, "/export/", format].concat();
        let attributes = [("class", "button"), ("href", &*href), ("download", "")];
        element("a", &attributes, &[text(&format.to_uppercase())])
    });
    let content = [
        element("h2", &[], &[text(plain.export)]),
        paragraph("settings-page__hint", plain.export_hint),
        element("p", &class("settings-page__links"), &links),
    ];
    element("section", &class("settings-page__part"), &content)
}

/// What others see.
fn facts(view: &SettingsView, plain: &PlainPhrases) -> Vec<Html> {
    let mut facts = Vec::new();
    if !view.welcome.is_empty() {
        let welcome = [("class", "settings-page__text"), ("dir", "auto")];
        facts.push(element("p", &welcome, &[text(&view.welcome)]));
    }
    let public = if view.is_public { plain.is_public } else { plain.is_unlisted };
    facts.extend([paragraph("", public), paragraph("settings-page__hint", plain.owners_only)]);
    facts
}

fn post(action: &str, content: &[Html]) -> Html {
    let attributes = [("class", "settings-page__part"), ("method", "post"), ("action", action)];
    element("form", &attributes, content)
}

fn button(kind: &'static str, picture: &str, words: &str) -> Html {
    element("button", &class(kind), &[icon(picture), text(words)])
}
