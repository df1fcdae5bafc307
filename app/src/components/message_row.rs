//! One message, or one thing between messages.

use super::desk;
use super::icon::Icon;
use super::room_page::{desk::Desk, open_room::OpenRoom};
use crate::browser;
use crate::calendar::Date;
use crate::i18n::Phrases;
use crate::protocol::{Message, MessageId, UserId};
use crate::store::outbox::Delivery;
use crate::store::timeline::{Pending, Row, RowKind, Visits};
use leptos::either::EitherOf4;
use leptos::prelude::*;
use std::sync::Arc;

/// Colours that tell people apart; each has a class of that number.
const TINTS: [&str; 12] = [
    "tint-0", "tint-1", "tint-2", "tint-3", "tint-4", "tint-5", "tint-6", "tint-7", "tint-8",
    "tint-9", "tint-10", "tint-11",
];

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

/// A row is drawn once: whatever changes makes another row of it, except the state of a
/// message that waits, which keeps its place and its focus.
#[component]
pub fn MessageRow(row: Row, room: OpenRoom) -> impl IntoView {
    let phrases = desk().phrases;
    let key = row.key.to_string();
    match row.kind {
        RowKind::Day(date) => EitherOf4::A(day(date, phrases)),
        RowKind::Divider => EitherOf4::B(view! {
            <p class="message-list__unread" id=key>{phrases.unread_divider}</p>
        }),
        RowKind::System(visits) => EitherOf4::C(notice(&visits, key, phrases)),
        RowKind::Message { message, head } => {
            let message = Arc::unwrap_or_clone(message);
            let Message { user_id, username, text, created_at, .. } = message;
            EitherOf4::D(said(Said {
                key,
                user_id,
                username,
                text,
                at: created_at,
                head,
                waiting: None,
            }))
        }
        RowKind::Pending { pending, head } => {
            let Pending { id, user_id, username, text, written_at, .. } = pending;
            let waiting = Some((room, id));
            EitherOf4::D(said(Said { key, user_id, username, text, at: written_at, head, waiting }))
        }
    }
}

fn day(date: Date, phrases: &Phrases) -> impl IntoView + use<> {
    let Date { year, month, day, weekday } = date;
    let text = (phrases.date)(year as i32, month.into(), day.into(), weekday as u32);
    let two = |n: u8| if n < 10 { ["0", &n.to_string()].concat() } else { n.to_string() };
    let datetime = [year.to_string(), two(month), two(day)].join("-");
    view! {
        <h3 class="message-list__day">
            <time datetime=datetime>{text}</time>
        </h3>
    }
}

fn notice(visits: &Visits, key: String, phrases: &Phrases) -> impl IntoView + use<> {
    let names = |names: &[String]| names.to_vec();
    let (joined, left) = (names(&visits.arrived), names(&visits.left));
    let joined: Vec<&str> = joined.iter().map(String::as_str).collect();
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let text = phrases.comings_and_goings(&joined, &left);
    view! { <p class="message-list__notice" id=key>{text}</p> }
}

struct Said {
    key: String,
    user_id: UserId,
    username: String,
    text: String,
    at: u64,
    head: bool,
    /// Where it waits, if the room has not confirmed it.
    waiting: Option<(OpenRoom, MessageId)>,
}

fn said(said: Said) -> impl IntoView {
    let desk = desk();
    let Said { key, user_id, username, text, at, head, waiting } = said;
    let mut class = ["message ", tint(user_id)].concat();
    for (applies, addition) in [
        (!head, " message--continued"),
        (is_emoji_only(&text), " message--emoji"),
        (waiting.is_some(), " message--pending"),
    ] {
        if applies {
            class.push_str(addition);
        }
    }
    let time = desk.offsets.time(at, desk.phrases);
    let label = (desk.phrases.message_label)(&username, &time);
    let initial = initial(&username);
    view! {
        <article class=class id=key tabindex="-1" aria-label=label>
            <span class="initial message__initial" aria-hidden="true">{initial}</span>
            <header class="message__header">
                <bdi class="message__author">{username}</bdi>
                " "
                <time class="message__time" datetime=rfc3339(at)>{time}</time>
            </header>
            <div class="message__text" dir="auto">{text}</div>
            {waiting.map(|(room, id)| view! { <div class="message__state"><State room id /></div> })}
        </article>
    }
}

/// What becomes of a message that waits, and what one can do if it failed.
#[component]
fn State(room: OpenRoom, id: MessageId) -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let delivery = move || {
        room.outbox.with(|outbox| {
            let entry = outbox.entries().iter().find(|entry| entry.id == id);
            entry.map(|entry| entry.delivery.clone())
        })
    };
    move || {
        let (icon, words, has_failed) = match delivery() {
            None => return None,
            Some(Delivery::Failed(refusal)) => {
                ("alert", [phrases.failed, " ", &phrases.refusal(&refusal)].concat(), true)
            }
            Some(Delivery::Limited { until }) => {
                let seconds = until.saturating_sub(browser::ticks()).div_ceil(1000).max(1);
                ("clock", (phrases.sending_in)(seconds), false)
            }
            Some(_) if desk.is_linked.get() => ("clock", phrases.pending.to_owned(), false),
            Some(_) => ("clock", phrases.waiting.to_owned(), false),
        };
        let class = if has_failed { "message__reason" } else { "message__wait" };
        let choices = has_failed.then(|| view! { <Choices room id /> });
        Some(view! {
            <p class=class>
                <Icon name=icon />
                {words}
            </p>
            {choices}
        })
    }
}

/// Retry, edit or delete.
#[component]
fn Choices(room: OpenRoom, id: MessageId) -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    type Act = fn(Desk, OpenRoom, MessageId);
    let choices: [(&str, &str, Act); 3] = [
        ("retry", phrases.retry, |desk, room, id| desk.retry(room, id)),
        ("edit", phrases.edit, |desk, room, id| {
            if let Some(text) = desk.take_back(room, id) {
                desk.keep_draft(room, &text);
            }
        }),
        ("delete", phrases.delete, |desk, room, id| {
            desk.take_back(room, id);
        }),
    ];
    choices.map(|(icon, words, act)| {
        view! {
            <button class="button button--small" type="button" on:click=move |_| act(desk, room, id)>
                <Icon name=icon />
                {words}
            </button>
        }
    })
    .collect_view()
}

/// A time for machines, in UTC.
fn rfc3339(unix_millis: u64) -> String {
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
        matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{1f1e6}'..='\u{1f1ff}' | '\u{2600}'..='\u{27bf}'
            | '\u{2b50}' | '\u{2b55}' | '\u{203c}' | '\u{2049}' | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23fa}')
    };
    let joins = |c: char| {
        matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{20e3}' | ' ' | '\u{e0020}'..='\u{e007f}')
    };
    text.chars().any(is_emoji)
        && text.chars().count() <= AT_MOST
        && text.chars().all(|c| is_emoji(c) || joins(c))
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
        for text in ["🎉", "❤\u{fe0f}", "🎉🍊", "👩\u{200d}🚀"] {
            assert!(is_emoji_only(text), "{text}");
        }
        for text in ["", "안녕 🎉", "1", "🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉"]
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
