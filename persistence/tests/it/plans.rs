//! Tests the query plans of frequently used queries, with enough rows for realistic plans. A plan
//! must use the intended index and call no function for each row.

use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use helpline_core::actor::Audience;
use helpline_core::ids::{TicketId, UserId};
use helpline_core::ticket::Status;
use helpline_persistence::tickets::{Assignee, Cursor, ListQuery, PreparedList, Sort};
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, NoTls};
use uuid::Uuid;

use crate::test_db::{TestDb, cluster};

const TICKETS: u32 = 20_000;
/// Number of events of the ticket with a long history.
const LONG: u32 = 5_000;

/// Tables for which a query plan must not contain a sequential scan.
const LARGE: [&str; 5] = [
    "support_tickets",
    "support_ticket_heads",
    "support_messages",
    "support_ticket_activity",
    "support_read_positions",
];

/// Creates a database with many tickets, one of which has a long history.
async fn large_db() -> (TestDb, TicketId) {
    let db = TestDb::open().await;
    let owners = format!("array['{}', '{}']::uuid[]", db.customer, db.stranger);
    db.sql(&format!(
        "insert into support_tickets (user_id, subject, category, created_at, status)
         select case when n % 500 = 0 then ({owners})[1 + (n / 500) % 2] else gen_random_uuid() end, 'Subject ' || md5(n::text),
                (array['technical', 'billing', 'security'])[1 + n % 3], now() - n * interval '7 minutes',
                case when n % 2000 = 0 then 'escalated' when n % 50 = 0 then 'open' else 'closed' end
         from generate_series(1, {TICKETS}) n;
         insert into support_messages (ticket_id, sender_id, sender_type, body)
         select id, user_id, 'customer', 'words ' || md5(id::text) from support_tickets"
    ))
    .await;
    let ticket = db.ticket().await;
    db.sql(&format!(
        "insert into support_messages (ticket_id, sender_id, sender_type, body)
         select '{ticket}', '{}', 'customer', 'words ' || n from generate_series(1, {LONG}) n;
         insert into support_read_positions (ticket_id, person_id, seq, public_seq) select id, user_id, 1, 1 from support_tickets",
        db.customer
    ))
    .await;
    db.sql("vacuum analyze").await;
    (db, ticket)
}

/// Returns the query plan of one of the service's statements for this database session's role and
/// claims, planned as in the service.
async fn plan(session: &Client, sql: &str, params: &[&(dyn ToSql + Sync)]) -> String {
    let sql = helpline_persistence::Names::default().render(sql);
    let rows = session
        .query(&format!("explain (costs off) {sql}"), params)
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.get::<_, String>(0))
        .collect::<Vec<_>>()
        .join("\n")
}

#[track_caller]
fn assert_plan(name: &str, plan: &str, indexes: &[&str]) {
    for table in LARGE {
        assert!(
            !plan.contains(&format!("Seq Scan on {table}")),
            "{name} reads all of {table}:\n{plan}"
        );
    }
    for index in indexes {
        assert!(plan.contains(index), "{name} does not use {index}:\n{plan}");
    }
    for line in plan
        .lines()
        .filter(|line| line.contains("Filter:") || line.contains("Cond:"))
    {
        assert!(
            !line.contains("support_is_staff(") && !line.contains("support_current"),
            "{name} calls a function per row:\n{plan}"
        );
    }
}

macro_rules! sql {
    ($path:literal) => {
        include_str!(concat!("../../sql/", $path, ".sql"))
    };
}

#[tokio::test]
async fn pages_and_lists_are_read_from_their_indexes_also_at_a_million_tickets() {
    let (db, ticket) = large_db().await;
    check_pages_and_lists(&db, ticket).await;
    // The planner calculates the number of rows from the table's size and the row density in the
    // statistics. Increasing the statistics therefore simulates a million tickets.
    let claim = format!(
        "update pg_class set reltuples = reltuples * {} where relnamespace = 'helpline'::regnamespace and relkind in ('r', 'i') and reltuples > 1000",
        1_000_000 / TICKETS
    );
    db.sql(&claim).await;
    let staff = db.session("helpline_staff", db.agent).await;
    let believed = staff
        .query(
            "explain (format json) select t.id from support_tickets t",
            &[],
        )
        .await
        .unwrap();
    let believed = believed[0].get::<_, serde_json::Value>(0)[0]["Plan"]["Plan Rows"]
        .as_f64()
        .unwrap();
    assert!(
        believed > 450_000.0,
        "{believed}: the planner expects half of the rows to pass the policy"
    );
    check_pages_and_lists(&db, ticket).await;
}

