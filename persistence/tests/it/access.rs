//! Tests the column privileges and the append-only history on raw connections, as each database
//! role. These rules must protect the data even if the gateway has a bug.

use std::collections::BTreeSet;

use helpline_core::ids::TicketId;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::test_db::TestDb;

/// The columns that the customer role should be able to read, for each table and view.
const CUSTOMER_READS: &[(&str, &str)] = &[
    (
        "support_tickets",
        "id ticket_number user_id subject category priority status assignee_name satisfaction_rating satisfaction_comment resolved_at \
         closed_at archived_at customer_email key created_at search_text",
    ),
    (
        "support_ticket_heads",
        "ticket_id public_seq public_last_activity_at waiting_since",
    ),
    (
        "support_messages",
        "id ticket_id sender_type body is_internal attachments key created_at edited_at redacted_at",
    ),
    (
        "support_ticket_activity",
        "ticket_id public_seq kind actor_type public_actor_name public_old_value public_new_value message_id created_at",
    ),
    ("support_read_positions", "ticket_id person_id public_seq"),
    ("people", "id email display_name"),
    ("user_roles", "user_id role"),
    (
        "support_history_for_customer",
        "ticket_id seq created_at kind actor_type actor_name old_value new_value message_id sender_type body attachments key \
         message_created_at edited_at redacted_at",
    ),
    (
        "support_tickets_for_customer",
        "id ticket_number subject category priority status assignee_name satisfaction_rating satisfaction_comment created_at resolved_at \
         closed_at archived_at last_activity_at seq read_seq search_text",
    ),
];
const CUSTOMER_UPDATES: &[(&str, &str)] = &[(
    "support_tickets",
    "satisfaction_rating satisfaction_comment",
)];
const CUSTOMER_INSERTS: &[(&str, &str)] = &[
    (
        "support_tickets",
        "id user_id subject category priority key",
    ),
    (
        "support_messages",
        "id ticket_id sender_id sender_type body attachments key",
    ),
];
const STAFF_UPDATES: &[(&str, &str)] = &[(
    "support_tickets",
    "status priority category assigned_to subject legal_hold metadata",
)];
const STAFF_INSERTS: &[(&str, &str)] = &[(
    "support_messages",
    "id ticket_id sender_id sender_type body is_internal attachments key",
)];

/// Returns the columns that a statement of this database session may use. It runs the statement
/// with every column instead of reading the privileges from the catalog.
async fn permitted(
    db: &TestDb,
    session: &Client,
    statement: impl Fn(&str, &str) -> String,
) -> BTreeSet<(String, String)> {
    let sql = "select table_name::text, column_name::text from information_schema.columns where table_schema = 'helpline'";
    let mut found = BTreeSet::new();
    for row in db.admin.query(sql, &[]).await.unwrap() {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        session.batch_execute("begin").await.unwrap();
        let tried = session.batch_execute(&statement(&table, &column)).await;
        session.batch_execute("rollback").await.unwrap();
        let state = tried
            .err()
            .and_then(|error| error.code().map(|code| code.code().to_owned()));
        // These error codes mean a missing privilege, a view that is not writable, or a generated
        // column. With any other error, the database session has the privilege, and a later check
        // has failed.
        if !matches!(state.as_deref(), Some("42501" | "55000" | "428C9")) {
            found.insert((table, column));
        }
    }
    found
}

fn listed(list: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    list.iter()
        .flat_map(|(table, columns)| {
            columns
                .split_whitespace()
                .map(|column| ((*table).to_owned(), column.to_owned()))
        })
        .collect()
}

