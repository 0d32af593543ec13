//! Every field that is adopted is compared, each by itself, and by what it means.

use crate::kit::Adoption;
use crate::platform::{Contents, run};

/// What was changed in the adopted rows past the triggers, and the field that the report must name.
const CHANGED: &[(&str, &str)] = &[
    (
        "created_at",
        "update helpline.support_tickets set created_at = created_at - interval '1 microsecond' where id = md5('ticket 3')::uuid",
    ),
    (
        "updated_at",
        "update helpline.support_tickets set updated_at = updated_at + interval '1 second' where id = md5('ticket 3')::uuid",
    ),
    (
        "resolved_at",
        "update helpline.support_tickets set resolved_at = resolved_at + interval '1 second' where id = (select id from helpline.support_tickets where status = 'resolved' order by id limit 1)",
    ),
    (
        "closed_at",
        "update helpline.support_tickets set closed_at = closed_at + interval '1 second' where id = (select id from helpline.support_tickets where status = 'closed' order by id limit 1)",
    ),
    (
        "first_response_at",
        "update helpline.support_tickets set first_response_at = first_response_at + interval '1 second' where id = (select id from helpline.support_tickets where first_response_at is not null order by id limit 1)",
    ),
    (
        "archived_at",
        "update helpline.support_tickets set archived_at = null where id = md5('t archived by time')::uuid",
    ),
    (
        "assignee",
        "update helpline.support_tickets set assigned_to = md5('staff second')::uuid where id = (select id from helpline.support_tickets where assigned_to is not null order by id limit 1)",
    ),
    (
        "assigned_at",
        "update helpline.support_tickets set assigned_at = null where id = (select id from helpline.support_tickets where assigned_to is not null order by id limit 1)",
    ),
    (
        "metadata",
        "update helpline.support_tickets set metadata = jsonb_build_object('n', 0) where id = md5('ticket 7')::uuid",
    ),
    (
        "user_agent",
        "update helpline.support_tickets set user_agent = 'another' where id = md5('ticket 7')::uuid",
    ),
    (
        "number",
        "update helpline.support_tickets set ticket_number = 'TKT-000001-9' where id = md5('ticket 3')::uuid",
    ),
    (
        "body",
        "update helpline.support_messages set body = 'Replaced', edited_at = now() where id = md5('message 5 1')::uuid",
    ),
    (
        "edited_at",
        "update helpline.support_messages set edited_at = null where id = md5('m edited')::uuid",
    ),
    (
        "attachments",
        "update helpline.support_messages set attachments = jsonb_build_array(jsonb_build_object('name', 'x')) where id = md5('message 5 1')::uuid",
    ),
    (
        "stored_message",
        "update helpline.support_messages set body = 'Another beginning' where id = md5('m long')::uuid",
    ),
    (
        "sender",
        "update helpline.support_messages set sender_id = md5('staff admin')::uuid where id = md5('m stranger as customer')::uuid",
    ),
    (
        "original",
        "update helpline.adopted_originals set original = to_jsonb('changed'::text) where row_id = md5('m long')::uuid",
    ),
    (
        "original",
        "delete from helpline.adopted_originals where row_id = md5('t subject long')::uuid and field = 'subject'",
    ),
    (
        "original",
        "update helpline.adopted_originals set original = jsonb_build_object('rated_at', '2020-01-01') where (source, row_id, field) = (select source, row_id, field from helpline.adopted_originals where field = '*' and source = 'ticket' order by row_id limit 1)",
    ),
    (
        "ip_address",
        "update helpline.support_tickets set ip_address = '192.0.2.99' where id = md5('ticket 7')::uuid",
    ),
    (
        "ip_address",
        "update helpline.support_messages set ip_address = '192.0.2.99' where id = md5('message 5 1')::uuid",
    ),
    (
        "ip_address",
        "update helpline.support_ticket_activity set ip_address = '192.0.2.99' where ticket_id = md5('ticket 3')::uuid and kind = 'created'",
    ),
    (
        "user_agent",
        "update helpline.support_messages set user_agent = 'another' where id = md5('message 5 1')::uuid",
    ),
    (
        "actor",
        "update helpline.support_ticket_activity set actor_id = null where ticket_id = md5('ticket 3')::uuid and kind = 'created'",
    ),
    (
        "new_value",
        "update helpline.support_ticket_activity set new_value = 'low' where (ticket_id, seq) = (select ticket_id, seq from helpline.support_ticket_activity where kind = 'status_changed' limit 1)",
    ),
    (
        "rating",
        "update helpline.support_tickets set satisfaction_rating = 6 - satisfaction_rating where id = (select id from helpline.support_tickets where satisfaction_rating <> 3 order by id limit 1)",
    ),
    (
        "feedback",
        "update helpline.support_tickets set satisfaction_comment = 'another' where id = (select id from helpline.support_tickets where satisfaction_comment is not null order by id limit 1)",
    ),
    // Two rows of the history in each other's place: both numberings stay without gaps.
    (
        "stored_event",
        "update helpline.support_ticket_activity set seq = seq + 100000, public_seq = public_seq + 100000
           where seq in (2, 3) and ticket_id = (select ticket_id from helpline.support_ticket_activity where seq <= 3 and seq = public_seq
             group by ticket_id having count(*) = 3 order by ticket_id limit 1);
         update helpline.support_ticket_activity set seq = 100005 - seq, public_seq = 100005 - public_seq where seq > 100000",
    ),
    (
        "type",
        "update helpline.support_ticket_activity set kind = 'category_changed' where kind = 'priority_changed' and (ticket_id, seq) = (select ticket_id, seq from helpline.support_ticket_activity where kind = 'priority_changed' limit 1)",
    ),
    (
        "person_name",
        "update helpline.people set display_name = 'Someone Else' where id = md5('person 8')::uuid",
    ),
    (
        "person_missing",
        "delete from helpline.people where id = md5('person 8')::uuid",
    ),
    (
        "read_position",
        "delete from helpline.support_read_positions where ticket_id = md5('ticket 4')::uuid",
    ),
    (
        "stored_head",
        "update helpline.support_ticket_heads set waiting_since = now() where ticket_id = md5('ticket 3')::uuid",
    ),
];