async fn check_pages_and_lists(db: &TestDb, ticket: TicketId) {
    let staff = db.session("helpline_staff", db.agent).await;
    let customer = db.session("helpline_customer", db.customer).await;
    let id = ticket.uuid();
    for (name, session, sql, index) in [
        (
            "staff after",
            &staff,
            sql!("history/page_after_for_staff"),
            "support_ticket_activity_pkey",
        ),
        (
            "staff before",
            &staff,
            sql!("history/page_before_for_staff"),
            "support_ticket_activity_pkey",
        ),
        (
            "customer after",
            &customer,
            sql!("history/page_after_for_customer"),
            "support_ticket_activity_public_key",
        ),
        (
            "customer before",
            &customer,
            sql!("history/page_before_for_customer"),
            "support_ticket_activity_public_key",
        ),
    ] {
        for every_kind in [true, false] {
            let params: &[&(dyn ToSql + Sync)] =
                &[&id, &3_000i64, &50i64, &every_kind, &262_144i64];
            assert_plan(
                name,
                &plan(session, sql, params).await,
                &[index, "support_messages_pkey"],
            );
        }
    }
    assert_plan(
        "staff get",
        &plan(&staff, sql!("tickets/get_for_staff"), &[&id]).await,
        &["support_tickets_pkey"],
    );
    assert_plan(
        "customer get",
        &plan(&customer, sql!("tickets/get_for_customer"), &[&id]).await,
        &["Index Scan using support_tickets_"],
    );

    check_lists_of_staff(db, &staff).await;
    check_lists_of_a_customer(&customer).await;
    let (tickets, marks, heads) = (vec![id; 50], vec![1i64; 50], vec![3_000i64; 50]);
    for (name, session, sql, index) in [
        (
            "staff's own writes",
            &staff,
            sql!("tickets/read_through_for_staff"),
            "support_ticket_activity_pkey",
        ),
        (
            "a customer's own writes",
            &customer,
            sql!("tickets/read_through_for_customer"),
            "support_ticket_activity_public_key",
        ),
    ] {
        let params: &[&(dyn ToSql + Sync)] = &[&tickets, &marks, &heads, &200i64];
        assert_plan(name, &plan(session, sql, params).await, &[index]);
    }
    let panel = plan(&staff, sql!("people/panel"), &[&db.customer.uuid(), &10i64]).await;
    assert_plan(
        "panel",
        &panel,
        &["support_tickets_user_key", "support_ticket_activity_p"],
    );
    assert_plan(
        "counts",
        &plan(&staff, sql!("stats/counts"), &[&10_000i64]).await,
        &[
            "support_tickets_mine_idx",
            "support_ticket_heads_waiting_idx",
        ],
    );
}

/// Returns the query plan of a ticket list, with the statement and parameters that the service
/// uses.
async fn plan_of_list(session: &Client, query: &ListQuery, audience: Audience) -> String {
    let list = PreparedList::new(query, audience);
    plan(session, list.sql(), &list.parameters()).await
}

