//! The service's functions plan their statements once per connection. These tests plan them while
//! the tables are empty and the planner's statistics say so, then let the desk grow, and count
//! what the cached plans read.

use std::fmt::Write as _;

use serde_json::Value;
use uuid::Uuid;

use crate::plans::explaining;
use crate::test_db::TestDb;

/// Rows that one node of a plan may read. The calls below ask for at most 50 events and write at
/// most 8 messages; every table that grows has at least 3,000 rows.
const ROWS_MAX: f64 = 300.0;

/// Functions with `plan_cache_mode = force_generic_plan` that these tests do not call.
const NOT_CALLED: [(&str, &str); 4] = [
    ("consumers_unseen", "called by `consumers_poll`"),
    (
        "support_fill_waiting",
        "backfills a column once, in portions",
    ),
    (
        "support_sweep",
        "called only by instances of the previous build",
    ),
    (
        "support_messages_log_inserted",
        "a trigger, which runs in `support_append_events`",
    ),
];

fn calls(db: &TestDb, tickets: &[Uuid]) -> Vec<String> {
    let customer = db.customer;
    let agent = db.agent;
    let ids = tickets
        .iter()
        .map(|id| format!("'{id}'"))
        .collect::<Vec<_>>()
        .join(", ");
    let of = |value: &str| vec![value; tickets.len()].join(", ");
    let batch = format!(
        "from (select array_agg(gen_random_uuid()) ids, array_agg(gen_random_uuid()::text) keys from generate_series(1, {})) x, \
         support_append_events(false, x.ids, array[{ids}]::uuid[], array[{}]::uuid[], x.keys, array[{}], array[{}], \
         array[{}]::jsonb[], array[{}]::bigint[], array[{}]::inet[], array[{}])",
        tickets.len(),
        of(&format!("'{customer}'")),
        of("'words'"),
        of("false"),
        of("'[]'"),
        of("1"),
        of("null"),
        of("null::text"),
    );
    let first = tickets[0];
    let one = |sender: &str, key: &str| {
        format!(
            "select * from support_append_one(false, gen_random_uuid(), '{first}', '{sender}', {key}, 'words', false, '[]', null, null, null)"
        )
    };
    vec![
        format!("select * {batch}"),
        one(&customer.to_string(), "gen_random_uuid()::text"),
        // The second call finds the key of the first.
        "select set_config('test.key', gen_random_uuid()::text, false)".to_owned(),
        one(&customer.to_string(), "current_setting('test.key')"),
        one(&customer.to_string(), "current_setting('test.key')"),
        one(&agent.to_string(), "gen_random_uuid()::text"),
        format!("select * from support_events_after(array[{ids}]::uuid[], array[{}]::bigint[], 50)", of("1")),
        "select * from support_events_written()".to_owned(),
        "select * from support_sweep_events(pg_current_snapshot()::text, 100000, 1000)".to_owned(),
        "select * from support_sweep_events((select format('%s:%s:%s', x - 5, x, x - 5) \
         from (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint x) s), 100000, 1000)"
            .to_owned(),
        format!("select * from support_heads(array[{ids}]::uuid[])"),
        format!("select * from support_ticket_numbers_of(array[{ids}]::uuid[])"),
        format!(
            "select * from support_mark_read(array['{first}', '{first}']::uuid[], array['{customer}', '{agent}']::uuid[], array['customer', 'staff'], \
             array[(select public_seq from support_ticket_heads where ticket_id = '{first}'), (select seq from support_ticket_heads where ticket_id = '{first}')])"
        ),
        format!("select * from support_open_all(array[{ids}]::uuid[])"),
        format!("select * from support_open_by_number(array(select ticket_number from support_tickets where id = '{first}'))"),
        format!("select * from support_last_messages(array[{ids}]::uuid[], 50)"),
        format!("select * from support_summaries(array[{ids}]::uuid[])"),
        format!(
            "select * from support_ticket_positions(array['{first}', '{first}']::uuid[], array['{customer}', '{agent}']::uuid[], array['customer', 'staff'])"
        ),
        format!("select * from support_access_status(array['{customer}', '{agent}']::uuid[])"),
        format!("select support_record_access(array['{customer}']::uuid[], array['read'], array['{first}']::uuid[], array[null], array[null]::inet[], array[null], array['{{}}'::jsonb])"),
        format!("select support_record_seen(array['{customer}', '{agent}']::uuid[], 0)"),
        format!("select * from support_sign_in_all(array['{customer}', '{agent}']::uuid[], array['a@b.c', 'd@e.f'], array['Ada', 'Bo'])"),
        "select * from support_sign_in_subjects(array[null]::uuid[], array['https://id.example'], array['auth0|1'], array['a@b.c'], array['Ada'])"
            .to_owned(),
        format!(
            r#"set request.jwt.claims = '{{"sub": "{customer}"}}'; select support_is_blocked(), support_current_role();
               set request.jwt.claims = '{{"iss": "https://id.example", "sub": "auth0|1"}}'; select support_issued_person();
               reset request.jwt.claims"#
        ),
        "select helpline_epoch()".to_owned(),
    ]
}

