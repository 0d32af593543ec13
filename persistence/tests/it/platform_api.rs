//! Tests the schema for a platform's own pages, as the roles of a hosting platform: what each person
//! may read and write there, that Helpline's own schema stays closed, and that what they write has
//! the same history as what the service writes.

use std::collections::BTreeSet;

use helpline_core::ids::{TicketId, UserId};
use helpline_persistence::migrate::{self, Choices, Plan, PlatformApi};
use helpline_persistence::{Names, StoreError, privileges};
use tokio_postgres::Client;

pub use crate::adoption::platform::{DEFAULTS, roles};
use crate::test_db::{TestDb, cluster, connect, empty_database, message, note, stored};

/// The columns that the platform's role may read, write into a new row, and change.
const SELECTS: &[(&str, &str)] = &[
    (
        "support_tickets",
        "id ticket_number user_id user_email user_name subject category priority status assigned_to assigned_at assignee_name \
         first_response_at resolved_at closed_at customer_rating customer_feedback created_at updated_at last_activity_at archived_at is_archived",
    ),
    (
        "support_messages",
        "id ticket_id sender_id sender_type sender_name message is_internal attachments is_edited edited_at redacted_at created_at updated_at",
    ),
    (
        "support_ticket_activity",
        "id ticket_id seq activity_type actor_id actor_type actor_name old_value new_value description message_id created_at",
    ),
    (
        "support_ticket_stats",
        "open_tickets in_progress_tickets resolved_tickets closed_tickets urgent_tickets high_priority_tickets avg_resolution_time_hours \
         tickets_last_24h tickets_last_7d avg_rating",
    ),
];
const INSERTS: &[(&str, &str)] = &[
    (
        "support_tickets",
        "user_id user_email user_name subject category priority status",
    ),
    (
        "support_messages",
        "ticket_id sender_id sender_type message is_internal",
    ),
];
const UPDATES: &[(&str, &str)] = &[
    (
        "support_tickets",
        "status priority category assigned_to customer_rating customer_feedback updated_at last_activity_at",
    ),
    ("support_messages", "message"),
];
const FUNCTIONS: &str = "assign_ticket current_person_id is_staff log_ticket_activity ticket_stats update_ticket_status";

/// The columns of staff that are empty in a person's own tickets.
const FOR_STAFF_ONLY: &[&str] = &["assigned_to", "assigned_at", "first_response_at"];

/// A database of a platform in which Helpline was installed by the platform's administrator, who is
/// no superuser, with the schema for the platform's pages.
pub async fn platform(defaults: &str) -> TestDb {
    let database = empty_database().await;
    let postgres = cluster().await;
    let admin = connect(&postgres.admin_url(&database)).await;
    roles(&admin).await;
    admin
        .batch_execute(&format!(
            "alter database {database} owner to platform_admin; {defaults}"
        ))
        .await
        .unwrap();
    let url = postgres.url_for("platform_admin", "p1", &database);
    switch(&url, "authenticated").await;
    TestDb::on(postgres, &database).await
}

pub async fn switch(url: &str, to: &str) -> Vec<String> {
    try_switch(url, to).await.unwrap()
}

pub async fn try_switch(url: &str, to: &str) -> Result<Vec<String>, StoreError> {
    let choices = Choices {
        platform_api: Some(PlatformApi::parse(to).unwrap()),
        ..Choices::default()
    };
    migrate::apply_with(url, &Names::default(), &Plan::embedded(), &choices).await
}

