//! Who is writing, and when to tell the others that one is.

use crate::protocol::{User, UserId};

/// Who is heard to be writing is for so long, in milliseconds.
pub const LASTS: u64 = 5_000;

/// How often one tells, in milliseconds.
const PAUSE: u64 = 3_000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typing {
    /// Those who write, who began first at first, and until when.
    others: Vec<(User, u64)>,
    told_at: Option<u64>,
}

impl Typing {
    pub fn heard(&mut self, user: &User, now: u64) {
        let until = now + LASTS;
        match self.others.iter_mut().find(|(other, _)| other.id == user.id) {
            Some(known) => *known = (user.clone(), until),
            None => self.others.push((user.clone(), until)),
        }
    }

    /// Someone has said it, or gone. Says whether they were writing.
    pub fn ended(&mut self, id: UserId) -> bool {
        let before = self.others.len();
        self.others.retain(|(user, _)| user.id != id);
        self.others.len() < before
    }

    pub fn expire(&mut self, now: u64) {
        self.others.retain(|(_, until)| *until > now);
    }

    pub fn names(&self) -> Vec<&str> {
        self.others.iter().map(|(user, _)| &*user.username).collect()
    }

    pub fn is_typing(&self, id: UserId) -> bool {
        self.others.iter().any(|(user, _)| user.id == id)
    }

    /// One has written something. Says whether to tell the others.
    pub fn wrote(&mut self, now: u64) -> bool {
        let is_due = self.told_at.is_none_or(|at| now >= at + PAUSE);
        if is_due {
            self.told_at = Some(now);
        }
        is_due
    }

    /// One has said it: what one writes next is told at once.
    pub fn said(&mut self) {
        self.told_at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::RoomKey;

    fn user(id: u64, username: &str) -> User {
        User { id: UserId(id), username: username.into(), room: RoomKey("r".into()) }
    }

    #[test]
    fn who_writes_is_named_until_they_speak_or_stop() {
        let mut typing = Typing::default();
        typing.heard(&user(1, "민수"), 0);
        typing.heard(&user(2, "Ana"), 1_000);
        typing.heard(&user(1, "민수"), 3_000);
        assert_eq!(typing.names(), ["민수", "Ana"]);
        typing.expire(1_000 + LASTS);
        assert_eq!(typing.names(), ["민수"]);
        assert!(typing.is_typing(UserId(1)) && !typing.is_typing(UserId(2)));
        assert!(typing.ended(UserId(1)) && !typing.ended(UserId(1)));
        assert!(typing.names().is_empty());
    }

    #[test]
    fn one_tells_at_once_and_then_every_three_seconds() {
        let mut typing = Typing::default();
        assert!(typing.wrote(10));
        assert!(!typing.wrote(2_000));
        assert!(typing.wrote(3_010));
        typing.said();
        assert!(typing.wrote(3_020));
    }
}
