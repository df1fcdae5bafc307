//! What each of the crowd hears, and what it answers.

use super::{Crowd, Member, Pace};
use crate::dialect::{Heard, Identity};
use crate::{frames, tally};
use std::io::{ErrorKind, Read};
use std::time::Instant;

impl Crowd {
    pub(super) fn read(&mut self, n: usize) {
        let mut buffer = std::mem::take(&mut self.buffer);
        while let Some(link) = &mut self.members[n].link {
            match link.stream.read(&mut buffer) {
                Ok(0) => panic!("the server hung up on member {n}"),
                Ok(read) => {
                    if self.is_measured {
                        self.tally.bytes += read as u64;
                    }
                    self.take(n, &buffer[..read]);
                    // Less than there was place for: what comes later wakes us anew.
                    if read < buffer.len() {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("member {n} could not read: {error}"),
            }
        }
        self.buffer = buffer;
        if let Some(link) = &mut self.members[n].link {
            link.flush();
        }
    }

    fn take(&mut self, n: usize, bytes: &[u8]) {
        let Some(link) = &mut self.members[n].link else { return };
        if link.held.is_empty() {
            let taken = self.frames(n, bytes);
            self.hold(n, bytes[taken..].to_vec());
        } else {
            let mut held = std::mem::take(&mut link.held);
            held.extend(bytes);
            let taken = self.frames(n, &held);
            held.drain(..taken);
            self.hold(n, held);
        }
    }

    fn hold(&mut self, n: usize, bytes: Vec<u8>) {
        if let Some(link) = &mut self.members[n].link {
            link.held = bytes;
        }
    }

    /// Hears all whole frames; returns what they take.
    fn frames(&mut self, n: usize, bytes: &[u8]) -> usize {
        let Member { who, link: Some(link), .. } = &mut self.members[n] else {
            return bytes.len();
        };
        let mut taken = 0;
        if !link.is_upgraded {
            const END: &[u8] = b"\r\n\r\n";
            let Some(at) = memchr::memmem::find(bytes, END) else { return 0 };
            assert!(bytes.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(bytes));
            link.is_upgraded = true;
            taken = at + END.len();
            self.dialect.hello(who, &mut link.out);
        }
        let now = Instant::now();
        while let Some((opcode, payload, length)) = frames::first(&bytes[taken..]) {
            taken += length;
            match opcode {
                frames::TEXT | frames::BINARY => self.hear(n, payload, now),
                frames::PING => self.answer(n, |_, out| frames::append(out, frames::PONG, payload)),
                frames::CLOSE => panic!("the server says goodbye to member {n}"),
                _ => {}
            }
        }
        taken
    }

    fn hear(&mut self, n: usize, payload: &[u8], now: Instant) {
        let dialect = self.dialect;
        match dialect.hear(payload) {
            Heard::Deliveries => {
                dialect.deliveries(payload, |text| {
                    if let Some((sender, number)) = tally::parse(text) {
                        self.delivered(n, sender, number, now);
                    }
                });
            }
            Heard::Welcome => self.answer(n, |who, out| dialect.join_after_welcome(who, out)),
            Heard::Joined(stay) => {
                self.joined += 1;
                if let Some(stay) = stay {
                    self.members[n].who.stay = Some(stay);
                }
                self.begin_to_assemble();
            }
            Heard::Acked => self.tally.acked += u64::from(self.is_measured),
            Heard::Probe => self.answer(n, |_, out| dialect.answer_probe(out)),
            Heard::Nothing => {}
        }
    }

    fn delivered(&mut self, n: usize, sender: usize, number: u32, now: Instant) {
        let of_room = sender % self.seating.senders;
        let heard = &mut self.members[n].heard[of_room];
        if *heard != number {
            self.tally.wrong += 1;
        }
        *heard = number + 1;
        let known = &mut self.senders[sender];
        if self.is_measured {
            self.tally.delivered(now.saturating_duration_since(*known.sent.at(number)));
        }
        known.waited_for = known.waited_for.saturating_sub(1);
        let may_speak = match self.pace {
            Pace::InFlight(_) => n % self.seating.members == of_room,
            Pace::OneAtATime => known.waited_for == 0,
            Pace::Told => false,
        };
        if may_speak && self.is_speaking {
            self.speak(sender);
            // Who heard it last is not who speaks next.
            if self.pace == Pace::OneAtATime {
                self.flush(sender);
            }
        }
    }

    fn answer(&mut self, n: usize, say: impl FnOnce(&Identity, &mut Vec<u8>)) {
        let member = &mut self.members[n];
        if let Some(link) = &mut member.link {
            say(&member.who, &mut link.out);
        }
    }
}
