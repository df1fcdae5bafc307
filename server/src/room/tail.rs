//! The room's last page, in memory while it is asked for: whoever joins or opens the page wants
//! just that, and a link in a busy place brings many at once.

use crate::engine::Latest;
use app::protocol::{Batch, Epoch, Message, MessagePage, Rev, limits};
use std::collections::VecDeque;
use std::sync::Arc;

pub struct Tail {
    epoch: Epoch,
    rev: Rev,
    messages: VecDeque<Arc<Message>>,
    from_beginning: bool,
    was_asked: bool,
}

impl Tail {
    /// Takes a page of [`limits::PAGE`] messages that was read from the log.
    pub fn new(latest: &Latest) -> Self {
        Tail {
            epoch: latest.cursor.epoch,
            rev: latest.cursor.rev,
            messages: latest.page.messages.iter().cloned().collect(),
            from_beginning: latest.page.from_beginning,
            was_asked: true,
        }
    }

    pub fn latest(&mut self) -> Latest {
        self.was_asked = true;
        Latest {
            cursor: app::protocol::Cursor { epoch: self.epoch, rev: self.rev },
            page: MessagePage {
                messages: self.messages.iter().cloned().collect(),
                from_beginning: self.from_beginning,
            },
        }
    }

    /// Takes what a commit changed. `false`: it is not the next one, and the page must be read
    /// anew.
    pub fn take(&mut self, batch: &Batch) -> bool {
        if batch.to <= self.rev {
            return true;
        }
        if batch.from != self.rev {
            return false;
        }
        for message in &batch.messages {
            match self.messages.binary_search_by_key(&message.seq, |known| known.seq) {
                Ok(at) => self.messages[at] = message.clone(),
                Err(at) if at == self.messages.len() => self.messages.push_back(message.clone()),
                // Above the page.
                Err(_) => {}
            }
        }
        let surplus = self.messages.len().saturating_sub(limits::PAGE);
        if surplus > 0 {
            self.messages.drain(..surplus);
            self.from_beginning = false;
        }
        self.rev = batch.to;
        true
    }

    /// Whether anyone asked since this was asked last.
    pub fn is_asked_for(&mut self) -> bool {
        std::mem::take(&mut self.was_asked)
    }
}
