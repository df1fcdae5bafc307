//! Web Push: waking the browsers of those who are not there (RFC 8030).
//!
//! A push says nothing but "look": it has no body. The browser's worker then asks this server
//! what there is to tell, with its own cookie. So no push service ever holds a word that was
//! said, not even encrypted, and what was deleted meanwhile is not told.
//!
//! [`vapid`] is how services know whose pushes these are, [`service`] which services there are.

mod service;
mod vapid;

pub use service::Services;
pub use vapid::Key;

use crate::engine::{Endpoint, Engine, RoomId};
use crate::registry::Registry;
use crate::room::Rings;
use reqwest::{StatusCode, header, redirect};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

/// Nobody is woken for a room again so soon, whatever is said meanwhile.
const PAUSE: Duration = Duration::from_secs(10);

/// Nor is it looked again so soon whom to wake, where it was nobody.
const GLANCE: Duration = Duration::from_secs(1);

/// A service keeps a push for a browser that is off for so long, in seconds.
const KEEPS: &str = "86400";

/// Of several pushes that wait for a browser the service keeps one (RFC 8030, section 5.4).
const TOPIC: &str = "sarangbang";

/// Pushes on their way at a time. More wait.
const AT_ONCE: usize = 32;

/// How long a service may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Wakes people for the rooms of one node.
pub struct Push {
    registry: Arc<Registry>,
    engine: Arc<dyn Engine>,
    rings: Rings,
    key: Arc<Key>,
    client: reqwest::Client,
    turns: Arc<Semaphore>,
}

impl Push {
    pub fn new(registry: Arc<Registry>, engine: Arc<dyn Engine>, key: Arc<Key>) -> Self {
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .no_proxy()
            .build()
            .expect("the client has all it needs");
        let (rings, turns) = (registry.rings(), Arc::new(Semaphore::new(AT_ONCE)));
        Push { registry, engine, rings, key, client, turns }
    }

    /// Wakes whom the rooms ring for; runs until it is dropped.
    pub async fn run(self) {
        let mut waiting: HashSet<RoomId> = HashSet::new();
        let mut quiet_until: HashMap<RoomId, Instant> = HashMap::new();
        loop {
            let next = waiting.iter().filter_map(|room| quiet_until.get(room)).min().copied();
            tokio::select! {
                rung = self.rings.next() => waiting.extend(rung),
                () = async { sleep_until(next.expect("checked")).await }, if next.is_some() => {}
            }
            let now = Instant::now();
            quiet_until.retain(|_, until| *until > now);
            let ready: Vec<RoomId> =
                waiting.extract_if(|room| !quiet_until.contains_key(room)).collect();
            for room in ready {
                let pause = if self.ring(room).await { PAUSE } else { GLANCE };
                quiet_until.insert(room, now + pause);
            }
        }
    }

    /// Whether anyone is woken.
    async fn ring(&self, room: RoomId) -> bool {
        // What cannot be read or written now is tried again when more is said.
        let endpoints = self.registry.absent(room).await.unwrap_or_default();
        let is_anyone = !endpoints.is_empty();
        for endpoint in endpoints {
            let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else { break };
            let request = self.request(&endpoint);
            let engine = Arc::clone(&self.engine);
            tokio::spawn(async move {
                wake(request, endpoint, &*engine).await;
                drop(turn);
            });
        }
        is_anyone
    }

    fn request(&self, endpoint: &Endpoint) -> Option<reqwest::RequestBuilder> {
        let authorization = self.key.authorization(endpoint)?;
        let request = self.client.post(&endpoint.url).header(header::AUTHORIZATION, authorization);
        let request = request.header("ttl", KEEPS).header("urgency", "high");
        Some(request.header("topic", TOPIC).header(header::CONTENT_LENGTH, 0))
    }
}

async fn wake(request: Option<reqwest::RequestBuilder>, endpoint: Endpoint, engine: &dyn Engine) {
    let Some(request) = request else { return };
    match request.send().await.map(|answer| answer.status()) {
        // The browser is there no more (RFC 8030, section 7.3).
        Ok(StatusCode::NOT_FOUND | StatusCode::GONE) => {
            if let Err(error) = engine.unsubscribe(endpoint.url).await {
                tracing::error!(%error, "a push subscription could not be deleted");
            }
        }
        Ok(status) if status.is_success() => {}
        Ok(status) => tracing::warn!(%status, "a push service does not take a push"),
        // Its address is whom it is for.
        Err(error) => {
            tracing::warn!(error = %error.without_url(), "a push service cannot be reached");
        }
    }
}
