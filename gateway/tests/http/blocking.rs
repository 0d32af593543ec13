//! Tests what admins can do: see which staff are online, find staff by part of a name or address,
//! and block people.

use helpline_gateway::dev::people::DemoPerson;
use serde_json::{Value, json};

use crate::test_server::{TestServer, ada, alan, carl, grace, katherine};

async fn set_blocked(
    server: &TestServer,
    by: &DemoPerson,
    who: &DemoPerson,
    blocked: bool,
) -> crate::test_server::Answer {
    let path = format!("/v1/people/{}/blocked", who.id);
    let change = json!({"blocked": blocked});
    server.call(by, "PUT", &path, Some(change)).await
}

fn of<'a>(roles: &'a Value, who: &DemoPerson) -> &'a Value {
    let mut all = roles.as_array().unwrap().iter();
    all.find(|role| role["user_id"] == json!(who.id)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_blocks_a_person_and_lets_them_in_again() {
    let server = TestServer::start().await;
    for person in [ada(), grace()] {
        server.get(person, "/v1/me").await.expect(200);
    }
    for person in [ada(), grace()] {
        set_blocked(&server, katherine(), person, true)
            .await
            .expect(204);
        // Blocking the same person again changes nothing.
        set_blocked(&server, katherine(), person, true)
            .await
            .expect(204);
        assert_eq!(server.get(person, "/v1/me").await.refused(403), "blocked");
    }
    let roles = server.get(katherine(), "/v1/roles").await.expect(200);
    assert_eq!(of(&roles, grace())["blocked"], true);
    assert_eq!(
        of(&roles, grace())["role"],
        "support_agent",
        "the role stays"
    );
    let path = format!("/v1/people?email={}", ada().email);
    let found = server.get(katherine(), &path).await.expect(200);
    assert_eq!(found[0]["blocked"], true);
    let panel = format!("/v1/people/{}", ada().id);
    let shown = server.get(katherine(), &panel).await.expect(200);
    assert_eq!(shown["blocked"], true);
    for person in [ada(), grace()] {
        for _ in 0..2 {
            set_blocked(&server, katherine(), person, false)
                .await
                .expect(204);
        }
        server.get(person, "/v1/me").await.expect(200);
    }
    let me = server.get(grace(), "/v1/me").await.expect(200);
    assert_eq!(me["role"], "support_agent");
    for action in ["person_blocked", "person_unblocked"] {
        let by = katherine().id;
        let rows = server.access_rows(Some(by), action).await;
        assert_eq!(rows.len(), 2, "{action}: one row for each change");
    }
    let answer = server.get(katherine(), "/v1/access-log/actions").await;
    let listed = answer.expect(200).to_string();
    for action in [
        "person_blocked",
        "person_unblocked",
        "person_block_refused",
        "system_read",
    ] {
        assert!(listed.contains(action), "{action}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_one_blocks_themselves_and_an_admin_stays() {
    let server = TestServer::start().await;
    server.get(alan(), "/v1/me").await.expect(200);
    let refused = set_blocked(&server, katherine(), katherine(), true).await;
    assert_eq!(refused.refused(409), "conflict");
    let rows = server
        .access_rows(Some(katherine().id), "person_block_refused")
        .await;
    assert_eq!(rows[0].0.as_deref(), Some("conflict"));
    // Admins may unblock themselves. A signed-in admin is not blocked, so this changes nothing.
    set_blocked(&server, katherine(), katherine(), false)
        .await
        .expect(204);

    // Even a database administrator cannot block the last unblocked admin with plain SQL.
    let admin = "insert into user_roles (user_id, role) values ($1, 'admin')";
    let alan_id = alan().id.uuid();
    server.database.execute(admin, &[&alan_id]).await.unwrap();
    let block = "select helpline.support_set_blocked($1, true)";
    server.database.execute(block, &[&alan_id]).await.unwrap();
    let last = server
        .database
        .execute(block, &[&katherine().id.uuid()])
        .await
        .unwrap_err();
    let code = last.as_db_error().unwrap().message();
    assert_eq!(code, "conflict");
    server.get(katherine(), "/v1/roles").await.expect(200);

    let missing = DemoPerson {
        id: helpline_core::ids::UserId::new(uuid::Uuid::now_v7()),
        ..*carl()
    };
    let refused = set_blocked(&server, katherine(), &missing, true).await;
    assert_eq!(refused.refused(404), "not_found");
    for (who, code) in [(grace(), "forbidden"), (ada(), "forbidden")] {
        let refused = set_blocked(&server, who, carl(), true).await;
        assert_eq!(refused.refused(403), code, "{}", who.name);
    }
    server.get(carl(), "/v1/me").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_blocked_where_the_platform_manages_roles() {
    let page = "https://platform.example/team";
    let server = TestServer::start_with(&["--roles-managed-at", page]).await;
    server.get(carl(), "/v1/me").await.expect(200);
    set_blocked(&server, katherine(), carl(), true)
        .await
        .expect(204);
    assert_eq!(server.get(carl(), "/v1/me").await.refused(403), "blocked");
    let config = server.get(katherine(), "/v1/config").await.expect(200);
    let features = config["features"].as_array().unwrap();
    assert!(features.contains(&json!("block_people")), "{features:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_see_who_is_online_and_find_staff_by_a_part_of_name_or_address() {
    let server = TestServer::start().await;
    for person in [grace(), alan()] {
        server.get(person, "/v1/me").await.expect(200);
    }
    let away = "update people set last_seen_at = now() - interval '91 seconds' where id = $1";
    let id = alan().id.uuid();
    assert_eq!(server.database.execute(away, &[&id]).await.unwrap(), 1);
    let roles = server.get(katherine(), "/v1/roles").await.expect(200);
    assert_eq!(of(&roles, grace())["online"], true);
    assert_eq!(of(&roles, alan())["online"], false);
    set_blocked(&server, katherine(), grace(), true)
        .await
        .expect(204);
    let roles = server.get(katherine(), "/v1/roles").await.expect(200);
    assert_eq!(of(&roles, grace())["online"], false, "blocked");
    let agents = server.get(katherine(), "/v1/agents").await.expect(200);
    assert!(!agents.to_string().contains("online"), "{agents}");

    let found = async |query: &str| {
        let path = format!("/v1/roles?query={query}");
        let roles = server.get(katherine(), &path).await.expect(200);
        let roles = roles.as_array().unwrap().clone();
        roles
            .iter()
            .map(|role| role["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("HOPP").await, ["Grace Hopper"]);
    assert_eq!(found("%20grace@%20").await, ["Grace Hopper"]);
    assert_eq!(found("%25").await, Vec::<String>::new(), "no pattern");
    assert!(found("e").await.len() > 1);
    for query in ["", "%20", &"a".repeat(101)] {
        let path = format!("/v1/roles?query={query}");
        let refused = server.get(katherine(), &path).await.expect(422);
        let title = refused["title"].as_str().unwrap();
        assert!(title.starts_with("query: "), "{refused}");
    }
}
