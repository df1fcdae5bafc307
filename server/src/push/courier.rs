//! Brings pushes to their services, and tries again what a service could not take.

use super::Key;
use crate::engine::{Endpoint, Engine};
use reqwest::{Response, StatusCode, header, redirect};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

/// A service keeps a push for a browser that is off for so long, in seconds.
const KEEPS: &str = "86400";

/// Of several pushes that wait for a browser the service keeps one (RFC 8030, section 5.4).
const TOPIC: &str = "sarangbang";

/// Pushes on their way at a time. More wait.
const AT_ONCE: usize = 32;

/// How long a service may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a push waits before each further attempt, unless the service says how long; then
/// it is given up.
const RETRIES: [Duration; 3] =
    [Duration::from_secs(15), Duration::from_secs(60), Duration::from_secs(300)];

/// No service makes it wait longer than this.
const LONGEST: Duration = Duration::from_secs(900);

pub struct Courier {
    client: reqwest::Client,
    key: Arc<Key>,
    engine: Arc<dyn Engine>,
    turns: Arc<Semaphore>,
    /// Endpoints whose push waits to be tried again: that one will do for all that is said
    /// until then, so there is never more than one for a browser.
    waiting: Mutex<HashSet<String>>,
}

/// What became of a push.
enum Outcome {
    /// It is there, or there is nobody to bring it to.
    Settled,
    /// The service may take it later, perhaps after the time that it names.
    Later(Option<Duration>),
}

impl Courier {
    pub fn new(engine: Arc<dyn Engine>, key: Arc<Key>) -> Arc<Self> {
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .no_proxy()
            .build()
            .expect("the client has all it needs");
        let (turns, waiting) = (Arc::new(Semaphore::new(AT_ONCE)), Mutex::default());
        Arc::new(Courier { client, key, engine, turns, waiting })
    }

    /// Returns as soon as the push is on its way.
    pub async fn send(self: &Arc<Self>, endpoint: Endpoint) {
        if self.with_waiting(|waiting| waiting.contains(&endpoint.url)) {
            return;
        }
        let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else { return };
        let courier = Arc::clone(self);
        tokio::spawn(async move { courier.bring(endpoint, turn).await });
    }

    async fn bring(&self, endpoint: Endpoint, mut turn: OwnedSemaphorePermit) {
        for pause in RETRIES {
            let Outcome::Later(named) = self.knock(&endpoint).await else { return };
            drop(turn);
            if !self.with_waiting(|waiting| waiting.insert(endpoint.url.clone())) {
                return;
            }
            sleep(named.map_or(pause, |named| named.min(LONGEST))).await;
            // Before it is tried: what is said from now on may not be in what this push shows.
            self.with_waiting(|waiting| waiting.remove(&endpoint.url));
            let Ok(next) = Arc::clone(&self.turns).acquire_owned().await else { return };
            turn = next;
        }
        if let Outcome::Later(_) = self.knock(&endpoint).await {
            tracing::warn!("a push is given up");
        }
    }

    async fn knock(&self, endpoint: &Endpoint) -> Outcome {
        let Some(authorization) = self.key.authorization(endpoint) else {
            return Outcome::Settled;
        };
        let request = self.client.post(&endpoint.url).header(header::AUTHORIZATION, authorization);
        let request = request.header("ttl", KEEPS).header("urgency", "high");
        let request = request.header("topic", TOPIC).header(header::CONTENT_LENGTH, 0);
        let answer = match request.send().await {
            Ok(answer) => answer,
            // Its address is whom it is for.
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "a push service cannot be reached");
                return Outcome::Later(None);
            }
        };
        match answer.status() {
            status if status.is_success() => {}
            // The browser is there no more (RFC 8030, section 7.3).
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                if let Err(error) = self.engine.unsubscribe(endpoint.url.clone()).await {
                    tracing::error!(%error, "a push subscription could not be deleted");
                }
            }
            status => {
                tracing::warn!(%status, "a push service does not take a push");
                if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
                    return Outcome::Later(retry_after(&answer));
                }
            }
        }
        Outcome::Settled
    }

    fn with_waiting<R>(&self, act: impl FnOnce(&mut HashSet<String>) -> R) -> R {
        act(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The seconds that a service names (RFC 8030, section 8.4; RFC 9110, section 10.2.3). One that
/// names a date is tried again as if it had named nothing.
fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
