//! Who sits in a room, here or not, so that they can be named: in memory, because naming
//! someone must not make a message wait for the log and be overtaken by the next.

use app::protocol::{User, UserId};
use std::collections::HashMap;

/// Members that a room remembers. In larger ones the last who joined can be named, and whoever
/// is here.
pub const REMEMBERED: usize = 1000;

#[derive(Default)]
pub struct Members(HashMap<UserId, String>);

impl Members {
    pub fn seat(&mut self, user: UserId, username: String) {
        if self.0.len() < REMEMBERED || self.0.contains_key(&user) {
            self.0.insert(user, username);
        }
    }

    pub fn leave(&mut self, user: UserId) {
        self.0.remove(&user);
    }

    /// These people, who are here, and all other members.
    pub fn with(&self, here: Vec<User>) -> Vec<(UserId, String)> {
        let mut people = self.0.clone();
        people.extend(here.into_iter().map(|user| (user.id, user.username)));
        people.into_iter().collect()
    }
}
