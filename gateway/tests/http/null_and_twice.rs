//! Checks that a `null` with a meaning is applied and not ignored. Duplicate names in free-form
//! objects and duplicate headers must be refused.

use serde_json::{Value, json};

use crate::endpoints::Endpoint;
use crate::field_samples::{Scene, Tried};
use crate::test_server::{ada, grace, katherine};

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
    // A customer cannot unassign a ticket.
    assert_eq!(
        scene
            .server
            .call(ada(), "PATCH", &path, Some(json!({"assigned_to": null})))
            .await
            .refused(403),
        "forbidden"
    );
    // `null` also has a meaning in a rating's comment and in the value of a setting.
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
    let mut tried = Tried::nothing(&scene).await;
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
