//! Checks that `/openapi.json` describes what the server sends. The test kit compares every REST
//! response in every test with this document. The tests in this file check that every route is
//! compared, and that the comparison finds differences.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::endpoints::Endpoint;
use crate::field_samples::{Scene, needed_query, sample};
use crate::kit::openapi::{Contract, Exchange};

#[tokio::test]
async fn every_route_answers_as_it_is_described() {
    let scene = Scene::start().await;
    for endpoint in Endpoint::all() {
        let body = sample(endpoint, &scene.open).map(|body| body.to_string());
        let answer = scene
            .call(endpoint, needed_query(endpoint), body.as_deref())
            .await;
        assert!(
            (200..300).contains(&answer.status),
            "{endpoint:?}: {}",
            answer.text()
        );
    }
}

fn contract() -> Contract {
    let problem = json!({"type": "object", "properties": {"code": {"type": "string"}}});
    let ticket = json!({
        "type": "object", "required": ["id"],
        "properties": {"id": {"type": "string", "format": "uuid"}, "people": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}}},
    });
    let person = json!({"type": "object", "properties": {"name": {"type": ["string", "null"]}}});
    let body = json!({"type": "object", "additionalProperties": false, "properties": {"subject": {"type": "string"}}});
    Contract::new(&json!({
        "openapi": "3.1.0",
        "paths": {"/v1/tickets/{ticket}": {"patch": {
            "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 5}}],
            "requestBody": {"content": {"application/json": {"schema": body}}},
            "responses": {"200": {
                "headers": {"Location": {"required": true, "schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ticket"}}},
            }},
        }}},
        "components": {"schemas": {"Problem": problem, "Ticket": ticket, "Person": person}},
    }))
}

/// Makes one change to a correct request and response, and compares them with `/openapi.json`.
fn check(change: impl FnOnce(&mut Exchange<'_>, &mut HeaderMap)) -> Result<(), String> {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    headers.insert("location", "/v1/tickets/1".parse().unwrap());
    let (none, answer) = (
        HeaderMap::new(),
        json!({"id": "0192f0c1-2b3c-7d4e-8f50-123456789abc"}).to_string(),
    );
    let mut exchange = Exchange {
        method: "PATCH",
        path: "/v1/tickets/1",
        query: "limit=5",
        body: b"{}",
        status: 200,
        headers: &none,
        answer: answer.as_bytes(),
    };
    change(&mut exchange, &mut headers);
    contract().check(&Exchange {
        headers: &headers,
        ..exchange
    })
}

#[test]
fn what_is_not_described_is_named() {
    check(|_, _| {}).expect("a good one");
    let said = |result: Result<(), String>| result.expect_err("it is not as described");
    for (fault, answer) in [
        ("required", json!({})),
        ("uuid", json!({"id": "1"})),
        (
            "more",
            json!({"id": "0192f0c1-2b3c-7d4e-8f50-123456789abc", "more": 1}),
        ),
        (
            "deeper",
            json!({"id": "0192f0c1-2b3c-7d4e-8f50-123456789abc", "people": [{"deeper": 1}]}),
        ),
        ("null", Value::Null),
    ] {
        let answer = answer.to_string().into_bytes();
        let told = said(check(|it, _| it.answer = answer.leak()));
        assert!(told.contains(fault), "{fault}: {told}");
    }
    let told = [
        said(check(|it, _| it.path = "/v1/people")),
        said(check(|it, _| it.method = "DELETE")),
        said(check(|it, _| it.status = 201)),
        said(check(|it, _| it.query = "limit=6")),
        said(check(|it, _| it.query = "before=6")),
        said(check(|it, _| it.body = br#"{"subject": 1}"#)),
        said(check(|it, _| it.body = br#"{"priority": "high"}"#)),
        said(check(|_, headers| drop(headers.remove("location")))),
        said(check(|_, headers| {
            headers.insert("etag", "1".parse().unwrap());
        })),
        said(check(|_, headers| {
            headers.insert("content-type", "text/plain".parse().unwrap());
        })),
    ];
    assert!(told.iter().all(|told| !told.is_empty()), "{told:?}");
}
