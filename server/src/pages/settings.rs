//! `/rooms/{room}/settings` and what belongs to it: how a room is kept by its owners. Plain forms;
//! a post answers with the page again.

use super::{Pages, Visitor, room_path};
use crate::engine::Settings;
use crate::export::{Format, Pages as Written};
use crate::room::Room;
use crate::security::token::Secret;
use app::components::export_page::{Enclosed, Export};
use app::components::settings_page::{OwnPage, SettingsPage};
use app::page::{Done, OwnView, Problem, SettingsView, WELCOME};
use app::protocol::{Cursor, Refusal, limits};
use axum::body::Body;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use clap::ValueEnum;
use futures::stream;
use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::io;
use std::sync::Arc;

pub async fn settings(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    visitor: Visitor,
) -> Response {
    match pages.kept_room(&visitor, &room).await {
        Ok((room, is_owner)) => pages.show_settings(visitor, &room, is_owner, None, None).await,
        Err(refusal) => pages.refused(visitor, refusal).await,
    }
}

#[derive(Deserialize)]
pub struct SettingsFields {
    welcome: Option<String>,
    public: Option<String>,
}

impl SettingsFields {
    /// What was typed; nothing if the form was another.
    fn typed(self) -> Option<Settings> {
        Some(Settings { welcome: self.welcome?, is_public: self.public.is_some() })
    }
}

pub async fn change(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form<SettingsFields>,
) -> Response {
    let room = match pages.owned(&visitor, &headers, &room).await {
        Ok(room) => room,
        Err(denied) => return pages.deny(visitor, denied).await,
    };
    let is_public = fields.public.is_some();
    let welcome = fields.welcome.as_deref().and_then(limits::tidy).unwrap_or_default();
    let limit = WELCOME as u32;
    let over = limits::excess(&welcome, limit);
    if over > 0 {
        let refusal = Refusal::TextTooLong { limit, over };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return pages.problem(visitor, Problem::Refused(refusal), status).await;
    }
    match pages.registry.change_settings(&room, Settings { welcome, is_public }).await {
        Ok(()) => pages.show_settings(visitor, &room, true, None, Some(Done::Saved)).await,
        Err(refusal) => pages.refused(visitor, refusal).await,
    }
}

/// What was typed above the button stays, and is not saved yet.
pub async fn owner_link(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form<SettingsFields>,
) -> Response {
    let room = match pages.owned(&visitor, &headers, &room).await {
        Ok(room) => room,
        Err(denied) => return pages.deny(visitor, denied).await,
    };
    let origin = pages.origins.own(&headers).unwrap_or_default();
    match pages.registry.new_owner_link(&room).await {
        Ok(secret) => {
            let link = format!("{origin}{}/own?key={}", room_path(&room.key), secret.reveal());
            let done = Some(Done::OwnerLink(link));
            pages.show_settings(visitor, &room, true, fields.typed(), done).await
        }
        Err(refusal) => pages.refused(visitor, refusal).await,
    }
}

#[derive(Deserialize)]
pub struct OwnFields {
    key: String,
}

/// Asks: a link that is merely followed changes nothing.
pub async fn own_form(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    Query(OwnFields { key }): Query<OwnFields>,
    visitor: Visitor,
) -> Response {
    let (room, _) = match pages.kept_room(&visitor, &room).await {
        Ok(room) => room,
        Err(refusal) => return pages.refused(visitor, refusal).await,
    };
    let is_member =
        visitor.session.as_ref().is_some_and(|session| session.seat(&room.key).is_some());
    let (locale, title) = (visitor.locale, room.title.clone());
    let view = OwnView { room: room.key.clone(), title: title.clone(), key, is_member };
    let draw = move || view! { <OwnPage view=view.clone() locale /> };
    pages.plain(visitor, title, StatusCode::OK, draw).await
}

pub async fn own(
    State(pages): State<Arc<Pages>>,
    Path(room): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(OwnFields { key }): Form<OwnFields>,
) -> Response {
    let owned = async {
        if !pages.origins.allow(&headers, visitor.carries_cookie) {
            return Err(Denied::Foreign);
        }
        let (room, _) = pages.kept_room(&visitor, &room).await.map_err(Denied::Refused)?;
        let session = visitor.session.as_ref().filter(|it| it.seat(&room.key).is_some());
        let session = session.ok_or(Denied::NotOwner)?;
        let secret = Secret::parse(&key).ok_or(Denied::VoidLink)?;
        match pages.registry.own(session, &room, &secret).await.map_err(Denied::Refused)? {
            true => Ok(room),
            false => Err(Denied::VoidLink),
        }
    };
    match owned.await {
        Ok(room) => Redirect::to(&format!("{}/settings", room_path(&room.key))).into_response(),
        Err(denied) => pages.deny(visitor, denied).await,
    }
}