/// Opens a session of this platform's role, as PostgREST does for a request with this person's token.
pub async fn session(db: &TestDb, role: &str, who: Option<UserId>) -> Client {
    let client = db.another_admin().await;
    let claims = match who {
        Some(who) => format!(
            r#"{{"sub":"{who}","role":"authenticated","aud":"authenticated","email":"{who}@test.example","user_metadata":{{"full_name":"  Zoë 李 Ωmega "}}}}"#
        ),
        None => format!(r#"{{"role":"{role}"}}"#),
    };
    client
        .batch_execute(&format!(
            "set role {role}; set request.jwt.claims = '{claims}'; set search_path = helpline_api"
        ))
        .await
        .unwrap();
    client
}

fn listed(list: &[(&str, &str)]) -> BTreeSet<String> {
    let of = |(table, columns): &(&str, &str)| {
        let named = columns.split_whitespace();
        named
            .map(|column| format!("helpline_api.{table}.{column}"))
            .collect::<Vec<_>>()
    };
    list.iter().flat_map(of).collect()
}

/// Returns the columns, of both schemas, with which this statement passes the privileges. It runs the
/// statement with every column instead of reading the privileges from the catalog.
async fn permitted(
    db: &TestDb,
    session: &Client,
    statement: impl Fn(&str, &str) -> String,
) -> BTreeSet<String> {
    let sql = "select table_schema || '.' || table_name, column_name::text from information_schema.columns
               where table_schema in ('helpline', 'helpline_api')";
    let mut found = BTreeSet::new();
    for row in db.admin.query(sql, &[]).await.unwrap() {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        session.batch_execute("begin").await.unwrap();
        let tried = session.batch_execute(&statement(&table, &column)).await;
        session.batch_execute("rollback").await.unwrap();
        let state = tried
            .err()
            .and_then(|error| error.code().map(|code| code.code().to_owned()));
        // A missing privilege, or a view that takes no such statement.
        if !matches!(state.as_deref(), Some("42501" | "55000")) {
            found.insert(format!("{table}.{column}"));
        }
    }
    found
}

pub async fn text(session: &Client, sql: &str) -> String {
    match session.query_one(sql, &[]).await {
        Ok(row) => row.get::<_, Option<String>>(0).unwrap_or_default(),
        Err(error) => panic!("{sql}: {error:?}"),
    }
}

/// Everything that a session sees of a ticket, as JSON.
async fn seen(session: &Client, ticket: TicketId) -> String {
    let sql = format!(
        "select coalesce(jsonb_agg(x.j order by x.j::text), '[]')::text from (
           select to_jsonb(t) as j from support_tickets t where t.id = '{ticket}'
           union all select to_jsonb(m) from support_messages m where m.ticket_id = '{ticket}'
           union all select to_jsonb(a) from support_ticket_activity a where a.ticket_id = '{ticket}') x"
    );
    text(session, &sql).await
}

pub async fn refused(session: &Client, statement: &str) -> String {
    let error = session.batch_execute(statement).await.expect_err(statement);
    let error = error.as_db_error().unwrap();
    assert_eq!(error.detail(), None, "{statement}");
    match error.code().code() {
        "HL001" => error.message().to_owned(),
        state => state.to_owned(),
    }
}

#[tokio::test]
async fn every_role_of_a_platform_passes_the_columns_of_the_list_and_no_others() {
    for defaults in DEFAULTS {
        let db = platform(defaults).await;
        db.ticket().await;
        db.ticket_of(db.agent, "The agent's own").await;
        for (role, who) in [
            ("anon", None),
            ("anon", Some(db.customer)),
            ("service_role", None),
            ("service_role", Some(db.boss)),
            ("authenticated", None),
            ("authenticated", Some(db.customer)),
            ("authenticated", Some(db.agent)),
            ("authenticated", Some(db.boss)),
            ("everyone", None),
            ("everyone", Some(db.agent)),
        ] {
            let session = session(&db, role, who).await;
            let has_api = matches!(role, "authenticated" | "everyone");
            let expected = |list| match has_api {
                true => listed(list),
                false => BTreeSet::new(),
            };
            let read = permitted(&db, &session, |table, column| {
                format!("select {column} from {table}")
            });
            assert_eq!(read.await, expected(SELECTS), "{role} {who:?} {defaults}");
            let insert = permitted(&db, &session, |table, column| {
                format!("insert into {table} ({column}) values (null)")
            });
            assert_eq!(insert.await, expected(INSERTS), "{role} {who:?} {defaults}");
            let update = permitted(&db, &session, |table, column| {
                format!("update {table} set {column} = null")
            });
            assert_eq!(update.await, expected(UPDATES), "{role} {who:?} {defaults}");
            let delete = permitted(&db, &session, |table, _| format!("delete from {table}"));
            assert_eq!(delete.await, BTreeSet::new(), "{role} {who:?} {defaults}");
            let truncate = permitted(&db, &session, |table, _| format!("truncate {table}"));
            assert!(
                truncate
                    .await
                    .iter()
                    .all(|name| name.starts_with("helpline_api.")),
                "{role}: views cannot be truncated, tables must not be"
            );
            let callable = format!(
                "select string_agg(p.oid::regproc::text, ' ' order by p.oid::regproc::text) from pg_proc p
                 where p.pronamespace in ('helpline'::regnamespace, 'helpline_api'::regnamespace)
                   and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
                   and has_function_privilege('{role}', p.oid, 'execute')"
            );
            let found = db
                .ask::<Option<String>>(&callable)
                .await
                .unwrap_or_default();
            let found = found.replace("helpline_api.", "");
            assert_eq!(
                found,
                if has_api { FUNCTIONS } else { "" },
                "{role} {defaults}"
            );
            let sequences = format!(
                "select count(*) from pg_class c where c.relnamespace = 'helpline'::regnamespace
                 and case c.relkind when 'S' then has_sequence_privilege('{role}', c.oid, 'usage, select, update') end"
            );
            assert_eq!(db.ask::<i64>(&sequences).await, 0, "{role} {defaults}");
            let enters = format!(
                "select has_schema_privilege('{role}', 'helpline', 'usage') or has_schema_privilege('{role}', 'helpline_api', 'create')"
            );
            assert!(!db.ask::<bool>(&enters).await, "{role} {defaults}");
        }
        // None of these privileges lets a role act as the service's customers or staff.
        assert_eq!(
            privileges::role_conflicts(&db.store).await.unwrap(),
            Vec::<String>::new()
        );
        db.sql("drop owned by anon, authenticated, service_role")
            .await;
    }
}

