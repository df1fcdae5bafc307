//! The HTTP API as its clients meet it: with a plain HTTP client against the real server.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod filing;
mod manners;
mod reading;
mod streaming;
mod talking;
