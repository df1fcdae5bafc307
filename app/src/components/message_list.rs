//! What was said: pages of rows in one scrolling log. Where it scrolls is decided by the
//! machine in `store::scroll`; here it is measured and moved.

mod view;

use super::icon::mark;
use super::live::effect;
use super::markup::{Html, element, text};
use super::message_row;
use super::part::{Part, part};
use super::room_page::desk::Desk;
use super::room_page::open_room::{Amending, Older, OpenRoom};
use super::{composer, once_drawn, share};
use crate::browser;
use crate::i18n::Phrases;
use crate::protocol::limits::PAGE;
use crate::protocol::{Message, MessageId, limits};
use crate::store::scroll::Pill;
use crate::store::timeline::RowKey;
use std::sync::Arc;
use std::time::Duration;
use view::LogView;
use web_sys::{Event, HtmlElement, HtmlInputElement, KeyboardEvent, MouseEvent};

/// A row counts as read once it was on the screen for so long.
pub(super) const READ_AFTER: Duration = Duration::from_secs(1);

pub fn message_list(room: OpenRoom, desk: Desk) -> Part {
    let phrases = desk.phrases;
    let view = LogView { room, desk };
    keep_in_place(view);
    seek(view);
    mark_read(view);

    let rows = move || {
        let divider = room.divider.get();
        let offset = |at| desk.offsets.at(at);
        let pages = room.window.with(|window| window.pages());
        let line = |row| message_row::line(row, desk);
        room.timeline.with(|timeline| {
            pages.flat_map(|page| timeline.rows(page, divider, offset)).map(line).collect()
        })
    };
    let pill = move || room.scroll.with(|scroll| scroll.pill());
    let pill_words = move || match pill() {
        Pill::Hidden => String::new(),
        Pill::Latest => phrases.to_latest.to_owned(),
        Pill::New { messages, mentions } => {
            (phrases.new_messages)(messages.into(), mentions.into())
        }
    };
    let pill_class = move || match pill() {
        Pill::New { .. } => "button message-list__pill",
        _ => "button message-list__pill message-list__pill--quiet",
    };
    let to_latest = move |_: MouseEvent| {
        view.to_latest();
        // The button goes.
        composer::focus_quietly();
    };
    let is_busy = move || (room.older.get() == Older::Loading).then_some("true");
    // A browser with script does not look into it, and one without shows it at the end.
    #[cfg(feature = "ssr")]
    let news = super::news::frame(room, phrases);
    #[cfg(not(feature = "ssr"))]
    let news = element("noscript", &[], &[]);
    let log = [
        ("class", "message-list__log"),
        ("id", "log"),
        ("role", "log"),
        ("aria-live", "polite"),
        ("aria-label", phrases.conversation),
        ("tabindex", "0"),
    ];
    let rows = part("div", &[("class", "message-list__rows"), ("id", "log-rows")])
        .drawn(move || above(room, phrases))
        .lines(rows);
    let log = part("div", &log)
        .attribute("aria-busy", is_busy)
        .on("scroll", move |_: Event| view.scrolled())
        .on("click", move |event| act(view, &event))
        .on("keydown", move |event| pressed(view, &event))
        .html(news)
        .part(rows);
    let pill = part("button", &[("type", "button")])
        .class(pill_class)
        .attribute("hidden", move || (pill() == Pill::Hidden).then_some(""))
        .on("click", to_latest)
        .words(pill_words);
    let heading = element("h2", &[("class", "visually-hidden")], &[text(phrases.conversation)]);
    part("section", &[("class", "message-list")]).html(heading).part(log).part(pill)
}

