//! What every engine promises (`contract`), and what only SQLite can do wrong (`sqlite`).
#![allow(clippy::unwrap_used)]

mod amending;
mod bells;
mod contract;
mod filing;
mod keeping;
mod posting;
mod seating;
mod sqlite;