async fn check_lists_of_staff(db: &TestDb, staff: &Client) {
    let page = ListQuery {
        limit: 25,
        ..ListQuery::default()
    };
    let next = ListQuery {
        cursor: Some(now()),
        ..page.clone()
    };
    let active = ListQuery {
        status: Status::ALL
            .iter()
            .copied()
            .filter(|status| !status.is_over())
            .collect(),
        ..next.clone()
    };
    let lists = [
        (
            "first page",
            page.clone(),
            "support_ticket_heads_activity_idx",
        ),
        (
            "next page",
            next.clone(),
            "support_ticket_heads_activity_idx",
        ),
        (
            "created",
            ListQuery {
                sort: Sort::Created,
                ..next.clone()
            },
            "support_tickets_created_at_idx",
        ),
        (
            "oldest",
            ListQuery {
                sort: Sort::Oldest,
                ..next.clone()
            },
            "support_tickets_created_at_idx",
        ),
        (
            "escalated ones by creation",
            ListQuery {
                status: vec![Status::Escalated],
                sort: Sort::Created,
                ..page.clone()
            },
            "support_tickets_status_idx",
        ),
        ("active ones", active.clone(), "support_tickets_pkey"),
        (
            "search",
            ListQuery {
                search: Some("c4ca4238".into()),
                ..page.clone()
            },
            "support_tickets_pkey",
        ),
        (
            "one person's",
            ListQuery {
                user: Some(db.customer),
                ..page
            },
            "support_tickets_user_key",
        ),
    ];
    for (name, query, index) in &lists {
        let plan = plan_of_list(staff, query, Audience::Staff).await;
        assert_plan(name, &plan, &[index]);
    }
    check_walks_of_staff(staff, active).await;
}

/// Checks that lists read an index in its order and stop when a page is full.
async fn check_walks_of_staff(staff: &Client, active: ListQuery) {
    let waiting = ListQuery {
        sort: Sort::Waiting,
        status: Vec::new(),
        ..active.clone()
    };
    let unassigned = ListQuery {
        assigned_to: Some(Assignee::Unassigned),
        ..waiting.clone()
    };
    for (name, query, index) in [
        ("active ones", &active, "support_ticket_heads_active_idx"),
        ("who waits", &waiting, "support_ticket_heads_waiting_idx"),
        (
            "who waits, unassigned",
            &unassigned,
            "support_ticket_heads_waiting_idx",
        ),
    ] {
        let plan = plan_of_list(staff, query, Audience::Staff).await;
        assert_plan(name, &plan, &[index]);
        // Two sorts are allowed: one of the reader's own tickets, of which there are few, and one
        // of the resulting page.
        assert!(
            plan.matches("->  Sort").count() <= 2,
            "the walk stops at a full page:\n{plan}"
        );
    }
}

async fn check_lists_of_a_customer(customer: &Client) {
    for sort in [Sort::LastActivity, Sort::Created, Sort::Oldest] {
        for cursor in [None, Some(now())] {
            let query = ListQuery {
                sort,
                cursor,
                limit: 25,
                ..ListQuery::default()
            };
            let plan = plan_of_list(customer, &query, Audience::Customer).await;
            let name = format!("own by {sort:?}");
            assert_plan(&name, &plan, &["support_tickets_user_key"]);
        }
    }
}

/// A cursor at the current time, for a list that is ordered by time.
fn now() -> Cursor {
    let micros = chrono::Utc::now().timestamp_micros();
    format!("{micros}.{}", Uuid::nil()).parse().unwrap()
}

/// Opens a superuser session and collects its notices. In this session, `auto_explain` reports the
/// query plans of statements inside functions as notices.
pub async fn explaining(db: &TestDb) -> (Client, Arc<Mutex<String>>) {
    let (client, mut connection) =
        tokio_postgres::connect(&cluster().await.admin_url(&db.database), NoTls)
            .await
            .unwrap();
    let told = Arc::new(Mutex::new(String::new()));
    let keep = told.clone();
    tokio::spawn(async move {
        let mut messages =
            futures_util::stream::poll_fn(move |context| connection.poll_message(context));
        while let Some(Ok(message)) = messages.next().await {
            if let AsyncMessage::Notice(notice) = message {
                keep.lock().unwrap().push_str(notice.message());
                keep.lock().unwrap().push('\n');
            }
        }
    });
    client
        .batch_execute(
            "load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
             set client_min_messages = log",
        )
        .await
        .unwrap();
    (client, told)
}