/// The window follows what is loaded; then, before anything is painted, the list is put where
/// it belongs.
fn keep_in_place(view: LogView) {
    let room = view.room;
    effect(move || {
        room.timeline.track();
        view.follow();
    });
    effect(move || {
        room.timeline.track();
        room.window.track();
        room.divider.track();
        once_drawn(move || view.settle());
    });
    effect(move || {
        if view.desk.is_linked.get() {
            let answered = room.reply.get();
            let lacking = room.timeline.with(|timeline| timeline.lacking_quotes(answered));
            lacking.into_iter().for_each(|seq| view.desk.ask_quote(room, seq));
            view.reach();
        }
    });
    effect(move || room.divider.set_if_new(room.scroll.with(|scroll| scroll.divider())));
    let mut _settling = None;
    effect(move || _settling = view.take_over());
    let mut was_seeking = room.seeks_unread.peek();
    effect(move || {
        let seeks = room.seeks_unread.get();
        if was_seeking && !seeks {
            view.to_unread();
        }
        was_seeking = seeks;
    });
    let mut known = room.sent.peek();
    effect(move || {
        let sent = room.sent.get();
        if sent != known {
            view.sent();
        }
        known = sent;
    });
}

/// Goes to the message that is sought: loads what is older until it is there. One that is very far
/// is on a page of its own.
fn seek(view: LogView) {
    let LogView { room, desk } = view;
    effect(move || {
        room.timeline.track();
        let Some(seq) = room.sought.get() else { return };
        let (is_loaded, may_load) = room.timeline.peek_with(|timeline| {
            let may_load =
                timeline.older().is_some() && timeline.messages().len() < limits::SOUGHT_AMONG;
            (timeline.message(seq).is_some(), may_load)
        });
        let is_linked = desk.is_linked.peek();
        if !is_loaded && may_load && is_linked {
            return desk.load_older(room);
        }
        room.sought.set(None);
        if is_loaded {
            view.to_message(seq);
        } else if is_linked {
            let _ = browser::window().location().set_href(&message_row::permalink(seq, desk));
        }
    });
}

/// What is at the end and in sight for a while is read.
fn mark_read(view: LogView) {
    let LogView { room, desk } = view;
    let is_pinned =
        move || room.scroll.peek_with(|scroll| scroll.is_pinned()) && !room.seeks_unread.peek();
    let last = move || room.timeline.peek_with(|timeline| timeline.last_seq());
    effect(move || {
        room.looks.track();
        room.timeline.track();
        room.scroll.track();
        let seen = last();
        if is_pinned() && browser::is_looked_at() {
            let read = move || {
                if desk.current.peek().is_some_and(|shown| shown.is(&room))
                    && last() == seen
                    && is_pinned()
                    && browser::is_looked_at()
                {
                    desk.mark_read(room);
                }
            };
            browser::after(READ_AFTER, read);
        }
    });
}

/// What was pressed inside the list, whose elements know nothing themselves.
fn act(view: LogView, event: &MouseEvent) {
    let LogView { room, desk } = view;
    let Some((act, row)) = browser::acted_on(event, "article") else {
        if browser::closest(event, ".message__palette").is_none() {
            desk.stop_reacting(room);
        }
        return;
    };
    if act == "older" {
        event.prevent_default();
        view.older();
        return;
    }
    let is_it = |id: MessageId| RowKey::Message(id).to_string() == row;
    let said = room.timeline.peek_with(|timeline| {
        timeline.messages().iter().find(|message| is_it(message.id)).cloned()
    });
    if let Some(message) = said {
        return amend(view, event, &act, &message);
    }
    let entry = room
        .outbox
        .peek_with(|outbox| outbox.entries().iter().map(|entry| entry.id).find(|id| is_it(*id)));
    let Some(id) = entry else { return };
    match &*act {
        "retry" => desk.retry(room, id),
        "edit" => {
            desk.write_anew(room, id);
            return composer::focus();
        }
        _ => {
            desk.take_back(room, id);
        }
    }
    // The button is gone with its row.
    composer::focus_quietly();
}

