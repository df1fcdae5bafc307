//! The messages that others answer: drawn as one line above the answer, and fetched one by one
//! where they are not loaded.

use super::Timeline;
use crate::protocol::{Message, Seq};
use std::sync::Arc;

/// Fetched messages that are kept. Far more than are drawn.
const KEPT: usize = 500;

/// What a message answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    pub seq: Seq,
    /// None while it is not known here.
    pub message: Option<Arc<Message>>,
}

impl Timeline {
    pub fn quote(&self, seq: Seq) -> Quote {
        let fetched = || self.quoted.iter().find(|message| message.seq == seq);
        Quote { seq, message: self.message(seq).or_else(fetched).cloned() }
    }

    /// The places of what is answered, or `also` is about to be, and not known here; each once.
    pub fn lacking_quotes(&self, also: Option<Seq>) -> Vec<Seq> {
        let mut lacking = Vec::new();
        for seq in self.messages.iter().filter_map(|message| message.reply_to).chain(also) {
            if !lacking.contains(&seq) && self.quote(seq).message.is_none() {
                lacking.push(seq);
            }
        }
        lacking
    }

    pub fn keep_quoted(&mut self, message: &Arc<Message>) {
        self.renew_quoted(message);
        if self.quote(message.seq).message.is_none() {
            self.quoted.push(message.clone());
            let surplus = self.quoted.len().saturating_sub(KEPT);
            self.quoted.drain(..surplus);
        }
    }

    /// A message has changed: so have the lines that quote it.
    pub(super) fn renew_quoted(&mut self, message: &Arc<Message>) {
        let known = self.quoted.iter_mut().find(|known| known.seq == message.seq);
        if let Some(known) = known.filter(|known| known.rev < message.rev) {
            *known = message.clone();
        }
    }
}
