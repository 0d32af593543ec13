//! Tests that every write, even by plain SQL, leaves a complete history, and that the rules in
//! database tables equal those in the Rust crate `core`.

use std::collections::BTreeSet;

use helpline_core::actor::ActorType;
use helpline_core::history::Kind;
use helpline_core::ids::TicketId;
use helpline_core::ticket::{Category, Priority, Status};
use helpline_core::transitions;
use uuid::Uuid;

use crate::test_db::{TestDb, message, stored};

#[tokio::test]
async fn plain_sql_leaves_a_row_of_every_kind() {
    let db = TestDb::open().await;
    let (agent, customer) = (db.agent, db.customer);
    let ticket = TicketId::new(Uuid::now_v7());
    let (file, note_file) = (Uuid::now_v7(), Uuid::now_v7());
    let has = |file| {
        format!(
            r#"[{{"id": "{file}", "name": "a.txt", "content_type": "text/plain", "size_bytes": 1, "state": "checking", "preview": false}}]"#
        )
    };
    let by_customer = format!(
        "('{ticket}', '{customer}', 'customer', 'x', '{}')",
        has(file)
    );
    db.sql(&format!("insert into support_tickets (id, user_id, subject) values ('{ticket}', '{customer}', 'By plain SQL')")).await;
    for statement in [
        format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body, attachments) values {by_customer}"
        ),
        format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body, is_internal, attachments) values ('{ticket}', '{agent}', 'admin', 'n', true, '{}')",
            has(note_file)
        ),
        format!(
            "insert into uploads (id, owner_id, ticket_id, is_internal, key, name, size_bytes, state, message_id, blob_key, created_at, expires_at)
             select case when is_internal then '{note_file}'::uuid else '{file}' end, sender_id, ticket_id, is_internal, 'k', 'a.txt', 1, 'stored', id,
                    'files/' || id, now(), now()
             from support_messages where ticket_id = '{ticket}'"
        ),
        "select uploads_checked(id, 'clean', null, null, null, null, null, null) from uploads".into(),
        "update support_messages set body = body || '!'".into(),
        "update support_messages set redacted_at = now()".into(),
        format!("update support_tickets set assigned_to = '{agent}'"),
        "update support_tickets set assigned_to = null, priority = 'urgent', category = 'security'"
            .into(),
        "update support_tickets set status = 'escalated'".into(),
        "update support_tickets set status = 'waiting_on_customer'".into(),
        "update support_tickets set status = 'resolved'".into(),
        "update support_tickets set satisfaction_rating = 5".into(),
        "update support_tickets set status = 'open'".into(),
        "update support_tickets set status = 'closed'".into(),
        format!("select log_ticket_activity('{ticket}', 'called', p_description => 'phoned them')"),
        "update support_tickets set archived_at = now()".into(),
    ] {
        db.sql(&statement).await;
    }
    let kinds = db.kinds(ticket).await;
    let found: BTreeSet<_> = kinds.iter().copied().collect();
    let all: BTreeSet<_> = Kind::ALL
        .iter()
        .filter(|kind| kind.is_stored())
        .map(|kind| kind.as_str())
        .collect();
    assert_eq!(found, all, "{kinds:?}");
    let rows = db.history(ticket).await;
    for row in &rows {
        assert_eq!(
            row.public_seq.is_some(),
            row.kind.is_public(),
            "{}",
            row.kind
        );
        let writer_is_known = matches!(row.kind, Kind::MessageAdded | Kind::InternalNoteAdded);
        assert_eq!(
            row.actor_type == ActorType::System,
            !writer_is_known,
            "without claims the system acts: {}",
            row.kind
        );
        assert_eq!(
            row.message.is_some(),
            row.kind.has_message(),
            "{}",
            row.kind
        );
    }
    let assigned = rows.iter().find(|row| row.kind == Kind::Assigned).unwrap();
    assert_eq!(assigned.public_new_value.as_deref(), Some("Anna"));
    db.sql("update support_tickets set updated_at = updated_at, metadata = metadata")
        .await;
    assert_eq!(
        db.history(ticket).await.len(),
        rows.len(),
        "a change that is not an event writes no row"
    );
}

