//! A frame as bytes, ready for any wire.

use app::protocol::{Codec, ServerFrame};
use bytes::Bytes;
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
}
