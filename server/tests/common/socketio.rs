//! A small Socket.IO client (protocol 5 on engine.io 4), over WebSocket or polling. It does
//! nothing by itself, so that a test decides when it reads.
#![allow(dead_code, clippy::unwrap_used)]

use super::patiently;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    WebSocket,
    Polling,
}

pub const WAYS: [Way; 2] = [Way::WebSocket, Way::Polling];

type Ws = WebSocketStream<MaybeTlsStream<TcpStream>>;

enum Link {
    WebSocket(Box<Ws>),
    Polling { http: reqwest::Client, url: String, packets: VecDeque<String> },
}

/// What arrives on a namespace.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Event(String, Vec<Value>),
    Answer(u64, Vec<Value>),
    Connected,
    Disconnected,
}

pub struct Socket {
    pub id: String,
    pub handshake: Value,
    addr: SocketAddr,
    /// `/` or `/echo`, as packets name it: nothing, or with a comma.
    prefix: String,
    link: Link,
    /// What came while something else was awaited.
    pub heard: VecDeque<Heard>,
    next: u64,
}

impl Socket {
    pub async fn connect(addr: SocketAddr, way: Way) -> Self {
        Self::open(addr, way, "/", None).await.unwrap()
    }

    /// Connects to a namespace with an `auth` payload; fails with the server's reason.
    pub async fn open(
        addr: SocketAddr,
        way: Way,
        namespace: &str,
        auth: Option<Value>,
    ) -> Result<Self, String> {
        let (link, handshake) = match way {
            Way::WebSocket => {
                let url = format!("ws://{addr}/socket.io/?EIO=4&transport=websocket");
                let (mut ws, _) = patiently(connect_async(url)).await.unwrap();
                let open = read_text(&mut ws).await.unwrap();
                (Link::WebSocket(Box::new(ws)), open)
            }
            Way::Polling => {
                let http = reqwest::Client::new();
                let url = format!("http://{addr}/socket.io/?EIO=4&transport=polling");
                let open = patiently(http.get(&url).send()).await.unwrap().text().await.unwrap();
                let handshake: Value = serde_json::from_str(&open[1..]).unwrap();
                let url = format!("{url}&sid={}", handshake["sid"].as_str().unwrap());
                (Link::Polling { http, url, packets: VecDeque::new() }, open)
            }
        };
        let prefix = if namespace == "/" { String::new() } else { format!("{namespace},") };
        let handshake = serde_json::from_str(handshake.strip_prefix('0').unwrap()).unwrap();
        let (id, heard) = (String::new(), VecDeque::new());
        let mut socket = Socket { id, handshake, addr, prefix, link, heard, next: 0 };
        let auth = auth.map(|auth| auth.to_string()).unwrap_or_default();
        socket.send(&format!("40{}{auth}", socket.prefix)).await;
        let packet = socket.packet().await.ok_or("closed")?;
        let rest = socket.of_namespace(&packet[2..]);
        let data: Value = serde_json::from_str(rest).unwrap();
        if packet.starts_with("44") {
            return Err(data["message"].as_str().unwrap().to_owned());
        }
        socket.id = data["sid"].as_str().unwrap().to_owned();
        Ok(socket)
    }

    /// Goes on over WebSocket, as browsers do after they began by polling.
    pub async fn upgrade(&mut self) {
        let sid = self.handshake["sid"].as_str().unwrap();
        let url = format!("ws://{}/socket.io/?EIO=4&transport=websocket&sid={sid}", self.addr);
        let (mut ws, _) = patiently(connect_async(url)).await.unwrap();
        ws.send(Message::text("2probe")).await.unwrap();
        assert_eq!(read_text(&mut ws).await.unwrap(), "3probe");
        // What was on its way to a poll must be fetched before the old way is left.
        let Link::Polling { http, url, packets } = &mut self.link else { panic!("polls not") };
        loop {
            let polled = poll(http, url).await.unwrap();
            if polled.iter().all(|packet| packet == "6") {
                break;
            }
            packets.extend(polled);
        }
        let waiting: Vec<String> = packets.drain(..).filter(|packet| packet != "6").collect();
        ws.send(Message::text("5")).await.unwrap();
        self.link = Link::WebSocket(Box::new(ws));
        for packet in waiting {
            let heard = self.parse(&packet);
            self.heard.extend(heard);
        }
    }

    /// A raw packet of engine.io: its type, and what it holds.
    pub async fn send(&mut self, packet: &str) {
        // The server may have closed already; the test sees that when it reads.
        match &mut self.link {
            Link::WebSocket(ws) => drop(ws.send(Message::text(packet)).await),
            Link::Polling { http, url, .. } => {
                let post = http.post(url.as_str()).body(packet.to_owned());
                drop(patiently(post.send()).await);
            }
        }
    }

    pub async fn emit(&mut self, event: &str, arguments: &[Value]) {
        let packet = format!("42{}{}", self.prefix, array(event, arguments));
        self.send(&packet).await;
    }

    /// Emits with a callback, and says its number.
    pub async fn ask(&mut self, event: &str, arguments: &[Value]) -> u64 {
        self.next += 1;
        let packet = format!("42{}{}{}", self.prefix, self.next, array(event, arguments));
        self.send(&packet).await;
        self.next
    }

