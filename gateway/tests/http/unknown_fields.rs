//! Every route × every field of its body and its query: one too many, misspelled, `null`, twice, of another type. All of it is refused at the
//! field, leaves its row in the audit trail, and changes nothing. The rows come from the gateway's routes and `/openapi.json`: a route or a field
//! without a sample here fails.

use helpline_core::ids::UserId;
use helpline_gateway::dev::people::DemoPerson;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::endpoints::Endpoint;
use crate::test_server::{Answer, TestServer, ada, carl, grace, katherine};

/// Where `null` means something, by route and field.
const NULL_MEANS: [(Endpoint, &str); 4] = [
    (Endpoint::PATCH_TICKET, "assigned_to"),
    (Endpoint::BULK_PATCH, "patch.assigned_to"),
    (Endpoint::RATE_TICKET, "satisfaction_comment"),
    (Endpoint::SET_SETTING, "value"),
];

/// What belongs to the client: any field may stand there.
const FREE_FORM: [&str; 1] = ["metadata"];

/// The body of a good request with every field that it may have; none: the route takes no body.
fn sample(endpoint: Endpoint, ticket: &str) -> Option<Value> {
    let attachments = json!([{"id": Uuid::new_v4(), "name": "a.pdf", "content_type": "application/pdf", "size_bytes": 7}]);
    let patch = json!({"status": "in_progress", "priority": "high", "category": "billing", "assigned_to": "me"});
    let day = json!([["09:00", "17:00"]]);
    let days =
        json!({"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": day, "sun": day});
    match endpoint {
        Endpoint::CREATE_TICKET => Some(json!({
            "subject": "S", "category": "general", "priority": "high", "description": "D", "attachments": attachments, "metadata": {"k": null},
        })),
        Endpoint::PATCH_TICKET => Some(patch),
        Endpoint::RATE_TICKET => {
            Some(json!({"satisfaction_rating": 4, "satisfaction_comment": "quick"}))
        }
        Endpoint::POST_MESSAGE => Some(
            json!({"body": "B", "internal": true, "is_internal": true, "attachments": attachments, "based_on": 100}),
        ),
        Endpoint::EDIT_MESSAGE => Some(json!({"body": "Another"})),
        Endpoint::GRANT_ROLE => Some(json!({"role": "support_agent"})),
        Endpoint::BULK_PATCH => Some(json!({"tickets": [ticket], "patch": patch})),
        Endpoint::SET_SETTING => {
            Some(json!({"value": {"timezone": "Europe/Vienna", "days": days}}))
        }
        Endpoint::SAVE_REPLY => Some(json!({"shortcut": "hi", "title": "Hi", "body": "Hello"})),
        Endpoint::ME
        | Endpoint::OWN_UNREAD
        | Endpoint::LIST_TICKETS
        | Endpoint::GET_TICKET
        | Endpoint::LIST_ACTIVITY
        | Endpoint::LIST_MESSAGES
        | Endpoint::REDACT_MESSAGE
        | Endpoint::STATS
        | Endpoint::LIST_AGENTS
        | Endpoint::LIST_ROLES
        | Endpoint::REVOKE_ROLE
        | Endpoint::CONFIG
        | Endpoint::AVAILABILITY
        | Endpoint::COUNT_TICKETS
        | Endpoint::GET_PERSON
        | Endpoint::LIST_SETTINGS
        | Endpoint::LIST_REPLIES
        | Endpoint::REMOVE_REPLY => None,
        other => panic!("{other:?} has no sample"),
    }
}

/// Who may do it.
fn person(endpoint: Endpoint) -> &'static DemoPerson {
    match endpoint {
        Endpoint::RATE_TICKET | Endpoint::CREATE_TICKET => ada(),
        Endpoint::SET_SETTING
        | Endpoint::SAVE_REPLY
        | Endpoint::REMOVE_REPLY
        | Endpoint::GRANT_ROLE
        | Endpoint::REVOKE_ROLE => katherine(),
        Endpoint::LIST_SETTINGS | Endpoint::LIST_ROLES => katherine(),
        _ => grace(),
    }
}

