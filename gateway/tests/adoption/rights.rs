//! What the role that adopts may see, and which roles can still write after the cut-over.

use crate::kit::Adoption;
use crate::platform::{Contents, run};

#[tokio::test]
async fn rows_that_a_policy_hides_from_the_role_stop_the_adoption() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    // A role with the same rights, but without BYPASSRLS: the users would all seem deleted. While it
    // exists, no instance can start on this cluster; the tests that share it start none.
    let name = format!("plain_{:016x}", rand::random::<u64>());
    let sql = format!(
        "create role {name} login in role platform_admin, helpline_owner password 'p1';
         alter table auth.users enable row level security; grant usage on schema auth to {name}; grant select on auth.users to {name}"
    );
    run(&adoption.platform.admin, &sql).await;
    let url = adoption.postgres.url_for(&name, "p1", &platform.database);
    for action in ["--dry-run", "--copy"] {
        let done = adoption.adopt_on(&url, &[action]).await;
        assert_eq!(done.code, Some(69), "{}", done.told);
        assert!(done.told.contains("row-level security"), "{}", done.told);
    }
    let blocked = "select count(*) from helpline.people where blocked_at is not null";
    assert_eq!(platform.ask(blocked).await, "0");
    let shown = "alter table auth.users disable row level security";
    run(&platform.admin, shown).await;
    adoption.adopt_on(&url, &["--copy"]).await.succeeded();
}

#[tokio::test]
async fn no_role_but_the_platforms_server_writes_after_the_cut_over() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let name = format!("web_{:016x}", rand::random::<u64>());
    let sql = format!(
        "create role {name}; grant insert, update on public.support_messages to {name};
         grant execute on function public.assign_ticket(uuid, uuid, uuid) to {name}"
    );
    run(&adoption.platform.admin, &sql).await;
    let may = format!(
        "select has_table_privilege('{name}', 'public.support_messages', 'insert, update')::text
           || has_function_privilege('{name}', 'public.assign_ticket(uuid, uuid, uuid)', 'execute')"
    );
    assert_eq!(adoption.platform.ask(&may).await, "truetrue");
    adoption.adopt(&["--cut-over"]).await.succeeded();
    assert_eq!(adoption.platform.ask(&may).await, "falsefalse");
    adoption.adopt(&["--undo"]).await.succeeded();
    assert_eq!(adoption.platform.ask(&may).await, "truetrue");
}

#[tokio::test]
async fn an_undo_grants_what_is_left_of_what_its_cut_over_revoked() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let may = |table: &str| {
        format!("select has_table_privilege('authenticated', 'public.{table}', 'insert')")
    };
    adoption.adopt(&["--cut-over"]).await.succeeded();
    adoption.adopt(&["--cut-over", "--chats"]).await.succeeded();
    let dropped = "drop function public.archive_old_tickets()";
    run(&adoption.platform.admin, dropped).await;
    adoption.adopt(&["--undo", "--chats"]).await.succeeded();
    let platform = &adoption.platform;
    assert_eq!(platform.ask(&may("chat_messages")).await, "true");
    assert_eq!(platform.ask(&may("support_messages")).await, "false");
    let undone = adoption.adopt(&["--undo"]).await.succeeded();
    assert!(
        !undone
            .rules("00000000-0000-0000-0000-000000000000")
            .is_empty()
    );
    assert_eq!(platform.ask(&may("support_messages")).await, "true");
}

/// Ways around the privileges on the three tables, and what the refusal calls each.
const WRITERS: &[(&str, &str)] = &[
    (
        "create function public.close_all(uuid) returns void language sql security definer as 'update public.support_tickets set status = ''closed'' where user_id = $1'",
        "function public.close_all(uuid)",
    ),
    (
        "create function public.note(uuid) returns uuid language sql security definer as 'select public.log_ticket_activity($1, ''resolved'', null, ''admin'')'",
        "function public.note(uuid)",
    ),
    (
        "create view public.my_messages as select id, message from public.support_messages; grant update on public.my_messages to authenticated",
        "view public.my_messages",
    ),
    (
        "create view public.my_messages_again as select * from public.my_messages; grant update on public.my_messages_again to authenticated",
        "view public.my_messages_again",
    ),
    (
        "create table public.old_messages () inherits (public.support_messages); grant insert on public.old_messages to authenticated",
        "table public.old_messages",
    ),
    (
        "create table public.contact (t text); grant insert on public.contact to anon;
         create rule forward as on insert to public.contact do also insert into public.support_tickets (user_id, user_email, subject, category) values (null, new.t, new.t, 'general')",
        "rule forward on public.contact",
    ),
    (
        "create table public.votes (t uuid); grant insert on public.votes to anon;
         create function public.count_vote() returns trigger language plpgsql security definer as
           'begin update public.support_tickets set updated_at = now() where id = new.t; return new; end';
         create trigger vote after insert on public.votes for each row execute function public.count_vote()",
        "trigger vote on public.votes",
    ),
];

