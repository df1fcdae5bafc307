//! One message, or one thing between messages.

mod choices;
mod files;
mod waiting;
pub(super) mod words;

#[cfg(feature = "ssr")]
use super::choices_page::way;
use super::icon::icon;
use super::lines::Line;
use super::markup::{Html, element, text};
use super::room_page::{desk::Desk, path};
use crate::calendar::Date;
use crate::i18n::Phrases;
use crate::protocol::{File, Message, Seq, Span, UserId, span};
use crate::store::timeline::{Pending, Quote, Row, RowKind, Visits};
use choices::{Choices, Tools, are_you_sure, palette, reactions, tools};
#[cfg(feature = "ssr")]
pub use choices::{QUICK, counted, emoji};
use waiting::{Waiting, waiting, waits};

/// Colours that tell people apart; each has a class of that number.
const TINTS: [&str; 12] = [
    "tint-0", "tint-1", "tint-2", "tint-3", "tint-4", "tint-5", "tint-6", "tint-7", "tint-8",
    "tint-9", "tint-10", "tint-11",
];

/// Characters of what is answered, in the one line that quotes it.
const QUOTED: usize = 160;

/// A stable colour per session. Neighbouring ids get distant colours.
pub fn tint(id: UserId) -> &'static str {
    TINTS[(id.0.wrapping_mul(7) % 12) as usize]
}

/// What stands in the coloured square: the name's first visible sign with whatever belongs
/// to it.
pub fn initial(username: &str) -> String {
    let mut signs = username.chars();
    let mut initial: String = signs.next().into_iter().collect();
    // Marks, joiners and variation selectors belong to the sign before them (UAX 29, roughly:
    // a wrong guess shows half an emoji, nothing worse).
    let belongs = |c: char| matches!(c, '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}');
    for sign in signs {
        if !(belongs(sign) || initial.ends_with('\u{200d}')) {
            break;
        }
        initial.push(sign);
    }
    initial
}

/// A row as a line of the list. Its key says all that it is drawn from.
pub fn line(row: Row, desk: Desk) -> Line {
    let zone = if desk.offsets.is_browsers() { "b" } else { "s" };
    let mut key = vec![row.key.to_string(), zone.into()];
    let mut choices = Choices::default();
    match &row.kind {
        RowKind::Message { message, head, quote } => {
            key.push(quote_key(quote.as_ref()));
            choices = Choices::of(message, desk);
            key.extend([message.rev.to_string(), head.to_string(), choices.key()]);
            if message.names(desk.me.get()) {
                key.push("@".into());
            }
        }
        RowKind::Pending { pending, head, quote } => {
            key.push(quote_key(quote.as_ref()));
            let Waiting { words, acts, .. } = waiting(pending, desk);
            key.extend([words, head.to_string(), acts.len().to_string()]);
        }
        RowKind::System(visits) => {
            key.extend([visits.arrived.len().to_string(), visits.left.len().to_string()]);
        }
        RowKind::Day(date) => key.push(date.day.to_string()),
        RowKind::Divider => {}
    }
    Line { key: key.join("/"), draw: Box::new(move || draw(row, choices, desk)) }
}

fn draw(row: Row, choices: Choices, desk: Desk) -> Html {
    let (key, phrases) = (row.key.to_string(), desk.phrases);
    match row.kind {
        RowKind::Day(date) => day(date, phrases),
        RowKind::Divider => {
            let attributes = [("class", "message-list__unread"), ("id", &*key)];
            element("p", &attributes, &[text(phrases.unread_divider)])
        }
        RowKind::System(visits) => notice(&visits, &key, phrases),
        RowKind::Message { message, head, quote } => {
            let Message { user_id, username, text, spans, files, created_at: at, .. } = &*message;
            let quote = quote.filter(|_| !message.deleted);
            let (key, user_id, at) = (&*key, *user_id, *at);
            let said = Said { key, user_id, username, text, spans, files, at, head, quote };
            article(&said, State::Stored(&message, &choices), desk)
        }
        RowKind::Pending { pending, head, quote } => {
            let Pending { user_id, username, text, files, written_at: at, .. } = &pending;
            let (key, user_id, at, spans) = (&*key, *user_id, *at, &[]);
            let said = Said { key, user_id, username, text, spans, files, at, head, quote };
            article(&said, State::Waits(&pending), desk)
        }
    }
}

fn day(date: Date, phrases: &Phrases) -> Html {
    let Date { year, month, day, weekday } = date;
    let words = (phrases.date)(year as i32, month.into(), day.into(), weekday as u32);
    let two = |n: u8| if n < 10 { ["0", &n.to_string()].concat() } else { n.to_string() };
    let datetime = [year.to_string(), two(month), two(day)].join("-");
    let time = element("time", &[("datetime", &datetime)], &[text(&words)]);
    element("h3", &[("class", "message-list__day")], &[time])
}

