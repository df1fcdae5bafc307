//! The line before the writer: what waits to be written, and how long it waits for company.
//!
//! Words are written at once, with whatever else is in line. A commit of anything else costs more
//! than what is in it, so such writes wait a moment for one another: when everyone joins at once,
//! a few joins a commit would be most of the work.

use super::write::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, timeout_at};

/// Commits in which nobody's words wait begin so far apart.
const GATHER: Duration = Duration::from_millis(5);

/// Where writes get in line.
pub(super) struct Line {
    writes: mpsc::Sender<Write>,
    urgent: Arc<Notify>,
}

/// The line is full, or the log is closed.
#[derive(Debug)]
pub(super) struct NoPlace;

/// The writer's end of the line.
pub(super) struct Waiting {
    pub(super) writes: mpsc::Receiver<Write>,
    /// Told of every urgent write. What was told of one that is written already only cuts the
    /// next wait short.
    urgent: Arc<Notify>,
    gathers_until: Instant,
}

pub(super) fn line(places: usize) -> (Line, Waiting) {
    let (sender, writes) = mpsc::channel(places);
    let urgent = Arc::new(Notify::new());
    let line = Line { writes: sender, urgent: Arc::clone(&urgent) };
    (line, Waiting { writes, urgent, gathers_until: Instant::now() })
}

impl Line {
    /// Takes a place at the end. Nobody waits for one: a place is promised in the order of waiting
    /// but taken in the order of waking, and what one connection says in one go would change places.
    pub fn put(&self, write: Write) -> Result<(), NoPlace> {
        let is_urgent = write.is_urgent();
        self.writes.try_send(write).map_err(|_| NoPlace)?;
        if is_urgent {
            self.urgent.notify_one();
        }
        Ok(())
    }

    /// Nothing is taken after what is in line now.
    pub async fn close(&self) {
        // Fails if it was closed before.
        let _ = self.writes.send(Write::Close).await;
        self.urgent.notify_one();
    }
}

impl Waiting {
    /// Adds to what was taken from the line what else comes in time, until there are `limit`.
    /// Not woken by each.
    pub async fn gather(&mut self, writes: &mut Vec<Write>, limit: usize) {
        let is_patient = !writes.iter().any(Write::is_urgent);
        if is_patient && (1..limit).contains(&writes.len()) {
            let _ = timeout_at(self.gathers_until, self.urgent.notified()).await;
            while writes.len() < limit
                && let Ok(write) = self.writes.try_recv()
            {
                writes.push(write);
            }
        }
        self.gathers_until = Instant::now() + GATHER;
    }
}

#[cfg(test)]
mod tests {
    use super::super::write::Asker;
    use super::*;
    use app::protocol::RoomKey;
    use tokio::sync::oneshot;
    use tokio::time::sleep_until;

    fn room(key: &str) -> Write {
        let asker = Asker::new(oneshot::channel().0);
        Write::MakeRoom { key: RoomKey(key.into()), title: key.into(), asker }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_urgent_is_taken_together() {
        let (line, mut waiting) = line(9);
        let begin = Instant::now();
        waiting.gathers_until = begin - GATHER;
        let mut writes = vec![room("1")];
        waiting.gather(&mut writes, 9).await;
        assert_eq!((writes.len(), begin.elapsed()), (1, Duration::ZERO), "it is the first");

        let mut writes = vec![room("2")];
        let come = async {
            sleep_until(begin + GATHER / 2).await;
            for key in ["3", "4", "5"] {
                assert!(line.put(room(key)).is_ok());
            }
        };
        tokio::join!(waiting.gather(&mut writes, 3), come);
        assert_eq!(writes.len(), 3, "as many as were asked for");
        assert!(begin.elapsed() >= GATHER);
    }

    #[tokio::test]
    async fn a_full_line_turns_away_and_keeps_its_order() {
        let (line, mut waiting) = line(2);
        let mut writes = Vec::new();
        for keys in [["1", "2"], ["3", "4"]] {
            assert!(keys.iter().all(|key| line.put(room(key)).is_ok()));
            assert!(line.put(room("5")).is_err());
            waiting.writes.recv_many(&mut writes, 2).await;
        }
        let keys = writes.iter().map(|write| match write {
            Write::MakeRoom { key, .. } => key.as_str(),
            _ => "another",
        });
        assert_eq!(keys.collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_urgent_waits_for_nothing() {
        let (line, mut waiting) = line(9);
        let begin = Instant::now();
        waiting.gathers_until = begin + GATHER;
        let mut writes = vec![Write::Close];
        waiting.gather(&mut writes, 9).await;
        assert_eq!(begin.elapsed(), Duration::ZERO);

        let mut writes = vec![room("1")];
        tokio::join!(waiting.gather(&mut writes, 9), line.close());
        assert_eq!((writes.len(), begin.elapsed()), (2, Duration::ZERO));
    }
}
