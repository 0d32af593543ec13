//! Tests a desk whose roles the embedding platform manages. REST then only lists roles, and the
//! refusal of a change names the platform's web page on which roles are changed.

use serde_json::json;

use crate::test_server::{TestServer, ada, carl, grace, katherine};

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_the_platform_manages_are_read_here_and_changed_there() {
    let page = "https://platform.example/team";
    let server = TestServer::start_with(&["--roles-managed-at", page]).await;
    let config = server.get(ada(), "/v1/config").await.expect(200);
    assert_eq!(config["roles_managed_at"], page);
    assert_eq!(config["roles_managed"], true);
    let roles = server.get(katherine(), "/v1/roles").await.expect(200);
    let path = |id| format!("/v1/roles/{id}");
    let grant = json!({"role": "support_agent"});
    for (method, who, body) in [
        ("PUT", carl().id, Some(grant.clone())),
        ("PUT", grace().id, Some(grant.clone())),
        ("DELETE", grace().id, None),
    ] {
        let refused = server.call(katherine(), method, &path(who), body).await;
        assert_eq!(refused.refused(403), "roles_managed", "{method}");
    }
    for (action, count) in [("role_grant_refused", 2), ("role_revoke_refused", 1)] {
        let rows = server
            .access_rows_when(Some(katherine().id), action, count)
            .await;
        assert_eq!(rows.len(), count, "{action}");
        assert_eq!(rows[0].0.as_deref(), Some("roles_managed"));
    }
    // A caller who may not grant roles gets the usual refusal, which does not mention managed
    // roles.
    let refused = server
        .call(grace(), "PUT", &path(carl().id), Some(grant))
        .await;
    assert_eq!(refused.refused(403), "forbidden");
    let still = server.get(katherine(), "/v1/roles").await.expect(200);
    assert_eq!(still, roles);

    // The platform can still change roles with its own SQL.
    let sql = "insert into user_roles (user_id, role) values ($1, 'support_agent')";
    server
        .database
        .execute(sql, &[&carl().id.uuid()])
        .await
        .unwrap();
    let roles = server.get(katherine(), "/v1/roles").await.expect(200);
    assert!(roles.to_string().contains(&carl().id.to_string()));
    server
        .get(carl(), "/v1/tickets?scope=all")
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_roles_are_managed_here() {
    let server = TestServer::start().await;
    let config = server.get(ada(), "/v1/config").await.expect(200);
    assert_eq!(config["roles_managed_at"], serde_json::Value::Null);
    assert_eq!(config["roles_managed"], false);
    let path = format!("/v1/roles/{}", carl().id);
    let grant = json!({"role": "support_agent"});
    for (method, body) in [("PUT", Some(grant)), ("DELETE", None)] {
        let answer = server.call(katherine(), method, &path, body).await;
        assert_eq!(answer.status, 204, "{method}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_told_that_a_query_of_the_platform_gives_the_roles_without_a_page_for_them() {
    let server = TestServer::start().await;
    // What `migrate --staff-from` creates.
    let query = "create function helpline.platform_staff() returns table (user_id uuid, role text) language sql stable \
                 as 'select r.user_id, r.role from helpline.user_roles r'";
    server.database.batch_execute(query).await.unwrap();
    let config = server.get(ada(), "/v1/config").await.expect(200);
    assert_eq!(config["roles_managed"], true);
    assert_eq!(config["roles_managed_at"], serde_json::Value::Null);
    let path = format!("/v1/roles/{}", carl().id);
    let grant = json!({"role": "support_agent"});
    let refused = server.call(katherine(), "PUT", &path, Some(grant)).await;
    assert_eq!(refused.refused(403), "roles_managed");
}
