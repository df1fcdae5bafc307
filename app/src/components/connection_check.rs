//! How the page is linked, and what comes through: for those behind a proxy that lets not
//! everything pass.

use super::live::Live;
use super::markup::{Html, element, text};
use super::panel;
use super::part::{Part, part};
use super::room_page::desk::Desk;
use crate::browser;
use crate::connection::{Way, echo};
use crate::i18n::{Phrases, number};
use web_sys::{Event, MouseEvent};

/// The panel's id, by which buttons open it.
pub const ID: &str = "connection-check";

/// What is known of the connection. Durations are milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Check {
    /// How far the server's clock is ahead of this one.
    pub clock: i64,
    /// Links opened so far.
    pub links: u64,
    pub websocket: Tried,
    pub request: Tried,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, Default)]
pub enum Tried {
    #[default]
    UnderWay,
    /// It went there and back in this time.
    CameThrough(u64),
    Failed,
}

impl From<Option<u64>> for Tried {
    fn from(took: Option<u64>) -> Self {
        took.map_or(Tried::Failed, Tried::CameThrough)
    }
}

pub fn connection_check(desk: Desk) -> Part {
    let phrases = desk.phrases;
    let toggled = move |_: Event| {
        if browser::is_popover_open(ID) {
            check(desk.check);
        }
    };
    let title = Html::adopted(|| {
        element("h2", &[("id", "connection-check-title")], &[text(phrases.connection_check)])
    });
    let close = Html::adopted(|| panel::close(ID, "panel__close", phrases.close));
    let again = part("button", &[("class", "button"), ("type", "button")])
        .on("click", move |_: MouseEvent| check(desk.check))
        .text(phrases.check_again);
    part("div", &panel::attributes(ID, "panel connection-check", "connection-check-title"))
        .on("toggle", toggled)
        .html(title)
        .html(close)
        .drawn(move || found(desk, phrases))
        .part(again)
}

/// Tries both ways to the server, at once.
fn check(known: Live<Check>) {
    known.update(|check| {
        (check.websocket, check.request) = (Tried::UnderWay, Tried::UnderWay);
    });
    wasm_bindgen_futures::spawn_local(async move {
        let took = echo().await;
        known.update(|check| check.websocket = took.into());
    });
    wasm_bindgen_futures::spawn_local(async move {
        let began = browser::ticks();
        let answer = browser::fetch("/healthz", None, None).await;
        let took = answer.map(|_| browser::ticks() - began);
        known.update(|check| check.request = took.into());
    });
}

fn found(desk: Desk, phrases: &Phrases) -> Html {
    let milliseconds = |n: u64| [&*number(n), " ms"].concat();
    let tried = |tried| match tried {
        Tried::UnderWay => phrases.checking.to_owned(),
        Tried::CameThrough(took) => milliseconds(took),
        Tried::Failed => phrases.blocked.to_owned(),
    };
    let linked_by = match (desk.is_linked.get(), desk.way.get()) {
        (false, _) => phrases.not_linked,
        (true, Way::WebSocket) => phrases.websocket,
        (true, Way::LongPoll) => phrases.long_poll,
    };
    let Check { clock, links, websocket, request } = desk.check.get();
    let sign = if clock < 0 { "−" } else { "" };
    let rows = [
        (phrases.linked_by, linked_by.to_owned()),
        (phrases.websocket_echo, tried(websocket)),
        (phrases.request, tried(request)),
        (phrases.clock_difference, [sign, &*milliseconds(clock.unsigned_abs())].concat()),
        (phrases.reconnects, number(links.saturating_sub(1))),
    ];
    let row = |(term, value): (&str, String)| {
        let content = [element("dt", &[], &[text(term)]), element("dd", &[], &[text(&value)])];
        element("div", &[], &content)
    };
    let list = element("dl", &[("class", "connection-check__list")], &rows.map(row));
    element("div", &[("class", "connection-check__found"), ("role", "status")], &[list])
}
