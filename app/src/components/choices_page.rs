//! What one can do with a message: plain forms on a page of its own, for those without script.
//! Drawn by the server only; each row leads there in a `noscript`.

use super::icon::icon;
use super::markup::{Html, Pair, element, text, void};
use super::message_row::{QUICK, counted, emoji, words::formatted};
use super::plain_page::{header, when};
use super::room_page::path;
use crate::i18n::{Locale, Phrases};
use crate::page::{ChoicesView, Zone};
use crate::protocol::Reaction;
use leptos::prelude::*;

#[component]
pub fn ChoicesPage(view: ChoicesView, locale: Locale, zone: Zone) -> impl IntoView {
    let phrases = locale.phrases();
    let message = &*view.message;
    let place = [&*path(&view.room), "/", &message.seq.to_string()].concat();
    let page = Page { view: &view, action: [&*place, "/choices"].concat(), phrases };
    let mut content = vec![header(phrases.message, &view.title, &place, &phrases.plain)];
    content.extend(view.refusal.as_ref().map(|refusal| {
        let said = [("class", "choices-page__refusal"), ("id", "refusal"), ("role", "alert")];
        element("p", &said, &[icon("alert"), text(&phrases.refusal(refusal))])
    }));
    content.push(page.said(&when(message.created_at, locale, zone)));
    if message.deleted {
        // What one was about to say of it is kept.
        let typed = view.edit.iter().chain(&view.answer);
        content.extend(typed.map(|typed| page.field("typed", phrases.message, typed, false)));
    } else {
        content.extend([page.react(), page.answer()]);
        let is_own = message.user_id == view.user;
        content.extend(is_own.then(|| page.edit()));
        content.extend((is_own || view.is_owner).then(|| page.delete()));
    }
    element("main", &class("plain-page choices-page"), &content)
}

/// The way there from a row, for those without script. `place`: the message's permalink.
pub fn way(place: &str, phrases: &Phrases) -> Html {
    let href = [place, "/choices"].concat();
    let attributes = [
        ("class", "message__choices"),
        ("href", &*href),
        ("aria-label", phrases.plain.choices),
        ("title", phrases.plain.choices),
    ];
    element("noscript", &[], &[element("a", &attributes, &[text("⋯")])])
}

struct Page<'a> {
    view: &'a ChoicesView,
    action: String,
    phrases: &'a Phrases,
}

fn class(class: &'static str) -> [Pair<'static>; 1] {
    [("class", class)]
}

fn hidden<'a>(name: &'a str, value: &'a str) -> Html {
    void("input", &[("type", "hidden"), ("name", name), ("value", value)])
}

fn button(class: &str, picture: &'static str, words: &str) -> Html {
    element("button", &[("class", class)], &[icon(picture), text(words)])
}

