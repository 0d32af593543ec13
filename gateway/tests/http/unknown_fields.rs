//! Sends every body and query of every route with one fault: an additional field, or a field that
//! is misspelled, `null`, duplicated, or of another type. Each request must be refused with the
//! field's name, must write its row to the access log, and must change nothing. The cases come from
//! the gateway's routes and `/openapi.json`, so a route or a field without a sample fails the test.

use serde_json::{Value, json};

use crate::endpoints::Endpoint;
use crate::field_samples::{FREE_FORM, NULL_MEANS, Scene, Tried, needed_query, sample};

/// Appends a field's name to a path, in the form that error messages use.
fn inside(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// Finds all objects in a body. Each object is given as the path that an error message shows, and
/// as a JSON pointer.
fn objects(value: &Value, path: &str, pointer: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            found.push((path.to_owned(), pointer.to_owned()));
            for (name, inner) in fields
                .iter()
                .filter(|(name, _)| !FREE_FORM.contains(&name.as_str()))
            {
                objects(
                    inner,
                    &inside(path, name),
                    &format!("{pointer}/{name}"),
                    found,
                );
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                objects(
                    item,
                    &format!("{path}[{n}]"),
                    &format!("{pointer}/{n}"),
                    found,
                );
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns a copy of the body with a change to the object at `pointer`.
fn changed(
    body: &Value,
    pointer: &str,
    change: impl FnOnce(&mut serde_json::Map<String, Value>),
) -> Value {
    let mut body = body.clone();
    change(body.pointer_mut(pointer).unwrap().as_object_mut().unwrap());
    body
}

/// Returns the body as text, with another value in one field of the object at `pointer`.
fn with(body: &Value, pointer: &str, name: &str, value: Value) -> String {
    let change = |fields: &mut serde_json::Map<String, Value>| {
        drop(fields.insert(name.to_owned(), value));
    };
    changed(body, pointer, change).to_string()
}

/// Sends the body with an additional field in each of its objects, and with each field misspelled,
/// `null`, of another type, and duplicated. Each request must be refused.
async fn refused_at_every_place(
    scene: &Scene,
    endpoint: Endpoint,
    body: &Value,
    tried: &mut Tried,
) {
    let mut places = Vec::new();
    objects(body, "", "", &mut places);
    for (path, pointer) in &places {
        let extra = changed(body, pointer, |fields| {
            drop(fields.insert("zz".to_owned(), json!(true)))
        });
        let mut cases = vec![(extra.to_string(), "unknown_field", inside(path, "zz"))];
        for name in body.pointer(pointer).unwrap().as_object().unwrap().keys() {
            let misspelled = format!("{}_", &name[..name.len() - 1]);
            let wrong = changed(body, pointer, |fields| {
                let value = fields.remove(name).unwrap();
                fields.insert(misspelled.clone(), value);
            });
            cases.push((
                wrong.to_string(),
                "unknown_field",
                inside(path, &misspelled),
            ));
            let at = inside(path, name);
            if !NULL_MEANS.contains(&(endpoint, &at)) {
                cases.push((
                    with(body, pointer, name, Value::Null),
                    "invalid_field",
                    at.clone(),
                ));
            }
            cases.push((
                with(body, pointer, name, json!(-1.5)),
                "invalid_field",
                at.clone(),
            ));
            // A JSON map cannot contain a field name twice, so insert the duplicate into the text.
            let marked = changed(body, pointer, |fields| {
                drop(fields.insert("zz".to_owned(), fields[name].clone()))
            });
            let twice = marked
                .to_string()
                .replacen("\"zz\":", &format!("\"{name}\":"), 1);
            cases.push((twice, "invalid_field", at));
        }
        for (text, code, field) in cases {
            scene
                .refused(endpoint, "", Some(&text), (code, &field), tried)
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_every_body_is_known_given_once_and_no_null() {
    let scene = Scene::start().await;
    let mut tried = Tried::nothing(&scene).await;
    for endpoint in Endpoint::all() {
        let Some(body) = sample(endpoint, &scene.open) else {
            continue;
        };
        let before = scene.refusals(endpoint).await;
        tried.of_route = 0;
        refused_at_every_place(&scene, endpoint, &body, &mut tried).await;
        for whole in ["[]", "null", "7", "\"x\""] {
            scene
                .refused(
                    endpoint,
                    "",
                    Some(whole),
                    ("invalid_field", "body"),
                    &mut tried,
                )
                .await;
        }
        scene
            .refused(
                endpoint,
                "?internal=true",
                Some(&body.to_string()),
                ("unknown_field", "internal"),
                &mut tried,
            )
            .await;
        assert_eq!(
            scene.refusals(endpoint).await,
            before + tried.of_route,
            "{endpoint:?}: each refusal leaves one row"
        );
    }
    assert!(
        tried.cases > 200,
        "the matrix has shrunk to {} cases",
        tried.cases
    );
    // Each valid sample body must be accepted. This proves that the requests above were refused
    // only because of their invalid fields.
    for endpoint in Endpoint::all() {
        let Some(body) = sample(endpoint, &scene.open) else {
            continue;
        };
        let answer = scene.call(endpoint, "", Some(&body.to_string())).await;
        assert!(
            (200..300).contains(&answer.status),
            "{endpoint:?}: {}",
            answer.text()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_samples_have_every_field_of_the_description() {
    let scene = Scene::start().await;
    let schemas = &scene.document["components"]["schemas"];
    let mut described = 0;
    for endpoint in Endpoint::all() {
        let route = endpoint.route();
        let content = &scene.document["paths"][route.path][route.method.to_lowercase()]["requestBody"]
            ["content"]["application/json"];
        let sample = sample(endpoint, &scene.open);
        assert_eq!(
            content.is_object(),
            sample.is_some(),
            "{endpoint:?}: the document describes a body exactly if the route takes one"
        );
        if let Some(sample) = sample {
            described += 1;
            has_all(
                schemas,
                &content["schema"],
                &sample,
                &format!("{endpoint:?}"),
            );
        }
    }
    assert!(described >= 9, "{described}");
}

/// Asserts that the value has every field of the schema. Also asserts that the schema forbids
/// additional fields, and `null` where it has no meaning.
fn has_all(schemas: &Value, schema: &Value, value: &Value, at: &str) {
    let named = schema["$ref"]
        .as_str()
        .and_then(|name| name.rsplit('/').next());
    let schema = named.map_or(schema, |name| &schemas[name]);
    if let Value::Array(items) = value {
        return items
            .iter()
            .for_each(|item| has_all(schemas, &schema["items"], item, &format!("{at}[]")));
    }
    let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object())
    else {
        return;
    };
    assert_eq!(
        properties.keys().collect::<Vec<_>>(),
        fields.keys().collect::<Vec<_>>(),
        "{at}"
    );
    assert_eq!(
        schema["additionalProperties"], false,
        "{at} forbids further fields"
    );
    for (name, property) in properties {
        let means_something = NULL_MEANS
            .iter()
            .any(|(_, field)| field.rsplit('.').next() == Some(name));
        assert_eq!(
            property.to_string().contains("\"null\""),
            means_something,
            "{at}.{name}: {property}"
        );
        has_all(schemas, property, &fields[name], &format!("{at}.{name}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_every_query_is_known_and_given_once() {
    let scene = Scene::start().await;
    let mut tried = Tried::nothing(&scene).await;
    for endpoint in Endpoint::all() {
        if sample(endpoint, &scene.open).is_some() {
            // This test covers queries; another test covers the routes with a body.
            continue;
        }
        let route = endpoint.route();
        let before = scene.refusals(endpoint).await;
        tried.of_route = 0;
        scene
            .refused(endpoint, "?zz=1", None, ("unknown_field", "zz"), &mut tried)
            .await;
        // The body of an upload is a file, whatever it has in it.
        if endpoint != Endpoint::STORE_UPLOAD {
            scene
                .refused(
                    endpoint,
                    needed_query(endpoint),
                    Some(r#"{"reason":"x"}"#),
                    ("unknown_field", "reason"),
                    &mut tried,
                )
                .await;
        }
        let parameters =
            scene.document["paths"][route.path][route.method.to_lowercase()]["parameters"]
                .as_array()
                .cloned();
        for parameter in parameters
            .unwrap_or_default()
            .iter()
            .filter(|parameter| parameter["in"] == "query")
        {
            let name = parameter["name"].as_str().unwrap();
            let misspelled = format!("{}_", &name[..name.len() - 1]);
            scene
                .refused(
                    endpoint,
                    &format!("?{misspelled}=1"),
                    None,
                    ("unknown_field", &misspelled),
                    &mut tried,
                )
                .await;
            scene
                .refused(
                    endpoint,
                    &format!("?{name}=1&{name}=1"),
                    None,
                    ("invalid_field", name),
                    &mut tried,
                )
                .await;
            if !parameter["schema"].to_string().contains("\"string\"") {
                scene
                    .refused(
                        endpoint,
                        &format!("?{name}=null"),
                        None,
                        ("invalid_field", name),
                        &mut tried,
                    )
                    .await;
                scene
                    .refused(
                        endpoint,
                        &format!("?{name}="),
                        None,
                        ("invalid_field", name),
                        &mut tried,
                    )
                    .await;
            }
        }
        assert_eq!(
            scene.refusals(endpoint).await,
            before + tried.of_route,
            "{endpoint:?}: each refusal leaves one row"
        );
    }
    assert!(
        tried.cases > 70,
        "the matrix has shrunk to {} cases",
        tried.cases
    );
    // Clients send an empty object with this request. The object is accepted, because it has no
    // field that could be ignored.
    let answer = scene.call(Endpoint::REDACT_MESSAGE, "", Some("{}")).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
}
