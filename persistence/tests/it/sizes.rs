//! Tests that every text and JSON column has a size limit, which equals the limit in the Rust crate
//! `core`.

use std::collections::{BTreeMap, BTreeSet};

use helpline_core::ids::{TicketId, UserId};
use helpline_core::limits;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::test_db::TestDb;

/// How the size of a column is limited.
enum Size {
    /// Maximum number of characters.
    Chars(usize),
    /// Maximum number of bytes of the text.
    Bytes(usize),
    /// Maximum number of bytes of the JSON text as Postgres writes it.
    Json(usize),
    /// The column accepts only words of a list, or texts of a pattern with limited length.
    Words,
    /// The column contains only words and numbers, and only the owner's migrations, functions and
    /// triggers write it.
    Owners,
}

use Size::{Bytes, Chars, Json, Owners, Words};

const SIZES: &[(&str, Size)] = &[
    ("access_log.action", Words),
    ("access_log.detail", Json(limits::AUDIT_DETAIL_BYTES_MAX)),
    ("access_log.refused", Chars(limits::KEY_CHARS_MAX)),
    ("access_log.user_agent", Chars(limits::USER_AGENT_CHARS_MAX)),
    ("adopted_originals.field", Owners),
    // Values of any size that the platform had, in full.
    ("adopted_originals.original", Owners),
    ("adopted_originals.source", Words),
    ("adopted_tickets.digest", Words),
    ("adopted_tickets.row_digests", Owners),
    ("adopted_tickets.source", Owners),
    ("adopted_tickets.written_digest", Words),
    ("adoption_revoked.column_name", Owners),
    ("adoption_revoked.database", Owners),
    ("adoption_revoked.grantee", Owners),
    ("adoption_revoked.object_kind", Words),
    ("adoption_revoked.object_name", Owners),
    ("adoption_revoked.privilege", Owners),
    ("adoption_revoked.source", Owners),
    (
        "background_identity.public_url",
        Chars(limits::PUBLIC_URL_CHARS_MAX),
    ),
    ("blob_removals.blob_key", Chars(limits::BLOB_KEY_BYTES_MAX)),
    ("blob_removals.sha256", Owners),
    ("consumer_faults.consumer", Owners),
    (
        "consumer_faults.error",
        Chars(limits::BACKGROUND_ERROR_CHARS_MAX),
    ),
    ("consumer_windows.consumer", Owners),
    ("consumers.name", Words),
    (
        "deliveries.error",
        Chars(limits::BACKGROUND_ERROR_CHARS_MAX),
    ),
    ("deliveries.key", Chars(limits::DELIVERY_KEY_CHARS_MAX)),
    ("deliveries.kind", Words),
    (
        "deliveries.payload",
        Json(limits::BACKGROUND_PAYLOAD_BYTES_MAX),
    ),
    (
        "deliveries.receiver",
        Chars(limits::DELIVERY_RECEIVER_CHARS_MAX),
    ),
    ("helpline_backfills.place", Owners),
    ("helpline_migrations.checksum", Owners),
    ("helpline_migrations.name", Owners),
    ("helpline_objects.checksum", Owners),
    ("helpline_objects.path", Owners),
    ("helpline_options.name", Owners),
    ("helpline_options.value", Owners),
    (
        "legal_holds.reason",
        Chars(limits::LEGAL_HOLD_REASON_CHARS_MAX),
    ),
    ("people.display_name", Chars(limits::NAME_CHARS_MAX)),
    ("people.email", Chars(limits::EMAIL_CHARS_MAX)),
    (
        "people_subjects.issuer",
        Bytes(limits::TOKEN_ISSUER_BYTES_MAX),
    ),
    (
        "people_subjects.subject",
        Bytes(limits::TOKEN_SUBJECT_BYTES_MAX),
    ),
    (
        "retention_run_tickets.error",
        Chars(limits::BACKGROUND_ERROR_CHARS_MAX),
    ),
    ("retention_runs.digest", Words),
    ("retention_runs.kept", Owners),
    ("retention_runs.kind", Words),
    ("retention_runs.reason", Owners),
    ("retention_runs.skipped", Owners),
    ("retention_runs.state", Words),
    (
        "schedule_runs.error",
        Chars(limits::BACKGROUND_ERROR_CHARS_MAX),
    ),
    (
        "schedule_runs.progress",
        Json(limits::SCHEDULE_PROGRESS_BYTES_MAX),
    ),
    ("schedule_runs.schedule", Owners),
    ("schedules.every", Words),
    ("schedules.name", Words),
    ("schedules.zone", Chars(limits::ZONE_CHARS_MAX)),
    ("support_activity_kinds.kind", Owners),
    ("support_message_transitions.from_status", Owners),
    ("support_message_transitions.sender_type", Owners),
    ("support_message_transitions.to_status", Owners),
    (
        "support_messages.attachments",
        Json(limits::ATTACHMENTS_STORED_BYTES_MAX),
    ),
    ("support_messages.body", Bytes(limits::BODY_BYTES_MAX)),
    ("support_messages.key", Chars(limits::KEY_CHARS_MAX)),
    ("support_messages.sender_type", Words),
    (
        "support_messages.user_agent",
        Chars(limits::USER_AGENT_CHARS_MAX),
    ),
    ("support_saved_replies.body", Bytes(limits::BODY_BYTES_MAX)),
    (
        "support_saved_replies.folder",
        Chars(limits::REPLY_FOLDER_CHARS_MAX),
    ),
    ("support_saved_replies.shortcut", Words),
    (
        "support_saved_replies.title",
        Chars(limits::SAVED_REPLY_TITLE_CHARS_MAX),
    ),
    ("support_settings.name", Words),
    (
        "support_settings.value",
        Json(limits::SETTING_STORED_BYTES_MAX),
    ),
    ("support_status_transitions.actor_type", Owners),
    ("support_status_transitions.from_status", Owners),
    ("support_status_transitions.to_status", Owners),
    ("support_ticket_activity.actor_type", Words),
    (
        "support_ticket_activity.description",
        Bytes(limits::HISTORY_DESCRIPTION_BYTES_MAX),
    ),
    ("support_ticket_activity.kind", Words),
    (
        "support_ticket_activity.metadata",
        Json(limits::METADATA_STORED_BYTES_MAX),
    ),
    (
        "support_ticket_activity.new_value",
        Bytes(limits::HISTORY_VALUE_BYTES_MAX),
    ),
    (
        "support_ticket_activity.old_value",
        Bytes(limits::HISTORY_VALUE_BYTES_MAX),
    ),
    (
        "support_ticket_activity.public_actor_name",
        Chars(limits::NAME_CHARS_MAX),
    ),
    (
        "support_ticket_activity.public_new_value",
        Bytes(limits::HISTORY_PUBLIC_VALUE_BYTES_MAX),
    ),
    (
        "support_ticket_activity.public_old_value",
        Bytes(limits::HISTORY_PUBLIC_VALUE_BYTES_MAX),
    ),
    (
        "support_ticket_activity.user_agent",
        Chars(limits::USER_AGENT_CHARS_MAX),
    ),
    ("support_ticket_tallies.metric", Owners),
    ("support_ticket_tally_deltas.metric", Owners),
    (
        "support_tickets.assignee_name",
        Chars(limits::NAME_CHARS_MAX),
    ),
    ("support_tickets.category", Words),
    (
        "support_tickets.customer_email",
        Chars(limits::EMAIL_CHARS_MAX),
    ),
    ("support_tickets.key", Chars(limits::KEY_CHARS_MAX)),
    (
        "support_tickets.metadata",
        Json(limits::METADATA_STORED_BYTES_MAX),
    ),
    ("support_tickets.priority", Words),
    (
        "support_tickets.satisfaction_comment",
        Chars(limits::RATING_COMMENT_CHARS_MAX),
    ),
    ("support_tickets.search_folded", Owners),
    ("support_tickets.status", Words),
    ("support_tickets.subject", Chars(limits::SUBJECT_CHARS_MAX)),
    (
        "support_tickets.ticket_number",
        Chars(limits::TICKET_NUMBER_CHARS_MAX),
    ),
    (
        "support_tickets.user_agent",
        Chars(limits::USER_AGENT_CHARS_MAX),
    ),
    ("timers.error", Chars(limits::BACKGROUND_ERROR_CHARS_MAX)),
    ("timers.key", Chars(limits::TIMER_KEY_CHARS_MAX)),
    ("timers.kind", Words),
    ("timers.payload", Json(limits::BACKGROUND_PAYLOAD_BYTES_MAX)),
    ("uploads.blob_key", Chars(limits::BLOB_KEY_BYTES_MAX)),
    ("uploads.content_type", Chars(limits::MEDIA_TYPE_CHARS_MAX)),
    ("uploads.declared_type", Chars(limits::MEDIA_TYPE_CHARS_MAX)),
    ("uploads.key", Chars(limits::KEY_CHARS_MAX)),
    ("uploads.name", Chars(limits::ATTACHMENT_NAME_CHARS_MAX)),
    ("uploads.preview_key", Chars(limits::BLOB_KEY_BYTES_MAX)),
    ("uploads.preview_type", Chars(limits::MEDIA_TYPE_CHARS_MAX)),
    ("uploads.scan_engine", Chars(limits::SCAN_TEXT_CHARS_MAX)),
    (
        "uploads.scan_finding",
        Chars(limits::BACKGROUND_ERROR_CHARS_MAX),
    ),
    // 32 bytes that the service has computed.
    ("uploads.sha256", Owners),
    ("uploads.state", Words),
    ("user_roles.role", Words),
];

