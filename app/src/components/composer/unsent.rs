//! What could not be sent, for those without script: the text as it was typed, and why. The
//! page that holds it never comes to life, so that its text area may be filled.

use super::action;
use crate::components::{desk, icon::Icon, room_page::open_room::OpenRoom, room_page::path};
use crate::page;
use crate::protocol::Refusal;
use leptos::prelude::*;

#[component]
pub fn Unsent(room: OpenRoom, unsent: page::Unsent) -> impl IntoView {
    let phrases = desk().phrases;
    let page::Unsent { text, refusal } = unsent;
    // In another tab, so that the text stays here to be sent afterwards.
    let join = (refusal == Refusal::NotJoined).then(|| {
        view! { <a href=path(&room.key()) target="_blank">{phrases.join}</a> }
    });
    view! {
        <form class="composer composer--over" id="composer" method="post" action=action(room)>
            <label class="visually-hidden" for="composer-text">{phrases.message}</label>
            <div class="composer__box">
                <textarea
                    class="composer__input"
                    id="composer-text"
                    name="text"
                    rows="3"
                    dir="auto"
                    autocomplete="off"
                    autofocus
                    aria-invalid="true"
                    aria-describedby="composer-notes"
                >
                    {escaped(&text)}
                </textarea>
                <button class="button button--action composer__send" aria-label=phrases.send>
                    <Icon name="send" />
                    <span class="composer__send-text">{phrases.send}</span>
                </button>
                <p class="composer__notes" id="composer-notes" role="alert">
                    {phrases.refusal(&refusal)}
                    " "
                    {join}
                </p>
            </div>
        </form>
    }
}

/// leptos takes what stands in a text area as it is (a test sees that it does), and HTML ends
/// one at the first `</textarea>`.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
