//! The link between the page and the server.
//!
//! - [`reconnect`]: when to try again, and what the reader is told meanwhile.
//! - [`ways`]: which way to try: WebSocket or long polling.
//! - [`link`]: the driver. It does what the two machines say, over [`websocket`] or
//!   [`longpoll`], which carry frames and decide nothing.

pub mod reconnect;
pub mod ways;
pub mod link;
mod websocket;
mod longpoll;

pub use link::{Event, Link, Opened};
pub use reconnect::{Bar, Ending, Reconnect, Step, Verdict};
pub use ways::{Way, Ways};
pub use websocket::echo;

use crate::protocol::ServerFrame;

/// What a transport reports.
#[allow(clippy::large_enum_variant, reason = "handed on at once, never kept")]
enum Signal {
    Heard(ServerFrame),
    /// Something that is not of this protocol.
    Garbled,
    /// Nothing more will come. `is_clean`: the other side closed it as one should.
    Ended {
        is_clean: bool,
    },
}

/// Hears what a transport reports, until it has ended.
type Listener = Box<dyn Fn(Signal)>;
