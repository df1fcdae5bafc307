//! What one can do with a message, for those without script.

#![cfg(feature = "ssr")]

use crate::protocol::{Message, MessageId, Refusal, RoomKey, UserId};
use std::sync::Arc;

/// The page of one message, for someone who sits in its room.
#[derive(Clone, Debug)]
pub struct ChoicesView {
    pub room: RoomKey,
    pub title: String,
    pub message: Arc<Message>,
    pub user: UserId,
    pub is_owner: bool,
    /// Names the answer, so that sending it twice is harmless.
    pub answer_id: MessageId,
    /// What was typed as an answer, and as another text, and was not taken.
    pub answer: Option<String>,
    pub edit: Option<String>,
    pub refusal: Option<Refusal>,
}
