//! Row-level security and column grants, from raw connections that act as each role: what a gateway with a bug could not undo.

use std::collections::BTreeSet;

use helpline_core::ids::TicketId;
use helpline_persistence::history::{self, Span};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::desk::{Desk, message, note, stored};

/// What a customer's role may read, of each table and view.
const CUSTOMER_READS: &[(&str, &str)] = &[
    (
        "support_tickets",
        "id ticket_number user_id subject category priority status assignee_name satisfaction_rating satisfaction_comment resolved_at \
         closed_at archived_at customer_email key created_at search_text",
    ),
    (
        "support_ticket_heads",
        "ticket_id public_seq public_last_activity_at",
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

/// Which columns of which tables a statement may name; every column is tried, none is taken from the catalog's word.
async fn permitted(
    desk: &Desk,
    session: &Client,
    statement: impl Fn(&str, &str) -> String,
) -> BTreeSet<(String, String)> {
    let sql = "select table_name::text, column_name::text from information_schema.columns where table_schema = 'helpline'";
    let mut found = BTreeSet::new();
    for row in desk.admin.query(sql, &[]).await.unwrap() {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        session.batch_execute("begin").await.unwrap();
        let tried = session.batch_execute(&statement(&table, &column)).await;
        session.batch_execute("rollback").await.unwrap();
        let state = tried
            .err()
            .and_then(|error| error.code().map(|code| code.code().to_owned()));
        // No right, a view that cannot be written, a generated column; anything else got past those and met another rule.
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

async fn count(client: &Client, sql: &str) -> i64 {
    match client.query_one(sql, &[]).await {
        Ok(row) => row.get(0),
        Err(error) => panic!("{sql}: {error:?}"),
    }
}

#[tokio::test]
async fn a_customer_names_no_column_beyond_the_list() {
    let desk = Desk::open().await;
    let ticket = desk.ticket().await;
    desk.sql("update support_tickets set status = 'resolved'")
        .await;
    let session = desk.session("helpline_customer", desk.customer).await;
    let read = permitted(&desk, &session, |table, column| {
        format!("select {column} from {table}")
    })
    .await;
    assert_eq!(read, listed(CUSTOMER_READS));
    let update = permitted(&desk, &session, |table, column| {
        format!("update {table} set {column} = null")
    })
    .await;
    assert_eq!(update, listed(CUSTOMER_UPDATES));
    // Row-level security answers with the same state as a missing right, so the other columns are given as they must be.
    let insert = permitted(&desk, &session, |table, column| match (table, column) {
        ("support_messages", "sender_type" | "sender_id" | "ticket_id") => insert_message(ticket, desk.customer.uuid()),
        ("support_messages", "id" | "body" | "attachments" | "key" | "is_internal") => format!(
            "insert into support_messages (ticket_id, sender_id, sender_type{}, {column}) values ('{ticket}', '{}', 'customer'{}, default)",
            if column == "body" { "" } else { ", body" },
            desk.customer,
            if column == "body" { "" } else { ", 'x'" }
        ),
        ("support_tickets", "user_id") => format!("insert into support_tickets (user_id, subject) values ('{}', 'x')", desk.customer),
        ("support_tickets", column) => {
            format!("insert into support_tickets (user_id, {column}) values ('{}', default)", desk.customer)
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

fn insert_message(ticket: TicketId, sender: Uuid) -> String {
    format!(
        "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{sender}', 'customer', 'x')"
    )
}

#[tokio::test]
async fn staff_write_no_column_beyond_the_list_and_no_history() {
    let desk = Desk::open().await;
    desk.ticket().await;
    let session = desk.session("helpline_staff", desk.boss).await;
    let update = permitted(&desk, &session, |table, column| {
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
    for (table, column) in permitted(&desk, &session, |table, column| {
        format!("select {column} from {table}")
    })
    .await
    {
        if desk
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
        let session = desk.session(role, desk.boss).await;
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
    let desk = Desk::open().await;
    desk.ticket().await;
    for role in ["helpline_owner", "postgres"] {
        for table in ["support_ticket_activity", "access_log"] {
            for statement in [
                "update {} set created_at = now()",
                "delete from {}",
                "truncate {} cascade",
            ] {
                let client = desk.another_admin().await;
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
    // The secret opens it only for the owner.
    desk.admin
        .batch_execute(
            "set helpline.append_only_door = 'open'; delete from support_ticket_activity",
        )
        .await
        .unwrap_err();
}

#[tokio::test]
async fn each_role_sees_its_rows_and_no_others() {
    let desk = Desk::open().await;
    let (mine, theirs) = (
        desk.ticket().await,
        desk.ticket_of(desk.stranger, "Theirs").await,
    );
    let own = desk.ticket_of(desk.agent, "The agent's own").await;
    for ticket in [mine, theirs, own] {
        stored(&desk.send(note(ticket, desk.boss, "canary")).await);
        stored(&desk.send(message(ticket, desk.boss, "answer")).await);
    }
    // In each ticket: created, first message, note, answer, status = 5 rows, of which one is a note.
    for (role, who, tickets, messages, rows) in [
        ("helpline_customer", desk.customer, 1, 2, 4),
        ("helpline_customer", desk.agent, 1, 2, 4),
        ("helpline_customer", desk.boss, 0, 0, 0),
        ("helpline_staff", desk.boss, 3, 9, 15),
        // On a ticket of their own, staff are customers.
        ("helpline_staff", desk.agent, 3, 8, 14),
        // The database role alone makes no one staff.
        ("helpline_staff", desk.customer, 0, 0, 0),
    ] {
        let session = desk.session(role, who).await;
        assert_eq!(
            count(&session, "select count(*) from support_tickets").await,
            tickets,
            "{role} {who}"
        );
        assert_eq!(
            count(&session, "select count(*) from support_messages").await,
            messages,
            "{role} {who}"
        );
        assert_eq!(
            count(&session, "select count(*) from support_ticket_activity").await,
            rows,
            "{role} {who}"
        );
        let heads = "select count(*) from support_ticket_heads";
        assert_eq!(count(&session, heads).await, tickets, "{role} {who}");
    }
    // Without claims, or with broken ones, the caller has no identity.
    for claims in ["", "{}", r#"{"sub":""}"#] {
        for role in ["helpline_customer", "helpline_staff"] {
            let session = desk.session(role, desk.boss).await;
            session
                .execute(
                    "select set_config('request.jwt.claims', $1, false)",
                    &[&claims],
                )
                .await
                .unwrap();
            assert_eq!(
                count(&session, "select count(*) from support_tickets").await,
                0,
                "{role} {claims}"
            );
            assert_eq!(
                count(&session, "select count(*) from people").await,
                0,
                "{role} {claims}"
            );
        }
    }
    // Blocked staff are staff no longer.
    desk.sql(&format!(
        "update people set blocked_at = now() where id = '{}'",
        desk.boss
    ))
    .await;
    let blocked = desk.session("helpline_staff", desk.boss).await;
    assert_eq!(
        count(&blocked, "select count(*) from support_tickets").await,
        0
    );
    let error = blocked
        .batch_execute(&format!(
            "select update_ticket_status('{mine}', 'resolved')"
        ))
        .await
        .unwrap_err();
    assert_eq!(
        error.as_db_error().map(|error| error.message()),
        Some("blocked")
    );
    // The service itself sees nothing at all but through its functions.
    let service = desk.session("helpline_service", desk.boss).await;
    for table in [
        "support_tickets",
        "support_messages",
        "support_ticket_activity",
        "people",
        "user_roles",
        "access_log",
    ] {
        assert_eq!(
            service
                .batch_execute(&format!("select 1 from {table}"))
                .await
                .unwrap_err()
                .code()
                .map(|code| code.code()),
            Some("42501")
        );
    }
}

#[tokio::test]
async fn plain_writes_are_bound_to_the_writers_own_side() {
    let desk = Desk::open().await;
    let (mine, theirs) = (
        desk.ticket().await,
        desk.ticket_of(desk.stranger, "Theirs").await,
    );
    let (customer, agent) = (desk.customer, desk.agent);
    let as_customer = desk.session("helpline_customer", customer).await;
    as_customer
        .batch_execute(&insert_message(mine, customer.uuid()))
        .await
        .unwrap();
    for refused in [
        insert_message(theirs, customer.uuid()),
        insert_message(mine, desk.stranger.uuid()),
        format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{mine}', '{customer}', 'admin', 'x')"
        ),
        format!(
            "insert into support_tickets (user_id, subject) values ('{}', 'x')",
            desk.stranger
        ),
        format!("select assign_ticket('{mine}', '{customer}')"),
        format!("select log_ticket_activity('{mine}', 'x')"),
        format!("select support_set_role('{customer}', 'admin')"),
        "select archive_old_tickets()".into(),
        "select delete_old_archived_tickets()".into(),
        "select * from support_sweep(null)".into(),
        format!("select update_ticket_status('{theirs}', 'closed')"),
        format!("select update_ticket_status('{mine}', 'resolved')"),
    ] {
        assert!(
            as_customer.batch_execute(&refused).await.is_err(),
            "{refused}"
        );
    }
    as_customer
        .batch_execute(&format!("select update_ticket_status('{mine}', 'closed')"))
        .await
        .unwrap();
    assert!(
        as_customer
            .batch_execute(&insert_message(mine, customer.uuid()))
            .await
            .is_err(),
        "a closed ticket takes no message"
    );
    as_customer
        .batch_execute("update support_tickets set satisfaction_rating = 3")
        .await
        .unwrap();
    assert_eq!(
        desk.ask::<i64>("select count(*) from support_tickets where satisfaction_rating = 3")
            .await,
        1
    );

    desk.sql(&format!(
        "update people set blocked_at = now() where id = '{}'",
        desk.stranger
    ))
    .await;
    let as_blocked = desk.session("helpline_customer", desk.stranger).await;
    for refused in [
        insert_message(theirs, desk.stranger.uuid()),
        format!(
            "insert into support_tickets (user_id, subject) values ('{}', 'x')",
            desk.stranger
        ),
        format!("select update_ticket_status('{theirs}', 'closed')"),
    ] {
        assert!(
            as_blocked.batch_execute(&refused).await.is_err(),
            "{refused}"
        );
    }

    let as_agent = desk.session("helpline_staff", agent).await;
    let own = desk.ticket_of(agent, "The agent's own").await;
    let by_agent = |ticket: TicketId, internal: bool| {
        format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body, is_internal) \
             values ('{ticket}', '{agent}', 'admin', 'x', {internal})"
        )
    };
    as_agent
        .batch_execute(&by_agent(theirs, false))
        .await
        .unwrap();
    as_agent.batch_execute(&by_agent(mine, true)).await.unwrap();
    for refused in [
        by_agent(mine, false),
        by_agent(own, true),
        by_agent(own, false),
    ] {
        assert!(as_agent.batch_execute(&refused).await.is_err(), "{refused}");
    }
    as_agent
        .batch_execute(&format!(
            "update support_tickets set priority = 'urgent' where id = '{own}'"
        ))
        .await
        .unwrap();
    assert_eq!(
        desk.ask::<i64>("select count(*) from support_tickets where priority = 'urgent'")
            .await,
        0,
        "no triage of one's own"
    );
    assert!(
        as_agent
            .batch_execute(&format!("select support_set_role('{agent}', 'admin')"))
            .await
            .is_err()
    );
    for ticket in [mine, theirs, own] {
        desk.history(ticket).await;
    }
}

/// The same exchange with and without notes gives a customer the same bytes, but for times and ids.
#[tokio::test]
async fn a_note_shows_in_no_number_time_or_gap_of_the_customers() {
    let desk = Desk::open().await;
    let mut seen = Vec::new();
    for notes in [false, true] {
        let ticket = desk.ticket().await;
        for n in 0..4 {
            if notes {
                stored(&desk.send(note(ticket, desk.agent, "canary")).await);
            }
            let sender = if n % 2 == 0 {
                desk.agent
            } else {
                desk.customer
            };
            stored(&desk.send(message(ticket, sender, "words")).await);
        }
        let before = desk.ask::<String>(&customer_view(ticket)).await;
        if notes {
            stored(
                &desk
                    .send(note(ticket, desk.agent, "canary at the end"))
                    .await,
            );
            assert_eq!(
                desk.ask::<String>(&customer_view(ticket)).await,
                before,
                "a note moved something"
            );
        }
        let page = history::page_for_customer(
            &desk.store,
            desk.reader(desk.customer),
            ticket,
            Span::Before(None),
            100,
        )
        .await
        .unwrap();
        let after = history::page_for_customer(
            &desk.store,
            desk.reader(desk.customer),
            ticket,
            Span::After(helpline_core::ids::Seq::ZERO),
            100,
        );
        assert_eq!(page, after.await.unwrap());
        assert_eq!(page.head, page.events.last().unwrap().seq);
        let told: Vec<_> = page
            .events
            .iter()
            .map(|event| {
                let body = event.message.as_ref().map(|message| message.body.clone());
                (
                    event.seq,
                    event.kind,
                    event.actor.clone(),
                    event.old_value.clone(),
                    event.new_value.clone(),
                    body,
                )
            })
            .collect();
        assert!(!format!("{told:?}").contains("canary"));
        assert_eq!(
            told.iter()
                .find(|event| event.2.name.as_deref() == Some("Anna Agent")),
            None,
            "of staff the first name only"
        );
        seen.push(told);
    }
    assert_eq!(seen[0], seen[1]);
}

fn customer_view(ticket: TicketId) -> String {
    format!(
        "select (status, public_seq, public_last_activity_at, updated_at)::text from support_tickets join support_ticket_heads on ticket_id = id where id = '{ticket}'"
    )
}
