//! Listening to a room without a connection: a place in its talk, and waiting for what comes
//! after it. A waiting follower is a parked task and nothing else.

use super::Room;
use crate::session::SharedFrame;
use app::protocol::{Message, Rev, ServerFrame};
use std::sync::Arc;
use tokio::sync::watch;

pub struct Follower {
    pub room: Arc<Room>,
    /// How far it has come.
    pub rev: Rev,
    news: watch::Receiver<Option<SharedFrame>>,
}

impl Follower {
    pub(super) fn new(
        room: Arc<Room>,
        rev: Rev,
        news: watch::Receiver<Option<SharedFrame>>,
    ) -> Self {
        Follower { room, rev, news }
    }

    pub fn is_level(&self) -> bool {
        self.room.rev() <= self.rev
    }

    /// Waits until the room has moved on.
    pub async fn moved(&mut self) {
        // The room's rev grows before the news is sent: news that comes after this look wakes
        // us, and what came before it is seen.
        while self.is_level() && self.news.changed().await.is_ok() {}
    }

    /// What comes next, at most `limit` messages, if the last batch holds it. A thousand
    /// followers who are woken by one message then ask the log for nothing.
    pub fn at_hand(&mut self, limit: usize) -> Option<Vec<Arc<Message>>> {
        let news = self.news.borrow_and_update();
        let ServerFrame::Batch(batch) = news.as_ref()?.frame() else { return None };
        if !(batch.from..batch.to).contains(&self.rev) {
            return None;
        }
        let skipped = usize::try_from(self.rev - batch.from).ok()?;
        let messages: Vec<_> = batch.messages.iter().skip(skipped).take(limit).cloned().collect();
        drop(news);
        self.advance(&messages);
        Some(messages)
    }

    /// Remembers to have got these, which the log says come next.
    pub fn advance(&mut self, messages: &[Arc<Message>]) {
        if let Some(last) = messages.last() {
            self.rev = self.rev.max(last.rev);
        }
    }
}
