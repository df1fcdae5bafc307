//! A name, on the first page also a room: a plain form, and with script one that answers
//! in place.

use super::icon::icon;
use super::live::effect;
use super::markup::{Html, Pair, element, text, void};
use super::part::{Part, part};
use super::room_page::{self, desk::Desk};
use crate::browser;
use crate::i18n::Phrases;
use crate::page;
use crate::protocol::Refusal;
use wasm_bindgen::JsCast;
use web_sys::{HtmlButtonElement, HtmlFormElement, HtmlInputElement, SubmitEvent};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Home,
    /// At the place of the composer, for those who only read so far.
    Room,
}

pub fn join_form(form: page::JoinForm, place: Place, desk: Desk) -> Part {
    let phrases = desk.phrases;
    // The room's own refusal lives with the room, so that it survives a lost seat.
    let room = desk.current.peek();
    let refusal = room.map_or(desk.refusal, |room| room.refusal);
    if room.is_none() {
        refusal.set(form.refusal.clone());
    }

    let submit = move |event: SubmitEvent| {
        let Some(form) = event.target() else { return };
        let form: HtmlFormElement = form.unchecked_into();
        let Some(name) = browser::element::<HtmlInputElement>("join-name") else { return };
        event.prevent_default();
        let pressed = event.submitter().and_then(|by| by.dyn_into::<HtmlButtonElement>().ok());
        if let Some(suggestion) = pressed.map(|by| by.value()).filter(|value| !value.is_empty()) {
            name.set_value(&suggestion);
        }
        let room = match room {
            Some(room) => room.title.peek(),
            None => browser::element::<HtmlInputElement>("join-room")
                .map(|input| input.value())
                .unwrap_or_default(),
        };
        refusal.set(None);
        desk.join(room, name.value(), move || {
            // Fails only for a form that is not in the document any more.
            let _ = form.submit();
        });
    };
    effect(move || {
        let [name, room] = refusal.with(wrong);
        for (id, is_wrong) in [("join-name", name), ("join-room", room)] {
            if let Some(input) = browser::element::<HtmlInputElement>(id) {
                let value = if is_wrong { "true" } else { "false" };
                // Fails only for a name that no attribute can have.
                let _ = input.set_attribute("aria-invalid", value);
            }
        }
    });

    let action = match room {
        Some(room) => [&*room_page::path(&room.key()), "/join"].concat(),
        None => "/join".to_owned(),
    };
    let (class, id) = match place {
        Place::Home => ("join-form", "join-form"),
        Place::Room => ("join-form join-form--room", "composer"),
    };
    let fields = fields(&form, place, refusal.peek_with(wrong), phrases);
    let attributes = [("class", class), ("id", id), ("method", "post"), ("action", &*action)];
    let form = part("form", &attributes).on("submit", submit);
    let form = match room {
        Some(room) => form.drawn(move || welcome(&room.welcome.get())),
        None => form,
    };
    let form = fields.into_iter().fold(form, Part::html);
    form.drawn(move || answer(refusal.get(), phrases))
}

/// Whether the name is what was refused, and whether the room is.
fn wrong(refusal: &Option<Refusal>) -> [bool; 2] {
    match refusal {
        None => [false, false],
        Some(Refusal::BadRoom | Refusal::TooManyRooms { .. }) => [false, true],
        Some(_) => [true, false],
    }
}

/// What the owner says to whoever comes.
fn welcome(words: &str) -> Html {
    element("p", &[("class", "join-form__welcome"), ("dir", "auto")], &[text(words)])
}

/// The fields and the button, one element each.
fn fields(
    form: &page::JoinForm,
    place: Place,
    [name_is_wrong, room_is_wrong]: [bool; 2],
    phrases: &Phrases,
) -> Vec<Html> {
    let invalid = |is_wrong| ("aria-invalid", if is_wrong { "true" } else { "false" });
    let mut name = vec![
        ("id", "join-name"),
        ("name", "username"),
        ("value", &*form.username),
        ("autocomplete", "nickname"),
        invalid(name_is_wrong),
    ];
    let button = element(
        "button",
        &[("class", "button button--action join-form__submit")],
        &[text(phrases.join)],
    );
    match place {
        Place::Home => {
            let room = vec![
                ("id", "join-room"),
                ("name", "room"),
                ("value", &*form.room),
                ("placeholder", phrases.room_placeholder),
                ("autocomplete", "off"),
                invalid(room_is_wrong),
            ];
            vec![
                field("field__label", phrases.name_label, name),
                field("field__label", phrases.room_label, room),
                button,
            ]
        }
        Place::Room => {
            name.push(("placeholder", phrases.name_label));
            let class = [("class", "join-form__invitation")];
            let invitation = element("p", &class, &[text(phrases.join_invitation)]);
            vec![invitation, field("visually-hidden", phrases.name_label, name), button]
        }
    }
}

fn field(class: &str, label: &str, mut input: Vec<Pair>) -> Html {
    let label = element("label", &[("class", class), ("for", input[0].1)], &[text(label)]);
    input.extend([("class", "field__input"), ("dir", "auto"), ("aria-describedby", "join-error")]);
    element("div", &[("class", "field")], &[label, void("input", &input)])
}

/// Why one could not join, and what would do instead.
fn answer(refusal: Option<Refusal>, phrases: &Phrases) -> Html {
    let mut content = Vec::new();
    if let Some(refusal) = refusal {
        let error = [("class", "field__error"), ("id", "join-error"), ("role", "alert")];
        let words = text(&phrases.refusal(&refusal));
        content.push(element("p", &error, &[icon("alert"), words]));
        if let Refusal::NameTaken { suggestion } = refusal {
            let button = [
                ("class", "button join-form__suggestion"),
                ("name", "suggestion"),
                ("value", &*suggestion),
            ];
            let words = (phrases.join_as)(&suggestion);
            content.push(element("button", &button, &[text(&words)]));
        }
    }
    element("div", &[("class", "join-form__answer")], &content)
}
