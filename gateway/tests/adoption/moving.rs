//! The steps of a move: a dry run, copies, what arrives meanwhile, the cut-over, and the way back.

use crate::invariants::{self, TICKETS};
use crate::kit::{Adoption, assert_same};
use crate::platform::{Contents, DEFAULTS, run};

#[tokio::test]
async fn a_dry_run_writes_nothing_and_counts_everything() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let before = adoption.dump(None).await;
    let done = adoption.adopt(&["--dry-run"]).await.succeeded();
    assert_same(&before, &adoption.dump(None).await, "the dry run wrote");
    let platform = &adoption.platform;
    for (word, table) in [
        ("tickets", "support_tickets"),
        ("messages", "support_messages"),
        ("activity", "support_ticket_activity"),
    ] {
        let count = platform
            .ask(&format!("select count(*) from public.{table}"))
            .await;
        assert_eq!(done.report["source"][word].to_string(), count, "{word}");
    }
    let copied = adoption.adopt(&["--copy"]).await.succeeded();
    let rules = |report: &serde_json::Value| {
        let findings = report["findings"].as_array().unwrap();
        let mut rules: Vec<_> = findings
            .iter()
            .map(|f| (f["rule"].to_string(), f["count"].to_string()))
            .collect();
        rules.sort();
        rules
    };
    assert_eq!(
        rules(&done.report),
        rules(&copied.report),
        "the dry run and the copy judge alike"
    );
    assert_eq!(copied.report["adopted"]["tickets"], 200);
}

#[tokio::test]
async fn a_second_copy_changes_nothing_and_the_platform_stays_as_it_was() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform_before = adoption.dump(Some("public")).await;
    adoption.adopt(&["--copy"]).await.succeeded();
    let once = adoption.adopted().await;
    adoption.adopt(&["--copy"]).await.succeeded();
    assert_eq!(adoption.adopted().await, once, "copied twice");
    adoption.adopt(&["--follow"]).await.succeeded();
    assert_eq!(adoption.adopted().await, once, "followed without news");
    assert_same(
        &platform_before,
        &adoption.dump(Some("public")).await,
        "the copy changed the platform",
    );
    adoption.adopt(&["--undo"]).await.succeeded();
    assert_same(
        &platform_before,
        &adoption.dump(Some("public")).await,
        "undo changed the platform",
    );
}

#[tokio::test]
async fn a_copy_that_was_killed_goes_on() {
    let adoption = Adoption::installed(&Contents::plain(1500)).await;
    let mut copying = adoption.start(&["--copy"]);
    let count = "select count(*) from helpline.support_tickets";
    while adoption.platform.ask(count).await == "0" {
        assert!(
            copying.try_wait().unwrap().is_none(),
            "ended before it copied anything"
        );
    }
    copying.start_kill().unwrap();
    copying.wait().await.unwrap();
    let some: u32 = adoption.platform.ask(count).await.parse().unwrap();
    assert!(some < 1500, "it was not killed half-way");
    adoption
        .adopt(&["--verify"])
        .await
        .code
        .filter(|code| *code == 1)
        .expect("the copy is not whole");
    let copied = adoption.adopt(&["--copy"]).await.succeeded();
    assert_eq!(copied.report["adopted"]["tickets"], 1500);
    invariants::assert_hold(&adoption, &[TICKETS], "resumed").await;
    adoption.adopt(&["--verify"]).await.succeeded();
}

/// What a customer and an agent do in the old pages: a message, a new ticket with a message, a
/// rating, a change of the status, and a message written as admin.
pub const WRITES: &str = "
    insert into public.support_messages (id, ticket_id, sender_id, sender_type, message) values
      (md5('live one')::uuid, md5('ticket 7')::uuid, auth.uid(), 'customer', 'Written meanwhile'),
      (md5('live note')::uuid, md5('ticket 7')::uuid, auth.uid(), 'admin', 'As admin, meanwhile');
    update public.support_tickets set customer_rating = 2, customer_feedback = 'meanwhile' where id = md5('ticket 7')::uuid;
    insert into public.support_tickets (id, user_id, user_email, subject, category)
    values (md5('live ticket')::uuid, auth.uid(), 'person8@customers.example', 'Opened meanwhile', 'billing');
    insert into public.support_messages (id, ticket_id, sender_id, sender_type, message)
    values (md5('live two')::uuid, md5('live ticket')::uuid, auth.uid(), 'customer', 'Second');
    select public.update_ticket_status(md5('ticket 7')::uuid, 'escalated', auth.uid())";

const OLD_FUNCTIONS: &[&str] = &[
    "log_ticket_activity(uuid, text, uuid, text, text, text, text)",
    "update_ticket_status(uuid, text, uuid)",
    "assign_ticket(uuid, uuid, uuid)",
    "archive_old_tickets()",
    "delete_old_archived_tickets()",
];

