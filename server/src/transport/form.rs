//! Plain forms: joining, talking and leaving without script. A post answers 303 to the room's page; a
//! refusal is the page again, with the typed text kept.

mod choosing;

pub use choosing::choose;

use crate::engine::Posted;
use crate::names;
use crate::pages::{Pages, Visitor, convenience, room_path, set_cookie};
use crate::registry::{Joining, Saying};
use crate::session::Session;
use crate::transport::{fresh_id, status, to_the_end};
use app::i18n::Locale;
use app::page::{JoinForm, Problem, Theme, Unsent, View};
use app::protocol::{MessageId, Refusal, RoomKey, limits};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::net::IpAddr;
use std::sync::Arc;

#[derive(Deserialize)]
pub struct JoinFields {
    #[serde(default)]
    username: String,
    #[serde(default)]
    room: String,
    /// Set by the button that takes the suggested name.
    suggestion: Option<String>,
}

/// `POST /join`: the first page's form.
pub async fn join(
    State(pages): State<Arc<Pages>>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form<JoinFields>,
) -> Response {
    let room = fields.room.clone();
    sit_down(pages, visitor, &headers, fields, room, None).await
}

/// `POST /rooms/{room}/join`: the form on a room's page.
pub async fn join_here(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form<JoinFields>,
) -> Response {
    match names::parse_room(&room) {
        Ok((key, title)) => {
            let title = visitor.title_of(&key, title);
            sit_down(pages, visitor, &headers, fields, title, Some(key)).await
        }
        Err(refusal) => {
            pages.problem(visitor, Problem::Refused(refusal), StatusCode::BAD_REQUEST).await
        }
    }
}

/// Joins, or shows the page again that the form was on: the room's, or the first one.
async fn sit_down(
    pages: Arc<Pages>,
    visitor: Visitor,
    headers: &HeaderMap,
    fields: JoinFields,
    room: String,
    page: Option<RoomKey>,
) -> Response {
    // Joining without a cookie would make a session that nobody holds; a form always has one.
    if !visitor.carries_cookie || !pages.origins.allow(headers, true) {
        return pages.problem(visitor, Problem::ForeignForm, StatusCode::FORBIDDEN).await;
    }
    let username = fields.suggestion.unwrap_or(fields.username);
    let seated = to_the_end({
        let (pages, room, username) = (Arc::clone(&pages), room.clone(), username.clone());
        let (token, address) = (Some(visitor.token), visitor.address);
        async move {
            pages
                .registry
                .take_seat(Joining { token, address, room: &room, username: &username })
                .await
        }
    });
    match seated.await {
        Ok(seated) => {
            let cookie = convenience("name", &seated.user.username);
            let mut response = Redirect::to(&room_path(&seated.user.room)).into_response();
            set_cookie(&mut response, &cookie);
            response
        }
        Err(refusal) => {
            let status = status(&refusal);
            let form = JoinForm { username, room: room.clone(), refusal: Some(refusal) };
            match page {
                Some(key) => pages.room(visitor, key, form, None, status).await,
                None => pages.render(visitor, View::Home(form), status).await,
            }
        }
    }
}

