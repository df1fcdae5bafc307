//! Who is here. Someone is *here* with at least one live link, and stays listed for a
//! grace after the last one, so that a reload or a tunnel does not make the list flicker.
//!
//! Pure state: time comes in as an argument, and what others should hear comes out as
//! [`PresenceChange`]s.

use crate::engine::TokenHash;
use crate::names::Skeleton;
use app::protocol::{PresenceChange, User, UserId};
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Who was away for longer than this is announced when they come back.
const ARRIVAL_AFTER: Duration = Duration::from_secs(5 * 60);

/// Above so many people only the list changes: lines about comings and goings would drown
/// the talk.
const ANNOUNCE_UP_TO: usize = 50;

pub struct Presence {
    grace: Duration,
    /// Boxed: in a small room most of the map is empty.
    here: HashMap<UserId, Box<Stay>>,
    /// When those left who may still come back unannounced. Swept as it grows.
    gone: HashMap<UserId, Instant>,
    /// Names of those whose join is being written.
    held: Vec<(TokenHash, Skeleton)>,
}

/// Someone under the name that they have in the room.
#[derive(Clone)]
pub struct Guest {
    pub user: User,
    /// Whose session it is, and with it the right to the name.
    pub token: TokenHash,
    pub skeleton: Skeleton,
}

struct Stay {
    guest: Guest,
    links: usize,
    /// Set while no link is live.
    ends_at: Option<Instant>,
}

impl Presence {
    pub fn new(grace: Duration) -> Self {
        Presence { grace, here: HashMap::new(), gone: HashMap::new(), held: Vec::new() }
    }

    /// One more live link of this user. `is_return`: known to have been here shortly before,
    /// whatever this node remembers (it may have been restarted).
    pub fn link(&mut self, guest: Guest, is_return: bool, now: Instant) -> Option<PresenceChange> {
        let id = guest.user.id;
        if let Some(stay) = self.here.get_mut(&id) {
            stay.links += 1;
            stay.ends_at = None;
            return self.rename(guest);
        }
        let was_here = self.gone.remove(&id).is_some_and(|at| now - at < ARRIVAL_AFTER);
        let user = guest.user.clone();
        self.here.insert(id, Box::new(Stay { guest, links: 1, ends_at: None }));
        let announce = !is_return && !was_here && self.here.len() <= ANNOUNCE_UP_TO;
        Some(PresenceChange::Here { user, announce })
    }

    /// Someone without a connection has asked for the room: they are here until `until`, or as
    /// long as a connection of theirs keeps them.
    pub fn visit(
        &mut self,
        guest: Guest,
        is_return: bool,
        until: Instant,
        now: Instant,
    ) -> Option<PresenceChange> {
        let id = guest.user.id;
        let change = match self.here.contains_key(&id) {
            true => self.rename(guest),
            false => {
                let change = self.link(guest, is_return, now);
                self.unlink(id, now);
                change
            }
        };
        let stay = self.here.get_mut(&id)?;
        stay.ends_at = stay.ends_at.map(|ends_at| ends_at.max(until));
        change
    }

    /// Another name for someone who is here already.
    pub fn rename(&mut self, guest: Guest) -> Option<PresenceChange> {
        let stay =
            self.here.get_mut(&guest.user.id).filter(|stay| stay.guest.user != guest.user)?;
        let user = guest.user.clone();
        stay.guest = guest;
        Some(PresenceChange::Here { user, announce: false })
    }

    /// One link less. `Some(when)` if it was the last: they are gone then unless they return.
    pub fn unlink(&mut self, id: UserId, now: Instant) -> Option<Instant> {
        let stay = self.here.get_mut(&id)?;
        stay.links = stay.links.saturating_sub(1);
        if stay.links > 0 {
            return None;
        }
        stay.ends_at = Some(now + self.grace);
        stay.ends_at
    }

    /// Those whose grace is over.
    pub fn expire(&mut self, now: Instant) -> Vec<PresenceChange> {
        let over = |stay: &Stay| stay.ends_at.is_some_and(|at| at <= now);
        let ids: Vec<UserId> =
            self.here.iter().filter(|(_, stay)| over(stay)).map(|(id, _)| *id).collect();
        ids.into_iter().filter_map(|id| self.depart(id, now)).collect()
    }

    /// When the next one's grace is over.
    pub fn next_end(&self) -> Option<Instant> {
        self.here.values().filter_map(|stay| stay.ends_at).min()
    }

    /// Gets up and goes, however many links there are.
    pub fn leave(&mut self, id: UserId, now: Instant) -> Option<PresenceChange> {
        let change = self.depart(id, now);
        // Whoever said goodbye arrives anew when they return.
        self.gone.remove(&id);
        change
    }

    fn depart(&mut self, id: UserId, now: Instant) -> Option<PresenceChange> {
        let announce = self.here.len() <= ANNOUNCE_UP_TO;
        let stay = self.here.remove(&id)?;
        self.gone.retain(|_, at| now - *at < ARRIVAL_AFTER);
        self.gone.insert(id, now);
        Some(PresenceChange::Gone { user: stay.guest.user, announce })
    }

    /// Whether another session that is here, in grace or about to join has a name that looks so.
    pub fn is_taken(&self, skeleton: &Skeleton, token: TokenHash) -> bool {
        let here = self.here.values().map(|stay| (&stay.guest.token, &stay.guest.skeleton));
        let held = self.held.iter().map(|(token, skeleton)| (token, skeleton));
        here.chain(held).any(|(other, name)| *other != token && name == skeleton)
    }

