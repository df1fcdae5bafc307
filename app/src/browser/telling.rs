//! Telling of something outside the page's window: notifications, the worker that shows them where
//! pages may not, the tab's icon and the system's badge.

use super::{await_in_vain, document, object, window};
use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// Whether the browser lets the page tell of something outside its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Granted,
    /// Not asked yet.
    Unasked,
    /// Forbidden by the reader or by the browser, or not known to it.
    Denied,
}

pub fn may_notify() -> Permission {
    if !Reflect::has(&window(), &"Notification".into()).unwrap_or(false) {
        return Permission::Denied;
    }
    match Notification::permission() {
        NotificationPermission::Granted => Permission::Granted,
        NotificationPermission::Default => Permission::Unasked,
        _ => Permission::Denied,
    }
}

/// Asks for that, if it was not asked yet; then does something.
pub fn ask_to_notify(then: impl FnOnce() + 'static) {
    if may_notify() != Permission::Unasked {
        return then();
    }
    let Ok(answer) = Notification::request_permission() else { return then() };
    wasm_bindgen_futures::spawn_local(async move {
        let _ = JsFuture::from(answer).await;
        then();
    });
}

/// What one is told while one looks elsewhere.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    pub title: &'a str,
    pub body: &'a str,
    /// Of one tag there is one notification, whoever tells.
    pub tag: &'a str,
    /// Where it leads.
    pub path: &'a str,
    pub with_sound: bool,
}

pub fn notify(told: Told, when_clicked: impl FnOnce() + 'static) {
    if may_notify() != Permission::Granted {
        return;
    }
    let Told { title, body, tag, path, with_sound } = told;
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(tag);
    options.set_icon("/icon-192.png");
    options.set_silent(Some(!with_sound));
    let Ok(notification) = Notification::new_with_options(title, &options) else {
        // Browsers on phones leave this to workers.
        let sound = if with_sound { "yes" } else { "" };
        let told = [("title", title), ("body", body), ("path", path), ("sound", sound)];
        return tell_worker(&[&[("what", "tell")], &told[..]].concat());
    };
    let clicked = {
        let notification = notification.clone();
        Closure::once_into_js(move || {
            notification.close();
            when_clicked();
        })
    };
    notification.set_onclick(Some(clicked.unchecked_ref()));
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "serviceWorker", "controller"], js_name = postMessage, catch)]
    fn post_to_worker(message: &Object) -> Result<(), JsValue>;
}

/// Asks the page's worker (sw.js) for something. Where there is none, as over plain http, nothing
/// becomes of it.
pub fn tell_worker(message: &[(&str, &str)]) {
    let _ = post_to_worker(&object(message));
}

/// Shows in the tab's icon, and in the system's for an installed page, how much is unread.
pub fn show_unread(count: u64) {
    let icon = document().query_selector("link[rel=icon]").ok().flatten();
    if let Some(icon) = icon {
        let href = if count > 0 { "/favicon-unread.svg" } else { "/favicon.svg" };
        let _ = icon.set_attribute("href", href);
    }
    let navigator = window().navigator();
    let set = Reflect::get(&navigator, &"setAppBadge".into());
    if let Some(set) = set.ok().and_then(|set| set.dyn_into::<Function>().ok()) {
        // 0 takes it away. Who has not installed the page has no badge, and no harm is done.
        if let Ok(promise) = set.call1(&navigator, &JsValue::from_f64(count as f64)) {
            await_in_vain(promise);
        }
    }
}
