//! The API as OpenAPI 3.1, made from the handlers and their types.

use super::problem::Problem;
use crate::transport::SESSION_COOKIE;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

const DESCRIPTION: &str = "\
Rooms for whoever can speak HTTP: what is said here is heard over every other way in, and the \
other way round, under the same limits.

Every change gives its room the next *rev*. Read from a cursor, apply what comes, ask on from the \
cursor of the answer: nothing is missed, and hearing something twice changes nothing. An answer \
that says `reset` means: forget what you had, and start anew from it.

A session is the bearer token that the first join answers, or the page's cookie. A request that \
carries the cookie and is no GET must name an allowed `Origin`. Bodies are `application/json`.

What cannot be done is answered as `application/problem+json`; its `type` says which kind it is. \
Beside the kinds that an endpoint names, `unknown-path` and `wrong-method` answer what is no \
endpoint.";

/// Everything but the endpoints, which the router adds.
pub fn about() -> OpenApi {
    let mut token = Http::new(HttpAuthScheme::Bearer);
    token.description = Some("The `token` that a join without session answers.".into());
    let cookie = ApiKeyValue::with_description(SESSION_COOKIE, "The session of the page.");
    let components = ComponentsBuilder::new()
        .schema_from::<Problem>()
        .security_scheme("token", SecurityScheme::Http(token))
        .security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Sarangbang")
                .version("1")
                .description(Some(DESCRIPTION))
                .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
                .build(),
        )
        .components(Some(components))
        .tags(Some([
            TagBuilder::new().name("messages").description(Some("Reading and talking")).build(),
            TagBuilder::new().name("rooms").description(Some("Being there")).build(),
        ]))
        .build()
}

/// `GET /api/openapi.json`.
pub async fn serve(State(description): State<Arc<OpenApi>>) -> Response {
    Json(&*description).into_response()
}
