//! In the browser there is one page, on one thread. Its live values are as old as it is: they are
//! made with the page or with a room, never while drawing.

use super::Slot;

pub type Handle<T> = &'static Slot<T>;

/// What a live value can be.
pub trait Value: 'static {}

impl<T: 'static> Value for T {}

/// What only a browser has.
pub type Local<T> = T;

pub fn local<T>(value: T) -> Local<T> {
    value
}

pub fn keep<T>(slot: Slot<T>) -> Handle<T> {
    Box::leak(Box::new(slot))
}

pub fn kept<T>(handle: Handle<T>) -> &'static Slot<T> {
    handle
}
