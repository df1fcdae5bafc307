//! Files on their way to the server, one by one: for the message that is being written, or for one
//! that waits for them.

use super::super::super::live::{Local, local};
use super::super::open_room::{OpenRoom, Trouble};
use super::super::path;
use super::Desk;
use crate::browser::{self, Sent};
use crate::protocol::{File, FileId, MessageId, Picture, Refusal, limits};
use js_sys::{JSON, Reflect};
use std::time::Duration;
use wasm_bindgen::JsValue;
use web_sys::XmlHttpRequest;

/// What a message waits for and did not arrive goes out again after so long, or with a link.
const AGAIN: Duration = Duration::from_secs(5);

/// A file that was picked.
#[derive(Clone)]
pub struct Upload {
    /// Tells it from the others of this page.
    pub key: MessageId,
    pub name: String,
    pub state: State,
    /// What it goes with, once that was sent; until then it stands in the composer.
    pub message: Option<MessageId>,
    /// What is sent, to be sent again.
    picked: Option<Local<web_sys::File>>,
    request: Option<Local<XmlHttpRequest>>,
}

#[derive(Clone)]
pub enum State {
    /// So much of a hundred has gone out.
    Sending(u32),
    Done(File),
    /// Why, in the reader's words; nothing if it did not arrive.
    Failed(Option<String>),
}

impl Upload {
    pub fn is_refused(&self) -> bool {
        matches!(self.state, State::Failed(Some(_)))
    }

    /// So much of a hundred has arrived.
    pub fn percent(&self) -> u32 {
        match self.state {
            State::Sending(percent) => percent,
            State::Done(_) => 100,
            State::Failed(_) => 0,
        }
    }

    pub fn may_be_sent(&self) -> bool {
        self.picked.is_some()
    }
}

impl Desk {
    /// Takes files up and sends them, until there are as many as a message may have.
    pub fn attach(self, room: OpenRoom, picked: Vec<web_sys::File>) {
        let limit = self.limits.file_bytes;
        if limit == 0 || room.username.peek().is_none() {
            return;
        }
        for file in picked {
            if room.uploads.peek_with(|uploads| going_with(uploads, None).count()) >= limits::FILES
            {
                let refusal = Refusal::TooManyFiles { limit: limits::FILES as u32 };
                room.trouble.set(Some(Trouble::Refused(refusal)));
                return;
            }
            let is_too_large = file.size() > limit as f64;
            let state = match is_too_large {
                true => State::Failed(Some(self.phrases.refusal(&Refusal::FileTooLarge { limit }))),
                false => State::Sending(0),
            };
            let key = browser::fresh_id();
            let (name, picked) = (file.name(), (!is_too_large).then(|| local(file)));
            room.uploads.update(|uploads| {
                uploads.push(Upload { key, name, state, message: None, picked, request: None });
            });
            if !is_too_large {
                self.upload(room, key);
            }
        }
    }

    /// Sends a file that was picked, for the first time or again.
    pub fn upload(self, room: OpenRoom, key: MessageId) {
        let found = room.uploads.peek_with(|uploads| {
            let upload = uploads.iter().find(|upload| upload.key == key)?;
            Some((upload.name.clone(), upload.picked.clone()?))
        });
        let Some((name, picked)) = found else { return };
        let name = String::from(js_sys::encode_uri_component(&name));
        let to = ["/api/v1", &*path(&room.key()), "/files?name=", &name].concat();
        let request = browser::send_file(&to, &picked, move |sent| self.on_sent(room, key, sent));
        change(room, key, |upload| {
            upload.state = State::Sending(0);
            upload.request = request.map(local);
        });
    }

    /// There is a link again: what did not arrive goes out once more.
    pub(super) fn send_files_again(self, room: OpenRoom) {
        let lost: Vec<MessageId> = room.uploads.peek_with(|uploads| {
            let lost = uploads.iter().filter(|upload| matches!(upload.state, State::Failed(None)));
            lost.map(|upload| upload.key).collect()
        });
        lost.into_iter().for_each(|key| self.upload(room, key));
    }

    fn on_sent(self, room: OpenRoom, key: MessageId, sent: Sent) {
        let state = match sent {
            Sent::Percent(percent) => State::Sending(percent),
            Sent::Answered(201, answer) => match file(&answer) {
                Some(file) => State::Done(file),
                None => State::Failed(None),
            },
            // A proxy may have no words of ours.
            Sent::Answered(status, answer) => State::Failed(detail(&answer).or_else(|| {
                let is_final = (400..500).contains(&status);
                is_final.then(|| self.phrases.not_arrived.to_owned())
            })),
            Sent::Lost => State::Failed(None),
        };
        let is_lost = matches!(state, State::Failed(None));
        change(room, key, |upload| upload.state = state);
        let known = room.uploads.peek_with(|uploads| {
            uploads.iter().find(|upload| upload.key == key).and_then(|upload| upload.message)
        });
        if let Some(message) = known {
            self.gather(room, message);
            if is_lost {
                let again = move || {
                    if self.is_linked.peek() {
                        self.send_files_again(room);
                    }
                };
                browser::after(AGAIN, again);
            }
        }
    }

