//! A session's secret: 128 random bits. The browser keeps it in a cookie, a bot sends it as
//! a bearer token; the database knows only its hash.

use crate::engine::TokenHash;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 16]);

impl Secret {
    pub fn new() -> Self {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).expect("the system has a random generator");
        Secret(bits)
    }

    /// `None` for anything but 128 bits in unpadded base64url.
    pub fn parse(text: &str) -> Option<Self> {
        let bits = BASE64.decode(text).ok()?;
        Some(Secret(bits.try_into().ok()?))
    }

    /// The secret in the form that clients keep.
    pub fn reveal(&self) -> String {
        BASE64.encode(self.0)
    }

    /// A plain SHA-256 is enough here: 128 random bits cannot be guessed, so there is nothing
    /// for a slow hash to slow down.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

impl Default for Secret {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_being_written_down() {
        let secret = Secret::new();
        assert!(Secret::parse(&secret.reveal()) == Some(secret.clone()));
        assert!(Secret::new() != secret);
    }

    #[test]
    fn what_is_not_128_bits_is_no_secret() {
        for text in ["", "abc", "AAAA", "not base64 at all!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(Secret::parse(text).is_none(), "{text:?}");
        }
    }
}
