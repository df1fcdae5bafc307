//! A real server on a free port, and clients that talk to it as anyone would.
#![allow(dead_code, clippy::unwrap_used)]

pub mod bot;
pub mod client;
mod poller;
pub mod socketio;

use app::protocol::{Codec, Command, Hello, MessageId, RoomKey};
use clap::Parser;
pub use client::Client;
pub use poller::Poller;
use server::Server;
use server::config::Config;
use server::registry::Registry;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Long enough for any machine, and longer than a server is silent while time flies; a test
/// that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct TestServer {
    pub addr: SocketAddr,
    pub dir: Arc<TempDir>,
    pub registry: Arc<Registry>,
    shutdown: CancellationToken,
    running: JoinHandle<()>,
    flags: Vec<String>,
}

impl TestServer {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(flags: &[&str]) -> Self {
        let flags = flags.iter().map(|flag| flag.to_string()).collect();
        Self::on(Arc::new(TempDir::new().unwrap()), "127.0.0.1:0", flags).await
    }

    async fn on(dir: Arc<TempDir>, addr: &str, flags: Vec<String>) -> Self {
        let database = format!("sqlite:{}", dir.path().join("test.db").display());
        let fixed = ["sarangbang", "--addr", addr, "--database", &database].map(String::from);
        let config = Config::parse_from(fixed.into_iter().chain(flags.iter().cloned()));
        let server = Server::new(config).await.unwrap();
        let (addr, registry, shutdown) = (server.addr(), server.registry(), server.shutdown());
        let running = tokio::spawn(server.serve());
        TestServer { addr, dir, registry, shutdown, running, flags }
    }

    /// Waits until so many listen to a room without a connection.
    pub async fn followed(&self, room: &str, count: usize) {
        let room = self.registry.find_room(&key(room)).await.unwrap().unwrap();
        let counted = async {
            while room.followers() != count {
                tokio::task::yield_now().await;
            }
        };
        patiently(counted).await;
    }

    /// Drains it, as SIGTERM would.
    pub async fn stop(self) -> Stopped {
        self.shutdown.cancel();
        patiently(self.running).await.unwrap();
        Stopped { dir: self.dir, flags: self.flags }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    pub async fn client(&self, codec: Codec) -> Client {
        let mut client = Client::connect(self.addr, codec, &[]).await.unwrap();
        client.greet(Hello::default()).await.unwrap();
        client
    }

    /// The same over `/poll`.
    pub async fn poller(&self, codec: Codec) -> Client {
        let mut client = Client::over(Poller::new(self.addr, codec), codec);
        client.greet(Hello::default()).await.unwrap();
        client
    }

    /// Someone who has joined.
    pub async fn person(&self, username: &str, room: &str) -> Client {
        let mut client = self.client(Codec::Json).await;
        client.join(room, username).await.unwrap();
        client
    }
}

/// A server that was stopped; its database is still there.
pub struct Stopped {
    pub dir: Arc<TempDir>,
    flags: Vec<String>,
}

impl Stopped {
    pub async fn start(self) -> TestServer {
        TestServer::on(self.dir, "127.0.0.1:0", self.flags).await
    }
}

pub async fn patiently<F: Future>(future: F) -> F::Output {
    timeout(PATIENCE, future).await.expect("it takes too long")
}

/// Waits while a hundred times as much time passes, for what comes only after a minute. Server
/// and clients must share one thread (a plain `#[tokio::test]`), because the clock is tokio's.
pub async fn while_time_flies<F: Future>(future: F) -> F::Output {
    let fly_for_an_hour = async {
        for _ in 0..36_000 {
            let frozen = Frozen::new();
            tokio::time::advance(Duration::from_millis(100)).await;
            drop(frozen);
            // What is under way over real sockets gets this long for every tenth of a second.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        output = future => output,
        () = fly_for_an_hour => panic!("nothing came for an hour"),
    }
}

/// Time stands still. It goes on even where what was awaited came in the middle of a step.
struct Frozen;

impl Frozen {
    fn new() -> Self {
        tokio::time::pause();
        Frozen
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        tokio::time::resume();
    }
}

pub fn message(room: &str, id: MessageId, text: &str) -> Command {
    Command::Message { room: key(room), id, text: text.into(), reply_to: None, files: Vec::new() }
}

pub fn key(room: &str) -> RoomKey {
    RoomKey(room.into())
}

pub fn fresh_id() -> MessageId {
    let mut random = [0; 10];
    getrandom::fill(&mut random).unwrap();
    MessageId::new(server::registry::now_millis(), random)
}
