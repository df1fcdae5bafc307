//! A write on its way from who asks for it, through the line, to its answer.

use crate::engine::{
    Amendment, Answer, Draft, Keeping, Membership, NewFile, Result, RoomId, RoomRecord, TokenHash,
};
use app::protocol::{File, RoomKey, Seq, UserId};
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
    AddFile {
        file: Box<NewFile>,
        asker: Asker<Result<Option<File>>>,
    },
    Keep {
        room: RoomId,
        keeping: Keeping,
        asker: Asker<Result<bool>>,
    },
    NewUser {
        asker: Asker<Result<UserId>>,
    },
    Leave {
        user: UserId,
        room: RoomId,
        asker: Asker<Result<()>>,
    },
    MarkRead {
        user: UserId,
        room: RoomId,
        seq: Seq,
        asker: Asker<Result<()>>,
    },
    Close,
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
