//! Many clients in one thread: they connect, join, say what they are to say, and note what
//! each of them hears.

mod hearing;

use crate::dialect::{Dialect, Identity};
use crate::link::Link;
use crate::tally::{Sent, Tally};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Connections that are being made at one time.
const AT_ONCE: usize = 64;

/// What one read takes at most.
const READ: usize = 256 * 1024;

/// Who hears nothing for so long has lost what is missing.
const PATIENCE: Duration = Duration::from_secs(10);

/// When a sender says the next thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As soon as it has heard one of its own, so that always so many are under way.
    InFlight(u32),
    /// As soon as everyone in the room has heard the last.
    OneAtATime,
    /// When it is told to.
    Told,
}

/// How many people there are, how they sit, and who of them speaks.
#[derive(Clone, Copy, Debug)]
pub struct Seating {
    pub rooms: usize,
    pub members: usize,
    /// Speakers in each room: the first of its members.
    pub senders: usize,
}

pub struct Crowd {
    dialect: Dialect,
    addr: SocketAddr,
    seating: Seating,
    pace: Pace,
    poll: Poll,
    members: Vec<Member>,
    senders: Vec<Sender>,
    /// The next one to connect, and how many are inside.
    next: usize,
    joined: usize,
    is_speaking: bool,
    is_measured: bool,
    pub tally: Tally,
    buffer: Vec<u8>,
}

struct Member {
    who: Identity,
    link: Option<Link>,
    /// The number that comes next, of each sender of the room.
    heard: Vec<u32>,
}

struct Sender {
    next: u32,
    sent: Sent,
    /// How many have not heard the last message yet.
    waited_for: usize,
}

impl Crowd {
    pub fn new(dialect: Dialect, addr: SocketAddr, seating: Seating) -> Self {
        let people = (0..seating.rooms * seating.members).map(|n| Member {
            who: Identity {
                room: format!("room-{}", n / seating.members),
                name: format!("member-{n}"),
                stay: None,
            },
            link: None,
            heard: vec![0; seating.senders],
        });
        let senders = (0..seating.rooms * seating.senders).map(|_| Sender {
            next: 0,
            sent: Sent::new(),
            waited_for: 0,
        });
        Crowd {
            dialect,
            addr,
            seating,
            pace: Pace::Told,
            poll: Poll::new().expect("the system has epoll"),
            members: people.collect(),
            senders: senders.collect(),
            next: 0,
            joined: 0,
            is_speaking: false,
            is_measured: false,
            tally: Tally::default(),
            buffer: vec![0; READ],
        }
    }

    pub fn in_rooms_named(mut self, name: &str) -> Self {
        for member in &mut self.members {
            member.who.room = format!("{name}-{}", member.who.room);
        }
        self
    }

    /// Everyone connects and joins.
    pub fn assemble(&mut self) {
        self.begin_to_assemble();
        self.until(Duration::from_secs(120), |crowd| crowd.is_assembled());
        assert!(self.is_assembled(), "{} of {} joined", self.joined, self.members.len());
    }

    pub fn begin_to_assemble(&mut self) {
        while self.next < self.members.len() && self.next - self.joined < AT_ONCE {
            self.connect(self.next);
            self.next += 1;
        }
    }

    pub fn is_assembled(&self) -> bool {
        self.joined == self.members.len()
    }

    pub fn begin_to_talk(&mut self, pace: Pace) {
        (self.pace, self.is_speaking) = (pace, true);
        let first = if let Pace::InFlight(count) = pace { count } else { 1 };
        for sender in 0..self.senders.len() {
            for _ in 0..first {
                self.speak(sender);
            }
            self.flush(sender);
        }
    }

    pub fn measure(&mut self, time: Duration) -> Tally {
        self.begin_to_measure();
        self.during(time);
        self.end_measure()
    }

    pub fn begin_to_measure(&mut self) {
        self.tally = self.tally.anew();
        self.is_measured = true;
    }

    pub fn end_measure(&mut self) -> Tally {
        self.is_measured = false;
        self.tally.clone()
    }

    /// Says nothing more, and waits until everyone has heard everything. Returns how much was
    /// lost, doubled or out of order.
    pub fn fall_silent(&mut self) -> u64 {
        self.is_speaking = false;
        let mut missing = self.missing();
        loop {
            self.until(PATIENCE, |crowd| crowd.missing() == 0);
            let before = std::mem::replace(&mut missing, self.missing());
            if missing == 0 || missing == before {
                return self.tally.wrong + missing;
            }
        }
    }

