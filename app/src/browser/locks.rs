//! Locks that all tabs of this origin see (Web Locks).

use super::window;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request_lock(name: &str, options: &Object, granted: &Function) -> Result<Promise, JsValue>;
}

/// Whether the browser has locks: over plain http it has none.
pub fn has_locks() -> bool {
    Reflect::has(&window().navigator(), &"locks".into()).unwrap_or(false)
}

/// Does something under a lock, if nobody holds it.
pub fn under_lock(name: &str, act: impl FnOnce() + 'static) {
    let granted = Closure::once_into_js(move |lock: JsValue| {
        if !lock.is_null() {
            act();
        }
    });
    // Fails where there are no locks.
    let _ = request_lock(name, &if_available(), granted.unchecked_ref());
}

fn if_available() -> Object {
    let options = Object::new();
    // Fails only for what is no object.
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    options
}

/// Takes a lock that all tabs of this origin see, and holds it until the tab ends. `Some(false)`
/// if another tab holds it; `None` where the browser has no locks (a page over plain http).
pub async fn hold_lock(name: &str) -> Option<bool> {
    let options = if_available();
    let mut request = None;
    let answer = Promise::new(&mut |resolve, _| {
        let granted = Closure::once_into_js(move |lock: JsValue| {
            let is_granted = !lock.is_null();
            let _ = resolve.call1(&JsValue::NULL, &is_granted.into());
            if is_granted { Promise::new(&mut |_, _| {}).into() } else { JsValue::UNDEFINED }
        });
        request = Some(request_lock(name, &options, granted.unchecked_ref()));
    });
    // The request's own promise ends with the lock, that is with the tab.
    let _held = request?.ok()?;
    JsFuture::from(answer).await.ok()?.as_bool()
}
