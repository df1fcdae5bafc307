//! The pages, rendered here with all their data and hydrated in the browser from the same.

pub mod assets;
mod choices;
mod kept;
mod news;
mod qr;
mod search;
mod settings;
mod visitor;

pub use choices::choices;
pub use kept::Kept;
pub use news::news;
pub use qr::qr;
pub use search::{permalink, search};
pub use settings::{change, export, own, own_form, owner_link, settings};
pub use visitor::{Visitor, convenience, locale};

use crate::names;
use crate::registry::{Reader, Registry};
use crate::room::Room;
use crate::security::{address::TrustedProxies, origin::Origins};
use crate::transport::{fresh_id, status};
use app::components::error_page::ErrorPage;
use app::i18n::Locale;
use app::page::{
    Boot, Document, JoinForm, Plain, PlainDocument, Problem, PublicRoom, RoomView, Unsent, View,
};
use app::protocol::{
    Cursor, MessageId, MessagePage, Refusal, RoomKey, RoomSummary, Snapshot, limits,
};
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use kept::Key;
use leptos::prelude::*;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;
use std::sync::Arc;

/// What the pages need.
pub struct Pages {
    pub registry: Arc<Registry>,
    pub origins: Origins,
    pub proxies: TrustedProxies,
    pub locale: Locale,
    pub kept: Kept,
}

/// What a path segment may not hold as it is (RFC 3986, section 3.3).
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

pub fn room_path(room: &RoomKey) -> String {
    format!("/rooms/{}", utf8_percent_encode(room.as_str(), SEGMENT))
}

#[derive(Deserialize)]
pub struct RoomQuery {
    name: Option<String>,
    before: Option<u64>,
}

pub async fn home(State(pages): State<Arc<Pages>>, visitor: Visitor) -> Response {
    let (username, room) = (visitor.username.clone(), visitor.room.clone());
    let form = JoinForm { username, room, refusal: None };
    pages.render(visitor, View::Home(form), StatusCode::OK).await
}

pub async fn room(
    State(pages): State<Arc<Pages>>,
    Path(written): Path<String>,
    Query(query): Query<RoomQuery>,
    visitor: Visitor,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let (key, mut title) = match names::parse_room(&written) {
        Ok(room) => room,
        Err(refusal) => {
            return pages
                .problem(visitor, Problem::Refused(refusal), StatusCode::BAD_REQUEST)
                .await;
        }
    };
    if key.as_str() != written {
        let query = uri.query().map_or(String::new(), |query| format!("?{query}"));
        let mut answer = Redirect::permanent(&(room_path(&key) + &query)).into_response();
        // The title would be lost with the address: a room's first visitor gives it.
        set_cookie(&mut answer, &convenience("room", &title));
        // Nobody is to follow it without being told.
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        return answer;
    }
    title = visitor.title_of(&key, title);
    let form = JoinForm {
        username: query.name.unwrap_or_else(|| visitor.username.clone()),
        room: title,
        refusal: None,
    };
    // Nothing stands before the first message.
    let before = query.before.filter(|seq| *seq > 1);
    let is_like_others = visitor.session.is_none() && form.username.is_empty() && before.is_none();
    if is_like_others {
        return pages.room_from_outside(visitor, key, form, &headers).await;
    }
    pages.room(visitor, key, form, before, StatusCode::OK).await
}

pub async fn not_found(State(pages): State<Arc<Pages>>, visitor: Visitor) -> Response {
    pages.problem(visitor, Problem::NotFound, StatusCode::NOT_FOUND).await
}

/// What the page's worker shows where there is no network (sw.js).
pub async fn offline(State(pages): State<Arc<Pages>>, visitor: Visitor) -> Response {
    pages.problem(visitor, Problem::Offline, StatusCode::OK).await
}