#[tokio::test]
async fn what_customers_write_meanwhile_arrives_until_the_cut_over_refuses_it() {
    for defaults in [DEFAULTS[0], DEFAULTS[1]] {
        let contents = Contents {
            default_privileges: defaults,
            ..Contents::ODD
        };
        let adoption = Adoption::installed(&contents).await;
        let platform = &adoption.platform;
        adoption.adopt(&["--copy"]).await.succeeded();
        let customer = platform.session("authenticated", "person 8").await;
        run(&customer, WRITES).await;
        let unfinished = adoption.adopt(&["--verify"]).await;
        assert_eq!(unfinished.code, Some(1), "news: {}", unfinished.told);
        adoption.adopt(&["--follow"]).await.succeeded();
        arrived(&adoption).await;
        invariants::assert_hold(&adoption, &[TICKETS], "followed").await;

        // Written between the last pass and the cut-over, which takes it along.
        let last = "insert into public.support_messages (id, ticket_id, sender_id, sender_type, message)
                    values (md5('live last')::uuid, md5('live ticket')::uuid, auth.uid(), 'customer', 'The last one')";
        run(&customer, last).await;
        let before = adoption.dump(Some("public")).await;
        adoption.adopt(&["--cut-over"]).await.succeeded();
        let there = "select body from helpline.support_messages where id = md5('live last')::uuid";
        assert_eq!(platform.ask(there).await, "The last one");
        invariants::assert_hold(&adoption, &[TICKETS], "cut over").await;
        adoption.adopt(&["--verify"]).await.succeeded();
        refused(&adoption).await;

        adoption.adopt(&["--undo"]).await.succeeded();
        assert_same(
            &before,
            &adoption.dump(Some("public")).await,
            "undo does not give back what was",
        );
        run(&customer, &last.replace("live last", "after undo")).await;
    }
}

async fn arrived(adoption: &Adoption) {
    for (sql, expected) in [
        (
            "select body || sender_type from helpline.support_messages where id = md5('live one')::uuid",
            "Written meanwhilecustomer",
        ),
        (
            "select sender_type from helpline.support_messages where id = md5('live note')::uuid",
            "customer",
        ),
        (
            "select status || satisfaction_rating || satisfaction_comment from helpline.support_tickets where id = md5('ticket 7')::uuid",
            "escalated2meanwhile",
        ),
        (
            "select subject from helpline.support_tickets where id = md5('live ticket')::uuid",
            "Opened meanwhile",
        ),
        (
            "select count(*) from helpline.support_messages where ticket_id = md5('live ticket')::uuid",
            "1",
        ),
    ] {
        assert_eq!(adoption.platform.ask(sql).await, expected, "{sql}");
    }
}

/// After the cut-over, the old pages cannot write, and say so.
pub async fn refused(adoption: &Adoption) {
    let platform = &adoption.platform;
    for role in ["authenticated", "anon"] {
        let old = platform.session(role, "person 8").await;
        for sql in [
            "insert into public.support_tickets (user_id, user_email, subject, category) values (auth.uid(), 'x', 'x', 'billing')",
            "insert into public.support_messages (ticket_id, sender_id, sender_type, message) values (md5('ticket 7')::uuid, auth.uid(), 'customer', 'x')",
            "update public.support_tickets set status = 'open' where id = md5('ticket 7')::uuid",
            "delete from public.support_tickets",
            "truncate public.support_messages",
            "select public.log_ticket_activity(md5('ticket 7')::uuid, 'resolved', auth.uid(), 'admin')",
            "select public.update_ticket_status(md5('ticket 7')::uuid, 'closed', auth.uid())",
            "select public.assign_ticket(md5('ticket 7')::uuid, auth.uid(), auth.uid())",
        ] {
            let error = old.batch_execute(sql).await.expect_err(sql);
            let error = error.as_db_error().unwrap();
            let code = error.code().code();
            assert!(code == "42501", "{role}: {sql}: {error:?}");
        }
        for function in OLD_FUNCTIONS {
            let may =
                format!("select has_function_privilege('{role}', 'public.{function}', 'execute')");
            assert_eq!(
                platform.ask(&may).await,
                "false",
                "{role} may call {function}"
            );
        }
        // Reading goes on: old pages that are still open show what was.
    }
    // Nothing in the schema `helpline` is reachable for the roles of the platform's API.
    let reachable = "select string_agg(r || ' ' || c.oid::regclass::text, ', ')
        from unnest(array['anon', 'authenticated', 'service_role']) r, pg_class c
        where c.relnamespace = 'helpline'::regnamespace and c.relkind in ('r', 'v', 'S', 'p') and
          case c.relkind when 'S' then has_sequence_privilege(r, c.oid, 'usage, select, update')
          else has_table_privilege(r, c.oid, 'select, insert, update, delete, truncate') end";
    assert_eq!(platform.ask(reachable).await, "null");
}
