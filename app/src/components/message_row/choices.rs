//! What one can do with a message, and what people have: its tools and its reactions. What is
//! pressed is heard by the list, which knows the row.

use super::super::icon::icon;
use super::super::markup::{Html, element, text, void};
use super::super::room_page::desk::Desk;
use super::super::room_page::open_room::Amending;
use crate::i18n::{Phrases, number};
use crate::protocol::{Message, Reaction};

/// What one can do with a message, and has done.
#[derive(Default)]
pub struct Choices {
    pub tools: Tools,
    /// Which of its reactions are one's own.
    pub given: Vec<bool>,
    /// Whether one is choosing an emoji for it.
    pub is_reacting: bool,
}

impl Choices {
    pub fn of(message: &Message, desk: Desk) -> Self {
        Choices {
            tools: tools_of(message, desk),
            given: given(message, desk),
            is_reacting: !message.deleted && is_amending(desk, Amending::React(message.id)),
        }
    }

    /// For the row's key: says all of it.
    pub fn key(&self) -> String {
        let bit = |is: bool| if is { '1' } else { '0' };
        let given = self.given.iter().copied().chain([self.is_reacting]).map(bit);
        given.chain([char::from(b'a' + self.tools as u8)]).collect()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tools {
    #[default]
    None,
    /// Answer it, or react.
    Others,
    /// That, and delete it: one owns the room.
    Kept,
    /// That, and edit it.
    Own,
    /// One is asked whether to delete it.
    Sure,
}

fn tools_of(message: &Message, desk: Desk) -> Tools {
    let (Some(room), me) = (desk.current.peek(), desk.me.get()) else { return Tools::None };
    let tools = match () {
        () if message.deleted || !room.has_seat() => Tools::None,
        () if me == Some(message.user_id) => Tools::Own,
        () if room.is_owner.get() => Tools::Kept,
        () => Tools::Others,
    };
    match tools {
        Tools::Own | Tools::Kept if is_amending(desk, Amending::Delete(message.id)) => Tools::Sure,
        tools => tools,
    }
}

fn is_amending(desk: Desk, it: Amending) -> bool {
    desk.current.peek().is_some_and(|room| room.amending.with(|amending| *amending == it))
}

fn given(message: &Message, desk: Desk) -> Vec<bool> {
    let (Some(room), me) = (desk.current.peek(), desk.me.get()) else { return Vec::new() };
    let reactions = message.reactions.iter();
    reactions.map(|reaction| room.has_given(message, reaction, me)).collect()
}

/// What a reaction is chosen from without typing.
pub const QUICK: [&str; 8] = ["👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀"];

/// Who reacted how. Whoever only reads sees it, and presses nothing.
pub fn reactions(message: &Message, choices: &Choices, phrases: &Phrases) -> Html {
    let can_press = choices.tools != Tools::None;
    let chip = |(reaction, is_mine): (&Reaction, &bool)| {
        let (words, content) = counted(reaction, phrases);
        let mut attributes = vec![("class", "reaction"), ("title", &*words)];
        if !can_press {
            return element("span", &attributes, &content);
        }
        attributes.extend([
            ("type", "button"),
            ("data-act", "give"),
            ("data-emoji", &*reaction.emoji),
            ("aria-pressed", if *is_mine { "true" } else { "false" }),
            ("aria-label", &*words),
        ]);
        element("button", &attributes, &content)
    };
    let chips: Vec<_> = message.reactions.iter().zip(&choices.given).map(chip).collect();
    element("div", &[("class", "message__reactions")], &chips)
}

/// Who gave a reaction, in words, and what is seen of it.
pub fn counted(reaction: &Reaction, phrases: &Phrases) -> (String, [Html; 3]) {
    let names: Vec<&str> = reaction.users.iter().map(|user| &*user.username).collect();
    let others = u64::from(reaction.count).saturating_sub(names.len() as u64);
    let words = (phrases.reacted)(&reaction.emoji, &(phrases.people)(&names, others));
    let count = number(reaction.count.into());
    (words, [emoji(&reaction.emoji), text(" "), text(&count)])
}

/// In colours, also where the text's own font has a plain picture of it.
pub fn emoji(sign: &str) -> Html {
    element("span", &[("class", "emoji")], &[text(sign)])
}

/// Eight emoji to press, and a field for any other.
pub fn palette(phrases: &Phrases) -> Html {
    let quick = QUICK.map(|sign| {
        let attributes = [
            ("class", "button button--plain button--small button--icon"),
            ("type", "button"),
            ("data-act", "give"),
            ("data-emoji", sign),
        ];
        element("button", &attributes, &[emoji(sign)])
    });
    let field = [
        ("class", "message__any-emoji field__input"),
        ("id", "any-emoji"),
        ("placeholder", phrases.any_emoji),
        ("aria-label", phrases.any_emoji),
        ("autocomplete", "off"),
        ("maxlength", "32"),
    ];
    let mut content = quick.to_vec();
    content.push(void("input", &field));
    let attributes =
        [("class", "message__palette"), ("role", "group"), ("aria-label", phrases.react)];
    element("div", &attributes, &content)
}

pub fn tools(acts: &[&'static str], phrases: &Phrases) -> Html {
    let tools = acts.iter().map(|act| {
        let (act, words) = match *act {
            "react" => ("react", phrases.react),
            "reply" => ("reply", phrases.reply),
            "link" => ("link", phrases.copy_link),
            "edit" => ("edit", phrases.edit),
            _ => ("delete", phrases.delete),
        };
        let attributes = [
            ("class", "button button--plain button--small button--icon"),
            ("type", "button"),
            ("data-act", act),
            ("aria-label", words),
            ("title", words),
        ];
        element("button", &attributes, &[icon(act)])
    });
    let bar = element("div", &[("class", "message__toolbar")], &tools.collect::<Vec<_>>());
    element("div", &[("class", "message__tools")], &[bar])
}

pub fn are_you_sure(phrases: &Phrases) -> Html {
    let choice = |act, id, words, picture| {
        let attributes =
            [("class", "button button--small"), ("type", "button"), ("data-act", act), ("id", id)];
        element("button", &attributes, &[icon(picture), text(words)])
    };
    let content = [
        element("p", &[("class", "message__reason")], &[text(phrases.delete_sure)]),
        choice("delete-now", "delete-now", phrases.delete, "delete"),
        choice("keep", "delete-not", phrases.cancel, "close"),
    ];
    element("div", &[("class", "message__state message__sure")], &content)
}