#[tokio::test]
#[ignore = "takes a minute; run by .ci/test-world adoption"]
async fn each_field_that_was_adopted_is_compared() {
    let adoption = Adoption::installed(&Contents {
        then: vec!["update public.support_messages set read_by = md5('staff agent')::uuid where ticket_id = md5('ticket 4')::uuid".into()],
        ..Contents::ODD
    })
    .await;
    adoption.adopt(&["--copy"]).await.succeeded();
    adoption.adopt(&["--verify"]).await.succeeded();
    let mut wrong = Vec::new();
    for (field, sql) in CHANGED {
        let changed = format!("set session_replication_role = replica; {sql}");
        let done = adoption.adopt_after(&changed, &["--verify"]).await;
        let differences = done.report["differences"].as_array().cloned();
        let differences = differences.unwrap_or_default();
        let is_named =
            |d: &serde_json::Value| d["check"] == *field || d["source"].to_string().contains(field);
        if done.code != Some(1) || !differences.iter().any(is_named) {
            wrong.push(format!("{field}: {sql}\n   {:?} {}", done.code, done.told));
        }
    }
    assert!(wrong.is_empty(), "not found:\n{}", wrong.join("\n"));
}

/// The same values in other spellings and types.
const SPELLINGS: &str = "
    drop view public.support_ticket_stats;
    alter table public.support_tickets drop constraint support_tickets_status_check, drop constraint support_tickets_priority_check;
    alter table public.support_messages drop constraint support_messages_sender_type_check;
    alter table public.support_tickets alter customer_rating type numeric(3, 1);
    alter table public.support_messages alter ip_address type text using '::ffff:' || host(ip_address);
    alter table public.support_ticket_activity alter ip_address type text using host(ip_address) || '/32';
    alter table public.support_tickets alter resolved_at type text using to_char(resolved_at at time zone 'Africa/Johannesburg', 'YYYY-MM-DD HH24:MI:SS.US') || '+02';
    alter table public.support_tickets disable trigger user;
    alter table public.support_messages disable trigger user;
    update public.support_tickets set status = initcap(status), priority = upper(priority) || ' ';
    update public.support_messages set sender_type = initcap(sender_type);
    alter table public.support_tickets enable trigger user;
    alter table public.support_messages enable trigger user";