#[tokio::test]
async fn the_services_functions_walk_indexes_from_the_first_call_on_an_empty_desk_and_on_a_large_one()
 {
    let empty = TestDb::open().await;
    let first = empty.ticket().await;
    let (large, long) = large_db().await;
    for (db, ticket) in [(&empty, first), (&large, long)] {
        let (client, told) = explaining(db).await;
        // Check the query plans of the second call, because all plans are cached by then.
        for _ in 0..2 {
            told.lock().unwrap().clear();
            client
                .batch_execute(&append_call(ticket, db.customer))
                .await
                .unwrap();
            client
                .batch_execute(&format!("select count(*) from support_events_after(array['{ticket}']::uuid[], array[3]::bigint[], 50)"))
                .await
                .unwrap();
            client
                .batch_execute("select count(*) from support_sweep_events(pg_current_snapshot()::text, 100000, 1000)")
                .await
                .unwrap();
            let mark = format!(
                "select * from support_mark_read(array['{ticket}']::uuid[], array['{}']::uuid[], array['customer'], array[2]::bigint[])",
                db.customer
            );
            client.batch_execute(&mark).await.unwrap();
            client
                .batch_execute(&format!(
                    "select * from support_open_all(array['{ticket}']::uuid[])"
                ))
                .await
                .unwrap();
            client
                .batch_execute(&format!(
                    "select * from support_ticket_positions(array['{ticket}']::uuid[], array['{}']::uuid[], array['customer'])",
                    db.customer
                ))
                .await
                .unwrap();
            client
                .batch_execute(&format!(
                    "select * from support_sign_in_all(array['{}']::uuid[], array['a@b.c'], array['Ada'])",
                    db.customer
                ))
                .await
                .unwrap();
            let subjects = "select * from support_sign_in_subjects(array[null]::uuid[], array['https://id.example'], array['auth0|1'], \
                            array['a@b.c'], array['Ada'])";
            client.batch_execute(subjects).await.unwrap();
        }
        let plans = told.lock().unwrap().clone();
        let indexes = [
            "support_tickets_pkey",
            "support_ticket_heads_pkey",
            "support_messages_key",
            "support_ticket_activity_pkey",
            "support_ticket_activity_cluster_xid_idx",
            "support_read_positions_pkey",
            "people_pkey",
            "people_subjects_pkey",
            "user_roles_pkey",
        ];
        assert_plan("the service's functions", &plans, &indexes);
        assert!(
            plans.contains("Insert on support_ticket_activity"),
            "the trigger's statements are not among them:\n{plans}"
        );
    }
    check_people_by_email(&large).await;
    let (client, told) = explaining(&large).await;
    let claims = format!(r#"set request.jwt.claims = '{{"sub": "{}"}}'"#, large.agent);
    client.batch_execute(&claims).await.unwrap();
    client
        .batch_execute("select support_search_tickets(array['c4ca4238'], '{}', 10000)")
        .await
        .unwrap();
    client
        .batch_execute("select * from support_read_stats()")
        .await
        .unwrap();
    let plans = told.lock().unwrap().clone();
    assert_plan(
        "search and statistics",
        &plans,
        &[
            "support_tickets_folded_idx",
            "support_tickets_created_at_idx",
        ],
    );
}

async fn check_people_by_email(db: &TestDb) {
    db.sql(
            "insert into people (id, email, display_name) select gen_random_uuid(), 'Person' || n || '@example.org', 'P' from generate_series(1, 20000) n; \
             analyze people",
        )
        .await;
    let (client, told) = explaining(db).await;
    let found = client
        .query(
            "select * from support_people_by_email('pERSON77@example.org', 20)",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    let plans = told.lock().unwrap().clone();
    assert_plan("people by their address", &plans, &["people_email_idx"]);
}

fn append_call(ticket: TicketId, sender: UserId) -> String {
    let [id, key, other] = [(); 3].map(|()| Uuid::now_v7());
    format!(
        "select count(*) from support_append_events(false, array['{id}']::uuid[], array['{ticket}']::uuid[], array['{sender}']::uuid[], \
         array['{key}'], array['words'], array[false], array['[]'::jsonb], array[1]::bigint[], array[null]::inet[], array[null]::text[]); \
         select count(*) from support_append_one(false, '{other}', '{ticket}', '{sender}', '{other}', 'words', false, '[]', null, null, null)"
    )
}
