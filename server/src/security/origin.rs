//! Which pages may speak for a person: the exact `Origin` check.
//!
//! A browser adds the cookie to requests of foreign pages too; what it cannot forge is the
//! `Origin` header (RFC 6454). So an upgrade or a form post that carries the cookie must name
//! an allowed origin, and one that names a foreign origin is refused even without the cookie.

use axum::http::{HeaderMap, header};

/// The allowed origins; empty means the host that the request was sent to.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Takes origins as `https://host[:port]`; a trailing slash is forgiven.
    pub fn new(origins: &[String]) -> Self {
        Origins(origins.iter().map(|origin| origin.trim_end_matches('/').to_lowercase()).collect())
    }

    /// Whether a request with these headers may act.
    pub fn allow(&self, headers: &HeaderMap, carries_cookie: bool) -> bool {
        match headers.get(header::ORIGIN).map(|origin| origin.to_str()) {
            None => !carries_cookie,
            Some(Ok(origin)) => self.includes(&origin.to_lowercase(), headers),
            Some(Err(_)) => false,
        }
    }

    /// Where the pages of this server are, for links that leave it: the first named origin, else
    /// the host that the request was sent to.
    pub fn own(&self, headers: &HeaderMap) -> Option<String> {
        self.0.first().cloned().or_else(|| {
            let host = headers.get(header::HOST)?.to_str().ok()?;
            Some(["http://", host].concat())
        })
    }

    /// Whether pages are served over https, so that cookies may be confined to it.
    pub fn are_secure(&self) -> bool {
        self.0.iter().any(|origin| origin.starts_with("https://"))
    }

    /// Whether this origin was named, so that its pages may read answers (CORS).
    pub fn names(&self, origin: &str) -> bool {
        self.0.iter().any(|named| *named == origin.to_lowercase())
    }

    fn includes(&self, origin: &str, headers: &HeaderMap) -> bool {
        if !self.0.is_empty() {
            return self.names(origin);
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        matches!((authority, host), (Some(authority), Some(host)) if authority == host.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "Chat.example:3000".parse().expect("a value"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a value"));
        }
        headers
    }

    #[test]
    fn by_default_only_the_same_host_may_act() {
        let origins = Origins::default();
        assert!(origins.allow(&headers(Some("http://chat.example:3000")), true));
        for foreign in [
            "http://chat.example",
            "http://evil.example:3000",
            "null",
            "http://chat.example:3000.evil.example",
        ] {
            assert!(!origins.allow(&headers(Some(foreign)), true), "{foreign}");
            assert!(!origins.allow(&headers(Some(foreign)), false), "{foreign}");
        }
    }

    #[test]
    fn without_an_origin_only_those_without_a_cookie_may_act() {
        assert!(!Origins::default().allow(&headers(None), true));
        assert!(Origins::default().allow(&headers(None), false));
    }

    #[test]
    fn links_lead_to_the_named_origin_or_to_where_one_is() {
        assert_eq!(
            Origins::default().own(&headers(None)).as_deref(),
            Some("http://Chat.example:3000")
        );
        let named = Origins::new(&["https://sarangbang.example/".into()]);
        assert_eq!(named.own(&headers(None)).as_deref(), Some("https://sarangbang.example"));
    }

    #[test]
    fn named_origins_replace_the_default() {
        let origins = Origins::new(&["https://sarangbang.example/".into()]);
        assert!(origins.allow(&headers(Some("https://sarangbang.example")), true));
        assert!(!origins.allow(&headers(Some("http://sarangbang.example")), true));
        assert!(!origins.allow(&headers(Some("http://chat.example:3000")), true));
        assert!(origins.are_secure());
    }
}
