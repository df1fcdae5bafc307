//! What the page draws again when it changes.
//!
//! leptos compiles its signals and effects anew for every type they hold: in the page's program
//! that was a third of all code. Here the value is a plain cell, a trigger without a type tells of
//! changes, and one effect runs any act.

#[cfg_attr(feature = "ssr", path = "live/on_server.rs")]
#[cfg_attr(not(feature = "ssr"), path = "live/in_browser.rs")]
mod keeping;

pub use keeping::{Local, Value, local};
pub use reactive_graph::graph::untrack;

use crate::browser;
use atomic_refcell::AtomicRefCell;
use reactive_graph::effect::RenderEffect;
use reactive_graph::graph::{Subscriber, ToAnySubscriber};
use reactive_graph::signal::ArcTrigger;
use reactive_graph::traits::{Notify, Track};
use std::cell::{OnceCell, RefCell};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasm_bindgen_futures::spawn_local;

/// A value that tells who reads it when it changes. A handle; copies are the same value.
pub struct Live<T: 'static>(keeping::Handle<T>);

struct Slot<T> {
    /// Borrowed while someone reads or changes it, which never waits: an update that reads its
    /// own value is a mistake, and stops the page.
    value: AtomicRefCell<T>,
    changed: ArcTrigger,
    /// Whether the next frame will tell of a change.
    is_due: AtomicBool,
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Live<T> {}

impl<T: Value> Live<T> {
    pub fn new(value: T) -> Self {
        let value = AtomicRefCell::new(value);
        let slot = Slot { value, changed: ArcTrigger::new(), is_due: AtomicBool::new(false) };
        Live(keeping::keep(slot))
    }

    fn slot(self) -> impl Deref<Target = Slot<T>> {
        keeping::kept(self.0)
    }

    /// Reads it, and runs whatever is being run now again when it changes.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.track();
        self.peek_with(read)
    }

    /// Reads it as it is, once.
    pub fn peek_with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.slot().value.borrow())
    }

    /// Changes it and tells those who read it.
    pub fn update<R>(self, change: impl FnOnce(&mut T) -> R) -> R {
        let changed = self.change(change);
        self.tell();
        changed
    }

    /// Changes it in a way that nobody needs to hear of.
    pub fn change<R>(self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.slot().value.borrow_mut())
    }

    pub fn set(self, value: T) {
        self.update(|known| *known = value);
    }

    pub fn track(self) {
        self.slot().changed.track();
    }

    /// Tells those who read it, after a [`Live::change`].
    pub fn tell(self) {
        self.slot().changed.notify();
    }

    /// As [`Live::tell`], but not before the next frame is drawn, and once for all changes until
    /// then: what comes in faster than one can see is drawn together.
    pub fn tell_with_next_frame(self) {
        if !self.slot().is_due.swap(true, Ordering::Relaxed) {
            browser::with_next_frame(move || {
                self.slot().is_due.store(false, Ordering::Relaxed);
                self.tell();
            });
        }
    }
}

impl<T: Value + Clone> Live<T> {
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    /// As it is, once.
    pub fn peek(self) -> T {
        self.peek_with(T::clone)
    }
}

impl<T: Value + PartialEq> Live<T> {
    /// Sets it if that changes it.
    pub fn set_if_new(self, value: T) {
        if self.peek_with(|known| *known != value) {
            self.set(value);
        }
    }
}

/// Does something now, and again whenever a live value that it reads changes, for as long as the
/// answer is kept.
pub fn watch(act: impl FnMut() + 'static) -> Watch {
    return run(Box::new(act));

    fn run(mut act: Box<dyn FnMut()>) -> Watch {
        Watch(RenderEffect::new(move |_| act()))
    }
}

/// Ends what [`watch`] does when it is dropped.
pub struct Watch(RenderEffect<()>);

impl Drop for Watch {
    /// Values remember who reads them until they change the next time, and some never do.
    fn drop(&mut self) {
        let reader = self.0.to_any_subscriber();
        reader.clear_sources(&reader);
    }
}

/// Something that is done for as long as this is kept: not begun before what it belongs to is drawn.
pub type Effect = Rc<OnceCell<Watch>>;

thread_local! {
    static MADE: RefCell<Vec<Effect>> = const { RefCell::new(Vec::new()) };
}

/// Does something in the browser once what is being made is drawn, and again whenever a live value
/// that it reads changes. Never on the server.
pub fn effect(act: impl FnMut() + 'static) {
    if !cfg!(feature = "ssr") {
        begin(Box::new(act));
    }

    fn begin(act: Box<dyn FnMut()>) {
        let effect = Effect::default();
        let kept = Rc::downgrade(&effect);
        MADE.with_borrow_mut(|made| made.push(effect));
        spawn_local(async move {
            if let Some(effect) = kept.upgrade() {
                // It is set here only.
                let _ = effect.set(watch(act));
            }
        });
    }
}

/// What is made, and the effects that belong to it.
pub fn with_effects<T>(make: impl FnOnce() -> T) -> (T, Vec<Effect>) {
    let others = MADE.take();
    let made = make();
    (made, MADE.replace(others))
}
