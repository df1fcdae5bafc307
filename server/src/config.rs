//! What can be set, and how. The doc of each field is its manual: `sarangbang --help`
//! prints it, and the README's table is made from it.

use crate::export::Format;
use app::i18n::Locale;
use app::page::Zone;
use clap::{Parser, Subcommand, ValueEnum};
use ipnet::IpNet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// A self-hosted room chat: send a link, type a name, talk. Nothing that anyone sent is
/// ever lost.
///
/// Every option can also be set through the environment variable named beside it. SIGTERM
/// or SIGINT drains: no new work, every connection is told to come back, exit code 0.
#[derive(Clone, Debug, Parser)]
#[command(name = "sarangbang", version, max_term_width = 100)]
pub struct Config {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "SARANGBANG_ADDR", default_value = "127.0.0.1:3000")]
    pub addr: SocketAddr,

    /// Where everything is kept: sqlite:PATH, made if it is not there
    #[arg(long, global = true, env = "SARANGBANG_DATABASE", default_value = "sqlite:data/sarangbang.db", value_name = "URL", value_parser = Database::parse)]
    pub database: Database,

    /// Language for people whose browser names neither, for Socket.IO clients, and for exports
    #[arg(long, global = true, env = "SARANGBANG_LOCALE", default_value = "ko")]
    pub locale: Language,

    /// Origin that pages may come from, such as https://chat.example.org; repeatable.
    /// Default: whatever host the request was sent to
    #[arg(long, env = "SARANGBANG_ORIGIN", value_name = "URL", value_delimiter = ',')]
    pub origin: Vec<String>,

    /// Messages one session may send per second in the long run; 0 for no limit
    #[arg(long, env = "SARANGBANG_MESSAGE_RATE", default_value_t = 5, value_name = "N")]
    pub message_rate: u32,

    /// Messages one session may send at once before the rate holds it
    #[arg(long, env = "SARANGBANG_MESSAGE_BURST", default_value_t = 30, value_name = "N")]
    pub message_burst: u32,

    /// Joins from one address per minute, sized for a classroom behind it; 0 for no limit
    #[arg(long, env = "SARANGBANG_ADDRESS_JOINS", default_value_t = 300, value_name = "N")]
    pub address_joins: u32,

    /// Messages from one address per second; 0 for no limit
    #[arg(long, env = "SARANGBANG_ADDRESS_MESSAGES", default_value_t = 50, value_name = "N")]
    pub address_messages: u32,

    /// Messages to one room per second, from everyone together; 0 for no limit
    #[arg(long, env = "SARANGBANG_ROOM_MESSAGES", default_value_t = 0, value_name = "N")]
    pub room_messages: u32,

    /// Times a second that one session may make the server look into the log over HTTP, and
    /// everyone without one at an address ten times as often; 0 for no limit
    #[arg(long, env = "SARANGBANG_READ_RATE", default_value_t = 20, value_name = "N")]
    pub read_rate: u32,

    /// Network of a proxy whose Forwarded or X-Forwarded-For header is believed; repeatable
    #[arg(long, env = "SARANGBANG_TRUSTED_PROXY", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxy: Vec<IpNet>,

    /// Seconds that someone stays listed after their last connection
    #[arg(long, env = "SARANGBANG_GRACE", default_value = "30", value_name = "SECONDS", value_parser = seconds)]
    pub grace: Duration,

    /// Characters in one message, at most
    #[arg(long, env = "SARANGBANG_TEXT_LIMIT", default_value_t = 4000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=16_000))]
    pub text_limit: u32,

    /// Hours that one may edit what one said; 0 for ever
    #[arg(long, env = "SARANGBANG_EDIT_HOURS", default_value_t = 24, value_name = "HOURS")]
    pub edit_hours: u32,

    /// Megabytes (MiB) in one file that people send, at most; 0 for no files
    #[arg(long, env = "SARANGBANG_FILE_LIMIT", default_value_t = 10, value_name = "MIB", value_parser = clap::value_parser!(u32).range(..=100))]
    pub file_limit: u32,

    /// Megabytes (MiB) in all files together; they are kept in the database
    #[arg(long, env = "SARANGBANG_FILE_SPACE", default_value_t = 1024, value_name = "MIB")]
    pub file_space: u32,

    /// Where browsers are woken when something is said: hosts, *.hosts, or origins; "none" for
    /// nowhere. Default: the services of Chrome, Firefox, Safari and Edge
    #[arg(long, env = "SARANGBANG_PUSH_SERVICE", value_name = "HOST", value_delimiter = ',', default_values = PUSH_SERVICES, hide_default_value = true)]
    pub push_service: Vec<String>,

    /// How logs are written
    #[arg(long, env = "SARANGBANG_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// How much is logged: error, warn, info, debug, or per module as in "server=debug"
    #[arg(long, env = "SARANGBANG_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,

    #[command(subcommand)]
    pub task: Option<Task>,
}

