//! The first page: a name, a room, and in.

use super::{
    desk,
    join_form::{JoinForm, Place},
    preferences::Preferences,
};
use crate::page::{self, Theme};
use leptos::prelude::*;

#[component]
pub fn HomePage(form: page::JoinForm, theme: Option<Theme>) -> impl IntoView {
    let phrases = desk().phrases;
    view! {
        <div class="home-page">
            <div class="home-page__door"></div>
            <main class="home-page__main">
                <header>
                    <h1 class="home-page__title">{phrases.app_name}</h1>
                    <p class="home-page__tagline">{phrases.tagline}</p>
                    <p class="home-page__promise">{phrases.promise}</p>
                </header>
                <JoinForm form place=Place::Home />
                <Preferences theme />
            </main>
        </div>
    }
}
