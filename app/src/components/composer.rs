//! Where one writes. It is never disabled: what is written while offline waits in the outbox.

mod attaching;
mod naming;
#[cfg(feature = "ssr")]
mod unsent;

use super::icon::icon;
use super::live::effect;
use super::markup::{Html, element, text};
use super::once_drawn;
use super::part::{Part, part};
use super::room_page::{
    desk::{Desk, uploads::going_with},
    open_room::{Amending, OpenRoom, Trouble},
    path,
};
use crate::browser;
use crate::i18n::Phrases;
#[cfg(feature = "ssr")]
use crate::page::Plain;
use crate::protocol::limits;
use crate::store::Input;
use crate::store::input::{Action, Event, Key, Press};
use crate::store::timeline::Quote;
#[cfg(feature = "ssr")]
use leptos::prelude::use_context;
use naming::Naming;
use std::time::Duration;
use web_sys::{
    ClipboardEvent, CompositionEvent, HtmlTextAreaElement, KeyboardEvent, MouseEvent, SubmitEvent,
};

/// The counter appears when so much of the limit is used.
const COUNT_FROM: f64 = 0.9;

pub fn composer(room: OpenRoom, desk: Desk) -> Part {
    #[cfg(feature = "ssr")]
    if let Some(unsent) = use_context::<Plain>().and_then(|plain| plain.unsent) {
        return unsent::form(room, &unsent, desk.phrases);
    }
    form(room, desk)
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

fn form(room: OpenRoom, desk: Desk) -> Part {
    let phrases = desk.phrases;
    let limit = desk.limits.text;
    let input = room.input;
    let naming = Naming::new(room, desk);

    // What was typed before the page came to life is adopted; otherwise the kept draft is.
    let mut is_adopted = false;
    effect(move || {
        let Some(field) = field() else { return };
        if !is_adopted && !field.value().is_empty() {
            desk.keep_draft(room, &field.value());
        }
        is_adopted = true;
        let draft = room.draft.get();
        if field.value() != draft && !input.peek_with(Input::is_composing) {
            field.set_value(&draft);
            naming.close();
        }
    });
    effect(move || naming.draw());
    effect(move || desk.keep_begun(room));
    // Focus comes to the composer where that does not open a keyboard over the talk.
    effect(move || {
        once_drawn(move || {
            if browser::nothing_has_focus() {
                focus_quietly();
            }
        });
    });

    let send = move || {
        naming.close();
        let Some(field) = field() else { return };
        if let Amending::Edit { id, .. } = room.amending.peek() {
            desk.send_edit(room, id, &field.value());
        } else if desk.say(room, &field.value()) {
            field.set_value("");
            desk.keep_draft(room, "");
        }
        focus();
    };
    let stop = move || {
        let is_answer = room.reply.peek().is_some();
        let was_amending = desk.stop_amending(room);
        if !was_amending {
            room.reply.set_if_new(None);
        }
        was_amending || is_answer
    };
    let act = move |action: Action| match action {
        Action::Send if naming.is_open() => {
            naming.take(None);
            true
        }
        Action::Send => {
            send();
            true
        }
        Action::Swallow => true,
        Action::ArmTimer => {
            let due = move || match input.change(|input| input.on(Event::Timer)) {
                Action::Send if naming.is_open() => naming.take(None),
                Action::Send => send(),
                _ => {}
            };
            browser::after(Duration::ZERO, due);
            false
        }
        Action::EditLast => desk.edit_last(room),
        Action::Close => {
            let was_doing = stop();
            if !was_doing {
                desk.mark_read(room);
            }
            was_doing
        }
        Action::Nothing | Action::BreakLine => false,
    };
    let pressed = move |event: KeyboardEvent| {
        let press = press(&event, room);
        let is_taken = input.peek_with(|input| input.is_taken(&press));
        if !is_taken && naming.is_open() && naming.press(&event) {
            return event.prevent_default();
        }
        if act(input.change(|input| input.on(Event::Press(press)))) {
            event.prevent_default();
        }
    };
    let composing = move |_: CompositionEvent| {
        act(input.change(|input| input.on(Event::CompositionStart)));
    };
    let composed = move |event: CompositionEvent| {
        let text = event.data().unwrap_or_default();
        let end = Event::CompositionEnd { text: &text, at: event.time_stamp() };
        act(input.change(|input| input.on(end)));
    };
    let written = move |_: web_sys::Event| {
        if let Some(field) = field() {
            desk.stop_reacting(room);
            desk.keep_draft(room, &field.value());
            desk.typed(room);
            naming.follow();
        }
    };
    let pasted = move |event: ClipboardEvent| {
        let files = browser::files(event.clipboard_data().and_then(|data| data.files()));
        if !files.is_empty() {
            event.prevent_default();
            desk.attach(room, files);
        }
    };
    let picked = move |_: web_sys::Event| attaching::picked(room, desk);
    let submitted = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };

    // As it would be sent.
    let tidied = move || room.draft.with(|draft| limits::tidy(draft));
    let is_over = move |text: &str| limits::excess(text, limit) > 0;
    let class = move || match tidied() {
        Some(text) if is_over(&text) => "composer composer--over",
        _ => "composer",
    };
    // Before the script lives, a press sends the plain form.
    let cannot_send = move || {
        let has_files = room.uploads.with(|uploads| going_with(uploads, None).next().is_some());
        let may_say = tidied().map_or(has_files, |text| !is_over(&text));
        let cannot = !may_say || room.has_refused_file();
        (desk.is_alive.get() && cannot).then_some("true")
    };
    let notes = move || {
        let trouble = room.trouble.get();
        let mut notes = notes(&tidied().unwrap_or_default(), limit, trouble, phrases);
        if room.has_refused_file() {
            notes.insert(0, phrases.take_file_off.to_owned());
        }
        notes.join(" · ")
    };
    let mode = move || {
        let is_edit = room.amending.with(|amending| matches!(amending, Amending::Edit { .. }));
        let reply = room.reply.get().map(|seq| room.timeline.with(|timeline| timeline.quote(seq)));
        mode(is_edit, reply, phrases)
    };
    let clicked = move |event: MouseEvent| {
        match browser::acted_on(&event, "li, form") {
            Some((act, _)) if act == "name" => naming.take(browser::pressed(&event, "data-name")),
            Some((act, key)) if attaching::act(room, desk, &act, &key) => {}
            Some(_) => {
                stop();
            }
            None => return,
        }
        focus();
    };

    let field = [
        ("class", "composer__input"),
        ("id", "composer-text"),
        ("name", "text"),
        ("rows", "1"),
        ("placeholder", phrases.message_placeholder),
        ("dir", "auto"),
        ("autocomplete", "off"),
        ("aria-describedby", "composer-notes composer-hint"),
    ];
    let field = part("textarea", &field)
        .on("keydown", pressed)
        .on("input", written)
        .on("paste", pasted)
        .on("compositionstart", composing)
        .on("compositionend", composed);
    let send = [("class", "button button--action composer__send"), ("aria-label", phrases.send)];
    let send = part("button", &send)
        .attribute("aria-disabled", cannot_send)
        .html(icon("send"))
        .html(send_words(phrases));
    let line = [("class", "composer__notes"), ("id", "composer-notes"), ("role", "status")];
    let content = part("div", &[("class", "composer__box")])
        .on("click", clicked)
        .on("change", picked)
        .html(naming::list(phrases))
        .part(part("div", &[("class", "composer__mode")]).drawn(mode))
        .part(attaching::files(room, phrases))
        .html(attaching::button(desk.limits.file_bytes, phrases))
        .part(field)
        .part(send)
        .part(part("p", &line).words(notes));
    let hint = [("class", "visually-hidden"), ("id", "composer-hint")];
    let attributes = [("id", "composer"), ("method", "post"), ("action", &*action(room))];
    part("form", &attributes)
        .class(class)
        .on("submit", submitted)
        .html(label(phrases))
        .html(element("span", &hint, &[text(phrases.send_hint)]))
        .part(content)
}

