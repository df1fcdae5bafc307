//! What pages of forms and links have in common: where one is, and the way back to the room. Drawn
//! by the server only.

use super::icon::icon;
use super::markup::{Html, element, text};
use crate::calendar::{Civil, civil};
use crate::i18n::{Locale, PlainPhrases};
use crate::page::Zone;

/// The page's upper edge: what the page is for, and in which room. `room`: the room's path.
pub fn header(name: &str, title: &str, room: &str, plain: &PlainPhrases) -> Html {
    let back = [
        ("class", "button button--plain"),
        ("href", room),
        ("aria-label", plain.back_to_room),
        ("title", plain.back_to_room),
    ];
    let back = element("a", &back, &[icon("back")]);
    let title = element("bdi", &[("class", "plain-page__room")], &[text(title)]);
    let title = element("h1", &[("class", "plain-page__title")], &[text(name), text(" "), title]);
    element("header", &[("class", "plain-page__header")], &[back, title])
}

/// Day and time where the reader is; labelled while that is not known.
pub fn when(at: u64, locale: Locale, zone: Zone) -> String {
    let phrases = locale.phrases();
    let Civil { date, hour, minute } = civil(at, zone.minutes);
    let day =
        (phrases.date)(date.year as i32, date.month.into(), date.day.into(), date.weekday.into());
    let time = (phrases.time)(hour.into(), minute.into());
    let time = if zone.is_known { time } else { (phrases.utc)(&time) };
    [&*day, " ", &time].concat()
}
