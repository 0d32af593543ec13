//! What is deleted on the platform after the copy, or erased in Helpline.

use crate::kit::{Adoption, Done};
use crate::platform::{Contents, run};

async fn id(adoption: &Adoption, name: &str) -> String {
    let sql = format!("select md5('{name}')::uuid::text");
    adoption.platform.ask(&sql).await
}

#[track_caller]
fn assert_listed(done: &Done, row: &str, rule: &str) {
    let rules = done.rules(row);
    assert!(rules.contains(&rule), "{row}: {rules:?}, not {rule}");
}

const DELETE: &str = "delete from public.support_messages where id in (md5('message 5 1')::uuid, md5('m long')::uuid);
    delete from public.support_ticket_activity where id = md5('activity ' || md5('message 5 1')::uuid)::uuid;
    delete from public.support_ticket_activity where id = md5('a twice one')::uuid;
    delete from public.support_tickets where id = md5('ticket 9')::uuid";

#[tokio::test]
async fn rows_that_the_platform_deletes_stay_and_are_listed() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    run(&platform.admin, DELETE).await;
    let before = "select md5(string_agg(to_jsonb(m)::text, ',' order by m.id)) from helpline.support_messages m
        where m.id in (md5('message 5 1')::uuid, md5('m long')::uuid)";
    let kept = "select count(*) from helpline.adopted_originals where row_id = md5('m long')::uuid";
    let (messages, originals) = (platform.ask(before).await, platform.ask(kept).await);
    let mut rows = Vec::new();
    for name in ["message 5 1", "m long", "a twice one", "ticket 9"] {
        rows.push(id(&adoption, name).await);
    }
    let unfollowed = adoption.adopt(&["--verify"]).await;
    assert_eq!(unfollowed.code, Some(1), "not followed yet");
    // A later change of such a ticket arrives, too, and what was deleted stays all the same.
    run(
        &platform.admin,
        "update public.support_tickets set status = 'escalated' where id = md5('ticket 5')::uuid",
    )
    .await;
    for step in ["--follow", "--verify", "--cut-over"] {
        let done = adoption.adopt(&[step]).await.succeeded();
        for row in &rows {
            assert_listed(&done, row, "deleted_there");
        }
        assert_eq!(platform.ask(before).await, messages, "{step}");
        assert_eq!(platform.ask(kept).await, originals, "{step}");
    }
    let status = "select status from helpline.support_tickets where id = md5('ticket 5')::uuid";
    assert_eq!(platform.ask(status).await, "escalated");
    let there = "select count(*) from helpline.support_tickets where id = md5('ticket 9')::uuid";
    assert_eq!(platform.ask(there).await, "1");
    let event = "select count(*) from helpline.support_ticket_activity where metadata #>> '{adopted,id}' = md5('a twice one')::uuid::text";
    assert_eq!(platform.ask(event).await, "1");
}

#[tokio::test]
async fn an_erased_person_does_not_come_back_with_the_next_copy() {
    let adoption = Adoption::installed(&Contents {
        then: vec!["update public.support_tickets set assigned_to = md5('staff agent')::uuid, assigned_at = now() where id = md5('ticket 7')::uuid".into()],
        ..Contents::plain(60)
    })
    .await;
    let platform = &adoption.platform;
    let column = "alter table public.support_tickets add column nickname text default 'Bee'";
    run(&platform.admin, column).await;
    adoption.adopt(&["--copy"]).await.succeeded();
    let person = id(&adoption, "person 8").await;
    run(
        &platform.admin,
        &format!("insert into helpline.erasure_proposals (person_id, gone_since, proposed_at) values ('{person}', now(), now())"),
    )
    .await;
    let named = "select count(*) from helpline.support_ticket_activity where public_actor_name is not null and actor_id = md5('person 8')::uuid";
    assert_ne!(platform.ask(named).await, "0");
    let unknown = "select count(*) from helpline.adopted_originals o join helpline.support_tickets t on t.id = o.ticket_id
        where t.user_id = md5('person 8')::uuid and o.field like '*%'";
    assert_ne!(platform.ask(unknown).await, "0");
    let admin = platform.session("helpline_staff", "staff admin").await;
    let sql = format!("select helpline.erasure_decide('{person}', true)");
    run(&admin, &sql).await;
    let known = "select count(*) from helpline.people where id = md5('person 8')::uuid";
    let texts =
        "select count(*) from helpline.support_messages where sender_id = md5('person 8')::uuid";
    let said = platform.ask(texts).await;
    assert_eq!(platform.ask(named).await, "0", "names in the history");
    run(
        &platform.admin,
        "update public.support_tickets set updated_at = now() where user_id = md5('person 8')::uuid",
    )
    .await;
    for step in ["--follow", "--verify", "--cut-over"] {
        adoption.adopt(&[step]).await.succeeded();
        assert_eq!(platform.ask(known).await, "0", "{step}");
        assert_eq!(platform.ask(named).await, "0", "{step}");
        assert_eq!(platform.ask(unknown).await, "0", "{step}");
        assert_eq!(platform.ask(texts).await, said, "{step}");
    } // Their tickets are compared like others.
    let unassigned = "set session_replication_role = replica; update helpline.support_tickets set assigned_to = null, assigned_at = null where id = md5('ticket 7')::uuid";
    let done = adoption.adopt_after(unassigned, &["--verify"]).await;
    assert_eq!(done.code, Some(1), "{}", done.told);
}
