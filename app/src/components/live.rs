//! What the page draws again when it changes.
//!
//! leptos compiles its signals and effects anew for every type they hold: in the page's program
//! that was a third of all code. Here the value is a plain cell, a trigger without a type tells of
//! changes, and one effect runs any act.

use atomic_refcell::AtomicRefCell;
use leptos::prelude::*;
use leptos::tachys::reactive_graph::SharedReactiveFunction;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A value that tells who reads it when it changes. A handle; copies are the same value.
pub struct Live<T: 'static>(Handle<T>);

/// In the browser there is one page, and its values live as long as it does: they are made with
/// the page or with a room, never while drawing. The server forgets them with the page it drew.
#[cfg(not(feature = "ssr"))]
type Handle<T> = &'static Slot<T>;
#[cfg(feature = "ssr")]
type Handle<T> = StoredValue<Arc<Slot<T>>>;

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

impl<T: Send + Sync + 'static> Live<T> {
    pub fn new(value: T) -> Self {
        let value = AtomicRefCell::new(value);
        let slot = Slot { value, changed: ArcTrigger::new(), is_due: AtomicBool::new(false) };
        #[cfg(not(feature = "ssr"))]
        return Live(Box::leak(Box::new(slot)));
        #[cfg(feature = "ssr")]
        return Live(StoredValue::new(Arc::new(slot)));
    }

    #[cfg(not(feature = "ssr"))]
    fn slot(self) -> &'static Slot<T> {
        self.0
    }

    #[cfg(feature = "ssr")]
    fn slot(self) -> Arc<Slot<T>> {
        self.0.get_value()
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
            request_animation_frame(move || {
                self.slot().is_due.store(false, Ordering::Relaxed);
                self.tell();
            });
        }
    }
}

impl<T: Clone + Send + Sync + 'static> Live<T> {
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    /// As it is, once.
    pub fn peek(self) -> T {
        self.peek_with(T::clone)
    }
}

impl<T: PartialEq + Send + Sync + 'static> Live<T> {
    /// Sets it if that changes it.
    pub fn set_if_new(self, value: T) {
        if self.peek_with(|known| *known != value) {
            self.set(value);
        }
    }
}

/// Does something in the browser once what was just made is drawn, and again whenever a live
/// value that it reads changes. Never on the server.
pub fn effect(act: impl FnMut() + 'static) {
    run(Box::new(act));

    fn run(mut act: Box<dyn FnMut()>) {
        Effect::new(move |_: Option<()>| act());
    }
}

/// Something drawn from live values: a text, an attribute, or an element.
pub type Drawn<T> = SharedReactiveFunction<T>;

pub fn drawn<T>(draw: impl FnMut() -> T + Send + 'static) -> Drawn<T> {
    Arc::new(Mutex::new(draw))
}
