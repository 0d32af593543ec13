//! Tests the system status that admins see.

use serde_json::{Value, json};

use crate::test_server::{TestServer, ada, grace, katherine};

fn check<'a>(view: &'a Value, name: &str) -> &'a Value {
    let mut all = view["checks"].as_array().unwrap().iter();
    all.find(|check| check["name"] == name).unwrap()
}

fn state(view: &Value, name: &str) -> (Value, Value) {
    let check = check(view, name);
    (check["state"].clone(), check["code"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_reads_what_readiness_knows() {
    let server = TestServer::start().await;
    let view = server.get(katherine(), "/v1/system").await.expect(200);
    for (name, code) in [
        ("database", json!(null)),
        ("schema", json!(null)),
        ("migrations", json!(null)),
        ("relay", json!("in_process")),
        ("clock", json!(null)),
        ("instance", json!(null)),
    ] {
        assert_eq!(state(&view, name), (json!("ok"), code), "{name}");
    }
    assert_eq!(
        state(&view, "retention"),
        (json!("unknown"), json!("not_seen"))
    );
    assert_eq!(view["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(view["schema_found"], view["schema_expected"]);
    assert!(view["schema_found"]["generation"].as_u64().unwrap() >= 9);
    let version: String = server
        .database
        .query_one("show server_version", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(view["database_version"], version);
    assert!(view["database_mib"].as_u64().unwrap() >= 5, "{view}");
    assert!(view["clock_offset_ms"].as_f64().unwrap().abs() < 2_000.0);
    let again = server.get(katherine(), "/v1/system").await.expect(200);
    assert_eq!(again["instance"], view["instance"]);
    assert_eq!(again["started_at"], view["started_at"]);
    // The system status must contain no host name, database role or secret.
    let said = view.to_string();
    for hidden in ["127.0.0.1", "postgres", "helpline_", "secret", "password"] {
        assert!(!said.contains(hidden), "{hidden}: {said}");
    }
    let by = Some(katherine().id);
    assert_eq!(server.access_rows(by, "system_read").await.len(), 2);
    for person in [ada(), grace()] {
        let refused = server.get(person, "/v1/system").await;
        assert_eq!(refused.refused(403), "forbidden", "{}", person.name);
        let rows = server
            .access_rows(Some(person.id), "system_read_refused")
            .await;
        assert_eq!(rows.len(), 1, "{}", person.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_is_told_with_its_time() {
    let server = TestServer::start().await;
    let view = server.get(katherine(), "/v1/system").await.expect(200);
    assert_eq!(check(&view, "schema")["since"], json!(null));

    let older = "update helpline.helpline_objects set generation = generation - 1";
    assert!(server.database.execute(older, &[]).await.unwrap() > 0);
    let view = server.get(katherine(), "/v1/system").await.expect(200);
    assert_eq!(state(&view, "schema"), (json!("failing"), json!("behind")));
    assert_eq!(check(&view, "schema")["since"], view["at"]);
    let later = server.get(katherine(), "/v1/system").await.expect(200);
    assert_eq!(check(&later, "schema")["since"], view["at"], "it stays");

    let newer = "update helpline.helpline_objects set generation = generation + 1";
    server.database.execute(newer, &[]).await.unwrap();
    let one = "delete from helpline.helpline_migrations where version = (select max(version) from helpline.helpline_migrations)";
    assert_eq!(server.database.execute(one, &[]).await.unwrap(), 1);
    let view = server.get(katherine(), "/v1/system").await.expect(200);
    assert_eq!(state(&view, "schema"), (json!("ok"), json!(null)));
    assert_eq!(
        state(&view, "migrations"),
        (json!("failing"), json!("backfill_under_way"))
    );

    let retention = "insert into access_log (action) values ('tickets_archived')";
    server.database.execute(retention, &[]).await.unwrap();
    let view = server.get(katherine(), "/v1/system").await.expect(200);
    assert_eq!(state(&view, "retention"), (json!("ok"), json!(null)));
    assert!(view["retention_at"].is_string());
}
