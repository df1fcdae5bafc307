//! Everyone in one room, each by another way.

use super::common::TestServer;
use super::{Classic, Frames, Http, LongPolling, Poll, Polling, Socket, Streaming, Way};
use super::{numbered, server};
use tokio::sync::Barrier;

const PEOPLE: [&str; 7] = ["page", "fallback", "script", "bot", "screen", "socket", "old socket"];

/// Sits down, sees everyone, talks while all others do, and says what was heard.
async fn take_part<W: Way>(server: &TestServer, name: &str, all_seen: &Barrier) -> Vec<String> {
    let mut one = W::arrive(server).await;
    one.join("r", name).await.unwrap();
    one.see("r", &PEOPLE).await;
    all_seen.wait().await;
    let said: Vec<_> = numbered(20).iter().map(|n| format!("{name}: {n}")).collect();
    one.say_all("r", &said).await;
    let heard = one.hear("r", PEOPLE.len() * said.len()).await;
    let mine: Vec<_> = heard.iter().filter(|text| said.contains(text)).cloned().collect();
    assert_eq!(mine, said, "{name}'s own words are there, once and in their order");
    heard
}

#[tokio::test]
async fn all_ways_lead_into_one_room_with_one_order() {
    let server = server("30").await;
    let all_seen = Barrier::new(PEOPLE.len());
    let (server, all_seen) = (&server, &all_seen);
    let (page, fallback, script, bot, screen, socket, old_socket) = tokio::join!(
        take_part::<Frames<Socket<true>>>(server, PEOPLE[0], all_seen),
        take_part::<Frames<Poll<true>>>(server, PEOPLE[1], all_seen),
        take_part::<Http<Polling>>(server, PEOPLE[2], all_seen),
        take_part::<Http<LongPolling>>(server, PEOPLE[3], all_seen),
        take_part::<Http<Streaming>>(server, PEOPLE[4], all_seen),
        take_part::<Classic<false>>(server, PEOPLE[5], all_seen),
        take_part::<Classic<true>>(server, PEOPLE[6], all_seen),
    );
    for heard in [fallback, script, bot, screen, socket, old_socket] {
        assert_eq!(heard, page);
    }
}
