//! Who is here. Someone is *here* with at least one live link, and stays listed for a
//! grace after the last one, so that a reload or a tunnel does not make the list flicker.
//! Who looks at none of their links is *away*.
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
    /// Those of the links that someone looks at.
    looked_at: usize,
    /// As the others were told.
    is_away: bool,
    /// When it is to be seen whether they are gone, or away: set while no link is live, or while
    /// the last that was looked at has just ended.
    ends_at: Option<Instant>,
}

impl Presence {
    pub fn new(grace: Duration) -> Self {
        Presence { grace, here: HashMap::new(), gone: HashMap::new(), held: Vec::new() }
    }

    /// One more live link of this user. `is_return`: known to have been here shortly before,
    /// whatever this node remembers (it may have been restarted). `is_away`: nobody looks at it.
    pub fn link(
        &mut self,
        guest: Guest,
        is_return: bool,
        is_away: bool,
        now: Instant,
    ) -> Vec<PresenceChange> {
        let id = guest.user.id;
        let was_here = self.here.contains_key(&id);
        let change = match was_here {
            true => self.rename(guest),
            false => Some(self.arrive(guest, is_return, now)),
        };
        let stay = self.here.get_mut(&id).expect("they are here by now");
        stay.links += 1;
        stay.looked_at += usize::from(!is_away);
        // Of two tabs that are loaded anew the one that nobody looks at may be back first.
        if stay.looked_at > 0 || stay.is_away || !was_here {
            stay.ends_at = None;
        }
        change.into_iter().chain(stay.look()).collect()
    }

    fn arrive(&mut self, guest: Guest, is_return: bool, now: Instant) -> PresenceChange {
        let was_here = self.gone.remove(&guest.user.id).is_some_and(|at| now - at < ARRIVAL_AFTER);
        let user = guest.user.clone();
        let ends_at = Some(now + self.grace);
        let stay = Stay { guest, links: 0, looked_at: 0, is_away: false, ends_at };
        self.here.insert(user.id, Box::new(stay));
        let announce = !is_return && !was_here && self.here.len() <= ANNOUNCE_UP_TO;
        PresenceChange::Here { user, announce }
    }

    /// Someone looks at one of this user's links, or nobody does any more.
    pub fn look(&mut self, id: UserId, is_away: bool) -> Option<PresenceChange> {
        let stay = self.here.get_mut(&id)?;
        stay.looked_at = match is_away {
            true => stay.looked_at.saturating_sub(1),
            false => stay.looked_at + 1,
        };
        if stay.links > 0 {
            stay.ends_at = None;
        }
        stay.look()
    }

    /// Someone without a connection has asked for the room: they are here until `until`, or as
    /// long as a connection of theirs keeps them.
    pub fn visit(
        &mut self,
        guest: Guest,
        is_return: bool,
        until: Instant,
        now: Instant,
    ) -> Vec<PresenceChange> {
        let id = guest.user.id;
        let change = match self.here.contains_key(&id) {
            true => self.rename(guest),
            false => Some(self.arrive(guest, is_return, now)),
        };
        let stay = self.here.get_mut(&id).expect("they are here by now");
        stay.ends_at = stay.ends_at.map(|ends_at| ends_at.max(until));
        // Who asks for the room looks at it.
        let back = (stay.links == 0).then(|| stay.change_to(false)).flatten();
        change.into_iter().chain(back).collect()
    }

    /// Another name for someone who is here already.
    pub fn rename(&mut self, guest: Guest) -> Option<PresenceChange> {
        let stay =
            self.here.get_mut(&guest.user.id).filter(|stay| stay.guest.user != guest.user)?;
        let user = guest.user.clone();
        stay.guest = guest;
        Some(PresenceChange::Here { user, announce: false })
    }

    /// One link less; `is_away` as it was for that one. `Some(when)` if it was the last, or the
    /// last that was looked at: they are gone then, or away, unless they return.
    pub fn unlink(&mut self, id: UserId, is_away: bool, now: Instant) -> Option<Instant> {
        let stay = self.here.get_mut(&id)?;
        stay.links = stay.links.saturating_sub(1);
        stay.looked_at = stay.looked_at.saturating_sub(usize::from(!is_away));
        if stay.looked_at == 0 && (stay.links == 0 || !stay.is_away) {
            stay.ends_at = Some(now + self.grace);
        }
        stay.ends_at
    }

    pub fn is_linked(&self, id: UserId) -> bool {
        self.here.get(&id).is_some_and(|stay| stay.links > 0)
    }

    /// Those whose grace is over.
    pub fn expire(&mut self, now: Instant) -> Vec<PresenceChange> {
        let over = |stay: &Stay| stay.ends_at.is_some_and(|at| at <= now);
        let ids: Vec<UserId> =
            self.here.iter().filter(|(_, stay)| over(stay)).map(|(id, _)| *id).collect();
        let change = |id| match self.here.get_mut(&id).filter(|stay| stay.links > 0) {
            Some(stay) => {
                stay.ends_at = None;
                stay.look()
            }
            None => self.depart(id, now),
        };
        ids.into_iter().filter_map(change).collect()
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

    pub fn away(&self) -> Vec<UserId> {
        self.here.iter().filter(|(_, stay)| stay.is_away).map(|(id, _)| *id).collect()
    }

    pub fn count(&self) -> usize {
        self.here.len()
    }

    /// Nobody here and nobody remembered.
    pub fn is_idle(&self, now: Instant) -> bool {
        self.here.is_empty() && self.gone.values().all(|at| now - *at >= ARRIVAL_AFTER)
    }
}

impl Stay {
    /// Follows the links. What was known of someone holds for the grace.
    fn look(&mut self) -> Option<PresenceChange> {
        let is_settled = self.links > 0 && self.ends_at.is_none();
        self.change_to(if is_settled { self.looked_at == 0 } else { self.is_away })
    }