/// Lists the text and JSON columns of Helpline's tables, except generated ones, each with the check
/// constraints that mention it.
const COLUMNS: &str = "
    select c.relname || '.' || a.attname,
      coalesce((select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k
                where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any (k.conkey)), '')
    from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
    where c.relnamespace = 'helpline'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = '' and (t.typcategory = 'S' or t.typname in ('jsonb', 'json', 'bytea', '_text'))
      and (c.relname, a.attname) not in (('support_tickets', 'key_digest'), ('support_messages', 'key_digest'))";

#[tokio::test]
async fn every_text_has_a_size_and_the_size_is_cores() {
    let db = TestDb::open().await;
    let found: BTreeMap<String, String> = db
        .admin
        .query(COLUMNS, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let named: BTreeSet<&str> = SIZES.iter().map(|(column, _)| *column).collect();
    assert_eq!(
        found.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        named,
        "each text column needs an entry in SIZES"
    );
    for (column, size) in SIZES {
        let (checks, name) = (&found[*column], column.split('.').nth(1).unwrap());
        let bound = match size {
            Chars(n) => format!("char_length({name}) <= {n})"),
            Bytes(n) => format!("octet_length({name}) <= {n})"),
            Json(n) => format!("octet_length(({name})::text) <= {n})"),
            Words if checks.contains('~') => format!("({name} ~ '^"),
            Words => format!("({name} = ANY (ARRAY["),
            Owners => continue,
        };
        assert!(
            checks.contains(&bound),
            "{column}: {bound} is not in {checks}"
        );
    }
    // No role except the owner may write to a column that is listed as `Owners`.
    let owners: Vec<&str> = SIZES
        .iter()
        .filter(|(_, size)| matches!(size, Owners))
        .map(|(column, _)| *column)
        .collect();
    let sql = "select count(*) from information_schema.column_privileges where table_name || '.' || column_name = any ($1) and grantee <> 'helpline_owner' \
        and privilege_type in ('INSERT', 'UPDATE') and grantee like 'helpline%'";
    assert_eq!(
        db.admin
            .query_one(sql, &[&owners])
            .await
            .unwrap()
            .get::<_, i64>(0),
        0
    );
    let left = "select count(*) from pg_constraint where connamespace = 'helpline'::regnamespace and not convalidated";
    assert_eq!(
        db.ask::<i64>(left).await,
        0,
        "a new database has validated all constraints"
    );
}

async fn assert_refused_by_check(session: &Client, sql: &str) {
    let refused = session.batch_execute(sql).await.expect_err(sql);
    assert_eq!(
        refused.code(),
        Some(&SqlState::CHECK_VIOLATION),
        "{sql}: {refused:?}"
    );
}

/// Statements with texts that are too long. They run as a superuser, who has every privilege, so
/// the check constraints must refuse them.
fn too_large_for_the_owner(ticket: TicketId, of: UserId) -> [String; 8] {
    [
        format!(
            "update support_tickets set customer_email = repeat('e', 321) where id = '{ticket}'"
        ),
        format!(
            "insert into support_tickets (user_id, subject, ticket_number) values ('{of}', 'x', repeat('9', 65))"
        ),
        format!(
            "insert into support_tickets (user_id, subject, ticket_number) values ('{of}', 'x', E'A\\nB')"
        ),
        format!(
            "insert into support_tickets (user_id, subject, ticket_number) values ('{of}', 'x', 'SUP-77 ')"
        ),
        format!(
            "insert into support_tickets (user_id, subject, ticket_number) values ('{of}', 'x', '..')"
        ),
        format!(
            "insert into support_tickets (user_id, subject, ticket_number) values ('{of}', 'x', '{ticket}')"
        ),
        format!(
            "insert into support_tickets (user_id, subject, created_at) values ('{of}', 'x', 'infinity')"
        ),
        format!("update people set display_name = repeat('n', 201) where id = '{of}'"),
    ]
}

#[tokio::test]
async fn what_is_too_large_is_refused_whoever_writes_it() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let (customer, agent) = (
        db.session("helpline_customer", db.customer).await,
        db.session("helpline_staff", db.agent).await,
    );
    let of = db.customer;
    let attachment = |name: &str| {
        format!(
            "insert into support_messages (id, ticket_id, sender_id, sender_type, body, attachments) values (gen_random_uuid(), '{ticket}', '{of}', \
             'customer', 'x', jsonb_build_array(jsonb_build_object('name', {name})))"
        )
    };
    customer
        .batch_execute(&attachment("repeat('n', 24000)"))
        .await
        .unwrap();
    let logged = |value: &str, description: &str, metadata: &str| {
        format!(
            "select log_ticket_activity('{ticket}', 'x', {value}, {value}, {description}, {metadata})"
        )
    };
    agent
        .batch_execute(&logged(
            "repeat('o', 16384)",
            "repeat('d', 8192)",
            "jsonb_build_object('m', repeat('m', 16000))",
        ))
        .await
        .unwrap();
    for (session, sql) in [
        (&customer, attachment("repeat('n', 24576)")),
        (&agent, logged("repeat('o', 16385)", "''", "'{}'")),
        (&agent, logged("''", "repeat('d', 8193)", "'{}'")),
        (
            &agent,
            logged("''", "''", "jsonb_build_object('m', repeat('m', 16384))"),
        ),
    ] {
        assert_refused_by_check(session, &sql).await;
    }
    for sql in too_large_for_the_owner(ticket, of) {
        assert_refused_by_check(&db.admin, &sql).await;
    }
    // A user agent in the database session's settings must never cause an error, whatever its
    // length.
    customer
        .batch_execute("select set_config('helpline.user_agent', repeat('u', 100000), false)")
        .await
        .unwrap();
    customer
        .batch_execute(&attachment("'small'"))
        .await
        .unwrap();
    assert_eq!(
        db.ask::<i32>("select max(char_length(user_agent)) from support_ticket_activity")
            .await,
        400
    );
    db.history(ticket).await;
}
