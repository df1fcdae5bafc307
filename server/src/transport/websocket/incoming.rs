//! What a client sends, cut into messages (RFC 6455, section 5). Pure: bytes go in at one end.

use app::protocol::limits;
use bytes::{Buf, BytesMut};
use std::io::Cursor;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// What arrived and was not heard yet. It takes memory only while a message is on its way.
#[derive(Default)]
pub struct Incoming {
    bytes: BytesMut,
    /// The message whose parts are coming.
    parts: Option<(Data, Vec<u8>)>,
}

/// One thing a client said.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard<T> {
    /// A whole message, as the caller read it.
    Message(T),
    Ping(Vec<u8>),
    Pong,
    Close,
}

/// Not WebSocket, or more than one message may hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken;

struct Frame {
    is_final: bool,
    opcode: OpCode,
    mask: [u8; 4],
    begin: usize,
    end: usize,
}

impl Incoming {
    pub fn take_in(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next thing that was said, if all of it is here. `read` gets the bytes of a message
    /// where they lie.
    pub fn next<T>(
        &mut self,
        mut read: impl FnMut(Data, &[u8]) -> T,
    ) -> Result<Option<Heard<T>>, Broken> {
        loop {
            let Some(frame) = self.frame()? else { return Ok(None) };
            let Frame { is_final, opcode, mask, begin, end } = frame;
            let payload = &mut self.bytes[begin..end];
            unmask(payload, mask);
            let heard = match (opcode, &mut self.parts) {
                (OpCode::Data(kind @ (Data::Text | Data::Binary)), None) if is_final => {
                    Some(Heard::Message(read(kind, payload)))
                }
                (OpCode::Data(kind @ (Data::Text | Data::Binary)), parts @ None) => {
                    *parts = Some((kind, payload.to_vec()));
                    None
                }
                (OpCode::Data(Data::Continue), Some((kind, bytes))) => {
                    if bytes.len() + payload.len() > limits::FRAME_BYTES {
                        return Err(Broken);
                    }
                    bytes.extend_from_slice(payload);
                    let heard = is_final.then(|| Heard::Message(read(*kind, bytes)));
                    if is_final {
                        self.parts = None;
                    }
                    heard
                }
                (OpCode::Control(Control::Ping), _) => Some(Heard::Ping(payload.to_vec())),
                (OpCode::Control(Control::Pong), _) => Some(Heard::Pong),
                (OpCode::Control(Control::Close), _) => Some(Heard::Close),
                _ => return Err(Broken),
            };
            self.bytes.advance(end);
            if self.bytes.is_empty() {
                self.bytes = BytesMut::new();
            }
            if heard.is_some() {
                return Ok(heard);
            }
        }
    }

    /// Where the next frame lies, once all of it is here.
    fn frame(&self) -> Result<Option<Frame>, Broken> {
        let mut cursor = Cursor::new(&self.bytes);
        let Some((header, length)) = FrameHeader::parse(&mut cursor).map_err(|_| Broken)? else {
            return Ok(None);
        };
        let FrameHeader { is_final, rsv1, rsv2, rsv3, opcode, mask } = header;
        let is_control = matches!(opcode, OpCode::Control(_));
        let is_short = length <= 125 && is_final;
        // A client masks what it sends; a message's parts may not be endless either.
        let Some(mask) = mask.filter(|_| !(rsv1 || rsv2 || rsv3) && (is_short || !is_control))
        else {
            return Err(Broken);
        };
        let length = usize::try_from(length).map_err(|_| Broken)?;
        if length > limits::FRAME_BYTES {
            return Err(Broken);
        }
        let begin = usize::try_from(cursor.position()).map_err(|_| Broken)?;
        let end = begin + length;
        let frame = Frame { is_final, opcode, mask, begin, end };
        Ok((self.bytes.len() >= end).then_some(frame))
    }
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let mut words = payload.chunks_exact_mut(4);
    for word in &mut words {
        word.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
    words.into_remainder().iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
}

#[cfg(test)]
mod tests;