#[derive(Deserialize)]
pub struct MessageFields {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
pub struct MessageName {
    /// As the page named it, so that a form which is sent twice says one thing.
    id: Option<MessageId>,
}

/// `POST /rooms/{room}/messages`.
pub async fn say(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    Query(name): Query<MessageName>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form<MessageFields>,
) -> Response {
    if !pages.origins.allow(&headers, visitor.carries_cookie) {
        return pages.problem(visitor, Problem::ForeignForm, StatusCode::FORBIDDEN).await;
    }
    let key = match names::parse_room(&room) {
        Ok((key, _)) => key,
        Err(refusal) => {
            let status = status(&refusal);
            return pages.problem(visitor, Problem::Refused(refusal), status).await;
        }
    };
    let id = name.id.unwrap_or_else(fresh_id);
    let said = match &visitor.session {
        Some(session) => {
            let saying = Saying::text(id, &fields.text);
            post(&pages, session, visitor.address, &key, saying).await
        }
        None => Err(Refusal::NotJoined),
    };
    match said {
        Ok(()) => Redirect::to(&room_path(&key)).into_response(),
        Err(refusal) => {
            let status = status(&refusal);
            let unsent = Unsent { text: fields.text, refusal };
            pages.unsent(visitor, key, id, unsent, status).await
        }
    }
}

async fn post(
    pages: &Pages,
    session: &Session,
    address: IpAddr,
    key: &RoomKey,
    saying: Saying<'_>,
) -> Result<(), Refusal> {
    let registry = &pages.registry;
    if let Some(room) = registry.find_room(key).await? {
        // Whose name someone else has by now speaks under another.
        registry.visit(&room, session)?;
    }
    let mut posted = registry.post(session, address, key, saying).await;
    // Going back brings a form up again that has been sent: other words under the same name
    // are another message.
    let are_others = match &posted {
        Ok(Posted::Repeat(message)) => limits::tidy(saying.text).as_ref() != Some(&message.text),
        posted => matches!(posted, Err(Refusal::IdTaken)),
    };
    if are_others {
        let saying = Saying { id: fresh_id(), ..saying };
        posted = registry.post(session, address, key, saying).await;
    }
    if let Posted::Fresh(message) = posted? {
        // Who answers has read, and without script nothing else tells.
        let _ = registry.mark_read(session, key, message.seq).await;
    }
    Ok(())
}

/// `POST /rooms/{room}/leave`.
pub async fn leave(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    if !pages.origins.allow(&headers, visitor.carries_cookie) {
        return pages.problem(visitor, Problem::ForeignForm, StatusCode::FORBIDDEN).await;
    }
    let Ok((key, _)) = names::parse_room(&room) else {
        return pages
            .problem(visitor, Problem::Refused(Refusal::BadRoom), StatusCode::BAD_REQUEST)
            .await;
    };
    let left = match visitor.session.clone() {
        Some(session) => {
            let pages = Arc::clone(&pages);
            to_the_end(async move { pages.registry.leave(&session, &key).await }).await
        }
        None => Err(Refusal::NotJoined),
    };
    match left {
        // Who was not there has left all the same.
        Ok(()) | Err(Refusal::NotJoined) => Redirect::to("/").into_response(),
        Err(refusal) => {
            let status = status(&refusal);
            pages.problem(visitor, Problem::Refused(refusal), status).await
        }
    }
}

#[derive(Deserialize)]
pub struct PreferenceFields {
    locale: Option<String>,
    theme: Option<String>,
    density: Option<String>,
}

/// `POST /preferences`: leaves a cookie and goes back to where one was.
pub async fn preferences(
    State(pages): State<Arc<Pages>>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form<PreferenceFields>,
) -> Response {
    if !pages.origins.allow(&headers, visitor.carries_cookie) {
        return pages.problem(visitor, Problem::ForeignForm, StatusCode::FORBIDDEN).await;
    }
    let locale =
        fields.locale.as_deref().and_then(Locale::from_tag).map(|locale| ("locale", locale.tag()));
    let theme =
        fields.theme.as_deref().map(|tag| ("theme", Theme::from_tag(tag).map_or("", Theme::tag)));
    let density = fields.density.as_deref();
    let density = density.map(|tag| ("density", if tag == "compact" { tag } else { "" }));
    let mut response = Redirect::to(&came_from(&headers)).into_response();
    for (name, value) in locale.into_iter().chain(theme).chain(density) {
        set_cookie(&mut response, &convenience(name, value));
    }
    response
}

/// The page that a form was on, on this host whatever the header says.
fn came_from(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|referer| referer.to_str().ok());
    let page = referer.and_then(|referer| referer.parse::<Uri>().ok());
    let page = page.and_then(|uri| Some(uri.path_and_query()?.to_string()));
    // Two slashes would begin the name of another host.
    page.filter(|page| !page.starts_with("//")).unwrap_or_else(|| "/".into())
}

/// `GET` of what a form was sent to: whoever reloads the answer, or changes its language, comes to
/// the page that the form was on.
pub async fn back(uri: Uri) -> Redirect {
    let (page, _) = uri.path().rsplit_once('/').unwrap_or_default();
    Redirect::to(if page.is_empty() { "/" } else { page })
}
