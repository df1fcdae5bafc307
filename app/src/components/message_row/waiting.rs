//! What becomes of a message that waits.

use super::super::icon::icon;
use super::super::markup::{Html, element, text};
use super::super::room_page::desk::Desk;
use super::super::room_page::desk::uploads::{State, Upload, going_with};
use crate::browser;
use crate::i18n::Phrases;
use crate::protocol::Refusal;
use crate::store::outbox::Delivery;
use crate::store::timeline::Pending;

/// What becomes of a message that waits, and what one can do about it.
pub struct Waiting {
    pub picture: &'static str,
    pub words: String,
    pub acts: &'static [&'static str],
}

/// What is pressed is heard by the list, which knows the row.
pub fn waits(waiting: &Waiting, phrases: &Phrases) -> Html {
    let Waiting { picture, words, acts } = waiting;
    let class = if *picture == "alert" { "message__reason" } else { "message__wait" };
    let mut content = vec![element("p", &[("class", class)], &[icon(picture), text(words)])];
    content.extend(acts.iter().map(|act| {
        let (act, words) = match *act {
            "retry" => ("retry", phrases.retry),
            "edit" => ("edit", phrases.edit),
            _ => ("delete", phrases.delete),
        };
        let attributes = [("class", "button button--small"), ("type", "button"), ("data-act", act)];
        element("button", &attributes, &[icon(act), text(words)])
    }));
    element("div", &[("class", "message__state")], &content)
}

pub fn waiting(pending: &Pending, desk: Desk) -> Waiting {
    let phrases = desk.phrases;
    let in_time = |words: &str| Waiting { picture: "clock", words: words.into(), acts: &[] };
    match &pending.delivery {
        Delivery::Failed(refusal) => Waiting {
            picture: "alert",
            words: [phrases.failed, " ", &*why(pending, refusal, desk)].concat(),
            acts: &["retry", "edit", "delete"],
        },
        Delivery::Limited { until } => {
            let seconds = until.saturating_sub(browser::ticks()).div_ceil(1000).max(1);
            in_time(&(phrases.sending_in)(seconds))
        }
        Delivery::Gathering => {
            let percent = percent(pending, desk);
            let words = match desk.is_linked.get() {
                true => [&*percent.to_string(), "% · ", phrases.sends_with_files].concat(),
                false => phrases.waiting.to_owned(),
            };
            Waiting { picture: "attach", words, acts: &["edit", "delete"] }
        }
        _ if !desk.has_seat() => in_time(phrases.waits_to_join),
        _ if desk.is_linked.get() => in_time(phrases.pending),
        _ => in_time(phrases.waiting),
    }
}

/// The server's own words for a file that it did not take are nearer than what it says of messages.
fn why(pending: &Pending, refusal: &Refusal, desk: Desk) -> String {
    let of_file = desk.current.peek().and_then(|room| {
        room.uploads.with(|uploads| {
            going_with(uploads, Some(pending.id)).find_map(|upload| match &upload.state {
                State::Failed(why) => why.clone(),
                _ => None,
            })
        })
    });
    of_file.unwrap_or_else(|| desk.phrases.refusal(refusal))
}

/// How much of a message's files has gone up.
fn percent(pending: &Pending, desk: Desk) -> u32 {
    let Some(room) = desk.current.peek() else { return 0 };
    room.uploads.with(|uploads| {
        let percents = going_with(uploads, Some(pending.id)).map(Upload::percent);
        let (sum, count) = percents.fold((0, 0), |(sum, count), one| (sum + one, count + 1));
        sum / u32::max(count, 1)
    })
}
