//! Frames to bytes and back: the one place that knows both wire formats.

use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// A wire format. The page is built with postcard alone; `json` adds the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    Postcard,
    #[cfg(feature = "ssr")]
    Json,
}

/// The bytes were not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a frame of this protocol")
    }
}

impl std::error::Error for Malformed {}

impl Codec {
    /// The WebSocket subprotocol's name.
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Codec::Postcard => "sarangbang.v1.postcard",
            #[cfg(feature = "ssr")]
            Codec::Json => "sarangbang.v1.json",
        }
    }

    pub fn encode<T: Serialize>(self, value: &T) -> Vec<u8> {
        match self {
            Codec::Postcard => {
                postcard::to_allocvec(value).expect("frames hold only serialisable values")
            }
            #[cfg(feature = "ssr")]
            Codec::Json => serde_json::to_vec(value).expect("frames hold only serialisable values"),
        }
    }

    /// As [`Codec::encode`], behind what is there already.
    #[cfg(feature = "ssr")]
    pub fn encode_onto<T: Serialize>(self, value: &T, mut bytes: Vec<u8>) -> Vec<u8> {
        let encoded = match self {
            Codec::Postcard => postcard::to_extend(value, bytes).map_err(drop),
            Codec::Json => serde_json::to_writer(&mut bytes, value).map(|()| bytes).map_err(drop),
        };
        encoded.expect("frames hold only serialisable values")
    }

    /// Fails on anything but exactly one value.
    pub fn decode<T: DeserializeOwned>(self, bytes: &[u8]) -> Result<T, Malformed> {
        match self {
            Codec::Postcard => match postcard::take_from_bytes(bytes) {
                Ok((value, [])) => Ok(value),
                _ => Err(Malformed),
            },
            #[cfg(feature = "ssr")]
            Codec::Json => serde_json::from_slice(bytes).map_err(|_| Malformed),
        }
    }
}
