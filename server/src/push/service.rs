//! Push services: the only addresses that this server goes to by itself.
//!
//! Where a browser is to be woken is said by the browser. A server that believed anyone would
//! knock at whatever door it was told, behind its own firewall too. So it goes to the services
//! of the browsers that people use, and to those that whoever runs it names.

use url::Url;

/// An endpoint is longer than this nowhere.
const LONGEST: usize = 1024;

/// Hosts (`push.example`, `*.push.example`: over https), or origins as they stand
/// (`http://127.0.0.1:9000`).
#[derive(Clone, Debug, Default)]
pub struct Services(Vec<String>);

impl Services {
    pub fn new(services: Vec<String>) -> Self {
        Services(services)
    }

    /// Whether an endpoint is at one of them.
    pub fn have(&self, endpoint: &str) -> bool {
        if endpoint.len() > LONGEST {
            return false;
        }
        let Ok(url) = Url::parse(endpoint) else { return false };
        let (Some(host), "", None) = (url.host_str(), url.username(), url.password()) else {
            return false;
        };
        let is_public = url.scheme() == "https" && url.port().is_none();
        let origin = url.origin().ascii_serialization();
        self.0.iter().any(|service| match service.strip_prefix("*.") {
            Some(domain) => {
                let below = host.strip_suffix(domain);
                is_public && below.is_some_and(|below| below.ends_with('.'))
            }
            None => *service == origin || (is_public && service == host),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_services_are_gone_to() {
        let named = ["push.example", "*.push.apple.com", "http://127.0.0.1:9000"];
        let services = Services::new(named.map(String::from).to_vec());
        for known in [
            "https://push.example/send/a?b=c",
            "https://web.push.apple.com/QOp",
            "http://127.0.0.1:9000/1",
        ] {
            assert!(services.have(known), "{known}");
        }
        for other in [
            "http://push.example/send/a",
            "https://push.example:8443/send/a",
            "https://push.example.evil.example/",
            "https://evil-push.example/",
            "https://push.example@127.0.0.1/",
            "https://me:secret@push.example/",
            "https://push.apple.com/",
            "https://evilpush.apple.com.example/",
            "https://evil.xpush.apple.com/",
            "http://web.push.apple.com/",
            "http://127.0.0.1:9001/1",
            "http://localhost:9000/1",
            "http://[::1]:9000/1",
            "file:///etc/passwd",
            "data:text/plain,x",
            "nonsense",
            "",
        ] {
            assert!(!services.have(other), "{other}");
        }
        let long = ["https://push.example/", &"a".repeat(LONGEST)].concat();
        assert!(!services.have(&long));
        assert!(!Services::default().have("https://push.example/"));
    }
}
