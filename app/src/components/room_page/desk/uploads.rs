//! Files on their way to the server, one by one, for the message that is being written.

use super::super::open_room::{OpenRoom, Trouble};
use super::super::path;
use super::Desk;
use crate::browser::{self, Sent};
use crate::protocol::{File, FileId, MessageId, Picture, Refusal, limits};
use js_sys::{JSON, Reflect};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;
use web_sys::XmlHttpRequest;

/// A file that was picked.
#[derive(Clone)]
pub struct Upload {
    /// Tells it from the others of this page.
    pub key: MessageId,
    pub name: String,
    pub state: State,
    /// What is sent, to be sent again.
    picked: Option<SendWrapper<web_sys::File>>,
    request: Option<SendWrapper<XmlHttpRequest>>,
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
            if room.uploads.peek_with(Vec::len) >= limits::FILES {
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
            let (name, picked) = (file.name(), (!is_too_large).then(|| SendWrapper::new(file)));
            room.uploads.update(|uploads| {
                uploads.push(Upload { key, name, state, picked, request: None });
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
            upload.request = request.map(SendWrapper::new);
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
            Sent::Answered(_, answer) => State::Failed(detail(&answer)),
            Sent::Lost => State::Failed(None),
        };
        let is_over = !matches!(state, State::Sending(_));
        // What did not arrive goes out again with the next link, or the next press.
        let is_lost = matches!(&state, State::Failed(None));
        change(room, key, |upload| upload.state = state);
        if is_over && !is_lost && room.awaits_files.peek() {
            let draft = room.draft.peek();
            if self.say(room, &draft) {
                self.keep_draft(room, "");
            }
        }
    }

    /// The files of the message that is to be sent; `None` if some are not there yet. Then it is
    /// sent when they are, unless one is refused; what did not arrive goes out again.
    pub(super) fn files_to_send(self, room: OpenRoom) -> Option<Vec<File>> {
        let mut files = Vec::new();
        let (mut is_under_way, mut has_failed) = (false, false);
        room.uploads.peek_with(|uploads| {
            for upload in uploads {
                match &upload.state {
                    State::Done(file) => files.push(file.clone()),
                    State::Sending(_) => is_under_way = true,
                    State::Failed(None) => is_under_way = true,
                    State::Failed(Some(_)) => has_failed = true,
                }
            }
        });
        let awaits = is_under_way && !has_failed;
        room.awaits_files.set(awaits);
        if awaits && self.is_linked.peek() {
            self.send_files_again(room);
        }
        (!is_under_way && !has_failed).then_some(files)
    }

    /// Takes a file off the message again.
    pub fn detach(self, room: OpenRoom, key: MessageId) {
        room.uploads.update(|uploads| {
            uploads.retain(|upload| {
                let is_it = upload.key == key;
                if let Some(request) = upload.request.as_ref().filter(|_| is_it) {
                    let _ = request.abort();
                }
                !is_it
            });
        });
        room.awaits_files.set(false);
        room.trouble.set(None);
    }

    /// What a message had that is to be written anew.
    pub(super) fn put_back(self, room: OpenRoom, files: Vec<File>) {
        room.uploads.update(|uploads| {
            for file in files {
                let key = browser::fresh_id();
                let (name, state) = (file.name.clone(), State::Done(file));
                uploads.push(Upload { key, name, state, picked: None, request: None });
            }
        });
    }
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
