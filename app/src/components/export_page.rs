//! A room to take away: one file that needs nothing else, to be read in any browser, for as long
//! as there are browsers. Written piece by piece, because a room may be long.

use super::markup::{Html, element, text, void};
use super::message_row::{line_of, rfc3339, words};
use crate::calendar::{Civil, Date, civil};
use crate::i18n::{Locale, Phrases, size};
use crate::protocol::{FileId, Message, span};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use std::collections::HashMap;

/// Ink on paper, or the other way round in the dark.
const STYLE: &str = "
:root { color-scheme: light dark; font: 100%/1.6 system-ui, sans-serif; }
body { max-inline-size: 44rem; margin: 2rem auto; padding-inline: 1rem; overflow-wrap: anywhere; }
h2 { margin-block: 2.5rem 1rem; border-block-end: 1px solid; font-size: 1rem; }
article { margin-block: 1rem; }
header { font-size: .875rem; }
header a, footer, small, .gone, .quote { color: light-dark(#685a4b, #b9a88f); }
.said { white-space: pre-wrap; unicode-bidi: isolate; }
.said > :is(ul, ol, blockquote, pre) { margin-block: .25rem; white-space: normal; }
.said pre { white-space: pre-wrap; }
.said img { display: block; max-inline-size: 100%; block-size: auto; margin-block: .25rem; }
.quote { display: block; border-inline-start: 3px solid; padding-inline-start: .5rem; font-size: .875rem; }
article:target { outline: 2px solid; outline-offset: .25rem; }
";

/// What people sent and what goes into the file itself: media type and content.
pub type Enclosed = HashMap<FileId, (String, Vec<u8>)>;

/// The words and the zone of one file.
#[derive(Clone, Copy)]
pub struct Export {
    pub locale: Locale,
    /// Minutes ahead of UTC.
    pub offset: i32,
}

impl Export {
    fn phrases(self) -> &'static Phrases {
        self.locale.phrases()
    }

    /// Everything before the first message.
    pub fn beginning(self, title: &str) -> String {
        let title = text(title);
        let title = title.as_str();
        let lang = self.locale.tag();
        [
            "<!DOCTYPE html>\n<html lang=\"",
            lang,
            "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta http-equiv=\"content-security-policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
             <title>",
            title,
            "</title>\n<style>",
            STYLE,
            "</style>\n</head>\n<body>\n<h1>",
            title,
            "</h1>\n",
        ]
        .concat()
    }

    /// One message, under its day if it is the first of it. `answered`: what it answers.
    pub fn message(
        self,
        message: &Message,
        answered: Option<&Message>,
        enclosed: &Enclosed,
        above: Option<Date>,
    ) -> String {
        let Civil { date, .. } = self.civil(message.created_at);
        let mut html = String::new();
        if above != Some(date) {
            html.push_str(element("h2", &[], &[text(&self.date(date))]).as_str());
            html.push('\n');
        }
        let (id, here) = (message.seq.to_string(), ["#", &message.seq.to_string()].concat());
        let datetime = rfc3339(message.created_at);
        let time =
            element("time", &[("datetime", &datetime)], &[text(&self.time(message.created_at))]);
        let header = [
            element("b", &[], &[element("bdi", &[], &[text(&message.username)])]),
            text(" "),
            element("a", &[("href", &here)], &[time]),
        ];
        let mut content = vec![element("header", &[], &header)];
        content.extend(answered.filter(|_| !message.deleted).map(|answered| self.quote(answered)));
        content.push(self.said(message, enclosed));
        html.push_str(element("article", &[("id", &id)], &content).as_str());
        html.push('\n');
        html
    }

    fn said(self, message: &Message, enclosed: &Enclosed) -> Html {
        if message.deleted {
            return element("p", &[("class", "gone")], &[text(self.phrases().deleted)]);
        }
        let mut said = match &*message.spans {
            [] => vec![text(&message.text)],
            spans => words::formatted(spans, None),
        };
        if message.edited_at.is_some() {
            said.push(element("small", &[], &[text(" "), text(self.phrases().edited)]));
        }
        let files = message.files.iter().map(|file| {
            let source = |kind: &str, content: &[u8]| {
                ["data:", kind, ";base64,", &BASE64.encode(content)].concat()
            };
            let words = text(&["📎 ", &*file.name, " (", &size(file.bytes), ")"].concat());
            match enclosed.get(&file.id) {
                Some((kind, content)) if file.picture.is_some() => {
                    void("img", &[("src", &source(kind, content)), ("alt", &file.name)])
                }
                // Whatever it is, it is saved and not shown.
                Some((_, content)) => {
                    let href = source("application/octet-stream", content);
                    let link = element("a", &[("href", &href), ("download", &file.name)], &[words]);
                    element("small", &[], &[text("\n"), link])
                }
                None => element("small", &[], &[text("\n"), words]),
            }
        });
        said.extend(files);
        if !message.reactions.is_empty() {
            let counts = message
                .reactions
                .iter()
                .map(|reaction| [&*reaction.emoji, " ", &reaction.count.to_string()].concat());
            let counts = counts.collect::<Vec<_>>().join("  ");
            said.push(element("small", &[], &[text("\n"), text(&counts)]));
        }
        element("div", &[("class", "said"), ("dir", "auto")], &said)
    }

    fn quote(self, answered: &Message) -> Html {
        let there = ["#", &answered.seq.to_string()].concat();
        let words = match answered.deleted {
            true => self.phrases().deleted.to_owned(),
            false => line_of(&plain(answered)),
        };
        let content = [element("bdi", &[], &[text(&answered.username)]), text(": "), text(&words)];
        element("a", &[("class", "quote"), ("href", &there)], &content)
    }

    /// Everything after the last message.
    pub fn end(self, now: u64) -> String {
        let Civil { date, .. } = self.civil(now);
        let when = [&*self.date(date), " ", &self.time(now)].concat();
        let words = text(&(self.phrases().plain.exported)(&when));
        let footer = element("footer", &[], &[element("p", &[], &[words])]);
        [footer.as_str(), "\n</body>\n</html>\n"].concat()
    }

    /// One message as plain lines.
    pub fn lines(self, message: &Message, answered: Option<&Message>) -> String {
        let Civil { date, hour, minute } = self.civil(message.created_at);
        let (year, month, day) = (date.year, date.month, date.day);
        let mut lines =
            format!("[{year}-{month:02}-{day:02} {hour:02}:{minute:02}] {}: ", message.username);
        if let Some(answered) = answered.filter(|_| !message.deleted) {
            let quoted = line_of(&plain(answered)).replace('\n', " ");
            lines.push_str(&format!("(→ {}: {quoted}) ", answered.username));
        }
        match message.deleted {
            true => lines.push_str(self.phrases().deleted),
            false => lines.push_str(&message.text.replace('\n', "\n    ")),
        }
        for file in &message.files {
            lines.push_str(&format!("\n    📎 {} ({})", file.name, size(file.bytes)));
        }
        lines.push('\n');
        lines
    }

    /// The day of a message, to be handed on to the next.
    pub fn day(self, message: &Message) -> Date {
        self.civil(message.created_at).date
    }

    fn civil(self, at: u64) -> Civil {
        civil(at, self.offset)
    }

    fn date(self, Date { year, month, day, weekday }: Date) -> String {
        (self.phrases().date)(year as i32, month.into(), day.into(), weekday.into())
    }

    fn time(self, at: u64) -> String {
        let Civil { hour, minute, .. } = self.civil(at);
        let time = (self.phrases().time)(hour.into(), minute.into());
        if self.offset == 0 { (self.phrases().utc)(&time) } else { time }
    }
}

fn plain(message: &Message) -> String {
    match &*message.spans {
        [] => message.text.clone(),
        spans => span::plain(spans),
    }
}
