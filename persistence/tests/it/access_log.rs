//! Tests the access log as admins read it: every row is returned once with any filter and page
//! size, only admins can read it, and the intended indexes are used.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use helpline_core::limits;
use helpline_core::protocol::AccessEntry;
use helpline_core::reject::RejectCode;
use helpline_persistence::access_log::{AccessQuery, page, walk};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::plans::explaining;
use crate::test_db::{TestDb, refusal};

/// Inserts access log rows of one afternoon. Some rows belong to one of three people, some to none,
/// and some concern a ticket. There are three actions, one of which is rare, and some are refused.
/// A few rows are slightly out of order.
async fn fill(db: &TestDb, rows: u32) {
    let ticket = db.ticket().await;
    db.sql(&format!(
        "insert into access_log (user_id, action, ticket_id, refused, ip_address, user_agent, detail, created_at)
         select case n % 4 when 0 then '{}' when 1 then '{}' when 2 then '{}' end::uuid,
                case when n % 97 = 0 then 'rare_read' when n % 3 = 0 then 'tickets_listed' else 'ticket_opened' end,
                case when n % 5 = 0 then '{ticket}'::uuid end, case when n % 7 = 0 then 'forbidden' end,
                '203.0.113.7', 'it/1', jsonb_build_object('n', n),
                timestamptz '2026-03-01 12:00Z' + n * interval '1 second' + (n % 11) * interval '3 seconds'
         from generate_series(1, {rows}) n",
        db.agent, db.boss, db.customer
    ))
    .await;
}

/// Reads all entries that match `query`, page by page, and inserts new rows between the pages.
/// Returns the entries and the number of pages.
async fn all(db: &TestDb, query: &AccessQuery, walk_rows: i32) -> (Vec<AccessEntry>, usize) {
    let (mut query, mut found, mut pages) = (query.clone(), Vec::new(), 0);
    loop {
        let list = walk(&db.store, db.reader(db.boss), &query, walk_rows).await;
        let list = list.unwrap();
        assert!(list.entries.len() <= query.limit as usize);
        found.extend(list.entries);
        pages += 1;
        db.sql(&format!(
            "insert into access_log (user_id, action, created_at) values ('{}', 'rare_read', timestamptz '2026-03-01 12:05Z'), (null, 'ticket_opened', now())",
            db.agent
        ))
        .await;
        match list.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return (found, pages),
        }
    }
}