/// `GET /rooms/{room}/export/{format}`, for owners.
pub async fn export(
    State(pages): State<Arc<Pages>>,
    Path((room, format)): Path<(String, String)>,
    visitor: Visitor,
) -> Response {
    let Ok(format) = Format::from_str(&format, false) else {
        return pages.problem(visitor, Problem::NotFound, StatusCode::NOT_FOUND).await;
    };
    let room = match pages.kept_room(&visitor, &room).await {
        Ok((room, true)) => room,
        Ok(_) => return pages.deny(visitor, Denied::NotOwner).await,
        Err(refusal) => return pages.refused(visitor, refusal).await,
    };
    let cursor = Cursor { epoch: pages.registry.epoch(), rev: room.rev() };
    let export = Export { locale: visitor.locale, offset: visitor.zone.minutes };
    let written = Written::new(format, export);
    let beginning = written.beginning(&room.key, &room.title, cursor);
    let name = utf8_percent_encode(room.key.as_str(), NON_ALPHANUMERIC);
    let name = format!("attachment; filename*=UTF-8''{name}.{}", format.ending());
    let first = Some(Piece { pages, room, written, after: 0, beginning: Some(beginning) });
    let pieces = stream::try_unfold(first, |piece| async {
        match piece {
            Some(piece) => piece.next().await.map(Some),
            None => Ok::<_, io::Error>(None),
        }
    });
    let headers = [
        (header::CONTENT_TYPE, format.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

/// What is still to be sent of an export.
struct Piece {
    pages: Arc<Pages>,
    room: Arc<Room>,
    written: Written,
    after: u64,
    beginning: Option<String>,
}

impl Piece {
    async fn next(mut self) -> io::Result<(String, Option<Self>)> {
        if let Some(beginning) = self.beginning.take() {
            return Ok((beginning, Some(self)));
        }
        let gone = |_: Refusal| io::Error::other("the log cannot be read");
        let registry = &self.pages.registry;
        // There are no gaps: so many before that place are those after this one.
        let count = self.written.count();
        let before = self.after + count as u64 + 1;
        let page = registry.before(&self.room.key, before, count).await.map_err(gone)?;
        let mut messages = page.messages;
        messages.retain(|message| message.seq > self.after);
        let mut answered = Vec::new();
        for seq in Written::answered(&messages) {
            let page = registry.before(&self.room.key, seq + 1, 1).await.map_err(gone)?;
            answered.extend(page.messages);
        }
        let mut enclosed = Enclosed::new();
        for id in self.written.enclosed(&messages) {
            let file = registry.file(id, true).await.map_err(gone)?;
            enclosed.extend(file.map(|file| (id, (file.kind, file.bytes))));
        }
        let mut text = self.written.page(&messages, answered, &enclosed);
        match messages.last() {
            Some(last) => {
                self.after = last.seq;
                Ok((text, Some(self)))
            }
            None => {
                text.push_str(&self.written.end());
                Ok((text, None))
            }
        }
    }
}

/// Why a form was not taken.
enum Denied {
    Foreign,
    NotOwner,
    /// A later owner link has taken its place, or there never was such a one.
    VoidLink,
    Refused(Refusal),
}

impl Pages {
    /// A room, and whether the visitor owns it.
    async fn kept_room(
        &self,
        visitor: &Visitor,
        written: &str,
    ) -> Result<(Arc<Room>, bool), Refusal> {
        let reader = visitor.reader();
        let room = self.existing(&reader, written).await?;
        let is_owner = self.registry.is_owner(visitor.session.as_deref(), &room).await?;
        Ok((room, is_owner))
    }

    /// A room whose owner posts a form from our own page.
    async fn owned(
        &self,
        visitor: &Visitor,
        headers: &HeaderMap,
        written: &str,
    ) -> Result<Arc<Room>, Denied> {
        if !self.origins.allow(headers, visitor.carries_cookie) {
            return Err(Denied::Foreign);
        }
        match self.kept_room(visitor, written).await {
            Ok((room, true)) => Ok(room),
            Ok(_) => Err(Denied::NotOwner),
            Err(refusal) => Err(Denied::Refused(refusal)),
        }
    }

    async fn deny(&self, visitor: Visitor, denied: Denied) -> Response {
        match denied {
            Denied::Refused(refusal) => self.refused(visitor, refusal).await,
            Denied::VoidLink => {
                self.problem(visitor, Problem::NotFound, StatusCode::NOT_FOUND).await
            }
            Denied::Foreign | Denied::NotOwner => {
                self.problem(visitor, Problem::ForeignForm, StatusCode::FORBIDDEN).await
            }
        }
    }

    async fn show_settings(
        &self,
        visitor: Visitor,
        room: &Room,
        is_owner: bool,
        typed: Option<Settings>,
        done: Option<Done>,
    ) -> Response {
        let Settings { welcome, is_public } = typed.unwrap_or_else(|| room.settings());
        let (locale, title) = (visitor.locale, room.title.clone());
        let page_title = [locale.phrases().settings, " · ", &title].concat();
        let room = room.key.clone();
        let view = SettingsView { room, title, welcome, is_public, is_owner, done };
        let draw = move || view! { <SettingsPage view=view.clone() locale /> };
        self.plain(visitor, page_title, StatusCode::OK, draw).await
    }
}
