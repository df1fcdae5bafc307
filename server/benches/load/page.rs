//! The page of a room: what it weighs, and how fast it is drawn.

use crate::crowd::{Crowd, Seating};
use crate::subject::Subject;
use crate::work::{Figures, Metric, Scale};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

const MESSAGES: usize = 50;

/// Requests under way, each on a connection of its own.
const READERS: usize = 16;

pub fn figures(subject: Subject, scale: Scale, home: &Path) -> Figures {
    let server = subject.start(home);
    let seating = Seating { rooms: 1, members: 2, senders: 1 };
    let mut crowd = Crowd::new(subject.dialect(), server.addr, seating);
    crowd.assemble();
    for _ in 0..MESSAGES {
        crowd.tell(0);
    }
    assert_eq!(crowd.fall_silent(), 0, "all messages are there");

    let mut readers: VecDeque<Reader> = (0..READERS).map(|_| Reader::new(server.addr)).collect();
    let room = "/rooms/room-0";
    let first = readers[0].get(room, Encoding::Brotli);
    let plain = readers[0].get(room, Encoding::Identity);
    let plain = String::from_utf8_lossy(&plain.body);
    let mut weigh = |path: &str| readers[0].get(path, Encoding::Brotli).body.len() as f64 / 1024.0;
    let linked = |kind: &str| links(&plain, kind);
    let style: f64 = linked(".css").iter().map(|path| weigh(path)).sum();
    // The page's script fetches its program by itself, of the same name.
    let scripts = linked(".js");
    let programs = scripts.iter().filter(|path| path.starts_with("/pkg/"));
    let programs: Vec<_> = programs.map(|path| path.replace(".js", ".wasm")).collect();
    let script: f64 = scripts.iter().chain(&programs).map(|path| weigh(path)).sum();

    for reader in &mut readers {
        reader.ask(room, Encoding::Brotli);
    }
    let mut drawn = |time: Duration| {
        let begun = Instant::now();
        let mut pages = 0;
        while begun.elapsed() < time {
            let mut reader = readers.pop_front().expect("readers come back");
            reader.answer();
            reader.ask(room, Encoding::Brotli);
            readers.push_back(reader);
            pages += 1;
        }
        (pages, begun.elapsed())
    };
    drawn(scale.warm_up);
    let cpu = server.cpu();
    let (count, took) = drawn(scale.measured);
    let cpu = (server.cpu() - cpu).whole;
    vec![
        (Metric::Pages, f64::from(count) / took.as_secs_f64()),
        (Metric::PageCpu, cpu.as_secs_f64() * 1e6 / f64::from(count)),
        (Metric::FirstByte, first.first_byte.as_secs_f64() * 1e3),
        (Metric::PageBytes, first.body.len() as f64 / 1024.0),
        (Metric::StyleBytes, style),
        (Metric::ScriptBytes, script),
    ]
}

/// What the page names in quotes and ends so, each once.
fn links(page: &str, ending: &str) -> Vec<String> {
    let mut links: Vec<String> = page
        .split('"')
        .filter(|text| {
            text.starts_with('/')
                && text.split('?').next().is_some_and(|path| path.ends_with(ending))
        })
        .map(str::to_owned)
        .collect();
    links.sort();
    links.dedup();
    links
}

#[derive(Clone, Copy)]
enum Encoding {
    Brotli,
    Identity,
}

struct Reader(BufReader<TcpStream>);

struct Answer {
    body: Vec<u8>,
    first_byte: Duration,
}

impl Reader {
    fn new(addr: SocketAddr) -> Self {
        Reader(BufReader::new(TcpStream::connect(addr).expect("a live server")))
    }

    fn get(&mut self, path: &str, encoding: Encoding) -> Answer {
        self.ask(path, encoding);
        self.answer()
    }

    fn ask(&mut self, path: &str, encoding: Encoding) {
        let encoding = match encoding {
            Encoding::Brotli => "br",
            Encoding::Identity => "identity",
        };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: text/html\r\n\
             Accept-Encoding: {encoding}\r\n\r\n"
        );
        self.0.get_mut().write_all(request.as_bytes()).expect("a live server");
    }

    fn answer(&mut self) -> Answer {
        let begun = Instant::now();
        let status = self.line();
        let first_byte = begun.elapsed();
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        let mut length = None;
        loop {
            let line = self.line().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().ok();
            }
        }
        let body = match length {
            Some(length) => self.bytes(length),
            None => self.chunks(),
        };
        Answer { body, first_byte }
    }

    fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line(), 16).expect("a chunk's length");
            body.extend(self.bytes(length));
            assert_eq!(self.line(), "", "a chunk ends");
            if length == 0 {
                return body;
            }
        }
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).expect("a live server");
        bytes
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a live server");
        line.trim_end().to_owned()
    }
}
