//! The HTML around the page.

#![cfg(feature = "ssr")]

use super::{Boot, Theme, View};
use crate::components::{app, icon::SPRITE, news::News, viewer::viewer};
use crate::i18n::Locale;
use crate::protocol::Codec;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use leptos::prelude::*;

/// A page that comes to life. The boot script carries the build in its own address and loads
/// the rest under it, so that no script stands in the page itself.
#[component]
pub fn Document(boot: Boot) -> impl IntoView {
    let phrases = boot.locale.phrases();
    // A page of older messages is read as it is: it neither lives nor needs to. One that keeps
    // a refused text is only seen without script.
    let (title, is_live) = match &boot.view {
        View::Home(_) => (phrases.home_title.to_owned(), true),
        View::Room(room) => (
            (phrases.room_title)(&room.snapshot.title, 0),
            !room.is_older && boot.plain.unsent.is_none(),
        ),
    };
    let version = boot.build.clone();
    let density = boot.plain.is_compact.then_some("compact");
    let script = is_live.then(|| versioned("/boot.js", &version));
    let module = is_live.then(|| versioned("/pkg/sarangbang.js", &version));
    let viewer = (is_live && matches!(boot.view, View::Room(_))).then(|| viewer(phrases));
    let data = is_live.then(|| BASE64.encode(Codec::Postcard.encode(&boot)));
    view! {
        <!DOCTYPE html>
        <html lang=boot.locale.tag() data-theme=boot.theme.map(Theme::tag) data-density=density>
            <head>
                <Head title locale=boot.locale version />
                {module.map(|href| view! { <link rel="modulepreload" href=href /> })}
                {script.map(|src| view! { <script type="module" src=src></script> })}
            </head>
            <body>
                {app(boot.clone()).into_html()}
                {viewer}
                {data.map(|data| view! { <script type="text/plain" id="boot">{data}</script> })}
                <div hidden inner_html=SPRITE></div>
            </body>
        </html>
    }
}

/// The frame with what is new, for those without script. Its response says when it loads anew.
#[component]
pub fn NewsDocument(boot: Boot) -> impl IntoView {
    let title = boot.locale.phrases().conversation.to_owned();
    view! {
        <!DOCTYPE html>
        <html lang=boot.locale.tag() data-theme=boot.theme.map(Theme::tag)>
            <head>
                <Head title locale=boot.locale version=boot.build.clone() />
                // What is followed here opens instead of the page around it.
                <base target="_top" />
            </head>
            <body>
                <News boot=boot.clone() />
            </body>
        </html>
    }
}

/// A document of plain forms and links, without script.
#[component]
pub fn PlainDocument(
    title: String,
    version: String,
    locale: Locale,
    theme: Option<Theme>,
    children: Children,
) -> impl IntoView {
    let name = locale.phrases().app_name;
    let title = if title.is_empty() { name.into() } else { [&*title, " · ", name].concat() };
    view! {
        <!DOCTYPE html>
        <html lang=locale.tag() data-theme=theme.map(Theme::tag)>
            <head>
                <Head title locale version />
            </head>
            <body>
                {children()}
                <div hidden inner_html=SPRITE></div>
            </body>
        </html>
    }
}

/// What every document of the house says about itself.
#[component]
pub fn Head(title: String, locale: Locale, version: String) -> impl IntoView {
    view! {
        <meta charset="utf-8" />
        <meta
            name="viewport"
            content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
        />
        <meta name="theme-color" content="#6b4a31" />
        <title>{title}</title>
        <meta name="description" content=locale.phrases().tagline />
        <meta name="robots" content="noindex" />
        <link rel="stylesheet" href=versioned("/pkg/sarangbang.css", &version) />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="apple-touch-icon" href="/icon-192.png" />
        <link rel="manifest" href="/manifest.webmanifest" />
    }
}

fn versioned(path: &str, version: &str) -> String {
    format!("{path}?v={version}")
}
