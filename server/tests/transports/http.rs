//! The HTTP API as a way in: talking by POST, and three ways to read.

use super::common::TestServer;
use super::common::bot::{Answer, Bot, Stream, answer, cursor};
use super::{DELETED, No, Way, edited, reacted};
use app::protocol::{MessageId, Rev};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, VecDeque};
use tokio::task::yield_now;

/// Who polls asks so often before they give up.
const ASKS: usize = 20_000;

pub struct Http<R> {
    bot: Bot,
    rooms: HashMap<String, Place<R>>,
}

/// How far someone has read a room.
struct Place<R> {
    cursor: String,
    rev: Rev,
    /// The last message.
    seq: u64,
    /// Read and not asked for yet.
    texts: VecDeque<String>,
    /// None while one has vanished.
    reading: Option<R>,
}

pub trait Reading: Sized {
    async fn begin(bot: &Bot, room: &str, after: &str) -> Self;

    /// What changed after the cursor; perhaps nothing yet.
    async fn read(&mut self, bot: &Bot, room: &str, after: &str) -> Value;
}

pub struct Polling;

impl Reading for Polling {
    async fn begin(_: &Bot, _: &str, _: &str) -> Self {
        Polling
    }

    async fn read(&mut self, bot: &Bot, room: &str, after: &str) -> Value {
        bot.read(room, &format!("after={after}&wait=0")).await
    }
}

pub struct LongPolling;

impl Reading for LongPolling {
    async fn begin(_: &Bot, _: &str, _: &str) -> Self {
        LongPolling
    }

    async fn read(&mut self, bot: &Bot, room: &str, after: &str) -> Value {
        let answer = bot.read(room, &format!("after={after}&wait=30")).await;
        assert_ne!(cursor(&answer), after, "there was something to wait for");
        answer
    }
}

/// Server-sent events: open from joining on, also while nobody reads.
pub struct Streaming(Stream);

impl Reading for Streaming {
    async fn begin(bot: &Bot, room: &str, after: &str) -> Self {
        Streaming(bot.stream(room, "", Some(after)).await)
    }

    async fn read(&mut self, _: &Bot, _: &str, _: &str) -> Value {
        let event = self.0.next().await.expect("an event before the end");
        assert_eq!((event.name.as_str(), event.id), ("messages", cursor(&event.data)));
        event.data
    }
}

impl<R: Reading> Place<R> {
    async fn attend(&mut self, bot: &Bot, room: &str) {
        let reading = self.reading.as_mut().unwrap();
        let answer = reading.read(bot, room, &self.cursor).await;
        assert_eq!(answer["reset"], false);
        for message in answer["messages"].as_array().unwrap() {
            let rev = message["rev"].as_u64().unwrap();
            assert!(rev > self.rev, "nothing twice");
            self.rev = rev;
            self.texts.push_back(heard(message, &mut self.seq));
        }
        assert_eq!(answer["cursor"]["rev"], self.rev);
        self.cursor = cursor(&answer);
    }
}

/// What a message says; `seq` counts along the new ones.
pub fn heard(message: &Value, seq: &mut u64) -> String {
    let text = message["text"].as_str().unwrap();
    let is_known = message["seq"].as_u64().unwrap() <= *seq;
    if message["deleted"] == true {
        assert_eq!((text, is_known), ("", true));
        return DELETED.to_owned();
    }
    if message.get("editedAt").is_some_and(Value::is_u64) {
        assert!(is_known);
        return edited(text);
    }
    let reactions = message.get("reactions").and_then(Value::as_array).into_iter().flatten();
    let counts: Vec<_> = reactions
        .map(|reaction| {
            let emoji = reaction["emoji"].as_str().unwrap().to_owned();
            (emoji, reaction["count"].as_u64().unwrap())
        })
        .collect();
    if !counts.is_empty() {
        assert!(is_known);
        return reacted(text, &counts);
    }
    *seq += 1;
    assert_eq!(message["seq"], *seq, "no gap, and nothing twice");
    text.to_owned()
}

