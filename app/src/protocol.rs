//! The wire on one page: who says what, and the walk of a session.
//!
//! A client opens `/ws` with one of two subprotocols. `sarangbang.v1.postcard`
//! carries these types as binary [postcard] frames (the page); `sarangbang.v1.json`
//! carries the same types as JSON text (everyone else; also when none is named).
//! Enums are externally tagged, and a field that does not apply is `null`: postcard
//! is positional, so nothing may be left out.
//!
//! ```text
//! client                                         server
//!   hello {build, token}                 →
//!                                        ←       hello {user, epoch, now, rooms, …}
//!   command 1 join {room, username}      →
//!                                        ←       ack 1 joined {user, token, snapshot}
//!   command 2 message {room, id, text}   →
//!                                        ←       batch {room, from 7, to 8, messages}
//!                                        ←       ack 2 posted {message}
//!                                        ←       presence {room, changes}   (someone came)
//!                                        ←       beat                       (every 25 s)
//!   …the link breaks; the client opens a new one…
//!   hello {build, token}                 →
//!   command 1 resume {room, cursor}      →
//!                                        ←       ack 1 resumed
//!                                        ←       batch {room, from 8, to 31, messages}
//! ```
//!
//! Every batch says `from` and `to` revs. A client whose own rev is not `from` has a gap
//! and resumes from its own cursor. Messages are whole values: applying one twice changes
//! nothing. On a connection the batch that holds a message precedes that message's ack.
//!
//! Modules in reading order: [`id`] names things, [`span`] is formatted text,
//! [`message`] is what was said, [`frame`] is what travels, [`codec`] turns frames into bytes, [`poll`] carries them where
//! WebSockets are blocked, [`limits`] says how much.
//!
//! [postcard]: https://postcard.jamesmunns.com/wire-format

pub mod id;
pub mod span;
pub mod file;
pub mod message;
pub mod bell;
pub mod frame;
pub mod codec;
pub mod poll;
pub mod limits;

pub use bell::Bell;
pub use codec::Codec;
pub use file::{File, FileId, Picture};
pub use frame::{
    Ack, Acked, Batch, ClientFrame, Close, Command, Greeting, Hello, Joined, MessagePage, Presence,
    PresenceChange, Refusal, Refused, RoomSettings, RoomSummary, ServerFrame, Snapshot, Typing,
    UserList,
};
pub use id::{Cursor, Epoch, MessageId, Rev, RoomKey, Seq, UserId};
pub use limits::Limits;
pub use message::{Message, Reaction, Reactor, User};
pub use poll::{Heard, Polled};
pub use span::Span;
