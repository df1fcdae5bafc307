//! Who is here, in the order they are listed: oneself, then everyone by name.
//!
//! Names are compared by a function that is passed in, because the browser knows how its
//! reader's language sorts; the server's first drawing may use plain comparison.

use crate::protocol::{PresenceChange, User, UserId};
use std::cmp::Ordering;

/// Compares two names as the reader's language sorts them.
pub type Collate<'a> = &'a dyn Fn(&str, &str) -> Ordering;

/// The user list of one room. Each id is in it at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users {
    me: Option<UserId>,
    listed: Vec<User>,
    /// Those of them who look elsewhere, in order.
    away: Vec<UserId>,
}

impl Users {
    /// `me` is oneself, if one has joined.
    pub fn new(me: Option<UserId>) -> Self {
        Users { me, listed: Vec::new(), away: Vec::new() }
    }

    /// Replaces the whole list.
    pub fn set(&mut self, users: &[User], away: &[UserId], collate: Collate) {
        self.listed.clear();
        for user in users {
            self.seat(user, collate);
        }
        self.away.clear();
        for id in away {
            self.set_away(*id, true);
        }
    }

    /// Follows what changed. Applying a change twice changes nothing.
    pub fn apply(&mut self, changes: &[PresenceChange], collate: Collate) {
        for change in changes {
            match change {
                PresenceChange::Here { user, .. } => self.seat(user, collate),
                PresenceChange::Gone { user, .. } => {
                    self.remove(user.id);
                    self.set_away(user.id, false);
                }
                PresenceChange::Away { id, on } => self.set_away(*id, *on),
            }
        }
    }

    /// Says who oneself is, after joining.
    pub fn set_me(&mut self, me: UserId, collate: Collate) {
        self.me = Some(me);
        let listed = std::mem::take(&mut self.listed);
        for user in &listed {
            self.seat(user, collate);
        }
    }

    /// Everyone, in the order they are listed.
    pub fn iter(&self) -> std::slice::Iter<'_, User> {
        self.listed.iter()
    }

    pub fn count(&self) -> usize {
        self.listed.len()
    }

    pub fn is_me(&self, id: UserId) -> bool {
        self.me == Some(id)
    }

    /// Whether someone who is here looks elsewhere.
    pub fn is_away(&self, id: UserId) -> bool {
        self.away.binary_search(&id).is_ok()
    }

    fn set_away(&mut self, id: UserId, on: bool) {
        match (self.away.binary_search(&id), on) {
            (Ok(at), false) => {
                self.away.remove(at);
            }
            (Err(at), true) => self.away.insert(at, id),
            _ => {}
        }
    }

    /// Someone who is here, by id.
    pub fn find(&self, id: UserId) -> Option<&User> {
        self.listed.iter().find(|user| user.id == id)
    }

    /// Someone here may have taken another name, and then another place.
    fn seat(&mut self, user: &User, collate: Collate) {
        if self.find(user.id) == Some(user) {
            return;
        }
        self.remove(user.id);
        let me = self.me;
        let place = self
            .listed
            .partition_point(|other| in_order(me, other, user, collate) == Ordering::Less);
        self.listed.insert(place, user.clone());
    }

    fn remove(&mut self, id: UserId) {
        self.listed.retain(|user| user.id != id);
    }
}

/// The id breaks ties, so that everyone's place is certain.
fn in_order(me: Option<UserId>, a: &User, b: &User, collate: Collate) -> Ordering {
    let is_other = |user: &User| me != Some(user.id);
    is_other(a)
        .cmp(&is_other(b))
        .then_with(|| collate(&a.username, &b.username))
        .then_with(|| a.id.cmp(&b.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::RoomKey;
    use proptest::prelude::*;

    fn user(id: u64, name: &str) -> User {
        User { id: UserId(id), username: name.into(), room: RoomKey("거실".into()) }
    }

    fn here(id: u64, name: &str) -> PresenceChange {
        PresenceChange::Here { user: user(id, name), announce: true }
    }

    fn gone(id: u64) -> PresenceChange {
        PresenceChange::Gone { user: user(id, ""), announce: true }
    }

    fn names(users: &Users) -> Vec<&str> {
        users.iter().map(|user| user.username.as_str()).collect()
    }

    #[test]
    fn oneself_is_first_and_the_others_are_sorted() {
        let mut users = Users::new(Some(UserId(3)));
        users.set(&[user(1, "다솜"), user(2, "가영"), user(3, "한별")], &[], &str::cmp);
        assert_eq!(names(&users), ["한별", "가영", "다솜"]);
        users.apply(&[here(4, "나래"), gone(2)], &str::cmp);
        assert_eq!(names(&users), ["한별", "나래", "다솜"]);
        assert_eq!(users.count(), 3);
    }

    #[test]
    fn a_new_name_takes_a_new_place() {
        let mut users = Users::new(None);
        users.set(&[user(1, "A"), user(2, "B")], &[], &str::cmp);
        users.apply(&[here(1, "C")], &str::cmp);
        assert_eq!(names(&users), ["B", "C"]);
    }

    #[test]
    fn joining_puts_oneself_first() {
        let mut users = Users::new(None);
        users.set(&[user(1, "A"), user(2, "B")], &[], &str::cmp);
        users.set_me(UserId(2), &str::cmp);
        assert_eq!(names(&users), ["B", "A"]);
    }

    #[test]
    fn who_is_away_is_so_until_they_are_back_or_gone() {
        let mut users = Users::new(Some(UserId(3)));
        users.set(&[user(1, "A"), user(2, "B")], &[UserId(2)], &str::cmp);
        let away = |users: &Users| [1, 2].map(|id| users.is_away(UserId(id)));
        assert_eq!(away(&users), [false, true]);
        let change = |id, on| PresenceChange::Away { id: UserId(id), on };
        users.apply(&[change(1, true), change(1, true), change(2, false)], &str::cmp);
        assert_eq!(away(&users), [true, false]);
        users.apply(&[gone(1), here(1, "A")], &str::cmp);
        assert_eq!(away(&users), [false, false]);
    }

    proptest! {
        #[test]
        fn changes_and_a_whole_list_lead_to_the_same(
            changes in prop::collection::vec((0_u64..8, "[abc]", any::<bool>()), 0..40)
        ) {
            let mut followed = Users::new(Some(UserId(5)));
            let mut present = std::collections::BTreeMap::new();
            for (id, name, came) in &changes {
                let change = if *came { here(*id, name) } else { gone(*id) };
                followed.apply(&[change.clone(), change], &str::cmp);
                if *came { present.insert(*id, user(*id, name)) } else { present.remove(id) };
            }
            let mut whole = Users::new(Some(UserId(5)));
            whole.set(&present.into_values().collect::<Vec<_>>(), &[], &str::cmp);
            prop_assert_eq!(followed, whole);
        }
    }
}
