//! Which language, and every word a person reads.
//!
//! [`Phrases`] has one field for each text, and [`ko`] and [`en`] fill it: a phrase that
//! one of them lacks does not compile. Texts with arguments are functions; they put strings
//! together with `concat` because formatting machinery costs bytes in the browser.

pub mod en;
pub mod ko;
pub mod locale;
mod plain;

pub use locale::Locale;
#[cfg(feature = "ssr")]
pub use plain::{ApiPhrases, PlainPhrases};

use crate::protocol::frame::Refusal;

/// Every text of the page in one language. What a field is for is said by the component
/// it is named in; names and numbers are put in as they are, so they need no escaping here.
pub struct Phrases {
    // The house
    pub app_name: &'static str,
    pub tagline: &'static str,
    pub promise: &'static str,
    pub home_title: &'static str,
    /// The tab's title: `(3) Study · Sarangbang`; 0 unread shows no number.
    pub room_title: fn(room: &str, unread: u64) -> String,
    /// The name of the language itself, for the switch.
    pub language_name: &'static str,
    pub theme: &'static str,
    pub theme_system: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,
    pub close: &'static str,

    // preferences
    pub compact: &'static str,

    // keys
    pub keys: &'static str,

    // home_page
    pub public_rooms: &'static str,

    // join_form
    pub name_label: &'static str,
    pub room_label: &'static str,
    pub room_placeholder: &'static str,
    pub join: &'static str,
    /// Above the form of a room one reads but has not joined.
    pub join_invitation: &'static str,
    /// On the button that joins under the suggested name at once.
    pub join_as: fn(name: &str) -> String,

    // room_page
    pub search_room: &'static str,
    pub skip_to_composer: &'static str,
    pub head_count: fn(u64) -> String,
    pub share: &'static str,
    pub share_title: &'static str,
    pub settings: &'static str,
    pub copy_link: &'static str,
    /// On the button that opens the system's own sheet.
    pub send_link: &'static str,
    /// What the picture of the link is.
    pub qr: &'static str,
    pub link_copied: &'static str,
    pub leave: &'static str,
    pub open_rooms: &'static str,
    pub open_users: &'static str,
    pub without_script: &'static str,
    pub refresh: &'static str,

    // bell
    pub bell: &'static str,
    pub bell_all: &'static str,
    pub bell_mentions: &'static str,
    pub bell_mute: &'static str,
    pub bell_sound: &'static str,
    /// The browser does not let us.
    pub bell_blocked: &'static str,

    // room_sidebar
    pub my_rooms: &'static str,
    pub no_rooms: &'static str,
    pub join_another: &'static str,
    pub unread: fn(u64) -> String,
    pub mentions: fn(u64) -> String,

    // user_list
    pub users: &'static str,
    pub you: &'static str,
    pub away: &'static str,
    pub writing: &'static str,

    // message_list
    pub conversation: &'static str,
    pub older: &'static str,
    pub older_loading: &'static str,
    pub older_failed: &'static str,
    pub older_retry: &'static str,
    pub beginning: &'static str,
    pub empty: &'static str,
    pub empty_hint: &'static str,
    pub unread_divider: &'static str,
    /// The way down, and how many of them name one.
    pub new_messages: fn(messages: u64, mentions: u64) -> String,
    pub to_latest: &'static str,
    /// A few names and how many more: the subject of [`Phrases::joined`] and [`Phrases::left`].
    pub people: fn(names: &[&str], others: u64) -> String,
    pub joined: fn(people: &str) -> String,
    pub left: fn(people: &str) -> String,
    pub left_count: fn(u64) -> String,

    // message_row
    pub message_label: fn(author: &str, time: &str) -> String,
    pub pending: &'static str,
    pub waiting: &'static str,
    pub waits_to_join: &'static str,
    pub sending_in: fn(seconds: u64) -> String,
    pub failed: &'static str,
    pub retry: &'static str,
    pub edit: &'static str,
    pub delete: &'static str,
    pub cancel: &'static str,
    pub reply: &'static str,
    pub react: &'static str,
    /// The field for any emoji.
    pub any_emoji: &'static str,
    /// Who gave an emoji: `people` as in [`Phrases::people`].
    pub reacted: fn(emoji: &str, people: &str) -> String,
    /// Above the composer, while one answers someone's message.
    pub replying_to: fn(name: &str) -> String,
    /// In the place of a message that was deleted.
    pub deleted: &'static str,
    /// Behind a text that was changed after it was sent.
    pub edited: &'static str,
    /// Above the buttons that delete and do not.
    pub delete_sure: &'static str,
    pub show_more: &'static str,
    pub show_less: &'static str,

    // status_line
    pub typing: fn(names: &[&str], others: u64) -> String,
    pub reconnecting: &'static str,
    pub seconds: fn(u64) -> String,
    pub try_now: &'static str,
    pub offline: &'static str,
    pub back_online: &'static str,
    pub reload_needed: &'static str,
    pub protocol_error: &'static str,
    /// Beside the status line while no WebSocket comes through.
    pub by_long_poll: &'static str,

    // connection_check
    pub connection_check: &'static str,
    pub linked_by: &'static str,
    pub websocket: &'static str,
    pub long_poll: &'static str,
    pub not_linked: &'static str,
    pub websocket_echo: &'static str,
    pub request: &'static str,
    pub clock_difference: &'static str,
    pub reconnects: &'static str,
    pub checking: &'static str,
    pub blocked: &'static str,
    pub check_again: &'static str,

