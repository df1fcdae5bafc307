//! What is done from the command line beside the server: a room to take away, a copy of
//! everything, and a new life for a restored log.

use crate::config::{Format, Task};
use crate::engine::sqlite::archive::{Archive, ArchiveError, backup, new_epoch};
use crate::names;
use crate::registry::now_millis;
use crate::transport::http;
use app::components::export_page::Export;
use app::i18n::Locale;
use app::protocol::{Cursor, Message, Refusal, Seq};
use serde_json::json;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// Messages read at a time.
const PAGE: usize = 500;

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
    begin(format, export, &room.key.0, &room.title, cursor, out)?;
    let (mut last, mut above) = (0, None);
    loop {
        let messages = archive.after(&room, last, PAGE).await?;
        // What is answered is near by, most often.
        let mut quotes: HashMap<Seq, Arc<Message>> =
            messages.iter().map(|message| (message.seq, Arc::clone(message))).collect();
        for message in &messages {
            let answered = match message.reply_to {
                Some(seq) if !quotes.contains_key(&seq) => {
                    quotes.extend(archive.at(&room, seq).await?.map(|answered| (seq, answered)));
                    quotes.get(&seq)
                }
                Some(seq) => quotes.get(&seq),
                None => None,
            };
            match format {
                Format::Json => {
                    let separator = if message.seq == 1 { "\n" } else { ",\n" };
                    out.write_all(separator.as_bytes())?;
                    serde_json::to_writer(&mut *out, &http::Message::from(Arc::clone(message)))
                        .map_err(io::Error::from)?;
                }
                Format::Html => {
                    let html = export.message(message, answered.map(|quoted| &**quoted), above);
                    out.write_all(html.as_bytes())?;
                    above = Some(export.day(message));
                }
                Format::Txt => {
                    let lines = export.lines(message, answered.map(|quoted| &**quoted));
                    out.write_all(lines.as_bytes())?;
                }
            }
            last = message.seq;
        }
        if messages.len() < PAGE {
            break;
        }
    }
    end(format, export, out)?;
    Ok(out.flush()?)
}

fn begin(
    format: Format,
    export: Export,
    room: &str,
    title: &str,
    Cursor { epoch, rev }: Cursor,
    out: &mut impl Write,
) -> io::Result<()> {
    match format {
        Format::Json => {
            let (room, title) = (json!(room), json!(title));
            write!(
                out,
                "{{\"room\":{room},\"title\":{title},\"cursor\":{{\"epoch\":{epoch},\"rev\":{rev}}},\"messages\":["
            )
        }
        Format::Html => out.write_all(export.beginning(title).as_bytes()),
        Format::Txt => Ok(()),
    }
}

fn end(format: Format, export: Export, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Json => out.write_all(b"\n]}\n"),
        Format::Html => out.write_all(export.end(now_millis()).as_bytes()),
        Format::Txt => Ok(()),
    }
}
