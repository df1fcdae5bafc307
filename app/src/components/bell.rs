//! What one is told of a room while one looks elsewhere. The browser is asked for permission by
//! the one choice that needs it, and by nothing else.

use super::icon::icon;
use super::live::effect;
use super::markup::{Html, element, text, void};
use super::part::{Part, part};
use super::room_page::{desk::Desk, open_room::OpenRoom, path};
use super::{once_drawn, panel};
use crate::browser::{self, Permission};
use crate::i18n::Phrases;
use crate::protocol::{Bell as Choice, RoomKey};
use web_sys::{Element, Event, HtmlInputElement};

/// The panel's id, by which the button opens it.
const ID: &str = "bell";

/// The id of what opens it.
const BUTTON: &str = "bell-button";

/// The id of the box for the sound.
const SOUND: &str = "bell-sound";

/// What is kept after a choice that is told with a sound.
const LOUD: &str = "+sound";

/// What opens the panel.
pub fn open(phrases: &Phrases) -> Html {
    let attributes = [
        ("class", "button button--plain button--icon needs-script bell-button"),
        ("id", BUTTON),
        ("type", "button"),
        ("popovertarget", ID),
        ("aria-label", phrases.bell),
        ("title", phrases.bell),
    ];
    element("button", &attributes, &[icon("bell")])
}

pub fn panel(room: OpenRoom, desk: Desk) -> Part {
    let phrases = desk.phrases;
    let content = content(phrases);
    let show = move |_: Event| show(room);
    effect(move || once_drawn(move || show_choice(room, phrases)));
    let choose = move |_: Event| {
        let kept =
            Kept { choice: chosen(), with_sound: sound().is_some_and(|sound| sound.checked()) };
        keep(&room.key(), kept);
        show_choice(room, phrases);
        match kept.choice {
            Choice::Mute => hang(room),
            _ => browser::ask_to_notify(move || {
                show_permission();
                hang(room);
            }),
        }
    };
    part("div", &panel::attributes(ID, "panel bell", "bell-title"))
        .on("toggle", show)
        .on("change", choose)
        .html(content)
}

fn content(phrases: &Phrases) -> Html {
    let choice = |choice: Choice| {
        let id = ["bell-", choice.tag()].concat();
        let input = [("type", "radio"), ("name", "bell"), ("value", choice.tag()), ("id", &*id)];
        let content = [void("input", &input), text(words(choice, phrases))];
        element("label", &[("class", "bell__choice")], &content)
    };
    let legend = element("legend", &[("class", "visually-hidden")], &[text(phrases.bell)]);
    let [all, mentions, mute] = Choice::EACH.map(choice);
    let sound = void("input", &[("type", "checkbox"), ("id", SOUND)]);
    let blocked = [("class", "bell__blocked"), ("id", "bell-blocked"), ("hidden", "")];
    let content = [
        element("h2", &[("id", "bell-title")], &[text(phrases.bell)]),
        panel::close(ID, "panel__close", phrases.close),
        element("fieldset", &[("class", "bell__choices")], &[legend, all, mentions, mute]),
        element(
            "label",
            &[("class", "bell__choice bell__sound")],
            &[sound, text(phrases.bell_sound)],
        ),
        element("p", &blocked, &[icon("alert"), text(phrases.bell_blocked)]),
    ];
    element("div", &[("class", "panel__content")], &content)
}

fn words(choice: Choice, phrases: &Phrases) -> &'static str {
    match choice {
        Choice::All => phrases.bell_all,
        Choice::Mentions => phrases.bell_mentions,
        Choice::Mute => phrases.bell_mute,
    }
}

/// The button tells what was chosen for this room, too.
fn show_choice(room: OpenRoom, phrases: &Phrases) {
    let Some(button) = browser::element::<Element>(BUTTON) else { return };
    let choice = kept(&room.key()).choice;
    let words = [phrases.bell, ": ", words(choice, phrases)].concat();
    for (name, value) in [("data-bell", choice.tag()), ("aria-label", &words), ("title", &words)] {
        // Fails only for a name that no attribute can have.
        let _ = button.set_attribute(name, value);
    }
}

/// Shows what was chosen for this room: the panel is drawn without it.
fn show(room: OpenRoom) {
    let kept = kept(&room.key());
    if let Some(input) = radio(kept.choice) {
        input.set_checked(true);
    }
    if let Some(sound) = sound() {
        sound.set_checked(kept.with_sound);
    }
    show_permission();
}

fn radio(choice: Choice) -> Option<HtmlInputElement> {
    browser::element(&["bell-", choice.tag()].concat())
}

fn sound() -> Option<HtmlInputElement> {
    browser::element(SOUND)
}

fn chosen() -> Choice {
    let is_chosen = |choice: &Choice| radio(*choice).is_some_and(|input| input.checked());
    Choice::EACH.into_iter().find(is_chosen).unwrap_or_default()
}

fn show_permission() {
    let Some(blocked) = browser::element::<Element>("bell-blocked") else { return };
    let _ = match browser::may_notify() {
        Permission::Denied => blocked.remove_attribute("hidden"),
        _ => blocked.set_attribute("hidden", ""),
    };
}

/// What was chosen for a room.
#[derive(Clone, Copy, Default)]
pub struct Kept {
    pub choice: Choice,
    pub with_sound: bool,
}

/// Where that is kept, for all tabs of this browser.
fn place(room: &RoomKey) -> String {
    ["sarangbang.bell", &*path(room)].concat()
}

pub fn kept(room: &RoomKey) -> Kept {
    let kept = browser::local_storage().and_then(|kept| kept.get_item(&place(room)).ok().flatten());
    let Some(kept) = kept else { return Kept::default() };
    let (tag, with_sound) = match kept.strip_suffix(LOUD) {
        Some(tag) => (tag, true),
        None => (&*kept, false),
    };
    Kept { choice: Choice::from_tag(tag).unwrap_or_default(), with_sound }
}

fn keep(room: &RoomKey, Kept { choice, with_sound }: Kept) {
    if let Some(storage) = browser::local_storage() {
        let kept = [choice.tag(), if with_sound { LOUD } else { "" }].concat();
        let _ = storage.set_item(&place(room), &kept);
    }
}

/// Who leaves a room is told nothing more of it, nor when they come back.
pub fn forget(room: &RoomKey) {
    if let Some(storage) = browser::local_storage() {
        let _ = storage.remove_item(&place(room));
    }
}

/// Has the worker tell the server what was chosen, so that one is told while no page is open.
pub fn hang(room: OpenRoom) {
    let Kept { choice, with_sound } = kept(&room.key());
    let sound = if with_sound { LOUD } else { "" };
    let path = path(&room.key());
    browser::tell_worker(&[
        ("what", "bell"),
        ("path", &path),
        ("choice", choice.tag()),
        ("sound", sound),
    ]);
}
