//! What `Engine` promises of files: part of the contract.

use crate::contract::{Log, draft, fresh, listen, room};
use app::protocol::{File, FileId, Message, Picture, UserId};
use server::engine::{
    Amendment, Change, Content, Draft, Engine, NewFile, PostError, Posted, RoomId,
};
use std::sync::Arc;

const HOUR: u64 = 60 * 60 * 1000;
const SPACE: u64 = 1_000;

fn new_file(room: RoomId, user: u64, n: u8, bytes: usize) -> NewFile {
    let content = vec![n; bytes];
    let file = File {
        id: FileId::new([n; 16]),
        name: format!("{n}.jpg"),
        kind: "image/jpeg".into(),
        bytes: bytes as u64,
        picture: n.is_multiple_of(2).then_some(Picture { width: 4, height: 3 }),
    };
    let small = n.is_multiple_of(2).then(|| ("image/png".to_owned(), b"small".to_vec()));
    NewFile { room, user: UserId(user), file, content, small, created_at: HOUR, space: SPACE }
}

async fn bring(engine: &Arc<dyn Engine>, room: RoomId, user: u64, n: u8) -> FileId {
    engine.add_file(new_file(room, user, n, 10)).await.unwrap().unwrap().id
}

fn with(files: &[FileId], draft: Draft) -> Draft {
    Draft { files: files.to_vec(), text: String::new(), ..draft }
}

pub async fn a_file_is_shown_by_one_message_and_gone_with_it(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let (one, two) = (bring(&log.engine, room, 1, 1).await, bring(&log.engine, room, 1, 2).await);
    let draft = with(&[two, one], draft(room, 1, ""));
    let said = fresh(log.engine.post(draft.clone()).await);
    let shown: Vec<FileId> = said.files.iter().map(|file| file.id).collect();
    assert_eq!(shown, [two, one], "in the order that was asked for");
    assert_eq!(said.files[0].picture, Some(Picture { width: 4, height: 3 }));
    assert_eq!(
        log.engine.latest(room, 9).await.unwrap().page.messages,
        std::slice::from_ref(&said)
    );
    assert_eq!(log.engine.post(draft).await, Ok(Posted::Repeat(said.clone())));

    let read = async |id, small| log.engine.file(id, small).await.unwrap();
    let content = |kind: &str, bytes: &[u8]| Content {
        name: "2.jpg".into(),
        kind: kind.into(),
        bytes: bytes.to_vec(),
    };
    assert_eq!(read(two, false).await, Some(content("image/jpeg", &[2; 10])));
    assert_eq!(read(two, true).await, Some(content("image/png", b"small")));
    assert_eq!(read(one, true).await.unwrap().bytes, [1; 10], "there is no small one");

    let amend = async |change| {
        let amendment = Amendment { room, id: said.id, user: UserId(1), change };
        fresh(log.engine.amend(amendment).await)
    };
    let edited =
        amend(Change::Text { text: "귤".into(), spans: Vec::new(), at: 1, since: 0 }).await;
    assert_eq!(edited.files, said.files);
    let gone = amend(Change::Deletion).await;
    assert_eq!(gone.files, []);
    assert_eq!((read(one, false).await, read(two, true).await), (None, None));
}

pub async fn a_file_is_for_whoever_brought_it_and_where_they_did(log: Log) {
    let (here, there) = (room(&log.engine, 0).await, room(&log.engine, 1).await);
    let _announced = listen(log.commits);
    let mine = bring(&log.engine, here, 1, 1).await;
    let post = async |draft: Draft| log.engine.post(draft).await;
    let refused = Err(PostError::NoSuchFile);
    assert_eq!(post(with(&[mine], draft(here, 2, ""))).await, refused, "someone else's");
    assert_eq!(post(with(&[mine], draft(there, 1, ""))).await, refused, "in another room");
    assert_eq!(post(with(&[mine, mine], draft(here, 1, ""))).await, refused, "twice");
    let unknown = FileId::new([9; 16]);
    assert_eq!(post(with(&[mine, unknown], draft(here, 1, ""))).await, refused);
    fresh(post(with(&[mine], draft(here, 1, ""))).await);
    assert_eq!(post(with(&[mine], draft(here, 1, ""))).await, refused, "shown already");
    // The messages around one that is refused are stored.
    let (first, bad, last) = tokio::join!(
        post(draft(here, 1, "a")),
        post(with(&[unknown], draft(here, 1, ""))),
        post(draft(here, 1, "b"))
    );
    assert!(first.is_ok() && bad == refused && last.is_ok());
    let all: Vec<Arc<Message>> = log.engine.latest(here, 9).await.unwrap().page.messages;
    assert_eq!(all.iter().map(|message| message.seq).collect::<Vec<_>>(), [1, 2, 3]);
}

pub async fn files_have_so_much_space_and_wait_for_an_hour(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let add = async |n: u8, bytes: usize, created_at: u64| {
        let file = NewFile { created_at, ..new_file(room, 1, n, bytes) };
        log.engine.add_file(file).await.unwrap().map(|file| file.id)
    };
    let shown = add(1, 400, HOUR).await.unwrap();
    fresh(log.engine.post(with(&[shown], draft(room, 1, ""))).await);
    let waiting = add(2, 600, HOUR).await.unwrap();
    assert_eq!(add(3, 1, HOUR).await, None, "it is full");
    // What nobody showed within the hour makes room; what is shown stays.
    assert!(add(4, 500, 2 * HOUR + 1).await.is_some());
    assert_eq!(log.engine.file(waiting, false).await.unwrap(), None);
    assert!(log.engine.file(shown, false).await.unwrap().is_some());
}