fn no(answer: &Answer) -> No {
    match answer.problem() {
        "name-taken" => No::NameTaken,
        "text-blank" => No::TextBlank,
        "not-joined" => No::NotJoined,
        "bad-emoji" => No::BadEmoji,
        "not-yours" => No::NotYours,
        "unknown-message" => No::Unknown,
        other => panic!("refused: {other}"),
    }
}

async fn done(request: RequestBuilder) -> Result<(), No> {
    let answer = answer(request).await;
    if answer.status == StatusCode::OK { Ok(()) } else { Err(no(&answer)) }
}

impl<R: Reading> Way for Http<R> {
    async fn arrive(server: &TestServer) -> Self {
        Http { bot: Bot::new(server), rooms: HashMap::new() }
    }

    async fn join(&mut self, room: &str, username: &str) -> Result<(), No> {
        let joined = self.bot.join(room, username).await;
        if joined.status != StatusCode::OK {
            return Err(no(&joined));
        }
        if let Some(token) = joined.body["token"].as_str() {
            self.bot.token = Some(token.to_owned());
        }
        let (cursor, rev) = (cursor(&joined.body), joined.body["cursor"]["rev"].as_u64().unwrap());
        let reading = Some(R::begin(&self.bot, room, &cursor).await);
        // Nothing was said yet, in these tests.
        let place = Place { cursor, rev, seq: rev, texts: VecDeque::new(), reading };
        self.rooms.insert(room.to_owned(), place);
        Ok(())
    }

    async fn say(&mut self, room: &str, id: MessageId, text: &str) -> Result<(), No> {
        let body = json!({ "id": id.to_string(), "text": text });
        let said = self.bot.post(&format!("/rooms/{room}/messages"), &body).await;
        match said.status {
            StatusCode::CREATED | StatusCode::OK => Ok(()),
            _ => Err(no(&said)),
        }
    }

    async fn edit(&mut self, room: &str, id: MessageId, text: &str) -> Result<(), No> {
        let path = format!("/rooms/{room}/messages/{id}");
        done(self.bot.patch_json(&path, &json!({ "text": text }))).await
    }

    async fn delete(&mut self, room: &str, id: MessageId) -> Result<(), No> {
        let path = format!("/rooms/{room}/messages/{id}");
        done(self.bot.request(Method::DELETE, &path)).await
    }

    async fn react(&mut self, room: &str, id: MessageId, emoji: &str, on: bool) -> Result<(), No> {
        let method = if on { Method::PUT } else { Method::DELETE };
        let path = format!("/rooms/{room}/messages/{id}/reactions/{emoji}");
        done(self.bot.request(method, &path)).await
    }

    async fn hear(&mut self, room: &str, count: usize) -> Vec<String> {
        let place = self.rooms.get_mut(room).unwrap();
        for _ in 0..ASKS {
            if place.texts.len() >= count {
                return place.texts.drain(..count).collect();
            }
            place.attend(&self.bot, room).await;
            yield_now().await;
        }
        panic!("heard only {:?}", place.texts);
    }

    async fn see(&mut self, room: &str, usernames: &[&str]) {
        let expected: BTreeSet<_> = usernames.iter().map(|name| name.to_string()).collect();
        for _ in 0..ASKS {
            if self.bot.usernames(room).await.into_iter().collect::<BTreeSet<_>>() == expected {
                return;
            }
            yield_now().await;
        }
        panic!("{usernames:?} are not in {room}");
    }

    async fn leave(&mut self, room: &str) {
        let left = self.bot.post(&format!("/rooms/{room}/leave"), &json!({})).await;
        assert_eq!(left.status, StatusCode::NO_CONTENT);
    }

    async fn vanish(&mut self) {
        // What was on its way is lost with the connections.
        self.bot.http = Client::new();
        self.rooms.values_mut().for_each(|place| place.reading = None);
    }

    async fn come_back(&mut self, _: &TestServer, room: &str) {
        let place = self.rooms.get_mut(room).unwrap();
        place.reading = Some(R::begin(&self.bot, room, &place.cursor).await);
    }
}
