//! Tests rules that every table, view and function must follow, including those that future
//! migrations add.

use helpline_persistence::migrate;

use crate::platform_api::{DEFAULTS as PLATFORM_DEFAULTS, platform};
use crate::test_db::{TestDb, cluster, empty_database};

/// The functions with `security definer`, which run with the owner's rights. Each function in this
/// list was reviewed; a function that is not in the list fails the test.
const DEFINERS: &str = "archive_old_tickets assign_ticket background_confirm background_confirm_first \
    background_hold background_pause_clock background_resume_clock blob_removals_done \
    blob_removals_state blob_removals_take consumers_advance consumers_due_faults \
    consumers_events consumers_list_faults consumers_pause consumers_poll \
    consumers_record_faults consumers_register consumers_resolve_fault consumers_sort \
    consumers_state delete_old_access_log delete_old_archived_tickets deliveries_claim \
    deliveries_complete deliveries_delete_old deliveries_list_dead deliveries_plan \
    deliveries_replay deliveries_state erasure_decide erasures_list erasures_propose \
    helpline_epoch helpline_record_restore helpline_record_rollback helpline_schema_version \
    legal_hold_release legal_hold_set log_ticket_activity people_before_delete \
    people_block_recorded people_changed people_subjects_recorded retention_act \
    retention_approve retention_begin retention_dry_run retention_due retention_figures \
    retention_open_runs retention_refuse retention_run retention_settings schedules_begin \
    schedules_due schedules_list schedules_pause schedules_progress schedules_put \
    schedules_resume schedules_run support_access_status support_append_events \
    support_append_one support_availability support_before_delete support_change_seen_ticket \
    support_change_ticket support_create_ticket support_current_role support_delete_reply \
    support_edit_message support_events_after support_events_written support_find_tickets \
    support_first_answer_s support_follow_names support_follow_people support_follow_staff \
    support_forget_instance support_has_admin support_heads support_is_blocked \
    support_is_staff support_issued_person support_joined_instances support_keep_reply \
    support_keep_seen_reply support_last_messages support_mark_read \
    support_messages_before_insert support_messages_log_deleted \
    support_messages_log_inserted support_messages_log_updated support_open_all \
    support_open_by_number support_own_positions support_people_by_email support_rate_ticket \
    support_read_access_log support_read_stats support_record_access support_record_instance \
    support_record_seen support_redact_event support_redact_message support_redact_rating \
    support_redact_subject support_remove_reply support_remove_seen_reply \
    support_require_user support_roll_up_tallies support_save_reply \
    support_saved_replies_recorded support_search_tickets support_set_blocked \
    support_set_role support_set_seen_setting support_set_setting support_settings_recorded \
    support_sign_in_all support_sign_in_subjects support_summaries support_sweep \
    support_sweep_events support_ticket_numbers_of support_ticket_positions \
    support_tickets_before_insert support_tickets_before_update support_tickets_log_inserted \
    support_tickets_log_updated support_tickets_over_changed support_tickets_tally \
    support_unassign_blocked support_unassign_lost support_widget_settings timers_cancel \
    timers_claim timers_due timers_fail timers_list_held timers_resolve timers_set \
    timers_state update_ticket_status uploads_abandon uploads_begin uploads_bytes_released \
    uploads_checked uploads_exist uploads_expire uploads_finish uploads_give_up uploads_own \
    uploads_reserve uploads_stored user_roles_recorded";

/// An SQL condition that excludes objects of extensions.
const OURS: &str =
    "not exists (select 1 from pg_depend d where d.objid = o.oid and d.deptype = 'e')";

