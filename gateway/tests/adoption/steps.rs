//! Steps that are refused, that are repeated, and what they leave behind.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::kit::Adoption;
use crate::platform::{Contents, ask, run};

const NO_ROW: &str = "00000000-0000-0000-0000-000000000000";

fn file(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("{name}_{:016x}", rand::random::<u64>()))
}

#[tokio::test]
async fn an_undo_for_other_tables_than_the_cut_overs_is_refused() {
    let adoption = Adoption::installed(&Contents::plain(20)).await;
    adoption.adopt(&["--cut-over", "--chats"]).await.succeeded();
    let refused = adoption.adopt(&["--undo"]).await;
    assert_eq!(refused.code, Some(77), "{}", refused.told);
    assert!(
        refused.told.contains("public.chat_sessions"),
        "{}",
        refused.told
    );
    adoption.adopt(&["--undo", "--chats"]).await.succeeded();
    adoption.adopt(&["--undo"]).await.succeeded();
}

#[tokio::test]
async fn users_that_cannot_be_read_are_a_fault_and_missing_ones_are_listed() {
    let adoption = Adoption::installed(&Contents::plain(10)).await;
    let admin = &adoption.platform.admin;
    for (take, give) in [
        (
            "revoke select on auth.users from platform_admin",
            "grant select on auth.users to platform_admin",
        ),
        (
            "revoke usage on schema auth from platform_admin, anon, authenticated, service_role",
            "grant usage on schema auth to platform_admin, anon, authenticated, service_role",
        ),
    ] {
        run(admin, take).await;
        let refused = adoption.adopt(&["--copy"]).await;
        assert_eq!(refused.code, Some(77), "{take}: {}", refused.told);
        assert!(refused.told.contains("auth.users"), "{}", refused.told);
        run(admin, give).await;
    }
    run(admin, "alter table auth.users rename to members").await;
    for step in ["--dry-run", "--copy", "--verify"] {
        let done = adoption.adopt(&[step]).await.succeeded();
        let rules = done.rules(NO_ROW);
        assert!(rules.contains(&"users_unknown"), "{step}: {rules:?}");
    }
    run(admin, "alter table auth.members rename to users").await;
    let done = adoption.adopt(&["--verify"]).await.succeeded();
    assert!(!done.rules(NO_ROW).contains(&"users_unknown"));
}

/// Columns of messages, each of which may hide a message from customers.
const COLUMNS: &[&str] = &[
    "staff_only boolean",
    "seen_by public.readers",
    "sort text check (sort in ('text', 'note'))",
    "removed_at timestamptz",
];

