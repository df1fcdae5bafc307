//! Calling others into the room: its link, to copy or to send on, and as a picture for whoever
//! sits nearby. The browser opens the panel by itself, the server draws the picture.

use super::icon::icon;
use super::markup::{Html, element, text, void};
use super::panel;
use super::part::{Part, part};
use super::room_page::desk::Desk;
use super::room_page::{open_room::OpenRoom, path};
use crate::browser;
use crate::i18n::Phrases;
use std::time::Duration;
use web_sys::MouseEvent;

/// The panel's id, by which the button opens it.
const ID: &str = "share";

/// How long the page says that a link was copied.
const COPIED: Duration = Duration::from_secs(2);

/// What opens the panel.
pub fn open(phrases: &Phrases) -> Html {
    let attributes = [
        ("class", "button button--plain"),
        ("type", "button"),
        ("popovertarget", ID),
        ("aria-label", phrases.share),
    ];
    let words = element("span", &[("class", "room-page__action-text")], &[text(phrases.share)]);
    element("button", &attributes, &[icon("link"), words])
}

pub fn panel(room: OpenRoom, desk: Desk) -> Part {
    let phrases = desk.phrases;
    let path = path(&room.key());
    let content = content(&path, phrases);
    let act = move |event: MouseEvent| match browser::acted_on(&event, "body") {
        Some((act, _)) if act == "send" => {
            let title = room.title.peek();
            browser::share_link(&title, &browser::absolute(&path));
        }
        Some(_) => copy(desk, &path),
        None => {}
    };
    part("div", &panel::attributes(ID, "panel share", "share-title")).on("click", act).html(content)
}

fn content(path: &str, phrases: &Phrases) -> Html {
    let picture = [path, "/qr.svg"].concat();
    let image = [
        ("class", "share__picture"),
        ("src", &*picture),
        ("alt", phrases.qr),
        ("width", "240"),
        ("height", "240"),
        ("loading", "lazy"),
    ];
    let settings = [path, "/settings"].concat();
    let link = [("href", &*picture), ("target", "_blank")];
    let button = |act: &str, picture: &str, words: &str, class: &str| {
        let attributes = [("class", class), ("type", "button"), ("data-act", act)];
        element("button", &attributes, &[icon(picture), text(words)])
    };
    let content = [
        element("h2", &[("id", "share-title")], &[text(phrases.share_title)]),
        panel::close(ID, "panel__close", phrases.close),
        element("a", &link, &[void("img", &image)]),
        button("copy", "link", phrases.copy_link, "button button--action needs-script"),
        // Shown where there is something to send it with.
        button("send", "send", phrases.send_link, "button share__send"),
        element(
            "a",
            &[("class", "share__settings"), ("href", &settings)],
            &[text(phrases.settings)],
        ),
    ];
    element("div", &[("class", "panel__content")], &content)
}

/// Copies the link to a path, and says so for a moment.
pub fn copy(desk: Desk, path: &str) {
    if !browser::copy(&browser::absolute(path), desk.phrases.copy_link) {
        return;
    }
    desk.is_copied.set(true);
    browser::after(COPIED, move || desk.is_copied.set(false));
}
