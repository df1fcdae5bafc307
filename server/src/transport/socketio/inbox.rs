//! What one socket asked for and was not heard yet. The library hands events over without
//! waiting, so that a full inbox has to refuse.

use super::event::{Asked, Edit, Event, React};
use super::line::{Callback, answer};
use crate::transport::words::Words;
use app::protocol::{Limits, Refusal, limits};
use std::borrow::Cow;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// Requests that may wait: far more than the rate allows, so that only a flood is refused here.
const CAPACITY: usize = 1024;

pub type Request = (Callback, Asked);

#[derive(Clone)]
pub struct Inbox {
    requests: mpsc::Sender<Request>,
    words: &'static Words,
    limits: Limits,
}

impl Inbox {
    pub fn new(words: &'static Words, limits: Limits) -> (Self, mpsc::Receiver<Request>) {
        let (requests, receiver) = mpsc::channel(CAPACITY);
        (Inbox { requests, words, limits }, receiver)
    }

    pub fn take(&self, event: Event) {
        let Event { socket, callback, asked } = event;
        let refused: Cow<'static, str> = match asked {
            // Of no use to anyone, and large: a thousand of them are not kept.
            Asked::Message { text, .. } | Asked::Edit(Edit { text, .. })
                if text.len() > limits::TEXT_BYTES =>
            {
                let limit = self.limits.text;
                let over = limits::excess(&text, limit);
                self.words.refusal(&Refusal::TextTooLong { limit, over }).into()
            }
            Asked::React(React { emoji, .. }) if emoji.len() > limits::TEXT_BYTES => {
                self.words.refusal(&Refusal::BadEmoji).into()
            }
            asked => match self.requests.try_send((callback, asked)) {
                Ok(()) => return,
                Err(TrySendError::Full(_)) => self.words.too_many_events.into(),
                Err(TrySendError::Closed(_)) => self.words.shutting_down.into(),
            },
        };
        // Fails only when the queue to the client is full as well; the heartbeat ends that.
        let _ = answer(&socket, callback, Some(&refused));
    }
}
