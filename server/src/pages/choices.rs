//! `/rooms/{room}/{seq}/choices`: what one can do with a message, for those without script.

use super::search::parse_seq;
use super::{Pages, Visitor};
use crate::session::Session;
use crate::transport::{fresh_id, status};
use app::components::choices_page::ChoicesPage;
use app::page::ChoicesView;
use app::protocol::Refusal;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use std::sync::Arc;

pub async fn choices(
    State(pages): State<Arc<Pages>>,
    Path((room, seq)): Path<(String, String)>,
    visitor: Visitor,
) -> Response {
    match pages.chosen(&visitor, &room, &seq).await {
        Ok((_, view)) => pages.show_choices(visitor, view).await,
        Err(refusal) => pages.refused(visitor, refusal).await,
    }
}

impl Pages {
    /// A message, for someone who sits in its room.
    pub async fn chosen(
        &self,
        visitor: &Visitor,
        room: &str,
        seq: &str,
    ) -> Result<(Arc<Session>, ChoicesView), Refusal> {
        let reader = visitor.reader();
        let room = self.existing(&reader, room).await?;
        let session = visitor.session.as_ref().filter(|it| it.seat(&room.key).is_some());
        let session = session.ok_or(Refusal::NotJoined)?;
        let seq = parse_seq(seq)?;
        let view = ChoicesView {
            room: room.key.clone(),
            title: room.title.clone(),
            message: self.message(&reader, &room, seq).await?,
            user: session.user,
            is_owner: self.registry.is_owner(Some(session), &room).await?,
            answer_id: fresh_id(),
            answer: None,
            edit: None,
            refusal: None,
        };
        Ok((Arc::clone(session), view))
    }

    pub async fn show_choices(&self, visitor: Visitor, view: ChoicesView) -> Response {
        let status = view.refusal.as_ref().map_or(StatusCode::OK, status);
        let (locale, zone) = (visitor.locale, visitor.zone);
        let title = [locale.phrases().message, " · ", &view.title].concat();
        let draw = move || view! { <ChoicesPage view=view.clone() locale zone /> };
        self.plain(visitor, title, status, draw).await
    }
}
