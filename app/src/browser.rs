//! What only a browser has: clocks, chance, storage, the reader's zone and sorting. Called
//! from effects and events alone, which do not run on the server.

mod locks;
mod telling;

pub use locks::{has_locks, hold_lock, under_lock};
pub use telling::{Permission, Told, ask_to_notify, may_notify, notify, show_unread, tell_worker};

use crate::i18n::Locale;
use crate::protocol::MessageId;
use gloo_timers::callback::Interval;
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::cmp::Ordering;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{FileList, ProgressEvent, XmlHttpRequest};

pub fn window() -> web_sys::Window {
    web_sys::window().expect("the page runs in a window")
}

pub fn document() -> web_sys::Document {
    window().document().expect("a window has a document")
}

/// The element of that id, if it is in the document and of that kind.
pub fn element<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// What a click inside an element was meant for: the `data-act` of what was pressed, and the id
/// of the element around it that fits the selector.
pub fn acted_on(event: &web_sys::MouseEvent, around: &str) -> Option<(String, String)> {
    let pressed = closest(event, "[data-act]")?;
    let id = pressed.closest(around).ok().flatten().map(|element| element.id());
    Some((pressed.get_attribute("data-act")?, id.unwrap_or_default()))
}

/// An attribute of what was pressed: of what has a `data-act`.
pub fn pressed(event: &web_sys::MouseEvent, attribute: &str) -> Option<String> {
    closest(event, "[data-act]")?.get_attribute(attribute)
}

/// The target of the link that was clicked, as it is written.
pub fn link_of(event: &web_sys::MouseEvent) -> Option<String> {
    closest(event, "a")?.get_attribute("href")
}

pub fn closest(event: &web_sys::MouseEvent, selector: &str) -> Option<web_sys::Element> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok().flatten()
}

pub fn is_popover_open(id: &str) -> bool {
    // Fails in a browser that knows no popovers, where nothing can be open.
    element::<web_sys::Element>(id).is_some_and(|it| it.matches(":popover-open").unwrap_or(false))
}

/// Opens a popover.
pub fn show_popover(id: &str) {
    if let Some(panel) = element::<web_sys::HtmlElement>(id) {
        // Fails for a panel that is open.
        let _ = panel.show_popover();
    }
}

/// Whether a key writes into a field.
pub fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| element.matches("input, textarea, select").unwrap_or(false))
}

/// Closes an open popover; nothing where there is none.
pub fn hide_popover(id: &str) {
    if let Some(panel) = element::<web_sys::HtmlElement>(id) {
        // Fails for a panel that is not open.
        let _ = panel.hide_popover();
    }
}

/// The bytes of a text in base64; `None` for anything else.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    // One character for each byte, none above U+00FF.
    Some(window().atob(text).ok()?.chars().map(|c| c as u8).collect())
}

/// A text in lower case, as Unicode has it.
pub fn lower_case(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// Whether someone is looking at this tab.
pub fn is_looked_at() -> bool {
    let document = document();
    !document.hidden() && document.has_focus().unwrap_or(true)
}

/// Whether the main pointer is a finger.
pub fn is_coarse() -> bool {
    matches("(pointer: coarse)")
}

/// Whether the reader's system asks for less motion.
pub fn wants_less_motion() -> bool {
    matches("(prefers-reduced-motion: reduce)")
}

fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|media| media.matches())
}

/// Whether the focus is free to take.
pub fn nothing_has_focus() -> bool {
    let document = document();
    match (document.active_element(), document.body()) {
        (Some(active), Some(body)) => *body == active,
        _ => true,
    }
}

/// Copies a text. Over plain http browsers have no clipboard: there it is shown, to be copied by
/// hand, and nothing is copied yet.
pub fn copy(text: &str, words: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    let can_copy = !clipboard.is_undefined();
    if can_copy {
        let _ = clipboard.write_text(text);
    } else {
        let _ = window().prompt_with_message_and_default(words, text);
    }
    can_copy
}

/// Takes the focus from whatever has it.
pub fn release_focus() {
    let focused = document().active_element().map(JsCast::dyn_into::<web_sys::HtmlElement>);
    if let Some(Ok(focused)) = focused {
        // Fails only for what is not in the document any more.
        let _ = focused.blur();
    }
}

