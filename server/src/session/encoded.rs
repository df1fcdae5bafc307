//! A frame as bytes, ready for any wire, and shared by all who get it.

use app::protocol::{Codec, Presence, ServerFrame, UserId};
use bytes::Bytes;
use std::any::Any;
use std::sync::{Arc, OnceLock};
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Data, OpCode};

/// A header takes at most so many bytes from the server (RFC 6455, 5.2): it masks nothing.
const HEADER: usize = 10;

/// An encoded frame with the header of a WebSocket message before it, so that all sockets of a
/// room share the very bytes they send. A clone is another reference to them.
#[derive(Clone, Debug)]
pub struct Encoded {
    message: Bytes,
    header: usize,
}

impl Encoded {
    pub fn new(codec: Codec, frame: &ServerFrame) -> Self {
        let bytes = codec.encode_onto(frame, vec![0; HEADER]);
        let kind = match codec {
            Codec::Json => Data::Text,
            Codec::Postcard => Data::Binary,
        };
        let length = (bytes.len() - HEADER) as u64;
        let header = FrameHeader { opcode: OpCode::Data(kind), ..FrameHeader::default() };
        Encoded::behind(&header, length, bytes)
    }

    fn behind(header: &FrameHeader, length: u64, mut bytes: Vec<u8>) -> Self {
        let size = header.len(length);
        let begin = HEADER - size;
        header.format(length, &mut &mut bytes[begin..HEADER]).expect("a header has its place");
        Encoded { message: Bytes::from(bytes).slice(begin..), header: size }
    }

    /// A WebSocket message, its header included.
    pub fn message(self) -> Bytes {
        self.message
    }

    /// The frame alone, for wires with frames of their own.
    pub fn payload(self) -> Bytes {
        self.message.slice(self.header..)
    }
}

/// A frame on its way to many: encoded at most once per codec, its bytes shared. A transport
/// with words of its own translates the frame instead.
#[derive(Clone)]
pub struct SharedFrame(Arc<Shared>);

struct Shared {
    frame: ServerFrame,
    /// Those of a presence frame who were not listed before: they came, and were not renamed.
    arrived: Vec<UserId>,
    postcard: OnceLock<Encoded>,
    json: OnceLock<Encoded>,
    translated: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl SharedFrame {
    pub fn new(frame: ServerFrame) -> Self {
        Self::with_arrivals(frame, Vec::new())
    }

    pub fn presence(presence: Presence, arrived: Vec<UserId>) -> Self {
        Self::with_arrivals(ServerFrame::Presence(presence), arrived)
    }

    fn with_arrivals(frame: ServerFrame, arrived: Vec<UserId>) -> Self {
        SharedFrame(Arc::new(Shared {
            frame,
            arrived,
            postcard: OnceLock::new(),
            json: OnceLock::new(),
            translated: OnceLock::new(),
        }))
    }

    pub fn frame(&self) -> &ServerFrame {
        &self.0.frame
    }

    pub fn arrived(&self) -> &[UserId] {
        &self.0.arrived
    }

    /// The frame in the words of a transport that has its own: translated once for all of its
    /// connections. There is one such transport.
    pub fn translated<T: Any + Send + Sync>(&self, translate: impl FnOnce(&Self) -> T) -> &T {
        let translated = self.0.translated.get_or_init(|| Box::new(translate(self)));
        translated.downcast_ref().expect("one transport translates")
    }

    pub fn encoded(&self, codec: Codec) -> Encoded {
        let encoded = match codec {
            Codec::Postcard => &self.0.postcard,
            Codec::Json => &self.0.json,
        };
        encoded.get_or_init(|| Encoded::new(codec, &self.0.frame)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::protocol::{Batch, RoomKey};
    use std::io::Cursor;

    #[test]
    fn a_message_is_its_header_and_the_frame() {
        for letters in [1, 200, 70_000] {
            let room = RoomKey("r".repeat(letters));
            let frame = ServerFrame::Batch(Batch { room, from: 1, to: 2, messages: Vec::new() });
            for codec in [Codec::Json, Codec::Postcard] {
                let encoded = Encoded::new(codec, &frame);
                assert_eq!(encoded.clone().payload(), codec.encode(&frame));
                let message = encoded.message();
                let mut cursor = Cursor::new(&message);
                let (header, length) =
                    FrameHeader::parse(&mut cursor).expect("a header").expect("all of it");
                assert!(header.is_final && header.mask.is_none());
                assert_eq!(message.len() as u64, cursor.position() + length);
            }
        }
    }

    #[test]
    fn a_shared_frame_is_encoded_once_per_codec() {
        let frame = SharedFrame::new(ServerFrame::Beat);
        let message = |codec| frame.encoded(codec).message();
        assert_eq!(message(Codec::Json).as_ptr(), message(Codec::Json).as_ptr());
        assert_ne!(message(Codec::Json), message(Codec::Postcard));
    }
}