/// The field in the document: there is one composer at a time.
fn field() -> Option<HtmlTextAreaElement> {
    browser::element("composer-text")
}

pub(super) fn focus() {
    if let Some(field) = field() {
        // Fails only for a field that is not in the document any more.
        let _ = field.focus();
    }
}

/// Where that opens no keyboard over the talk.
pub(super) fn focus_quietly() {
    if !browser::is_coarse() {
        focus();
    }
}

fn label(phrases: &Phrases) -> Html {
    let attributes = [("class", "visually-hidden"), ("for", "composer-text")];
    element("label", &attributes, &[text(phrases.message)])
}

fn send_words(phrases: &Phrases) -> Html {
    element("span", &[("class", "composer__send-text")], &[text(phrases.send)])
}

/// Says that it is an edit or an answer, and how to leave that.
fn mode(is_edit: bool, reply: Option<Quote>, phrases: &Phrases) -> Html {
    let (picture, words) = match reply {
        _ if is_edit => ("edit", phrases.editing.to_owned()),
        Some(Quote { message: Some(message), .. }) => {
            ("reply", (phrases.replying_to)(&message.username))
        }
        // Until it is loaded.
        Some(_) => ("reply", phrases.reply.to_owned()),
        None => return element("p", &[], &[]),
    };
    let stop =
        [("class", "button button--plain button--small"), ("type", "button"), ("data-act", "stop")];
    let content = [
        icon(picture),
        text(&words),
        element("button", &stop, &[icon("close"), text(phrases.cancel)]),
    ];
    element("p", &[("class", "composer__mode-words")], &content)
}

/// What is wrong, and from nine tenths of the limit on, how much is used.
fn notes(draft: &str, limit: u32, trouble: Option<Trouble>, phrases: &Phrases) -> Vec<String> {
    let mut notes = Vec::new();
    match trouble {
        Some(Trouble::Full) => notes.push(phrases.outbox_full.to_owned()),
        Some(Trouble::Unsafe) => notes.push(phrases.outbox_unsafe.to_owned()),
        Some(Trouble::NotLinked) => notes.push(phrases.not_changed.to_owned()),
        Some(Trouble::Refused(refusal)) => notes.push(phrases.refusal(&refusal)),
        None => {}
    }
    let over = limits::excess(draft, limit);
    if over > 0 {
        notes.push((phrases.over_limit)(over.into()));
    }
    let used = draft.chars().count() as u64;
    if over > 0 || used as f64 >= f64::from(limit) * COUNT_FROM {
        notes.push((phrases.counter)(used, limit.into()));
    }
    notes
}

fn press(event: &KeyboardEvent, room: OpenRoom) -> Press {
    let (key, code) = (event.key(), event.code());
    let is = |name: &str| key == name || code == name;
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
        empty: room.draft.peek_with(String::is_empty),
        at: event.time_stamp(),
    }
}
