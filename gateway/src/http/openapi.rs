//! `/openapi.json`, made from the routes, their handlers and core's types.

use std::collections::HashSet;

use axum::Json;
use helpline_core::protocol::{
    CustomerEvent, CustomerEventPage, CustomerTicket, OpeningHours, Problem, StaffTicketPage,
};
use serde::Serialize;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder, Schema, SecurityRequirement,
};
use utoipa::{Modify, OpenApi};

use super::api::NOUNS;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Helpline",
        description = "Tickets, messages and history over REST. What is live goes over the WebSocket /v1/ws."
    ),
    components(schemas(
        OpeningHours,
        Problem,
        CustomerTicket,
        StaffTicketPage,
        CustomerEvent,
        CustomerEventPage
    ))
)]
struct Frame;

/// `/openapi.json`: the routes of every noun, and what they have in common.
pub(super) async fn document() -> Json<Document> {
    Json(describe())
}

fn describe() -> Document {
    let mut document = NOUNS.iter().fold(Frame::openapi(), |document, noun| {
        document.merge_from((noun.describe)())
    });
    EveryOperation.modify(&mut document);
    StrictRequests.modify(&mut document);
    document
}

/// What all operations have in common: the token, and problems for whatever goes wrong.
struct EveryOperation;

impl Modify for EveryOperation {
    fn modify(&self, document: &mut Document) {
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
        let problem = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build();
        let response = ResponseBuilder::new()
            .description("A refusal; `code` says why")
            .content("application/problem+json", problem)
            .build();
        for item in document.paths.paths.values_mut() {
            let operations = [
                &mut item.get,
                &mut item.put,
                &mut item.post,
                &mut item.delete,
                &mut item.patch,
            ];
            for operation in operations.into_iter().filter_map(Option::as_mut) {
                operation
                    .responses
                    .responses
                    .insert("default".to_owned(), RefOr::T(response.clone()));
            }
        }
    }
}

/// What requests are made of has no null that means nothing: as [`helpline_core::protocol::strict`] reads it. That it has no other fields either,
/// its types say.
struct StrictRequests;

/// Where null means something.
const NULL_MEANS: [(&str, &str); 3] = [
    ("TicketPatch", "assigned_to"),
    ("NewRating", "satisfaction_comment"),
    ("SettingChange", "value"),
];

impl Modify for StrictRequests {
    fn modify(&self, document: &mut Document) {
        let operations = document
            .paths
            .paths
            .values()
            .flat_map(|item| [&item.put, &item.post, &item.patch])
            .flatten();
        let mut waiting: Vec<String> = operations
            .filter_map(|operation| operation.request_body.as_ref())
            .flat_map(names_in)
            .collect();
        let Some(components) = document.components.as_mut() else {
            return;
        };
        let mut done = HashSet::new();
        while let Some(name) = waiting.pop() {
            if let Some(RefOr::T(Schema::Object(object))) = components
                .schemas
                .get_mut(&name)
                .filter(|_| done.insert(name.clone()))
            {
                for (field, property) in &mut object.properties {
                    waiting.extend(names_in(property));
                    if !NULL_MEANS.contains(&(name.as_str(), field.as_str())) {
                        forbid_null(property);
                    }
                }
            }
        }
    }
}

/// The names of the schemas that this part of the description leads to.
fn names_in(part: &impl Serialize) -> Vec<String> {
    let text = serde_json::to_string(part).expect("a description is JSON");
    text.split("#/components/schemas/")
        .skip(1)
        .filter_map(|rest| Some(rest.split('"').next()?.to_owned()))
        .collect()
}

fn forbid_null(property: &mut RefOr<Schema>) {
    match property {
        RefOr::T(Schema::Object(object)) => object.schema_type = without_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => array.schema_type = without_null(&array.schema_type),
        // Of two, null is one.
        RefOr::T(Schema::OneOf(either)) => {
            either.items.retain(|item| !matches!(item, RefOr::T(Schema::Object(object)) if object.schema_type == Type::Null.into()));
            if let [only] = either.items.as_slice() {
                *property = only.clone();
            }
        }
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

fn without_null(types: &SchemaType) -> SchemaType {
    match types {
        SchemaType::Array(types) => match types
            .iter()
            .filter(|each| **each != Type::Null)
            .cloned()
            .collect::<Vec<_>>()
            .as_slice()
        {
            [only] => only.clone().into(),
            several => SchemaType::Array(several.to_vec()),
        },
        SchemaType::Type(_) | SchemaType::AnyValue => types.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::api::routes;

    #[test]
    fn every_route_is_described_and_every_description_is_a_route() {
        let document = serde_json::to_value(describe()).expect("encodes");
        let paths = document["paths"].as_object().expect("paths");
        for route in routes() {
            let operation = &paths[route.path][route.method.to_lowercase()];
            assert!(
                operation["responses"]["default"].is_object(),
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

    #[test]
    fn every_reference_leads_somewhere() {
        let document = serde_json::to_value(describe()).expect("encodes");
        let schemas = document["components"]["schemas"]
            .as_object()
            .expect("schemas");
        let text = document.to_string();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().expect("a name");
            assert!(schemas.contains_key(name), "{name}");
        }
    }
}
