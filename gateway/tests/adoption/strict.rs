//! On tickets that were changed on both sides, only what the platform has changed may differ.

use crate::kit::Adoption;
use crate::platform::{Contents, run};

/// A ticket with notes, which was changed in Helpline and got a message on the platform since.
struct Both {
    adoption: Adoption,
    ticket: String,
    note: String,
    said: String,
}

impl Both {
    async fn new() -> Self {
        let adoption = Adoption::installed(&Contents::plain(60)).await;
        let platform = &adoption.platform;
        adoption.adopt(&["--copy"]).await.succeeded();
        let ticket = platform
            .ask("select ticket_id from public.support_messages where is_internal order by ticket_id limit 1")
            .await;
        let first = async |what: &str| {
            let sql = format!(
                "select id from public.support_messages where ticket_id = '{ticket}' and {what} order by created_at limit 1"
            );
            platform.ask(&sql).await
        };
        let note = first("is_internal").await;
        let said = first("sender_type = 'customer'").await;
        run(
            &platform.admin,
            &format!(
                "update helpline.support_tickets set priority = case priority when 'urgent' then 'low' else 'urgent' end where id = '{ticket}';
                 insert into public.support_messages (id, ticket_id, sender_id, sender_type, message)
                   select md5('later')::uuid, t.id, t.user_id, 'customer', 'Written later' from public.support_tickets t where t.id = '{ticket}'"
            ),
        )
        .await;
        adoption.adopt(&["--follow"]).await.succeeded();
        adoption.adopt(&["--verify"]).await.succeeded();
        Self {
            adoption,
            ticket,
            note,
            said,
        }
    }

    fn sql(&self, sql: &str) -> String {
        sql.replace("$ticket", &self.ticket)
            .replace("$note", &self.note)
            .replace("$said", &self.said)
    }
}

/// What is different in the desk although neither side tells a change.
const CHANGED: &[&str] = &[
    "update helpline.support_messages set is_internal = false where id = '$note'",
    "update helpline.support_messages set body = 'Replaced' where id = '$said'",
    "update helpline.support_messages set body = 'Replaced' where id = md5('later')::uuid",
    "update helpline.support_messages set sender_id = md5('person 39')::uuid where id = '$said'",
    "update helpline.support_messages set sender_type = 'admin' where id = '$said'",
    "update helpline.support_messages set is_internal = true, sender_type = 'system', sender_id = null where id = '$said'",
    "update helpline.support_messages set created_at = created_at - interval '1 second' where id = '$said'",
    "update helpline.support_messages set user_agent = 'another' where id = '$said'",
    "update helpline.support_ticket_activity set actor_id = null where ticket_id = '$ticket' and seq = 1",
    "update helpline.support_ticket_activity set description = 'Another' where ticket_id = '$ticket' and seq = 1",
    "update helpline.support_ticket_activity set created_at = created_at + interval '1 second' where ticket_id = '$ticket' and seq = 1",
    "update helpline.support_ticket_activity set kind = 'category_changed' where ticket_id = '$ticket' and seq = (select max(seq)
       from helpline.support_ticket_activity where ticket_id = '$ticket' and kind in ('status_changed', 'assigned', 'priority_changed') and metadata ? 'adopted')",
];