/// Calls of the background work. The consumer first skips to the end of the history, and then finds
/// what one message has added.
fn background_calls(db: &TestDb, ticket: Uuid) -> Vec<String> {
    let one = |sql: &str| sql.to_owned();
    vec![
        one("select consumers_register('watch', false)"),
        one(
            "select consumers_advance('watch', pg_current_snapshot()::text, true, null, null, 0, '{}', '{}')",
        ),
        format!(
            "select * from support_append_one(false, gen_random_uuid(), '{ticket}', '{}', gen_random_uuid()::text, 'words', false, '[]', null, null, null)",
            db.customer
        ),
        one("select * from consumers_poll('watch', 20000, 50, true)"),
        one(
            "select e.* from consumers_poll('watch', 20000, 50, false) p, consumers_events(p.tickets, p.seqs) e",
        ),
        one("select * from consumers_due_faults('watch', 50)"),
        format!("select timers_set('{ticket}', 'remind', gen_random_uuid()::text, now(), '{{}}')"),
        one("select * from timers_due(array['remind'], '1970-01-01', 0, 50)"),
        one(
            "select * from timers_claim((select id from timers_due(array['remind'], '1970-01-01', 0, 1)))",
        ),
        one(
            "select deliveries_plan(array[gen_random_uuid()], array['hook'], array['first'], array[null]::uuid[], array[null]::bigint[], \
             array[gen_random_uuid()::text], array['{}'::jsonb])",
        ),
        one(
            "select * from deliveries_claim('hook', gen_random_uuid(), 8, 4, 4, 500, null, 60000, 8, null, null, null)",
        ),
        one(
            "select * from deliveries_claim('hook', gen_random_uuid(), 8, 4, 4, 500, null, 60000, 8, array['first'], array[now()], array[now()])",
        ),
    ]
}

