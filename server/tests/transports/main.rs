//! One contract for every way in: what is promised to people, whatever carries it. Written
//! once; a way in implements [`Way`] and is listed at the end.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod frames;
mod http;
mod mixed;
mod socketio;

use app::protocol::MessageId;
use common::{TestServer, fresh_id, while_time_flies};
use frames::{Frames, Poll, Socket};
use http::{Http, LongPolling, Polling, Streaming};
use socketio::Classic;

/// Why something was not done, as far as every way in can tell.
#[derive(Debug, PartialEq, Eq)]
enum No {
    NameTaken,
    TextBlank,
    NotJoined,
    NotYours,
    Unknown,
    BadEmoji,
}

/// How a message that was changed is noted among the texts.
fn edited(text: &str) -> String {
    format!("{text} (edited)")
}

const DELETED: &str = "(deleted)";

/// How a message is noted whose reactions changed: the emoji, and how many gave them.
fn reacted(text: &str, reactions: &[(String, u64)]) -> String {
    let each = reactions.iter().map(|(emoji, count)| format!(" {emoji}{count}"));
    format!("{text} ({})", each.collect::<String>().trim())
}

/// Someone who came in by one of the ways. Implementations wait for what they are asked to see
/// and panic when it does not come.
trait Way: Sized {
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

    /// Gives a message another text, once that is stored.
    async fn edit(&mut self, room: &str, id: MessageId, text: &str) -> Result<(), No>;

    async fn delete(&mut self, room: &str, id: MessageId) -> Result<(), No>;

    /// Gives a message an emoji, or takes it back.
    async fn react(&mut self, room: &str, id: MessageId, emoji: &str, on: bool) -> Result<(), No>;

