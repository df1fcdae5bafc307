//! The load: one thread that drives each server with the same work, and checks every delivery.
//!
//! `cargo bench -p server --bench load -- --quick` is a short look; without `--quick` it takes
//! half an hour, and with `--readme` (`make bench`) what comes out is written into the README.
//! `--only bun,postcard` and `--work busy-100` measure less, `--rounds N` more or less often.
//!
//! - [`work`] is what is measured, [`subject`] who is.
//! - [`crowd`] are the clients; [`dialect`] and [`frames`] are how they speak.
//! - [`tally`] counts and checks, [`report`] writes down.
//! - [`floor`] is the shortest server there is, to compare with; [`page`] reads pages.

mod crowd;
mod dialect;
mod floor;
mod frames;
mod page;
mod report;
mod subject;
mod tally;
mod work;

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

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_said = |name: &str| arguments.iter().any(|argument| argument == name);
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    match value("--floor") {
        Some("floor-each") => floor::serve(Floor::Each),
        Some(_) => floor::serve(Floor::Round),
        None => {}
    }
    let is_test = is_said("--test");
    let is_named =
        |list: Option<&str>, key: &str| list.is_none_or(|list| list.split(',').any(|k| k == key));
    let subjects = Subject::ALL.into_iter().filter(|subject| {
        let is_here = if is_test { !subject.is_peer() } else { subject.is_installed() };
        is_here && is_named(value("--only"), subject.key())
    });
    let works = Work::ALL.into_iter().filter(|work| is_named(value("--work"), work.key()));
    let mut runs: Vec<(Work, Subject)> = works
        .flat_map(|work| subjects.clone().map(move |subject| (work, subject)))
        .filter(|(work, subject)| work.is_for(*subject))
        .collect();
    let (scale, rounds) = match (is_test, is_said("--quick")) {
        (true, _) => (TEST, 1),
        (false, true) => (QUICK, 1),
        (false, false) => (FULL, ROUNDS),
    };
    let rounds = value("--rounds").map_or(rounds, |rounds| rounds.parse().expect("a number"));

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
    if is_said("--readme") {
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
