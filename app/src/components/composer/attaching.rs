//! The files that go with what one writes.

use super::super::icon::icon;
use super::super::lines::Line;
use super::super::markup::{Html, element, text, void};
use super::super::part::{Part, part};
use super::super::room_page::desk::Desk;
use super::super::room_page::desk::uploads::{State, Upload, going_with};
use super::super::room_page::open_room::OpenRoom;
use crate::browser;
use crate::i18n::{Phrases, size};
use web_sys::HtmlInputElement;

const FIELD: &str = "composer-files";

/// What picks files, from the disk or by the camera. Nothing where there are none.
pub fn button(limit: u64, phrases: &Phrases) -> Html {
    let field = [
        ("class", "visually-hidden"),
        ("type", "file"),
        ("multiple", ""),
        ("id", FIELD),
        ("aria-label", phrases.attach),
    ];
    let mut attributes = vec![
        ("class", "button button--plain button--icon composer__attach needs-script"),
        ("title", phrases.attach),
    ];
    if limit == 0 {
        attributes.push(("hidden", ""));
    }
    element("label", &attributes, &[icon("attach"), void("input", &field)])
}

/// Takes what was picked.
pub fn picked(room: OpenRoom, desk: Desk) {
    let Some(field) = browser::element::<HtmlInputElement>(FIELD) else { return };
    let files = browser::files(field.files());
    // The text has changed, and the focus is on its way to elsewhere.
    if files.is_empty() {
        return;
    }
    desk.attach(room, files);
    // The same may be picked once more.
    field.set_value("");
    super::focus();
}

pub fn files(room: OpenRoom, phrases: &'static Phrases) -> Part {
    part("ul", &[("class", "composer__files")]).lines(move || {
        let line = |upload: &Upload| {
            let state = match &upload.state {
                State::Sending(percent) => [&*percent.to_string(), "%"].concat(),
                State::Done(file) => size(file.bytes),
                State::Failed(why) => why.clone().unwrap_or_else(|| phrases.not_arrived.to_owned()),
            };
            let (id, upload) = (["file-", &upload.key.to_string()].concat(), upload.clone());
            let key = [&*id, &state].join("/");
            Line { key, draw: Box::new(move || chip(&upload, &id, &state, phrases)) }
        };
        room.uploads.with(|uploads| going_with(uploads, None).map(line).collect())
    })
}

fn chip(upload: &Upload, id: &str, state: &str, phrases: &Phrases) -> Html {
    let button = |act: &str, label: &str| {
        let attributes = [
            ("class", "button button--plain button--small button--icon"),
            ("type", "button"),
            ("data-act", act),
            ("aria-label", label),
            ("title", label),
        ];
        element("button", &attributes, &[icon(if act == "detach" { "close" } else { "retry" })])
    };
    let has_failed = matches!(upload.state, State::Failed(_));
    let class = if has_failed { "composer__file composer__file--failed" } else { "composer__file" };
    let mut content = vec![
        element("bdi", &[("class", "composer__file-name")], &[text(&upload.name)]),
        element("small", &[], &[text(state)]),
    ];
    if has_failed && upload.may_be_sent() {
        content.push(button("upload", phrases.retry));
    }
    content.push(button("detach", phrases.detach));
    element("li", &[("class", class), ("id", id)], &content)
}

/// What was pressed at a file; `false` if it was something else.
pub fn act(room: OpenRoom, desk: Desk, act: &str, id: &str) -> bool {
    let Some(key) = id.strip_prefix("file-").and_then(|key| key.parse().ok()) else {
        return false;
    };
    match act {
        "upload" => desk.upload(room, key),
        _ => desk.detach(room, key),
    }
    true
}