/// Returns the ids that plain SQL finds with the filters of `query`.
async fn expected(db: &TestDb, query: &AccessQuery) -> Vec<i64> {
    let sql = "select id from access_log where ($1::uuid is null or user_id = $1) and ($2::text[] is null or action = any ($2))
               and ($3::uuid is null or ticket_id = $3) and ($4::boolean is null or (refused is not null) = $4)
               and ($5::timestamptz is null or created_at >= $5) and ($6::timestamptz is null or created_at < $6) order by id desc";
    let (user, ticket) = (
        query.user.map(|id| id.uuid()),
        query.ticket.map(|id| id.uuid()),
    );
    let params: [&(dyn ToSql + Sync); 6] = [
        &user,
        &query.actions,
        &ticket,
        &query.refused,
        &query.from,
        &query.to,
    ];
    let rows = db.admin.query(sql, &params).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn at(second: i64) -> DateTime<Utc> {
    let noon: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().unwrap();
    noon + TimeDelta::seconds(second)
}

#[tokio::test]
async fn no_row_is_missing_or_comes_twice_whatever_is_asked_for_and_while_rows_are_added() {
    let db = TestDb::open().await;
    fill(&db, 700).await;
    let ticket = "select ticket_id from access_log where ticket_id is not null limit 1";
    let ticket = db.ask::<Uuid>(ticket).await;
    let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
    let nothing = AccessQuery {
        limit: 7,
        ..AccessQuery::default()
    };
    let asked = |change: &dyn Fn(&mut AccessQuery)| {
        let mut query = nothing.clone();
        change(&mut query);
        query
    };
    let queries = [
        nothing.clone(),
        asked(&|q| q.user = Some(db.agent)),
        asked(&|q| q.ticket = Some(helpline_core::ids::TicketId::new(ticket))),
        asked(&|q| {
            q.ticket = Some(helpline_core::ids::TicketId::new(ticket));
            q.user = Some(db.boss);
        }),
        asked(&|q| q.actions = words(&["rare_read"])),
        asked(&|q| q.actions = words(&["rare_read", "tickets_listed"])),
        asked(&|q| q.actions = words(&["never_done"])),
        asked(&|q| q.refused = Some(true)),
        asked(&|q| q.refused = Some(false)),
        asked(&|q| q.from = Some(at(300))),
        asked(&|q| q.to = Some(at(300))),
        asked(&|q| {
            q.from = Some(at(100));
            q.to = Some(at(300));
            q.refused = Some(true);
        }),
        asked(&|q| q.from = Some(at(1_000_000_000))),
        asked(&|q| q.to = Some(at(-1_000_000_000))),
        asked(&|q| {
            q.user = Some(db.customer);
            q.actions = words(&["rare_read"]);
            q.to = Some(at(500));
        }),
    ];
    // Delete some rows, as retention would, so that ids do not begin at one and have gaps.
    db.sql(
        "set role helpline_owner; set helpline.append_only_door = 'open'; delete from access_log where id < 50 or id between 200 and 260; \
         reset helpline.append_only_door; reset role",
    )
    .await;
    for query in &queries {
        for walk_rows in [9, 64, 100_000] {
            let before = expected(&db, query).await;
            let (found, pages) = all(&db, query, walk_rows).await;
            let ids: Vec<_> = found.iter().map(|entry| entry.id as i64).collect();
            // Rows that were inserted between the pages are newer than the first page, so no page
            // may contain them.
            let known: Vec<_> = ids
                .iter()
                .copied()
                .filter(|id| before.contains(id))
                .collect();
            assert_eq!(known, before, "{query:?} by {walk_rows}");
            assert_eq!(ids, known, "{query:?} by {walk_rows}");
            assert!(
                walk_rows > 64 || pages >= before.len() / 7,
                "{query:?} by {walk_rows}: {pages} pages"
            );
        }
    }
}

#[tokio::test]
async fn a_page_walks_no_further_than_it_may_and_says_how_far_it_has_looked() {
    let db = TestDb::open().await;
    fill(&db, 1_000).await;
    let query = AccessQuery {
        actions: Some(vec!["never_done".into()]),
        limit: 10,
        ..AccessQuery::default()
    };
    let list = walk(&db.store, db.reader(db.boss), &query, 100).await;
    let list = list.unwrap();
    assert_eq!(list.entries, []);
    let hundredth = "select created_at from (select id, created_at from access_log order by id desc limit 100) l order by id limit 1";
    assert_eq!(list.searched_to, Some(db.ask(hundredth).await));
    assert!(list.next_cursor.is_some(), "there are more rows to search");
    let all = page(&db.store, db.reader(db.boss), &query).await.unwrap();
    assert_eq!((all.searched_to, all.next_cursor), (None, None));
}

#[tokio::test]
async fn an_entry_names_people_and_tickets_as_far_as_they_are_there_and_cuts_what_is_long() {
    let db = TestDb::open().await;
    let (ticket, gone) = (db.ticket().await, Uuid::now_v7());
    let number: String = db
        .ask(&format!(
            "select ticket_number from support_tickets where id = '{ticket}'"
        ))
        .await;
    db.sql(&format!(
        "insert into access_log (user_id, action, ticket_id, refused, ip_address, user_agent, detail) values
         ('{}', 'ticket_opened', '{ticket}', null, '203.0.113.7', 'it/1', '{{\"by\": \"socket\"}}'),
         (null, 'ticket_open_refused', '{gone}', 'not_found', null, null, '[1]'),
         ('{gone}', 'reply_saved', null, null, null, null, jsonb_build_object('short', 1, 'long', repeat('ä', 2000), 'list', to_jsonb(array_fill('x'::text, array[900])))),
         (null, 'tickets_archived', null, null, null, null, jsonb_build_object('tickets', (select jsonb_agg(md5(n::text)) from generate_series(1, 10000) n))),
         (null, 'strange', null, null, null, null, '{{\"n\": 1e400}}')",
        db.agent
    ))
    .await;
    let query = AccessQuery {
        limit: 5,
        ..AccessQuery::default()
    };
    let list = page(&db.store, db.reader(db.boss), &query).await.unwrap();
    let [strange, archived, cut, refused, opened] = list.entries.as_slice() else {
        panic!("five entries: {list:?}");
    };
    let person = opened.user.as_ref().unwrap();
    assert_eq!(
        (person.id, person.name.as_deref(), person.email.as_deref()),
        (db.agent, Some("Anna Agent"), Some("anna@example.org"))
    );
    let on = opened.ticket.as_ref().unwrap();
    assert_eq!(
        (on.id, on.number.as_ref().map(|number| number.as_str())),
        (ticket, Some(number.as_str()))
    );
    assert_eq!(
        (opened.ip.as_deref(), opened.user_agent.as_deref()),
        (Some("203.0.113.7"), Some("it/1"))
    );
    assert_eq!(
        (opened.detail["by"].as_str(), opened.detail_cut),
        (Some("socket"), false)
    );
    assert_eq!(
        (refused.refused.as_deref(), &refused.user),
        (Some("not_found"), &None)
    );
    assert_eq!(
        refused.ticket.as_ref().unwrap().number,
        None,
        "no such ticket"
    );
    assert!(
        refused.detail.is_empty() && refused.detail_cut,
        "a list has no fields"
    );
    let of = cut.user.as_ref().unwrap();
    assert_eq!((of.name.as_deref(), of.email.as_deref()), (None, None));
    assert_eq!(
        (cut.detail["short"].as_i64(), cut.detail_cut),
        (Some(1), true)
    );
    let long = cut.detail["long"].as_str().unwrap();
    assert_eq!(long, format!("{}…", "ä".repeat(1_000)));
    assert_eq!(cut.detail["list"].as_str().unwrap().chars().count(), 1_001);
    for unreadable in [archived, strange] {
        assert!(
            unreadable.detail.is_empty() && unreadable.detail_cut,
            "{unreadable:?}"
        );
    }
}

#[tokio::test]
async fn it_is_for_admins_who_are_not_blocked() {
    let db = TestDb::open().await;
    let query = AccessQuery {
        limit: 1,
        ..AccessQuery::default()
    };
    for who in [db.agent, db.customer] {
        let refused = refusal(page(&db.store, db.reader(who), &query).await);
        assert_eq!(refused, RejectCode::Forbidden);
    }
    db.sql(&format!(
        "update people set blocked_at = now() where id = '{}'",
        db.boss
    ))
    .await;
    let refused = refusal(page(&db.store, db.reader(db.boss), &query).await);
    assert_eq!(refused, RejectCode::Blocked);
    let session = db.session("helpline_customer", db.boss).await;
    let call =
        "select * from support_read_access_log(null, null, null, null, null, null, null, 1, 1)";
    assert!(session.batch_execute(call).await.is_err());
}

#[tokio::test]
async fn people_tickets_and_times_are_found_by_their_indexes() {
    let db = TestDb::open().await;
    fill(&db, 20_000).await;
    let ticket = "select ticket_id::text from access_log where ticket_id is not null limit 1";
    let ticket: String = db.ask(ticket).await;
    db.sql("vacuum analyze access_log").await;
    let call = |user: &str, ticket: &str, to: &str| {
        format!(
            "select * from support_read_access_log({user}, array['never_done'], {ticket}, null, null, {to}, null, 50, 50000)"
        )
    };
    let (agent, ticket) = (format!("'{}'", db.agent), format!("'{ticket}'"));
    let to = "'2026-03-01 14:00Z'";
    for (call, index) in [
        (call(&agent, "null", "null"), "access_log_user_idx"),
        (call("null", &ticket, "null"), "access_log_ticket_idx"),
        (call("null", "null", to), "access_log_pkey"),
        (call(&agent, &ticket, to), "access_log_ticket_idx"),
    ] {
        let (client, told) = explaining(&db).await;
        client.batch_execute(&call).await.unwrap();
        let plans = told.lock().unwrap().clone();
        assert!(
            plans.contains(&format!("Index Scan Backward using {index}")),
            "{call}:\n{plans}"
        );
        for other in ["Seq Scan on access_log", "Bitmap Heap Scan on access_log"] {
            assert!(!plans.contains(other), "{call}: {other}:\n{plans}");
        }
    }
}

#[tokio::test]
#[ignore = "a measurement, run by hand"]
async fn pages_of_a_million_rows() {
    let db = TestDb::open().await;
    for _ in 0..10 {
        fill(&db, 100_000).await;
    }
    // The filter on this ticket matches only the oldest row, which is the worst case.
    db.sql("vacuum analyze access_log").await;
    let ticket = "select ticket_id from access_log where ticket_id is not null order by id limit 1";
    let ticket = helpline_core::ids::TicketId::new(db.ask::<Uuid>(ticket).await);
    let rows: i64 = db.ask("select count(*) from access_log").await;
    let asked = |change: &dyn Fn(&mut AccessQuery)| {
        let mut query = AccessQuery {
            limit: limits::ACCESS_LOG_PAGE_MAX,
            ..AccessQuery::default()
        };
        change(&mut query);
        query
    };
    let never = || Some(vec!["never_done".to_owned()]);
    for (name, query) in [
        ("everything", asked(&|_| {})),
        ("one person", asked(&|q| q.user = Some(db.agent))),
        ("one ticket", asked(&|q| q.ticket = Some(ticket))),
        ("refused", asked(&|q| q.refused = Some(true))),
        (
            "a rare action",
            asked(&|q| q.actions = Some(vec!["rare_read".to_owned()])),
        ),
        ("what there is not", asked(&|q| q.actions = never())),
        (
            "of a person what there is not",
            asked(&|q| {
                q.user = Some(db.agent);
                q.actions = never();
            }),
        ),
        (
            "an hour",
            asked(&|q| {
                q.from = Some(at(40_000));
                q.to = Some(at(43_600));
            }),
        ),
    ] {
        let mut times = Vec::new();
        for _ in 0..9 {
            let begun = Instant::now();
            page(&db.store, db.reader(db.boss), &query).await.unwrap();
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        println!(
            "{rows} rows, {name}: median {:?}, longest {:?}",
            times[4], times[8]
        );
    }
}
