//! The names that are offered while one writes an `@`.

use super::super::live::Live;
use super::super::markup::{Html, element, text};
use super::super::room_page::desk::Desk;
use super::super::room_page::open_room::OpenRoom;
use super::field;
use crate::browser;
use crate::i18n::Phrases;
use crate::store::Completion;
use web_sys::{Element, KeyboardEvent};

/// The list's element, and the beginning of its items'.
const ID: &str = "names";

/// Everyone can be called while no more than so many are here.
const ALL: usize = 20;

#[derive(Clone, Copy)]
pub struct Naming {
    room: OpenRoom,
    desk: Desk,
    completion: Live<Option<Completion>>,
}

impl Naming {
    pub fn new(room: OpenRoom, desk: Desk) -> Self {
        Naming { room, desk, completion: room.completion }
    }

    pub fn is_open(self) -> bool {
        self.completion.peek_with(Option::is_some)
    }

    pub fn close(self) {
        self.completion.set_if_new(None);
    }

    /// The text or the caret is elsewhere.
    pub fn follow(self) {
        let Some(field) = field() else { return };
        let caret = field.selection_start().ok().flatten().unwrap_or_default() as usize;
        let text = field.value();
        let completion = Completion::at(&text, caret, self.names(), &browser::lower_case);
        self.completion.set_if_new(completion);
    }

    /// Whoever is here and whoever has spoken, without oneself.
    fn names(self) -> Vec<String> {
        let me = self.desk.me.peek();
        let mut names: Vec<String> = self.room.users.peek_with(|users| {
            let others = users.iter().filter(|user| Some(user.id) != me);
            others.map(|user| user.username.clone()).collect()
        });
        if names.len() < ALL {
            names.push(self.desk.phrases.everyone.to_owned());
        }
        self.room.timeline.peek_with(|timeline| {
            let others = timeline.messages().iter().rev();
            let others = others.filter(|message| Some(message.user_id) != me && !message.deleted);
            names.extend(others.map(|message| message.username.clone()));
        });
        names
    }

    /// A key while names are offered; whether it was for them.
    pub fn press(self, event: &KeyboardEvent) -> bool {
        let step = |down| self.completion.update(|it| it.iter_mut().for_each(|it| it.step(down)));
        match &*event.key() {
            "ArrowDown" => step(true),
            "ArrowUp" => step(false),
            "Tab" => self.take(None),
            "Escape" => self.close(),
            _ => return false,
        }
        true
    }

    /// Writes the name that was pressed, or the chosen one.
    pub fn take(self, name: Option<String>) {
        let (Some(field), Some(completion)) = (field(), self.completion.change(Option::take))
        else {
            return;
        };
        let name = name.as_ref().or_else(|| completion.names.get(completion.chosen));
        let completed = name.and_then(|name| completion.complete(&field.value(), name));
        if let Some((text, caret)) = completed {
            field.set_value(&text);
            // Fails only for a field that is not in the document any more.
            let _ = field.set_selection_range(caret as u32, caret as u32);
            self.desk.keep_draft(self.room, &text);
        }
        self.completion.tell();
    }

    /// Shows what is offered. The list is there from the start, empty and hidden.
    pub fn draw(self) {
        let Some((list, field)) = browser::element::<Element>(ID).zip(field()) else { return };
        let active = self.completion.with(|completion| {
            let names = completion.as_ref().map_or(&[][..], |it| &it.names);
            let chosen = completion.as_ref().map(|it| it.chosen);
            let items =
                names.iter().enumerate().map(|(at, name)| item(at, name, Some(at) == chosen));
            list.set_inner_html(items.collect::<Html>().as_str());
            chosen.map(id)
        });
        // Fail only for names that no attribute can have.
        let _ = field.set_attribute("aria-autocomplete", "list");
        let _ = field.set_attribute("aria-controls", ID);
        let _ = list.toggle_attribute_with_force("hidden", active.is_none());
        let _ = match active {
            Some(id) => field.set_attribute("aria-activedescendant", &id),
            None => field.remove_attribute("aria-activedescendant"),
        };
    }
}

/// Where the names are offered.
pub fn list(phrases: &Phrases) -> Html {
    let attributes = [
        ("class", "composer__names"),
        ("id", ID),
        ("role", "listbox"),
        ("aria-label", phrases.users),
        ("hidden", ""),
    ];
    element("ul", &attributes, &[])
}

fn id(at: usize) -> String {
    [ID, "-", &at.to_string()].concat()
}

fn item(at: usize, name: &str, is_chosen: bool) -> Html {
    let attributes = [
        ("id", &*id(at)),
        ("class", "composer__name"),
        ("role", "option"),
        ("aria-selected", if is_chosen { "true" } else { "false" }),
        ("data-act", "name"),
        ("data-name", name),
    ];
    element("li", &attributes, &[element("bdi", &[], &[text(name)])])
}
