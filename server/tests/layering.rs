//! Architecture as a test: who may use whom.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the ground up; each may use those before it.
const FLOORS: [&str; 12] = [
    "metrics",
    "names",
    "engine",
    "presence",
    "session",
    "room",
    "registry",
    "push",
    "transport",
    "router",
    "lib",
    "main",
];

/// Libraries that only the outer modules may name.
const OUTER_LIBRARIES: [&str; 4] = ["axum", "leptos", "leptos_axum", "socketioxide"];
const OUTER: [&str; 6] = ["transport", "pages", "security", "router", "lib", "serve"];

#[test]
fn lower_floors_never_use_higher_ones() {
    for (module, file, line) in sources("src") {
        let Some(floor) = FLOORS.iter().position(|name| *name == module) else { continue };
        for higher in &FLOORS[floor + 1..] {
            assert!(
                !line.contains(&format!("crate::{higher}")),
                "{file}: {module} uses {higher}: {line}"
            );
        }
        if floor < FLOORS.len() - 2 {
            assert!(
                !line.contains("crate::config"),
                "{file}: only lib reads the configuration: {line}"
            );
        }
    }
}

#[test]
fn room_and_registry_see_only_the_engine_trait() {
    for (module, file, line) in sources("src") {
        if matches!(
            module.as_str(),
            "room" | "registry" | "session" | "presence" | "transport" | "pages"
        ) {
            assert!(!line.contains("engine::sqlite"), "{file}: {line}");
            assert!(!line.contains("sqlx"), "{file}: {line}");
        }
    }
}

#[test]
fn web_frameworks_stay_at_the_outside() {
    for (module, file, line) in sources("src") {
        if OUTER.contains(&module.as_str()) {
            continue;
        }
        for library in OUTER_LIBRARIES {
            assert!(
                !line.contains(&format!("{library}::")),
                "{file}: {module} uses {library}: {line}"
            );
        }
    }
}

#[test]
fn the_page_never_names_the_server_and_its_inner_parts_not_each_other() {
    for (module, file, line) in sources("../app/src") {
        // A path of its own, and not the end of `ResizeObserver::`.
        let names_server = line
            .match_indices("server::")
            .any(|(at, _)| !line[..at].ends_with(char::is_alphanumeric));
        assert!(!names_server, "{file}: {line}");
        let forbidden: &[&str] = match module.as_str() {
            "protocol" => &[
                "crate::store",
                "crate::connection",
                "crate::components",
                "crate::i18n",
                "leptos",
                "web_sys",
            ],
            "store" => &["crate::connection", "crate::components", "leptos", "web_sys"],
            "connection" => &["crate::store", "crate::components", "crate::i18n", "leptos::"],
            "i18n" => &["crate::store", "crate::connection", "crate::components", "leptos"],
            _ => &[],
        };
        for name in forbidden {
            assert!(!line.contains(name), "{file}: {module} uses {name}: {line}");
        }
    }
}

/// Every line of code below a folder, with its top module and its file.
fn sources(root: &str) -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 5, "the sources are where this test looks");
    let mut lines = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let top = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = top.trim_end_matches(".rs").to_owned();
        for line in fs::read_to_string(&file).unwrap().lines() {
            if !line.trim_start().starts_with("//") {
                lines.push((module.clone(), inside.display().to_string(), line.to_owned()));
            }
        }
    }
    lines
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}