#[tokio::test]
async fn no_column_is_guessed_that_may_hide_messages() {
    let adoption = Adoption::installed(&Contents::plain(10)).await;
    let admin = &adoption.platform.admin;
    let kind = "create type public.readers as enum ('all', 'staff')";
    run(admin, kind).await;
    let mut map = "[messages.columns]\n".to_owned();
    for column in COLUMNS {
        let add = format!("alter table public.support_messages add column {column}");
        run(admin, &add).await;
        let name = column.split(' ').next().unwrap();
        map.push_str(&format!("{name} = \"\"\n"));
    }
    let refused = adoption.adopt(&["--copy"]).await;
    assert_eq!(refused.code, Some(77), "{}", refused.told);
    for column in COLUMNS {
        let name = column.split(' ').next().unwrap();
        assert!(refused.told.contains(name), "{name}: {}", refused.told);
    }
    let file = file("map");
    std::fs::write(&file, map).unwrap();
    let arguments = ["--copy", "--map", file.to_str().unwrap()];
    adoption.adopt(&arguments).await.succeeded();
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn a_cut_over_waits_for_the_locks_once() {
    let adoption = Adoption::installed(&Contents::plain(5)).await;
    let holder = adoption.platform.another_admin().await;
    let lock = "begin; lock table public.support_tickets in row exclusive mode";
    run(&holder, lock).await;
    let began = Instant::now();
    let done = adoption.adopt(&["--cut-over"]).await;
    assert_eq!(done.code, Some(69), "{}", done.told);
    let waited = began.elapsed();
    assert!(waited >= Duration::from_secs(10), "{waited:?}");
    assert!(waited < Duration::from_secs(20), "{waited:?}");
}

#[tokio::test]
async fn a_copy_is_repeated_where_a_change_in_helpline_was_in_its_way() {
    let adoption = Adoption::installed(&Contents::plain(20)).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    run(
        &platform.admin,
        "insert into public.support_messages (id, ticket_id, sender_id, sender_type, message)
         select md5('in the way')::uuid, t.id, t.user_id, 'customer', 'Written there' from public.support_tickets t where t.id = md5('ticket 3')::uuid",
    )
    .await;
    let holder = platform.another_admin().await;
    run(
        &holder,
        "begin; update helpline.support_tickets set priority = case priority when 'urgent' then 'low' else 'urgent' end where id = md5('ticket 3')::uuid",
    )
    .await;
    let following = adoption.command(&["--follow"]).spawn().unwrap();
    let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    let observer = platform.another_admin().await;
    while ask(&observer, waiting).await == "0" {}
    run(&holder, "commit").await;
    let output = following.wait_with_output().await.unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // Nothing of the first attempt is counted.
    assert_eq!(report["done"]["appended"], 1, "{told}");
    let findings = report["findings"].as_array().unwrap();
    let behind = findings.iter().find(|f| f["rule"] == "appended_behind");
    let behind = behind.unwrap();
    assert_eq!(behind["count"], 2, "the message and its event: {behind}");
    assert_eq!(behind["rows"].as_array().unwrap().len(), 2);
    adoption.adopt(&["--verify"]).await.succeeded();
}

#[tokio::test]
async fn a_report_is_its_owners_and_a_lost_one_does_not_look_like_a_refusal() {
    let adoption = Adoption::installed(&Contents::plain(5)).await;
    let file = file("report");
    std::fs::write(&file, "old").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let arguments = ["--copy", "--json", file.to_str().unwrap()];
    adoption.adopt(&arguments).await.succeeded();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::remove_file(&file).unwrap();
    let done = adoption.adopt(&["--cut-over", "--json", "/dev/full"]).await;
    assert_eq!(done.code, Some(74), "{}", done.told);
    assert!(done.told.contains("was carried out"), "{}", done.told);
    let may = "select has_table_privilege('authenticated', 'public.support_messages', 'insert')";
    assert_eq!(adoption.platform.ask(may).await, "false");
}

const IS_BLOCKED: &str = "select string_agg((blocked_at is not null)::text, ' ' order by n) from helpline.people p
    join unnest(array['person 8', 'person 9', 'person 10', 'person 11', 'person 12']) with ordinality as x (name, n) on p.id = md5(x.name)::uuid";

#[tokio::test]
async fn people_who_go_after_the_copy_are_blocked_and_a_short_ban_blocks_no_one_for_ever() {
    let adoption = Adoption::installed(&Contents {
        then: vec![
            "update auth.users set banned_until = now() + interval '1 day' where id = md5('person 12')::uuid".into(),
        ],
        ..Contents::plain(60)
    })
    .await;
    let platform = &adoption.platform;
    let copied = adoption.adopt(&["--copy"]).await.succeeded();
    let banned = platform.ask("select md5('person 12')::uuid::text").await;
    assert!(copied.rules(&banned).contains(&"person_banned"));
    let none = "false false false false false";
    assert_eq!(platform.ask(IS_BLOCKED).await, none);
    run(
        &platform.admin,
        "delete from auth.users where id = md5('person 8')::uuid;
         update auth.users set banned_until = now() + interval '100 years' where id = md5('person 9')::uuid;
         update auth.users set deleted_at = now() where id = md5('person 10')::uuid;
         update auth.users set banned_until = now() + interval '7 days' where id = md5('person 11')::uuid;
         update auth.users set banned_until = 'infinity' where id = md5('staff agent')::uuid",
    )
    .await;
    let unfollowed = adoption.adopt(&["--verify"]).await;
    assert_eq!(unfollowed.code, Some(1), "{}", unfollowed.told);
    assert!(
        unfollowed.told.contains("person_blocked"),
        "{}",
        unfollowed.told
    );
    adoption.adopt(&["--follow"]).await.succeeded();
    let some = "true true true false false";
    assert_eq!(platform.ask(IS_BLOCKED).await, some);
    let agent =
        "select blocked_at is not null from helpline.people where id = md5('staff agent')::uuid";
    assert_eq!(platform.ask(agent).await, "true");
    for step in ["--verify", "--cut-over"] {
        adoption.adopt(&[step]).await.succeeded();
    }
    let open = "set session_replication_role = replica; update helpline.people set blocked_at = null where id = md5('person 9')::uuid";
    let done = adoption.adopt_after(open, &["--verify"]).await;
    assert_eq!(done.code, Some(1), "{}", done.told);
}
