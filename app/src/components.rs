//! What is seen, one file per thing. Each draws state that `store` and `connection` decide;
//! `room_page` alone joins the two.

use crate::page::{Boot, View};
#[cfg(feature = "ssr")]
use leptos::prelude::{provide_context, use_context};
use part::Part;
use web_sys::Element;

#[cfg(feature = "ssr")]
pub mod error_page;
mod home_page;
mod join_form;
pub mod room_page;
mod room_sidebar;
mod user_list;
mod message_list;
mod message_row;
#[cfg(feature = "ssr")]
pub(crate) mod news;
#[cfg(feature = "ssr")]
pub mod choices_page;
#[cfg(feature = "ssr")]
mod plain_page;
#[cfg(feature = "ssr")]
pub mod search_page;
#[cfg(feature = "ssr")]
pub mod settings_page;
#[cfg(feature = "ssr")]
pub mod export_page;
#[cfg(feature = "ssr")]
pub(crate) mod viewer;
mod composer;
mod status_line;
mod connection_check;
mod preferences;
mod panel;
mod bell;
mod keys;
mod share;
mod lines;
pub(crate) mod icon;
mod markup;
mod part;
mod live;

use room_page::desk::Desk;

/// The one root: what the server draws and the browser brings to life.
pub fn app(boot: Boot) -> Part {
    let desk = Desk::new(&boot);
    #[cfg(feature = "ssr")]
    provide_context(boot.plain.clone());
    // The server runs no effects: this is where the page comes to life in the browser.
    let mut build = Some(boot.build.clone());
    live::effect(move || {
        if let Some(build) = build.take() {
            desk.start(build);
        }
    });
    let (theme, room) = (boot.theme, desk.current.peek());
    let form = match boot.view {
        View::Room(room) => room.form,
        View::Home(form) => form,
    };
    match room {
        Some(first) => room_page::room_page(desk, first, form, theme),
        None => home_page::home_page(form, theme, desk),
    }
}

/// Brings to life what the server drew from the same boot.
pub fn adopt(page: &Element, boot: Boot) {
    part::adopt(page, || app(boot));
}

/// Whether the reader wants more in less space; only the server needs to know.
fn is_compact() -> bool {
    #[cfg(feature = "ssr")]
    return use_context::<crate::page::Plain>().is_some_and(|plain| plain.is_compact);
    #[cfg(not(feature = "ssr"))]
    false
}

/// Does something as soon as what changed is drawn: before anything else happens, and before it
/// is painted.
pub(crate) fn once_drawn(act: impl FnOnce() + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        any_spawner::Executor::tick().await;
        act();
    });
}
