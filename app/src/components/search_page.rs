//! Looking for what was said in a room. Drawn by the server only: each hit leads to its message
//! in the room.

use super::icon::icon;
use super::markup::{Html, element, text, void};
use super::message_row::{initial, tint};
use super::plain_page::{header, when};
use super::room_page::{encode, path};
use crate::i18n::{Locale, PlainPhrases};
use crate::page::{QUERY, Search, Terms, Zone};
use crate::protocol::{Message, span};
use leptos::prelude::*;

/// Characters of a message that are shown before the first hit, and in all.
const BEFORE: usize = 60;
const SHOWN: usize = 280;

#[component]
pub fn SearchPage(search: Search, locale: Locale, zone: Zone) -> impl IntoView {
    let plain = &locale.phrases().plain;
    let room = path(&search.room);
    let mut content =
        vec![header(plain.search, &search.title, &room, plain), form(&search, &room, plain)];
    content.extend(found(&search, &room, locale, zone));
    element("main", &[("class", "plain-page search-page")], &content)
}

fn form(search: &Search, room: &str, plain: &PlainPhrases) -> Html {
    let (limit, action) = (QUERY.to_string(), [room, "/search"].concat());
    let field = [
        ("class", "field__input search-page__field"),
        ("type", "search"),
        ("name", "q"),
        ("value", &*search.query),
        ("maxlength", &*limit),
        ("aria-label", plain.search_words),
        ("placeholder", plain.search_words),
        ("autocomplete", "off"),
        ("enterkeyhint", "search"),
        ("required", ""),
        ("autofocus", ""),
    ];
    // Who came to read hits reads them.
    let field = if search.asked.is_some() { &field[..field.len() - 1] } else { &field };
    let button = [("class", "button button--action")];
    let button = element("button", &button, &[icon("search"), text(plain.search)]);
    let attributes = [("class", "search-page__form"), ("role", "search"), ("action", &*action)];
    element("form", &attributes, &[void("input", field), button])
}

/// How many there are, the hits, and the way to older ones.
fn found(search: &Search, room: &str, locale: Locale, zone: Zone) -> Vec<Html> {
    let plain = &locale.phrases().plain;
    let line = |words: &str| element("p", &[("class", "search-page__count")], &[text(words)]);
    let Some((terms, found)) = &search.asked else { return vec![line(plain.search_hint)] };
    let (count, further) = (found.messages.len() as u64, found.further);
    let words = match (count, further) {
        (0, _) => (plain.no_hits)(&search.query),
        (count, None) if search.before.is_none() => (plain.hits)(count),
        (count, _) => (plain.some_hits)(count),
    };
    let hits: Vec<Html> =
        found.messages.iter().map(|message| hit(message, terms, room, locale, zone)).collect();
    let mut content = vec![line(&words), element("ol", &[("class", "search-page__hits")], &hits)];
    if let Some(before) = further {
        let query = encode(&search.query);
        let href = [room, "/search?q=", &query, "&before=", &before.to_string()].concat();
        let link = [("class", "button button--plain"), ("href", &*href)];
        content.push(element("p", &[], &[element("a", &link, &[text(plain.older_hits)])]));
    }
    content
}

fn hit(message: &Message, terms: &Terms, room: &str, locale: Locale, zone: Zone) -> Html {
    let sign = [("class", "initial"), ("aria-hidden", "true")];
    let sign = element("span", &sign, &[text(&initial(&message.username))]);
    let author = element("bdi", &[("class", "search-page__author")], &[text(&message.username)]);
    let when = element(
        "span",
        &[("class", "search-page__when")],
        &[text(&when(message.created_at, locale, zone))],
    );
    let words = element(
        "span",
        &[("class", "search-page__words"), ("dir", "auto")],
        &words(message, terms),
    );
    let href = [room, "/", &message.seq.to_string()].concat();
    let class = ["search-page__hit ", tint(message.user_id)].concat();
    let link = [("class", &*class), ("href", &*href)];
    element("li", &[], &[element("a", &link, &[sign, author, text(" "), when, words])])
}

/// The part of the text in which the first hit is, in one line, with all hits marked.
fn words(message: &Message, terms: &Terms) -> Vec<Html> {
    let said = match &*message.spans {
        [] => message.text.clone(),
        spans => span::plain(spans),
    };
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = terms
        .mark(&said)
        .first()
        .filter(|(_, is_hit)| !is_hit)
        .map_or(0, |(words, _)| words.chars().count());
    let skipped = first.saturating_sub(BEFORE);
    let part: String = said.chars().skip(skipped).take(SHOWN).collect();
    let is_cut = skipped + SHOWN < said.chars().count();
    let mut words = Vec::new();
    words.extend((skipped > 0).then(|| text("…")));
    words.extend(terms.mark(&part).into_iter().map(|(piece, is_hit)| match is_hit {
        true => element("mark", &[], &[text(piece)]),
        false => text(piece),
    }));
    words.extend(is_cut.then(|| text("…")));
    words
}
