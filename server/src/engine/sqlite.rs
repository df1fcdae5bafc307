//! The log in one SQLite file.
//!
//! All writes go through one thread with one connection; reads have connections of their own
//! and, in WAL mode, neither side waits for the other. With `synchronous=FULL` a commit is on
//! the disk before it returns; what makes that affordable is that one commit takes everything
//! that waits.
//!
//! The parts in reading order: `home` finds, locks and prepares the file, a `write` waits in
//! `line` for the `writer`, which commits, `posts`, `amendments`, `mentions`, `files`,
//! `seats`, `keeping` and `bells` are what it does inside a transaction, `reader` and `search` answer
//! questions on connections of the `readers`, `rows` turns rows into values; `archive` is for who
//! reads or copies the file beside a server. The tables are in `server/migrations`.

mod home;
mod write;
mod line;
mod writer;
mod posts;
mod amendments;
mod mentions;
mod seats;
mod keeping;
mod files;
mod bells;
mod readers;
mod reader;
mod search;
mod rows;
pub mod archive;

pub use home::OpenError;

use super::{
    Amendment, Answer, Commit, Content, Draft, Engine, Error, Keeping, Latest, Membership, NewFile,
    Opening, PostError, Posted, Result, RoomId, RoomRecord, SessionRecord, TokenHash,
};
use app::page::{Found, Terms};
use app::protocol::{Epoch, File, FileId, Message, MessagePage, RoomKey, Seq, UserId};
use async_trait::async_trait;
use futures::future::BoxFuture;
use line::Line;
use reader::Reader;
use sqlx::SqliteConnection;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};
use tokio::runtime;
use tokio::sync::{mpsc, oneshot, watch};
use write::{Asked, Asker, Work, Write};

/// Writes that wait for the writer: more than a second's worth of a fast disk. Whoever comes when
/// so many wait hears that it is not stored, and may come again.
const PLACES: usize = 65_536;

/// Commits that wait for the registry. When so many wait, the writer waits.
const COMMITS: usize = 16;

/// Where the log is kept, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The database file; it and its directory are made if missing. SQLite keeps `-wal` and
    /// `-shm` files beside it, and we a `.lock` file.
    pub path: PathBuf,
    /// Writes in one transaction at most.
    pub batch: usize,
    /// How long to wait for a lock that another program (a backup, a shell) holds on the file.
    pub busy_timeout: Duration,
    /// The file grows to at most so many pages of 4096 bytes; what needs more is answered as
    /// by a full disk. See [`Sqlite::set_max_pages`].
    pub max_pages: Option<u32>,
}

impl Options {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Options {
            path: path.into(),
            batch: 1024,
            busy_timeout: Duration::from_secs(5),
            max_pages: None,
        }
    }
}

/// An open log. Dropping it without [`Engine::close`] closes it in the background.
pub struct Sqlite {
    epoch: Epoch,
    line: Line,
    reader: Reader,
    max_pages: watch::Sender<Option<u32>>,
    /// Never written to; it ends when the writer has closed the file.
    writing: watch::Receiver<()>,
}

/// Opens the log, making it if there is none, and brings its tables up to date.
///
/// The receiver yields every commit in order; see [`Engine`] for what its owner promises.
pub async fn open(options: Options) -> Result<(Sqlite, mpsc::Receiver<Commit>), OpenError> {
    let home = home::open(&options).await?;
    let (line, waiting) = line::line(PLACES);
    let (commits, committed) = mpsc::channel(COMMITS);
    let (max_pages, limit) = watch::channel(options.max_pages);
    let (done, writing) = watch::channel(());
    let sqlite = Sqlite {
        epoch: home.epoch,
        line,
        reader: Reader::new(home.readers.clone()),
        max_pages,
        writing,
    };
    let path = options.path.clone();
    let write = async move {
        writer::run(home, &options, limit, waiting, commits).await;
        drop(done);
    };
    match run_apart(write) {
        Ok(()) => Ok((sqlite, committed)),
        Err(error) => Err(OpenError::Other { path, source: error.into() }),
    }
}

/// Runs the writer on a thread of its own. Among the runtime's tasks each step of a commit
/// would wait behind everyone whom the last commit woke.
fn run_apart(writer: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_time().build()?;
    thread::Builder::new().name("log-writer".to_owned()).spawn(move || runtime.block_on(writer))?;
    Ok(())
}

impl Sqlite {
    /// Changes [`Options::max_pages`] from the next commit on; `None` lifts the limit. A limit
    /// below the file's present size means that it cannot grow. For tests, which fill the
    /// disk and empty it again.
    pub fn set_max_pages(&self, pages: Option<u32>) {
        self.max_pages.send_replace(pages);
    }

