//! Why not, as `application/problem+json` (RFC 9457).
//!
//! A handler fails with a [`Failure`], which knows no language. On the way out [`word`] turns
//! it into the [`Problem`] that the client reads, in the client's language. Every kind has a
//! name that never changes; [`kind`] lists them all.

pub mod kind;

use super::Api;
use crate::pages::locale;
use app::i18n::Locale;
use app::protocol::Refusal;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kind::Kind;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// A body may hold this many bytes.
pub const BODY_BYTES: usize = 64 * 1024;

/// What passes by itself is worth another try after this time.
const TRY_AGAIN: Duration = Duration::from_secs(1);

pub const CONTENT_TYPE: &str = "application/problem+json";

#[derive(Clone, Debug)]
pub enum Failure {
    Refused(Refusal),
    NotJson,
    Malformed,
    BadParameter(&'static str),
    TooLarge,
    TooSlow,
    UnknownPath,
    WrongMethod,
    ForeignOrigin,
}

pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(refusal)
    }
}

/// Why a request was not done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Names the kind of problem and never changes; the address tells more about it.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/problems/name-taken")]
    kind: String,
    /// The kind in a few English words.
    #[schema(example = "Name taken")]
    title: &'static str,
    /// The HTTP status, again.
    #[schema(minimum = 400, maximum = 599, example = 409)]
    status: u16,
    /// What is wrong, in a sentence, in the language of the request's `Accept-Language`.
    #[schema(example = "Someone here has that name. How about “Ana 2”?")]
    detail: String,
    /// With `name-taken`: a name that is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    suggestion: Option<String>,
    /// With `rate-limited` and what else passes by itself: try again after so many milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    retry_after_ms: Option<u32>,
    /// With `name-too-long`, `text-too-long`, `too-many-rooms`, `too-many-reactions` and
    /// `too-late`: how much there may be; with the last one, hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    limit: Option<u32>,
    /// With `text-too-long`: how many characters are too many.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    over: Option<u32>,
    /// With `bad-parameter`: which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parameter: Option<&'static str>,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the problem that an inner answer stands for.
pub async fn word(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let locale = locale(request.headers(), api.locale);
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Failure>() {
        Some(failure) => {
            let mut worded = failure.word(locale);
            // What the router adds, such as `Allow`, stays.
            for (name, value) in response.headers() {
                worded.headers_mut().entry(name).or_insert_with(|| value.clone());
            }
            worded
        }
        None => response,
    }
}

