//! One contract for every way in: what is promised to people, whatever carries it. Written
//! once; a way in implements [`Way`] and is listed at the end.
#![allow(clippy::unwrap_used)]

mod common;

use app::protocol::{
    Acked, Codec, Command, Cursor, Hello, MessageId, PresenceChange, Refusal, Rev, ServerFrame,
};
use common::{Client, Poller, TestServer, fresh_id, key, message};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::marker::PhantomData;

/// Why something was not done, as far as every way in can tell.
#[derive(Debug, PartialEq, Eq)]
enum No {
    NameTaken,
    TextBlank,
    NotJoined,
}

/// Someone who came in by one of the ways. Implementations wait for what they are asked to see
/// and panic when it does not come.
trait Way: Sized {
    /// Whether one can name one's message, so that saying it again is harmless.
    const NAMES_MESSAGES: bool = true;
    /// Whether one stays listed for a while after a lost connection.
    const HAS_GRACE: bool = true;

    async fn arrive(server: &TestServer) -> Self;

    async fn join(&mut self, room: &str, username: &str) -> Result<(), No>;

    /// Says something, once it is stored.
    async fn say(&mut self, room: &str, id: MessageId, text: &str) -> Result<(), No>;

    /// Says all of it, in this order, as fast as the way allows.
    async fn say_all(&mut self, room: &str, texts: &[String]) {
        for text in texts {
            self.say(room, fresh_id(), text).await.unwrap();
        }
    }

    /// The texts of the next messages of the room, one's own too, in the order they arrive.
    async fn hear(&mut self, room: &str, count: usize) -> Vec<String>;

    /// Waits until these are the people in the room, in any order.
    async fn see(&mut self, room: &str, usernames: &[&str]);

    async fn leave(&mut self, room: &str);

    /// Loses the connection without a word; to come back later with what one remembers.
    async fn vanish(&mut self);

    /// Comes back, and takes the room up where one had heard of it last.
    async fn come_back(&mut self, server: &TestServer, room: &str);
}

/// Nobody is limited here, and who is lost stays listed for `grace` seconds.
async fn server(grace: &str) -> TestServer {
    let free = ["--message-rate", "0", "--address-messages", "0", "--address-joins", "0"];
    TestServer::with(&[&free[..], &["--grace", grace]].concat()).await
}

async fn two<W: Way>(server: &TestServer) -> (W, W) {
    let (mut minsu, mut ana) = (W::arrive(server).await, W::arrive(server).await);
    minsu.join("r", "민수").await.unwrap();
    ana.join("r", "Ana").await.unwrap();
    (minsu, ana)
}

fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|n| n.to_string()).collect()
}

async fn who_joins_sees_who_is_there_and_is_seen<W: Way>() {
    let server = server("30").await;
    let (mut minsu, mut ana) = two::<W>(&server).await;
    ana.see("r", &["민수", "Ana"]).await;
    minsu.see("r", &["민수", "Ana"]).await;
    minsu.say("r", fresh_id(), "안녕").await.unwrap();
    for one in [&mut minsu, &mut ana] {
        assert_eq!(one.hear("r", 1).await, ["안녕"]);
    }
}

async fn what_cannot_be_is_refused_with_a_reason<W: Way>() {
    let server = server("30").await;
    let (mut minsu, mut ana) = (W::arrive(&server).await, W::arrive(&server).await);
    minsu.join("r", "민수").await.unwrap();
    assert_eq!(ana.say("r", fresh_id(), "?").await, Err(No::NotJoined));
    assert_eq!(ana.join("r", "민수").await, Err(No::NameTaken));
    ana.join("r", "Ana").await.unwrap();
    assert_eq!(ana.say("r", fresh_id(), " \u{200b}").await, Err(No::TextBlank));
    // None of it was heard.
    ana.say("r", fresh_id(), "!").await.unwrap();
    assert_eq!(minsu.hear("r", 1).await, ["!"]);
}

async fn everyone_hears_everything_in_the_same_order<W: Way>() {
    let server = server("30").await;
    let (mut minsu, mut ana) = two::<W>(&server).await;
    let said = |who: &str| numbered(50).iter().map(|n| format!("{who} {n}")).collect::<Vec<_>>();
    let (hers, his) = (said("Ana"), said("민수"));
    tokio::join!(minsu.say_all("r", &his), ana.say_all("r", &hers));
    let heard = minsu.hear("r", 100).await;
    assert_eq!(heard, ana.hear("r", 100).await);
    for (who, said) in [("Ana", hers), ("민수", his)] {
        let mine: Vec<_> = heard.iter().filter(|text| text.starts_with(who)).cloned().collect();
        assert_eq!(mine, said, "nobody's own words changed places");
    }
}

