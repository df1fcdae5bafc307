//! What `/metrics` tells, in the format that Prometheus reads (OpenMetrics 1.0): every metric's
//! name and help in one place. What is counted is counted once a commit, never once a member.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The shortest commit that is told from shorter ones, and how many times as long the next is.
const SHORTEST: f64 = 0.000_25;
const LONGER: f64 = 2.0;
const LENGTHS: u16 = 14;

pub struct Metrics {
    all: Registry,
    changes: Counter,
    commit: Histogram,
    connections: Gauge,
    rooms: Gauge,
    sessions: Gauge,
    people: Gauge,
}

/// How many there are at this moment.
pub struct Population {
    pub connections: usize,
    pub rooms: usize,
    pub sessions: usize,
    pub people: usize,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut all = Registry::with_prefix("sarangbang");
        let changes = Counter::default();
        all.register("changes", "Messages said, edited, deleted or reacted to", changes.clone());
        let commit = Histogram::new(exponential_buckets(SHORTEST, LONGER, LENGTHS));
        let help = "Transactions that changed a room, by how long each took to be on the disk";
        all.register_with_unit("commit", help, Unit::Seconds, commit.clone());
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            all.register(name, help, gauge.clone());
            gauge
        };
        let connections = gauge("connections", "Links that are open, by whatever they are carried");
        let rooms = gauge("rooms", "Rooms in memory");
        let sessions = gauge("sessions", "Sessions in memory");
        let people = gauge("people", "People who are here, counted once in each room");
        Metrics { all, changes, commit, connections, rooms, sessions, people }
    }
}

impl Metrics {
    pub fn committed(&self, changes: usize, took: Duration) {
        self.changes.inc_by(changes as u64);
        self.commit.observe(took.as_secs_f64());
    }

    /// All of it, as text.
    pub fn text(&self, now: &Population) -> String {
        for (gauge, count) in [
            (&self.connections, now.connections),
            (&self.rooms, now.rooms),
            (&self.sessions, now.sessions),
            (&self.people, now.people),
        ] {
            gauge.set(count as i64);
        }
        let mut text = String::new();
        encode(&mut text, &self.all).expect("a string takes everything");
        text
    }
}
