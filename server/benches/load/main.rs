//! The load: one thread that drives each server with the same work, and checks every delivery.
//!
//! `cargo bench -p server --bench load -- --help` says what it may be asked for; `make bench` is
//! the whole of it, written into the README.
//!
//! - [`work`] is what is measured, [`subject`] who is.
//! - [`crowd`] are the clients, each at its [`link`]; [`dialect`] and [`frames`] are how they speak.
//! - [`tally`] counts and checks, [`report`] writes down.
//! - [`floor`] is the shortest server there is, to compare with; [`page`] reads pages.

mod crowd;
mod dialect;
mod floor;
mod frames;
mod link;
mod page;
mod report;
mod subject;
mod tally;
mod work;

use clap::Parser;
use floor::Floor;
use report::Report;
use std::time::Duration;
use subject::Subject;
use work::{Scale, Work};

const FULL: Scale =
    Scale { measured: Duration::from_secs(4), warm_up: Duration::from_secs(2), divisor: 1 };
const QUICK: Scale =
    Scale { measured: Duration::from_secs(1), warm_up: Duration::from_millis(500), divisor: 5 };
/// `cargo test` runs benches, too, to see that they work.
const TEST: Scale =
    Scale { measured: Duration::from_millis(30), warm_up: Duration::ZERO, divisor: 100 };

const ROUNDS: usize = 5;

/// Drives each server with the same work, and checks every delivery. All of it takes half an hour.
#[derive(Parser)]
struct Arguments {
    /// A short look: one round, with a fifth of the people and a second each
    #[arg(long)]
    quick: bool,
    /// Only these servers
    #[arg(long, value_delimiter = ',', value_parser = Subject::ALL.map(Subject::key))]
    only: Vec<String>,
    /// Only this work
    #[arg(long, value_delimiter = ',', value_parser = Work::ALL.map(Work::key))]
    work: Vec<String>,
    /// How often each is measured; the medians are told
    #[arg(long)]
    rounds: Option<usize>,
    /// Write what comes out into the README
    #[arg(long)]
    readme: bool,
    /// As little as shows that it works, without the other servers
    #[arg(long)]
    test: bool,
    /// Said by cargo.
    #[arg(long, hide = true)]
    bench: bool,
    /// Be that server.
    #[arg(long, hide = true)]
    floor: Option<String>,
}

fn main() {
    let asked = Arguments::parse();
    match asked.floor.as_deref() {
        Some("floor-each") => floor::serve(Floor::Each),
        Some(_) => floor::serve(Floor::Round),
        None => {}
    }
    let is_named =
        |list: &[String], key: &str| list.is_empty() || list.iter().any(|named| named == key);
    let subjects = Subject::ALL.into_iter().filter(|subject| {
        let is_here = if asked.test { !subject.is_peer() } else { subject.is_installed() };
        is_here && is_named(&asked.only, subject.key())
    });
    let works = Work::ALL.into_iter().filter(|work| is_named(&asked.work, work.key()));
    let mut runs: Vec<(Work, Subject)> = works
        .flat_map(|work| subjects.clone().map(move |subject| (work, subject)))
        .filter(|(work, subject)| work.is_for(*subject))
        .collect();
    let (scale, rounds) = match (asked.test, asked.quick) {
        (true, _) => (TEST, 1),
        (false, true) => (QUICK, 1),
        (false, false) => (FULL, ROUNDS),
    };
    let rounds = asked.rounds.unwrap_or(rounds);

    let mut report = Report::default();
    for round in 1..=rounds {
        // In another order each time, so that nobody always follows the same neighbour.
        shuffle(&mut runs);
        for &(work, subject) in &runs {
            eprint!("{round}/{rounds} {} {} ", work.key(), subject.key());
            match work::run(work, subject, scale) {
                Ok(figures) => {
                    for (metric, value) in &figures {
                        eprint!("| {}: {} ", metric.title(), report::number(*value));
                    }
                    eprintln!();
                    report.note(work, subject, figures);
                }
                Err(wrong) => panic!("{wrong} deliveries were lost, doubled or out of order"),
            }
        }
    }
    println!("{}", report.tables());
    if asked.readme {
        report.write_into_readme();
    }
}

fn shuffle<T>(list: &mut [T]) {
    for last in (1..list.len()).rev() {
        let mut random = [0; 8];
        getrandom::fill(&mut random).expect("the system has a random generator");
        list.swap(last, (u64::from_le_bytes(random) % (last as u64 + 1)) as usize);
    }
}
