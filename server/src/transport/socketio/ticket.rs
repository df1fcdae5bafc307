//! What a client shows to go on with its connection by another request.
//!
//! The library uses one id for two things: it is the socket's name, which `roomData` shows to
//! everyone, and it is all that a request needs to poll and to speak for that socket. So here
//! clients are given the id with a signature, and requests must bring both: who only knows the
//! name cannot act by it. (Over WebSocket no second request is ever made.)

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

/// Characters of the library's ids.
const ID: usize = 16;

/// Bytes of a signature.
const SIGNATURE: usize = 16;

pub struct Tickets {
    /// As long as the process: so are the connections.
    key: [u8; 32],
}

impl Tickets {
    pub fn new() -> Self {
        let mut key = [0; 32];
        getrandom::fill(&mut key).expect("the system has a random generator");
        Tickets { key }
    }

    pub fn sign(&self, id: &str) -> String {
        format!("{id}{}", BASE64.encode(self.signature(id)))
    }

    /// The id, if the ticket is one of ours.
    pub fn check<'a>(&self, ticket: &'a str) -> Option<&'a str> {
        let (id, signature) = ticket.split_at_checked(ID)?;
        let signature = BASE64.decode(signature).ok()?;
        let expected = self.signature(id);
        // Without leaving early, so that time does not tell how much of it was right.
        let differs = signature.iter().zip(&expected).fold(0, |sum, (a, b)| sum | (a ^ b));
        (signature.len() == SIGNATURE && differs == 0).then_some(id)
    }

    /// Ids are of one length, so that a hash of key and id serves as a signature.
    fn signature(&self, id: &str) -> [u8; SIGNATURE] {
        let hash = Sha256::new().chain_update(self.key).chain_update(id).finalize();
        std::array::from_fn(|at| hash[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_tickets_are_good() {
        let tickets = Tickets::new();
        let id = "AAAAAAAAAAAAAAHs";
        let ticket = tickets.sign(id);
        assert_eq!(tickets.check(&ticket), Some(id));
        assert_eq!(Tickets::new().check(&ticket), None);
        let other = ticket.replacen('A', "B", 1);
        for bad in
            ["", id, &ticket[..ticket.len() - 1], &format!("{ticket}A"), "가나다라마바사아", &other]
        {
            assert_eq!(tickets.check(bad), None, "{bad}");
        }
    }
}
