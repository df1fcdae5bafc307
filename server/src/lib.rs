//! Sarangbang's server: rooms over one durable log.
//!
//! # Map, in reading order
//!
//! - [`config`]: what can be set.
//! - [`router`]: every URL.
//! - [`transport`]: the ways in (WebSocket, HTTP API, Socket.IO, forms), each a thin
//!   translation onto the registry.
//! - [`registry`]: rooms and sessions of this node; `dispatch(command)`.
//! - [`room`], [`session`], [`presence`]: one room, one stay, who is here.
//! - [`engine`]: the durable log, and its home in SQLite.
//! - [`push`]: waking those who are not there. `metrics`: what is counted.
//! - [`pages`]: what the browser gets first. [`names`]: what a name may be.
//!   [`markdown`]: how text is formatted. [`files`]: what a file is.
//!   [`security`]: who may ask.
//! - [`export`]: what is done from the command line beside a server.
//!
//! # One message, all the way
//!
//! `transport::websocket` reads a frame and calls `Registry::dispatch`, which checks limits
//! and hands a `Draft` to the engine. The engine's writer commits it together with whatever
//! else waits, and sends the `Commit` to `Registry::deliver`. Each room encodes its part once
//! and queues the same bytes for everyone, who are woken, or written to by one task for many;
//! then the commit is dropped, which acknowledges its drafts.

// The page's view is one deeply nested type.
#![recursion_limit = "512"]

pub mod config;
mod emoji;
pub mod engine;
pub mod export;
pub mod files;
pub mod markdown;
mod metrics;
pub mod names;
pub mod pages;
pub mod presence;
pub mod push;
pub mod registry;
pub mod room;
pub mod router;
pub mod security;
mod serve;
pub mod session;
pub mod transport;

use app::i18n::Locale;
use config::{Config, Database};
use engine::{Engine, sqlite};
use push::Push;
use registry::{Registry, Settings};
use security::{address::TrustedProxies, origin::Origins};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use transport::http::Api;
use transport::link;
use transport::socketio;
use transport::words::Words;

/// What sizes of files are set in.
const MEBIBYTE: u64 = 1024 * 1024;

/// Why the server could not start: one sentence for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Database(#[from] sqlite::OpenError),
    #[error("the database cannot be written: {0}")]
    Log(#[from] engine::Error),
    #[error("the database's push key is damaged")]
    PushKey,
    #[error("cannot listen on {addr}: {source}")]
    Listen { addr: SocketAddr, source: std::io::Error },
}

/// A server that holds its database and its address, and has not begun to answer.
pub struct Server {
    listener: TcpListener,
    app: axum::Router,
    engine: Arc<dyn Engine>,
    registry: Arc<Registry>,
    deliver: JoinHandle<()>,
    push: JoinHandle<()>,
    links: TaskTracker,
    shutdown: CancellationToken,
}

impl Server {
    pub async fn new(config: Config) -> Result<Self, StartError> {
        // The page is rendered without leptos' own router, which would have done this.
        let _ = any_spawner::Executor::init_tokio();
        let addr = config.addr;
        let listener =
            TcpListener::bind(addr).await.map_err(|source| StartError::Listen { addr, source })?;
        let Database::Sqlite(path) = config.database;
        let (engine, commits) = sqlite::open(sqlite::Options::new(path)).await?;
        let engine: Arc<dyn Engine> = Arc::new(engine);
        let settings = Settings {
            message_rate: config.message_rate,
            message_burst: config.message_burst,
            address_joins: config.address_joins,
            address_messages: config.address_messages,
            room_messages: config.room_messages,
            read_rate: config.read_rate,
            grace: config.grace,
            text_limit: config.text_limit,
            edit_hours: config.edit_hours,
            file_bytes: u64::from(config.file_limit) * MEBIBYTE,
            file_space: u64::from(config.file_space) * MEBIBYTE,
        };
        let registry = Arc::new(Registry::new(Arc::clone(&engine), settings));
        let deliver = tokio::spawn({
            let registry = Arc::clone(&registry);
            async move { registry.deliver(commits).await }
        });
        let push_key = engine.push_key(push::Key::fresh()).await?;
        let push_key = Arc::new(push::Key::new(&push_key).ok_or(StartError::PushKey)?);
        let push = Push::new(Arc::clone(&registry), Arc::clone(&engine), Arc::clone(&push_key));
        let push = tokio::spawn(push.run());
        let shutdown = CancellationToken::new();
        let links = TaskTracker::new();
        let origins = Origins::new(&config.origin);
        let proxies = TrustedProxies(config.trusted_proxy);
        let shared = link::Shared {
            registry: Arc::clone(&registry),
            origins: origins.clone(),
            proxies: proxies.clone(),
            build: pages::assets::BUILD.clone(),
            shutdown: shutdown.clone(),
            links: links.clone(),
        };
        let locale = Locale::from(config.locale);
        let socketio = socketio::router(socketio::Sockets {
            registry: Arc::clone(&registry),
            origins: origins.clone(),
            proxies: proxies.clone(),
            words: Words::of(locale),
            shutdown: shutdown.clone(),
            links: links.clone(),
        });
        let api = Api {
            registry: Arc::clone(&registry),
            origins: origins.clone(),
            proxies: proxies.clone(),
            locale,
            push_key,
            services: push::Services::new(config.push_service),
            shutdown: shutdown.clone(),
        };
        let kept = pages::Kept::default();
        let pages =
            pages::Pages { registry: Arc::clone(&registry), origins, proxies, locale, kept };
        let health = router::Health {
            registry: Arc::clone(&registry),
            links: links.clone(),
            shutdown: shutdown.clone(),
        };
        let app =
            router::router(Arc::new(pages), Arc::new(shared), Arc::new(api), socketio, health);
        Ok(Server { listener, app, engine, registry, deliver, push, links, shutdown })
    }

    /// The address it listens on, with the real port when 0 was asked for.
    pub fn addr(&self) -> SocketAddr {
        self.listener.local_addr().expect("a bound listener has an address")
    }

    /// Its rooms and sessions, for those who look on.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
    }

    /// Cancelling this token drains the server and ends [`Server::serve`].
    pub fn shutdown(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    /// Answers until it is told to stop; then takes no new work, tells everyone to come back,
    /// commits what waits, and returns.
    pub async fn serve(self) {
        let Server { listener, app, engine, registry, deliver, push, links, shutdown } = self;
        let sweeper = tokio::spawn(async move { registry.sweep().await });
        serve::serve(listener, app, shutdown).await;
        push.abort();
        links.close();
        links.wait().await;
        engine.close().await;
        sweeper.abort();
        let _ = sweeper.await;
        let _ = deliver.await;
    }
}
