//! What comes in: an event's name and arguments, read into what a client can ask for.

use app::protocol::{Cursor, Epoch, MessageId, Rev, Seq};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use socketioxide::adapter::LocalAdapter;
use socketioxide::handler::{FromConnectParts, FromMessageParts, Value};
use socketioxide::socket::Socket;
use std::convert::Infallible;
use std::sync::Arc;

/// Names of people and rooms are short; whatever is longer than this was never meant as one.
const NAME_BYTES: usize = 4 * 1024;

/// One event, whatever it is called.
pub struct Event {
    pub socket: Arc<Socket>,
    /// Answers go to this number; without one nobody waits for an answer.
    pub callback: Option<i64>,
    pub asked: Asked,
}

#[derive(Debug, PartialEq)]
pub enum Asked {
    Join(Join),
    Message {
        text: String,
        more: More,
    },
    Edit(Edit),
    Delete(Delete),
    React(React),
    /// A known event with arguments that it does not have.
    Malformed,
    Unknown,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
pub struct Join {
    pub username: String,
    pub room: String,
    /// Asks for the messages since.
    #[serde(default)]
    pub after: Option<After>,
    /// Asks for the last so many messages.
    #[serde(default)]
    pub history: Option<u32>,
}

/// Another text for a message of one's own.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Edit {
    pub id: MessageId,
    pub text: String,
}

/// A message of one's own that is to go.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Delete {
    pub id: MessageId,
}

/// An emoji for a message, or no more.
#[derive(Debug, PartialEq, Deserialize)]
pub struct React {
    pub id: MessageId,
    pub emoji: String,
    pub on: bool,
}

/// `EPOCH.REV`, or a bare rev of the current epoch.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct After {
    epoch: Option<Epoch>,
    rev: Rev,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Rev(Rev),
    Cursor(String),
}

impl After {
    pub fn cursor(self, current: Epoch) -> Cursor {
        Cursor { epoch: self.epoch.unwrap_or(current), rev: self.rev }
    }
}

impl TryFrom<Written> for After {
    type Error = std::num::ParseIntError;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        Ok(match written {
            Written::Rev(rev) => After { epoch: None, rev },
            Written::Cursor(text) => match text.split_once('.') {
                Some((epoch, rev)) => After { epoch: Some(epoch.parse()?), rev: rev.parse()? },
                None => After { epoch: None, rev: text.parse()? },
            },
        })
    }
}

/// What may be said along with a text.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct More {
    pub id: Option<MessageId>,
    /// The message that this one answers.
    pub reply_to: Option<Seq>,
}

impl Asked {
    /// Reads `[name, …arguments]`. A binary attachment is an object here, and so never a text.
    pub fn read(event: &str) -> Self {
        let Ok(parts) = serde_json::from_str::<Vec<&RawValue>>(event) else {
            return Asked::Malformed;
        };
        let Some((name, arguments)) = parts.split_first() else { return Asked::Malformed };
        let read = match serde_json::from_str::<String>(name.get()).as_deref() {
            Ok("join") => Self::read_join(arguments),
            Ok("message") => Self::read_message(arguments),
            Ok("edit") => object(arguments).map(Asked::Edit),
            Ok("delete") => object(arguments).map(Asked::Delete),
            Ok("react") => object(arguments).map(Asked::React),
            _ => return Asked::Unknown,
        };
        read.unwrap_or(Asked::Malformed)
    }

    fn read_join(arguments: &[&RawValue]) -> Option<Self> {
        let join: Join = object(arguments)?;
        let is_short = join.username.len() <= NAME_BYTES && join.room.len() <= NAME_BYTES;
        is_short.then_some(Asked::Join(join))
    }

    fn read_message(arguments: &[&RawValue]) -> Option<Self> {
        let (text, more) = match arguments {
            [text] => (text, More::default()),
            [text, more] if more.get() == "null" => (text, More::default()),
            [text, more @ ..] => (text, object(more)?),
            _ => return None,
        };
        Some(Asked::Message { text: serde_json::from_str(text.get()).ok()?, more })
    }
}

/// The one argument of an event, which is an object. Serde alone would also take a list of its
/// fields' values.
fn object<T: DeserializeOwned>(arguments: &[&RawValue]) -> Option<T> {
    let [object] = arguments else { return None };
    object.get().starts_with('{').then(|| serde_json::from_str(object.get()).ok())?
}

impl FromMessageParts<LocalAdapter> for Event {
    type Error = Infallible;

    fn from_message_parts(
        socket: &Arc<Socket>,
        event: &mut Value,
        callback: &Option<i64>,
    ) -> Result<Self, Infallible> {
        let asked = event.as_str().map_or(Asked::Malformed, |event| Asked::read(event));
        Ok(Event { socket: Arc::clone(socket), callback: *callback, asked })
    }
}

/// Who connects, and with which `auth.token`.
pub struct Caller {
    pub socket: Arc<Socket>,
    pub token: Token,
}

#[derive(Debug, PartialEq)]
pub enum Token {
    /// A client that knows of no tokens: its session ends with the connection.
    Unheard,
    /// `null`, or empty: a client that has none yet and wants to keep the one it gets.
    Wanted,
    Held(String),
    Malformed,
}

