//! A name, on the first page also a room: a plain form, and with script one that answers
//! in place.

use super::{desk, icon::Icon};
use crate::page;
use crate::protocol::Refusal;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Home,
    /// At the place of the composer, for those who only read so far.
    Room,
}

#[component]
pub fn JoinForm(form: page::JoinForm, place: Place) -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let name_input = NodeRef::<html::Input>::new();
    let room_input = NodeRef::<html::Input>::new();
    let form_node = NodeRef::<html::Form>::new();
    // The room's own refusal lives with the room, so that it survives a lost seat.
    let refusal = match desk.current.get_untracked() {
        Some(room) => room.refusal,
        None => {
            desk.refusal.set(form.refusal.clone());
            desk.refusal
        }
    };
    let room_key = desk.current.get_untracked().map(|room| room.key());
    let room_title = form.room.clone();

    let join = move |username: String| {
        let room = match desk.current.get_untracked() {
            Some(room) => Some(room.title.get_value()),
            None => room_input.get_untracked().map(|input| input.value()),
        };
        refusal.set(None);
        let plain_way = move || {
            if let Some(form) = form_node.get_untracked() {
                // Fails only for a form that is not in the document any more.
                let _ = form.submit();
            }
        };
        desk.join(room.unwrap_or_default(), username, plain_way);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(input) = name_input.get_untracked() {
            join(input.value());
        }
    };
    let take_suggestion = move |suggestion: String| {
        if let Some(input) = name_input.get_untracked() {
            input.set_value(&suggestion);
        }
        join(suggestion);
    };

    let is_about_room = move || {
        let room_is_wrong =
            |refusal: &Refusal| matches!(refusal, Refusal::BadRoom | Refusal::TooManyRooms { .. });
        refusal.with(|refusal| refusal.as_ref().map(room_is_wrong))
    };
    let name_is_wrong = move || (is_about_room() == Some(false)).then_some("true");
    let room_is_wrong = move || (is_about_room() == Some(true)).then_some("true");
    let why = move || {
        let refusal = refusal.get()?;
        let words = phrases.refusal(&refusal);
        let suggested = match refusal {
            Refusal::NameTaken { suggestion } => Some(suggestion),
            _ => None,
        };
        Some(view! {
            <p class="field__error" id="join-error" role="alert">
                <Icon name="alert" />
                {words}
            </p>
            {suggested
                .map(|suggestion| {
                    view! {
                        <button
                            class="button join-form__suggestion"
                            name="suggestion"
                            value=suggestion.clone()
                            on:click={
                                let suggestion = suggestion.clone();
                                move |event| {
                                    event.prevent_default();
                                    take_suggestion(suggestion.clone());
                                }
                            }
                        >
                            {(phrases.join_as)(&suggestion)}
                        </button>
                    }
                })}
        })
    };
    let action = match &room_key {
        Some(key) => ["/rooms/", &encode(&key.0), "/join"].concat(),
        None => "/join".to_owned(),
    };
    let is_home = place == Place::Home;

    view! {
        <form
            class=if is_home { "join-form" } else { "join-form join-form--room" }
            id=(!is_home).then_some("composer")
            method="post"
            action=action
            node_ref=form_node
            on:submit=submit
        >
            {(!is_home).then(|| view! { <p class="join-form__invitation">{phrases.join_invitation}</p> })}
            <div class="field">
                <label class=if is_home { "field__label" } else { "visually-hidden" } for="join-name">
                    {phrases.name_label}
                </label>
                <input
                    class="field__input"
                    id="join-name"
                    name="username"
                    value=form.username
                    placeholder=(!is_home).then_some(phrases.name_label)
                    autocomplete="nickname"
                    dir="auto"
                    aria-invalid=name_is_wrong
                    aria-describedby="join-error"
                    node_ref=name_input
                />
            </div>
            {is_home
                .then(|| {
                    view! {
                        <div class="field">
                            <label class="field__label" for="join-room">{phrases.room_label}</label>
                            <input
                                class="field__input"
                                id="join-room"
                                name="room"
                                value=room_title
                                placeholder=phrases.room_placeholder
                                autocomplete="off"
                                dir="auto"
                                aria-invalid=room_is_wrong
                                aria-describedby="join-error"
                                node_ref=room_input
                            />
                        </div>
                    }
                })}

            <button class="button button--action join-form__submit">{phrases.join}</button>
            <div class="join-form__answer">{why}</div>
        </form>
    }
}

/// A path segment, as the server writes it too (RFC 3986, section 2.3).
pub fn encode(segment: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(segment.len() * 3);
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(byte.into());
        } else {
            encoded.push('%');
            encoded.push(HEX[usize::from(byte >> 4)].into());
            encoded.push(HEX[usize::from(byte & 15)].into());
        }
    }
    encoded
}
