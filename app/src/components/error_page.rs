//! No page here, in words that help.

use super::icon::mark;
use crate::i18n::Locale;
use crate::page::Problem;
use crate::protocol::Refusal;
use leptos::prelude::*;

#[component]
pub fn ErrorPage(problem: Problem, locale: Locale) -> impl IntoView {
    let phrases = locale.phrases();
    let (there, words) = match problem {
        // The page that one wanted, or the one its form was on.
        Problem::Offline => ("", phrases.older_retry),
        _ => ("/", phrases.back_home),
    };
    let (title, text) = match problem {
        Problem::NotFound => (phrases.not_found_title, phrases.not_found.to_owned()),
        Problem::ForeignForm => (phrases.foreign_form_title, phrases.foreign_form.to_owned()),
        Problem::Offline => (phrases.plain.offline_title, phrases.plain.offline.to_owned()),
        Problem::Refused(Refusal::BadRoom) => (phrases.bad_room_title, phrases.bad_room.to_owned()),
        Problem::Refused(Refusal::Unavailable) => {
            (phrases.server_error_title, phrases.server_error.to_owned())
        }
        Problem::Refused(refusal) => (phrases.server_error_title, phrases.refusal(&refusal)),
    };
    view! {
        <main class="error-page">
            {mark()}
            <h1 class="error-page__title">{title}</h1>
            <p class="error-page__text">{text}</p>
            <a class="button button--action" href=there>{words}</a>
        </main>
    }
}
