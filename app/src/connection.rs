//! The link between the page and the server.
//!
//! - [`reconnect`]: when to try again, and what the reader is told meanwhile.
//!
//! - [`websocket`]: the driver that holds a real link; browser-only, and told what to do by the
//!   machine.

pub mod reconnect;
pub mod websocket;

pub use reconnect::{Bar, Ending, Reconnect, Step, Verdict};
