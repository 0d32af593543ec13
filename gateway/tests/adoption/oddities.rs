//! Every planted row has become what it must become, asked as its customer and as staff.

use crate::expected::{CHAT_MESSAGES, CHATS, EVENTS, MESSAGES, SECRETS, TICKETS};
use crate::invariants;
use crate::kit::{Adoption, Done};
use crate::platform::{Contents, Platform, ask};

async fn id(platform: &Platform, name: &str) -> String {
    platform
        .ask(&format!("select md5('{name}')::uuid::text"))
        .await
}

/// A difference between what was expected and what was found, or nothing.
fn compare(wrong: &mut Vec<String>, what: &str, expected: &str, found: &str) {
    if expected != found {
        wrong.push(format!("{what}: expected {expected:?}, found {found:?}"));
    }
}

fn check_rule(wrong: &mut Vec<String>, copied: &Done, what: &str, id: &str, rule: &str) {
    if !rule.is_empty() && !copied.rules(id).contains(&rule) {
        wrong.push(format!(
            "{what}: not listed by {rule}, but by {:?}",
            copied.rules(id)
        ));
    }
}

const AS_CUSTOMER: &str = "select (select sender_type || ': ' || left(body, 40) from helpline.support_history_for_customer
    where kind = 'message_added' and message_id = md5('{name}')::uuid)";
const AS_STAFF: &str = "select (select kind || ' ' || sender_type || ': ' || left(body, 40) from helpline.support_events
    where kind in ('message_added', 'internal_note_added') and message_id = md5('{name}')::uuid)";

/// The texts in the tables above are cut where the expectations end.
fn cut(text: &str, expected: &str) -> String {
    text.chars()
        .take(expected.chars().count().max(30))
        .collect()
}

#[tokio::test]
async fn every_odd_row_becomes_what_it_must() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    let copied = adoption.adopt(&["--copy"]).await.succeeded();
    let staff = platform.session("helpline_staff", "staff admin").await;
    let mut wrong = Vec::new();
    for message in MESSAGES {
        let name = format!("m {}", message.name);
        let customer = platform.session("helpline_customer", message.owner).await;
        let seen = ask(&customer, &AS_CUSTOMER.replace("{name}", &name)).await;
        compare(
            &mut wrong,
            &format!("{name}, customer"),
            message.customer,
            &cut(&seen, message.customer),
        );
        let seen = ask(&staff, &AS_STAFF.replace("{name}", &name)).await;
        compare(
            &mut wrong,
            &format!("{name}, staff"),
            message.staff,
            &cut(&seen, message.staff),
        );
        check_rule(
            &mut wrong,
            &copied,
            &name,
            &id(platform, &name).await,
            message.rule,
        );
    }
    let customer = platform.session("helpline_customer", "person 3").await;
    for (name, question, answer, rule) in TICKETS {
        let name = format!("t {name}");
        let sql = format!(
            "select (select {question} from helpline.support_tickets_for_customer where id = md5('{name}')::uuid)"
        );
        compare(&mut wrong, &name, answer, &ask(&customer, &sql).await);
        check_rule(&mut wrong, &copied, &name, &id(platform, &name).await, rule);
    }
    for (name, kind, is_public, rule) in EVENTS {
        let name = format!("a {name}");
        let id = id(platform, &name).await;
        let sql = format!(
            "select (select kind || ' ' || (public_seq is not null) from helpline.support_ticket_activity where metadata #>> '{{adopted,id}}' = '{id}')"
        );
        compare(
            &mut wrong,
            &name,
            &format!("{kind} {is_public}"),
            &platform.ask(&sql).await,
        );
        check_rule(&mut wrong, &copied, &name, &id, rule);
    }
    for owner in ["person 3", "staff second", "person 5"] {
        let customer = platform.session("helpline_customer", owner).await;
        let all = "select coalesce(string_agg(concat_ws(' ', old_value, new_value, body, actor_name, attachments), E'\\n'), '') from helpline.support_history_for_customer";
        let all = ask(&customer, all).await;
        for secret in SECRETS {
            if all.contains(secret) {
                wrong.push(format!("{owner} sees {secret:?}"));
            }
        }
    }
    others(platform, &mut wrong).await;
    assert!(
        wrong.is_empty(),
        "{} of the planted rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    invariants::assert_hold(&adoption, &[invariants::TICKETS], "oddities").await;
    let verified = adoption.adopt(&["--verify"]).await.succeeded();
    assert_eq!(
        verified.report["differences"].as_array().map(Vec::len),
        Some(0),
        "{}",
        verified.told
    );
}