/// A desk with one ticket that can be changed, one that can be rated, and a message of the agent's.
struct Scene {
    server: TestServer,
    open: String,
    over: String,
    message: String,
    document: Value,
}

impl Scene {
    async fn start() -> Self {
        let server =
            TestServer::start_with(&["--requests-per-second", "5000", "--requests-burst", "5000"])
                .await;
        let (open, over) = (server.ticket(ada()).await, server.ticket(ada()).await);
        let message = server.message(grace(), &open, "Mine").await;
        server
            .call(
                ada(),
                "PATCH",
                &format!("/v1/tickets/{over}"),
                Some(json!({"status": "closed"})),
            )
            .await
            .expect(200);
        let document = server.get(ada(), "/openapi.json").await.expect(200);
        Self {
            server,
            open,
            over,
            message,
            document,
        }
    }

    fn path(&self, endpoint: Endpoint) -> String {
        let ticket = if endpoint == Endpoint::RATE_TICKET {
            &self.over
        } else {
            &self.open
        };
        let path = endpoint
            .route()
            .path
            .replace("{ticket}", ticket)
            .replace("{message}", &self.message);
        path.replace("{user}", &carl().id.to_string())
            .replace("{reply}", &carl().id.to_string())
            .replace("{name}", "opening_hours")
    }

    async fn call(&self, endpoint: Endpoint, query: &str, body: Option<&str>) -> Answer {
        let path = format!("{}{query}", self.path(endpoint));
        let mut request = self.server.request(endpoint.route().method, &path);
        request = request.header(
            "authorization",
            format!("Bearer {}", self.server.token(person(endpoint))),
        );
        request = request.header("idempotency-key", Uuid::new_v4().to_string());
        let Some(body) = body else {
            return self.server.send(request.body(Vec::new()).unwrap()).await;
        };
        self.server
            .send(
                request
                    .header("content-type", "application/json")
                    .body(body.as_bytes().to_vec())
                    .unwrap(),
            )
            .await
    }

    /// Everything that a request could change.
    async fn state(&self) -> String {
        let sql = "select md5(concat(
            (select json_agg(t order by id) from support_tickets t), (select json_agg(t order by id) from support_messages t),
            (select json_agg(t order by ticket_id, seq) from support_ticket_activity t), (select json_agg(t order by user_id) from user_roles t),
            (select json_agg(t order by name) from support_settings t), (select json_agg(t order by id) from support_saved_replies t)))";
        self.server
            .database
            .query_one(sql, &[])
            .await
            .unwrap()
            .get(0)
    }

    async fn refusals(&self, endpoint: Endpoint) -> usize {
        let user: Option<UserId> = if matches!(endpoint, Endpoint::CONFIG | Endpoint::AVAILABILITY)
        {
            None
        } else {
            Some(person(endpoint).id)
        };
        self.server
            .access_rows(user, endpoint.route().refused)
            .await
            .len()
    }

    /// A request that must be refused with this code at this field.
    async fn refused(
        &self,
        endpoint: Endpoint,
        query: &str,
        body: Option<&str>,
        (code, field): (&str, &str),
        tried: &mut Tried,
    ) {
        let case = format!("{endpoint:?}{query} {}", body.unwrap_or(""));
        let answer = self.call(endpoint, query, body).await;
        assert_eq!(answer.status, 422, "{case}: {}", answer.text());
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{case}: {problem}");
        assert!(
            problem["title"]
                .as_str()
                .unwrap()
                .starts_with(&format!("{field}: ")),
            "{case}: {problem}, not at {field}"
        );
        assert_eq!(self.state().await, tried.state, "{case} changed something");
        tried.cases += 1;
        tried.of_route += 1;
    }
}

struct Tried {
    state: String,
    cases: usize,
    of_route: usize,
}