    /// The texts of the next messages of the room, one's own too, in the order they arrive; and
    /// what changed of those before, as [`edited`], [`reacted`] or [`DELETED`].
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
    let limits = ["--message-rate", "--address-messages", "--address-joins", "--read-rate"];
    let free = limits.iter().flat_map(|limit| [*limit, "0"]);
    TestServer::with(&free.chain(["--grace", grace]).collect::<Vec<_>>()).await
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

async fn what_is_edited_or_deleted_changes_for_everyone<W: Way>() {
    let server = server("30").await;
    let (mut minsu, mut ana) = two::<W>(&server).await;
    let (one, two) = (fresh_id(), fresh_id());
    minsu.say("r", one, "하나").await.unwrap();
    minsu.say("r", two, "둘").await.unwrap();
    for person in [&mut minsu, &mut ana] {
        assert_eq!(person.hear("r", 2).await, ["하나", "둘"]);
    }

    minsu.edit("r", one, "하나!").await.unwrap();
    assert_eq!(ana.hear("r", 1).await, [edited("하나!")]);
    minsu.delete("r", two).await.unwrap();
    assert_eq!(ana.hear("r", 1).await, [DELETED]);
    assert_eq!(minsu.hear("r", 2).await, [&*edited("하나!"), DELETED]);

    assert_eq!(ana.edit("r", one, "?").await, Err(No::NotYours));
    assert_eq!(ana.delete("r", one).await, Err(No::NotYours));
    assert_eq!(minsu.edit("r", fresh_id(), "?").await, Err(No::Unknown));
    assert_eq!(minsu.edit("r", two, "?").await, Err(No::Unknown));
    assert_eq!(minsu.edit("r", one, " ").await, Err(No::TextBlank));
    // What is so already is no change, and a late repeat brings nothing back.
    minsu.edit("r", one, "하나!").await.unwrap();
    minsu.delete("r", two).await.unwrap();
    minsu.say("r", two, "둘").await.unwrap();
    minsu.say("r", fresh_id(), "셋").await.unwrap();
    assert_eq!(ana.hear("r", 1).await, ["셋"]);
    // Who came first keeps the room.
    let three = fresh_id();
    ana.say("r", three, "넷").await.unwrap();
    assert_eq!(ana.hear("r", 1).await, ["넷"]);
    assert_eq!(minsu.edit("r", three, "?").await, Err(No::NotYours));
    minsu.delete("r", three).await.unwrap();
    assert_eq!(ana.hear("r", 1).await, [DELETED]);
}

async fn reactions_are_counted_once_for_each_and_taken_back<W: Way>() {
    let server = server("30").await;
    let (mut minsu, mut ana) = two::<W>(&server).await;
    let one = fresh_id();
    minsu.say("r", one, "하나").await.unwrap();
    assert_eq!(ana.hear("r", 1).await, ["하나"]);
    let counted = |reactions: &[(&str, u64)]| {
        let reactions = reactions.iter().map(|(emoji, count)| ((*emoji).to_owned(), *count));
        reacted("하나", &reactions.collect::<Vec<_>>())
    };
    ana.react("r", one, "👍", true).await.unwrap();
    assert_eq!(ana.hear("r", 1).await, [counted(&[("👍", 1)])]);
    ana.react("r", one, "👍", true).await.unwrap();
    minsu.react("r", one, "👍", true).await.unwrap();
    assert_eq!(ana.hear("r", 1).await, [counted(&[("👍", 2)])]);
    ana.react("r", one, "🎉", true).await.unwrap();
    assert_eq!(ana.hear("r", 1).await, [counted(&[("👍", 2), ("🎉", 1)])]);
    ana.react("r", one, "👍", false).await.unwrap();
    ana.react("r", one, "👍", false).await.unwrap();
    assert_eq!(ana.hear("r", 1).await, [counted(&[("👍", 1), ("🎉", 1)])]);
    for text in ["a", "👍👍"] {
        assert_eq!(ana.react("r", one, text, true).await, Err(No::BadEmoji));
    }
    assert_eq!(ana.react("r", fresh_id(), "👍", true).await, Err(No::Unknown));
    minsu.delete("r", one).await.unwrap();
    assert_eq!(ana.hear("r", 1).await, [DELETED]);
    assert_eq!(ana.react("r", one, "👍", true).await, Err(No::Unknown));
}

async fn who_comes_back_hears_what_became_of_what_they_knew<W: Way>() {
    let server = server("30").await;
    let (mut minsu, mut ana) = two::<W>(&server).await;
    let (one, two) = (fresh_id(), fresh_id());
    minsu.say("r", one, "하나").await.unwrap();
    minsu.say("r", two, "둘").await.unwrap();
    assert_eq!(ana.hear("r", 2).await, ["하나", "둘"]);
    ana.vanish().await;
    minsu.edit("r", one, "하나?").await.unwrap();
    minsu.delete("r", two).await.unwrap();
    minsu.edit("r", one, "하나!").await.unwrap();
    minsu.say("r", fresh_id(), "셋").await.unwrap();
    ana.come_back(&server, "r").await;
    assert_eq!(ana.hear("r", 3).await, [DELETED, &edited("하나!"), "셋"]);
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
    // Where no connection breaks, someone is missed only after a while without a request.
    while_time_flies(minsu.see("r", &["민수"])).await;
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
            what_is_edited_or_deleted_changes_for_everyone,
            reactions_are_counted_once_for_each_and_taken_back,
            who_comes_back_hears_what_became_of_what_they_knew,
            who_reads_slowly_hears_everything,
            who_leaves_is_gone_and_hears_no_more_as_a_member,
            who_vanishes_is_gone_after_the_grace,
            who_vanishes_keeps_the_name_for_the_grace,
        );
    };
    ($name:ident: $way:ty, $($fact:ident,)*) => {
        mod $name {
            $(
                #[tokio::test]
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
contract!(http_polling: super::Http<super::Polling>);
contract!(http_long_polling: super::Http<super::LongPolling>);
contract!(http_streaming: super::Http<super::Streaming>);
contract!(socketio_websocket: super::Classic<false>);
contract!(socketio_polling: super::Classic<true>);