async fn a_message_said_twice_is_heard_once<W: Way>() {
    if !W::NAMES_MESSAGES {
        return;
    }
    let server = server("30").await;
    let (mut minsu, mut ana) = two::<W>(&server).await;
    let id = fresh_id();
    minsu.say("r", id, "하나").await.unwrap();
    minsu.say("r", id, "하나").await.unwrap();
    minsu.vanish().await;
    minsu.come_back(&server, "r").await;
    minsu.say("r", id, "하나").await.unwrap();
    minsu.say("r", fresh_id(), "둘").await.unwrap();
    assert_eq!(ana.hear("r", 2).await, ["하나", "둘"]);
}

async fn who_comes_back_hears_what_they_missed<W: Way>() {
    let server = server("30").await;
    let (mut minsu, mut ana) = two::<W>(&server).await;
    minsu.say("r", fresh_id(), "before").await.unwrap();
    assert_eq!(ana.hear("r", 1).await, ["before"]);
    ana.vanish().await;
    minsu.say_all("r", &numbered(120)).await;
    ana.come_back(&server, "r").await;
    minsu.say("r", fresh_id(), "after").await.unwrap();
    let mut expected = numbered(120);
    expected.push("after".into());
    assert_eq!(ana.hear("r", 121).await, expected);
    ana.say("r", fresh_id(), "here").await.unwrap();
    assert_eq!(minsu.hear("r", 123).await.last().unwrap(), "here");
}

async fn who_reads_slowly_hears_everything<W: Way>() {
    let server = server("30").await;
    let (mut minsu, mut ana) = two::<W>(&server).await;
    // More than the buffers between hold while nobody reads.
    let text = "가".repeat(3900);
    let texts: Vec<_> = numbered(1000).iter().map(|n| format!("{text}{n}")).collect();
    minsu.say_all("r", &texts).await;
    assert!(ana.hear("r", 1000).await == texts, "no gap, and nothing twice");
}

async fn who_leaves_is_gone_and_hears_no_more_as_a_member<W: Way>() {
    let server = server("30").await;
    let (mut minsu, mut ana) = two::<W>(&server).await;
    minsu.see("r", &["민수", "Ana"]).await;
    ana.leave("r").await;
    minsu.see("r", &["민수"]).await;
    assert_eq!(ana.say("r", fresh_id(), "?").await, Err(No::NotJoined));
    // The name is free at once.
    W::arrive(&server).await.join("r", "Ana").await.unwrap();
}

async fn who_vanishes_is_gone_after_the_grace<W: Way>() {
    let server = server("0").await;
    let (mut minsu, mut ana) = two::<W>(&server).await;
    minsu.see("r", &["민수", "Ana"]).await;
    ana.vanish().await;
    minsu.see("r", &["민수"]).await;
}

async fn who_vanishes_keeps_the_name_for_the_grace<W: Way>() {
    if !W::HAS_GRACE {
        return;
    }
    let server = server("30").await;
    let (_minsu, mut ana) = two::<W>(&server).await;
    ana.vanish().await;
    let mut other = W::arrive(&server).await;
    assert_eq!(other.join("r", "Ana").await, Err(No::NameTaken));
    ana.come_back(&server, "r").await;
    ana.see("r", &["민수", "Ana"]).await;
}

/// The whole contract for one way, as a module of tests.
macro_rules! contract {
    ($name:ident: $way:ty) => {
        contract!($name: $way,
            who_joins_sees_who_is_there_and_is_seen,
            what_cannot_be_is_refused_with_a_reason,
            everyone_hears_everything_in_the_same_order,
            a_message_said_twice_is_heard_once,
            who_comes_back_hears_what_they_missed,
            who_reads_slowly_hears_everything,
            who_leaves_is_gone_and_hears_no_more_as_a_member,
            who_vanishes_is_gone_after_the_grace,
            who_vanishes_keeps_the_name_for_the_grace,
        );
    };
    ($name:ident: $way:ty, $($fact:ident,)*) => {
        mod $name {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $fact() {
                    super::$fact::<$way>().await;
                }
            )*
        }
    };
}

contract!(websocket_postcard: super::Frames<super::Socket<true>>);
contract!(websocket_json: super::Frames<super::Socket<false>>);
contract!(poll_postcard: super::Frames<super::Poll<true>>);
contract!(poll_json: super::Frames<super::Poll<false>>);

/// The protocol's own frames, over one kind of link.
struct Frames<L> {
    /// None while one has vanished.
    client: Option<Client>,
    token: Option<String>,
    rooms: HashMap<String, Seen>,
    link: PhantomData<L>,
}

#[derive(Default)]
struct Seen {
    rev: Rev,
    /// Heard and not asked for yet.
    texts: VecDeque<String>,
    usernames: BTreeSet<String>,
}

trait Link {
    async fn connect(server: &TestServer) -> Client;
}

/// A WebSocket that speaks postcard, or else JSON.
struct Socket<const POSTCARD: bool>;