/// Milliseconds since 1970, by the reader's clock.
pub fn now() -> u64 {
    js_sys::Date::now() as u64
}

/// Milliseconds by a clock that never goes back.
pub fn ticks() -> u64 {
    window().performance().map_or_else(now, |performance| performance.now() as u64)
}

/// Uniform in 0..1.
pub fn random() -> f64 {
    js_sys::Math::random()
}

pub fn fresh_id() -> MessageId {
    let mut random = [0; 10];
    let crypto = window().crypto().expect("every browser with wasm has crypto");
    // Fails only above 65,536 bytes.
    let _ = crypto.get_random_values_with_u8_array(&mut random);
    MessageId::new(now(), random)
}

/// The reader's zone at that time, in minutes ahead of UTC; summer time included.
pub fn offset_minutes(unix_millis: u64) -> i32 {
    let date = js_sys::Date::new(&JsValue::from_f64(unix_millis as f64));
    -(date.get_timezone_offset() as i32)
}

/// Compares names as readers of that language sort them.
pub fn collator(locale: Locale) -> impl Fn(&str, &str) -> Ordering + Clone {
    let locales = Array::of1(&JsValue::from_str(locale.tag()));
    let compare: Function = js_sys::Intl::Collator::new(&locales, &Object::new()).compare();
    move |a: &str, b: &str| {
        let order = compare.call2(&JsValue::NULL, &a.into(), &b.into());
        order
            .ok()
            .and_then(|order| order.as_f64())
            .map_or_else(|| a.cmp(b), |order| order.total_cmp(&0.0))
    }
}

/// What becomes of a file on its way.
pub enum Sent {
    /// So much of a hundred has gone out.
    Percent(u32),
    /// The status, and the body.
    Answered(u16, String),
    /// It did not arrive, or the answer did not.
    Lost,
}

/// Posts a file, and tells how it goes. `fetch` does not tell that.
pub fn send_file(
    to: &str,
    file: &web_sys::File,
    tell: impl Fn(Sent) + Clone + 'static,
) -> Option<XmlHttpRequest> {
    let request = XmlHttpRequest::new().ok()?;
    request.open("POST", to).ok()?;
    let going = tell.clone();
    let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        going(Sent::Percent((event.loaded() * 100.0 / event.total().max(1.0)) as u32));
    });
    let (answered, lost) = (request.clone(), tell.clone());
    let load = Closure::<dyn Fn()>::new(move || {
        let answer = answered.response_text().ok().flatten().unwrap_or_default();
        tell(Sent::Answered(answered.status().unwrap_or(0), answer));
    });
    let error = Closure::<dyn Fn()>::new(move || lost(Sent::Lost));
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    }
    request.set_onload(Some(load.as_ref().unchecked_ref()));
    request.set_onerror(Some(error.as_ref().unchecked_ref()));
    // They live as long as the page: a few bytes for each file.
    progress.forget();
    load.forget();
    error.forget();
    request.send_with_opt_blob(Some(file)).ok()?;
    Some(request)
}

/// The files of a list, as a field or a clipboard has it.
pub fn files(list: Option<FileList>) -> Vec<web_sys::File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.get(index)).collect()
}

/// What was dropped.
pub fn files_of(event: &web_sys::DragEvent) -> Vec<web_sys::File> {
    files(event.data_transfer().and_then(|data| data.files()))
}

/// Whether files are being dragged: what they are is told only when they are dropped.
pub fn has_files(event: &web_sys::DragEvent) -> bool {
    let Some(data) = event.data_transfer() else { return false };
    data.types().includes(&"Files".into(), 0)
}

/// The whole address of a path of this server.
pub fn absolute(path: &str) -> String {
    [&*window().location().origin().unwrap_or_default(), path].concat()
}

fn sharing() -> Option<Function> {
    Reflect::get(&window().navigator(), &"share".into()).ok()?.dyn_into().ok()
}

/// Whether the system has a sheet from which a link can be sent on.
pub fn can_share() -> bool {
    sharing().is_some()
}

/// Opens that sheet. Nothing becomes of it if the reader changes their mind.
pub fn share_link(title: &str, url: &str) {
    let Some(share) = sharing() else { return };
    let what = object(&[("title", title), ("url", url)]);
    if let Ok(promise) = share.call1(&window().navigator(), &what) {
        await_in_vain(promise);
    }
}