#[tokio::test]
async fn each_person_sees_what_the_apps_show_them_and_nothing_more() {
    let db = platform(DEFAULTS[1]).await;
    let (mine, own) = (
        db.ticket().await,
        db.ticket_of(db.agent, "The agent's own").await,
    );
    let theirs = db.ticket_of(db.stranger, "Theirs").await;
    for ticket in [mine, own, theirs] {
        stored(&db.send(message(ticket, db.boss, "An answer")).await);
        db.sql(&format!(
            "update support_tickets set assigned_to = '{}' where id = '{ticket}'",
            db.boss
        ))
        .await;
    }
    let customer = session(&db, "authenticated", Some(db.customer)).await;
    let agent = session(&db, "authenticated", Some(db.agent)).await;
    let boss = session(&db, "everyone", Some(db.boss)).await;
    let before = (seen(&customer, mine).await, seen(&agent, own).await);
    for ticket in [mine, own, theirs] {
        stored(&db.send(note(ticket, db.boss, "canary")).await);
        db.sql(&format!(
            "update support_tickets set metadata = '{{\"word\": \"canary\"}}' where id = '{ticket}'"
        ))
        .await;
    }
    let after = (seen(&customer, mine).await, seen(&agent, own).await);
    assert_eq!(
        after, before,
        "a note or metadata changed what its customer sees"
    );
    for (session, ticket, who) in [(&customer, mine, db.customer), (&agent, own, db.agent)] {
        let all = seen(session, ticket).await;
        for hidden in ["canary", "Boris Boss", &db.boss.to_string()] {
            assert!(!all.contains(hidden), "{hidden}: {all}");
        }
        assert!(all.contains(&who.to_string()) && all.contains("\"sender_name\": \"Boris\""));
        assert!(all.contains("\"assignee_name\": \"Boris\""), "{all}");
        let numbers = format!(
            "select (min(seq) = 1 and max(seq) = count(distinct seq))::text from support_ticket_activity where ticket_id = '{ticket}'"
        );
        assert_eq!(text(session, &numbers).await, "true");
        for column in FOR_STAFF_ONLY {
            let sql =
                format!("select count({column})::text from support_tickets where id = '{ticket}'");
            assert_eq!(text(session, &sql).await, "0", "{column}");
        }
    }
    // Staff see all of other people's tickets.
    for (session, ticket) in [(&agent, mine), (&boss, mine), (&boss, own)] {
        let all = seen(session, ticket).await;
        for shown in ["canary", "Boris Boss", "internal_note_added"] {
            assert!(all.contains(shown), "{shown}: {all}");
        }
        for column in FOR_STAFF_ONLY {
            let sql =
                format!("select count({column})::text from support_tickets where id = '{ticket}'");
            assert_eq!(text(session, &sql).await, "1", "{column}");
        }
    }
    let unnamed = session(&db, "authenticated", None).await;
    let count = "select concat_ws(' ', (select count(*) from support_tickets), (select count(*) from support_messages where is_internal), (select count(*) from support_ticket_stats))";
    let blocked = format!(
        "update people set blocked_at = now() where id = '{}'",
        db.boss
    );
    for (session, counted) in [
        (&customer, "1 0 0"),
        (&agent, "3 2 1"),
        (&boss, "3 3 1"),
        (&unnamed, "0 0 0"),
    ] {
        assert_eq!(text(session, count).await, counted);
    }
    db.sql(&blocked).await;
    assert_eq!(
        text(&boss, count).await,
        "0 0 0",
        "a blocked person sees nothing"
    );
}