    /// What a callback is called with; what else arrives is kept, in order.
    pub async fn answer(&mut self, asked: u64) -> Vec<Value> {
        let fits = |heard: &Heard| matches!(heard, Heard::Answer(id, _) if *id == asked);
        match self.until(fits).await {
            Some(Heard::Answer(_, arguments)) => arguments,
            _ => panic!("no answer before the end"),
        }
    }

    pub async fn call(&mut self, event: &str, arguments: &[Value]) -> Vec<Value> {
        let asked = self.ask(event, arguments).await;
        self.answer(asked).await
    }

    /// Calls, and expects to be called back with nothing.
    pub async fn succeed(&mut self, event: &str, arguments: &[Value]) {
        assert_eq!(self.call(event, arguments).await, [] as [Value; 0]);
    }

    /// Calls, and expects to be told why not.
    pub async fn fail(&mut self, event: &str, arguments: &[Value]) -> String {
        match &self.call(event, arguments).await[..] {
            [Value::String(reason)] => reason.clone(),
            other => panic!("expected one reason, got {other:?}"),
        }
    }

    pub async fn join(&mut self, room: &str, username: &str) {
        self.succeed("join", &[json!({ "username": username, "room": room })]).await;
    }

    pub async fn say(&mut self, text: &str) {
        self.succeed("message", &[json!(text)]).await;
    }

    /// The next of what arrives, heard before or new; `None` at the end.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.heard.pop_front() {
            Some(heard) => Some(heard),
            None => self.read().await,
        }
    }

    /// The only argument of the next such event; what comes before is kept.
    pub async fn event(&mut self, name: &str) -> Value {
        let fits = |heard: &Heard| matches!(heard, Heard::Event(event, _) if event == name);
        match self.until(fits).await {
            Some(Heard::Event(_, mut arguments)) if arguments.len() == 1 => arguments.remove(0),
            other => panic!("expected {name}, got {other:?}"),
        }
    }

    /// The next `message`, as "name: text".
    pub async fn line(&mut self) -> String {
        let message = self.event("message").await;
        format!("{}: {}", message["username"].as_str().unwrap(), message["text"].as_str().unwrap())
    }

    /// Texts of the next messages that people sent.
    pub async fn texts(&mut self, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.len() < count {
            let message = self.event("message").await;
            if message["username"] != "Admin" {
                texts.push(message["text"].as_str().unwrap().to_owned());
            }
        }
        texts
    }

    /// Everything up to now, by way of an answer that must come after it.
    pub async fn all_so_far(&mut self) -> Vec<Heard> {
        let asked = self.ask("no such event", &[]).await;
        self.answer(asked).await;
        self.heard.drain(..).collect()
    }

    pub async fn until(&mut self, fits: impl Fn(&Heard) -> bool) -> Option<Heard> {
        if let Some(at) = self.heard.iter().position(&fits) {
            return self.heard.remove(at);
        }
        loop {
            let heard = self.read().await?;
            if fits(&heard) {
                return Some(heard);
            }
            self.heard.push_back(heard);
        }
    }

    /// Says goodbye to the namespace.
    pub async fn disconnect(mut self) {
        self.send(&format!("41{}", self.prefix)).await;
    }

    async fn read(&mut self) -> Option<Heard> {
        loop {
            let packet = self.packet().await?;
            if let Some(heard) = self.parse(&packet) {
                return Some(heard);
            }
        }
    }

    /// The next packet of Socket.IO, without engine.io's type in front of it.
    async fn packet(&mut self) -> Option<String> {
        loop {
            let packet = match &mut self.link {
                Link::WebSocket(ws) => read_text(ws).await?,
                Link::Polling { http, url, packets } => match packets.pop_front() {
                    Some(packet) => packet,
                    None => {
                        packets.extend(poll(http, url).await?);
                        continue;
                    }
                },
            };
            match packet.as_bytes().first()? {
                b'2' => self.send("3").await,
                b'4' => return Some(packet),
                b'1' => return None,
                _ => {}
            }
        }
    }

    fn parse(&self, packet: &str) -> Option<Heard> {
        let rest = self.of_namespace(packet.get(2..)?);
        let data = rest.find('[').map_or("", |at| &rest[at..]);
        let values = || serde_json::from_str::<Vec<Value>>(data).unwrap();
        match packet.get(..2)? {
            "42" => {
                let mut values = values();
                let name = values.remove(0).as_str().unwrap().to_owned();
                Some(Heard::Event(name, values))
            }
            "43" => {
                let id = rest[..rest.len() - data.len()].parse().unwrap();
                Some(Heard::Answer(id, values()))
            }
            "40" => Some(Heard::Connected),
            "41" => Some(Heard::Disconnected),
            _ => None,
        }
    }

    fn of_namespace<'a>(&self, packet: &'a str) -> &'a str {
        packet.strip_prefix(self.prefix.as_str()).unwrap_or(packet)
    }
}

fn array(event: &str, arguments: &[Value]) -> Value {
    std::iter::once(json!(event)).chain(arguments.iter().cloned()).collect()
}

async fn read_text(ws: &mut Ws) -> Option<String> {
    loop {
        match patiently(ws.next()).await? {
            Ok(Message::Text(text)) => return Some(text.as_str().to_owned()),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

async fn poll(http: &reqwest::Client, url: &str) -> Option<Vec<String>> {
    let response = patiently(http.get(url).send()).await.ok()?;
    if !response.status().is_success() {
        return None;
    }
    let body = patiently(response.text()).await.ok()?;
    if body.is_empty() {
        return None;
    }
    Some(body.split('\u{1e}').map(str::to_owned).collect())
}
