//! `POST /rooms/{room}/{seq}/choices`: reacting, answering, editing and deleting without script.

use super::post;
use crate::engine::Posted;
use crate::names;
use crate::pages::{Pages, Visitor, room_path};
use crate::registry::{Saying, Wish};
use crate::session::Session;
use crate::transport::{fresh_id, status};
use app::page::{ChoicesView, Problem, Unsent};
use app::protocol::{MessageId, Refusal};
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// What each of the page's forms sends; the rest is empty.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ChoiceFields {
    act: String,
    text: String,
    emoji: String,
    /// Of an answer, as the page named it.
    id: Option<MessageId>,
}

pub async fn choose(
    State(pages): State<Arc<Pages>>,
    Path((room, seq)): Path<(String, String)>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form<ChoiceFields>,
) -> Response {
    if !pages.origins.allow(&headers, visitor.carries_cookie) {
        return pages.problem(visitor, Problem::ForeignForm, StatusCode::FORBIDDEN).await;
    }
    let chosen = pages.chosen(&visitor, &room, &seq).await;
    let (session, mut view) = match (chosen, names::parse_room(&room)) {
        (Ok(chosen), _) => chosen,
        // What one has written waits in the composer.
        (Err(refusal), Ok((key, _))) if fields.act == "answer" => {
            let (id, status) = (fields.id.unwrap_or_else(fresh_id), status(&refusal));
            return pages
                .unsent(visitor, key, id, Unsent { text: fields.text, refusal }, status)
                .await;
        }
        (Err(refusal), _) => return pages.refused(visitor, refusal).await,
    };
    // Sent again it is the same answer.
    view.answer_id = fields.id.unwrap_or(view.answer_id);
    let room = room_path(&view.room);
    match act(&pages, &visitor, &session, &view, &fields).await {
        // What was said is at the end, what was changed where it was.
        Ok(()) if fields.act == "answer" => Redirect::to(&room).into_response(),
        Ok(()) => Redirect::to(&format!("{room}/{}", view.message.seq)).into_response(),
        Err(refusal) => {
            view.refusal = Some(refusal);
            match &*fields.act {
                "answer" => view.answer = Some(fields.text),
                "edit" => view.edit = Some(fields.text),
                _ => {}
            }
            pages.show_choices(visitor, view).await
        }
    }
}

async fn act(
    pages: &Pages,
    visitor: &Visitor,
    session: &Session,
    view: &ChoicesView,
    fields: &ChoiceFields,
) -> Result<(), Refusal> {
    let (registry, room, message) = (&pages.registry, &view.room, &view.message);
    let wish = match &*fields.act {
        "give" => Wish::React { emoji: fields.emoji.trim(), on: true },
        "take" | "turn" => Wish::React { emoji: fields.emoji.trim(), on: false },
        "edit" => Wish::Edit(&fields.text),
        "delete" => Wish::Delete,
        "answer" => {
            let reply_to = Some(message.seq);
            let saying = Saying { reply_to, ..Saying::text(view.answer_id, &fields.text) };
            return post(pages, session, visitor.address, room, saying).await;
        }
        _ => return Err(Refusal::Malformed),
    };
    if let Some(room) = registry.find_room(room).await? {
        // Whose name someone else has by now acts under another.
        registry.visit(&room, session)?;
    }
    let amend = |wish| registry.amend(session, visitor.address, room, message.id, wish);
    let amended = amend(wish).await?;
    // There was nothing to take back.
    if fields.act == "turn" && matches!(amended, Posted::Repeat(_)) {
        amend(Wish::React { emoji: fields.emoji.trim(), on: true }).await?;
    }
    Ok(())
}