/// What writes nothing, or not to these tables, or only as people who may not.
const HARMLESS: &str = "
    create function public.is_mine(uuid) returns boolean language sql stable security definer as 'select exists (select from public.support_tickets where id = $1 and user_id = auth.uid())';
    create function public.touch(uuid) returns void language sql as 'update public.support_tickets set updated_at = now() where id = $1';
    create function public.server_only(uuid) returns void language sql security definer as 'update public.support_tickets set updated_at = now() where id = $1';
    revoke execute on function public.server_only(uuid) from public, anon, authenticated;
    create view public.counts as select status, count(*) from public.support_tickets group by status; grant all on public.counts to authenticated;
    create view public.seen with (security_invoker = true) as select * from public.support_messages; grant all on public.seen to authenticated";

#[tokio::test]
async fn a_cut_over_is_refused_while_something_else_can_write() {
    let adoption = Adoption::installed(&Contents::plain(20)).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    // As the platform's own migrations create them.
    let owner = platform.another_admin().await;
    run(&owner, &format!("set role platform_admin; {HARMLESS}")).await;
    let named = |told: &str| {
        WRITERS
            .iter()
            .map(|(_, name)| *name)
            .filter(|name| told.lines().any(|line| line.trim() == *name))
            .count()
    };
    let may = "select has_table_privilege('authenticated', 'public.support_messages', 'insert')";
    adoption.adopt(&["--cut-over"]).await.succeeded();
    adoption.adopt(&["--undo"]).await.succeeded();
    for (sql, _) in WRITERS {
        run(
            &platform.another_admin().await,
            &format!("set role platform_admin; {sql}"),
        )
        .await;
    }
    let refused = adoption.adopt(&["--cut-over"]).await;
    assert_eq!(refused.code, Some(77), "{}", refused.told);
    assert_eq!(named(&refused.told), WRITERS.len(), "{}", refused.told);
    for harmless in ["is_mine", "touch", "server_only", "counts", "seen"] {
        let is_named = |line: &str| {
            line.trim().starts_with("function public.") && line.contains(harmless)
                || line.trim() == format!("view public.{harmless}")
        };
        assert!(
            !refused.told.lines().any(is_named),
            "{harmless}: {}",
            refused.told
        );
    }
    assert_eq!(platform.ask(may).await, "true", "nothing was revoked");
    let dry = adoption.adopt(&["--dry-run"]).await.succeeded();
    let rules = dry.rules("00000000-0000-0000-0000-000000000000");
    assert!(rules.contains(&"writer_left"), "{rules:?}");

    let file = std::env::temp_dir().join(format!("map_{:016x}.toml", rand::random::<u64>()));
    let names: Vec<String> = WRITERS
        .iter()
        .map(|(_, name)| format!("{name:?}"))
        .collect();
    std::fs::write(&file, format!("accepted_writers = [{}]", names.join(", "))).unwrap();
    let accepted = ["--cut-over", "--map", file.to_str().unwrap()];
    let done = adoption.adopt(&accepted).await.succeeded();
    let rules = done.rules("00000000-0000-0000-0000-000000000000");
    assert!(rules.contains(&"writer_accepted"), "{rules:?}");
    assert_eq!(platform.ask(may).await, "false");
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn tables_whose_names_have_capitals_are_adopted_too() {
    let adoption = Adoption::installed(&Contents::plain(10)).await;
    let sql = "alter table public.support_tickets rename to \"SupportTickets\"";
    run(&adoption.platform.admin, sql).await;
    let file = std::env::temp_dir().join(format!("map_{:016x}.toml", rand::random::<u64>()));
    std::fs::write(&file, "[tickets]\ntable = \"SupportTickets\"").unwrap();
    let map = file.to_str().unwrap();
    for step in ["--copy", "--cut-over", "--undo"] {
        adoption.adopt(&[step, "--map", map]).await.succeeded();
    }
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn a_role_is_taken_away_while_a_step_reads() {
    let adoption = Adoption::installed(&Contents::ODD).await;
    let platform = &adoption.platform;
    adoption.adopt(&["--copy"]).await.succeeded();
    // The step waits for this lock after it has read who is staff.
    let lock = "begin; lock table public.support_tickets in access exclusive mode";
    let locker = platform.another_admin().await;
    run(&locker, lock).await;
    let step = adoption.start(&["--verify"]);
    let waits = "select coalesce(max(query), '') from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()";
    let waiting = async {
        while platform.ask(waits).await.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(std::time::Duration::from_secs(60), waiting).await;
    waited.expect("the step waits for the lock");
    let revoke = "set lock_timeout = '2s'; delete from helpline.user_roles";
    run(&platform.admin, revoke).await;
    run(&locker, "rollback").await;
    let done = step.wait_with_output().await.unwrap();
    assert!(done.status.code().is_some());
}
