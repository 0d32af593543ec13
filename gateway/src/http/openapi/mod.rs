//! Generates `/openapi.json` from the routes, their handlers, and the types and limits of the core
//! crate. The tests validate every response that they receive against this document
//! (`gateway/tests/kit/openapi.rs`).

mod answers;
mod bounds;
mod operations;
mod requests;

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use helpline_core::protocol::{
    CustomerEvent, CustomerEventPage, CustomerTicket, CustomerTicketPage, OpeningHours, Problem,
    StaffEvent, StaffEventPage, StaffTicket, StaffTicketPage, WidgetSettings,
};
use serde_json::Value;
use utoipa::openapi::SecurityRequirement;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::api::NOUNS;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Helpline",
        description = "Tickets, messages and history over REST. Live events come over the WebSocket /v1/ws."
    ),
    components(schemas(
        OpeningHours,
        WidgetSettings,
        Problem,
        CustomerTicket,
        StaffTicket,
        CustomerTicketPage,
        StaffTicketPage,
        CustomerEvent,
        StaffEvent,
        CustomerEventPage,
        StaffEventPage
    ))
)]
struct Frame;

/// The OpenAPI document as JSON. It is generated once, because it cannot change while the program
/// runs.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| describe().to_string());

/// Serves `/openapi.json`.
pub(super) async fn document() -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        DOCUMENT.as_str(),
    )
        .into_response()
}

fn describe() -> Value {
    let mut document = NOUNS.iter().fold(Frame::openapi(), |document, noun| {
        document.merge_from((noun.describe)())
    });
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    document.security = Some(vec![SecurityRequirement::new(
        "bearer",
        Vec::<String>::new(),
    )]);
    requests::StrictRequests.modify(&mut document);
    let mut document = serde_json::to_value(document).expect("a description is JSON");
    answers::describe(&mut document);
    bounds::describe(&mut document);
    document
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::operations::operations;
    use super::*;
    use crate::http::api::routes;

    #[test]
    fn every_route_is_described_and_every_description_is_a_route() {
        let document = describe();
        let paths = document["paths"].as_object().expect("paths");
        for route in routes() {
            let operation = &paths[route.path][route.method.to_lowercase()];
            assert!(
                operation["responses"]["500"].is_object(),
                "{} {}",
                route.method,
                route.path
            );
        }
        let described: usize = paths
            .values()
            .map(|item| item.as_object().expect("an item").len())
            .sum();
        assert_eq!(described, routes().count());
    }

    /// Client generators name functions and types after the operation id. With a duplicate id, one
    /// operation would overwrite another in the generated client.
    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let (mut document, mut ids) = (describe(), HashSet::new());
        for (method, path, operation) in operations(&mut document) {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            assert!(ids.insert(id.clone()), "{method} {path}: {id} is another's");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = describe();
        let schemas = document["components"]["schemas"]
            .as_object()
            .expect("schemas");
        for name in requests::names_in(&document) {
            assert!(schemas.contains_key(&name), "{name}");
        }
    }
}