    /// Puts a change of what was said in line and waits for its answer.
    async fn say(&self, write: impl FnOnce(Asker<Answer>) -> Write) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.line.put(write(Asker::new(reply))).map_err(|_| PostError::NotStored)?;
        answer.await.map_err(|_| PostError::NotStored)?
    }

    /// Puts a write in line and waits for its answer. Once in line, a write is carried out
    /// even if the caller goes away.
    async fn write<A>(&self, write: impl FnOnce(Asker<Result<A>>) -> Write) -> Result<A> {
        let (reply, answer) = oneshot::channel();
        let error = |why| Error::new("writing to the log", why);
        self.line.put(write(Asker::new(reply))).map_err(|_| error("it is full or closed"))?;
        answer.await.map_err(|_| error("it is closed"))?
    }

    /// Puts an errand in line and waits for its answer.
    async fn run<A: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> BoxFuture<'_, sqlx::Result<A>> + Send + 'static,
    ) -> Result<A> {
        let work: Option<Work<A>> = Some(Box::new(work));
        self.write(|asker| Write::Errand(Box::new(Asked { work, asker }))).await
    }
}

#[async_trait]
impl Engine for Sqlite {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    async fn find_room(&self, key: &RoomKey) -> Result<Option<RoomRecord>> {
        self.reader.find_room(key).await.map_err(Error::during("finding a room"))
    }

    async fn make_room(&self, key: &RoomKey, title: &str) -> Result<RoomRecord> {
        let (key, title) = (key.clone(), title.to_owned());
        self.write(|asker| Write::MakeRoom { key, title, asker }).await
    }

    async fn post(&self, draft: Draft) -> Result<Posted, PostError> {
        self.say(|asker| Write::Post { draft, asker }).await
    }

    async fn amend(&self, amendment: Amendment) -> Result<Posted, PostError> {
        self.say(|asker| Write::Amend { amendment, asker }).await
    }

    async fn changes_since(
        &self,
        room: RoomId,
        rev: u64,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>> {
        self.reader.changes_since(room, rev, limit).await.map_err(Error::during("reading changes"))
    }

    async fn latest(&self, room: RoomId, limit: usize) -> Result<Latest> {
        let latest = self.reader.latest(room, limit, self.epoch).await;
        latest.map_err(Error::during("reading the latest messages"))
    }

    async fn before(&self, room: RoomId, before: Seq, limit: usize) -> Result<MessagePage> {
        self.reader.before(room, before, limit).await.map_err(Error::during("reading history"))
    }

    async fn add_file(&self, file: NewFile) -> Result<Option<File>> {
        self.run(move |log| Box::pin(async move { files::add(log, &file).await })).await
    }

    async fn file(&self, id: FileId, small: bool) -> Result<Option<Content>> {
        self.reader.file(id, small).await.map_err(Error::during("reading a file"))
    }

    async fn search(
        &self,
        room: RoomId,
        terms: &Terms,
        before: Seq,
        limit: usize,
    ) -> Result<Found> {
        self.reader.search(room, terms, before, limit).await.map_err(Error::during("searching"))
    }

    async fn find_session(&self, token: &TokenHash) -> Result<Option<SessionRecord>> {
        self.reader.find_session(token).await.map_err(Error::during("finding a session"))
    }

    async fn opening(&self, room: RoomId, members: usize) -> Result<Opening> {
        self.reader.opening(room, members).await.map_err(Error::during("opening a room"))
    }

    async fn public_rooms(&self, limit: usize) -> Result<Vec<RoomRecord>> {
        self.reader.public_rooms(limit).await.map_err(Error::during("reading the public rooms"))
    }

    async fn is_owner(&self, user: UserId, room: RoomId) -> Result<bool> {
        self.reader.is_owner(user, room).await.map_err(Error::during("reading who owns a room"))
    }

    async fn keep(&self, room: RoomId, keeping: Keeping) -> Result<bool> {
        self.run(move |log| Box::pin(async move { keeping::keep(log, room, &keeping).await })).await
    }

    async fn join(
        &self,
        token: &TokenHash,
        room: RoomId,
        username: &str,
    ) -> Result<(UserId, Membership)> {
        let (token, username) = (*token, username.to_owned());
        self.write(|asker| Write::Join { token, room, username, asker }).await
    }

    async fn new_user(&self) -> Result<UserId> {
        self.run(|log| Box::pin(seats::new_user(log))).await
    }

    async fn leave(&self, user: UserId, room: RoomId) -> Result<()> {
        self.run(move |log| Box::pin(seats::leave(log, user, room))).await
    }

    async fn note_seen(&self, users: Vec<UserId>, at: u64) -> Result<()> {
        self.run(move |log| Box::pin(seats::note_seen(log, users, at))).await
    }

    async fn end_unseen(&self, since: u64) -> Result<u64> {
        self.run(move |log| Box::pin(seats::end_unseen(log, since))).await
    }

    async fn mark_read(&self, user: UserId, room: RoomId, seq: Seq) -> Result<()> {
        self.write(|asker| Write::MarkRead { user, room, seq, asker }).await
    }

    async fn check(&self) -> Result<()> {
        self.reader.check().await.map_err(Error::during("reading the log"))
    }

    async fn close(&self) {
        self.line.close().await;
        let _ = self.writing.clone().changed().await;
    }
}
