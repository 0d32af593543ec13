//! Tests the rules around runs of retention: settings, the guard against large runs, receipts, the
//! access log, and that nothing of a deleted ticket is left.

use std::collections::BTreeSet;

use helpline_core::ids::RetentionRunId;
use helpline_core::limits;
use helpline_core::protocol::{RetentionKind, RetentionSettings, RetentionState};
use helpline_core::reject::RejectCode;
use helpline_persistence::IfMatch;
use helpline_persistence::legal_holds::HoldScope;
use helpline_persistence::retention::{
    self, DueTickets, PortionSize, act, act_in, approve, begin, dry_run, due, open_runs,
    set_settings, settings,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use crate::retention_runs::{SMALL, as_imported, begun, closed_tickets, finish, hold, period};
use crate::test_db::{TestDb, message, note, refusal};

#[tokio::test]
async fn a_large_run_waits_for_an_admin() {
    let db = TestDb::open().await;
    let many = usize::try_from(limits::RETENTION_UNGUARDED_ROWS_MAX).unwrap() + 1;
    closed_tickets(&db, many, 7).await;
    let plan = dry_run(&db.store).await.unwrap().remove(0);
    assert!(plan.needs_approval && plan.due == many as u64);
    let run = begun(&db, RetentionKind::Archive, 1).await;
    assert_eq!(run.state, RetentionState::Waiting);
    assert!(open_runs(&db.store).await.unwrap().is_empty());
    let portion = act(&db.store, run.id, SMALL).await.unwrap();
    assert_eq!((portion.run.changed, portion.events.len()), (0, 0));
    // The next period makes a new plan, and the old one can no longer be approved.
    let next = begun(&db, RetentionKind::Archive, 2).await;
    let (agent, boss) = (db.caller(db.agent), db.caller(db.boss));
    let approved = async |who, run| approve(&db.store, who, run).await;
    assert_eq!(refusal(approved(&boss, run.id).await), RejectCode::Conflict);
    assert_eq!(
        refusal(approved(&agent, next.id).await),
        RejectCode::Forbidden
    );
    let unknown = RetentionRunId::new(Uuid::now_v7());
    assert_eq!(
        refusal(approved(&boss, unknown).await),
        RejectCode::NotFound
    );
    approved(&boss, next.id).await.unwrap();
    assert_eq!(
        refusal(approved(&boss, next.id).await),
        RejectCode::Conflict
    );
    assert_eq!(open_runs(&db.store).await.unwrap(), [next.id]);
    let receipt = finish(&db, next.id, PortionSize::default()).await;
    assert_eq!(receipt.changed, many as u64);
    assert_eq!(receipt.approved_by, Some(db.boss));
    let words: String = db
        .ask("select string_agg(action, ' ' order by id) from access_log where action like 'retention%'")
        .await;
    assert_eq!(words, "retention_run_approved retention_run_done");
    // Who is no admin sees no runs.
    let seen = async |who| {
        retention::list(&db.store, db.reader(who))
            .await
            .unwrap()
            .len()
    };
    assert_eq!((seen(db.boss).await, seen(db.agent).await), (2, 0));
}

#[tokio::test]
async fn a_refused_run_changes_nothing_and_the_next_one_waits_again() {
    let db = TestDb::open().await;
    let many = usize::try_from(limits::RETENTION_UNGUARDED_ROWS_MAX).unwrap() + 1;
    closed_tickets(&db, many, 7).await;
    let run = begun(&db, RetentionKind::Archive, 1).await;
    let (agent, boss) = (db.caller(db.agent), db.caller(db.boss));
    let refused = async |who| retention::refuse(&db.store, who, run.id).await;
    assert_eq!(refusal(refused(&agent).await), RejectCode::Forbidden);
    refused(&boss).await.unwrap();
    assert_eq!(refusal(refused(&boss).await), RejectCode::Conflict);
    let approved = approve(&db.store, &boss, run.id).await;
    assert_eq!(refusal(approved), RejectCode::Conflict);
    let receipt = act(&db.store, run.id, SMALL).await.unwrap().run;
    assert_eq!(
        (receipt.state, receipt.changed),
        (RetentionState::Stopped, 0)
    );
    assert_eq!(receipt.reason.as_deref(), Some("refused"));
    let archived: i64 = db
        .ask("select count(*) from support_tickets where archived_at is not null")
        .await;
    assert_eq!(archived, 0);
    let again = begun(&db, RetentionKind::Archive, 1).await;
    assert_eq!(again.id, run.id, "the period has had its run");
    let next = begun(&db, RetentionKind::Archive, 2).await;
    assert_eq!(next.state, RetentionState::Waiting);
    let words: String = db
        .ask("select string_agg(action, ' ' order by id) from access_log where action like 'retention%'")
        .await;
    assert_eq!(words, "retention_run_refused retention_run_stopped");
}

#[tokio::test]
async fn the_listed_tickets_are_those_that_a_run_changes() {
    let db = TestDb::open().await;
    closed_tickets(&db, 130, 7).await;
    closed_tickets(&db, 20, 1).await;
    let held = "update support_tickets set legal_hold = true where id in (select id from support_tickets order by id limit 9)";
    db.admin.batch_execute(held).await.unwrap();
    let run = begun(&db, RetentionKind::Archive, 1).await;
    let mut listed = BTreeSet::new();
    let mut which = DueTickets {
        kind: RetentionKind::Archive,
        run: Some(run.id),
        after: None,
    };
    loop {
        let page = due(&db.store, db.reader(db.boss), which).await.unwrap();
        for ticket in &page.tickets {
            assert!(listed.insert(ticket.id.uuid()), "listed twice");
        }
        let Some(next) = page.next_cursor else {
            break;
        };
        which.after = Some(next.parse().unwrap());
    }
    let agents = due(&db.store, db.reader(db.agent), which).await;
    assert_eq!(refusal(agents), RejectCode::Forbidden);
    if run.state == RetentionState::Waiting {
        approve(&db.store, &db.caller(db.boss), run.id)
            .await
            .unwrap();
    }
    finish(&db, run.id, PortionSize::default()).await;
    let changed: Vec<Uuid> = db
        .ask("select coalesce(array_agg(id), '{}') from support_tickets where archived_at is not null")
        .await;
    assert_eq!(listed, changed.into_iter().collect());
    assert!(!listed.is_empty());
}

#[tokio::test]
async fn a_run_stops_while_its_schedule_is_paused() {
    let db = TestDb::open().await;
    closed_tickets(&db, 10, 7).await;
    let run = begun(&db, RetentionKind::Archive, 1).await;
    assert_eq!(act(&db.store, run.id, SMALL).await.unwrap().run.changed, 3);
    db.sql("insert into schedules (name, zone, wall_time, every, on_day, next_at, paused_at) values ('retention_archive', 'UTC', '03:00', 'month', 1, now(), now())")
        .await;
    assert!(open_runs(&db.store).await.unwrap().is_empty());
    assert_eq!(act(&db.store, run.id, SMALL).await.unwrap().run.changed, 3);
    db.sql("update schedules set paused_at = null").await;
    assert_eq!(open_runs(&db.store).await.unwrap(), [run.id]);
    assert_eq!(finish(&db, run.id, SMALL).await.changed, 10);
}

#[tokio::test]
async fn the_share_is_of_what_a_run_can_change() {
    let db = TestDb::open().await;
    let many = usize::try_from(limits::RETENTION_UNGUARDED_ROWS_MAX).unwrap() + 1;
    closed_tickets(&db, 10 * many, 7).await;
    db.sql("update support_tickets set archived_at = now()")
        .await;
    closed_tickets(&db, many, 7).await;
    let plan = dry_run(&db.store).await.unwrap().remove(0);
    assert_eq!((plan.due, plan.total), (many as u64, many as u64));
    assert!(
        plan.needs_approval,
        "the archive hides that the whole desk is due"
    );
}

#[tokio::test]
async fn a_receipt_never_changes() {
    let db = TestDb::open().await;
    let run = begun(&db, RetentionKind::Archive, 1).await;
    finish(&db, run.id, SMALL).await;
    for sql in [
        "update retention_runs set changed = 7",
        "delete from retention_runs",
    ] {
        db.admin.batch_execute(sql).await.expect_err(sql);
    }
}

#[tokio::test]
async fn a_run_stops_when_the_settings_change() {
    let db = TestDb::open().await;
    closed_tickets(&db, 10, 7).await;
    let boss = db.caller(db.boss);
    let set = async |change: fn(&mut RetentionSettings)| {
        let mut new = settings(&db.store).await.unwrap();
        change(&mut new);
        let tag = set_settings(&db.store, &boss, &new, &IfMatch::default())
            .await
            .unwrap();
        let read = retention::read_settings(&db.store, db.reader(db.boss))
            .await
            .unwrap();
        assert_eq!(read, (new, tag));
    };
    for (n, change, reason) in [
        (
            1,
            (|s| s.archive_months = 12) as fn(&mut RetentionSettings),
            "settings_changed",
        ),
        (2, |s| s.enabled = false, "switched_off"),
    ] {
        set(|s| s.archive_months = 6).await;
        let run = begun(&db, RetentionKind::Archive, n).await;
        assert_eq!(act(&db.store, run.id, SMALL).await.unwrap().events.len(), 3);
        set(change).await;
        let stopped = act(&db.store, run.id, SMALL).await.unwrap();
        assert_eq!(stopped.run.state, RetentionState::Stopped);
        assert_eq!(stopped.run.reason.as_deref(), Some(reason));
        assert_eq!((stopped.events.len(), stopped.run.changed), (0, 3));
    }
    let off = begin(&db.store, RetentionKind::Archive, period(3))
        .await
        .unwrap();
    assert_eq!(off, None);
}

#[tokio::test]
async fn the_database_refuses_the_settings_that_core_refuses() {
    let db = TestDb::open().await;
    assert_eq!(
        settings(&db.store).await.unwrap(),
        RetentionSettings::default()
    );
    let policy: String = db.ask("select retention_policy()::text").await;
    assert_eq!(
        policy, "(t,6,24,24,20)",
        "the database's defaults are core's"
    );
    let mut rng = StdRng::seed_from_u64(1);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..400 {
        let mut one = RetentionSettings::default();
        for _ in 0..rng.random_range(0..3) {
            let number = [0, 1, 2, 3, 240, 241, 65_535][rng.random_range(0..7)];
            match rng.random_range(0..7) {
                0 => one.archive_months = number,
                1 => one.delete_months = number,
                2 => one.access_log_months = number,
                3 => one.share_max_percent = [0, 1, 100, 101][rng.random_range(0..4)],
                4 => one.day = [0, 1, 28, 29, 31][rng.random_range(0..5)],
                5 => {
                    one.at = [
                        "00:00", "23:59", "24:00", "7:00", "07:60", "", "ab:cd", "07:00:00",
                    ][rng.random_range(0..8)]
                    .into()
                }
                _ => {
                    one.zone = [
                        "UTC",
                        "Etc/GMT+5",
                        "",
                        "Mars Base",
                        "America/Port-au-Prince",
                        "Ä",
                    ][rng.random_range(0..6)]
                    .into()
                }
            }
        }
        let stored = set_settings(&db.store, &db.caller(db.boss), &one, &IfMatch::default()).await;
        match one.check() {
            Ok(()) => {
                good += 1;
                stored.unwrap();
                assert_eq!(settings(&db.store).await.unwrap(), one);
            }
            Err(why) => {
                bad += 1;
                assert_eq!(refusal(stored), RejectCode::InvalidField, "{why} {one:?}");
            }
        }
    }
    assert!(good > 50 && bad > 50, "{good} {bad}");
    for value in ["null", "[]", "{}", r#"{"enabled": 1}"#, r#""on""#] {
        let sql = format!(
            "insert into support_settings (name, value) values ('retention', '{value}') on conflict (name) do update set value = excluded.value"
        );
        db.admin.batch_execute(&sql).await.expect_err(value);
    }
    let agent = db.caller(db.agent);
    let refused = set_settings(
        &db.store,
        &agent,
        &RetentionSettings::default(),
        &IfMatch::default(),
    )
    .await;
    assert_eq!(refusal(refused), RejectCode::Forbidden);
}

#[tokio::test]
async fn old_entries_of_the_access_log_are_deleted_in_portions_unless_held() {
    let db = TestDb::open().await;
    let (held, free) = (
        db.ticket().await,
        db.ticket_of(db.stranger, "Another").await,
    );
    let agent = db.agent;
    db.sql("set session_replication_role = replica; delete from access_log; set session_replication_role = origin").await;
    db.sql(&format!(
        "insert into access_log (user_id, action, ticket_id, created_at)
         select case when n % 10 = 0 then '{agent}'::uuid end, 'seen_' || case when n % 7 = 0 then 'held' else 'free' end,
           case when n % 7 = 0 then '{held}'::uuid when n % 3 = 0 then '{free}'::uuid end, now() - interval '24 months' + interval '1 minute' * (n - 40)
         from generate_series(1, 60) n"
    ))
    .await;
    hold(&db, HoldScope::Person(db.customer)).await;
    hold(&db, HoldScope::Person(agent)).await;
    let run = begun(&db, RetentionKind::AccessLog, 1).await;
    assert_eq!(
        (run.total, run.state),
        (62, RetentionState::Acting),
        "with the rows of the holds"
    );
    // 40 entries are older than 24 months: 5 of them are about the ticket of a held person, and 4
    // others by a held person.
    assert_eq!((run.due, run.skipped.held), (31, 9));
    let ids = async || -> BTreeSet<i64> {
        let rows = db
            .admin
            .query("select id from access_log where action like 'seen%'", &[]);
        rows.await.unwrap().iter().map(|row| row.get(0)).collect()
    };
    let (mut portions, mut digest) = (0, String::new());
    let receipt = loop {
        let mut transaction = db.store.begin().await.unwrap();
        act_in(&mut transaction, run.id, SMALL).await.unwrap();
        drop(transaction);
        let before = ids().await;
        let portion = act(&db.store, run.id, SMALL).await.unwrap();
        let after = ids().await;
        let gone: Vec<String> = before.difference(&after).map(i64::to_string).collect();
        if !gone.is_empty() {
            let text = format!("{digest} {}", gone.join(" "));
            let text = text.trim().replace(' ', "\\n");
            digest = db
                .ask(&format!("select encode(sha256(e'{text}'), 'hex')"))
                .await;
        }
        portions += 1;
        if portion.run.state == RetentionState::Done {
            break portion.run;
        }
    };
    assert!(portions > 5, "{portions}");
    assert_eq!((receipt.changed, receipt.digest), (31, Some(digest)));
    assert_eq!(receipt.kept.unwrap().held, 9);
    let left: i64 = db
        .ask("select count(*) from access_log where action like 'seen%'")
        .await;
    assert_eq!(left, 60 - 31);
}

/// A word that occurs in nothing but the ticket that is deleted.
const CANARY: &str = "xylocarp";

#[tokio::test]
async fn nothing_of_a_deleted_ticket_is_left_in_any_table() {
    let db = TestDb::open().await;
    let ticket = db
        .ticket_of(db.customer, &format!("The {CANARY} is broken"))
        .await;
    let other = db.ticket().await;
    for one in [ticket, other] {
        db.send(note(
            one,
            db.agent,
            &format!("{} note", if one == ticket { CANARY } else { "any" }),
        ))
        .await;
    }
    db.send(message(ticket, db.customer, &format!("My {CANARY}")))
        .await;
    let agent = db.agent;
    db.sql(&format!(
        "update support_messages set body = '{CANARY} edited' where body = 'My {CANARY}';
         update support_tickets set status = 'closed', metadata = '{{\"word\": \"{CANARY}\"}}' where id = '{ticket}';
         update support_tickets set satisfaction_rating = 1, satisfaction_comment = '{CANARY}' where id = '{ticket}';
         insert into timers (kind, ticket_id, key, due_at, fire_at, payload) values ('x', '{ticket}', '{CANARY}', now(), now(), '{{\"a\": \"{CANARY}\"}}');
         insert into deliveries (id, kind, receiver, ticket_id, seq, key, payload, next_at)
           values (gen_random_uuid(), 'x', 'r', '{ticket}', 1, 'k', '{{\"a\": \"{CANARY}\"}}', now());
         insert into consumers (name, cluster, seen) values ('c', 1, '1:1:');
         insert into consumer_faults (consumer, ticket_id, seq, last_seq, error, failed_at, next_at) values ('c', '{ticket}', 1, 1, '{CANARY}', now(), now());
         insert into support_read_positions (ticket_id, person_id, seq, public_seq) values ('{ticket}', '{agent}', 2, 1)"
    ))
    .await;
    let tables_with_it = async || -> Vec<String> {
        let tables = "select c.relname::text from pg_class c where c.relnamespace = 'helpline'::regnamespace and c.relkind in ('r', 'p', 'm') order by 1";
        let mut found = Vec::new();
        for row in db.admin.query(tables, &[]).await.unwrap() {
            let table: String = row.get(0);
            let sql = format!(
                "select count(*) from {table} t where t::text ilike '%{CANARY}%' or t::text like '%{ticket}%'"
            );
            if db.ask::<i64>(&sql).await > 0 {
                found.push(table);
            }
        }
        found
    };
    let before = tables_with_it().await;
    for table in [
        "support_tickets",
        "support_messages",
        "support_ticket_activity",
        "support_read_positions",
        "timers",
        "deliveries",
        "consumer_faults",
    ] {
        assert!(
            before.iter().any(|one| one == table),
            "{table} has the word before: {before:?}"
        );
    }
    as_imported(&db, &format!("update support_tickets set archived_at = now() - interval '30 months' where id = '{ticket}'")).await;
    let run = begun(&db, RetentionKind::Delete, 1).await;
    assert_eq!(finish(&db, run.id, SMALL).await.changed, 1);
    assert_eq!(tables_with_it().await, Vec::<String>::new());
    db.history(other).await;
}

#[tokio::test]
async fn only_these_functions_delete_tickets_and_entries_of_the_access_log() {
    let db = TestDb::open().await;
    for (table, function) in [
        ("support_tickets", "adopt_remove retention_change"),
        ("access_log", "retention_take_entries"),
    ] {
        let sql = format!(
            "select coalesce(string_agg(p.proname, ' ' order by p.proname), '') from pg_proc p
             where p.pronamespace = 'helpline'::regnamespace and p.prosrc ~* 'delete\\s+from\\s+{table}\\M'"
        );
        assert_eq!(db.ask::<String>(&sql).await, function);
    }
}