/// Where the browsers that people use are woken.
const PUSH_SERVICES: [&str; 4] = [
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
];

/// What is done instead of serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Write a room, as it is now, to standard output; a server may run meanwhile
    Export {
        /// The room's name
        room: String,

        /// One page that needs nothing else, the messages as the HTTP API has them, or plain lines
        #[arg(long, default_value = "html")]
        format: Format,

        /// The zone of the times in html and txt, such as +09:00
        #[arg(long, default_value = "+00:00", value_name = "OFFSET", value_parser = offset, allow_hyphen_values = true)]
        zone: i32,
    },

    /// Copy everything, as it is now, into a file that is not there yet; a server may run meanwhile.
    /// Whoever was connected to the original starts anew where the copy is served
    Backup { file: PathBuf },

    /// Make all clients start anew from a database that was restored by other means than backup;
    /// no server may run meanwhile
    NewEpoch,
}

/// Where the log of all rooms is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
}

impl Database {
    fn parse(url: &str) -> Result<Self, String> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => {
                Ok(Database::Sqlite(path.strip_prefix("//").unwrap_or(path).into()))
            }
            _ => Err("give it as sqlite:PATH, for example sqlite:data/sarangbang.db".into()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Ko,
    En,
}

impl From<Language> for Locale {
    fn from(language: Language) -> Self {
        match language {
            Language::Ko => Locale::Ko,
            Language::En => Locale::En,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// Minutes ahead of UTC, written `+09:00` or `-03:30`.
fn offset(text: &str) -> Result<i32, String> {
    let minutes = || {
        let (sign, rest) = text.split_at_checked(1)?;
        let (hours, minutes) = rest.split_once(':')?;
        let digits = |text: &str| {
            let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse::<i32>().ok())?
        };
        let minutes = digits(hours)? * 60 + digits(minutes).filter(|minutes| *minutes < 60)?;
        let minutes = match sign {
            "+" => minutes,
            "-" => -minutes,
            _ => return None,
        };
        Some(Zone::from_tag(&minutes.to_string())?.minutes)
    };
    minutes().ok_or_else(|| "give it as +09:00 or -03:30".into())
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if seconds <= 86_400 => Ok(Duration::from_secs(seconds)),
        _ => Err("give whole seconds, at most 86400".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Config::command().debug_assert();
    }

    #[test]
    fn a_zone_is_hours_and_minutes_from_utc() {
        for (text, minutes) in [("+00:00", 0), ("+09:00", 540), ("-03:30", -210)] {
            assert_eq!(offset(text), Ok(minutes));
        }
        for nonsense in ["", "9", "+9:00", "09:00", "+15:00", "+09:60", "+0９:00", "Seoul"] {
            assert!(offset(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_database_is_named_by_url() {
        for url in ["sqlite:data/a.db", "sqlite://data/a.db"] {
            assert_eq!(Database::parse(url), Ok(Database::Sqlite("data/a.db".into())));
        }
        assert!(Database::parse("data/a.db").is_err());
        assert!(Database::parse("mysql://x").is_err());
    }

    #[test]
    fn every_option_has_an_environment_twin() {
        for option in Config::command().get_arguments() {
            let Some(long) = option.get_long() else { continue };
            if matches!(long, "help" | "version") {
                continue;
            }
            let twin = format!("SARANGBANG_{}", long.replace('-', "_").to_uppercase());
            assert_eq!(option.get_env().and_then(|name| name.to_str()), Some(twin.as_str()));
        }
    }
}