#[tokio::test]
async fn a_row_that_the_platform_has_not_changed_must_be_the_same_on_a_ticket_of_both_sides() {
    let both = Both::new().await;
    let mut wrong = Vec::new();
    for sql in CHANGED {
        let sql = format!("set session_replication_role = replica; {}", both.sql(sql));
        let done = both.adoption.adopt_after(&sql, &["--verify"]).await;
        if done.code != Some(1) {
            wrong.push(format!("{sql}: {:?}", done.code));
        }
    }
    assert!(wrong.is_empty(), "not found:\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_the_platform_has_changed_is_listed_but_never_a_note_or_a_side() {
    let both = Both::new().await;
    let changed = |sql: &str| {
        both.sql(&format!(
            "set session_replication_role = replica; update public.support_messages set {sql} where id = '$said'; set session_replication_role = origin"
        ))
    };
    let platform = &both.adoption.platform;
    run(
        &platform.admin,
        &changed("message = 'Edited there', edited_at = now()"),
    )
    .await;
    both.adoption.adopt(&["--follow"]).await.succeeded();
    let verified = both.adoption.adopt(&["--verify"]).await.succeeded();
    assert!(verified.rules(&both.said).contains(&"changed_there"));
    for other in ["is_internal = true", "sender_type = 'system'"] {
        let undo = match other {
            "is_internal = true" => "is_internal = false",
            _ => "sender_type = 'customer'",
        };
        run(&platform.admin, &changed(other)).await;
        both.adoption.adopt(&["--follow"]).await;
        let verified = both.adoption.adopt(&["--verify"]).await;
        // The owner's message is the customer's, whatever the row says.
        let is_judged = other.starts_with("sender_type");
        let code = if is_judged { 0 } else { 1 };
        assert_eq!(verified.code, Some(code), "{other}: {}", verified.told);
        run(&platform.admin, &changed(undo)).await;
    }
    both.adoption.adopt(&["--follow"]).await.succeeded();
    both.adoption.adopt(&["--cut-over"]).await.succeeded();
}

#[tokio::test]
async fn a_held_ticket_that_only_the_platform_has_changed_does_not_stop_the_cut_over() {
    let adoption = Adoption::installed(&Contents::plain(20)).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    let hold = |is_held: bool| {
        format!(
            "set session_replication_role = replica; update helpline.support_tickets set legal_hold = {is_held} where id = md5('ticket 3')::uuid;
             set session_replication_role = origin"
        )
    };
    run(&platform.admin, &hold(true)).await;
    run(
        &platform.admin,
        "update public.support_tickets set customer_rating = 2, customer_feedback = 'Late', subject = 'Renamed', updated_at = now()
           where id = md5('ticket 3')::uuid",
    )
    .await;
    let row = platform.ask("select md5('ticket 3')::uuid::text").await;
    let subject = "select subject from helpline.support_tickets where id = md5('ticket 3')::uuid";
    let before = platform.ask(subject).await;
    for step in ["--follow", "--verify", "--cut-over"] {
        let done = adoption.adopt(&[step]).await.succeeded();
        assert!(done.rules(&row).contains(&"held_here"), "{step}");
        assert_eq!(platform.ask(subject).await, before, "{step}");
    }
    // A message is not the ticket's own field.
    let edited = "set session_replication_role = replica; update helpline.support_messages set body = 'Replaced' where id = md5('message 3 1')::uuid";
    let done = adoption.adopt_after(edited, &["--verify"]).await;
    assert_eq!(done.code, Some(1), "{}", done.told);
    // When the hold is released, the next copy replaces the ticket.
    let admin = platform.another_admin().await;
    run(&admin, &hold(false)).await;
    let followed = adoption.adopt(&["--follow"]).await.succeeded();
    assert_eq!(followed.report["done"]["replaced"], 1, "{}", followed.told);
    let renamed = format!("select ({subject}) = 'Renamed'");
    assert_eq!(helpline_ask(&adoption, &renamed).await, "true");
    let verified = adoption.adopt(&["--verify"]).await.succeeded();
    assert!(!verified.rules(&row).contains(&"held_here"));
}

/// Asks in a new session: copying the database has ended the others.
async fn helpline_ask(adoption: &Adoption, sql: &str) -> String {
    crate::platform::ask(&adoption.platform.another_admin().await, sql).await
}

#[tokio::test]
async fn the_cut_over_reports_what_it_has_appended_and_hidden() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    let agent = platform.session("authenticated", "staff agent").await;
    let answer = "insert into helpline_api.support_messages (ticket_id, message) values (md5('ticket 7')::uuid, 'Answer in Helpline')";
    run(&agent, answer).await;
    run(
        &platform.admin,
        "insert into public.support_messages (id, ticket_id, sender_id, sender_type, message) values
           (md5('of the former')::uuid, md5('ticket 7')::uuid, md5('person 8')::uuid, 'customer', 'Before it was given away');
         update public.support_tickets set user_id = md5('person 9')::uuid where id = md5('ticket 7')::uuid",
    )
    .await;
    let row = platform
        .ask("select md5('of the former')::uuid::text")
        .await;
    let done = adoption.adopt(&["--cut-over"]).await.succeeded();
    let rules = done.rules(&row);
    for rule in ["appended_behind", "owner_changed_hidden"] {
        assert!(rules.contains(&rule), "{rule}: {rules:?}");
    }
    // The platform gives it back: what was hidden stays hidden and is listed.
    let back = "update public.support_tickets set user_id = md5('person 8')::uuid where id = md5('ticket 7')::uuid";
    run(&platform.admin, back).await;
    adoption.adopt(&["--follow"]).await.succeeded();
    let verified = adoption.adopt(&["--verify"]).await.succeeded();
    assert!(verified.rules(&row).contains(&"owner_changed_hidden"));
    let shown = "set session_replication_role = replica; update helpline.support_messages set is_internal = false where id = md5('of the former')::uuid";
    let done = adoption.adopt_after(shown, &["--verify"]).await;
    assert_eq!(done.code, Some(1), "{}", done.told);
}
