//! `--verify` finds whatever was changed in the adopted rows.

use crate::kit::Adoption;
use crate::platform::Contents;

/// What someone with all privileges did to the adopted rows, past the triggers.
const SABOTAGES: &[(&str, &str)] = &[
    ("a ticket is gone", "delete from helpline.support_tickets where id = md5('ticket 3')::uuid"),
    ("a message is gone", "delete from helpline.support_messages where id = md5('message 4 1')::uuid"),
    (
        "a text is different by one character",
        "update helpline.support_messages set body = body || ' ' where id = md5('message 5 1')::uuid",
    ),
    (
        "a note is public",
        "update helpline.support_messages set is_internal = false where id = (select id from helpline.support_messages where is_internal limit 1)",
    ),
    (
        "a message is in another ticket",
        "update helpline.support_messages set ticket_id = md5('ticket 9')::uuid where id = md5('message 5 1')::uuid",
    ),
    (
        "a message is by someone else",
        "update helpline.support_messages set sender_id = md5('person 39')::uuid where id = md5('message 5 1')::uuid",
    ),
    (
        "a message is by the other side",
        "update helpline.support_messages set sender_type = 'admin' where id = md5('message 5 1')::uuid",
    ),
    (
        "a message is older",
        "update helpline.support_messages set created_at = created_at - interval '1 microsecond' where id = md5('message 5 1')::uuid",
    ),
    ("a status is different", "update helpline.support_tickets set status = 'escalated' where id = (select id from helpline.support_tickets where status = 'open' limit 1)"),
    ("a priority is different", "update helpline.support_tickets set priority = 'urgent' where id = (select id from helpline.support_tickets where priority = 'low' limit 1)"),
    ("a category is different", "update helpline.support_tickets set category = 'security' where id = (select id from helpline.support_tickets where category = 'billing' limit 1)"),
    ("a rating is different", "update helpline.support_tickets set satisfaction_rating = 1 where id = (select id from helpline.support_tickets where satisfaction_rating = 5 limit 1)"),
    ("a number is different", "update helpline.support_tickets set ticket_number = 'TKT-999999' where id = md5('ticket 3')::uuid"),
    ("a ticket is someone else's", "update helpline.support_tickets set user_id = md5('person 39')::uuid where id = md5('ticket 3')::uuid"),
    ("a subject is different", "update helpline.support_tickets set subject = 'Other' where id = md5('ticket 3')::uuid"),
    (
        "an event is gone",
        "delete from helpline.support_ticket_activity where (ticket_id, seq) = (select ticket_id, max(seq) from helpline.support_ticket_activity group by 1 limit 1)",
    ),
    (
        "an event is there twice",
        "insert into helpline.support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, message_id, metadata, created_at)
         select ticket_id, seq + 1000, public_seq + 1000, kind, actor_id, actor_type, message_id, metadata, created_at
         from helpline.support_ticket_activity where public_seq is not null limit 1",
    ),
    (
        "two events have changed places",
        "update helpline.support_ticket_activity set seq = seq + 1000 where ticket_id = md5('ticket 3')::uuid",
    ),
    (
        "an actor is someone else",
        "update helpline.support_ticket_activity set actor_id = md5('person 39')::uuid where ticket_id = md5('ticket 3')::uuid and kind = 'created'",
    ),
    (
        "an old value is different",
        "update helpline.support_ticket_activity set old_value = 'resolved' where (ticket_id, seq) = (select ticket_id, seq from helpline.support_ticket_activity where kind = 'status_changed' limit 1)",
    ),
    (
        "a description is different",
        "update helpline.support_ticket_activity set description = 'changed' where ticket_id = md5('ticket 3')::uuid and kind = 'created'",
    ),
    (
        "an event has another time",
        "update helpline.support_ticket_activity set created_at = created_at + interval '1 second' where ticket_id = md5('ticket 3')::uuid and kind = 'created'",
    ),
    (
        "a head is wrong",
        "update helpline.support_ticket_heads set seq = seq + 1 where ticket_id = md5('ticket 3')::uuid",
    ),
    (
        "a head that customers see is wrong",
        "update helpline.support_ticket_heads set public_seq = public_seq - 1 where ticket_id = md5('ticket 3')::uuid",
    ),
    (
        "a forged row is shown",
        "update helpline.support_ticket_activity set kind = 'resolved',
           public_seq = (select max(public_seq) + 1 from helpline.support_ticket_activity where ticket_id = md5('t forged')::uuid)
         where metadata #>> '{adopted,id}' = md5('a forged resolved')::uuid::text",
    ),
    ("the sequence is behind", "select setval('helpline.support_ticket_numbers', 5)"),
    (
        "the platform has one message more",
        "insert into public.support_messages (ticket_id, sender_id, sender_type, message) values (md5('ticket 3')::uuid, md5('person 4')::uuid, 'customer', 'late')",
    ),
    ("the platform's text is different", "update public.support_messages set message = 'other' where id = md5('message 5 1')::uuid"),
    ("the platform's status is different", "update public.support_tickets set status = 'resolved' where id = (select id from public.support_tickets where status = 'open' limit 1)"),
];

#[tokio::test]
async fn verification_finds_every_change() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    adoption.adopt(&["--copy"]).await.succeeded();
    adoption
        .adopt_after("select 1", &["--verify"])
        .await
        .succeeded();
    let mut wrong = Vec::new();
    for (what, sql) in SABOTAGES {
        let changed = format!(
            "set session_replication_role = replica; set search_path = helpline, public; {sql}"
        );
        let done = adoption.adopt_after(&changed, &["--verify"]).await;
        let found = done.report["differences"].as_array().map_or(0, Vec::len);
        if done.code != Some(1) || found == 0 {
            wrong.push(format!(
                "{what}: exit code {:?}, {found} differences",
                done.code
            ));
        }
    }
    assert!(wrong.is_empty(), "not found:\n{}", wrong.join("\n"));
}