    fn change_to(&mut self, is_away: bool) -> Option<PresenceChange> {
        let was_away = std::mem::replace(&mut self.is_away, is_away);
        (was_away != is_away)
            .then_some(PresenceChange::Away { id: self.guest.user.id, on: is_away })
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
        let mut changes = presence.link(guest(id, username), false, false, now);
        assert!(changes.len() <= 1, "{changes:?}");
        changes.pop()
    }

    /// The last link that someone looked at.
    fn unlink(presence: &mut Presence, id: u64, now: Instant) -> Option<Instant> {
        presence.unlink(UserId(id), false, now)
    }

    fn is_announced(change: &PresenceChange) -> bool {
        match change {
            PresenceChange::Here { announce, .. } | PresenceChange::Gone { announce, .. } => {
                *announce
            }
            PresenceChange::Away { .. } => false,
        }
    }

    #[test]
    fn a_reload_within_the_grace_is_not_noticed() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        assert!(link(&mut presence, 1, "민수", now).is_some_and(|change| is_announced(&change)));
        let ends_at = unlink(&mut presence, 1, now).expect("the last link");
        assert_eq!(link(&mut presence, 1, "민수", now + GRACE / 2), None);
        assert!(presence.expire(ends_at).is_empty());
        assert_eq!(presence.count(), 1);
    }

    #[test]
    fn after_the_grace_one_is_gone_and_soon_back_unannounced() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        link(&mut presence, 1, "민수", now);
        let ends_at = unlink(&mut presence, 1, now).expect("the last link");
        assert_eq!(presence.expire(ends_at).len(), 1);
        let back =
            link(&mut presence, 1, "민수", ends_at + Duration::from_secs(60)).expect("a change");
        assert!(!is_announced(&back));
        let ends_at = unlink(&mut presence, 1, ends_at).expect("the last link");
        presence.expire(ends_at);
        let much_later = link(&mut presence, 1, "민수", ends_at + ARRIVAL_AFTER).expect("a change");
        assert!(is_announced(&much_later));
    }

    #[test]
    fn two_tabs_are_one_person_until_both_are_closed() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        link(&mut presence, 1, "민수", now);
        assert_eq!(link(&mut presence, 1, "민수", now), None);
        assert_eq!(unlink(&mut presence, 1, now), None);
        assert!(unlink(&mut presence, 1, now).is_some());
    }

    #[test]
    fn who_visits_without_a_connection_is_here_for_a_while() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        let until = now + GRACE * 2;
        assert_eq!(presence.visit(guest(1, "민수"), false, until, now).len(), 1);
        assert!(presence.expire(now + GRACE).is_empty());
        assert_eq!(presence.visit(guest(1, "민수"), false, until + GRACE, now + GRACE), []);
        assert!(presence.expire(until).is_empty());
        // A connection takes over, and its end is what counts then.
        assert_eq!(link(&mut presence, 1, "민수", until), None);
        assert_eq!(presence.visit(guest(1, "민수"), false, until + GRACE * 9, until), []);
        let ends_at = unlink(&mut presence, 1, until).expect("the last link");
        assert_eq!(presence.expire(ends_at).len(), 1);
    }

    #[test]
    fn a_name_is_taken_by_others_here_or_in_grace_only() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        link(&mut presence, 1, "Ana", now);
        let Guest { skeleton, token, .. } = guest(2, "ana");
        assert!(presence.is_taken(&skeleton, token));
        assert!(!presence.is_taken(&skeleton, guest(1, "Ana").token));
        let ends_at = unlink(&mut presence, 1, now).expect("the last link");
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

    #[test]
    fn who_looks_at_no_tab_is_away() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        let away = |on| Some(PresenceChange::Away { id: UserId(1), on });
        link(&mut presence, 1, "민수", now);
        // Another tab, in the background from the start.
        assert_eq!(presence.link(guest(1, "민수"), false, true, now), []);
        assert_eq!(presence.look(UserId(1), true), away(true));
        assert_eq!(presence.away(), [UserId(1)]);
        assert_eq!(presence.look(UserId(1), false), away(false));
        // The one that is looked at is loaded anew.
        let ends_at = presence.unlink(UserId(1), false, now).expect("nobody looks any more");
        assert_eq!(presence.link(guest(1, "민수"), false, false, now), []);
        assert_eq!(presence.expire(ends_at), []);
        // And closed.
        let ends_at = presence.unlink(UserId(1), false, now).expect("nobody looks any more");
        assert_eq!(presence.expire(ends_at), away(true).as_slice());
        assert_eq!(presence.next_end(), None);
        // A tunnel is no return.
        assert!(presence.unlink(UserId(1), true, now).is_some());
        assert_eq!(presence.away(), [UserId(1)]);
        assert_eq!(presence.link(guest(1, "민수"), false, true, now), []);
        assert_eq!(presence.link(guest(1, "민수"), false, false, now), away(false).as_slice());
    }

    #[test]
    fn who_asks_for_the_room_without_a_link_is_back() {
        let (mut presence, now) = (Presence::new(GRACE), Instant::now());
        assert_eq!(presence.link(guest(1, "민수"), false, true, now).len(), 2);
        presence.unlink(UserId(1), true, now);
        let back = presence.visit(guest(1, "민수"), false, now + GRACE, now);
        assert_eq!(back, [PresenceChange::Away { id: UserId(1), on: false }]);
        assert!(presence.away().is_empty());
    }
}
