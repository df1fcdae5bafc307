//! Below the talk: whether the page is connected, as quietly as possible. Its line is
//! reserved, so that nothing shifts.

use super::connection_check;
use super::icon::icon;
use super::markup::{Html, element, text};
use super::part::{Part, part};
use super::room_page::desk::Desk;
use crate::connection::{Bar, Verdict, Way};
use crate::i18n::Phrases;
#[cfg(feature = "ssr")]
use leptos::prelude::use_context;
use web_sys::MouseEvent;

pub fn status_line(desk: Desk) -> Part {
    let phrases = desk.phrases;
    let class = move || match desk.bar.get() {
        Bar::Hidden => "status-line",
        Bar::Reconnecting { .. } => "status-line status-line--reconnecting",
        Bar::Offline { .. } | Bar::Over(_) => "status-line status-line--offline",
        Bar::BackOnline => "status-line status-line--back",
    };
    let seconds = move || match desk.bar.get() {
        Bar::Reconnecting { seconds } | Bar::Offline { seconds } => Some(seconds),
        _ => None,
    };
    // Counts silently: read aloud every second it would drown everything else.
    let countdown = move || {
        let seconds = seconds().flatten();
        seconds.map(|seconds| (phrases.seconds)(seconds.into())).unwrap_or_default()
    };
    let is_direct = move || {
        let is_detour = desk.way.get() == Way::LongPoll && desk.bar.get() == Bar::Hidden;
        (!is_detour).then_some("")
    };
    let typing = move || match (desk.bar.get(), desk.current.get()) {
        (Bar::Hidden, Some(room)) => {
            room.typing.with(|typing| phrases.who_is_typing(&typing.names()))
        }
        _ => String::new(),
    };
    let refresh = element("a", &[("href", "")], &[text(phrases.refresh)]);
    let without_script = element(
        "p",
        &[("class", "status-line__without-script without-script")],
        &[text(without_script(phrases)), text(" "), refresh],
    );
    let connection = [("class", "status-line__connection"), ("role", "status")];
    let wait = [("class", "status-line__wait"), ("aria-hidden", "true")];
    let try_now = [("class", "button button--plain status-line__try"), ("type", "button")];
    let detour = [
        ("class", "button button--plain status-line__detour"),
        ("type", "button"),
        ("popovertarget", connection_check::ID),
    ];
    let try_now = part("button", &try_now)
        .attribute("hidden", move || seconds().is_none().then_some(""))
        .on("click", move |_: MouseEvent| desk.nudge())
        .text(phrases.try_now);
    let detour = part("button", &detour).attribute("hidden", is_direct).text(phrases.by_long_poll);
    part("div", &[])
        .class(class)
        // Not read aloud: someone is always writing.
        .part(part("p", &[("class", "status-line__typing")]).words(typing))
        .part(part("p", &connection).drawn(move || says(desk.bar.get(), phrases)))
        .part(part("span", &wait).words(countdown))
        .part(try_now)
        .part(detour)
        .html(without_script)
}

/// Nothing appears by itself on a page of what was said before.
fn without_script(phrases: &Phrases) -> &'static str {
    #[cfg(feature = "ssr")]
    if use_context::<crate::page::Plain>().is_some_and(|plain| plain.news_after.is_none()) {
        return "";
    }
    phrases.without_script
}

fn says(bar: Bar, phrases: &Phrases) -> Html {
    let (picture, words) = match bar {
        Bar::Hidden => return element("span", &[], &[]),
        Bar::Reconnecting { .. } => ("offline", phrases.reconnecting),
        Bar::Offline { .. } => ("offline", phrases.offline),
        Bar::BackOnline => ("done", phrases.back_online),
        Bar::Over(Verdict::Outdated) => ("alert", phrases.reload_needed),
        Bar::Over(Verdict::ProtocolError) => ("alert", phrases.protocol_error),
    };
    element("span", &[("class", "status-line__says")], &[icon(picture), text(words)])
}
