//! The server's threads hand one another the pages that they draw, and forget the live values of a
//! page with it.

use super::Slot;
use reactive_graph::owner::StoredValue;
use reactive_graph::traits::GetValue;
use send_wrapper::SendWrapper;
use std::sync::Arc;

pub type Handle<T> = StoredValue<Arc<Slot<T>>>;

/// What a live value can be.
pub trait Value: Send + Sync + 'static {}

impl<T: Send + Sync + 'static> Value for T {}

/// What only a browser has: there is none here, only its type.
pub type Local<T> = SendWrapper<T>;

pub fn local<T>(value: T) -> Local<T> {
    SendWrapper::new(value)
}

pub fn keep<T: Value>(slot: Slot<T>) -> Handle<T> {
    StoredValue::new(Arc::new(slot))
}

pub fn kept<T: Value>(handle: Handle<T>) -> Arc<Slot<T>> {
    handle.get_value()
}
