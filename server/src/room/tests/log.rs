//! The log that these rooms stand on.

use super::*;
use crate::engine::{
    Amendment, Bells, Content, Draft, Endpoint, Keeping, Latest, Membership, NewFile, News,
    Opening, PostError, Posted, Result, SessionRecord, TokenHash,
};
use app::page::{Found, Terms};
use app::protocol::{Bell, Cursor, Epoch, File, FileId, MessagePage, Seq};
use async_trait::async_trait;

/// A log in memory whose reads of changes wait for a permit each, so that a test decides what
/// happens in between.
pub struct Log {
    pub messages: Mutex<Vec<Arc<Message>>>,
    pub reads: Semaphore,
}

#[async_trait]
impl Bells for Log {
    async fn push_key(&self, _: Vec<u8>) -> Result<Vec<u8>> {
        unreachable!()
    }
    async fn set_bell(&self, _: UserId, _: RoomId, _: Bell, _: bool) -> Result<()> {
        unreachable!()
    }
    async fn subscribe(&self, _: UserId, _: Endpoint) -> Result<()> {
        unreachable!()
    }
    async fn unsubscribe(&self, _: String) -> Result<()> {
        unreachable!()
    }
    async fn ring(&self, _: RoomId, _: Vec<UserId>) -> Result<Vec<Endpoint>> {
        unreachable!()
    }
    async fn rooms_with_bells(&self) -> Result<Vec<RoomId>> {
        unreachable!()
    }
    async fn take_news(&self, _: UserId) -> Result<Vec<News>> {
        unreachable!()
    }
}

#[async_trait]
impl Engine for Log {
    fn epoch(&self) -> Epoch {
        1
    }
    async fn changes_since(&self, _: RoomId, rev: Rev, limit: usize) -> Result<Vec<Arc<Message>>> {
        let read = || {
            let messages = self.messages.lock().unwrap();
            messages.iter().filter(|message| message.rev > rev).take(limit).cloned().collect()
        };
        let changes = read();
        self.reads.acquire().await.unwrap().forget();
        Ok(changes)
    }
    async fn latest(&self, _: RoomId, limit: usize) -> Result<Latest> {
        let all = self.messages.lock().unwrap();
        let messages = all[all.len().saturating_sub(limit)..].to_vec();
        let page = MessagePage { from_beginning: messages.len() == all.len(), messages };
        Ok(Latest { cursor: Cursor { epoch: 1, rev: all.len() as Rev }, page })
    }
    async fn find_room(&self, _: &RoomKey) -> Result<Option<RoomRecord>> {
        unreachable!()
    }
    async fn make_room(&self, _: &RoomKey, _: &str) -> Result<RoomRecord> {
        unreachable!()
    }
    async fn post(&self, _: Draft) -> Result<Posted, PostError> {
        unreachable!()
    }
    async fn amend(&self, _: Amendment) -> Result<Posted, PostError> {
        unreachable!()
    }
    async fn before(&self, _: RoomId, _: Seq, _: usize) -> Result<MessagePage> {
        unreachable!()
    }
    async fn search(&self, _: RoomId, _: &Terms, _: Seq, _: usize) -> Result<Found> {
        unreachable!()
    }
    async fn opening(&self, _: RoomId, _: usize) -> Result<Opening> {
        let rev = self.messages.lock().unwrap().len() as Rev;
        Ok(Opening { rev, ..Opening::default() })
    }
    async fn add_file(&self, _: NewFile) -> Result<Option<File>> {
        unreachable!()
    }
    async fn file(&self, _: FileId, _: bool) -> Result<Option<Content>> {
        unreachable!()
    }
    async fn public_rooms(&self, _: usize) -> Result<Vec<RoomRecord>> {
        unreachable!()
    }
    async fn is_owner(&self, _: UserId, _: RoomId) -> Result<bool> {
        unreachable!()
    }
    async fn keep(&self, _: RoomId, _: Keeping) -> Result<bool> {
        unreachable!()
    }
    async fn find_session(&self, _: &TokenHash) -> Result<Option<SessionRecord>> {
        unreachable!()
    }
    async fn join(&self, _: &TokenHash, _: RoomId, _: &str) -> Result<(UserId, Membership)> {
        unreachable!()
    }
    async fn new_user(&self) -> Result<UserId> {
        unreachable!()
    }
    async fn leave(&self, _: UserId, _: RoomId) -> Result<()> {
        unreachable!()
    }
    async fn note_seen(&self, _: Vec<UserId>, _: u64) -> Result<()> {
        unreachable!()
    }
    async fn end_unseen(&self, _: u64) -> Result<u64> {
        unreachable!()
    }
    async fn mark_read(&self, _: UserId, _: RoomId, _: Seq) -> Result<()> {
        unreachable!()
    }
    async fn check(&self) -> Result<()> {
        Ok(())
    }
    async fn close(&self) {}
}