impl Failure {
    fn word(&self, locale: Locale) -> Response {
        let kind = self.kind();
        let mut problem = Problem {
            kind: kind.address(),
            title: kind.title,
            status: kind.status,
            detail: self.detail(locale),
            suggestion: None,
            retry_after_ms: None,
            limit: None,
            over: None,
            parameter: None,
        };
        match self {
            Failure::Refused(Refusal::NameTaken { suggestion }) => {
                problem.suggestion = Some(suggestion.clone());
            }
            Failure::Refused(Refusal::RateLimited { retry_after_ms }) => {
                problem.retry_after_ms = Some(*retry_after_ms);
            }
            Failure::Refused(refusal) if refusal.is_passing() => {
                problem.retry_after_ms = Some(TRY_AGAIN.as_millis() as u32);
            }
            Failure::Refused(
                Refusal::NameTooLong { limit }
                | Refusal::TooManyRooms { limit }
                | Refusal::TooManyReactions { limit }
                | Refusal::TooLateToEdit { hours: limit },
            ) => problem.limit = Some(*limit),
            Failure::Refused(Refusal::TextTooLong { limit, over }) => {
                problem.limit = Some(*limit);
                problem.over = Some(*over);
            }
            Failure::BadParameter(name) => problem.parameter = Some(name),
            _ => {}
        }
        let retry_after = problem.retry_after_ms.map(|ms| ms.div_ceil(1000));
        let status =
            StatusCode::from_u16(kind.status).expect("every kind has a status that there is");
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag()));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6750, section 3.
            let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }

    fn detail(&self, locale: Locale) -> String {
        let phrases = locale.phrases();
        let api = &phrases.api;
        match self {
            Failure::Refused(Refusal::UnknownSession) => api.unknown_token.into(),
            Failure::Refused(refusal) => phrases.refusal(refusal),
            Failure::NotJson => api.not_json.into(),
            Failure::Malformed => api.malformed.into(),
            Failure::BadParameter(name) => (api.bad_parameter)(name),
            Failure::TooLarge => (api.too_large)(BODY_BYTES as u64 / 1024),
            Failure::TooSlow => api.too_slow.into(),
            Failure::UnknownPath => api.unknown_path.into(),
            Failure::WrongMethod => api.wrong_method.into(),
            Failure::ForeignOrigin => api.foreign_origin.into(),
        }
    }

    fn kind(&self) -> &'static Kind {
        match self {
            Failure::Refused(refusal) => match refusal {
                Refusal::Malformed | Refusal::OutOfTurn => &kind::MALFORMED,
                Refusal::UnknownSession => &kind::UNKNOWN_TOKEN,
                Refusal::UnknownRoom => &kind::UNKNOWN_ROOM,
                Refusal::NotJoined => &kind::NOT_JOINED,
                Refusal::BadRoom => &kind::BAD_ROOM,
                Refusal::NameEmpty => &kind::NAME_EMPTY,
                Refusal::NameTooLong { .. } => &kind::NAME_TOO_LONG,
                Refusal::NameInvisible => &kind::NAME_INVISIBLE,
                Refusal::NameReserved => &kind::NAME_RESERVED,
                Refusal::NameTaken { .. } => &kind::NAME_TAKEN,
                Refusal::TextBlank => &kind::TEXT_BLANK,
                Refusal::TextTooLong { .. } => &kind::TEXT_TOO_LONG,
                Refusal::IdTaken => &kind::ID_TAKEN,
                Refusal::NoSuchMessage => &kind::UNKNOWN_MESSAGE,
                Refusal::NotYours => &kind::NOT_YOURS,
                Refusal::TooLateToEdit { .. } => &kind::TOO_LATE,
                Refusal::BadEmoji => &kind::BAD_EMOJI,
                Refusal::TooManyReactions { .. } => &kind::TOO_MANY_REACTIONS,
                Refusal::NoSuchFile => &kind::NO_SUCH_FILE,
                Refusal::TooManyFiles { .. } => &kind::TOO_MANY_FILES,
                Refusal::FileTooLarge { .. } => &kind::FILE_TOO_LARGE,
                Refusal::NoRoomForFiles => &kind::NO_ROOM_FOR_FILES,
                Refusal::RateLimited { .. } => &kind::RATE_LIMITED,
                Refusal::TooManyRooms { .. } => &kind::TOO_MANY_ROOMS,
                Refusal::NotStored => &kind::NOT_STORED,
                Refusal::Unavailable => &kind::UNAVAILABLE,
                Refusal::ShuttingDown => &kind::SHUTTING_DOWN,
            },
            Failure::NotJson => &kind::NOT_JSON,
            Failure::Malformed => &kind::MALFORMED,
            Failure::BadParameter(_) => &kind::BAD_PARAMETER,
            Failure::TooLarge => &kind::TOO_LARGE,
            Failure::TooSlow => &kind::TOO_SLOW,
            Failure::UnknownPath => &kind::UNKNOWN_PATH,
            Failure::WrongMethod => &kind::WRONG_METHOD,
            Failure::ForeignOrigin => &kind::FOREIGN_ORIGIN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::status;

    #[test]
    fn a_refusal_has_the_same_status_here_as_on_a_form() {
        for refusal in [
            Refusal::UnknownSession,
            Refusal::UnknownRoom,
            Refusal::NotJoined,
            Refusal::BadRoom,
            Refusal::NameEmpty,
            Refusal::NameTooLong { limit: 1 },
            Refusal::NameInvisible,
            Refusal::NameReserved,
            Refusal::NameTaken { suggestion: String::new() },
            Refusal::TextBlank,
            Refusal::TextTooLong { limit: 1, over: 1 },
            Refusal::IdTaken,
            Refusal::NoSuchMessage,
            Refusal::NotYours,
            Refusal::TooLateToEdit { hours: 1 },
            Refusal::BadEmoji,
            Refusal::TooManyReactions { limit: 1 },
            Refusal::NoSuchFile,
            Refusal::TooManyFiles { limit: 1 },
            Refusal::FileTooLarge { limit: 1 },
            Refusal::NoRoomForFiles,
            Refusal::RateLimited { retry_after_ms: 1 },
            Refusal::TooManyRooms { limit: 1 },
            Refusal::NotStored,
            Refusal::Unavailable,
            Refusal::ShuttingDown,
        ] {
            let expected = status(&refusal).as_u16();
            let failure = Failure::from(refusal);
            assert_eq!(failure.kind().status, expected, "{failure:?}");
        }
    }
}
