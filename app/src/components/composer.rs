//! Where one writes. It is never disabled: what is written while offline waits in the outbox.

#[cfg(feature = "ssr")]
mod unsent;

use super::icon::Icon;
use super::room_page::{
    open_room::{OpenRoom, OutboxTrouble},
    path,
};
use super::{desk, once_drawn};
use crate::browser;
#[cfg(feature = "ssr")]
use crate::page::Plain;
use crate::protocol::limits;
use crate::store::input::{Action, Event, Input, Key, Press};
#[cfg(feature = "ssr")]
use leptos::either::Either;
use leptos::ev::{CompositionEvent, KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// The counter appears when so much of the limit is used.
const COUNT_FROM: f64 = 0.9;

#[component]
pub fn Composer(room: OpenRoom) -> impl IntoView {
    #[cfg(feature = "ssr")]
    return match use_context::<Plain>().and_then(|plain| plain.unsent) {
        Some(unsent) => Either::Left(view! { <unsent::Unsent room unsent /> }),
        None => Either::Right(view! { <Live room /> }),
    };
    #[cfg(not(feature = "ssr"))]
    view! { <Live room /> }
}

/// Whether there is something to write with although one has not joined.
pub fn has_unsent() -> bool {
    #[cfg(feature = "ssr")]
    return use_context::<Plain>().is_some_and(|plain| plain.unsent.is_some());
    #[cfg(not(feature = "ssr"))]
    false
}

/// Where the form goes without script. The server names the message there; hydration leaves
/// attributes as they are.
fn action(room: OpenRoom) -> String {
    let action = [&*path(&room.key()), "/messages"].concat();
    #[cfg(feature = "ssr")]
    if let Some(id) = use_context::<Plain>().and_then(|plain| plain.message_id) {
        return [&*action, "?id=", &id.to_string()].concat();
    }
    action
}

#[component]
fn Live(room: OpenRoom) -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let limit = desk.limits.text;
    let field = NodeRef::<html::Textarea>::new();
    let input = StoredValue::new(Input::default());

    // What was typed before the page came to life is adopted; otherwise the kept draft is.
    Effect::new(move |adopted: Option<()>| {
        let Some(field) = field.get() else { return };
        if adopted.is_none() && !field.value().is_empty() {
            desk.keep_draft(room, &field.value());
        }
        let draft = room.draft.get();
        if field.value() != draft && !input.with_value(Input::is_composing) {
            field.set_value(&draft);
        }
    });

    let send = move || {
        let Some(field) = field.get_untracked() else { return };
        if desk.say(room, &field.value()) {
            field.set_value("");
            desk.keep_draft(room, "");
        }
        let _ = field.focus();
    };
    let act = move |action: Action| match action {
        Action::Send => {
            send();
            true
        }
        Action::Swallow => true,
        Action::ArmTimer => {
            let due = move || {
                if input.try_update_value(|input| input.on(Event::Timer)) == Some(Action::Send) {
                    send();
                }
            };
            set_timeout(due, Duration::ZERO);
            false
        }
        Action::Nothing | Action::BreakLine | Action::EditLast | Action::Close => false,
    };
    let on = move |event: Event| {
        let action = input.try_update_value(|input| input.on(event));
        action.is_some_and(act)
    };
    let pressed = move |event: KeyboardEvent| {
        if on(Event::Press(press(&event, room))) {
            event.prevent_default();
        }
    };
    let composed = move |event: CompositionEvent| {
        let text = event.data().unwrap_or_default();
        on(Event::CompositionEnd { text: &text, at: event.time_stamp() });
    };
    let written = move |_| {
        if let Some(field) = field.get_untracked() {
            desk.keep_draft(room, &field.value());
        }
    };
    let submitted = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };

    let over = move || room.draft.with(|draft| limits::excess(draft.trim(), limit));
    let is_blank = move || room.draft.with(|draft| limits::tidy(draft).is_none());
    let class = move || if over() > 0 { "composer composer--over" } else { "composer" };
    // Before the script lives, a press sends the plain form.
    let cannot_send = move || (desk.is_alive.get() && (is_blank() || over() > 0)).then_some("true");
    // One line of notes: what is wrong, and from nine tenths of the limit on, how much is used.
    let notes = move || {
        let mut notes = Vec::new();
        match room.outbox_trouble.get() {
            Some(OutboxTrouble::Full) => notes.push(phrases.outbox_full.to_owned()),
            Some(OutboxTrouble::Unsafe) => notes.push(phrases.outbox_unsafe.to_owned()),
            None => {}
        }
        let over = over();
        if over > 0 {
            notes.push((phrases.over_limit)(over.into()));
        }
        let used = room.draft.with(|draft| draft.trim().chars().count()) as u64;
        if over > 0 || used as f64 >= f64::from(limit) * COUNT_FROM {
            notes.push((phrases.counter)(used, limit.into()));
        }
        notes.join(" · ")
    };
    // Focus comes to the composer where that does not open a keyboard over the talk.
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            once_drawn(move || {
                if !browser::is_coarse() && browser::nothing_has_focus() {
                    let _ = field.focus();
                }
            });
        }
    });

    view! {
        <form
            class=class
            id="composer"
            method="post"
            action=action(room)
            on:submit=submitted
        >
            <label class="visually-hidden" for="composer-text">{phrases.message}</label>
            <span class="visually-hidden" id="composer-hint">{phrases.send_hint}</span>
            <div class="composer__box">
                <textarea
                    class="composer__input"
                    id="composer-text"
                    name="text"
                    rows="1"
                    placeholder=phrases.message_placeholder
                    dir="auto"
                    autocomplete="off"
                    aria-describedby="composer-notes composer-hint"
                    node_ref=field
                    on:keydown=pressed
                    on:input=written
                    on:compositionstart=move |_| {
                        on(Event::CompositionStart);
                    }
                    on:compositionend=composed
                ></textarea>
                <button
                    class="button button--action composer__send"
                    aria-label=phrases.send
                    aria-disabled=cannot_send
                >
                    <Icon name="send" />
                    <span class="composer__send-text">{phrases.send}</span>
                </button>
                <p class="composer__notes" id="composer-notes" role="status">{notes}</p>
            </div>
        </form>
    }
}

fn press(event: &KeyboardEvent, room: OpenRoom) -> Press {
    let is = |name: &str| event.key() == name || event.code() == name;
    let key = if is("Enter") || is("NumpadEnter") {
        Key::Enter
    } else if is("Escape") {
        Key::Escape
    } else if is("ArrowUp") {
        Key::ArrowUp
    } else {
        Key::Other
    };
    Press {
        key,
        code_229: event.key_code() == 229,
        is_composing: event.is_composing(),
        shift: event.shift_key(),
        command: event.ctrl_key() || event.meta_key(),
        repeat: event.repeat(),
        coarse_pointer: browser::is_coarse(),
        empty: room.draft.with_untracked(String::is_empty),
        at: event.time_stamp(),
    }
}
