//! Tests what admins see and decide about people who are gone from the platform.

use serde_json::json;

use crate::test_server::{TestServer, ada, carl, grace, katherine};

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_who_is_gone_and_erases_or_keeps_each() {
    let server = TestServer::start().await;
    server.ticket(ada()).await;
    for person in [ada(), carl()] {
        server.get(person, "/v1/me").await.expect(200);
        let propose = "insert into erasure_proposals (person_id, gone_since, proposed_at) values ($1, now(), now())";
        let id = person.id.uuid();
        server.database.execute(propose, &[&id]).await.unwrap();
    }
    let hold = "insert into legal_holds (id, person_id, reason, set_at) values (gen_random_uuid(), $1, 'A lawsuit', now())";
    let id = ada().id.uuid();
    server.database.execute(hold, &[&id]).await.unwrap();

    let refused = server.get(grace(), "/v1/erasures").await;
    assert_eq!(refused.refused(403), "forbidden");
    let view = server.get(katherine(), "/v1/erasures").await.expect(200);
    assert_eq!(view["withheld"], 0);
    let of = |person: helpline_core::ids::UserId| {
        let all = view["proposals"].as_array().unwrap();
        let one = all.iter().find(|one| one["person"] == person.to_string());
        one.unwrap().clone()
    };
    let (held, free) = (of(ada().id), of(carl().id));
    assert_eq!((&held["held"], &held["tickets"]), (&json!(true), &json!(1)));
    assert_eq!(
        (&free["held"], &free["tickets"]),
        (&json!(false), &json!(0))
    );
    let listed = server
        .access_rows_when(Some(katherine().id), "erasures_listed", 1)
        .await;
    assert_eq!(listed.len(), 1);
    let found = "select detail -> 'found' ? $1 from access_log where action = 'erasures_listed'";
    let id = carl().id.to_string();
    let found = server.database.query_one(found, &[&id]).await.unwrap();
    assert!(found.get::<_, bool>(0), "the log says who was shown");

    let decide = async |who, person: helpline_core::ids::UserId, erase: bool| {
        let path = format!("/v1/erasures/{person}");
        server
            .call(who, "PUT", &path, Some(json!({"erase": erase})))
            .await
    };
    let refused = decide(grace(), carl().id, true).await;
    assert_eq!(refused.refused(403), "forbidden");
    let refused = decide(katherine(), grace().id, true).await;
    assert_eq!(
        (refused.refused(404), refused.json()["title"].as_str()),
        (
            "not_found".to_owned(),
            Some("no erasure of this person is proposed")
        )
    );
    let refused = decide(katherine(), ada().id, true).await;
    assert_eq!(refused.refused(409), "legal_hold");
    assert_eq!(decide(katherine(), carl().id, true).await.status, 204);
    assert_eq!(decide(katherine(), ada().id, false).await.status, 204);
    let gone = "select count(*) from people where id = $1";
    let id = carl().id.uuid();
    let gone = server.database.query_one(gone, &[&id]).await.unwrap();
    assert_eq!(gone.get::<_, i64>(0), 0);
    for action in ["person_erased", "person_erasure_refused"] {
        let rows = server
            .access_rows_when(Some(katherine().id), action, 1)
            .await;
        assert_eq!(rows.len(), 1, "{action}");
    }
    let view = server.get(katherine(), "/v1/erasures").await.expect(200);
    assert_eq!(view["proposals"], json!([]));
}