/// Answers a message, changes one's own, or goes to what it answers.
fn amend(view: LogView, event: &MouseEvent, act: &str, message: &Arc<Message>) {
    let LogView { room, desk } = view;
    match act {
        "jump" => {
            event.prevent_default();
            room.sought.set(message.reply_to);
            return;
        }
        "link" => {
            event.prevent_default();
            return share::copy(desk, &message_row::permalink(message.seq, desk));
        }
        "react" => {
            desk.stop_amending(room);
            room.amending.set(Amending::React(message.id));
            // Where a keyboard would come up over them, the emoji are at hand already.
            if !browser::is_coarse() {
                focus_next("any-emoji");
            }
            return;
        }
        "give" => {
            let emoji = browser::pressed(event, "data-emoji").unwrap_or_default();
            return desk.react(room, message, &emoji);
        }
        "reply" => {
            desk.stop_amending(room);
            room.reply.set(Some(message.seq));
            return composer::focus();
        }
        "edit" => {
            desk.edit(room, message);
            return composer::focus();
        }
        "delete" => {
            desk.ask_to_delete(room, message.id);
            // The question stands where the button was.
            return focus_next("delete-now");
        }
        "delete-now" => desk.delete(room, message.id),
        _ => {
            desk.stop_amending(room);
        }
    }
    composer::focus_quietly();
}

/// Gives the focus to what is about to be drawn.
fn focus_next(id: &'static str) {
    once_drawn(move || {
        if let Some(element) = browser::element::<HtmlElement>(id) {
            let _ = element.focus();
        }
    });
}

/// Keys inside the list: in the field for any emoji, and from message to message.
fn pressed(view: LogView, event: &KeyboardEvent) {
    let LogView { room, desk } = view;
    let key = event.key();
    if key == "Escape" && desk.stop_amending(room) {
        return composer::focus();
    }
    let field = browser::element::<HtmlInputElement>("any-emoji");
    let Some(field) = field.filter(|field| event.target().as_ref() == Some(field.as_ref())) else {
        return view.walk(event);
    };
    // An emoji that is picked with an input method is not given by the same press.
    if key != "Enter" || event.is_composing() || event.key_code() == 229 {
        return;
    }
    event.prevent_default();
    let Amending::React(id) = room.amending.peek() else { return };
    let message = room
        .timeline
        .peek_with(|timeline| timeline.messages().iter().find(|message| message.id == id).cloned());
    if let Some(message) = message {
        desk.react(room, &message, field.value().trim());
        composer::focus();
    }
}

/// What stands above the first row: nothing was said yet, the beginning, or the way to older
/// messages.
fn above(room: OpenRoom, phrases: &Phrases) -> Html {
    let first_page = room.window.with(|window| *window.pages().start());
    let state = room.older.get();
    let (before, is_empty) = room.timeline.with(|timeline| {
        // Loaded, but not drawn: scrolling up draws it.
        let is_loaded = first_page > *timeline.pages().start();
        let before = if is_loaded { Some(first_page * PAGE as u64) } else { timeline.older() };
        (before, timeline.messages().is_empty() && timeline.pending().is_empty())
    });
    let Some(before) = before else {
        let line = |class, words| element("p", &[("class", class)], &[text(words)]);
        let (class, mut content) = match is_empty {
            false => ("message-list__beginning", vec![mark(), line("", phrases.beginning)]),
            true => {
                let title = line("message-list__empty-title", phrases.empty);
                ("message-list__empty", vec![mark(), title, line("", phrases.empty_hint)])
            }
        };
        // Who has not joined yet reads it above the form.
        let welcome = room.welcome.get();
        if !welcome.is_empty() && room.has_seat() {
            let attributes = [("class", "message-list__welcome"), ("dir", "auto")];
            content.push(element("p", &attributes, &[text(&welcome)]));
        }
        return element("div", &[("class", class)], &content);
    };
    let (class, words) = match state {
        Older::Idle => ("message-list__older", phrases.older.to_owned()),
        Older::Loading => ("message-list__older", phrases.older_loading.to_owned()),
        Older::Failed => (
            "message-list__older message-list__older--failed",
            [phrases.older_failed, " ", phrases.older_retry].concat(),
        ),
    };
    let href = ["?before=", &before.to_string()].concat();
    let link = [("class", "button button--plain"), ("href", &href), ("data-act", "older")];
    element("p", &[("class", class)], &[element("a", &link, &[text(&words)])])
}
