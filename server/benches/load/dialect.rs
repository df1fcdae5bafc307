//! How each kind of server is spoken to, and how deliveries are found in what it says: by a
//! scan, because decoding everything would make the load slower than the servers.

use crate::frames::{self, BINARY, TEXT};
use crate::tally::{self, MARK};
use app::protocol::{
    Acked, ClientFrame, Codec, Command, Cursor, Hello, MessageId, RoomKey, ServerFrame,
};
use server::registry::now_millis;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `/ws`, as the page speaks.
    Postcard,
    /// `/ws`, as bots speak.
    Json,
    SocketIo,
    /// The peers' own: `ROOM NAME`, and then texts.
    Plain,
}

/// Who someone is, and where.
pub struct Identity {
    pub room: String,
    pub name: String,
    /// To come back with; known after joining where there is such a thing.
    pub stay: Option<Stay>,
}

pub struct Stay {
    pub token: String,
    pub cursor: Cursor,
}

/// What a frame says.
pub enum Heard {
    /// Messages, as [`Dialect::deliveries`] finds them.
    Deliveries,
    /// The way is free to join.
    Welcome,
    Joined(Option<Stay>),
    /// A message is stored, or at least taken.
    Acked,
    Probe,
    Nothing,
}

impl Dialect {
    pub fn upgrade(self) -> String {
        let (path, protocol) = match self {
            Dialect::Postcard => ("/ws", Some(Codec::Postcard.subprotocol())),
            Dialect::Json => ("/ws", Some(Codec::Json.subprotocol())),
            Dialect::SocketIo => ("/socket.io/?EIO=4&transport=websocket", None),
            Dialect::Plain => ("/", None),
        };
        let protocol = protocol
            .map_or(String::new(), |protocol| format!("Sec-WebSocket-Protocol: {protocol}\r\n"));
        format!(
            "GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2FyYW5nYmFuZ2JlbmNoIQ==\r\n\
             {protocol}\r\n"
        )
    }

    /// What is said as soon as the WebSocket is there, and after a welcome.
    pub fn hello(self, who: &Identity, out: &mut Vec<u8>) {
        match self {
            Dialect::Postcard | Dialect::Json => {
                let token = who.stay.as_ref().map(|stay| stay.token.clone());
                self.say(&ClientFrame::Hello(Hello { build: None, token }), out);
                let (room, username) = (who.room.clone(), who.name.clone());
                let command = match &who.stay {
                    None => Command::Join { room, username },
                    Some(stay) => Command::Resume { room: RoomKey(room), cursor: stay.cursor },
                };
                self.say(&ClientFrame::Command { id: 0, command }, out);
            }
            Dialect::SocketIo => frames::append(out, TEXT, b"40"),
            Dialect::Plain => {
                frames::append(out, TEXT, format!("{} {}", who.room, who.name).as_bytes());
            }
        }
    }

