//! The page is part of the program: when cargo-leptos has built it anew, so must be this crate.

fn main() {
    println!("cargo::rerun-if-changed=../target/site");
}
