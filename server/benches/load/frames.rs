//! WebSocket frames as a client sends and hears them (RFC 6455, section 5), without a copy.

pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// The first whole frame in `bytes`: its opcode, its payload, and what it takes in all.
pub fn first(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let (&[head, length], rest) = bytes.split_first_chunk()?;
    // Continuation frames, which none of these servers sends, would have bit 7 off before them.
    assert!(head & 0x80 != 0 && length & 0x80 == 0, "a whole message, unmasked");
    let (length, start) = match length {
        126 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(*rest.first_chunk()?)).ok()?, 10),
        short => (usize::from(short), 2),
    };
    let payload = bytes.get(start..start + length)?;
    Some((head & 0x0f, payload, start + length))
}

/// Appends a frame masked with the key zero, which leaves the payload as it is.
pub fn append(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    const MASKED: u8 = 0x80;
    out.push(0x80 | opcode);
    match payload.len() {
        length @ 0..126 => out.push(MASKED | length as u8),
        length @ 126..65536 => {
            out.push(MASKED | 126);
            out.extend((length as u16).to_be_bytes());
        }
        length => {
            out.push(MASKED | 127);
            out.extend((length as u64).to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend(payload);
}

/// Appends a frame as a server sends it.
pub fn append_unmasked(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    assert!(payload.len() < 126, "short texts");
    out.extend([0x80 | opcode, payload.len() as u8]);
    out.extend(payload);
}

/// The length of the first of frames that were made by [`append_unmasked`].
pub fn first_of_server(frames: &[u8]) -> usize {
    2 + usize::from(frames[1])
}

/// The payload of the first whole frame that was made by [`append`], if it is short, and what
/// the frame takes in all.
pub fn first_of_client(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let length = usize::from(bytes.get(1)? & 0x7f);
    assert!(length < 126, "short texts");
    Some((bytes.get(6..6 + length)?, 6 + length))
}
