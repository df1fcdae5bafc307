//! `/api/docs`: the API for people to read, drawn from the same description that programs get.
//! No script, and nothing of another host.

use super::Api;
use super::problem::{Failure, Result, kind};
use crate::pages::assets;
use crate::transport::cookie;
use app::i18n::Locale;
use app::page::{Head, Theme};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;
use utoipa::openapi::OpenApi;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// `GET /api/docs`.
pub async fn page(State(description): State<Arc<OpenApi>>, headers: HeaderMap) -> Response {
    let theme = cookie(&headers, "theme").as_deref().and_then(Theme::from_tag);
    let description = serde_json::to_value(&*description).unwrap_or_default();
    let html = Owner::new().with(|| draw(&description, theme).to_html());
    Html(html).into_response()
}

/// `GET /problems/{kind}`: where a problem's `type` leads.
pub async fn problem(State(_): State<Arc<Api>>, Path(name): Path<String>) -> Result<Redirect> {
    let kind = kind::ALL.iter().find(|kind| kind.name == name).ok_or(Failure::UnknownPath)?;
    Ok(Redirect::to(&format!("/api/docs#{}", kind.name)))
}

fn draw(api: &Value, theme: Option<Theme>) -> impl IntoView + use<> {
    let operations = operations(api);
    let contents = operations.iter().map(Operation::link).collect_view();
    let schemas = object(&api["components"]["schemas"]);
    let schemas = schemas.map(|(name, schema)| draw_schema(name, schema)).collect_view();
    let problems = kind::ALL.iter().map(|kind| draw_problem(kind)).collect_view();
    let operations = operations.iter().map(Operation::draw).collect_view();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.map(Theme::tag)>
            <head>
                <Head title="Sarangbang · API".to_owned() locale=Locale::En version=assets::BUILD.clone() />
            </head>
            <body>
                <main class="api-docs">
                    <header class="api-docs__head">
                        <h1 class="api-docs__title">"Sarangbang · API"</h1>
                        {prose(&api["info"]["description"])}
                        <p>"For programs: " <a href="/api/openapi.json">"/api/openapi.json"</a></p>
                    </header>
                    <nav aria-label="Contents">
                        <ul class="api-docs__contents">
                            {contents} <li><a href="#bodies">"Bodies"</a></li>
                            <li><a href="#problems">"Problems"</a></li>
                        </ul>
                    </nav>
                    {operations}
                    <section>
                        <h2 class="api-docs__heading" id="bodies">"Bodies"</h2>
                        {schemas}
                    </section>
                    <section>
                        <h2 class="api-docs__heading" id="problems">"Problems"</h2>
                        <dl class="api-docs__list">{problems}</dl>
                    </section>
                </main>
            </body>
        </html>
    }
}

/// One thing that can be asked.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    value: &'a Value,
}

fn operations(api: &Value) -> Vec<Operation<'_>> {
    let all = object(&api["paths"]).flat_map(|(path, methods)| {
        METHODS
            .iter()
            .filter_map(move |method| Some(Operation { method, path, value: methods.get(method)? }))
    });
    all.collect()
}

impl Operation<'_> {
    fn id(&self) -> String {
        text(&self.value["operationId"])
    }

    fn link(&self) -> AnyView {
        let (href, summary) = (format!("#{}", self.id()), text(&self.value["summary"]));
        view! { <li><a href=href>{summary}</a></li> }.into_any()
    }

    fn draw(&self) -> AnyView {
        let operation = self.value;
        let parameters =
            list(&operation["parameters"]).filter(|parameter| parameter["in"] != "path");
        let parameters: Vec<_> = parameters
            .map(|parameter| {
                draw_field(
                    text(&parameter["name"]),
                    &parameter["schema"],
                    &parameter["description"],
                    parameter["required"] == true,
                )
            })
            .collect();
        let parameters = (!parameters.is_empty()).then(|| {
            view! {
                <h3 class="api-docs__label">"Parameters"</h3>
                <dl class="api-docs__list">{parameters}</dl>
            }
        });
        let body = operation["requestBody"]["content"]
            .get("application/json")
            .map(|content| view! { <p>"Body: " {draw_type(&content["schema"])}</p> });
        let answers = object(&operation["responses"]).map(draw_answer).collect_view();
        let (id, method, path) = (self.id(), self.method.to_uppercase(), self.path.to_owned());
        view! {
            <section class="api-docs__operation">
                <h2 class="api-docs__heading" id=id>{text(&operation["summary"])}</h2>
                <p class="api-docs__path">
                    <span class="api-docs__method">{method}</span> " " {path}
                </p>
                {prose(&operation["description"])}
                {body}
                {parameters}
                <h3 class="api-docs__label">"Answers"</h3>
                <dl class="api-docs__list api-docs__list--short">{answers}</dl>
            </section>
        }
        .into_any()
    }
}

