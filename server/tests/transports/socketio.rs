//! The classic room chat over Socket.IO as a way in, for a client that names its messages and
//! asks for what it missed.

use super::common::socketio::{self, Heard, Socket};
use super::common::{TestServer, fresh_id};
use super::http::heard;
use super::{DELETED, No, Way};
use app::protocol::{MessageId, Rev};
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;

/// Over polling, or else over a WebSocket. It sits in one room.
pub struct Classic<const POLLING: bool> {
    addr: SocketAddr,
    /// None while one has vanished.
    socket: Option<Socket>,
    /// `null` until there is one.
    token: Value,
    username: String,
    cursor: Option<Value>,
    rev: Rev,
    /// The last message.
    seq: u64,
    /// Heard and not asked for yet.
    texts: VecDeque<String>,
    usernames: BTreeSet<String>,
}

impl<const POLLING: bool> Classic<POLLING> {
    fn socket(&mut self) -> &mut Socket {
        self.socket.as_mut().unwrap()
    }

    async fn connect(&mut self) {
        let way = if POLLING { socketio::Way::Polling } else { socketio::Way::WebSocket };
        let auth = json!({ "token": self.token });
        self.socket = Some(Socket::open(self.addr, way, "/", Some(auth)).await.unwrap());
    }

    async fn take_part(&mut self, join: Value) -> Result<(), No> {
        said(self.socket().call("join", &[join]).await)
    }

    /// Takes note of the next event.
    async fn attend(&mut self) {
        match self.socket().next().await.expect("more events") {
            Heard::Event(name, arguments) => match name.as_str() {
                "message" if arguments[0]["username"] == "Admin" => {}
                "message" | "messageChanged" => self.note(&arguments[0]),
                "messageDeleted" => {
                    self.cursor = Some(arguments[0]["cursor"].clone());
                    self.texts.push_back(DELETED.to_owned());
                }
                "roomData" => {
                    let users = arguments[0]["users"].as_array().unwrap().iter();
                    let names = users.map(|user| user["username"].as_str().unwrap().to_owned());
                    self.usernames = names.collect();
                }
                other => panic!("unexpected: {other}"),
            },
            other => panic!("unexpected: {other:?}"),
        }
    }

    fn note(&mut self, message: &Value) {
        let rev = message["rev"].as_u64().unwrap();
        assert!(rev > self.rev, "nothing twice");
        self.rev = rev;
        self.cursor = Some(message["cursor"].clone());
        self.texts.push_back(heard(message, &mut self.seq));
    }
}

fn message(id: MessageId, text: &str) -> [Value; 2] {
    [json!(text), json!({ "id": id.to_string() })]
}

/// What a callback says.
fn said(arguments: Vec<Value>) -> Result<(), No> {
    let Some(reason) = arguments.first() else { return Ok(()) };
    Err(match reason.as_str().unwrap() {
        "먼저 방에 들어와 주세요." => No::NotJoined,
        "빈 메시지는 보낼 수 없어요." => No::TextBlank,
        "반응은 이모지 하나로 남겨 주세요." => No::BadEmoji,
        "다른 분의 메시지예요." => No::NotYours,
        "그 메시지는 이제 없어요." => No::Unknown,
        taken if taken.starts_with("지금 같은 이름이 방에 있어요.") => No::NameTaken,
        other => panic!("refused: {other}"),
    })
}

impl<const POLLING: bool> Way for Classic<POLLING> {
    /// Here the tutorial's clients expect everyone to be gone at once.
    const HAS_GRACE: bool = false;

    async fn arrive(server: &TestServer) -> Self {
        let mut one = Classic {
            addr: server.addr,
            socket: None,
            token: Value::Null,
            username: String::new(),
            cursor: None,
            rev: 0,
            seq: 0,
            texts: VecDeque::new(),
            usernames: BTreeSet::new(),
        };
        one.connect().await;
        one
    }

    async fn join(&mut self, room: &str, username: &str) -> Result<(), No> {
        self.take_part(json!({ "username": username, "room": room, "history": 0 })).await?;
        self.username = username.to_owned();
        self.token = self.socket().event("session").await["token"].clone();
        Ok(())
    }

    async fn say(&mut self, _: &str, id: MessageId, text: &str) -> Result<(), No> {
        said(self.socket().call("message", &message(id, text)).await)
    }

    async fn edit(&mut self, _: &str, id: MessageId, text: &str) -> Result<(), No> {
        let edit = json!({ "id": id.to_string(), "text": text });
        said(self.socket().call("edit", &[edit]).await)
    }

    async fn delete(&mut self, _: &str, id: MessageId) -> Result<(), No> {
        said(self.socket().call("delete", &[json!({ "id": id.to_string() })]).await)
    }

    async fn react(&mut self, _: &str, id: MessageId, emoji: &str, on: bool) -> Result<(), No> {
        let react = json!({ "id": id.to_string(), "emoji": emoji, "on": on });
        said(self.socket().call("react", &[react]).await)
    }

    async fn say_all(&mut self, _: &str, texts: &[String]) {
        for texts in texts.chunks(100) {
            let mut asked = Vec::new();
            for text in texts {
                asked.push(self.socket().ask("message", &message(fresh_id(), text)).await);
            }
            for id in asked {
                said(self.socket().answer(id).await).unwrap();
            }
        }
    }

    async fn hear(&mut self, _: &str, count: usize) -> Vec<String> {
        while self.texts.len() < count {
            self.attend().await;
        }
        self.texts.drain(..count).collect()
    }

    async fn see(&mut self, _: &str, usernames: &[&str]) {
        let expected: BTreeSet<_> = usernames.iter().map(|name| name.to_string()).collect();
        while self.usernames != expected {
            self.attend().await;
        }
    }

    /// There is no event for it: one says goodbye, and may connect again.
    async fn leave(&mut self, _: &str) {
        self.socket.take().unwrap().disconnect().await;
        self.connect().await;
    }

    async fn vanish(&mut self) {
        // What was on its way is lost with the connection.
        self.socket = None;
    }

    async fn come_back(&mut self, _: &TestServer, room: &str) {
        self.connect().await;
        let after = self.cursor.clone().unwrap_or(json!(0));
        let join = json!({ "username": self.username, "room": room, "after": after });
        self.take_part(join).await.unwrap();
    }
}
