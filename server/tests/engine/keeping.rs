//! What `Engine` promises of how a room is kept: part of the contract.

use crate::contract::{Log, draft, fresh, listen, room};
use server::engine::{Keeping, Settings, TokenHash};

const ANA: TokenHash = TokenHash([1; 32]);
const BEN: TokenHash = TokenHash([2; 32]);

pub async fn who_sits_down_first_owns_the_room(log: Log) {
    let (empty, spoken) = (room(&log.engine, 0).await, room(&log.engine, 1).await);
    let _announced = listen(log.commits);
    let (first, second) =
        tokio::join!(log.engine.join(&ANA, empty, "Ana"), log.engine.join(&BEN, empty, "Ben"));
    let (ana, ben) = (first.unwrap().0, second.unwrap().0);
    let owns = async |user, room| log.engine.is_owner(user, room).await.unwrap();
    assert_ne!(owns(ana, empty).await, owns(ben, empty).await, "one of the two");
    let (owner, other) = if owns(ana, empty).await { (ana, BEN) } else { (ben, ANA) };

    // Leaving and coming back changes nothing, for neither of them.
    log.engine.leave(ana, empty).await.unwrap();
    log.engine.leave(ben, empty).await.unwrap();
    log.engine.join(&other, empty, "again").await.unwrap();
    assert!(owns(owner, empty).await);
    assert!(!owns(if owner == ana { ben } else { ana }, empty).await);

    // Where someone without a seat has spoken, nobody comes to own what was said by joining.
    fresh(log.engine.post(draft(spoken, 9, "1")).await);
    log.engine.join(&ANA, spoken, "Ana").await.unwrap();
    assert!(!owns(ana, spoken).await);
}

pub async fn the_last_owner_link_makes_owners(log: Log) {
    let room = room(&log.engine, 0).await;
    log.engine.join(&ANA, room, "Ana").await.unwrap();
    let (ben, _) = log.engine.join(&BEN, room, "Ben").await.unwrap();
    let own = async |key: u8| {
        let keeping = Keeping::Owner { user: ben, key: TokenHash([key; 32]) };
        log.engine.keep(room, keeping).await.unwrap()
    };
    assert!(!own(7).await, "there is no link yet");
    for link in [7, 8] {
        let keeping = Keeping::OwnerLink(TokenHash([link; 32]));
        assert!(log.engine.keep(room, keeping).await.unwrap());
    }
    assert!(!own(7).await, "the one before is void");
    assert!(!log.engine.is_owner(ben, room).await.unwrap());
    assert!(own(8).await);
    assert!(own(8).await, "once more changes nothing");
    assert!(log.engine.is_owner(ben, room).await.unwrap());
}

pub async fn settings_are_kept_and_public_rooms_are_listed(log: Log) {
    let (quiet, busy, unlisted) =
        (room(&log.engine, 0).await, room(&log.engine, 1).await, room(&log.engine, 2).await);
    let _announced = listen(log.commits);
    assert_eq!(log.engine.opening(quiet, 9).await.unwrap().settings, Settings::default());
    let settings = Settings { welcome: "어서 오세요\n'\"; --".into(), is_public: true };
    for room in [quiet, busy] {
        log.engine.keep(room, Keeping::Settings(settings.clone())).await.unwrap();
    }
    fresh(log.engine.post(draft(busy, 1, "1")).await);
    fresh(log.engine.post(draft(unlisted, 1, "1")).await);
    let opening = log.engine.opening(quiet, 9).await.unwrap();
    assert_eq!((opening.settings, opening.rev), (settings, 0));
    assert_eq!(log.engine.opening(busy, 9).await.unwrap().rev, 1);
    let listed = async |limit| {
        let rooms = log.engine.public_rooms(limit).await.unwrap();
        rooms.iter().map(|room| room.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(9).await, [busy, quiet]);
    assert_eq!(listed(1).await, [busy]);
    log.engine.keep(busy, Keeping::Settings(Settings::default())).await.unwrap();
    assert_eq!(listed(9).await, [quiet]);
}