fn notice(visits: &Visits, key: &str, phrases: &Phrases) -> Html {
    let joined: Vec<&str> = visits.arrived.iter().map(String::as_str).collect();
    let left: Vec<&str> = visits.left.iter().map(String::as_str).collect();
    let words = text(&phrases.comings_and_goings(&joined, &left));
    let attributes = [("class", "message-list__notice"), ("id", key)];
    match phrases.all_comings_and_goings(&joined, &left) {
        None => element("p", &attributes, &[words]),
        Some(all) => {
            let all = element("p", &[("class", "message-list__names")], &[text(&all)]);
            element("details", &attributes, &[element("summary", &[], &[words]), all])
        }
    }
}

struct Said<'a> {
    key: &'a str,
    user_id: UserId,
    username: &'a str,
    text: &'a str,
    spans: &'a [Span],
    files: &'a [File],
    at: u64,
    head: bool,
    quote: Option<Quote>,
}

enum State<'a> {
    Stored(&'a Message, &'a Choices),
    Waits(&'a Pending),
}

/// A message; one that waits also says what becomes of it.
fn article(said: &Said, state: State, desk: Desk) -> Html {
    let me = desk.me.get();
    let mut class = ["message ", tint(said.user_id)].concat();
    for (applies, addition) in [
        (!said.head, " message--continued"),
        (said.spans.is_empty() && is_emoji_only(said.text), " message--emoji"),
        (matches!(state, State::Waits(_)), " message--pending"),
        (matches!(state, State::Waits(it) if it.has_failed()), " message--failed"),
        (matches!(state, State::Stored(Message { deleted: true, .. }, _)), " message--deleted"),
        (matches!(state, State::Stored(message, _) if message.names(me)), " message--mention"),
    ] {
        if applies {
            class.push_str(addition);
        }
    }
    let time = desk.offsets.time(said.at, desk.phrases);
    let label = (desk.phrases.message_label)(said.username, &time);
    let datetime = rfc3339(said.at);
    let sign = [("class", "initial message__initial"), ("aria-hidden", "true")];
    let header = [
        element("bdi", &[("class", "message__author")], &[text(said.username)]),
        text(" "),
        stamp(&state, element("time", &[("datetime", &datetime)], &[text(&time)]), desk),
    ];
    #[cfg(feature = "ssr")]
    let header = header.into_iter().chain(way_to_choices(&state, desk)).collect::<Vec<_>>();
    let mut content = vec![
        element("span", &sign, &[text(&initial(said.username))]),
        element("header", &[("class", "message__header")], &header),
    ];
    content.extend(said.quote.as_ref().map(|quote| quoted(quote, desk)));
    let mut words = match said.spans {
        [] => vec![text(said.text)],
        spans => words::formatted(spans, me),
    };
    let fold = words::is_long(said.text).then(|| words::fold(said.key, desk.phrases));
    let [before, behind] = fold.map_or_else(<[Option<Html>; 2]>::default, |fold| fold.map(Some));
    content.extend(before);
    match state {
        State::Waits(pending) => {
            content.push(body(&words));
            content.extend(behind);
            content.extend(files::shown(said.files));
            content.push(waits(&waiting(pending, desk), desk.phrases));
        }
        State::Stored(message, choices) => {
            if message.deleted {
                words = vec![icon("delete"), text(desk.phrases.deleted)];
            }
            words.extend(message.edited_at.map(|at| edited(at, desk)));
            content.push(body(&words));
            content.extend(behind);
            content.extend(files::shown(said.files));
            if !message.reactions.is_empty() {
                content.push(reactions(message, choices, desk.phrases));
            }
            if choices.is_reacting {
                content.push(palette(desk.phrases));
            }
            match choices.tools {
                _ if choices.is_reacting => {}
                Tools::None => {}
                Tools::Others => content.push(tools(&["react", "reply", "link"], desk.phrases)),
                Tools::Kept => {
                    content.push(tools(&["react", "reply", "link", "delete"], desk.phrases));
                }
                Tools::Own => {
                    let acts = ["react", "reply", "link", "edit", "delete"];
                    content.push(tools(&acts, desk.phrases));
                }
                Tools::Sure => content.push(are_you_sure(desk.phrases)),
            }
        }
    }
    let attributes =
        [("class", &*class), ("id", said.key), ("tabindex", "-1"), ("aria-label", &label)];
    element("article", &attributes, &content)
}

fn body(words: &[Html]) -> Html {
    element("div", &[("class", "message__text"), ("dir", "auto")], words)
}

/// When it was said. Of what is stored it is the way there, too.
fn stamp(state: &State, time: Html, desk: Desk) -> Html {
    const CLASS: (&str, &str) = ("class", "message__time");
    let State::Stored(message, _) = state else { return element("span", &[CLASS], &[time]) };
    let href = permalink(message.seq, desk);
    // The keyboard finds the same among the tools, and need not walk over every time.
    let attributes = [
        CLASS,
        ("href", &*href),
        ("title", desk.phrases.copy_link),
        ("data-act", "link"),
        ("tabindex", "-1"),
    ];
    element("a", &attributes, &[time])
}

