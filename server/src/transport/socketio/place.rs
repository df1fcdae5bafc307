//! One socket's place in a room: how far it has heard, and what it is told.

use super::Parlour;
use super::line::{Line, Lost};
use super::told::{self, Form, Said, Told};
use crate::room::Room;
use crate::session::SharedFrame;
use app::protocol::{Cursor, MessagePage, Rev, Seq, ServerFrame, UserId};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Above so many people the whole list is told at most once in [`LIST_PAUSE`]: it goes to all
/// of them, and grows with them.
const CROWD: usize = 50;
const LIST_PAUSE: Duration = Duration::from_secs(1);

pub struct Place {
    pub room: Arc<Room>,
    pub user: UserId,
    form: Form,
    /// What the socket has been told, or knew from the start.
    heard: Heard,
    /// What was missed is being told: it may be older than what the room held on arrival.
    is_catching_up: bool,
    list: ListTold,
}

#[derive(Clone, Copy)]
struct Heard {
    rev: Rev,
    seq: Seq,
}

#[derive(Default)]
struct ListTold {
    at: Option<Instant>,
    count: usize,
    /// The last frame that changed the list, while that was not told.
    untold: Option<SharedFrame>,
}

impl Place {
    /// A place from which one has heard what the room holds so far.
    pub fn new(room: Arc<Room>, user: UserId, form: Form, page: &MessagePage, at: Cursor) -> Self {
        let seq = page.messages.last().map_or(0, |message| message.seq);
        let heard = Heard { rev: at.rev, seq };
        Place { room, user, form, heard, is_catching_up: false, list: ListTold::default() }
    }

    /// How far the socket has heard.
    pub fn rev(&self) -> Rev {
        self.heard.rev
    }

    pub fn start_from(&mut self, rev: Rev) {
        self.heard.rev = rev;
        self.is_catching_up = true;
    }

    pub fn has_caught_up(&mut self) {
        self.is_catching_up = false;
    }

    /// Tells the last messages of a page.
    pub async fn tell_last(
        &self,
        line: &Line,
        page: &MessagePage,
        count: usize,
        parlour: &Parlour,
    ) -> Result<(), Lost> {
        let skipped = page.messages.len().saturating_sub(count);
        for message in page.messages[skipped..].iter().filter(|message| !message.deleted) {
            let said = Said::new(message, parlour.sockets.registry.epoch());
            line.emit("message", said.json(self.form)).await?;
        }
        Ok(())
    }

    pub async fn tell(
        &mut self,
        line: &Line,
        frame: &SharedFrame,
        parlour: &Parlour,
    ) -> Result<(), Lost> {
        match translate(frame, parlour) {
            Told::Messages(all) => {
                for said in all.iter().filter(|said| said.rev() > self.heard.rev) {
                    if said.is_deleted() {
                        line.emit("messageDeleted", said.tombstone()).await?;
                    } else if self.is_new(said) {
                        line.emit("message", said.json(self.form)).await?;
                    } else {
                        line.emit("messageChanged", said.json(Form::Whole)).await?;
                    }
                }
                let last = all.iter().map(Said::seq).max();
                self.heard.seq = self.heard.seq.max(last.unwrap_or(0));
                if let ServerFrame::Batch(batch) = frame.frame() {
                    self.heard.rev = self.heard.rev.max(batch.to);
                }
            }
            Told::Users { comings, .. } => {
                for coming in comings.iter().filter(|coming| coming.user != self.user) {
                    line.emit("message", &coming.line).await?;
                }
                self.list.untold = Some(frame.clone());
                if self.list_is_due_at().is_some_and(|at| at <= Instant::now()) {
                    self.tell_list(line, parlour).await?;
                }
            }
            Told::Nothing => {}
        }
        Ok(())
    }

    /// Not a change of what was told before. Who asks for what they missed has heard less than
    /// the room held when they came: for them, what was never changed must be new.
    fn is_new(&self, said: &Said) -> bool {
        said.seq() > self.heard.seq || (self.is_catching_up && said.is_as_sent())
    }

    /// When the list should be told; `None` while it has not changed.
    pub fn list_is_due_at(&self) -> Option<Instant> {
        self.list.untold.as_ref()?;
        let now = Instant::now();
        let pause = if self.list.count > CROWD { LIST_PAUSE } else { Duration::ZERO };
        Some(self.list.at.map_or(now, |at| at + pause))
    }

    pub fn has_told_list(&self) -> bool {
        self.list.at.is_some()
    }

    /// Tells who is here. What one frame led to is put together once for all sockets.
    pub async fn tell_list(&mut self, line: &Line, parlour: &Parlour) -> Result<(), Lost> {
        let fresh;
        let untold = self.list.untold.take();
        let list = match untold.as_ref().map(|frame| translate(frame, parlour)) {
            Some(Told::Users { list, .. }) => {
                list.get_or_init(|| told::list(&self.room, &parlour.ids))
            }
            _ => {
                fresh = told::list(&self.room, &parlour.ids);
                &fresh
            }
        };
        line.emit("roomData", &list.json).await?;
        self.list.at = Some(Instant::now());
        self.list.count = list.count;
        Ok(())
    }
}

fn translate<'a>(frame: &'a SharedFrame, parlour: &Parlour) -> &'a Told {
    let sockets = &parlour.sockets;
    frame.translated(|frame| Told::of(frame, sockets.words, sockets.registry.epoch()))
}
