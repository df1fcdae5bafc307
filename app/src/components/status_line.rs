//! Below the talk: whether the page is connected, as quietly as possible. Its line is
//! reserved, so that nothing shifts.

use super::desk;
use super::icon::icon;
use super::live::drawn;
use super::markup::{Html, element, text};
use crate::connection::{Bar, Verdict, Way};
use crate::i18n::Phrases;
use leptos::prelude::*;

#[component]
pub fn StatusLine() -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let class = drawn(move || match desk.bar.get() {
        Bar::Hidden => "status-line",
        Bar::Reconnecting { .. } => "status-line status-line--reconnecting",
        Bar::Offline { .. } | Bar::Over(_) => "status-line status-line--offline",
        Bar::BackOnline => "status-line status-line--back",
    });
    let says = drawn(move || says(desk.bar.get(), phrases));
    let seconds = move || match desk.bar.get() {
        Bar::Reconnecting { seconds } | Bar::Offline { seconds } => Some(seconds),
        _ => None,
    };
    // Counts silently: read aloud every second it would drown everything else.
    let countdown = drawn(move || {
        let seconds = seconds().flatten();
        seconds.map(|seconds| (phrases.seconds)(seconds.into())).unwrap_or_default()
    });
    let is_connected = drawn(move || seconds().is_none().then_some(""));
    let is_direct = drawn(move || {
        let is_detour = desk.way.get() == Way::LongPoll && desk.bar.get() == Bar::Hidden;
        (!is_detour).then_some("")
    });
    let typing = drawn(move || match (desk.bar.get(), desk.current.get()) {
        (Bar::Hidden, Some(room)) => {
            room.typing.with(|typing| phrases.who_is_typing(&typing.names()))
        }
        _ => String::new(),
    });
    let refresh = element("a", &[("href", "")], &[text(phrases.refresh)]);
    let without_script = element(
        "p",
        &[("class", "status-line__without-script without-script")],
        &[text(without_script(phrases)), text(" "), refresh],
    );
    view! {
        <div class=class>
            // Not read aloud: someone is always writing.
            <p class="status-line__typing">{typing}</p>
            <p class="status-line__connection" role="status">{says}</p>
            <span class="status-line__wait" aria-hidden="true">{countdown}</span>
            <button
                class="button button--plain status-line__try"
                type="button"
                hidden=is_connected
                on:click=move |_| desk.nudge()
            >
                {phrases.try_now}
            </button>
            <button
                class="button button--plain status-line__detour"
                type="button"
                popovertarget="connection-check"
                hidden=is_direct
            >
                {phrases.by_long_poll}
            </button>
            {without_script}
        </div>
    }
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
