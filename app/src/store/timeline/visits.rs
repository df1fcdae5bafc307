//! Lines about who came and who went. They are not stored anywhere: a page shows what
//! happened while it looked.

use crate::protocol::{PresenceChange, Seq, UserId};

/// Comings and goings remembered in a room; the oldest are forgotten first.
const REMEMBERED: usize = 200;

/// One line: what happened between two messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visits {
    /// The names of those who came, in order.
    pub arrived: Vec<String>,
    /// The names of those who went, in order. Who came and went is in both.
    pub left: Vec<String>,
}

/// Everything that happened, with the place of the message it happened after.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(Vec<Visit>);

#[derive(Clone, Debug)]
struct Visit {
    after: Seq,
    user: UserId,
    username: String,
    came: bool,
}

impl Log {
    /// Remembers the changes that are to be announced; says whether there were any. Who is back
    /// so soon that it is no arrival has not left either.
    pub fn note(&mut self, changes: &[PresenceChange], after: Seq) -> bool {
        let mut noted = false;
        for change in changes {
            let (user, came) = match change {
                PresenceChange::Here { user, announce: true } => (user, true),
                PresenceChange::Gone { user, announce: true } => (user, false),
                PresenceChange::Here { user, .. } => {
                    let last = self.0.iter().rposition(|visit| visit.user == user.id);
                    if let Some(last) = last.filter(|&last| !self.0[last].came) {
                        self.0.remove(last);
                        noted = true;
                    }
                    continue;
                }
                PresenceChange::Gone { .. } | PresenceChange::Away { .. } => continue,
            };
            let username = user.username.clone();
            self.0.push(Visit { after, user: user.id, username, came });
            noted = true;
        }
        let excess = self.0.len().saturating_sub(REMEMBERED);
        self.0.drain(..excess);
        noted
    }

    /// What happened between the message at that place and the next.
    ///
    /// Everyone is told of by how they were at first and at the end: who left and came back
    /// has arrived, who came and left did both, and who only looked in again has left.
    pub fn after(&self, seq: Seq) -> Option<Visits> {
        let first = self.0.partition_point(|visit| visit.after < seq);
        let here = self.0[first..].iter().take_while(|visit| visit.after == seq);
        let mut people: Vec<(&Visit, &Visit)> = Vec::new();
        for visit in here {
            match people.iter_mut().find(|(first, _)| first.user == visit.user) {
                Some((_, last)) => *last = visit,
                None => people.push((visit, visit)),
            }
        }
        let mut visits = Visits::default();
        for (first, last) in &people {
            if first.came || last.came {
                visits.arrived.push(last.username.clone());
            }
            if !last.came {
                visits.left.push(last.username.clone());
            }
        }
        (!people.is_empty()).then_some(visits)
    }

    pub fn forget_below(&mut self, seq: Seq) {
        self.0.retain(|visit| visit.after >= seq);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{RoomKey, User};

    fn user(id: u64, name: &str) -> User {
        User { id: UserId(id), username: name.into(), room: RoomKey("거실".into()) }
    }

    fn here(id: u64, name: &str) -> PresenceChange {
        PresenceChange::Here { user: user(id, name), announce: true }
    }

    fn gone(id: u64, name: &str) -> PresenceChange {
        PresenceChange::Gone { user: user(id, name), announce: true }
    }

    fn told(changes: &[PresenceChange]) -> (String, String) {
        let mut log = Log::default();
        log.note(changes, 7);
        let visits = log.after(7).unwrap_or_default();
        (visits.arrived.join(" "), visits.left.join(" "))
    }

    #[test]
    fn what_happens_between_two_messages_is_one_line() {
        let changes = [here(1, "민수"), gone(2, "Ana"), here(3, "Ben")];
        assert_eq!(told(&changes), ("민수 Ben".into(), "Ana".into()));
    }

    #[test]
    fn who_comes_and_goes_is_told_of_by_how_it_ended() {
        assert_eq!(told(&[here(1, "A"), gone(1, "A")]), ("A".into(), "A".into()));
        assert_eq!(told(&[gone(1, "A"), here(1, "A")]), ("A".into(), "".into()));
        assert_eq!(told(&[here(1, "A"), gone(1, "A"), here(1, "A")]), ("A".into(), "".into()));
        assert_eq!(told(&[gone(1, "A"), here(1, "A"), gone(1, "A")]), ("".into(), "A".into()));
    }

    #[test]
    fn who_is_back_soon_has_not_left() {
        let back = PresenceChange::Here { user: user(1, "A"), announce: false };
        assert_eq!(told(&[gone(2, "B"), gone(1, "A"), back.clone()]), ("".into(), "B".into()));
        assert_eq!(told(&[here(1, "A"), back.clone()]), ("A".into(), "".into()));
        assert_eq!(told(&[gone(1, "A"), back, gone(1, "A")]), ("".into(), "A".into()));
    }

    #[test]
    fn a_quiet_change_makes_no_line() {
        let mut log = Log::default();
        assert!(!log.note(&[PresenceChange::Here { user: user(1, "A"), announce: false }], 7));
        assert_eq!(log.after(7), None);
    }

    #[test]
    fn the_oldest_are_forgotten_first() {
        let mut log = Log::default();
        for id in 0..300 {
            log.note(&[here(id, "A")], id);
        }
        assert_eq!(log.after(99), None);
        assert!(log.after(100).is_some());
    }
}
