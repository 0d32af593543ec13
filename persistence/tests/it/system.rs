//! Tests that background work changes tickets as the actor `system`, and that no one else can.

use helpline_core::actor::ActorType;
use helpline_core::cause::Cause;
use helpline_core::reject::RejectCode;
use helpline_core::ticket::Priority;
use helpline_persistence::tickets::{self, Patch};
use helpline_persistence::{By, Within};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::test_db::{PASSWORD, TestDb, cluster, connect, refusal};

const URGENT: Patch = Patch {
    status: None,
    priority: Some(Priority::Urgent),
    category: None,
    assigned_to: None,
    if_assigned_to: None,
};

async fn refused(client: &Client, sql: &str) -> String {
    let error = client.batch_execute(sql).await.unwrap_err();
    let error = error.as_db_error().expect("the database refuses it");
    error.message().to_owned()
}

#[tokio::test]
async fn the_system_changes_tickets_and_its_events_have_their_cause() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let cause = Cause::following(None, "escalate", Uuid::now_v7()).unwrap();
    let mut transaction = db.store.begin().await.unwrap();
    // A person's change in the same transaction leaves claims, under which the system must not act.
    let calm = Patch {
        priority: Some(Priority::Low),
        ..URGENT
    };
    tickets::change(&mut transaction, &db.caller(db.agent), ticket, calm)
        .await
        .unwrap();
    transaction.set_cause(Some(&cause)).await.unwrap();
    tickets::change(&mut transaction, By::System, ticket, URGENT)
        .await
        .unwrap();
    transaction.set_cause(None).await.unwrap();
    let medium = Patch {
        priority: Some(Priority::Medium),
        ..URGENT
    };
    tickets::change(&mut transaction, By::System, ticket, medium)
        .await
        .unwrap();
    let written = transaction.commit().await.unwrap();
    let actors: Vec<_> = written
        .iter()
        .map(|row| (row.actor, row.actor_type, row.new_value.as_deref()))
        .collect();
    assert_eq!(
        actors,
        [
            (Some(db.agent), ActorType::Admin, Some("low")),
            (None, ActorType::System, Some("urgent")),
            (None, ActorType::System, Some("medium")),
        ]
    );
    let causes = "select array_agg(coalesce(metadata::text, '') order by seq desc) from support_ticket_activity where kind = 'priority_changed'";
    let causes: Vec<String> = db.ask(causes).await;
    assert_eq!(causes[0], "{}");
    let metadata = serde_json::from_str(&causes[1]).unwrap();
    assert_eq!(Cause::of_metadata(&metadata), Some(cause));
    assert_eq!(causes[2], "{}");
    // Without a transaction of the caller.
    let rows = tickets::change(Within::Own(&db.store), By::System, ticket, URGENT)
        .await
        .unwrap();
    assert_eq!(rows[0].actor_type, ActorType::System);
}

#[tokio::test]
async fn only_the_services_role_without_claims_acts_as_the_system() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let change = format!(
        "select helpline.support_change_ticket('{ticket}', null, 'urgent', null, false, null); \
         select helpline.support_change_seen_ticket('{ticket}', null, 'urgent', null, false, null, false, null)"
    );
    let seen = format!(
        "select helpline.support_change_seen_ticket('{ticket}', null, 'urgent', null, false, null, false, null)"
    );
    let url = cluster()
        .await
        .url_for("helpline_service", PASSWORD, &db.database);
    for role in ["helpline_customer", "helpline_staff"] {
        // A gateway that has forgotten the person's claims.
        let client = connect(&url).await;
        client
            .batch_execute(&format!("set role {role}"))
            .await
            .unwrap();
        assert_eq!(
            refused(&client, &change).await,
            "not_authenticated",
            "{role}"
        );
        assert_eq!(refused(&client, &seen).await, "not_authenticated", "{role}");
        // A setting that pretends to be the role.
        client
            .batch_execute(
                "set helpline.role = 'helpline_service'; set session_authorization = default",
            )
            .await
            .unwrap();
        client
            .batch_execute(&format!("set role {role}"))
            .await
            .unwrap();
        assert_eq!(refused(&client, &seen).await, "not_authenticated", "{role}");
    }
    // The login itself, which has not taken the service's role on.
    let client = connect(&url).await;
    assert_eq!(refused(&client, &seen).await, "not_authenticated");
    // A login of a platform that may execute the function.
    db.sql(
        "create role platform_staff login password 'secret'; grant usage on schema helpline to platform_staff; \
         grant execute on function helpline.support_change_seen_ticket to platform_staff",
    )
    .await;
    let platform = cluster()
        .await
        .url_for("platform_staff", "secret", &db.database);
    let client = connect(&platform).await;
    assert_eq!(refused(&client, &seen).await, "not_authenticated");
    let denied = refused(&client, "set role helpline_service").await;
    assert!(denied.contains("permission denied"), "{denied}");
    drop(client);
    db.sql("drop owned by platform_staff; drop role platform_staff")
        .await;

    // Claims of a person make the session that person, also under the service's role.
    let client = connect(&url).await;
    let stranger = db.stranger;
    client
        .batch_execute(&format!(
            "set role helpline_service; set request.jwt.claims = '{{\"sub\": \"{stranger}\"}}'"
        ))
        .await
        .unwrap();
    assert_eq!(refused(&client, &seen).await, "not_found");
    client
        .batch_execute(
            "set request.jwt.claims = '{\"sub\": \"00000000-0000-4000-8000-000000000000\"}'",
        )
        .await
        .unwrap();
    assert_eq!(refused(&client, &seen).await, "not_found");
    client
        .batch_execute("set request.jwt.claims = ''")
        .await
        .unwrap();
    client.batch_execute(&seen).await.unwrap();
}

#[tokio::test]
async fn the_system_is_no_admin() {
    let db = TestDb::open().await;
    db.sql("grant execute on function helpline.schedules_pause(text, boolean) to helpline_service")
        .await;
    let url = cluster()
        .await
        .url_for("helpline_service", PASSWORD, &db.database);
    let client = connect(&url).await;
    client
        .batch_execute("set role helpline_service")
        .await
        .unwrap();
    let denied = refused(&client, "select helpline.consumers_pause('a', true)").await;
    assert!(denied.contains("permission denied"), "{denied}");
    // Even a function that it may execute by mistake does not take it for an admin.
    let denied = refused(&client, "select helpline.schedules_pause('a', true)").await;
    assert_eq!(denied, "forbidden");
    // A person's rights stay those of the person.
    let mut transaction = db.store.begin().await.unwrap();
    let ticket = db.ticket().await;
    let refused = tickets::change(&mut transaction, &db.caller(db.stranger), ticket, URGENT).await;
    assert_eq!(refusal(refused), RejectCode::NotFound);
}