impl Page<'_> {
    /// A form that does one thing.
    fn form(&self, act: &str, content: Vec<Html>) -> Html {
        let attributes =
            [("class", "choices-page__form"), ("method", "post"), ("action", &*self.action)];
        let content: Vec<Html> = [hidden("act", act)].into_iter().chain(content).collect();
        element("form", &attributes, &content)
    }

    fn part(&self, name: &str, content: &[Html]) -> Html {
        let heading = element("h2", &[], &[text(name)]);
        let content: Vec<Html> = [heading].into_iter().chain(content.iter().cloned()).collect();
        element("section", &class("choices-page__part"), &content)
    }

    fn said(&self, when: &str) -> Html {
        let message = &self.view.message;
        let author = element("bdi", &class("choices-page__author"), &[text(&message.username)]);
        let when = element("span", &class("choices-page__when"), &[text(when)]);
        let words = [("class", "message__text"), ("dir", "auto")];
        let said = match &*message.spans {
            _ if message.deleted => vec![text(self.phrases.deleted)],
            [] => vec![text(&message.text)],
            spans => formatted(spans, Some(self.view.user)),
        };
        let words = element("div", &words, &said);
        let mut content = vec![element("p", &[], &[author, text(" "), when]), words];
        content.extend(message.files.iter().map(|file| {
            let name = element("bdi", &[], &[text(&file.name)]);
            element("p", &class("choices-page__file"), &[icon("file"), name])
        }));
        element("blockquote", &class("choices-page__message"), &content)
    }

    /// What was given, to give it too or to take it back, and what one can give.
    fn react(&self) -> Html {
        let message = &self.view.message;
        let chip = |reaction: &Reaction| {
            let is_mine = reaction.users.iter().any(|user| user.id == self.view.user);
            let (words, content) = counted(reaction, self.phrases);
            let attributes = [
                ("class", "reaction"),
                ("name", "emoji"),
                ("value", &*reaction.emoji),
                ("aria-pressed", if is_mine { "true" } else { "false" }),
                ("aria-label", &*words),
                ("title", &*words),
            ];
            let act = match is_mine {
                true => "take",
                // One may be among those who are only counted.
                false if reaction.users.len() < reaction.count as usize => "turn",
                false => "give",
            };
            self.form(act, vec![element("button", &attributes, &content)])
        };
        let quick = QUICK.map(|sign| {
            let attributes = [
                ("class", "button button--plain button--icon"),
                ("name", "emoji"),
                ("value", sign),
            ];
            element("button", &attributes, &[emoji(sign)])
        });
        let field = [
            ("class", "field__input choices-page__emoji"),
            ("name", "emoji"),
            ("aria-label", self.phrases.any_emoji),
            ("placeholder", self.phrases.any_emoji),
            ("autocomplete", "off"),
            ("maxlength", "32"),
            ("required", ""),
        ];
        let any = vec![void("input", &field), button("button", "react", self.phrases.react)];
        let chips: Vec<Html> = message.reactions.iter().map(chip).collect();
        let content = [
            element("div", &class("choices-page__chips"), &chips),
            self.form("give", quick.to_vec()),
            self.form("give", any),
        ];
        self.part(self.phrases.react, &content)
    }

    fn answer(&self) -> Html {
        let typed = self.view.answer.as_deref();
        let is_refused = typed.is_some();
        let content = vec![
            hidden("id", &self.view.answer_id.to_string()),
            self.field("answer", self.phrases.reply, typed.unwrap_or_default(), is_refused),
            button("button button--action", "send", self.phrases.send),
        ];
        self.part(self.phrases.reply, &[self.form("answer", content)])
    }

    fn edit(&self) -> Html {
        let typed = self.view.edit.as_deref();
        let is_refused = typed.is_some();
        let typed = typed.unwrap_or(&self.view.message.text);
        let content = vec![
            self.field("edit", self.phrases.edit, typed, is_refused),
            button("button button--action", "done", self.phrases.plain.save),
        ];
        self.part(self.phrases.edit, &[self.form("edit", content)])
    }

    /// Asks first.
    fn delete(&self) -> Html {
        let sure = vec![
            element("p", &[], &[text(self.phrases.delete_sure)]),
            button("button", "delete", self.phrases.delete),
        ];
        let summary = element("summary", &[], &[text(self.phrases.delete)]);
        let sure = element("details", &[], &[summary, self.form("delete", sure)]);
        element("section", &class("choices-page__part"), &[sure])
    }

    fn field(&self, id: &str, label: &str, typed: &str, is_refused: bool) -> Html {
        let mut attributes = vec![
            ("class", "field__input choices-page__field"),
            ("id", id),
            ("name", "text"),
            ("rows", "3"),
            ("dir", "auto"),
            ("aria-label", label),
            ("required", ""),
        ];
        if is_refused {
            let why =
                [("aria-invalid", "true"), ("aria-describedby", "refusal"), ("autofocus", "")];
            attributes.extend(why);
        }
        // A line break at the beginning of a text area is not part of its text.
        element("textarea", &attributes, &[text("\n"), text(typed)])
    }
}
