//! The program as it is started, fails to start, and stops.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

fn program(addr: &str, database: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sarangbang"));
    program
        .args(["--addr", addr, "--database"])
        .arg(format!("sqlite:{}", database.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    program
}

fn started(mut program: Command) -> (Child, String) {
    let mut child = program.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line)
}

/// What a program that could not start says: one sentence, and exit code 1.
fn complaint(mut program: Command) -> String {
    let Output { status, stdout, stderr } = program.output().unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(stdout.is_empty());
    let complaint = String::from_utf8(stderr).unwrap();
    assert_eq!(complaint.lines().count(), 1, "one sentence: {complaint}");
    assert!(complaint.starts_with("sarangbang: "), "{complaint}");
    complaint
}

#[test]
fn it_says_where_it_listens_and_stops_when_told() {
    let dir = TempDir::new().unwrap();
    let (mut child, line) = started(program("127.0.0.1:0", &dir.path().join("new/folder/a.db")));
    assert!(line.starts_with("sarangbang is listening on http://127.0.0.1:"), "{line}");
    let status = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_port_in_use_is_named() {
    let dir = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let complaint = complaint(program(&addr, &dir.path().join("a.db")));
    assert!(complaint.contains(&addr), "{complaint}");
}

#[test]
fn a_database_of_another_server_or_of_no_server_is_left_alone() {
    let dir = TempDir::new().unwrap();
    let database = dir.path().join("a.db");
    let (mut child, _) = started(program("127.0.0.1:0", &database));
    let in_use = complaint(program("127.0.0.1:0", &database));
    assert!(in_use.contains("a.db"), "{in_use}");
    child.kill().unwrap();
    child.wait().unwrap();

    let letter = dir.path().join("letter.txt");
    std::fs::write(&letter, "Dear database,\n".repeat(100)).unwrap();
    let not_one = complaint(program("127.0.0.1:0", &letter));
    assert!(
        not_one.contains("not a database") || not_one.contains("not a Sarangbang database"),
        "{not_one}"
    );
    assert!(std::fs::read_to_string(&letter).unwrap().starts_with("Dear database"));
}

#[test]
fn a_database_that_cannot_be_used_is_named_with_the_reason() {
    let dir = TempDir::new().unwrap();
    let database = dir.path().join("a.db");
    let (mut child, _) = started(program("127.0.0.1:0", &database));
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));

    execute(&database, "BEGIN EXCLUSIVE", |database| {
        let locked = complaint(program("127.0.0.1:0", database));
        assert!(locked.contains("a.db is locked by another program"), "{locked}");
    });
    let newer = "INSERT INTO _sqlx_migrations VALUES (9999, 'from the future', 0, TRUE, x'00', 0)";
    execute(&database, newer, |_| {});
    let newer = complaint(program("127.0.0.1:0", &database));
    assert!(newer.contains("a.db was made by a newer sarangbang"), "{newer}");

    let folder = complaint(program("127.0.0.1:0", dir.path()));
    assert!(folder.contains(&dir.path().display().to_string()), "{folder}");
    // Nobody may write there, not even root.
    #[cfg(target_os = "linux")]
    {
        let read_only = complaint(program("127.0.0.1:0", Path::new("/sys/a.db")));
        assert!(read_only.contains("/sys/a.db cannot be written"), "{read_only}");
    }
}

/// Does something to a database as another program would, and something else while that lasts.
fn execute(database: &Path, sql: &'static str, meanwhile: impl FnOnce(&Path)) {
    use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut other = SqliteConnectOptions::new().filename(database).connect().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut other).await.unwrap();
        meanwhile(database);
        other.close().await.unwrap();
    });
}

#[test]
fn a_wrong_option_is_explained() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sarangbang"));
    let output = program.args(["--database", "mysql://x"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("sqlite:"));
}

#[test]
fn logs_hold_no_text_and_no_names() {
    // The only place that logs what people do is debug level of the libraries; ours never does.
    let dir = TempDir::new().unwrap();
    let mut program = program("127.0.0.1:0", &dir.path().join("a.db"));
    program.args(["--log", "server=trace,app=trace,info", "--log-format", "json"]);
    let (child, line) = started(program);
    let addr = line.trim().rsplit("http://").next().unwrap().to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use futures::{SinkExt, StreamExt};
        use tokio_tungstenite::tungstenite::Message;
        let (mut socket, _) = tokio_tungstenite::connect_async(format!("ws://{addr}/ws")).await.unwrap();
        for frame in [
            r#"{"hello":{"build":null,"token":null}}"#,
            r#"{"command":{"id":1,"command":{"join":{"room":"r","username":"SecretName"}}}}"#,
            r#"{"command":{"id":2,"command":{"message":{"room":"r","id":"01930000-0000-7000-8000-000000000000","text":"SecretText"}}}}"#,
        ] {
            socket.send(Message::text(frame)).await.unwrap();
        }
        let is_posted = |message: &Message| message.to_text().is_ok_and(|text| text.contains("posted"));
        while let Some(Ok(message)) = socket.next().await {
            if is_posted(&message) {
                return;
            }
        }
        panic!("the message was not acknowledged");
    });
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    let output = child.wait_with_output().unwrap();
    let logs = String::from_utf8(output.stderr).unwrap();
    assert!(!logs.contains("Secret"), "{logs}");
    for line in logs.lines() {
        assert!(line.starts_with('{') && line.ends_with('}'), "structured: {line}");
    }
}
