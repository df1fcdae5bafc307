//! The protocol's own frames as a way in, over a WebSocket or `/poll`.

use super::common::{Client, Poller, TestServer, fresh_id, key, message};
use super::{DELETED, No, Way, edited, reacted};
use app::protocol::{
    Acked, Codec, Command, Cursor, Hello, Message, MessageId, PresenceChange, Refusal, Rev,
    ServerFrame,
};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::marker::PhantomData;

/// Someone who speaks frames over one kind of link.
pub struct Frames<L> {
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

pub trait Link {
    async fn connect(server: &TestServer) -> Client;
}

/// A WebSocket that speaks postcard, or else JSON.
pub struct Socket<const POSTCARD: bool>;

/// `/poll`, likewise.
pub struct Poll<const POSTCARD: bool>;

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
                seen.texts.extend(batch.messages.iter().map(|message| heard(message)));
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
                        PresenceChange::Away { .. } => false,
                    };
                }
            }
            ServerFrame::Beat | ServerFrame::Settings(_) => {}
            other => panic!("unexpected: {other:?}"),
        }
    }
}

fn heard(message: &Message) -> String {
    match message {
        Message { deleted: true, .. } => DELETED.to_owned(),
        Message { edited_at: Some(_), text, .. } => edited(text),
        Message { text, reactions, .. } if !reactions.is_empty() => {
            let counts = reactions.iter();
            let counts = counts.map(|reaction| (reaction.emoji.clone(), reaction.count.into()));
            reacted(text, &counts.collect::<Vec<_>>())
        }
        Message { text, .. } => text.clone(),
    }
}

fn no(refusal: Refusal) -> No {
    match refusal {
        Refusal::BadEmoji => No::BadEmoji,
        Refusal::NotYours => No::NotYours,
        Refusal::NoSuchMessage => No::Unknown,
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

    async fn edit(&mut self, room: &str, id: MessageId, text: &str) -> Result<(), No> {
        let edit = Command::Edit { room: key(room), id, text: text.to_owned() };
        self.client().command(edit).await.map(drop).map_err(no)
    }

    async fn delete(&mut self, room: &str, id: MessageId) -> Result<(), No> {
        let delete = Command::Delete { room: key(room), id };
        self.client().command(delete).await.map(drop).map_err(no)
    }

    async fn react(&mut self, room: &str, id: MessageId, emoji: &str, on: bool) -> Result<(), No> {
        let react = Command::React { room: key(room), id, emoji: emoji.to_owned(), on };
        self.client().command(react).await.map(drop).map_err(no)
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
