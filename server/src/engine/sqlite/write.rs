//! A write on its way from who asks for it, through the line, to its answer.

use crate::engine::{
    Amendment, Answer, Draft, Error, Membership, Result, RoomId, RoomRecord, TokenHash,
};
use app::protocol::{RoomKey, Seq, UserId};
use async_trait::async_trait;
use futures::future::BoxFuture;
use sqlx::SqliteConnection;
use tokio::sync::oneshot;

/// A write in line.
pub(super) enum Write {
    Post {
        draft: Draft,
        asker: Asker<Answer>,
    },
    Amend {
        amendment: Amendment,
        asker: Asker<Answer>,
    },
    MakeRoom {
        key: RoomKey,
        title: String,
        asker: Asker<Result<RoomRecord>>,
    },
    Join {
        token: TokenHash,
        room: RoomId,
        username: String,
        asker: Asker<Result<(UserId, Membership)>>,
    },
    MarkRead {
        user: UserId,
        room: RoomId,
        seq: Seq,
        asker: Asker<Result<()>>,
    },
    /// Whatever else is wanted, each by itself.
    Errand(Box<dyn Errand>),
    Close,
}

impl Write {
    /// Whether somebody's words are in it, which nothing may hold up.
    pub fn is_urgent(&self) -> bool {
        matches!(self, Write::Post { .. } | Write::Amend { .. } | Write::Close)
    }
}

/// A write of its own inside the transaction.
#[async_trait]
pub(super) trait Errand: Send {
    /// Called once at most.
    async fn run(&mut self, connection: &mut SqliteConnection) -> sqlx::Result<()>;

    fn give(self: Box<Self>);

    fn refuse(self: Box<Self>, error: Error);
}

/// What an errand does.
pub(super) type Work<A> =
    Box<dyn FnOnce(&mut SqliteConnection) -> BoxFuture<'_, sqlx::Result<A>> + Send>;

/// An errand and who waits for it.
pub(super) struct Asked<A> {
    pub work: Option<Work<A>>,
    pub asker: Asker<Result<A>>,
}

#[async_trait]
impl<A: Send> Errand for Asked<A> {
    async fn run(&mut self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        if let Some(work) = self.work.take() {
            self.asker.answer = Some(Ok(work(connection).await?));
        }
        Ok(())
    }

    fn give(self: Box<Self>) {
        self.asker.give();
    }

    fn refuse(self: Box<Self>, error: Error) {
        self.asker.refuse(Err(error));
    }
}

/// Who waits for a write, and the answer from when it is known until it may be given.
pub(super) struct Asker<A> {
    pub reply: oneshot::Sender<A>,
    pub answer: Option<A>,
}

impl<A> Asker<A> {
    pub fn new(reply: oneshot::Sender<A>) -> Self {
        Asker { reply, answer: None }
    }

    pub fn give(self) {
        if let Some(answer) = self.answer {
            // Whoever asked may be gone.
            let _ = self.reply.send(answer);
        }
    }

    pub fn refuse(self, answer: A) {
        let _ = self.reply.send(answer);
    }
}