/// Without script, what one can do with a message is on a page of its own.
#[cfg(feature = "ssr")]
fn way_to_choices(state: &State, desk: Desk) -> Option<Html> {
    match state {
        State::Stored(message, choices) if choices.tools != Tools::None => {
            Some(way(&permalink(message.seq, desk), desk.phrases))
        }
        _ => None,
    }
}

/// The way to a message of the shown room: also to one that is not loaded, and without script.
pub fn permalink(seq: Seq, desk: Desk) -> String {
    let room = desk.current.peek().map(|room| path(&room.key())).unwrap_or_default();
    [&*room, "/", &seq.to_string()].concat()
}

/// That it was edited; when, for those who point at it.
fn edited(at: u64, desk: Desk) -> Html {
    let (datetime, time) = (rfc3339(at), desk.offsets.time(at, desk.phrases));
    let attributes = [("class", "message__edited"), ("datetime", &*datetime), ("title", &time)];
    element("time", &attributes, &[text(" "), text(desk.phrases.edited)])
}

/// The line that says what a message answers, and leads there.
fn quoted(quote: &Quote, desk: Desk) -> Html {
    let href = permalink(quote.seq, desk);
    let attributes = [("class", "message__quote"), ("href", &*href), ("data-act", "jump")];
    let mut content = vec![icon("reply")];
    match &quote.message {
        None => content.push(text("…")),
        Some(message) => {
            content.push(element("bdi", &[], &[text(&message.username)]));
            content.push(text(" "));
            let words = match message.deleted {
                true => desk.phrases.deleted.to_owned(),
                false if message.spans.is_empty() => line_of(&message.text),
                false => line_of(&span::plain(&message.spans)),
            };
            content.push(element("q", &[("dir", "auto")], &[text(&words)]));
        }
    }
    element("a", &attributes, &content)
}

pub(super) fn line_of(words: &str) -> String {
    words.chars().take(QUOTED).collect()
}

fn quote_key(quote: Option<&Quote>) -> String {
    let message = quote.and_then(|quote| quote.message.as_ref());
    message.map_or_else(String::new, |message| message.rev.to_string())
}

/// A time for machines, in UTC.
pub(super) fn rfc3339(unix_millis: u64) -> String {
    let civil = crate::calendar::civil(unix_millis, 0);
    let two = |n: u8| if n < 10 { ["0", &n.to_string()].concat() } else { n.to_string() };
    let date = [civil.date.year.to_string(), two(civil.date.month), two(civil.date.day)].join("-");
    let seconds = two((unix_millis / 1000 % 60) as u8);
    [&date, "T", &two(civil.hour), ":", &two(civil.minute), ":", &seconds, "Z"].concat()
}

/// A few emoji and nothing else are drawn large.
fn is_emoji_only(text: &str) -> bool {
    const AT_MOST: usize = 12;
    let is_emoji = |c: char| {
        matches!(c, '\u{1f004}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}'
            | '\u{203c}' | '\u{2049}' | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23fa}')
    };
    let joins = |c: char| {
        matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{20e3}' | ' ' | '\n' | '\u{e0020}'..='\u{e007f}')
    };
    // A digit on its key is one, too.
    let is_key = |behind: &str| behind.trim_start_matches('\u{fe0f}').starts_with('\u{20e3}');
    let mut signs = text.chars();
    let (mut has_any, mut count) = (false, 0);
    while let Some(c) = signs.next() {
        let is_one = is_emoji(c) || matches!(c, '0'..='9' | '#' | '*') && is_key(signs.as_str());
        has_any |= is_one;
        count += 1;
        if !(is_one || joins(c)) || count > AT_MOST {
            return false;
        }
    }
    has_any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_initial_is_one_whole_sign() {
        for (name, sign) in [
            ("민수", "민"),
            ("Ana", "A"),
            ("👩\u{200d}🚀 우주", "👩\u{200d}🚀"),
            ("é", "é"),
            ("", ""),
        ] {
            assert_eq!(initial(name), sign);
        }
    }

    #[test]
    fn only_a_few_emoji_alone_are_large() {
        for text in
            ["🎉", "❤\u{fe0f}", "🎉🍊", "👩\u{200d}🚀", "1\u{fe0f}\u{20e3}", "🎉\n🍊", "🇰🇷", "🅰️"]
        {
            assert!(is_emoji_only(text), "{text}");
        }
        for text in ["", "안녕 🎉", "1", "1🎉", "🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉"]
        {
            assert!(!is_emoji_only(text), "{text}");
        }
    }

    #[test]
    fn machines_read_times_in_utc() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_795_389_123_456), "2026-11-22T23:12:03Z");
    }
}