    /// What is still to come, in words.
    pub fn lacks(&self) -> String {
        let links = self.members.iter().filter_map(|member| member.link.as_ref());
        let upgraded = links.clone().filter(|link| link.is_upgraded).count();
        let (joined, all, linked) = (self.joined, self.members.len(), links.count());
        let (missing, wrong) = (self.missing(), self.tally.wrong);
        let lacking = self.members.iter().enumerate().filter(|(n, member)| {
            let next = self.senders[self.first_sender(*n)..].iter().map(|sender| sender.next);
            !member.heard.iter().copied().eq(next.take(member.heard.len()))
        });
        let lacking: Vec<_> = lacking.map(|(n, member)| (n, &member.heard)).take(20).collect();
        format!(
            "{joined} of {all} joined, {linked} linked, {upgraded} upgraded, {wrong} wrong, \
             {missing} missing: {lacking:?}"
        )
    }

    /// How many deliveries are still to come.
    pub fn missing(&self) -> u64 {
        let missing = |(n, member): (usize, &Member)| {
            let senders = self.first_sender(n)..;
            let heard = member.heard.iter().zip(senders);
            heard.map(|(&heard, n)| u64::from(self.senders[n].next - heard)).sum::<u64>()
        };
        self.members.iter().enumerate().map(missing).sum()
    }

    /// Everyone hangs up, and is ready to come back to a server at that address as those who
    /// lack the last `lacking` messages. Rooms with one sender only: there, rev and number agree.
    pub fn scatter(&mut self, addr: SocketAddr, lacking: u32) {
        assert!(self.seating.senders == 1, "one sender a room");
        (self.addr, self.next, self.joined) = (addr, 0, 0);
        for (n, member) in self.members.iter_mut().enumerate() {
            let sender = &self.senders[n / self.seating.members];
            member.link = None;
            member.heard[0] = sender.next.saturating_sub(lacking);
            let stay = member.who.stay.as_mut().expect("they joined with a token");
            stay.cursor.rev = u64::from(member.heard[0]);
        }
    }

    /// Lets one sender say one thing at once.
    pub fn tell(&mut self, sender: usize) {
        self.speak(sender);
        self.flush(sender);
    }

    fn speaker(&self, sender: usize) -> usize {
        let Seating { members, senders, .. } = self.seating;
        sender / senders * members + sender % senders
    }

    fn flush(&mut self, sender: usize) {
        let speaker = self.speaker(sender);
        if let Some(link) = &mut self.members[speaker].link {
            link.flush();
        }
    }

    /// What is said in answer to one read goes out together, when all of it is known.
    fn speak(&mut self, sender: usize) {
        let speaker = self.speaker(sender);
        let (dialect, member) = (self.dialect, &mut self.members[speaker]);
        let Some(link) = &mut member.link else { return };
        let Sender { next, sent, waited_for } = &mut self.senders[sender];
        *sent.at(*next) = Instant::now();
        dialect.message(&member.who, sender, *next, &mut link.out);
        *next += 1;
        *waited_for = self.seating.members;
    }

    pub fn during(&mut self, time: Duration) {
        self.until(time, |_| false);
    }

    /// Hears and answers until something is so, or this time is over. Does not sleep meanwhile:
    /// waking this thread would be work of the server's, which in a network it would not have.
    pub fn until(&mut self, time: Duration, is_so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + time;
        let mut events = Events::with_capacity(1024);
        // What is looked at may take a while, so not at every turn.
        let mut looked_at = Instant::now();
        loop {
            let now = Instant::now();
            if now >= end {
                return;
            }
            if now - looked_at >= Duration::from_millis(1) {
                if is_so(self) {
                    return;
                }
                looked_at = Instant::now();
            }
            match self.poll.poll(&mut events, Some(Duration::ZERO)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                polled => polled.expect("epoll works"),
            }
            if events.is_empty() {
                // Where there is but one core.
                std::thread::yield_now();
            }
            for event in &events {
                let Token(n) = event.token();
                if event.is_writable()
                    && let Some(link) = &mut self.members[n].link
                {
                    link.flush();
                }
                if event.is_readable() {
                    self.read(n);
                }
            }
        }
    }

    fn connect(&mut self, n: usize) {
        let mut stream = TcpStream::connect(self.addr).expect("a socket");
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(n), interest).expect("a new socket");
        let out = self.dialect.upgrade().into_bytes();
        self.members[n].link = Some(Link { stream, is_upgraded: false, held: Vec::new(), out });
    }

    fn first_sender(&self, n: usize) -> usize {
        n / self.seating.members * self.seating.senders
    }
}
