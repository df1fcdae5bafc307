//! What was delivered: whether each message came once and in order, how long it took, and how
//! much of it there was.

use std::time::{Duration, Instant};

/// Texts are 22 bytes: a mark that nothing else in a frame has, who sent it, and its number.
pub const MARK: u8 = b'~';
pub const TEXT: usize = 22;

pub fn text(sender: usize, number: u32) -> String {
    format!("{}{sender:05} {number:09} chat.", MARK as char)
}

/// Who sent a text, and its number.
pub fn parse(text: &[u8]) -> Option<(usize, u32)> {
    let digits = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        Some(digits.iter().fold(0u32, |n, digit| n * 10 + u32::from(digit.wrapping_sub(b'0'))))
    };
    Some((digits(1..6)? as usize, digits(7..16)?))
}

/// When a sender's last messages were sent: more than may be under way at once.
pub struct Sent([Instant; 128]);

impl Sent {
    pub fn new() -> Self {
        Sent([Instant::now(); 128])
    }

    pub fn at(&mut self, number: u32) -> &mut Instant {
        &mut self.0[number as usize % 128]
    }
}

#[derive(Clone, Default)]
pub struct Tally {
    pub deliveries: u64,
    pub bytes: u64,
    pub acked: u64,
    /// Lost, doubled or out of order: a number that is not the one after the last.
    pub wrong: u64,
    latencies: Latencies,
}

impl Tally {
    /// Counts from zero again; what went wrong stays noted.
    pub fn anew(&self) -> Self {
        Tally { wrong: self.wrong, ..Tally::default() }
    }

    pub fn delivered(&mut self, latency: Duration) {
        self.deliveries += 1;
        self.latencies.record(latency);
    }

    /// The time within which this share of the deliveries had come.
    pub fn within(&self, share: f64) -> Duration {
        self.latencies.quantile(share)
    }
}

/// A histogram in steps of 1/16 of a power of two: what it tells is at most 6 % too high.
#[derive(Clone)]
struct Latencies {
    counts: Vec<u64>,
}

const STEPS: u64 = 16;

impl Default for Latencies {
    fn default() -> Self {
        Latencies { counts: vec![0; 64 * STEPS as usize] }
    }
}

impl Latencies {
    fn record(&mut self, latency: Duration) {
        let nanos = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX).max(STEPS);
        let power = u64::from(nanos.ilog2());
        let step = (nanos >> (power - 4)) & (STEPS - 1);
        self.counts[(power * STEPS + step) as usize] += 1;
    }

    fn quantile(&self, share: f64) -> Duration {
        let total: u64 = self.counts.iter().sum();
        let wanted = ((total as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        let reached = self.counts.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        let Some(bucket) = reached else { return Duration::ZERO };
        let (power, step) = (bucket as u64 / STEPS, bucket as u64 % STEPS);
        Duration::from_nanos((STEPS + step + 1) << (power - 4))
    }
}
