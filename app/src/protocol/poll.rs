//! The same frames over plain requests, for where WebSockets are blocked: `/poll`.
//!
//! A body is JSON (`application/json`) or postcard (`application/octet-stream`); a link is
//! answered in the format it was opened with.
//!
//! ```text
//! POST /poll                    [hello, command…]   → {link, heard}   opens a link
//! POST /poll?link=L&first=2     [command…]          → {link, heard}
//! GET  /poll?link=L&ack=0                           → {first, frames}
//! ```
//!
//! **Up.** A link's frames are numbered 1, 2, 3… as they are sent; `first` is the number of the
//! body's first. The answer says how many were heard so far, which is not yet an ack. A POST
//! whose answer was lost is sent again as it was: what was heard already is skipped. When fewer
//! were heard than were sent, the link is busy: send the rest again. One POST at a time.
//!
//! **Down.** A GET waits up to 25 s and answers the frames after the one numbered `ack`; the
//! next GET acknowledges them by the number of the last, `first + frames.len() - 1`. Until
//! then the server keeps them, so that a lost answer loses nothing. One GET at a time: another
//! one ends the first with 409. A link at which no GET waited for 45 s is over.
//!
//! 410 says that there is no such link (any more): open another and resume. 503: come back
//! later. Everything else that is not 200 is a mistake of the client and says which.

use super::frame::ServerFrame;
use serde::{Deserialize, Serialize};

/// What a POST is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Heard {
    /// Names the link in all further requests. Nobody can guess it.
    pub link: String,
    /// The number of the last frame that was heard.
    pub heard: u64,
}

/// What a GET is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Polled {
    /// The number of the first of these frames.
    pub first: u64,
    /// None at all when nothing came in time.
    pub frames: Vec<ServerFrame>,
}

#[cfg(feature = "ssr")]
impl Polled {
    /// The encoded answer, put together from frames that are encoded already.
    pub fn from_encoded(codec: super::Codec, first: u64, frames: &[impl AsRef<[u8]>]) -> Vec<u8> {
        let (mut body, between, end): (_, &[u8], &[u8]) = match codec {
            // A list is its length and then its elements.
            super::Codec::Postcard => (codec.encode(&(first, frames.len())), b"", b""),
            super::Codec::Json => {
                (format!("{{\"first\":{first},\"frames\":[").into_bytes(), b",", b"]}")
            }
        };
        for (n, frame) in frames.iter().enumerate() {
            if n > 0 {
                body.extend_from_slice(between);
            }
            body.extend_from_slice(frame.as_ref());
        }
        body.extend_from_slice(end);
        body
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::protocol::{Close, Codec};

    #[test]
    fn frames_that_are_encoded_already_make_the_same_answer() {
        let close = ServerFrame::Close(Close::ComeBack { spread_ms: 1000 });
        for frames in [vec![], vec![ServerFrame::Beat], vec![ServerFrame::Beat, close]] {
            for codec in [Codec::Postcard, Codec::Json] {
                let encoded: Vec<_> = frames.iter().map(|frame| codec.encode(frame)).collect();
                let polled = Polled { first: 300, frames: frames.clone() };
                assert_eq!(Polled::from_encoded(codec, 300, &encoded), codec.encode(&polled));
            }
        }
    }
}
