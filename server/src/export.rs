//! A room to take away, written page by page; and what else is done from the command line beside
//! the server: a copy of everything, and a new life for a restored log.

use crate::config::Task;
use crate::engine::sqlite::archive::{Archive, ArchiveError, backup, new_epoch};
use crate::names;
use crate::registry::now_millis;
use crate::transport::http;
use app::calendar::Date;
use app::components::export_page::{Enclosed, Export};
use app::i18n::Locale;
use app::protocol::{Cursor, File, FileId, Message, Refusal, RoomKey, Seq};
use clap::ValueEnum;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// Messages read at a time, where they are heavy with the files that they bring along and where
/// they are not.
const HEAVY_PAGE: usize = 1;
const PAGE: usize = 50;

/// What is heavier than this stays out of a page, in bytes.
const HEAVY: u64 = 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("{name:?} cannot be a room: {why}")]
    BadRoom { name: String, why: String },
    #[error("there is no room {0:?}")]
    UnknownRoom(String),
    #[error("the output cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// Does the task on that log; what is asked for is written to `out`.
pub async fn run(
    task: &Task,
    database: &Path,
    locale: Locale,
    out: &mut impl Write,
) -> Result<(), TaskError> {
    match task {
        Task::Export { room, format, zone } => {
            export(database, room, *format, Export { locale, offset: *zone }, out).await
        }
        Task::Backup { file } => Ok(backup(database, file).await?),
        Task::NewEpoch => {
            let epoch = new_epoch(database).await?;
            Ok(writeln!(out, "{epoch}")?)
        }
    }
}

async fn export(
    database: &Path,
    name: &str,
    format: Format,
    export: Export,
    out: &mut impl Write,
) -> Result<(), TaskError> {
    let (key, _) = names::parse_room(name).map_err(|refusal: Refusal| TaskError::BadRoom {
        name: name.to_owned(),
        why: Locale::En.phrases().refusal(&refusal),
    })?;
    let mut archive = Archive::open(database).await?;
    let room = archive.find_room(&key).await?;
    let (room, cursor) = room.ok_or_else(|| TaskError::UnknownRoom(name.to_owned()))?;
    let mut pages = Pages::new(format, export);
    out.write_all(pages.beginning(&room.key, &room.title, cursor).as_bytes())?;
    let mut last = 0;
    loop {
        let messages = archive.after(&room, last, pages.count()).await?;
        let mut answered = Vec::new();
        for seq in Pages::answered(&messages) {
            answered.extend(archive.at(&room, seq).await?);
        }
        let mut enclosed = Enclosed::new();
        for id in pages.enclosed(&messages) {
            let file = archive.small_file(id).await?;
            enclosed.extend(file.map(|file| (id, (file.kind, file.bytes))));
        }
        out.write_all(pages.page(&messages, answered, &enclosed).as_bytes())?;
        match messages.last() {
            Some(message) => last = message.seq,
            None => break,
        }
    }
    out.write_all(pages.end().as_bytes())?;
    Ok(out.flush()?)
}

/// What a room is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Html,
    Json,
    Txt,
}

impl Format {
    pub const fn ending(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Json => "json",
            Format::Txt => "txt",
        }
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Html => "text/html; charset=utf-8",
            Format::Json => "application/json",
            Format::Txt => "text/plain; charset=utf-8",
        }
    }
}

/// A room as it is written, page by page, because it may be long.
pub struct Pages {
    format: Format,
    export: Export,
    /// The day of the last message that was written.
    day: Option<Date>,
}

impl Pages {
    pub fn new(format: Format, export: Export) -> Self {
        Pages { format, export, day: None }
    }

    /// How many messages are wanted at a time.
    pub fn count(&self) -> usize {
        match self.format {
            Format::Html => HEAVY_PAGE,
            Format::Json | Format::Txt => PAGE,
        }
    }

    pub fn beginning(&self, room: &RoomKey, title: &str, Cursor { epoch, rev }: Cursor) -> String {
        match self.format {
            Format::Json => {
                let (room, title) = (json!(room), json!(title));
                format!(
                    "{{\"room\":{room},\"title\":{title},\"cursor\":{{\"epoch\":{epoch},\"rev\":{rev}}},\"messages\":["
                )
            }
            Format::Html => self.export.beginning(title),
            Format::Txt => String::new(),
        }
    }

    /// The places of messages that these answer and that are not among them.
    pub fn answered(messages: &[Arc<Message>]) -> BTreeSet<Seq> {
        let first = messages.first().map_or(0, |message| message.seq);
        let answered = messages.iter().filter_map(|message| message.reply_to);
        answered.filter(|seq| *seq < first).collect()
    }

    /// Those of their files that go into the page: pictures, of a large one the small one, and
    /// other files that are not heavy.
    pub fn enclosed(&self, messages: &[Arc<Message>]) -> Vec<FileId> {
        if self.format != Format::Html {
            return Vec::new();
        }
        let files = messages.iter().flat_map(|message| &message.files);
        // What moves has no small one.
        let has_small = |file: &File| file.picture.is_some() && file.kind != "image/gif";
        let files = files.filter(|file| has_small(file) || file.bytes <= HEAVY);
        files.map(|file| file.id).collect()
    }

    /// The next messages. `answered`: what they answer and what came before.
    pub fn page(
        &mut self,
        messages: &[Arc<Message>],
        answered: Vec<Arc<Message>>,
        enclosed: &Enclosed,
    ) -> String {
        let all = messages.iter().cloned().chain(answered);
        let quotes: HashMap<Seq, Arc<Message>> =
            all.map(|message| (message.seq, message)).collect();
        let mut page = String::new();
        for message in messages {
            let answered = message.reply_to.and_then(|seq| quotes.get(&seq)).map(|it| &**it);
            match self.format {
                Format::Json => {
                    page.push_str(if message.seq == 1 { "\n" } else { ",\n" });
                    let message = http::Message::from(Arc::clone(message));
                    page.push_str(&serde_json::to_string(&message).expect("it is JSON"));
                }
                Format::Html => {
                    page.push_str(&self.export.message(message, answered, enclosed, self.day))
                }
                Format::Txt => page.push_str(&self.export.lines(message, answered)),
            }
            self.day = Some(self.export.day(message));
        }
        page
    }

    pub fn end(&self) -> String {
        match self.format {
            Format::Json => "\n]}\n".to_owned(),
            Format::Html => self.export.end(now_millis()),
            Format::Txt => String::new(),
        }
    }
}