#[tokio::test]
async fn another_spelling_is_no_difference() {
    let adoption = Adoption::installed(&Contents {
        then: vec![SPELLINGS.to_owned()],
        ..Contents::plain(80)
    })
    .await;
    let copied = adoption.adopt(&["--copy"]).await.succeeded();
    for rule in [
        "unknown_word",
        "sender_is_customer",
        "address_dropped",
        "rating_dropped",
        "time_missing",
        "end_inferred",
    ] {
        let findings = copied.report["findings"].as_array().unwrap();
        let found = findings.iter().find(|f| f["rule"] == rule);
        let is_closed_only = rule == "end_inferred";
        assert!(found.is_none() || is_closed_only, "{rule}: {found:?}");
    }
    adoption.adopt(&["--cut-over"]).await.succeeded();
}

#[tokio::test]
async fn times_without_a_zone_are_read_in_the_zone_that_the_file_names() {
    let adoption = Adoption::installed(&Contents {
        then: vec!["alter table public.support_messages alter created_at type timestamp using created_at at time zone 'Africa/Johannesburg'".into()],
        ..Contents::plain(20)
    })
    .await;
    let file = std::env::temp_dir().join(format!("zone_{:016x}.toml", rand::random::<u64>()));
    let map = file.to_str().unwrap();
    std::fs::write(&file, "zone = \"Mars/Olympus\"").unwrap();
    let refused = adoption.adopt(&["--copy", "--map", map]).await;
    assert_eq!(refused.code, Some(77), "{}", refused.told);
    assert!(refused.told.contains("Mars/Olympus"), "{}", refused.told);
    let same = "select count(*) from public.support_messages s join helpline.support_messages m on m.id = s.id
                where m.created_at <> s.created_at at time zone 'Africa/Johannesburg'";
    let copied = adoption.adopt(&["--copy"]).await.succeeded();
    let listed = copied.rules("00000000-0000-0000-0000-000000000000");
    assert!(listed.contains(&"time_without_zone"), "{listed:?}");
    assert_ne!(adoption.platform.ask(same).await, "0", "read as UTC");
    std::fs::write(&file, "zone = \"Africa/Johannesburg\"").unwrap();
    // Another mapping judges every ticket again.
    let copied = adoption.adopt(&["--copy", "--map", map]).await.succeeded();
    assert_eq!(copied.report["done"]["replaced"], 20);
    assert_eq!(adoption.platform.ask(same).await, "0");
    adoption
        .adopt(&["--verify", "--map", map])
        .await
        .succeeded();
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn every_step_is_in_the_access_log() {
    let adoption = Adoption::installed(&Contents::plain(20)).await;
    for step in [
        "--dry-run",
        "--copy",
        "--follow",
        "--verify",
        "--cut-over",
        "--undo",
    ] {
        adoption.adopt(&[step]).await.succeeded();
    }
    let steps = "select string_agg(concat_ws(' ', action, detail ->> 'step', detail ->> 'role', detail -> 'counts' ->> 'copied', user_id), ', ' order by id)
        from helpline.access_log where action like 'adoption%'";
    let expected: Vec<String> = [
        ("dry_run", "0"),
        ("copy", "20"),
        ("follow", "0"),
        ("verify", "0"),
        ("cut_over", "0"),
        ("undo", "0"),
    ]
    .iter()
    .map(|(step, n)| {
        format!("adoption_started {step} platform_admin, adoption_ended {step} platform_admin {n}")
    })
    .collect();
    assert_eq!(adoption.platform.ask(steps).await, expected.join(", "));
}

#[tokio::test]
async fn a_message_whose_id_another_has_gets_another_id() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    run(
        &platform.admin,
        "insert into public.support_messages (id, ticket_id, sender_id, sender_type, message)
         select m.id, md5('ticket 7')::uuid, md5('person 8')::uuid, 'customer', 'The id of a chat message' from public.chat_messages m order by m.id limit 1",
    )
    .await;
    adoption.adopt(&["--copy"]).await.succeeded();
    let chats = adoption.adopt(&["--copy", "--chats"]).await.succeeded();
    let findings = chats.report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["rule"] == "message_id_taken"));
    adoption.adopt(&["--verify"]).await.succeeded();
    adoption.adopt(&["--verify", "--chats"]).await.succeeded();
    adoption.adopt(&["--copy", "--chats"]).await.succeeded();
    let lost = "select count(*) from public.chat_messages c where not exists (select from helpline.support_messages m where m.body = c.message)";
    assert_eq!(platform.ask(lost).await, "0");
}
