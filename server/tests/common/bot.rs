//! A program that talks over HTTP.

use super::{TestServer, patiently};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;

#[derive(Clone)]
pub struct Bot {
    pub http: Client,
    pub base: String,
    pub token: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Bot {
    pub fn new(server: &TestServer) -> Self {
        Bot { http: Client::new(), base: server.url("/api/v1"), token: None }
    }

    pub async fn joined(server: &TestServer, room: &str, username: &str) -> Self {
        let mut bot = Bot::new(server);
        let joined = bot.join(room, username).await;
        assert_eq!(joined.status, StatusCode::OK, "{joined:?}");
        bot.token = Some(joined.body["token"].as_str().unwrap().to_owned());
        bot
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    pub fn post_json(&self, path: &str, body: &Value) -> RequestBuilder {
        let request = self.request(Method::POST, path);
        request.header(CONTENT_TYPE, "application/json").body(body.to_string())
    }

    pub fn patch_json(&self, path: &str, body: &Value) -> RequestBuilder {
        let request = self.request(Method::PATCH, path);
        request.header(CONTENT_TYPE, "application/json").body(body.to_string())
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.post_json(path, body)).await
    }

    pub async fn join(&self, room: &str, username: &str) -> Answer {
        self.post(&format!("/rooms/{room}/join"), &json!({ "username": username })).await
    }

    pub async fn say(&self, room: &str, text: &str) -> Value {
        let answer = self.post(&format!("/rooms/{room}/messages"), &json!({ "text": text })).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body
    }

    pub async fn read(&self, room: &str, query: &str) -> Value {
        let answer = self.get(&format!("/rooms/{room}/messages?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    }

    pub async fn usernames(&self, room: &str) -> Vec<String> {
        let users = self.get(&format!("/rooms/{room}/users")).await.body;
        let users = users["users"].as_array().unwrap().iter();
        users.map(|user| user["username"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn stream(&self, room: &str, query: &str, last: Option<&str>) -> Stream {
        let mut request = self
            .request(Method::GET, &format!("/rooms/{room}/messages?{query}"))
            .header(ACCEPT, "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = patiently(request.send()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
        Stream { response, read: Vec::new() }
    }
}

pub async fn answer(request: RequestBuilder) -> Answer {
    let response = patiently(request.send()).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = patiently(response.text()).await.unwrap();
    let body = match text.as_str() {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
    };
    Answer { status, headers, body }
}

impl Answer {
    /// The `type` of a problem, after its form was checked.
    pub fn problem(&self) -> &str {
        assert_eq!(self.headers[CONTENT_TYPE], "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], self.status.as_u16());
        for member in ["title", "detail"] {
            assert!(self.body[member].as_str().is_some_and(|words| !words.is_empty()));
        }
        self.body["type"].as_str().unwrap().strip_prefix("/problems/").unwrap()
    }
}

pub fn texts(answer: &Value) -> Vec<&str> {
    let messages = answer["messages"].as_array().unwrap().iter();
    messages.map(|message| message["text"].as_str().unwrap()).collect()
}

/// The cursor as a parameter.
pub fn cursor(answer: &Value) -> String {
    format!("{}.{}", answer["cursor"]["epoch"], answer["cursor"]["rev"])
}

/// A stream of events, as a browser's `EventSource` would read it.
pub struct Stream {
    response: Response,
    read: Vec<u8>,
}

#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: Value,
}

impl Stream {
    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        // Comments may come for ever.
        patiently(self.read_event()).await
    }

    async fn read_event(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.read.drain(..end + 2).collect();
                let block = std::str::from_utf8(&block).unwrap();
                let fields: HashMap<&str, &str> =
                    block.lines().filter_map(|line| line.split_once(": ")).collect();
                let event = fields.get("data").map(|data| Event {
                    name: fields["event"].to_owned(),
                    id: fields["id"].to_owned(),
                    data: serde_json::from_str(data).unwrap(),
                });
                if event.is_some() {
                    return event;
                }
            }
            let chunk = self.response.chunk().await.ok()??;
            // It may end in the middle of a character.
            self.read.extend_from_slice(&chunk);
        }
    }

    /// So many messages' texts, and the id to go on from.
    pub async fn hear(&mut self, count: usize) -> (Vec<String>, String) {
        let mut heard = Vec::new();
        loop {
            let event = self.next().await.expect("an event before the end");
            assert_eq!(event.name, "messages");
            heard.extend(texts(&event.data).into_iter().map(str::to_owned));
            if heard.len() >= count {
                return (heard, event.id);
            }
        }
    }
}
