//! The first page: a name, a room, and in.

use super::join_form::{JoinForm, Place};
use super::markup::{Html, element, text};
use super::preferences::preferences;
use super::{desk, is_compact};
use crate::page::{self, Theme};
use leptos::prelude::*;

#[component]
pub fn HomePage(form: page::JoinForm, theme: Option<Theme>) -> impl IntoView {
    let desk = desk();
    let phrases = desk.phrases;
    let header = Html::adopted(|| {
        let title = element("h1", &[("class", "home-page__title")], &[text(phrases.app_name)]);
        let tagline = element("p", &[("class", "home-page__tagline")], &[text(phrases.tagline)]);
        let promise = element("p", &[("class", "home-page__promise")], &[text(phrases.promise)]);
        element("header", &[], &[title, tagline, promise])
    });
    view! {
        <div class="home-page">
            {Html::adopted(|| element("div", &[("class", "home-page__door")], &[]))}
            <main class="home-page__main">
                {header}
                <JoinForm form place=Place::Home />
                {Html::adopted(|| preferences(desk.locale, theme, is_compact()))}
            </main>
        </div>
    }
}
