//! A server that is measured: started on a core of its own, and asked what it used.

use rustix::thread::{CpuSet, sched_setaffinity};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::ops::Sub;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::dialect::Dialect;

/// Where the server runs, and where the load comes from.
const SERVER_CORE: usize = 0;
const LOAD_CORE: usize = 1;

/// How the kernel counts processor time (proc(5); `getconf CLK_TCK` is 100 wherever Linux runs).
const TICK: Duration = Duration::from_millis(10);

/// The threads of ours that keep the log, by as much of their names as the kernel keeps.
const LOG_THREADS: [&str; 2] = ["(log-writer)", "(sqlx-sqlite-wor)"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    Postcard,
    Json,
    SocketIo,
    Bun,
    NodeWs,
    NodeSocketIo,
    FloorEach,
    FloorRound,
}

impl Subject {
    pub const ALL: [Subject; 8] = [
        Subject::Postcard,
        Subject::Json,
        Subject::SocketIo,
        Subject::Bun,
        Subject::NodeWs,
        Subject::NodeSocketIo,
        Subject::FloorEach,
        Subject::FloorRound,
    ];

    /// As the arguments of the benchmark name it.
    pub fn key(self) -> &'static str {
        match self {
            Subject::Postcard => "postcard",
            Subject::Json => "json",
            Subject::SocketIo => "socketio",
            Subject::Bun => "bun",
            Subject::NodeWs => "node-ws",
            Subject::NodeSocketIo => "node-socketio",
            Subject::FloorEach => "floor-each",
            Subject::FloorRound => "floor-round",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Subject::Postcard => "Sarangbang, as the page speaks",
            Subject::Json => "Sarangbang, JSON",
            Subject::SocketIo => "Sarangbang, Socket.IO",
            Subject::Bun => "Bun, publish/subscribe",
            Subject::NodeWs => "Node ws",
            Subject::NodeSocketIo => "Node Socket.IO",
            Subject::FloorEach => "floor: a send a member and message",
            Subject::FloorRound => "floor: a send a member and round",
        }
    }

    pub fn dialect(self) -> Dialect {
        match self {
            Subject::Postcard => Dialect::Postcard,
            Subject::Json => Dialect::Json,
            Subject::SocketIo | Subject::NodeSocketIo => Dialect::SocketIo,
            _ => Dialect::Plain,
        }
    }

    pub fn is_ours(self) -> bool {
        matches!(self, Subject::Postcard | Subject::Json | Subject::SocketIo)
    }

    pub fn is_floor(self) -> bool {
        matches!(self, Subject::FloorEach | Subject::FloorRound)
    }

    pub fn is_peer(self) -> bool {
        !self.is_ours() && !self.is_floor()
    }

    /// Whether it can be started: `make bench` gets the peers.
    pub fn is_installed(self) -> bool {
        !self.is_peer() || peers().join("node_modules").is_dir()
    }

    /// Starts it on an address of its own; ours keeps its database in `home`.
    pub fn start(self, home: &Path) -> Running {
        let mut command = self.command(home);
        pin(SERVER_CORE);
        let child = command.stdout(Stdio::piped()).spawn();
        pin(LOAD_CORE);
        let mut child =
            child.unwrap_or_else(|error| panic!("{command:?}: {error}; `make bench` gets it"));
        let stdout = child.stdout.take().expect("it was piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("the line that says where to go");
        let addr = line.trim().rsplit("http://").next().and_then(|addr| addr.parse().ok());
        Running { addr: addr.unwrap_or_else(|| panic!("{command:?} said {line:?}")), child }
    }

    fn command(self, home: &Path) -> Command {
        let peers = peers();
        let node = |script: &str| {
            let mut node = Command::new("node");
            node.arg(peers.join(script));
            node
        };
        match self {
            Subject::Postcard | Subject::Json | Subject::SocketIo => sarangbang(home),
            Subject::NodeWs => node("ws.mjs"),
            Subject::NodeSocketIo => node("socketio.mjs"),
            Subject::Bun => {
                let mut bun = Command::new(peers.join("node_modules/.bin/bun"));
                bun.arg(peers.join("bun.mjs"));
                bun
            }
            Subject::FloorEach | Subject::FloorRound => {
                let this = std::env::current_exe().expect("this program has a path");
                let mut floor = Command::new(this);
                floor.args(["--floor", self.key()]);
                floor
            }
        }
    }
}

fn peers() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers"))
}

/// Our program as it is shipped (`SARANGBANG` names another build of it), without the limits
/// that keep people from doing what a benchmark does.
fn sarangbang(home: &Path) -> Command {
    let program = std::env::var_os("SARANGBANG");
    let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_sarangbang").into());
    let mut command = Command::new(program);
    command
        .args(["--addr", "127.0.0.1:0", "--log", "error"])
        .args(["--message-rate", "0", "--address-messages", "0"])
        .args(["--address-joins", "0", "--read-rate", "0"])
        .arg("--database")
        .arg(format!("sqlite:{}", home.join("bench.db").display()));
    command
}

/// Binds this process, and what it starts from now on, to one core; where there is but one,
/// nothing happens.
fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    let _ = sched_setaffinity(None, &cores);
}

/// Processor time that a server took.
#[derive(Clone, Copy, Default)]
pub struct Cpu {
    pub whole: Duration,
    /// Of the whole: in the kernel, whichever thread asked for it.
    pub kernel: Duration,
    /// Of the whole: the threads that keep our log.
    pub log: Duration,
}

impl Sub for Cpu {
    type Output = Cpu;

    fn sub(self, before: Cpu) -> Cpu {
        Cpu {
            whole: self.whole - before.whole,
            kernel: self.kernel - before.kernel,
            log: self.log - before.log,
        }
    }
}

/// User and system time in a `stat` of a process or a thread (proc(5), fields 14 and 15).
fn times(stat: &str) -> [Duration; 2] {
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let mut ticks = after_name.split_whitespace().skip(11);
    [(); 2].map(|()| TICK * ticks.next().and_then(|ticks| ticks.parse().ok()).unwrap_or_default())
}

/// A server that runs until it is dropped.
pub struct Running {
    pub addr: SocketAddr,
    child: Child,
}

impl Running {
    /// So far.
    pub fn cpu(&self) -> Cpu {
        let mut cpu = Cpu::default();
        let [user, kernel] = times(&self.read("stat"));
        (cpu.whole, cpu.kernel) = (user + kernel, kernel);
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id()));
        for thread in threads.into_iter().flatten().flatten() {
            let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            if LOG_THREADS.iter().any(|name| stat.contains(name)) {
                cpu.log += times(&stat).into_iter().sum::<Duration>();
            }
        }
        cpu
    }

    /// Resident memory, in bytes.
    pub fn memory(&self) -> f64 {
        let rollup = self.read("smaps_rollup");
        let rss = rollup.lines().find_map(|line| line.strip_prefix("Rss:"));
        let kilobytes = rss.and_then(|rss| rss.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        kilobytes.expect("Linux says what a process holds") * 1024.0
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
