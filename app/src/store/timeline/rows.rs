//! What is drawn of a timeline: rows, page by page.

use super::{Pending, Quote, Timeline, Visits, page_of};
use crate::calendar::{Date, civil};
use crate::protocol::{Message, MessageId, Seq, UserId};
use std::fmt;
use std::sync::Arc;

/// Messages of one author this close together share a header, in milliseconds.
const GROUP: u64 = 5 * 60 * 1000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub key: RowKey,
    pub kind: RowKind,
}

/// Names a row for as long as it is drawn. A pending row and the message it becomes have the
/// same key. Written out it serves as an element's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKey {
    /// The day that begins with this message.
    Day(MessageId),
    Divider,
    Message(MessageId),
    /// Who came and went after the message at this place.
    System(Seq),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowKind {
    Day(Date),
    /// What follows is unread.
    Divider,
    /// `head`: the row shows its author, as every answer does. `quote`: what it answers.
    Message {
        message: Arc<Message>,
        head: bool,
        quote: Option<Quote>,
    },
    Pending {
        pending: Pending,
        head: bool,
        quote: Option<Quote>,
    },
    System(Visits),
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, which) = match self {
            RowKey::Day(id) => ("day-", id.to_string()),
            RowKey::Divider => ("divider", String::new()),
            RowKey::Message(id) => ("message-", id.to_string()),
            RowKey::System(seq) => ("system-", seq.to_string()),
        };
        f.write_str(kind)?;
        f.write_str(&which)
    }
}

impl Timeline {
    /// The rows of one page; pending ones stand at the end of the last.
    ///
    /// `divider` is the last message that was read when the room was opened. `offset` gives the
    /// reader's zone at a time (ms since 1970), in minutes ahead of UTC.
    pub fn rows(&self, page: u64, divider: Option<Seq>, offset: impl Fn(u64) -> i32) -> Vec<Row> {
        let first = self.messages.partition_point(|m| page_of(m.seq) < page);
        let end = self.messages.partition_point(|m| page_of(m.seq) <= page);
        let mut drawing = Drawing { rows: Vec::new(), above: None, interrupted: false };
        match first.checked_sub(1).map(|above| &self.messages[above]) {
            Some(above) => {
                drawing.interrupted = self.visits.after(above.seq).is_some();
                drawing.above = Some(Said::message(above, &offset));
            }
            None if page == 0 => drawing.visits(0, self.visits.after(0)),
            None => {}
        }
        for (at, message) in self.messages[first..end].iter().enumerate() {
            let said = Said::message(message, &offset);
            drawing.day(&said, message.id);
            if divider.is_some_and(|read| self.is_first_unread(first + at, read)) {
                drawing.interrupt(RowKey::Divider, RowKind::Divider);
            }
            let quote = message.reply_to.map(|seq| self.quote(seq));
            let head = drawing.head(said) || quote.is_some();
            let kind = RowKind::Message { message: message.clone(), head, quote };
            drawing.rows.push(Row { key: RowKey::Message(message.id), kind });
            drawing.visits(message.seq, self.visits.after(message.seq));
        }
        let pending = if page == self.last_page() { &self.pending[..] } else { &[] };
        for pending in pending {
            let said = Said::pending(pending, &offset);
            drawing.day(&said, pending.id);
            let quote = pending.reply_to.map(|seq| self.quote(seq));
            let head = drawing.head(said) || quote.is_some();
            let kind = RowKind::Pending { pending: pending.clone(), head, quote };
            drawing.rows.push(Row { key: RowKey::Message(pending.id), kind });
        }
        drawing.rows
    }

    /// Whether the message at this index is the first after `read`. The first loaded one is
    /// so only if nothing unread is missing above it.
    fn is_first_unread(&self, index: usize, read: Seq) -> bool {
        let seq = self.messages[index].seq;
        match index.checked_sub(1).map(|above| self.messages[above].seq) {
            Some(above) => above <= read && read < seq,
            None => read < seq && (self.from_beginning || read + 1 == seq),
        }
    }
}

/// Who spoke and when: all that decides about headers and days.
struct Said<'a> {
    user_id: UserId,
    username: &'a str,
    at: u64,
    date: Date,
}

impl<'a> Said<'a> {
    fn message(message: &'a Message, offset: &impl Fn(u64) -> i32) -> Self {
        let at = message.created_at;
        let date = civil(at, offset(at)).date;
        Said { user_id: message.user_id, username: &message.username, at, date }
    }

    fn pending(pending: &'a Pending, offset: &impl Fn(u64) -> i32) -> Self {
        let at = pending.written_at;
        let date = civil(at, offset(at)).date;
        Said { user_id: pending.user_id, username: &pending.username, at, date }
    }

    /// Old messages keep their author's old name, so a new name takes a new header.
    fn continues(&self, above: &Said) -> bool {
        self.user_id == above.user_id
            && self.username == above.username
            && self.date == above.date
            && self.at.abs_diff(above.at) <= GROUP
    }
}

struct Drawing<'a> {
    rows: Vec<Row>,
    above: Option<Said<'a>>,
    /// Something other than a message stands between `above` and what comes next.
    interrupted: bool,
}

impl<'a> Drawing<'a> {
    fn day(&mut self, said: &Said, id: MessageId) {
        if self.above.as_ref().is_none_or(|above| above.date != said.date) {
            self.interrupt(RowKey::Day(id), RowKind::Day(said.date));
        }
    }

    fn visits(&mut self, after: Seq, visits: Option<Visits>) {
        if let Some(visits) = visits {
            self.interrupt(RowKey::System(after), RowKind::System(visits));
        }
    }

    fn interrupt(&mut self, key: RowKey, kind: RowKind) {
        self.rows.push(Row { key, kind });
        self.interrupted = true;
    }

    fn head(&mut self, said: Said<'a>) -> bool {
        let continues = self.above.as_ref().is_some_and(|above| said.continues(above));
        let head = self.interrupted || !continues;
        self.above = Some(said);
        self.interrupted = false;
        head
    }
}