fn draw_answer((status, answer): (&String, &Value)) -> AnyView {
    let bodies = answer["content"].as_object().into_iter().flatten();
    let bodies = bodies.filter(|(kind, _)| *kind == "application/json");
    let bodies = bodies.map(|(_, body)| view! { " " {draw_type(&body["schema"])} }).collect_view();
    view! {
        <dt>{status.clone()}</dt>
        <dd>{inline(&text(&answer["description"]))} {bodies}</dd>
    }
    .into_any()
}

fn draw_schema(name: &str, schema: &Value) -> AnyView {
    let is_required = |field: &str| list(&schema["required"]).any(|name| name == field);
    let fields = object(&schema["properties"])
        .map(|(field, schema)| {
            draw_field(field.clone(), schema, &schema["description"], is_required(field))
        })
        .collect_view();
    view! {
        <h3 class="api-docs__label" id=format!("body-{name}")>{name.to_owned()}</h3>
        {prose(&schema["description"])}
        <dl class="api-docs__list">{fields}</dl>
    }
    .into_any()
}

fn draw_field(name: String, schema: &Value, about: &Value, is_required: bool) -> AnyView {
    let optional = (!is_required).then_some(", optional");
    view! {
        <dt>
            <code>{name}</code>
            <span class="api-docs__type">{draw_type(schema)} {optional}</span>
        </dt>
        <dd>{inline(&text(about))}</dd>
    }
    .into_any()
}

fn draw_problem(kind: &kind::Kind) -> AnyView {
    view! {
        <dt id=kind.name>
            <code>{kind.address()}</code>
            <span class="api-docs__type">{kind.status} " " {kind.title}</span>
        </dt>
        <dd>{inline(kind.meaning)}</dd>
    }
    .into_any()
}

/// A type in few words: `string`, `User[]` with a link, `integer or null`.
fn draw_type(schema: &Value) -> AnyView {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let (href, name) = (format!("#body-{name}"), name.to_owned());
        return view! { <a href=href>{name}</a> }.into_any();
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => {
            view! { {draw_type(&schema["items"])} "[]" }.into_any()
        }
        Value::String(kind) => kind.clone().into_any(),
        kinds => list(kinds).map(text).collect::<Vec<_>>().join(" or ").into_any(),
    }
}

/// Paragraphs and lists of plain text, with `code` and *emphasis* marked as in the sources.
fn prose(about: &Value) -> AnyView {
    let paragraph = |block: &str| match block.strip_prefix("- ") {
        None => view! { <p>{inline(block)}</p> }.into_any(),
        Some(items) => {
            let items = items.split("\n- ").map(|item| view! { <li>{inline(item)}</li> });
            view! { <ul class="api-docs__points">{items.collect_view()}</ul> }.into_any()
        }
    };
    let blocks = text(about);
    let blocks = blocks.split("\n\n").filter(|block| !block.is_empty());
    blocks.map(paragraph).collect_view().into_any()
}

fn inline(about: &str) -> AnyView {
    let parts = about.split('`').enumerate().map(|(at, part)| match at % 2 {
        1 => code(part),
        _ => emphasised(part),
    });
    parts.collect_view().into_any()
}

/// A kind of problem leads to what is said about it.
fn code(name: &str) -> AnyView {
    let code = view! { <code>{name.to_owned()}</code> };
    match kind::ALL.iter().any(|kind| kind.name == name) {
        true => view! { <a href=format!("#{name}")>{code}</a> }.into_any(),
        false => code.into_any(),
    }
}

fn emphasised(about: &str) -> AnyView {
    let parts = about.split('*').enumerate().map(|(at, part)| match at % 2 {
        1 => view! { <em>{part.to_owned()}</em> }.into_any(),
        _ => part.to_owned().into_any(),
    });
    parts.collect_view().into_any()
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
