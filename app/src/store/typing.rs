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

    proptest::proptest! {
        /// What happens, to whom, and how long after what happened before.
        #[test]
        fn who_was_heard_lately_is_named_once_and_nobody_else_is(
            events in proptest::collection::vec((0_u8..4, 0_u64..4, 0_u64..2_500), 0..40)
        ) {
            let (mut typing, mut now) = (Typing::default(), 0);
            let (mut heard, mut told) = ([None; 4], None);
            for (what, id, later) in events {
                now += later;
                match what {
                    0 => {
                        typing.heard(&user(id, "민수"), now);
                        heard[id as usize] = Some(now);
                    }
                    1 => {
                        typing.ended(UserId(id));
                        heard[id as usize] = None;
                    }
                    2 => {
                        let is_due = typing.wrote(now);
                        proptest::prop_assert_eq!(is_due, told.is_none_or(|at| now - at >= 3_000));
                        told = if is_due { Some(now) } else { told };
                    }
                    _ => {
                        typing.said();
                        told = None;
                    }
                }
                typing.expire(now);
                for (id, at) in (0..).zip(heard) {
                    let is_lately = at.is_some_and(|at| now - at < LASTS);
                    proptest::prop_assert_eq!(typing.is_typing(UserId(id)), is_lately);
                }
                let lately = heard.iter().flatten().filter(|at| now - **at < LASTS);
                proptest::prop_assert_eq!(typing.names().len(), lately.count());
            }
        }
    }
}
