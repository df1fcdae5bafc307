//! The floors: what the kernel alone takes to deliver, in the shortest server there is. One
//! thread that reads what came and writes it to every member, either each message by itself or
//! all messages of one round together.

use crate::frames::{self, TEXT};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token};
use std::collections::{BTreeMap, HashMap};
use std::io::{ErrorKind, Read, Write};

const LISTENER: Token = Token(usize::MAX);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floor {
    /// One `send` for each member and message.
    Each,
    /// One `send` for each member and round.
    Round,
}

struct Member {
    stream: TcpStream,
    room: Option<String>,
    is_upgraded: bool,
    held: Vec<u8>,
    /// What the socket did not take.
    out: Vec<u8>,
}

/// Serves until the process is ended.
pub fn serve(floor: Floor) -> ! {
    let mut poll = Poll::new().expect("the system has epoll");
    let mut listener = TcpListener::bind(([127, 0, 0, 1], 0).into()).expect("a free port");
    let registry = poll.registry().try_clone().expect("epoll works");
    registry.register(&mut listener, LISTENER, Interest::READABLE).expect("a new socket");
    let addr = listener.local_addr().expect("a bound listener has an address");
    println!("listening on http://{addr}");
    let mut events = Events::with_capacity(1024);
    let mut members: Vec<Option<Member>> = Vec::new();
    let mut rooms: HashMap<String, Vec<usize>> = HashMap::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if poll.poll(&mut events, None).is_err() {
            continue;
        }
        let mut round = BTreeMap::<String, Vec<u8>>::new();
        for event in &events {
            if event.token() == LISTENER {
                accept(&listener, &registry, &mut members);
                continue;
            }
            let Token(n) = event.token();
            let Some(member) = &mut members[n] else { continue };
            if event.is_writable() {
                member.write(&[]);
            }
            let mut said = Vec::new();
            if !event.is_readable() || member.read(&mut buffer, &mut said) {
                hear(member, n, said, &mut rooms, &mut round);
            } else {
                leave(&mut members, n, &mut rooms);
            }
            if floor == Floor::Each {
                deliver(&mut members, &rooms, std::mem::take(&mut round), |frames| {
                    frames::first_of_server(frames)
                });
            }
        }
        deliver(&mut members, &rooms, round, |frames| frames.len());
    }
}

fn accept(listener: &TcpListener, registry: &Registry, members: &mut Vec<Option<Member>>) {
    while let Ok((mut stream, _)) = listener.accept() {
        let _ = stream.set_nodelay(true);
        let interest = Interest::READABLE | Interest::WRITABLE;
        registry.register(&mut stream, Token(members.len()), interest).expect("a new socket");
        let (held, out) = (Vec::new(), Vec::new());
        members.push(Some(Member { stream, room: None, is_upgraded: false, held, out }));
    }
}

fn hear(
    member: &mut Member,
    n: usize,
    said: Vec<Vec<u8>>,
    rooms: &mut HashMap<String, Vec<usize>>,
    round: &mut BTreeMap<String, Vec<u8>>,
) {
    for text in said {
        match &member.room {
            Some(room) => {
                let frames = round.entry(room.clone()).or_default();
                frames::append_unmasked(frames, TEXT, &text);
            }
            None => {
                let text = String::from_utf8_lossy(&text);
                let room = text.split(' ').next().unwrap_or_default().to_owned();
                rooms.entry(room.clone()).or_default().push(n);
                member.room = Some(room);
                let mut joined = Vec::new();
                frames::append_unmasked(&mut joined, TEXT, b"joined");
                member.write(&joined);
            }
        }
    }
}

/// Writes a portion at a time to every member, as long as there is something.
fn deliver(
    members: &mut [Option<Member>],
    rooms: &HashMap<String, Vec<usize>>,
    round: BTreeMap<String, Vec<u8>>,
    portion: impl Fn(&[u8]) -> usize,
) {
    for (room, frames) in round {
        let mut rest = frames.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(portion(rest));
            for &n in &rooms[&room] {
                if let Some(member) = &mut members[n] {
                    member.write(now);
                }
            }
            rest = later;
        }
    }
}

fn leave(members: &mut [Option<Member>], n: usize, rooms: &mut HashMap<String, Vec<usize>>) {
    if let Some(room) = members[n].take().and_then(|member| member.room)
        && let Some(listed) = rooms.get_mut(&room)
    {
        listed.retain(|&other| other != n);
    }
}

impl Member {
    /// Gathers what was said; false when the member is gone.
    fn read(&mut self, buffer: &mut [u8], said: &mut Vec<Vec<u8>>) -> bool {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return false,
                Ok(read) => self.held.extend(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => return false,
            }
        }
        if !self.is_upgraded && self.held.ends_with(b"\r\n\r\n") {
            self.is_upgraded = true;
            self.held.clear();
            // Our clients do not check the key.
            self.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
                  Connection: Upgrade\r\n\r\n",
            );
        }
        let mut taken = 0;
        while self.is_upgraded
            && let Some((text, length)) = frames::first_of_client(&self.held[taken..])
        {
            said.push(text.to_vec());
            taken += length;
        }
        self.held.drain(..taken);
        true
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.out.is_empty() {
            let written = match bytes {
                [] => 0,
                // Who is gone is noticed in reading.
                bytes => self.stream.write(bytes).unwrap_or(0),
            };
            self.out.extend(&bytes[written..]);
            return;
        }
        self.out.extend(bytes);
        if let Ok(written) = self.stream.write(&self.out) {
            self.out.drain(..written);
        }
    }
}