/// What the tables of expectations have no column for.
async fn others(platform: &Platform, wrong: &mut Vec<String>) {
    for (what, sql, expected) in [
        (
            "the order at one moment",
            "select string_agg(kind, ' ' order by seq) from helpline.support_ticket_activity where ticket_id = md5('t at once')::uuid",
            "created message_added status_changed",
        ),
        (
            "the history that was gone",
            "select string_agg(kind || (metadata #>> '{adopted,synthesized}'), ' ' order by seq) from helpline.support_ticket_activity where ticket_id = md5('t history gone')::uuid",
            "createdtrue",
        ),
        (
            "what staff read of a forged row",
            "select bool_and(e.description like 'Unverified, \"%' and coalesce(a.description, '') not like 'Unverified%') and count(*) >= 4
             from helpline.support_events e join helpline.support_ticket_activity a using (ticket_id, seq)
             where a.metadata #> '{adopted,unverified}' is not null",
            "true",
        ),
        (
            "the edit without a time",
            "select edited_at is not null from helpline.support_messages where id = md5('m edited unknown')::uuid",
            "true",
        ),
        (
            "the edit with a time",
            "select edited_at = '2025-12-10 10:00Z' from helpline.support_messages where id = md5('m edited')::uuid",
            "true",
        ),
        (
            "a time before 1970",
            "select created_at = '1969-07-20 20:17:40.123457Z' from helpline.support_messages where id = md5('m sixties')::uuid",
            "true",
        ),
        (
            "the longest text",
            "select octet_length(body) from helpline.support_messages where id = md5('m limit')::uuid",
            "16384",
        ),
        (
            "the text that was cut",
            "select octet_length(body) between 16380 and 16384 and body ~ '^ü+' from helpline.support_messages where id = md5('m long')::uuid",
            "true",
        ),
        (
            "the person who is gone is known, and cannot sign in",
            "select display_name is not null and blocked_at is not null from helpline.people where id = md5('vanished one')::uuid",
            "true",
        ),
        (
            "the address of the person's tokens",
            "select email from helpline.people where id = md5('person 5')::uuid",
            "person5@customers.example",
        ),
        (
            "a name",
            "select display_name from helpline.people where id = md5('staff agent')::uuid",
            "Pieter van Wyk",
        ),
        (
            "the metadata of a ticket",
            "select metadata ->> 'n' from helpline.support_tickets where id = md5('ticket 7')::uuid",
            "7",
        ),
        (
            "statuses",
            "select count(*) from public.support_tickets s join helpline.support_tickets t using (id) where s.status <> t.status or s.priority <> t.priority or s.category <> t.category",
            "0",
        ),
        (
            "ratings",
            "select count(*) from public.support_tickets s join helpline.support_tickets t using (id) where nullif(s.customer_rating, 0) is distinct from t.satisfaction_rating",
            "0",
        ),
    ] {
        compare(wrong, what, expected, &platform.ask(sql).await);
    }
    // Numbers of new tickets are above all adopted ones.
    let customer = platform.session("authenticated", "person 3").await;
    let next =
        "insert into helpline_api.support_tickets (subject) values ('New') returning ticket_number";
    let rows = customer.query(next, &[]).await.unwrap();
    compare(wrong, "the next number", "TKT-777778", rows[0].get(0));
}

