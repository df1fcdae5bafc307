//! Where a request comes from, so that limits by address count people and not the proxy.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// The proxies whose word is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// The nearest address that is not a trusted proxy's, read from the peer backwards
    /// through `Forwarded` (RFC 7239) or `X-Forwarded-For`: what lies further away could have
    /// been written by anyone.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        if !self.trust(nearest) {
            return nearest;
        }
        for hop in hops(headers).into_iter().rev() {
            let Some(hop) = hop else { break };
            nearest = hop;
            if !self.trust(nearest) {
                break;
            }
        }
        nearest
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The addresses that the headers name, farthest first; `None` where one cannot be read.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values = |name: &str| -> Vec<String> {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).map(|part| part.trim().to_owned()).collect()
    };
    let forwarded = values("forwarded");
    if forwarded.is_empty() {
        return values("x-forwarded-for").iter().map(|hop| parse(hop)).collect();
    }
    let for_part = |element: &String| {
        let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, node) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
        parse(node.trim_matches('"'))
    };
    forwarded.iter().map(for_part).collect()
}

/// An address with or without port, IPv6 with or without brackets.
fn parse(node: &str) -> Option<IpAddr> {
    let bare = node.strip_prefix('[').and_then(|rest| rest.split(']').next());
    let address = match bare {
        Some(v6) => v6.parse().ok(),
        None => node.parse().ok().or_else(|| node.rsplit_once(':')?.0.parse().ok()),
    };
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, name: &'static str, value: &str) -> String {
        let proxies =
            TrustedProxies(proxies.iter().map(|net| net.parse().expect("a network")).collect());
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a value"));
        proxies.client(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn nobody_is_believed_by_default() {
        assert_eq!(client(&[], "10.0.0.1", "x-forwarded-for", "192.0.2.7"), "10.0.0.1");
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_nobody_behind_it() {
        let trusted = &["10.0.0.0/8"];
        assert_eq!(
            client(trusted, "10.0.0.1", "x-forwarded-for", "6.6.6.6, 192.0.2.7"),
            "192.0.2.7"
        );
        assert_eq!(
            client(trusted, "10.0.0.1", "x-forwarded-for", "192.0.2.7, 10.1.1.1"),
            "192.0.2.7"
        );
        assert_eq!(
            client(trusted, "10.0.0.1", "forwarded", "for=\"[2001:db8::1]:4711\";proto=https"),
            "2001:db8::1"
        );
        assert_eq!(client(trusted, "10.0.0.1", "forwarded", "for=_hidden"), "10.0.0.1");
        assert_eq!(client(trusted, "192.0.2.1", "x-forwarded-for", "6.6.6.6"), "192.0.2.1");
    }
}