async fn names(db: &TestDb, sql: &str) -> Vec<String> {
    db.admin
        .query(&sql.replace("{ours}", OURS), &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

#[tokio::test]
async fn every_table_view_and_function_keeps_the_rules() {
    let db = TestDb::open().await;
    let none: Vec<String> = Vec::new();
    let tables = "select o.relname::text from pg_class o where o.relnamespace = 'helpline'::regnamespace and o.relkind in ('r', 'p') and {ours}";
    assert!(names(&db, tables).await.len() >= 14);
    for (rule, breach) in [
        ("row-level security is forced", format!("{tables} and not (o.relrowsecurity and o.relforcerowsecurity)")),
        ("the owner owns", format!("{tables} and o.relowner <> 'helpline_owner'::regrole")),
        (
            "every table has policies",
            format!("{tables} and not exists (select 1 from pg_policy p where p.polrelid = o.oid and p.polroles = array['helpline_owner'::regrole::oid])"),
        ),
        (
            "views run with the rights of who asks",
            "select o.relname::text from pg_class o where o.relnamespace = 'helpline'::regnamespace and o.relkind in ('v', 'm') and {ours} \
             and not coalesce(o.reloptions::text[] @> array['security_invoker=true'], false)"
                .into(),
        ),
        (
            "no policy is for everybody",
            "select o.polname::text from pg_policy o where o.polroles = array[0::oid]".into(),
        ),
        (
            "public may execute nothing",
            "select o.proname::text from pg_proc o where o.pronamespace = 'helpline'::regnamespace and {ours} \
             and has_function_privilege('public', o.oid, 'execute')"
                .into(),
        ),
        (
            "nothing on tables is granted to everybody",
            "select o.relname::text from pg_class o where o.relnamespace = 'helpline'::regnamespace and o.relkind in ('r', 'v', 'S') \
             and exists (select 1 from aclexplode(o.relacl) a where a.grantee = 0)"
                .into(),
        ),
        (
            "definers pin their search_path, pg_temp last",
            "select o.proname::text from pg_proc o where o.pronamespace = 'helpline'::regnamespace and {ours} and o.prosecdef \
             and not exists (select 1 from unnest(o.proconfig) c where c ~ '^search_path=.*, ?pg_temp$')"
                .into(),
        ),
        (
            "policies wrap every call in a sub-select",
            "select o.polname::text from pg_policy o where coalesce(pg_get_expr(o.polqual, o.polrelid), '') || coalesce(pg_get_expr(o.polwithcheck, o.polrelid), '') \
             ~ '(?<!SELECT )support_(current_user_id|current_role|is_staff|is_blocked)\\('"
                .into(),
        ),
        (
            "every constraint has a name of ours",
            "select o.conname::text from pg_constraint o where o.connamespace = 'helpline'::regnamespace and o.contype in ('c', 'f', 'u', 'p') \
             and o.conname !~ '_(pkey|fkey|key|check)$'"
                .into(),
        ),
    ] {
        assert_eq!(names(&db, &breach).await, none, "{rule}");
    }
    let definers = "select o.proname::text from pg_proc o where o.pronamespace = 'helpline'::regnamespace and {ours} and o.prosecdef order by 1";
    assert_eq!(
        names(&db, definers).await,
        DEFINERS.split_whitespace().collect::<Vec<_>>()
    );
    assert_eq!(
        names(&db, "select o.rolname::text from pg_roles o where o.rolname like 'helpline\\_%' and o.rolname <> 'helpline_service' and (o.rolcanlogin or o.rolsuper or o.rolbypassrls)").await,
        none
    );
    // The service's role only calls functions, so it must have no privilege on any table.
    let rights = "select o.relname::text from pg_class o where o.relnamespace = 'helpline'::regnamespace and o.relkind in ('r', 'v', 'S') \
        and exists (select 1 from aclexplode(o.relacl) a where a.grantee = 'helpline_service'::regrole)";
    assert_eq!(names(&db, rights).await, none);
}

/// The functions of the schema for a platform's own pages that run with the owner's rights. Each was
/// reviewed: it acts for the person in the claims, and checks what the desk checks.
const API_DEFINERS: &str = "assign_ticket current_person_id insert_message insert_ticket is_staff \
    log_ticket_activity ticket_stats update_message update_ticket update_ticket_status";

#[tokio::test]
async fn the_schema_for_a_platforms_pages_keeps_the_rules() {
    let db = platform(PLATFORM_DEFAULTS[1]).await;
    let none: Vec<String> = Vec::new();
    for (rule, breach) in [
        (
            "it has only views, which the owner owns and which are security barriers",
            "select o.relname::text from pg_class o where o.relnamespace = 'helpline_api'::regnamespace \
             and (o.relkind <> 'v' or o.relowner <> 'helpline_owner'::regrole \
                  or not coalesce(o.reloptions::text[] @> array['security_barrier=true'], false))",
        ),
        (
            "functions pin their search_path, pg_temp last, and are the owner's",
            "select o.proname::text from pg_proc o where o.pronamespace = 'helpline_api'::regnamespace \
             and (o.proowner <> 'helpline_owner'::regrole \
                  or not exists (select 1 from unnest(o.proconfig) c where c ~ '^search_path=.*, ?pg_temp$'))",
        ),
        (
            "public may execute nothing",
            "select o.proname::text from pg_proc o where o.pronamespace = 'helpline_api'::regnamespace \
             and has_function_privilege('public', o.oid, 'execute')",
        ),
    ] {
        assert_eq!(names(&db, breach).await, none, "{rule}");
    }
    let definers = "select o.proname::text from pg_proc o where o.pronamespace = 'helpline_api'::regnamespace and o.prosecdef order by 1";
    assert_eq!(
        names(&db, definers).await,
        API_DEFINERS.split_whitespace().collect::<Vec<_>>()
    );
}

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/schema.sql");

/// Returns the output of `pg_dump --schema-only`, without the parts that differ between servers.
pub async fn dump(database: &str) -> String {
    let postgres = cluster().await;
    let output = tokio::process::Command::new(postgres.bin_dir().join("pg_dump"))
        .args(["--schema-only", "--dbname", &postgres.admin_url(database)])
        .output()
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let kept = text.lines().filter(|line| {
        !line.starts_with("-- Dumped ")
            && !line.starts_with("\\")
            && *line != "SET transaction_timeout = 0;"
    });
    let mut schema = String::new();
    for line in kept {
        schema.push_str(line);
        schema.push('\n');
    }
    schema
}

/// The types of objects that the versioned migration files create. Functions, views, triggers and
/// policies have separate files.
const TYPES: &[&str] = &[
    "SCHEMA",
    "EXTENSION",
    "TABLE",
    "SEQUENCE",
    "INDEX",
    "CONSTRAINT",
    "FK CONSTRAINT",
    "DEFAULT",
    "ROW SECURITY",
];

async fn tables(database: &str) -> String {
    let mut schema = String::from(
        "-- The sum of the versioned migrations, held equal to it by a test. Written by:\n-- cargo test -p helpline-persistence -- --ignored write_schema_sql\n",
    );
    for entry in dump(database).await.split("\n--\n-- Name: ").skip(1) {
        let (head, body) = entry.split_once("\n--\n").unwrap();
        let (name, rest) = head.split_once("; Type: ").unwrap();
        if TYPES.contains(&rest.split(';').next().unwrap()) {
            // At the end of each entry, `pg_dump` writes `SET` statements that belong to the next
            // entry. Remove these statements.
            let body: Vec<&str> = body
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with("SET "))
                .collect();
            schema.push_str(&format!("\n-- {name}\n{}\n", body.join("\n")));
        }
    }
    schema
}

#[tokio::test]
async fn schema_sql_is_the_sum_of_the_migrations() {
    let db = TestDb::open().await;
    let written = tokio::fs::read_to_string(SCHEMA).await.unwrap();
    let dumped = tables(&db.database).await;
    let first = written
        .lines()
        .zip(dumped.lines())
        .find(|(written, dumped)| written != dumped);
    assert!(
        written == dumped,
        "migrations/schema.sql is out of date (see its head); first difference: {first:?}"
    );
}

#[tokio::test]
#[ignore = "writes migrations/schema.sql"]
async fn write_schema_sql() {
    let db = TestDb::open().await;
    tokio::fs::write(SCHEMA, tables(&db.database).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn migrating_twice_or_at_once_changes_nothing() {
    let (one, two) = (empty_database().await, empty_database().await);
    let postgres = cluster().await;
    let (url_one, url_two) = (postgres.admin_url(&one), postgres.admin_url(&two));
    // Run three migrations at the same time: two of one database, and one of another database in
    // the same cluster.
    let (first, second, other) = tokio::join!(
        migrate::migrate(&url_one),
        migrate::migrate(&url_one),
        migrate::migrate(&url_two)
    );
    let (first, second) = (first.unwrap(), second.unwrap());
    assert!(
        first.is_empty() != second.is_empty(),
        "exactly one installer does the work: {first:?} {second:?}"
    );
    assert_eq!(other.unwrap().len(), first.len() + second.len());
    assert!(migrate::migrate(&url_one).await.unwrap().is_empty());
    assert_eq!(dump(&one).await, dump(&two).await);
}

#[tokio::test]
async fn a_database_behind_this_program_is_not_current() {
    let db = TestDb::open().await;
    assert!(migrate::is_current(&db.store).await.unwrap());
    db.sql("delete from helpline_migrations where version = (select max(version) from helpline_migrations)").await;
    assert!(!migrate::is_current(&db.store).await.unwrap());
}