#[tokio::test]
async fn a_change_under_claims_names_its_actor() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let staff = db.session("helpline_staff", db.agent).await;
    staff
        .batch_execute(
            "set helpline.address = '198.51.100.1'; set helpline.user_agent = 'platform'",
        )
        .await
        .unwrap();
    staff
        .batch_execute(
            "update support_tickets set status = 'waiting_on_customer', priority = 'low'",
        )
        .await
        .unwrap();
    staff
        .batch_execute(&format!("select log_ticket_activity('{ticket}', 'called')"))
        .await
        .unwrap();
    let rows = db.history(ticket).await;
    for row in &rows[2..] {
        assert_eq!(
            (row.actor, row.actor_type, row.actor_name.as_deref()),
            (Some(db.agent), ActorType::Admin, Some("Anna Agent"))
        );
    }
    let from = "select count(*) from support_ticket_activity where host(ip_address) = '198.51.100.1' and user_agent = 'platform'";
    assert_eq!(db.ask::<i64>(from).await, 3);
    // The trigger on `support_messages` uses the setting `helpline.movers` to tell the trigger on
    // `support_tickets` whose message changed the ticket. A client that sets `helpline.movers` must
    // not be able to act under another person's name.
    let forged = format!(
        r#"set helpline.movers = '{{"{ticket}": {{"id": "{}", "type": "customer"}}}}'"#,
        db.customer
    );
    staff.batch_execute(&forged).await.unwrap();
    staff
        .batch_execute("update support_tickets set status = 'open'")
        .await
        .unwrap();
    assert_eq!(
        db.history(ticket).await.last().unwrap().actor,
        Some(db.agent)
    );
}

#[tokio::test]
async fn messages_move_the_status_in_order_within_one_statement() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    db.sql("update support_tickets set status = 'waiting_on_customer'")
        .await;
    let (agent, customer) = (db.agent, db.customer);
    db.sql(&format!(
        "insert into support_messages (ticket_id, sender_id, sender_type, body, is_internal) values \
         ('{ticket}', '{agent}', 'admin', 'note first', true), ('{ticket}', '{customer}', 'customer', 'here', false), \
         ('{ticket}', '{customer}', 'customer', 'and here', false), ('{ticket}', '{agent}', 'admin', 'thanks', false), \
         ('{ticket}', '{customer}', 'customer', 'bye', false)"
    ))
    .await;
    let rows = db.history(ticket).await;
    let told: Vec<_> = rows[3..]
        .iter()
        .map(|row| {
            row.new_value
                .clone()
                .unwrap_or_else(|| row.message.as_ref().unwrap().body.clone())
        })
        .collect();
    assert_eq!(
        told,
        [
            "note first",
            "here",
            "waiting_on_admin",
            "and here",
            "thanks",
            "in_progress",
            "bye"
        ]
    );
    assert_eq!(rows[5].actor, Some(customer));
    assert_eq!(rows[8].actor, Some(agent));
    db.sql("update support_tickets set status = 'resolved'")
        .await;
    db.sql(&format!(
        "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{customer}', 'customer', 'not yet')"
    ))
    .await;
    let rows = db.history(ticket).await;
    assert_eq!(rows.last().unwrap().kind, Kind::Reopened);
    assert!(
        db.ask::<bool>("select resolved_at is null from support_tickets")
            .await
    );
}

#[tokio::test]
async fn the_heads_know_which_tickets_are_over_however_they_came_to_be() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let is_over = async |id: TicketId| {
        db.ask::<bool>(&format!(
            "select is_over from support_ticket_heads where ticket_id = '{id}'"
        ))
        .await
    };
    assert!(!is_over(ticket).await);
    for status in Status::ALL.iter().filter(|status| **status != Status::Open) {
        db.sql(&format!(
            "update support_tickets set status = '{status}' where id = '{ticket}'"
        ))
        .await;
        assert_eq!(is_over(ticket).await, status.is_over(), "{status}");
        assert_eq!(
            db.ask::<bool>(&format!("select support_is_over('{status}')"))
                .await,
            status.is_over(),
            "{status}"
        );
        db.sql(&format!(
            "update support_tickets set status = 'open' where id = '{ticket}'"
        ))
        .await;
        assert!(!is_over(ticket).await, "reopened from {status}");
    }
    db.sql(&format!(
        "update support_tickets set status = 'resolved' where id = '{ticket}'"
    ))
    .await;
    stored(&db.send(message(ticket, db.customer, "once more")).await);
    assert!(!is_over(ticket).await, "reopened by a message");
    db.sql(&format!("insert into support_tickets (user_id, subject, status) values ('{}', 'Imported', 'closed')", db.customer)).await;
    assert!(
        db.ask::<bool>(
            "select is_over from support_ticket_heads join support_tickets t on t.id = ticket_id where t.subject = 'Imported'"
        )
        .await
    );
}