impl Token {
    fn read(auth: Option<&str>) -> Self {
        #[derive(Deserialize)]
        struct Auth {
            #[serde(default, deserialize_with = "present")]
            token: Option<serde_json::Value>,
        }
        // Tells a `null` from a field that is not there.
        fn present<'de, D: serde::Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<serde_json::Value>, D::Error> {
            serde_json::Value::deserialize(deserializer).map(Some)
        }
        let auth = auth.filter(|auth| auth.starts_with('{'));
        match auth.and_then(|auth| serde_json::from_str::<Auth>(auth).ok()?.token) {
            None => Token::Unheard,
            Some(serde_json::Value::Null) => Token::Wanted,
            Some(serde_json::Value::String(token)) if token.is_empty() => Token::Wanted,
            Some(serde_json::Value::String(token)) => Token::Held(token),
            Some(_) => Token::Malformed,
        }
    }
}

impl FromConnectParts<LocalAdapter> for Caller {
    type Error = Infallible;

    fn from_connect_parts(socket: &Arc<Socket>, auth: &Option<Value>) -> Result<Self, Infallible> {
        let token = Token::read(auth.as_ref().and_then(|auth| auth.as_str()).map(|auth| &**auth));
        Ok(Caller { socket: Arc::clone(socket), token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(after: Option<After>, history: Option<u32>) -> Asked {
        Asked::Join(Join { username: "민수".into(), room: "공부".into(), after, history })
    }

    #[test]
    fn the_tutorials_events_are_read() {
        let plain = r#"["join",{"username":"민수","room":"공부"}]"#;
        assert_eq!(Asked::read(plain), join(None, None));
        let said = Asked::Message { text: "안녕".into(), more: More::default() };
        assert_eq!(Asked::read(r#"["message","안녕"]"#), said);
        assert_eq!(Asked::read(r#"["message","안녕",null]"#), said);
        assert_eq!(Asked::read(r#"["message","안녕",{}]"#), said);
    }

    #[test]
    fn history_is_asked_for_by_number_or_by_cursor() {
        let ask = |more: &str| {
            Asked::read(&format!(r#"["join",{{"username":"민수","room":"공부",{more}}}]"#))
        };
        assert_eq!(ask(r#""history":20"#), join(None, Some(20)));
        let bare = After { epoch: None, rev: 7 };
        assert_eq!(ask(r#""after":7"#), join(Some(bare), None));
        assert_eq!(ask(r#""after":"7""#), join(Some(bare), None));
        let full = After { epoch: Some(5), rev: 7 };
        assert_eq!(ask(r#""after":"5.7""#), join(Some(full), None));
        assert_eq!(full.cursor(9), Cursor { epoch: 5, rev: 7 });
        assert_eq!(bare.cursor(9), Cursor { epoch: 9, rev: 7 });
        for wrong in [
            r#""after":"x""#,
            r#""after":-1"#,
            r#""after":"1.2.3""#,
            r#""history":-1"#,
            r#""history":"x""#,
        ] {
            assert_eq!(ask(wrong), Asked::Malformed, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_event_of_ours_is_malformed_or_unknown() {
        for event in [
            r#"["join"]"#,
            r#"["join",null]"#,
            r#"["join","민수","공부"]"#,
            r#"["join",["민수","공부"]]"#,
            r#"["join",{"username":"민수"}]"#,
            r#"["join",{"username":1,"room":"r"}]"#,
            r#"["message"]"#,
            r#"["message",7]"#,
            r#"["message",{"text":"x"}]"#,
            r#"["message","x","y"]"#,
            r#"["message","x",{"id":"no uuid"}]"#,
            r#"["message","x",{},{}]"#,
            r#"["edit","x"]"#,
            r#"["edit",{"text":"x"}]"#,
            r#"["edit",{"id":"no uuid","text":"x"}]"#,
            r#"["delete"]"#,
            r#"["delete",["019a0000-0000-7000-8000-000000000000"]]"#,
            r#"["message",{"_placeholder":true,"num":0}]"#,
            "[]",
            "nonsense",
        ] {
            assert_eq!(Asked::read(event), Asked::Malformed, "{event}");
        }
        let long = "r".repeat(NAME_BYTES + 1);
        let event = format!(r#"["join",{{"username":"a","room":"{long}"}}]"#);
        assert_eq!(Asked::read(&event), Asked::Malformed);
        assert_eq!(Asked::read(r#"["leave"]"#), Asked::Unknown);
    }

    #[test]
    fn a_token_is_held_wanted_or_unheard_of() {
        for auth in [None, Some("{}"), Some(r#"{"user":"x"}"#), Some(r#""text""#), Some("{")] {
            assert_eq!(Token::read(auth), Token::Unheard, "{auth:?}");
        }
        assert_eq!(Token::read(Some(r#"{"token":null}"#)), Token::Wanted);
        assert_eq!(Token::read(Some(r#"{"token":""}"#)), Token::Wanted);
        assert_eq!(Token::read(Some(r#"{"token":"abc"}"#)), Token::Held("abc".into()));
        assert_eq!(Token::read(Some(r#"{"token":7}"#)), Token::Malformed);
    }
}
