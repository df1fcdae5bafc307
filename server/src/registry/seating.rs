//! Taking a seat in a room, coming back to it, and getting up.

use super::{Connection, Registry, not_stored, unavailable};
use crate::engine::{self, TokenHash};
use crate::names::{self, Skeleton, Username};
use crate::presence::Guest;
use crate::room::{Arrival, HeldName, NameTaken, Room};
use crate::security::token::Secret;
use crate::session::{Seat, Session};
use app::protocol::{Acked, Cursor, Joined, Refusal, Rev, RoomKey, User, limits};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// For so long after a start, members who come back are not announced: it was the server
/// that was away.
const RESTART_QUIET: Duration = Duration::from_secs(60);

/// Who joins: the session's token, or nothing yet.
pub struct Joining<'a> {
    pub token: Option<TokenHash>,
    pub address: IpAddr,
    pub room: &'a str,
    pub username: &'a str,
}

/// Someone who has a seat in a room now.
pub struct Seated {
    pub session: Arc<Session>,
    pub room: Arc<Room>,
    pub user: User,
    /// The secret of a session that was made just now for someone who brought none.
    pub secret: Option<Secret>,
    /// Keeps the name theirs until they are here.
    name: HeldName,
    skeleton: Skeleton,
    was_member: bool,
}

impl Registry {
    /// Gives someone a seat: makes the room if it is new, and the session if it is their
    /// first. Being here is another matter: that takes a connection.
    ///
    /// Must be polled to its end: the log writes what it was asked to even if nobody waits
    /// for the answer any more, and what is remembered here has to follow.
    pub async fn take_seat(&self, joining: Joining<'_>) -> Result<Seated, Refusal> {
        self.take_seat_as(None, joining).await
    }

    /// The first half of [`Command::Join`](app::protocol::Command::Join), for a transport that
    /// must know the user before the others hear of them; [`Registry::arrive`] is the second.
    pub async fn seat(
        &self,
        connection: &Connection,
        room: &str,
        username: &str,
    ) -> Result<Seated, Refusal> {
        connection.spend_command()?;
        let session = connection.session();
        let token = session.map(|session| session.token).or(connection.token);
        let joining = Joining { token, address: connection.address, room, username };
        self.take_seat_as(session.cloned(), joining).await
    }

    async fn take_seat_as(
        &self,
        session: Option<Arc<Session>>,
        joining: Joining<'_>,
    ) -> Result<Seated, Refusal> {
        let username = Username::parse(joining.username)?;
        let (key, title) = names::parse_room(joining.room)?;
        let (token, secret) = match joining.token {
            Some(token) => (token, None),
            None => {
                let secret = Secret::new();
                (secret.hash(), Some(secret))
            }
        };
        let known = match (session, &secret) {
            (Some(session), _) => Some(session),
            // Nobody else knows the secret yet.
            (None, Some(_)) => None,
            (None, None) => self.session(&token).await?,
        };
        let _turn = match &known {
            Some(session) => Some(session.turn().await),
            None => None,
        };
        let seat = known.as_ref().and_then(|session| session.seat(&key));
        if let Some(session) = &known
            && seat.is_none()
            && session.seats().len() >= limits::ROOMS_PER_SESSION
        {
            return Err(Refusal::TooManyRooms { limit: limits::ROOMS_PER_SESSION as u32 });
        }
        let was_member = seat.is_some();
        let is_unchanged = seat.is_some_and(|seat| seat.username == username.as_str());
        if !is_unchanged {
            // Before the room is made, which is a write as well.
            self.throttles.spend_join(joining.address)?;
        }
        let room = self.make_room(&key, &title).await?;
        let skeleton = username.skeleton();
        let name = room
            .hold_name(token, &skeleton)
            .map_err(|NameTaken| name_taken(&room, &username, token))?;

        let session = match &known {
            Some(session) if is_unchanged => Arc::clone(session),
            known => {
                let is_new = secret.is_some();
                self.sit_down_as(known.as_ref(), token, is_new, &room, &username).await?
            }
        };
        let user = User { id: session.user, username: username.into_string(), room: key };
        Ok(Seated { session, room, user, secret, name, skeleton, was_member })
    }

    /// Makes the membership: in the log, unless nobody can come back to it.
    async fn sit_down_as(
        &self,
        known: Option<&Arc<Session>>,
        token: TokenHash,
        is_new: bool,
        room: &Room,
        username: &Username,
    ) -> Result<Arc<Session>, Refusal> {
        let mut seat = Seat {
            room: room.id,
            title: room.title.clone(),
            username: username.as_str().to_owned(),
            last_read: 0,
            is_owner: false,
        };
        let session = if token == TokenHash::NOBODY {
            match known {
                Some(session) => Arc::clone(session),
                None => self.new_tokenless().await?,
            }
        } else {
            let joined = self.engine.join(&token, room.id, username.as_str()).await;
            let (user, membership) = joined.map_err(not_stored)?;
            (seat.username, seat.last_read) = (membership.username.clone(), membership.last_read);
            seat.is_owner = membership.is_owner;
            room.seat(user, &seat.username);
            match known {
                Some(session) => Arc::clone(session),
                None if is_new => {
                    let record = engine::SessionRecord { user, memberships: vec![membership] };
                    self.remember_session(token, record)
                }
                // Read back, because another tab may have joined elsewhere meanwhile.
                None => self.session(&token).await?.ok_or(Refusal::Unavailable)?,
            }
        };
        session.sit_down(room.key.clone(), seat);
        Ok(session)
    }

