//! Below the talk: whether the page is connected, as quietly as possible. Its line is
//! reserved, so that nothing shifts.

use super::{desk, icon::Icon};
use crate::connection::{Bar, Verdict};
use leptos::prelude::*;

#[component]
pub fn StatusLine() -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let class = move || match desk.bar.get() {
        Bar::Hidden => "status-line",
        Bar::Reconnecting { .. } => "status-line status-line--reconnecting",
        Bar::Offline { .. } | Bar::Over(_) => "status-line status-line--offline",
        Bar::BackOnline => "status-line status-line--back",
    };
    let says = move || {
        let (icon, words, seconds) = match desk.bar.get() {
            Bar::Hidden => return None,
            Bar::Reconnecting { seconds } => ("offline", phrases.reconnecting, Some(seconds)),
            Bar::Offline { seconds } => ("offline", phrases.offline, Some(seconds)),
            Bar::BackOnline => ("done", phrases.back_online, None),
            Bar::Over(Verdict::Outdated) => ("alert", phrases.reload_needed, None),
            Bar::Over(Verdict::ProtocolError) => ("alert", phrases.protocol_error, None),
        };
        let countdown = seconds.flatten().map(|seconds| (phrases.seconds)(seconds.into()));
        let try_now = seconds.is_some().then(|| {
            view! {
                <button class="button button--plain status-line__try" type="button" on:click=move |_| desk.nudge()>
                    {phrases.try_now}
                </button>
            }
        });
        Some(view! {
            <Icon name=icon />
            {words}
            " "
            <span aria-hidden="true">{countdown}</span>
            " "
            {try_now}
        })
    };
    view! {
        <div class=class>
            <p class="status-line__connection" role="status">{says}</p>
            <p class="status-line__without-script without-script">
                {phrases.without_script}
                " "
                <a href="">{phrases.refresh}</a>
            </p>
        </div>
    }
}
