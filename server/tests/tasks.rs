//! What one does from the command line beside a server, or instead of it.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use reqwest::Client as Http;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A server as a process of its own, on a database of one's choice.
struct Program {
    child: Child,
    base: String,
}

impl Program {
    fn start(database: &Path) -> Self {
        let mut child = program(database, &["--addr", "127.0.0.1:0"]).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addr = line.trim().rsplit("http://").next().unwrap();
        Program { child, base: format!("http://{addr}/api/v1/rooms/study") }
    }

    async fn join(&self, username: &str) -> String {
        let joined = self.post("/join", "", &json!({ "username": username })).await;
        joined["token"].as_str().unwrap().to_owned()
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> Value {
        let mut request = Http::new().post(format!("{}{path}", self.base));
        if !token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        let response = request.send().await.unwrap().error_for_status().unwrap();
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }

    async fn say(&self, token: &str, body: Value) -> Value {
        self.post("/messages", token, &body).await
    }

    async fn read(&self, query: &str) -> Value {
        let response = Http::new().get(format!("{}/messages?{query}", self.base)).send().await;
        serde_json::from_str(&response.unwrap().text().await.unwrap()).unwrap()
    }

    async fn delete(&self, token: &str, message: &Value) {
        let path = format!("{}/messages/{}", self.base, message["id"].as_str().unwrap());
        let request = Http::new().delete(path).header(AUTHORIZATION, format!("Bearer {token}"));
        request.send().await.unwrap().error_for_status().unwrap();
    }

    fn stop(mut self) {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(database: &Path, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sarangbang"));
    program.args(arguments).arg("--database").arg(format!("sqlite:{}", database.display()));
    program.stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

/// What a task wrote.
fn done(database: &Path, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = program(database, arguments).output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Why a task was not done.
fn complaint(database: &Path, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = program(database, arguments).output().unwrap();
    assert_eq!((status.code(), stdout.len()), (Some(1), 0));
    String::from_utf8(stderr).unwrap()
}

/// A room in which a few things were said, one of which was taken back.
async fn talk(server: &Program) {
    let (ana, minsu) = (server.join("Ana").await, server.join("민수").await);
    let first = server.say(&ana, json!({ "text": "**감귤** <b>두</b> 상자" })).await;
    let gone = server.say(&ana, json!({ "text": "unspeakable secret" })).await;
    server.say(&minsu, json!({ "text": "한 줄\n두 줄", "replyTo": first["seq"] })).await;
    server.delete(&ana, &gone).await;
}

#[tokio::test]
async fn a_room_is_taken_away_while_people_talk() {
    let dir = TempDir::new().unwrap();
    let database = dir.path().join("a.db");
    let server = Program::start(&database);
    talk(&server).await;

    let json: Value =
        serde_json::from_str(&done(&database, &["export", "Study", "--format", "json"])).unwrap();
    let all = server.read("after=0").await;
    assert_eq!((&json["room"], &json["title"]), (&json!("study"), &json!("study")));
    assert_eq!(json["cursor"], all["cursor"]);
    let in_place = |messages: &Value| {
        let mut messages = messages.as_array().unwrap().clone();
        messages.sort_by_key(|message| message["seq"].as_u64());
        messages
    };
    assert_eq!(in_place(&json["messages"]), in_place(&all["messages"]));

    let html = done(&database, &["export", "study", "--locale", "en"]);
    assert!(html.contains("<strong>감귤</strong> &lt;b&gt;두&lt;/b&gt; 상자"), "{html}");
    assert!(html.contains("<a class=\"quote\" href=\"#1\"><bdi>Ana</bdi>: 감귤"), "{html}");
    assert!(!html.contains("src=") && !html.contains("://"), "it needs nothing else");

    let lines = done(&database, &["export", "study", "--format", "txt", "--zone", "+09:00"]);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].ends_with("] Ana: **감귤** <b>두</b> 상자"), "{}", lines[0]);
    assert!(lines[2].contains("민수: (→ Ana: 감귤"), "{}", lines[2]);
    assert_eq!(lines[3], "    두 줄");

    let ana = server.join("Bora").await;
    let bring = async |name: &str, content: &'static [u8]| {
        let to = format!("{}/files?name={name}", server.base);
        let request = Http::new().post(to).header(AUTHORIZATION, format!("Bearer {ana}"));
        let brought = request.body(content).send().await.unwrap().text().await.unwrap();
        serde_json::from_str::<Value>(&brought).unwrap()["id"].clone()
    };
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let files = [bring("dot.gif", gif).await, bring("note.html", b"<script>").await];
    server.say(&ana, json!({ "text": "", "files": files })).await;
    let html = done(&database, &["export", "study"]);
    assert!(html.contains("<img src=\"data:image/gif;base64,R0lGODlh"), "{html}");
    let note =
        "<a href=\"data:application/octet-stream;base64,PHNjcmlwdD4=\" download=\"note.html\">";
    assert!(html.contains(note), "{html}");
    assert!(done(&database, &["export", "study", "--format", "txt"]).contains("📎 dot.gif (1 KB)"));

    for format in ["html", "json", "txt"] {
        let export = done(&database, &["export", "study", "--format", format]);
        assert!(!export.contains("unspeakable"), "what was deleted is gone from {format}");
    }
    assert!(complaint(&database, &["export", "nowhere"]).contains("no room \"nowhere\""));
    let missing = complaint(&dir.path().join("b.db"), &["export", "study"]);
    assert!(missing.contains("b.db is not there"), "{missing}");
}

#[tokio::test]
async fn a_copy_holds_all_that_was_said_and_is_a_life_of_its_own() {
    let dir = TempDir::new().unwrap();
    let (database, copy) = (dir.path().join("a.db"), dir.path().join("copy.db"));
    let server = Program::start(&database);
    talk(&server).await;
    done(&database, &["backup", copy.to_str().unwrap()]);
    let taken = complaint(&database, &["backup", copy.to_str().unwrap()]);
    assert!(taken.contains("is there already"), "{taken}");
    let before = server.read("after=0").await;
    let bytes = std::fs::read(&copy).unwrap();
    assert!(!bytes.windows(11).any(|part| part == b"unspeakable"));

    let restored = Program::start(&copy);
    let after = restored.read("after=0").await;
    assert_eq!(after["messages"], before["messages"]);
    assert_ne!(after["cursor"]["epoch"], before["cursor"]["epoch"]);
    let epoch = before["cursor"]["epoch"].as_u64().unwrap();
    assert_eq!(restored.read(&format!("after={epoch}.3")).await["reset"], true);
    let names: Vec<_> =
        std::fs::read_dir(dir.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("partial")), "{names:?}");
}

#[tokio::test]
async fn a_log_restored_by_other_means_gets_a_new_life() {
    let dir = TempDir::new().unwrap();
    let database = dir.path().join("a.db");
    let server = Program::start(&database);
    talk(&server).await;
    let before = server.read("after=0").await;
    assert!(complaint(&database, &["new-epoch"]).contains("in use by another sarangbang"));
    server.stop();
    let epoch: u64 = done(&database, &["new-epoch"]).trim().parse().unwrap();
    let after = Program::start(&database).read("after=0").await;
    assert_eq!(after["cursor"]["epoch"], epoch);
    assert_ne!(after["cursor"]["epoch"], before["cursor"]["epoch"]);
    assert_eq!(after["messages"], before["messages"]);
}
