//! How a push service knows whose pushes these are (RFC 8292): a token signed with a key of this
//! server's own, whose other half the browser named when it subscribed.

use crate::engine::Endpoint;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING as ES256, EcdsaKeyPair, KeyPair};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

/// A token holds for so long. At most a day is allowed (RFC 8292, section 2).
const HOLDS: Duration = Duration::from_secs(12 * 60 * 60);

pub struct Key {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Key {
    /// A new pair of keys, PKCS #8.
    pub fn fresh() -> Vec<u8> {
        let pair = EcdsaKeyPair::generate_pkcs8(&ES256, &SystemRandom::new());
        pair.expect("the system has a random generator").as_ref().to_vec()
    }

    /// `None`: that is no such pair.
    pub fn new(pkcs8: &[u8]) -> Option<Self> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ES256, pkcs8, &random).ok()?;
        Some(Key { pair, random })
    }

    /// The half that browsers are told: an uncompressed point, in URL-safe base64.
    pub fn public(&self) -> String {
        BASE64.encode(self.pair.public_key())
    }

    /// The `Authorization` of a push. `None` if it goes nowhere.
    pub fn authorization(&self, endpoint: &Endpoint) -> Option<String> {
        let audience = Url::parse(&endpoint.url).ok()?.origin().ascii_serialization();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let claims = serde_json::json!({
            "aud": audience,
            "exp": (now + HOLDS).as_secs(),
            "sub": endpoint.contact,
        });
        let header = BASE64.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!("{header}.{}", BASE64.encode(claims.to_string()));
        let signature = self.pair.sign(&self.random, signed.as_bytes()).ok()?;
        let signature = BASE64.encode(signature);
        Some(format!("vapid t={signed}.{signature}, k={}", self.public()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    #[test]
    fn a_token_is_signed_with_the_key_that_browsers_know() {
        let key = Key::new(&Key::fresh()).unwrap();
        let endpoint = Endpoint {
            url: "https://push.example/send/a?b".into(),
            contact: "https://chat.example".into(),
        };
        let authorization = key.authorization(&endpoint).unwrap();
        let (token, public) =
            authorization.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(public, key.public());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let public = BASE64.decode(public).unwrap();
        assert_eq!((public.len(), public[0]), (65, 4));
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public);
        public.verify(signed.as_bytes(), &BASE64.decode(signature).unwrap()).unwrap();
        let claims = BASE64.decode(signed.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["aud"], "https://push.example");
        assert_eq!(claims["sub"], "https://chat.example");
    }
}