/// The places of all objects in a body: as the path in an answer's words, and as the way to it.
fn objects(value: &Value, path: &str, pointer: &str, found: &mut Vec<(String, String)>) {
    let inside = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        Value::Object(fields) => {
            found.push((path.to_owned(), pointer.to_owned()));
            for (name, inner) in fields
                .iter()
                .filter(|(name, _)| !FREE_FORM.contains(&name.as_str()))
            {
                objects(inner, &inside(name), &format!("{pointer}/{name}"), found);
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

/// The same body with one object changed.
fn changed(
    body: &Value,
    pointer: &str,
    change: impl FnOnce(&mut serde_json::Map<String, Value>),
) -> Value {
    let mut body = body.clone();
    change(body.pointer_mut(pointer).unwrap().as_object_mut().unwrap());
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_every_body_is_known_given_once_and_no_null() {
    let scene = Scene::start().await;
    let mut tried = Tried {
        state: scene.state().await,
        cases: 0,
        of_route: 0,
    };
    for endpoint in Endpoint::all() {
        let Some(body) = sample(endpoint, &scene.open) else {
            continue;
        };
        let before = scene.refusals(endpoint).await;
        tried.of_route = 0;
        let mut places = Vec::new();
        objects(&body, "", "", &mut places);
        for (path, pointer) in &places {
            let at = |name: &str| {
                if path.is_empty() {
                    name.to_owned()
                } else {
                    format!("{path}.{name}")
                }
            };
            let extra = changed(&body, pointer, |fields| {
                drop(fields.insert("zz".to_owned(), json!(true)))
            });
            scene
                .refused(
                    endpoint,
                    "",
                    Some(&extra.to_string()),
                    ("unknown_field", &at("zz")),
                    &mut tried,
                )
                .await;
            for name in body.pointer(pointer).unwrap().as_object().unwrap().keys() {
                let misspelled = format!("{}_", &name[..name.len() - 1]);
                let wrong = changed(&body, pointer, |fields| {
                    let value = fields.remove(name).unwrap();
                    fields.insert(misspelled.clone(), value);
                });
                scene
                    .refused(
                        endpoint,
                        "",
                        Some(&wrong.to_string()),
                        ("unknown_field", &at(&misspelled)),
                        &mut tried,
                    )
                    .await;
                if !NULL_MEANS.contains(&(endpoint, &at(name))) {
                    let null = changed(&body, pointer, |fields| {
                        drop(fields.insert(name.clone(), Value::Null))
                    });
                    scene
                        .refused(
                            endpoint,
                            "",
                            Some(&null.to_string()),
                            ("invalid_field", &at(name)),
                            &mut tried,
                        )
                        .await;
                }
                // Of another type, and twice: JSON text, for no map holds a name twice.
                let other = changed(&body, pointer, |fields| {
                    drop(fields.insert(name.clone(), json!(-1.5)))
                });
                scene
                    .refused(
                        endpoint,
                        "",
                        Some(&other.to_string()),
                        ("invalid_field", &at(name)),
                        &mut tried,
                    )
                    .await;
                let marked = changed(&body, pointer, |fields| {
                    drop(fields.insert("zz".to_owned(), fields[name].clone()))
                });
                let twice = marked
                    .to_string()
                    .replacen("\"zz\":", &format!("\"{name}\":"), 1);
                scene
                    .refused(
                        endpoint,
                        "",
                        Some(&twice),
                        ("invalid_field", &at(name)),
                        &mut tried,
                    )
                    .await;
            }
        }
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
    // And each sample as it stands is taken: nothing above was refused for another reason.
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
            "{endpoint:?}: a body is described exactly when one is taken"
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

/// The value has every field that the schema names; the schema forbids others, and `null` where it means nothing.
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
    let mut tried = Tried {
        state: scene.state().await,
        cases: 0,
        of_route: 0,
    };
    for endpoint in Endpoint::all() {
        if sample(endpoint, &scene.open).is_some() {
            // The address is tried with the bodies.
            continue;
        }
        let route = endpoint.route();
        let before = scene.refusals(endpoint).await;
        tried.of_route = 0;
        scene
            .refused(endpoint, "?zz=1", None, ("unknown_field", "zz"), &mut tried)
            .await;
        scene
            .refused(
                endpoint,
                "",
                Some(r#"{"reason":"x"}"#),
                ("unknown_field", "reason"),
                &mut tried,
            )
            .await;
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
    // An empty object has no field that could be dropped; clients send it along.
    let answer = scene.call(Endpoint::REDACT_MESSAGE, "", Some("{}")).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn null_unassigns_and_is_not_skipped() {
    let scene = Scene::start().await;
    let path = format!("/v1/tickets/{}", scene.open);
    let change = async |body: Value| scene.server.call(grace(), "PATCH", &path, Some(body)).await;
    for unassign in [
        json!({"assigned_to": null, "priority": "high"}),
        json!({"assigned_to": null}),
        json!({"assigned_to": "nobody"}),
    ] {
        assert_eq!(
            change(json!({"assigned_to": "me"})).await.expect(200)["assigned_to"]["id"],
            grace().id.to_string()
        );
        assert_eq!(
            change(unassign.clone()).await.expect(200)["assigned_to"],
            Value::Null,
            "{unassign}"
        );
    }
    let bulk = async |patch: Value| {
        let body = json!({"tickets": [scene.open], "patch": patch});
        scene
            .server
            .call(grace(), "POST", "/v1/tickets/bulk", Some(body))
            .await
            .expect(200)
    };
    assert_eq!(
        bulk(json!({"assigned_to": "me"})).await["results"][0]["ok"],
        true
    );
    assert_eq!(
        bulk(json!({"assigned_to": null})).await["results"][0]["ok"],
        true
    );
    assert_eq!(
        scene.server.get(grace(), &path).await.expect(200)["assigned_to"],
        Value::Null
    );
    // A customer cannot assign, not even so.
    assert_eq!(
        scene
            .server
            .call(ada(), "PATCH", &path, Some(json!({"assigned_to": null})))
            .await
            .refused(403),
        "forbidden"
    );
    // The two other places where null means something.
    let rated = json!({"satisfaction_rating": 2, "satisfaction_comment": null});
    let rated = scene
        .server
        .call(
            ada(),
            "PUT",
            &format!("/v1/tickets/{}/rating", scene.over),
            Some(rated),
        )
        .await
        .expect(200);
    assert_eq!(
        rated["rating"],
        json!({"satisfaction_rating": 2, "satisfaction_comment": null})
    );
    let set = async |value: Value| {
        scene
            .server
            .call(
                katherine(),
                "PUT",
                "/v1/settings/away_notice",
                Some(json!({"value": value})),
            )
            .await
    };
    assert_eq!(
        set(json!("Back soon.")).await.expect(200)["away_notice"],
        "Back soon."
    );
    assert_eq!(
        set(Value::Null).await.expect(200)["away_notice"],
        Value::Null
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_twice_in_free_form_or_in_headers_is_refused() {
    let scene = Scene::start().await;
    let new = |metadata: &str| {
        format!(r#"{{"subject":"S","category":"general","description":"D","metadata":{metadata}}}"#)
    };
    let mut tried = Tried {
        state: scene.state().await,
        cases: 0,
        of_route: 0,
    };
    for (metadata, field) in [
        (r#"{"a":1,"a":2}"#, "metadata.a"),
        (r#"{"a":[{"b":1,"b":2}]}"#, "metadata.a[0].b"),
    ] {
        scene
            .refused(
                Endpoint::CREATE_TICKET,
                "",
                Some(&new(metadata)),
                ("invalid_field", field),
                &mut tried,
            )
            .await;
    }
    let twice = scene.server.request("POST", "/v1/tickets").header(
        "authorization",
        format!("Bearer {}", scene.server.token(ada())),
    );
    let twice = twice
        .header("idempotency-key", "one")
        .header("idempotency-key", "two")
        .header("content-type", "application/json");
    assert_eq!(
        scene
            .server
            .send(twice.body(new("{}").into_bytes()).unwrap())
            .await
            .refused(422),
        "invalid_field"
    );
    assert_eq!(scene.state().await, tried.state);
}