#[tokio::test]
async fn the_tables_of_rules_are_those_of_core() {
    let db = TestDb::open().await;
    let asked = async |sql: &str| -> BTreeSet<(String, String, String)> {
        db.admin
            .query(sql, &[])
            .await
            .unwrap()
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect()
    };
    let mut by_hand = BTreeSet::new();
    let mut by_message = BTreeSet::new();
    for by in ActorType::ALL {
        for from in Status::ALL {
            let entry = |to: Status| (by.to_string(), from.to_string(), to.to_string());
            by_hand.extend(transitions::allowed(*by, *from).into_iter().map(entry));
            by_message.extend(transitions::on_message(*by, *from).map(entry));
        }
    }
    assert_eq!(
        asked("select actor_type, from_status, to_status from support_status_transitions").await,
        by_hand
    );
    assert_eq!(
        asked("select sender_type, from_status, to_status from support_message_transitions").await,
        by_message
    );
    let kinds: BTreeSet<_> = Kind::ALL
        .iter()
        .filter(|kind| kind.is_stored())
        .map(|kind| {
            (
                kind.to_string(),
                kind.is_public().to_string(),
                String::new(),
            )
        })
        .collect();
    assert_eq!(
        asked("select kind, is_public::text, '' from support_activity_kinds").await,
        kinds
    );
    // The constraints must accept every category, priority and status of the Rust crate `core`. A
    // word that only the database knows would fail when a row is read.
    for (category, priority) in Category::ALL.iter().zip(Priority::ALL.iter().cycle()) {
        for status in Status::ALL {
            let values = format!(
                "('{}', 'x', '{category}', '{priority}', '{status}')",
                db.customer
            );
            db.sql(&format!("insert into support_tickets (user_id, subject, category, priority, status) values {values}")).await;
        }
    }
}

#[tokio::test]
async fn the_millionth_ticket_keeps_its_seventh_digit_and_old_numbers_are_gone_on_behind() {
    let db = TestDb::open().await;
    let open = format!(
        "insert into support_tickets (user_id, subject) values ('{}', 'x') returning ticket_number",
        db.customer
    );
    assert_eq!(db.ask::<String>(&open).await, "TKT-000001");
    db.sql("select setval('support_ticket_numbers', 999998)")
        .await;
    assert_eq!(db.ask::<String>(&open).await, "TKT-999999");
    assert_eq!(db.ask::<String>(&open).await, "TKT-1000000");
    let carried = format!(
        "insert into support_tickets (user_id, subject, ticket_number) values ('{}', 'x', 'TKT-2000000')",
        db.customer
    );
    db.sql(&carried).await;
    assert_eq!(db.ask::<String>(&open).await, "TKT-2000001");
}

#[tokio::test]
async fn moves_that_the_table_does_not_have_are_refused_whoever_writes() {
    let db = TestDb::open().await;
    db.ticket().await;
    db.sql("update support_tickets set status = 'closed'").await;
    for status in ["in_progress", "resolved", "escalated"] {
        let error = db
            .admin
            .batch_execute(&format!("update support_tickets set status = '{status}'"))
            .await
            .unwrap_err();
        assert_eq!(
            error
                .as_db_error()
                .map(|error| (error.code().code(), error.message())),
            Some(("HL001", "invalid_move"))
        );
    }
    for column in [
        "id = gen_random_uuid()",
        "ticket_number = 'TKT-7'",
        "user_id = gen_random_uuid()",
        "created_at = now()",
    ] {
        db.admin
            .batch_execute(&format!("update support_tickets set {column}"))
            .await
            .unwrap_err();
    }
    for column in [
        "ticket_id = gen_random_uuid()",
        "sender_id = gen_random_uuid()",
        "is_internal = true",
        "created_at = now()",
    ] {
        db.admin
            .batch_execute(&format!("update support_messages set {column}"))
            .await
            .unwrap_err();
    }
}