    /// Keeps a name for a session until [`Presence::release`].
    pub fn hold(&mut self, token: TokenHash, skeleton: Skeleton) {
        self.held.push((token, skeleton));
    }

    pub fn release(&mut self, token: TokenHash, skeleton: &Skeleton) {
        let held = self.held.iter().position(|(holder, name)| *holder == token && name == skeleton);
        if let Some(at) = held {
            self.held.swap_remove(at);
        }
    }

    pub fn users(&self) -> Vec<User> {
        self.here.values().map(|stay| stay.guest.user.clone()).collect()
    }

    pub fn count(&self) -> usize {
        self.here.len()
    }

    /// Nobody here and nobody remembered.
    pub fn is_idle(&self, now: Instant) -> bool {
        self.here.is_empty() && self.gone.values().all(|at| now - *at >= ARRIVAL_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Username;
    use app::protocol::RoomKey;

    const GRACE: Duration = Duration::from_secs(30);

    fn guest(id: u8, username: &str) -> Guest {
        let skeleton = Username::parse(username).expect("a name").skeleton();
        let user =
            User { id: UserId(id.into()), username: username.into(), room: RoomKey("r".into()) };
        Guest { user, token: TokenHash([id; 32]), skeleton }
    }

    fn link(
        presence: &mut Presence,
        id: u8,
        username: &str,
        now: Instant,
    ) -> Option<PresenceChange> {
        presence.link(guest(id, username), false, now)
    }

    fn is_announced(change: &PresenceChange) -> bool {
        match change {
            PresenceChange::Here { announce, .. } | PresenceChange::Gone { announce, .. } => {
                *announce
            }
        }
    }

    #[test]
    fn a_reload_within_the_grace_is_not_noticed() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        assert!(link(&mut presence, 1, "민수", now).is_some_and(|change| is_announced(&change)));
        let ends_at = presence.unlink(UserId(1), now).expect("the last link");
        assert_eq!(link(&mut presence, 1, "민수", now + GRACE / 2), None);
        assert!(presence.expire(ends_at).is_empty());
        assert_eq!(presence.count(), 1);
    }

    #[test]
    fn after_the_grace_one_is_gone_and_soon_back_unannounced() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        link(&mut presence, 1, "민수", now);
        let ends_at = presence.unlink(UserId(1), now).expect("the last link");
        assert_eq!(presence.expire(ends_at).len(), 1);
        let back =
            link(&mut presence, 1, "민수", ends_at + Duration::from_secs(60)).expect("a change");
        assert!(!is_announced(&back));
        let ends_at = presence.unlink(UserId(1), ends_at).expect("the last link");
        presence.expire(ends_at);
        let much_later = link(&mut presence, 1, "민수", ends_at + ARRIVAL_AFTER).expect("a change");
        assert!(is_announced(&much_later));
    }

    #[test]
    fn two_tabs_are_one_person_until_both_are_closed() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        link(&mut presence, 1, "민수", now);
        assert_eq!(link(&mut presence, 1, "민수", now), None);
        assert_eq!(presence.unlink(UserId(1), now), None);
        assert!(presence.unlink(UserId(1), now).is_some());
    }

    #[test]
    fn who_visits_without_a_connection_is_here_for_a_while() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        let until = now + GRACE * 2;
        assert!(presence.visit(guest(1, "민수"), false, until, now).is_some());
        assert!(presence.expire(now + GRACE).is_empty());
        assert_eq!(presence.visit(guest(1, "민수"), false, until + GRACE, now + GRACE), None);
        assert!(presence.expire(until).is_empty());
        // A connection takes over, and its end is what counts then.
        assert_eq!(link(&mut presence, 1, "민수", until), None);
        assert_eq!(presence.visit(guest(1, "민수"), false, until + GRACE * 9, until), None);
        let ends_at = presence.unlink(UserId(1), until).expect("the last link");
        assert_eq!(presence.expire(ends_at).len(), 1);
    }

    #[test]
    fn a_name_is_taken_by_others_here_or_in_grace_only() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        link(&mut presence, 1, "Ana", now);
        let Guest { skeleton, token, .. } = guest(2, "ana");
        assert!(presence.is_taken(&skeleton, token));
        assert!(!presence.is_taken(&skeleton, guest(1, "Ana").token));
        let ends_at = presence.unlink(UserId(1), now).expect("the last link");
        assert!(presence.is_taken(&skeleton, token));
        presence.expire(ends_at);
        assert!(!presence.is_taken(&skeleton, token));
    }

    #[test]
    fn a_name_that_is_held_is_taken_for_others_until_it_is_released() {
        let mut presence = Presence::new(GRACE);
        let (holder, other) = (guest(1, "Ana"), guest(2, "ana"));
        presence.hold(holder.token, holder.skeleton.clone());
        assert!(presence.is_taken(&other.skeleton, other.token));
        assert!(!presence.is_taken(&holder.skeleton, holder.token));
        presence.release(holder.token, &holder.skeleton);
        assert!(!presence.is_taken(&other.skeleton, other.token));
    }

    #[test]
    fn whoever_said_goodbye_is_announced_when_they_return() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        link(&mut presence, 1, "민수", now);
        assert!(presence.leave(UserId(1), now).is_some());
        assert!(link(&mut presence, 1, "민수", now).is_some_and(|change| is_announced(&change)));
    }
}