#[tokio::test]
async fn a_customer_names_no_column_beyond_the_list() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    db.sql("update support_tickets set status = 'resolved'")
        .await;
    let session = db.session("helpline_customer", db.customer).await;
    let read = permitted(&db, &session, |table, column| {
        format!("select {column} from {table}")
    })
    .await;
    assert_eq!(read, listed(CUSTOMER_READS));
    let update = permitted(&db, &session, |table, column| {
        format!("update {table} set {column} = null")
    })
    .await;
    assert_eq!(update, listed(CUSTOMER_UPDATES));
    // A violation of row-level security has the same error code as a missing privilege. To test
    // only the privileges, each statement writes valid values to the columns that are not tested.
    let insert = permitted(&db, &session, |table, column| match (table, column) {
        ("support_messages", "sender_type" | "sender_id" | "ticket_id") => insert_message(ticket, db.customer.uuid()),
        ("support_messages", "id" | "body" | "attachments" | "key" | "is_internal") => format!(
            "insert into support_messages (ticket_id, sender_id, sender_type{}, {column}) values ('{ticket}', '{}', 'customer'{}, default)",
            if column == "body" { "" } else { ", body" },
            db.customer,
            if column == "body" { "" } else { ", 'x'" }
        ),
        ("support_tickets", "user_id") => format!("insert into support_tickets (user_id, subject) values ('{}', 'x')", db.customer),
        ("support_tickets", column) => {
            format!("insert into support_tickets (user_id, {column}) values ('{}', default)", db.customer)
        }
        (table, column) => format!("insert into {table} ({column}) values (default)"),
    })
    .await;
    assert_eq!(insert, listed(CUSTOMER_INSERTS));
    for table in [
        "support_tickets",
        "support_messages",
        "support_ticket_activity",
        "support_ticket_heads",
        "people",
        "user_roles",
    ] {
        for statement in [format!("delete from {table}"), format!("truncate {table}")] {
            session.batch_execute(&statement).await.unwrap_err();
        }
    }
}

/// The SQL that inserts a customer's message directly into the table `support_messages`.
pub fn insert_message(ticket: TicketId, sender: Uuid) -> String {
    format!(
        "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{sender}', 'customer', 'x')"
    )
}

#[tokio::test]
async fn staff_write_no_column_beyond_the_list_and_no_history() {
    let db = TestDb::open().await;
    db.ticket().await;
    let session = db.session("helpline_staff", db.boss).await;
    let update = permitted(&db, &session, |table, column| {
        format!("update {table} set {column} = {column}")
    })
    .await;
    assert_eq!(update, listed(STAFF_UPDATES));
    let may_insert = |table: &str, column: &str| {
        format!(
            "select 1 / (has_column_privilege('helpline_staff', '{table}', '{column}', 'insert'))::int"
        )
    };
    let mut insert = BTreeSet::new();
    for (table, column) in permitted(&db, &session, |table, column| {
        format!("select {column} from {table}")
    })
    .await
    {
        if db
            .admin
            .batch_execute(&may_insert(&table, &column))
            .await
            .is_ok()
        {
            insert.insert((table, column));
        }
    }
    assert_eq!(insert, listed(STAFF_INSERTS));
    for role in ["helpline_staff", "helpline_customer", "helpline_service"] {
        let session = db.session(role, db.boss).await;
        for table in ["support_ticket_activity", "access_log"] {
            for statement in [
                format!("insert into {table} default values"),
                format!("update {table} set created_at = now()"),
                format!("delete from {table}"),
                format!("truncate {table}"),
            ] {
                let error = session.batch_execute(&statement).await.unwrap_err();
                assert_eq!(
                    error.code().map(|code| code.code()),
                    Some("42501"),
                    "{role}: {statement}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_record_is_append_only_for_the_owner_and_the_superuser_too() {
    let db = TestDb::open().await;
    db.ticket().await;
    for role in ["helpline_owner", "postgres"] {
        for table in ["support_ticket_activity", "access_log"] {
            for statement in [
                "update {} set created_at = now()",
                "delete from {}",
                "truncate {} cascade",
            ] {
                let client = db.another_admin().await;
                if role != "postgres" {
                    client
                        .batch_execute(&format!("set role {role}"))
                        .await
                        .unwrap();
                }
                let error = client
                    .batch_execute(&statement.replace("{}", table))
                    .await
                    .unwrap_err();
                assert!(
                    error
                        .as_db_error()
                        .is_some_and(|error| error.message().contains("never changed")),
                    "{role} {table}: {error:?}"
                );
            }
        }
    }
    // The setting allows deletions only for the owner, so this delete by the superuser must fail.
    db.admin
        .batch_execute(
            "set helpline.append_only_door = 'open'; delete from support_ticket_activity",
        )
        .await
        .unwrap_err();
}
