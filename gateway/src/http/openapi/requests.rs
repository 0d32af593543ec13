//! Adjusts the schemas of request bodies in the OpenAPI document.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::Modify;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{OpenApi as Document, RefOr, Schema};

/// Removes null from the types of request fields in which null has no meaning, because
/// [`helpline_core::protocol::strict`] refuses null in these fields. Unknown fields need no
/// adjustment, because the types declare that unknown fields are refused.
pub(super) struct StrictRequests;

/// Request fields in which null has a meaning, as schema and field name.
const NULL_MEANS: [(&str, &str); 9] = [
    ("TicketPatch", "assigned_to"),
    ("TicketPatch", "if_assigned_to"),
    ("NewRating", "satisfaction_comment"),
    ("SettingChange", "value"),
    ("SavedReplyChange", "folder"),
    ("WidgetSettings", "color"),
    ("WidgetSettings", "team_name"),
    ("WidgetSettings", "greeting"),
    ("WidgetSettings", "logo"),
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

/// The names of the schemas that this part of the OpenAPI document refers to.
pub(super) fn names_in(part: &impl Serialize) -> Vec<String> {
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
        // Remove null from the alternatives of `oneOf`. If only one alternative remains, use it
        // directly.
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