impl Pages {
    /// The page of a room, also of one that nobody has joined yet: a GET makes nothing.
    pub async fn room(
        &self,
        visitor: Visitor,
        key: RoomKey,
        form: JoinForm,
        before: Option<u64>,
        status: StatusCode,
    ) -> Response {
        self.room_with(visitor, key, form, before, None, status).await
    }

    /// The page of a room with a message that could not be sent, in the composer still and
    /// under the same id.
    pub async fn unsent(
        &self,
        visitor: Visitor,
        key: RoomKey,
        id: MessageId,
        unsent: Unsent,
        status: StatusCode,
    ) -> Response {
        let form = JoinForm {
            username: visitor.username.clone(),
            room: key.to_string(),
            ..JoinForm::default()
        };
        self.room_with(visitor, key, form, None, Some((id, unsent)), status).await
    }

    /// The page of a room as everyone sees it who has not joined.
    async fn room_from_outside(
        &self,
        mut visitor: Visitor,
        key: RoomKey,
        form: JoinForm,
        headers: &HeaderMap,
    ) -> Response {
        let room = match self.registry.find_room(&key).await {
            Ok(Some(room)) => room,
            _ => return self.room(visitor, key, form, None, StatusCode::OK).await,
        };
        let alike = Key {
            room: room.id,
            version: room.version(),
            locale: visitor.locale,
            theme: visitor.theme,
            is_compact: visitor.is_compact,
            zone: visitor.zone,
            accepts: headers.get(header::ACCEPT_ENCODING).cloned(),
        };
        let draw = async {
            let view = self.room_view(&visitor, key, form, None).await?;
            let news_after = Some(view.snapshot.cursor);
            let plain = Plain { news_after, ..Plain::default() };
            Ok(self.draw(&visitor, View::Room(Box::new(view)), Vec::new(), plain).await)
        };
        match self.kept.get(alike, draw).await {
            Ok(page) => {
                visitor.has_seen(&room.title);
                respond(page, visitor, StatusCode::OK)
            }
            Err(refusal) => self.refused(visitor, refusal).await,
        }
    }

    async fn room_with(
        &self,
        mut visitor: Visitor,
        key: RoomKey,
        form: JoinForm,
        before: Option<u64>,
        unsent: Option<(MessageId, Unsent)>,
        status: StatusCode,
    ) -> Response {
        match self.room_view(&visitor, key, form, before).await {
            Ok(view) => {
                visitor.has_seen(&view.snapshot.title);
                let (id, unsent) = unsent.unzip();
                let plain = Plain {
                    message_id: Some(id.unwrap_or_else(fresh_id)),
                    news_after: before.is_none().then_some(view.snapshot.cursor),
                    unsent,
                    ..Plain::default()
                };
                self.render_with(visitor, View::Room(Box::new(view)), plain, status).await
            }
            Err(refusal) => self.refused(visitor, refusal).await,
        }
    }

    /// A room that someone has joined.
    async fn existing(&self, reader: &Reader, written: &str) -> Result<Arc<Room>, Refusal> {
        let (key, _) = names::parse_room(written)?;
        self.registry.room(reader, &key).await
    }

    pub async fn refused(&self, visitor: Visitor, refusal: Refusal) -> Response {
        let status = status(&refusal);
        let problem = match status {
            StatusCode::NOT_FOUND => Problem::NotFound,
            _ => Problem::Refused(refusal),
        };
        self.problem(visitor, problem, status).await
    }

    pub async fn problem(
        &self,
        visitor: Visitor,
        problem: Problem,
        status: StatusCode,
    ) -> Response {
        let locale = visitor.locale;
        let draw = move || view! { <ErrorPage problem=problem.clone() locale /> };
        self.plain(visitor, String::new(), status, draw).await
    }