#[tokio::test]
async fn chats_are_adopted_too() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    adoption.adopt(&["--copy", "--chats"]).await.succeeded();
    let customer = platform.session("helpline_customer", "person 3").await;
    let staff = platform.session("helpline_staff", "staff admin").await;
    let mut wrong = Vec::new();
    for (name, question, answer) in CHATS {
        let sql = format!(
            "select (select {question} from helpline.support_tickets_for_customer where id = md5('c {name}')::uuid)"
        );
        compare(&mut wrong, name, answer, &ask(&customer, &sql).await);
    }
    for (name, for_customer, for_staff) in CHAT_MESSAGES {
        let name = format!("cm {name}");
        compare(
            &mut wrong,
            &name,
            for_customer,
            &ask(&customer, &AS_CUSTOMER.replace("{name}", &name)).await,
        );
        compare(
            &mut wrong,
            &name,
            for_staff,
            &ask(&staff, &AS_STAFF.replace("{name}", &name)).await,
        );
    }
    let hidden = "select count(*) from helpline.support_history_for_customer h where h::text ~ 'CHATNOTE|AISECRET'";
    compare(
        &mut wrong,
        "what no customer may see",
        "0",
        &ask(&customer, hidden).await,
    );
    let hidden = "select count(*) from helpline.support_tickets_for_customer h where h::text ~ 'CHATNOTE|AISECRET'";
    compare(
        &mut wrong,
        "what no customer may see",
        "0",
        &ask(&customer, hidden).await,
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    invariants::assert_hold(&adoption, &[invariants::CHATS], "chats").await;
}

/// Descriptions in Helpline's form. The second claims that Helpline has the file.
const FILES: [&str; 2] = [
    r#"[{"id": "01990000-0000-4000-8000-0000000000f1", "name": "Rechnung Müller.pdf", "content_type": "application/pdf", "size_bytes": 12345}]"#,
    r#"[{"id": "01990000-0000-4000-8000-0000000000f2", "name": "b.png", "content_type": "image/png", "size_bytes": 7, "state": "clean", "preview": true, "width": 3, "url": "https://files.example/b"}]"#,
];

#[tokio::test]
async fn attachments_of_the_platform_become_descriptions_of_files_that_are_elsewhere() {
    let names = ["message 5 1", "message 4 1"];
    let put = |(name, files): (&str, &str)| {
        format!(
            "update public.support_messages set attachments = '{files}' where id = md5('{name}')::uuid"
        )
    };
    let adoption = Adoption::installed(&Contents {
        then: names.into_iter().zip(FILES).map(put).collect(),
        ..Contents::plain(20)
    })
    .await;
    let platform = &adoption.platform;
    let copied = adoption.adopt(&["--copy"]).await.succeeded();
    let rule = "attachment_is_elsewhere";
    for (name, became, is_listed) in [
        (
            names[0],
            "Rechnung Müller.pdf application/pdf 12345 external false",
            false,
        ),
        (names[1], "b.png image/png 7 external false 3", true),
    ] {
        let stored = format!(
            "select string_agg(concat_ws(' ', f ->> 'name', f ->> 'content_type', f ->> 'size_bytes', f ->> 'state', f ->> 'preview', f ->> 'width'), '|')
             from helpline.support_messages m, jsonb_array_elements(m.attachments) f where m.id = md5('{name}')::uuid"
        );
        assert_eq!(platform.ask(&stored).await, became);
        let row = id(platform, name).await;
        assert_eq!(copied.rules(&row).contains(&rule), is_listed, "{name}");
    }
    // What the second one says besides is kept.
    let kept =
        "select count(*) from helpline.adopted_originals where original::text ~ 'files.example/b'";
    assert_eq!(platform.ask(kept).await, "1");
    adoption.adopt(&["--cut-over"]).await.succeeded();
}