    pub fn join_after_welcome(self, who: &Identity, out: &mut Vec<u8>) {
        let Identity { room, name, .. } = who;
        let join = format!(r#"420["join",{{"username":"{name}","room":"{room}"}}]"#);
        frames::append(out, TEXT, join.as_bytes());
    }

    pub fn message(self, who: &Identity, sender: usize, number: u32, out: &mut Vec<u8>) {
        let text = tally::text(sender, number);
        match self {
            Dialect::Postcard | Dialect::Json => {
                let mut random = [0; 10];
                random[..4].copy_from_slice(&number.to_be_bytes());
                random[4..8].copy_from_slice(&(sender as u32).to_be_bytes());
                let id = MessageId::new(now_millis(), random);
                let command = Command::Message {
                    room: RoomKey(who.room.clone()),
                    id,
                    text,
                    reply_to: None,
                    files: Vec::new(),
                };
                self.say(&ClientFrame::Command { id: number, command }, out);
            }
            Dialect::SocketIo => {
                let event = format!(r#"42{}["message","{text}"]"#, u64::from(number) + 1);
                frames::append(out, TEXT, event.as_bytes());
            }
            Dialect::Plain => frames::append(out, TEXT, text.as_bytes()),
        }
    }

    /// The answer to a heartbeat of the protocol's own.
    pub fn answer_probe(self, out: &mut Vec<u8>) {
        frames::append(out, TEXT, b"3");
    }

    pub fn hear(self, payload: &[u8]) -> Heard {
        match self {
            Dialect::Postcard => match payload[0] {
                postcard::BATCH => Heard::Deliveries,
                postcard::ACK | postcard::REFUSED => ours(Codec::Postcard, payload),
                _ => Heard::Nothing,
            },
            Dialect::Json => match payload {
                [b'{', b'"', b'b', b'a', ..] => Heard::Deliveries,
                [b'{', b'"', b'a' | b'r', ..] => ours(Codec::Json, payload),
                _ => Heard::Nothing,
            },
            Dialect::SocketIo => match payload {
                [b'0', ..] => Heard::Nothing,
                [b'2'] => Heard::Probe,
                [b'4', b'0', ..] => Heard::Welcome,
                [b'4', b'2', b'[', b'"', b'm', ..] => Heard::Deliveries,
                [b'4', b'3', b'0', b'[', b']'] => Heard::Joined(None),
                [b'4', b'3', .., b'[', b']'] => Heard::Acked,
                [b'4', b'2', b'[', b'"', b'r' | b's', ..] => Heard::Nothing,
                other => panic!("{}", String::from_utf8_lossy(other)),
            },
            Dialect::Plain if payload == b"joined" => Heard::Joined(None),
            Dialect::Plain => Heard::Deliveries,
        }
    }

    /// Calls with each text of a frame.
    pub fn deliveries(self, payload: &[u8], each: impl FnMut(&[u8])) {
        match self {
            Dialect::Postcard => postcard::texts(payload, each).expect("a batch"),
            _ => marked(payload, each),
        }
    }

    fn say(self, frame: &ClientFrame, out: &mut Vec<u8>) {
        let (opcode, codec) = match self {
            Dialect::Postcard => (BINARY, Codec::Postcard),
            _ => (TEXT, Codec::Json),
        };
        frames::append(out, opcode, &codec.encode(frame));
    }
}

/// Answers are decoded properly: there are few.
fn ours(codec: Codec, payload: &[u8]) -> Heard {
    match codec.decode::<ServerFrame>(payload).expect("a frame of the protocol") {
        ServerFrame::Ack(ack) => match ack.result {
            Acked::Posted(_) => Heard::Acked,
            Acked::Joined(joined) => Heard::Joined(
                joined.token.map(|token| Stay { token, cursor: joined.snapshot.cursor }),
            ),
            Acked::Resumed => Heard::Joined(None),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn marked(payload: &[u8], mut each: impl FnMut(&[u8])) {
    let mut rest = payload;
    while let Some(at) = memchr::memchr(MARK, rest) {
        let Some(text) = rest.get(at..at + tally::TEXT) else { break };
        each(text);
        rest = &rest[at + tally::TEXT..];
    }
}

/// Batches in postcard's wire format, walked field by field.
mod postcard {
    /// The places of `ServerFrame`'s variants; a test of the protocol pins their order.
    pub const ACK: u8 = 1;
    pub const REFUSED: u8 = 2;
    pub const BATCH: u8 = 3;

    pub fn texts(payload: &[u8], mut each: impl FnMut(&[u8])) -> Option<()> {
        let mut rest = &payload[1..];
        string(&mut rest)?;
        let (_from, _to) = (number(&mut rest)?, number(&mut rest)?);
        for _ in 0..number(&mut rest)? {
            string(&mut rest)?;
            let (_seq, _rev, _user) = (number(&mut rest)?, number(&mut rest)?, number(&mut rest)?);
            string(&mut rest)?;
            each(string(&mut rest)?);
            number(&mut rest)?;
            let (_edited, _deleted) = (option(&mut rest)?, number(&mut rest)?);
            let (_answered, _reactions) = (option(&mut rest)?, number(&mut rest)?);
            let (_spans, _files) = (number(&mut rest)?, number(&mut rest)?);
        }
        rest.is_empty().then_some(())
    }

    fn number(rest: &mut &[u8]) -> Option<u64> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (&byte, after) = rest.split_first()?;
            *rest = after;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            shift += 7;
        }
    }

    fn option(rest: &mut &[u8]) -> Option<Option<u64>> {
        match number(rest)? {
            0 => Some(None),
            _ => number(rest).map(Some),
        }
    }

    fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
        let length = usize::try_from(number(rest)?).ok()?;
        let (string, after) = rest.split_at_checked(length)?;
        *rest = after;
        Some(string)
    }
}