    /// A document of plain forms and links.
    async fn plain<V: IntoView + 'static>(
        &self,
        visitor: Visitor,
        title: String,
        status: StatusCode,
        content: impl Fn() -> V + Clone + Send + Sync + 'static,
    ) -> Response {
        let (locale, theme) = (visitor.locale, visitor.theme);
        let draw = leptos_axum::render_app_async(move || {
            let (title, version) = (title.clone(), assets::BUILD.clone());
            let content = content();
            view! { <PlainDocument title version locale theme=theme>{content}</PlainDocument> }
        });
        respond(draw(Request::new(Body::empty())).await, visitor, status)
    }

    async fn room_view(
        &self,
        visitor: &Visitor,
        key: RoomKey,
        form: JoinForm,
        before: Option<u64>,
    ) -> Result<RoomView, Refusal> {
        let session = visitor.session.as_deref();
        let username = session.and_then(|session| session.seat(&key)).map(|seat| seat.username);
        let mut snapshot = match self.registry.find_room(&key).await? {
            Some(room) => {
                if let Some(session) = session.filter(|_| !visitor.is_prefetch) {
                    // Who lost their name meanwhile may read on.
                    let _ = self.registry.visit(&room, session);
                }
                self.registry.snapshot(&room, session).await?
            }
            None => Snapshot {
                room: key.clone(),
                title: form.room.clone(),
                cursor: Cursor { epoch: self.registry.epoch(), rev: 0 },
                page: MessagePage { messages: Vec::new(), from_beginning: true },
                welcome: String::new(),
                users: Vec::new(),
                away: Vec::new(),
                last_read: 0,
                is_owner: false,
            },
        };
        if let Some(before) = before {
            snapshot.page = self.registry.before(&key, before, limits::PAGE).await?;
        }
        Ok(RoomView { snapshot, username, form, is_older: before.is_some() })
    }

    /// Renders a page. Everything it shows was read before; rendering only draws.
    pub async fn render(&self, visitor: Visitor, view: View, status: StatusCode) -> Response {
        self.render_with(visitor, view, Plain::default(), status).await
    }

    async fn render_with(
        &self,
        visitor: Visitor,
        view: View,
        plain: Plain,
        status: StatusCode,
    ) -> Response {
        let public_rooms = match &view {
            // Without them the page is as useful.
            View::Home(_) => self.registry.listed().await.unwrap_or_default(),
            View::Room(_) => Vec::new(),
        };
        let public_rooms = public_rooms.into_iter().map(|listed| PublicRoom {
            room: listed.key,
            title: listed.title,
            count: listed.count as u64,
        });
        let rooms = match &visitor.session {
            Some(session) => self.registry.summaries(&session.token).await.unwrap_or_default(),
            None => Vec::new(),
        };
        let own_rooms = match &view {
            View::Home(_) => rooms.clone(),
            View::Room(_) => Vec::new(),
        };
        let plain = Plain { public_rooms: public_rooms.collect(), own_rooms, ..plain };
        respond(self.draw(&visitor, view, rooms, plain).await, visitor, status)
    }

    async fn draw(
        &self,
        visitor: &Visitor,
        view: View,
        rooms: Vec<RoomSummary>,
        plain: Plain,
    ) -> Response {
        let boot = self.boot(visitor, view, rooms, plain);
        let draw = leptos_axum::render_app_async(move || view! { <Document boot=boot.clone() /> });
        draw(Request::new(Body::empty())).await
    }

    fn boot(&self, visitor: &Visitor, view: View, rooms: Vec<RoomSummary>, plain: Plain) -> Boot {
        Boot {
            build: assets::BUILD.clone(),
            locale: visitor.locale,
            theme: visitor.theme,
            zone: visitor.zone,
            user: visitor.session.as_ref().map(|session| session.user),
            rooms,
            username: visitor.username.clone(),
            limits: self.registry.limits(),
            view,
            plain: Plain { is_compact: visitor.is_compact, ..plain },
        }
    }
}

fn respond(mut response: Response, visitor: Visitor, status: StatusCode) -> Response {
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("cookie, accept-language"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    for cookie in &visitor.new_cookies {
        set_cookie(&mut response, cookie);
    }
    response
}

pub fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
