//! What the page knows of its rooms: pure state, the same in a browser and in a test.
//!
//! Nothing here reads a clock, rolls dice or touches the page: times come in as milliseconds,
//! geometry as pixels, and what is to be done goes out as a value. Components draw this state
//! and report events to it; the connection does not know it.
//!
//! - [`timeline`]: one room's messages, in order and without holes, as rows to draw.
//! - [`window`]: which of those rows are in the page's document.
//! - [`scroll`]: where the message list stands, and where it goes when something changes.
//! - [`users`]: who is here.
//! - [`outbox`]: what was written and is not yet stored, through reloads and lost links.
//! - [`typing`]: who is writing.
//! - [`completion`]: names that are completed behind an `@`.
//! - [`bell`]: what one wants to be told of while one looks elsewhere.
//! - [`input`]: when a press of Enter sends, and when it belongs to an input method.
//!
//! A walk: the page starts a [`Timeline`] from the snapshot it was rendered with. Every batch
//! goes through [`Timeline::apply`]; a gap means asking for the changes since
//! [`Timeline::cursor`]. What one writes goes to the [`Outbox`], which says what to send and
//! when, and whose entries the timeline shows after the last message. The [`Window`] follows.

pub mod timeline;
pub mod window;
pub mod scroll;
pub mod users;
pub mod outbox;
pub mod typing;
pub mod completion;
pub mod input;

pub use completion::Completion;
pub use input::Input;
pub use outbox::{Delivery, Outbox};
pub use scroll::Scroll;
pub use timeline::{Applied, Row, RowKey, RowKind, Timeline};
pub use typing::Typing;
pub use users::Users;
pub use window::Window;