fn object(fields: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in fields {
        let _ = Reflect::set(&object, &(*key).into(), &(*value).into());
    }
    object
}

/// Lets a promise fail that it does not matter of.
fn await_in_vain(promise: JsValue) {
    let promise: Promise = promise.unchecked_into();
    wasm_bindgen_futures::spawn_local(async move {
        let _ = JsFuture::from(promise).await;
    });
}

/// The row that the address names, if it names one.
pub fn named_row() -> Option<String> {
    let hash = window().location().hash().ok()?;
    hash.strip_prefix('#').filter(|id| id.starts_with("message-")).map(str::to_owned)
}

/// The place in the room that the address names by its number: what is there may be far from what
/// is loaded. Taken once; the address forgets it.
pub fn take_named_place() -> Option<u64> {
    let location = window().location();
    let place = location.hash().ok()?.strip_prefix("#at-")?.parse().ok()?;
    let path = location.pathname().ok()?;
    let _ = window().history().ok()?.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    Some(place)
}

/// Leaves a cookie that the server reads with the next page.
pub fn set_cookie(name: &str, value: &str) {
    let document: web_sys::HtmlDocument = document().unchecked_into();
    let value: String = js_sys::encode_uri_component(value).into();
    let cookie = [name, "=", &value, "; Path=/; Max-Age=31536000; SameSite=Lax"].concat();
    // A browser that takes no cookies loses a convenience.
    let _ = document.set_cookie(&cookie);
}

/// The storage that outlives the tab; `None` where the browser forbids it.
pub fn local_storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The storage that a reload keeps and the tab's end does not.
pub fn session_storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

/// What the tabs of one browser tell each other by.
const ROOMS: &str = "sarangbang.rooms";

/// Tells the other tabs that one is in other rooms now.
pub fn tell_tabs() {
    if let Some(storage) = local_storage() {
        let _ = storage.set_item(ROOMS, &fresh_id().to_string());
    }
}

/// Whether another tab told so.
pub fn is_about_rooms(event: &web_sys::StorageEvent) -> bool {
    event.key().as_deref() == Some(ROOMS)
}

/// Does something so much later.
pub fn after(wait: Duration, act: impl FnOnce() + 'static) {
    let (act, wait) = (once(Box::new(act)), wait.as_millis() as i32);
    // Fails only outside of a browser.
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&act, wait);
}

/// Does something again and again, as long as the page lives.
pub fn every(pause: Duration, act: impl FnMut() + 'static) {
    Interval::new(pause.as_millis() as u32, act).forget();
}

/// Does something before the next frame is drawn.
pub fn with_next_frame(act: impl FnOnce() + 'static) {
    // Fails only outside of a browser.
    let _ = window().request_animation_frame(&once(Box::new(act)));
}

/// To be called once, and freed with that: what is forgotten would stay.
fn once(act: Box<dyn FnOnce()>) -> Function {
    Closure::once_into_js(act).unchecked_into()
}

/// All keys of a storage.
pub fn keys(storage: &web_sys::Storage) -> Vec<String> {
    let length = storage.length().unwrap_or(0);
    let mut keys = Vec::new();
    for index in 0..length {
        keys.extend(storage.key(index).ok().flatten());
    }
    keys
}

/// The body of what this server answers to a GET, or to a POST of these bytes; `None` unless
/// that is a success.
pub async fn fetch(
    path: &str,
    body: Option<&[u8]>,
    until: Option<&web_sys::AbortSignal>,
) -> Option<Vec<u8>> {
    let options = web_sys::RequestInit::new();
    options.set_signal(until);
    if let Some(body) = body {
        let headers = web_sys::Headers::new().ok()?;
        headers.append("content-type", "application/octet-stream").ok()?;
        options.set_method("POST");
        options.set_headers(&headers);
        options.set_body(&js_sys::Uint8Array::from(body));
    }
    let answer = window().fetch_with_str_and_init(path, &options);
    let answer: web_sys::Response = JsFuture::from(answer).await.ok()?.unchecked_into();
    if !answer.ok() {
        return None;
    }
    let body = JsFuture::from(answer.array_buffer().ok()?).await.ok()?;
    Some(js_sys::Uint8Array::new(&body).to_vec())
}