    // composer
    pub attach: &'static str,
    /// Takes a file off the message again.
    pub detach: &'static str,
    /// A message waits for its files.
    pub sends_with_files: &'static str,
    pub take_file_off: &'static str,
    /// A file did not get to the server.
    pub not_arrived: &'static str,
    /// Calls everyone who is here, behind an `@`.
    pub everyone: &'static str,
    pub message: &'static str,
    pub message_placeholder: &'static str,
    pub send: &'static str,
    pub send_hint: &'static str,
    pub counter: fn(used: u64, limit: u64) -> String,
    pub over_limit: fn(over: u64) -> String,
    pub editing: &'static str,
    /// An edit or a deletion needs the connection.
    pub not_changed: &'static str,
    pub outbox_full: &'static str,
    pub outbox_unsafe: &'static str,

    // error_page
    pub not_found_title: &'static str,
    pub not_found: &'static str,
    pub bad_room_title: &'static str,
    pub bad_room: &'static str,
    pub server_error_title: &'static str,
    pub server_error: &'static str,
    pub foreign_form_title: &'static str,
    pub foreign_form: &'static str,
    pub back_home: &'static str,

    // Dates and times, of fields someone else has computed for the reader's zone.
    /// `month` and `day` from 1, `weekday` from 0 for Sunday.
    pub date: fn(year: i32, month: u32, day: u32, weekday: u32) -> String,
    /// `hour` from 0 to 23.
    pub time: fn(hour: u32, minute: u32) -> String,
    /// A time of a reader whose zone is not known yet.
    pub utc: fn(time: &str) -> String,

    pub refusal: fn(&Refusal) -> String,

    /// What only the server draws; the page does not carry it.
    #[cfg(feature = "ssr")]
    pub plain: PlainPhrases,

    /// What only programs read; the page does not carry it.
    #[cfg(feature = "ssr")]
    pub api: ApiPhrases,
}

/// What the browser only ever adopts as the server drew it: its program does not carry it.
const fn adopted(phrase: &'static str) -> &'static str {
    if cfg!(feature = "ssr") { phrase } else { "" }
}

/// A system line names this many people; the rest are counted.
const NAMED: usize = 2;

impl Phrases {
    /// Keys, with spaces between them, and what they do. Only the server draws them.
    pub fn keys_list(&self) -> &'static [(&'static str, &'static str)] {
        #[cfg(feature = "ssr")]
        return self.plain.keys_list;
        #[cfg(not(feature = "ssr"))]
        &[]
    }

    /// Why not, in a sentence.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        (self.refusal)(refusal)
    }

    /// One system line for consecutive arrivals and departures: "민수, Ana and 3 others
    /// joined · 2 left". Those who left are only counted when others are named before them.
    pub fn comings_and_goings(&self, joined: &[&str], left: &[&str]) -> String {
        let people = |names: &[&str]| {
            let (named, others) = names.split_at(names.len().min(NAMED));
            (self.people)(named, others.len() as u64)
        };
        match (joined, left) {
            ([], []) => String::new(),
            (joined, []) => (self.joined)(&people(joined)),
            ([], left) => (self.left)(&people(left)),
            (joined, [one]) => {
                [(self.joined)(&people(joined)), (self.left)(&people(&[one]))].join(" · ")
            }
            (joined, left) => {
                [(self.joined)(&people(joined)), (self.left_count)(left.len() as u64)].join(" · ")
            }
        }
    }

    /// The same with every name; `None` where the line has them all.
    pub fn all_comings_and_goings(&self, joined: &[&str], left: &[&str]) -> Option<String> {
        let told = if joined.is_empty() { NAMED } else { 1 };
        let lacks_any = joined.len() > NAMED || left.len() > told;
        let line = |names: &[&str], what: fn(&str) -> String| {
            (!names.is_empty()).then(|| what(&(self.people)(names, 0)))
        };
        let lines = [line(joined, self.joined), line(left, self.left)];
        lacks_any.then(|| lines.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    }

    /// "A is typing", "A, B and 2 others are typing"; empty when nobody is.
    pub fn who_is_typing(&self, names: &[&str]) -> String {
        if names.is_empty() {
            return String::new();
        }
        let (named, others) = names.split_at(names.len().min(NAMED));
        (self.typing)(named, others.len() as u64)
    }
}

/// What people call a megabyte of a file.
const MEBIBYTE: u64 = 1024 * 1024;

/// A size as people read it: `240 KB`, `3.1 MB`.
pub fn size(bytes: u64) -> String {
    let kibibytes = bytes.div_ceil(1024);
    if kibibytes < 1000 {
        return [&*kibibytes.to_string(), " KB"].concat();
    }
    let tenths = (bytes * 10).div_ceil(MEBIBYTE);
    [&*number(tenths / 10), ".", &(tenths % 10).to_string(), " MB"].concat()
}

/// A number with a comma every three digits, as both languages write it.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Whole seconds to wait, at least one: "in 0 seconds" helps nobody.
fn seconds_of(millis: u32) -> u64 {
    u64::from(millis.div_ceil(1000).max(1))
}

/// The hour on a twelve-hour clock and the minute with its zero: `3`, `07`.
fn twelve_hours(hour: u32, minute: u32) -> [String; 2] {
    let minute = minute.to_string();
    let padding = if minute.len() < 2 { "0" } else { "" };
    [((hour % 12 + 11) % 12 + 1).to_string(), [padding, &minute].concat()]
}

#[cfg(test)]
mod tests;