    pub(super) async fn join(
        &self,
        connection: &Connection,
        room: &str,
        username: &str,
    ) -> Result<Acked, Refusal> {
        let seated = self.seat(connection, room, username).await?;
        Ok(Acked::Joined(self.arrive(connection, seated).await?))
    }

    /// Whoever has a seat is here now, on this connection.
    pub async fn arrive(&self, connection: &Connection, seated: Seated) -> Result<Joined, Refusal> {
        connection.set_session(Arc::clone(&seated.session));
        let latest = seated.room.latest().await.map_err(unavailable)?;
        let secret = seated.secret.as_ref().map(Secret::reveal);
        let Seated { session, room, user, name, skeleton, was_member, .. } = seated;
        let guest = Guest { user: user.clone(), token: session.token, skeleton };
        // What happens after what was read follows the answer.
        self.sit_down(connection, &room, guest, was_member, latest.cursor.rev, false)
            .map_err(|NameTaken| Refusal::Unavailable)?;
        drop(name);
        let snapshot = self.seen(&room, latest, Some(&session));
        Ok(Joined { user, token: secret, snapshot })
    }

    pub(super) async fn resume(
        &self,
        connection: &Connection,
        key: &RoomKey,
        cursor: Cursor,
    ) -> Result<Acked, Refusal> {
        let room = self.find_room(key).await?.ok_or(Refusal::UnknownRoom)?;
        let session = connection.session();
        let reset = if cursor.epoch == self.epoch() && cursor.rev <= room.rev() {
            None
        } else {
            Some(self.snapshot(&room, session.map(Arc::as_ref)).await?)
        };
        let rev = reset.as_ref().map_or(cursor.rev, |snapshot| snapshot.cursor.rev);
        match session.and_then(|session| Some((session, session.seat(key)?))) {
            Some((session, seat)) => {
                // A name that was accepted once stays acceptable to its owner.
                let username = Username::parse(&seat.username)?;
                let skeleton = username.skeleton();
                let user = User { id: session.user, username: seat.username, room: key.clone() };
                let guest = Guest { user, token: session.token, skeleton };
                let sits = self.sit_down(connection, &room, guest, true, rev, true);
                if let Err(NameTaken) = sits {
                    // Who has to choose another name reads on meanwhile, unless they must start anew.
                    if reset.is_none() {
                        read_along(connection, &room, rev)?;
                    }
                    return Err(name_taken(&room, &username, session.token));
                }
            }
            None => read_along(connection, &room, rev)?,
        }
        Ok(reset.map_or(Acked::Resumed, Acked::Reset))
    }

    fn sit_down(
        &self,
        connection: &Connection,
        room: &Arc<Room>,
        guest: Guest,
        was_member: bool,
        rev: Rev,
        lacks_rest: bool,
    ) -> Result<(), NameTaken> {
        let mut arrival = self.arrival(guest, was_member);
        arrival.is_away = connection.is_away();
        let subscription =
            room.subscribe(connection.id, &connection.outbox, Some(arrival), rev, lacks_rest)?;
        connection.subscribe(room.key.clone(), subscription);
        Ok(())
    }

    /// A member asks for the room without a connection. Refused if someone else has their name
    /// by now: then they are not listed, and should not speak.
    pub fn visit(&self, room: &Arc<Room>, session: &Session) -> Result<(), Refusal> {
        let Some(seat) = session.seat(&room.key) else { return Ok(()) };
        let username = Username::parse(&seat.username)?;
        let skeleton = username.skeleton();
        let user = User { id: session.user, username: seat.username, room: room.key.clone() };
        let guest = Guest { user, token: session.token, skeleton };
        room.visit(self.arrival(guest, true))
            .map_err(|NameTaken| name_taken(room, &username, session.token))
    }

    /// Someone who has just taken a seat is here without a connection.
    pub fn drop_by(&self, seated: &Seated) {
        let (user, skeleton) = (seated.user.clone(), seated.skeleton.clone());
        let guest = Guest { user, token: seated.session.token, skeleton };
        // The name is held for them, so it is not taken.
        let _ = seated.room.visit(self.arrival(guest, seated.was_member));
    }

    fn arrival(&self, guest: Guest, was_member: bool) -> Arrival {
        let is_return = was_member && self.started.elapsed() < RESTART_QUIET;
        Arrival { guest, is_return, is_away: false }
    }

    /// Ends a membership. Must be polled to its end, as [`Registry::take_seat`].
    pub async fn leave(&self, session: &Session, key: &RoomKey) -> Result<(), Refusal> {
        let _turn = session.turn().await;
        let seat = session.seat(key).ok_or(Refusal::NotJoined)?;
        self.engine.leave(session.user, seat.room).await.map_err(not_stored)?;
        session.get_up(key);
        if let Some(room) = self.find_room(key).await? {
            room.leave(session.user);
        }
        Ok(())
    }
}

/// Listens for nobody in particular.
fn read_along(connection: &Connection, room: &Arc<Room>, rev: Rev) -> Result<(), Refusal> {
    let subscription = room
        .subscribe(connection.id, &connection.outbox, None, rev, true)
        .map_err(|NameTaken| Refusal::NotJoined)?;
    connection.subscribe(room.key.clone(), subscription);
    Ok(())
}

/// The refusal that says which name would be free.
fn name_taken(room: &Room, username: &Username, token: TokenHash) -> Refusal {
    Refusal::NameTaken {
        suggestion: names::suggest(username, |candidate| room.is_taken(candidate, token)),
    }
}