    /// A message that was sent before its files were there goes out once they are. One that is
    /// refused leaves it to its writer.
    fn gather(self, room: OpenRoom, message: MessageId) {
        match self.files(room, Some(message)) {
            None => self.change_outbox(room, |outbox| {
                outbox.refused(message, &Refusal::NoSuchFile, browser::ticks());
            }),
            Some(Files { are_coming: true, .. }) => {}
            Some(Files { there, .. }) => {
                let is_other = |upload: &Upload| upload.message != Some(message);
                room.uploads.update(|uploads| uploads.retain(is_other));
                self.change_outbox(room, |outbox| outbox.gathered(message, there));
            }
        }
    }

    /// The files of a message, or of what stands in the composer; `None` if one was refused.
    pub(super) fn files(self, room: OpenRoom, message: Option<MessageId>) -> Option<Files> {
        room.uploads.peek_with(|uploads| {
            let mut files = Files::default();
            for upload in going_with(uploads, message) {
                match &upload.state {
                    State::Done(file) => files.there.push(file.clone()),
                    // What did not arrive goes out again with the next link.
                    State::Sending(_) | State::Failed(None) => files.are_coming = true,
                    State::Failed(Some(_)) => return None,
                }
            }
            Some(files)
        })
    }

    /// What stands in the composer goes with a message that waits for it.
    pub(super) fn hand_over(self, room: OpenRoom, message: MessageId) {
        room.uploads.update(|uploads| {
            let written = uploads.iter_mut().filter(|upload| upload.message.is_none());
            written.for_each(|upload| upload.message = Some(message));
        });
        if self.is_linked.peek() {
            self.send_files_again(room);
        }
    }

    /// A message that waited for its files stands in the composer again, and so do they. Says
    /// whether there are any.
    pub(super) fn take_over(self, room: OpenRoom, message: MessageId) -> bool {
        room.uploads.update(|uploads| {
            let mut has_any = false;
            for upload in uploads.iter_mut().filter(|upload| upload.message == Some(message)) {
                upload.message = None;
                has_any = true;
            }
            has_any
        })
    }

    /// What did not arrive of a message's files is sent anew. Says whether it has any.
    pub(super) fn send_rest_again(self, room: OpenRoom, message: MessageId) -> bool {
        let (has_any, rest): (bool, Vec<MessageId>) = room.uploads.peek_with(|uploads| {
            let has_failed = |upload: &&Upload| matches!(upload.state, State::Failed(_));
            let rest = going_with(uploads, Some(message)).filter(has_failed);
            let has_any = going_with(uploads, Some(message)).next().is_some();
            (has_any, rest.map(|upload| upload.key).collect())
        });
        rest.iter().for_each(|key| self.upload(room, *key));
        has_any
    }

    /// Takes a file off what stands in the composer.
    pub fn detach(self, room: OpenRoom, key: MessageId) {
        drop_those(room, |upload| upload.key == key);
        room.trouble.set(None);
    }

    /// The message is not to be sent: nor is what it waited for.
    pub(super) fn detach_all(self, room: OpenRoom, message: MessageId) {
        drop_those(room, |upload| upload.message == Some(message));
    }

    /// What a message had that is to be written anew.
    pub(super) fn put_back(self, room: OpenRoom, files: Vec<File>) {
        room.uploads.update(|uploads| {
            for file in files {
                let key = browser::fresh_id();
                let (name, state) = (file.name.clone(), State::Done(file));
                let message = None;
                uploads.push(Upload { key, name, state, message, picked: None, request: None });
            }
        });
    }
}

/// The files of a message.
#[derive(Default)]
pub(super) struct Files {
    pub there: Vec<File>,
    /// Some are still on their way.
    pub are_coming: bool,
}

/// Those that go with a message, or with what stands in the composer.
pub fn going_with(uploads: &[Upload], message: Option<MessageId>) -> impl Iterator<Item = &Upload> {
    uploads.iter().filter(move |upload| upload.message == message)
}

fn drop_those(room: OpenRoom, is_it: impl Fn(&Upload) -> bool) {
    room.uploads.update(|uploads| {
        uploads.retain(|upload| {
            let is_it = is_it(upload);
            if let Some(request) = upload.request.as_ref().filter(|_| is_it) {
                // Fails only for one that was never sent.
                let _ = request.abort();
            }
            !is_it
        });
    });
}

fn change(room: OpenRoom, key: MessageId, change: impl FnOnce(&mut Upload)) {
    room.uploads.update(|uploads| {
        if let Some(upload) = uploads.iter_mut().find(|upload| upload.key == key) {
            change(upload);
        }
    });
}

/// The file that the server has kept, out of its answer.
fn file(answer: &str) -> Option<File> {
    let answer = JSON::parse(answer).ok()?;
    let (text, number) = (
        |name| member(&answer, name)?.as_string(),
        |of: &JsValue, name| member(of, name)?.as_f64(),
    );
    let id: FileId = text("id")?.parse().ok()?;
    let bytes = number(&answer, "bytes")? as u64;
    let picture = member(&answer, "picture").and_then(|picture| {
        let (width, height) = (number(&picture, "width")?, number(&picture, "height")?);
        Some(Picture { width: width as u32, height: height as u32 })
    });
    Some(File { id, name: text("name")?, kind: text("kind")?, bytes, picture })
}

/// Why not, out of the server's answer (RFC 9457).
fn detail(answer: &str) -> Option<String> {
    member(&JSON::parse(answer).ok()?, "detail")?.as_string()
}

fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined())
}
