//! What is seen, one file per thing. Each draws state that `store` and `connection` decide;
//! `room_page` alone joins the two.

use crate::page::{Boot, View};
use leptos::either::Either;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
pub(crate) mod error_page;
mod home_page;
mod join_form;
pub mod room_page;
mod room_sidebar;
mod user_list;
mod message_list;
mod message_row;
#[cfg(feature = "ssr")]
pub(crate) mod news;
mod composer;
mod status_line;
mod preferences;
mod icon;

use room_page::desk::Desk;

/// The one root that the browser hydrates.
#[component]
pub fn App(boot: Boot) -> impl IntoView {
    let desk = Desk::new(&boot);
    provide_context(desk);
    #[cfg(feature = "ssr")]
    provide_context(boot.plain.clone());
    let build = boot.build.clone();
    // The server runs no effects: this is where the page comes to life in the browser.
    Effect::new(move |started: Option<()>| {
        if started.is_none() {
            desk.start(build.clone());
        }
    });
    match boot.view {
        View::Home(form) => Either::Left(view! { <home_page::HomePage form theme=boot.theme /> }),
        View::Room(view) => {
            let form = view.form;
            Either::Right(view! { <room_page::RoomPage form theme=boot.theme /> })
        }
    }
}

/// What every component finds its words and its room with.
pub(crate) fn desk() -> Desk {
    expect_context()
}

/// Does something as soon as what changed is drawn: before anything else happens, and before it
/// is painted.
pub(crate) fn once_drawn(act: impl FnOnce() + 'static) {
    leptos::task::spawn_local(async move {
        leptos::task::tick().await;
        act();
    });
}