#[tokio::test]
async fn plans_cached_on_an_empty_and_analyzed_desk_read_few_rows_once_it_has_grown() {
    let db = TestDb::open().await;
    let tables: Vec<String> = db
        .ask("select array_agg(oid::regclass::text) from pg_class where relkind = 'r' and relnamespace = 'helpline'::regnamespace")
        .await;
    // Autovacuum would analyze the tables during the test, and the plans would be made anew.
    for table in tables {
        db.sql(&format!(
            "alter table {table} set (autovacuum_enabled = false)"
        ))
        .await;
    }
    db.sql("analyze").await;
    let mut tickets = Vec::new();
    for _ in 0..8 {
        tickets.push(db.ticket().await.uuid());
    }
    let mut calls = calls(&db, &tickets);
    calls.extend(background_calls(&db, tickets[0]));
    every_function_with_a_cached_plan_is_called(&db, &calls).await;

    let (client, told) = explaining(&db).await;
    client
        .batch_execute(
            "set auto_explain.log_format = json; set auto_explain.log_analyze = on; set auto_explain.log_timing = off; \
             set auto_explain.log_verbose = on",
        )
        .await
        .unwrap();
    for call in &calls {
        client.batch_execute(call).await.unwrap();
    }
    grow(&db, tickets[0]).await;

    let mut faults = String::new();
    for call in &calls {
        told.lock().unwrap().clear();
        client.batch_execute(call).await.unwrap();
        let plans = told.lock().unwrap().clone();
        assert!(plans.contains("Actual Rows"), "{call}: {plans}");
        for plan in plans
            .split_terminator("duration:")
            .filter_map(|plan| plan.find('{').map(|at| &plan[at..]))
        {
            let plan: Value = serde_json::from_str(plan.trim()).unwrap();
            for (rows, node) in nodes(&plan["Plan"]) {
                if rows > ROWS_MAX {
                    writeln!(
                        faults,
                        "{} reads {rows} rows: {node}",
                        call.split('(').next().unwrap()
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
    no_cached_plan_starts_workers(&db, &calls).await;
}

/// Fails if a function's plan uses parallel workers. On a desk with a million events, Postgres
/// expects a third of the table from a range of transaction numbers and starts workers for it; a
/// poll for new events then took twenty times as long (10 ms instead of 0.5 ms).
async fn no_cached_plan_starts_workers(db: &TestDb, calls: &[String]) {
    db.sql("analyze").await;
    let (client, told) = explaining(db).await;
    client
        .batch_execute(
            "set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; \
             set min_parallel_index_scan_size = 0",
        )
        .await
        .unwrap();
    for call in calls {
        told.lock().unwrap().clear();
        client.batch_execute(call).await.unwrap();
        let plans = told.lock().unwrap().clone();
        // A cluster with many databases has a large catalog of them.
        let own = |plan: &&str| !plan.contains("pg_database");
        let parallel = plans
            .split("duration:")
            .filter(own)
            .any(|plan| plan.contains("Gather"));
        assert!(!parallel, "{call}: {plans}");
    }
}

/// Fails if a function with cached plans is neither called nor listed in `NOT_CALLED`.
async fn every_function_with_a_cached_plan_is_called(db: &TestDb, calls: &[String]) {
    let cached: Vec<String> = db
        .ask(
            "select array_agg(proname::text) from pg_proc where pronamespace = 'helpline'::regnamespace \
             and 'plan_cache_mode=force_generic_plan' = any (proconfig)",
        )
        .await;
    for name in cached {
        assert!(
            NOT_CALLED.iter().any(|(function, _)| *function == name)
                || calls.iter().any(|call| call.contains(&format!("{name}("))),
            "{name} keeps its plans and is not called here"
        );
    }
}

async fn grow(db: &TestDb, long: Uuid) {
    db.sql(&format!(
        "insert into people (id, email, display_name) select gen_random_uuid(), 'p' || n || '@example.org', 'P' || n from generate_series(1, 3000) n;
         insert into people_subjects (issuer, subject, person) select 'https://id.example', 'many|' || id, id from people limit 3000;
         insert into user_roles (user_id, role) select id, 'admin' from people where display_name like 'P%' limit 3000;
         insert into support_tickets (user_id, subject, customer_email) select p.id, 'Subject', p.email from people p;
         insert into support_messages (ticket_id, sender_id, sender_type, body) select id, user_id, 'customer', 'words' from support_tickets;
         insert into support_read_positions (ticket_id, person_id, seq, public_seq) select id, user_id, 1, 1 from support_tickets
           on conflict do nothing;
         insert into support_messages (ticket_id, sender_id, sender_type, body, key)
           select '{long}', '{}', 'customer', 'words ' || n, 'key ' || n from generate_series(1, 5000) n;
         insert into consumer_faults (consumer, ticket_id, seq, last_seq, error, failed_at, next_at, held_at)
           select 'watch', id, 2, 2, 'no', now(), now(), case when id <> '{long}' then now() end from support_tickets;
         insert into timers (kind, ticket_id, key, due_at, fire_at)
           select 'remind', id, 'later', now() + interval '1 day', now() + interval '1 day' from support_tickets;
         insert into deliveries (id, kind, receiver, key, next_at, done_at)
           select gen_random_uuid(), 'hook', (array['first', 'second'])[1 + n % 2], n::text, now() + interval '1 day', case when n < 3000 then now() end
           from generate_series(1, 6000) n",
        db.customer
    ))
    .await;
}

/// Returns every node of the plan that reads a table or an index or joins, with the number of
/// rows that it read in all its loops, those that a filter removed included.
fn nodes(plan: &Value) -> Vec<(f64, String)> {
    let number = |name: &str| plan[name].as_f64().unwrap_or(0.0);
    let each = number("Actual Rows")
        + number("Rows Removed by Filter")
        + number("Rows Removed by Join Filter")
        + number("Rows Removed by Index Recheck");
    let mut whole = plan.clone();
    let below = whole
        .as_object_mut()
        .and_then(|node| node.remove("Plans"))
        .unwrap_or(Value::Null);
    whole.as_object_mut().unwrap().remove("Output");
    let mut found = vec![(each * number("Actual Loops").max(1.0), whole.to_string())];
    for node in below.as_array().into_iter().flatten() {
        found.extend(nodes(node));
    }
    found
}