/// `/poll`, likewise.
struct Poll<const POSTCARD: bool>;

fn codec(is_postcard: bool) -> Codec {
    if is_postcard { Codec::Postcard } else { Codec::Json }
}

impl<const POSTCARD: bool> Link for Socket<POSTCARD> {
    async fn connect(server: &TestServer) -> Client {
        Client::connect(server.addr, codec(POSTCARD), &[]).await.unwrap()
    }
}

impl<const POSTCARD: bool> Link for Poll<POSTCARD> {
    async fn connect(server: &TestServer) -> Client {
        let codec = codec(POSTCARD);
        Client::over(Poller::new(server.addr, codec), codec)
    }
}

impl<L: Link> Frames<L> {
    fn client(&mut self) -> &mut Client {
        self.client.as_mut().unwrap()
    }

    async fn connect(&mut self, server: &TestServer) {
        let mut client = L::connect(server).await;
        client.greet(Hello { build: None, token: self.token.clone() }).await.unwrap();
        self.client = Some(client);
    }

    /// Takes note of the next frame.
    async fn attend(&mut self) {
        match self.client().next().await.expect("more frames") {
            ServerFrame::Batch(batch) => {
                let seen = self.rooms.get_mut(batch.room.as_str()).unwrap();
                assert_eq!(batch.from, seen.rev, "no gap, and nothing twice");
                seen.rev = batch.to;
                seen.texts.extend(batch.messages.iter().map(|message| message.text.clone()));
            }
            ServerFrame::Users(list) => {
                let seen = self.rooms.get_mut(list.room.as_str()).unwrap();
                seen.usernames = list.users.into_iter().map(|user| user.username).collect();
            }
            ServerFrame::Presence(presence) => {
                let seen = self.rooms.get_mut(presence.room.as_str()).unwrap();
                for change in presence.changes {
                    match change {
                        PresenceChange::Here { user, .. } => seen.usernames.insert(user.username),
                        PresenceChange::Gone { user, .. } => seen.usernames.remove(&user.username),
                    };
                }
            }
            ServerFrame::Beat => {}
            other => panic!("unexpected: {other:?}"),
        }
    }
}

fn no(refusal: Refusal) -> No {
    match refusal {
        Refusal::NameTaken { .. } => No::NameTaken,
        Refusal::TextBlank => No::TextBlank,
        Refusal::NotJoined => No::NotJoined,
        other => panic!("refused: {other:?}"),
    }
}

impl<L: Link> Way for Frames<L> {
    async fn arrive(server: &TestServer) -> Self {
        let mut one =
            Frames { client: None, token: None, rooms: HashMap::new(), link: PhantomData };
        one.connect(server).await;
        one
    }

    async fn join(&mut self, room: &str, username: &str) -> Result<(), No> {
        let joined = self.client().join(room, username).await.map_err(no)?;
        self.token = joined.token.or(self.token.take());
        let usernames = joined.snapshot.users.into_iter().map(|user| user.username).collect();
        let seen = Seen { rev: joined.snapshot.cursor.rev, texts: VecDeque::new(), usernames };
        self.rooms.insert(room.to_owned(), seen);
        Ok(())
    }

    async fn say(&mut self, room: &str, id: MessageId, text: &str) -> Result<(), No> {
        self.client().post(room, id, text).await.map(drop).map_err(no)
    }

    async fn say_all(&mut self, room: &str, texts: &[String]) {
        for texts in texts.chunks(100) {
            let mut asked = Vec::new();
            for text in texts {
                asked.push(self.client().ask(message(room, fresh_id(), text)).await);
            }
            for id in asked {
                self.client().answer(id).await.unwrap();
            }
        }
    }

    async fn hear(&mut self, room: &str, count: usize) -> Vec<String> {
        while self.rooms[room].texts.len() < count {
            self.attend().await;
        }
        self.rooms.get_mut(room).unwrap().texts.drain(..count).collect()
    }

    async fn see(&mut self, room: &str, usernames: &[&str]) {
        let expected: BTreeSet<_> = usernames.iter().map(|name| name.to_string()).collect();
        while self.rooms[room].usernames != expected {
            self.attend().await;
        }
    }

    async fn leave(&mut self, room: &str) {
        self.client().command(Command::Leave { room: key(room) }).await.unwrap();
    }

    async fn vanish(&mut self) {
        // What was on its way is lost with the connection.
        self.client = None;
    }

    async fn come_back(&mut self, server: &TestServer, room: &str) {
        self.connect(server).await;
        let epoch = self.client().greeting.as_ref().unwrap().epoch;
        let cursor = Cursor { epoch, rev: self.rooms[room].rev };
        let resumed = self.client().command(Command::Resume { room: key(room), cursor }).await;
        assert_eq!(resumed, Ok(Acked::Resumed));
    }
}
