//! Tests `migrate`: an upgraded database must equal a fresh one, writes must continue during the
//! upgrade, and database objects that do not belong to Helpline must not be changed.

use std::time::{Duration, Instant};

use helpline_core::ids::TicketId;
use helpline_persistence::messages::append;
use helpline_persistence::migrate::{self, Object, Plan, Version};
use helpline_persistence::{Names, Pooler, Settings, Store, StoreError, people};
use helpline_rig::Postgres;
use uuid::Uuid;

use crate::catalog::dump;
use crate::test_db::{cluster, connect, empty_database, message, stored, until, user};

const DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");

/// A migration plan for a possible next release. It adds a column with a backfill and an index,
/// changes a function, a view, a trigger and a policy, and removes a function.
fn next() -> Plan {
    let mut plan = Plan::embedded();
    let number = plan
        .versions
        .iter()
        .map(|version| version.number)
        .max()
        .unwrap();
    plan.versions.extend([
        Version {
            number: number + 1,
            name: "V98__column",
            sql: "alter table support_saved_replies add column uses bigint not null default 0",
        },
        Version {
            number: number + 2,
            name: "V99__index",
            sql: "-- Finds replies by their title.\n-- Without a transaction.\n\
                  create index concurrently if not exists support_saved_replies_title_idx on {schema}.support_saved_replies (title)",
        },
    ]);
    plan.objects
        .retain(|object| object.path != "functions/log_ticket_activity.sql");
    for object in &mut plan.objects {
        match object.path {
            "functions/support_refuse.sql" => {
                object.sql = object.sql.replace("begin", "begin -- another body").leak()
            }
            "triggers/support_settings.sql" => {
                object.sql = object
                    .sql
                    .replace(
                        "support_settings_recorded after",
                        "support_settings_noted after",
                    )
                    .leak()
            }
            "policies/support_settings.sql" => {
                object.sql = "create policy support_settings_owner on support_settings to {owner} using (true) with check (true);"
            }
            _ => {}
        }
    }
    plan.objects.push(Object {
        path: "views/support_added.sql",
        sql: "create view support_added with (security_invoker = true) as select 1 as n",
    });
    plan.generation += 1;
    plan
}

#[tokio::test]
async fn an_upgraded_database_has_the_catalog_of_a_fresh_one() {
    let (old, fresh) = (empty_database().await, empty_database().await);
    let (old_url, fresh_url) = (
        cluster().await.admin_url(&old),
        cluster().await.admin_url(&fresh),
    );
    let names = Names::default();
    migrate::migrate(&old_url).await.unwrap();
    // Bring the database into the state that the first build with the present layout left: without
    // the table of backfills.
    connect(&old_url)
        .await
        .batch_execute("drop table helpline_backfills")
        .await
        .unwrap();
    let before = dump(&old).await;
    let applied = migrate::apply(&old_url, &names, &next()).await.unwrap();
    let expected = [
        "V98__column",
        "V99__index",
        "functions/support_refuse.sql",
        "triggers/support_settings.sql",
        "policies/support_settings.sql",
        "views/support_added.sql",
        "functions/log_ticket_activity.sql (dropped)",
    ];
    assert_eq!(applied, expected);
    migrate::apply(&fresh_url, &names, &next()).await.unwrap();
    let after = dump(&old).await;
    assert_eq!(after, dump(&fresh).await);
    assert_ne!(after, before);
    for (word, stays) in [
        ("another body", true),
        ("support_settings_noted", true),
        ("support_settings_recorded AFTER", false),
        ("log_ticket_activity", false),
    ] {
        assert_eq!(after.contains(word), stays, "{word}");
    }
    // If the previous build runs `migrate` on the upgraded database, it must change nothing. The
    // previous build must also still work with this database.
    assert!(migrate::migrate(&old_url).await.unwrap().is_empty());
    assert_eq!(dump(&old).await, after);
    let url = cluster()
        .await
        .url_for("helpline_service", crate::test_db::PASSWORD, &old);
    assert!(
        migrate::is_current(
            &Store::connect(Settings {
                url,
                connections_max: 1,
                pooler: Pooler::Session,
            })
            .await
            .unwrap()
        )
        .await
        .unwrap()
    );
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_and_names_its_file() {
    let database = empty_database().await;
    let url = cluster().await.admin_url(&database);
    migrate::migrate(&url).await.unwrap();
    let before = dump(&database).await;
    for (path, sql) in [
        (
            "V99__half",
            "create table half (n int); select no_such_function()",
        ),
        (
            "functions/half.sql",
            "create function half() returns int language sql as 'select no_such_column'",
        ),
    ] {
        let mut plan = Plan::embedded();
        plan.generation += 1;
        match path.split_once('/') {
            None => plan.versions.push(Version {
                number: 99,
                name: path,
                sql,
            }),
            Some(_) => plan.objects.push(Object { path, sql }),
        }
        match migrate::apply(&url, &Names::default(), &plan).await {
            Err(StoreError::NotPrepared(told)) => {
                assert!(told.starts_with(path) && told.contains("no_such"), "{told}")
            }
            other => panic!("{path}: {other:?}"),
        }
        assert_eq!(dump(&database).await, before);
    }
    let mut edited = Plan::embedded();
    edited.versions[0].sql = "select 1";
    assert!(
        matches!(migrate::apply(&url, &Names::default(), &edited).await, Err(StoreError::NotPrepared(told)) if told.contains("V1__people"))
    );
}

#[tokio::test]
async fn nobody_queues_behind_a_migration_that_waits_for_its_lock() {
    let database = empty_database().await;
    let url = cluster().await.admin_url(&database);
    migrate::migrate(&url).await.unwrap();
    let (mut writer, other) = (connect(&url).await, connect(&url).await);
    // Open a long transaction that has written to one of the tables.
    let open = writer.transaction().await.unwrap();
    open.batch_execute(
        "insert into support_tickets (user_id, subject) values (gen_random_uuid(), 'long')",
    )
    .await
    .unwrap();
    let mut plan = Plan::embedded();
    plan.versions.push(Version {
        number: 99,
        name: "V99__column",
        sql: "alter table support_tickets add column later bigint",
    });
    let migrating = tokio::spawn(async move {
        migrate::apply(&url, &Names::default(), &plan)
            .await
            .map_err(|error| error.to_string())
    });
    until("the migration waits for its lock", async || {
        let waiting =
            "select count(*) from pg_locks where relation = 'support_tickets'::regclass and mode = 'AccessExclusiveLock' and not granted";
        other.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) > 0
    })
    .await;
    let mut slowest = Duration::ZERO;
    for _ in 0..10 {
        let begun = Instant::now();
        other.batch_execute("insert into support_tickets (user_id, subject) values (gen_random_uuid(), 'short')").await.unwrap();
        slowest = slowest.max(begun.elapsed());
    }
    assert!(
        slowest < Duration::from_millis(1_000),
        "a writer waited {slowest:?}"
    );
    open.commit().await.unwrap();
    assert_eq!(migrating.await.unwrap().unwrap(), ["V99__column"]);
}

#[tokio::test]
async fn it_lives_beside_the_tables_that_it_replaces_under_names_of_its_own() {
    let postgres = Postgres::start_temporary_with(&[("search_path", "\"$user\", public")])
        .await
        .unwrap();
    postgres.create_database("platform", None).await.unwrap();
    let url = postgres.admin_url("platform");
    let admin = connect(&url).await;
    // Create objects that do not belong to Helpline: some with Helpline's names in the schema
    // `public`, and pg_trgm in a separate schema for extensions.
    admin
        .batch_execute(
            "create schema extensions; create extension pg_trgm with schema extensions; revoke all on schema extensions from public;
             create table public.user_roles (n int); create table public.support_tickets (n int); create table public.people (n int);
             create function public.log_ticket_activity() returns int language sql as 'select 1'",
        )
        .await
        .unwrap();
    let of_platform = "select string_agg(c.oid || c.relname || coalesce(c.relacl::text, ''), ' ' order by c.oid) || (select string_agg(oid::text, ' ') from pg_proc where pronamespace = 'public'::regnamespace) || (select nspacl from pg_namespace where nspname = 'public')::text from pg_class c where c.relnamespace = 'public'::regnamespace";
    let before: String = admin.query_one(of_platform, &[]).await.unwrap().get(0);
    // Install Helpline twice in this database: with the default names, and with other names.
    for names in [Names::default(), Names::new("desk_two", "two_").unwrap()] {
        migrate::apply(&url, &names, &Plan::embedded())
            .await
            .unwrap();
        migrate::set_runtime_password_of(&url, &names, "p1")
            .await
            .unwrap();
        let settings = Settings {
            url: postgres.url_for(&names.service(), "p1", "platform"),
            connections_max: 2,
            pooler: Pooler::Session,
        };
        let store = Store::connect_to(settings, names.clone()).await.unwrap();
        assert!(migrate::is_current(&store).await.unwrap());
        let identity = people::Identity {
            subject: user(1).into(),
            email: None,
            name: Some("Ada Lovelace".into()),
        };
        people::sign_in(&store, &identity).await.unwrap();
        let open = format!(
            "insert into {}.support_tickets (user_id, subject) values ('{}', 'Smoke') returning id",
            names.schema(),
            user(1)
        );
        let ticket: Uuid = admin.query_one(&open, &[]).await.unwrap().get(0);
        let sent = [message(TicketId::new(ticket), user(1), "It burns")];
        let appended = append(&store, &sent).await.unwrap();
        assert_eq!(stored(&appended.outcomes[0]).seq.get(), 2);
        let count = format!("select count(*) from {}.people", names.schema());
        assert_eq!(
            admin.query_one(&count, &[]).await.unwrap().get::<_, i64>(0),
            1
        );
        assert!(
            migrate::apply(&url, &names, &Plan::embedded())
                .await
                .unwrap()
                .is_empty()
        );
    }
    assert_eq!(
        admin
            .query_one(of_platform, &[])
            .await
            .unwrap()
            .get::<_, String>(0),
        before,
        "the schema public was changed"
    );
}

#[tokio::test]
async fn a_database_of_a_former_layout_is_refused_and_left_alone() {
    let database = empty_database().await;
    let url = cluster().await.admin_url(&database);
    let admin = connect(&url).await;
    admin
        .batch_execute("create table public.helpline_migrations (version int4 primary key, name varchar(255), applied_on varchar(255), checksum varchar(255))")
        .await
        .unwrap();
    let before = dump(&database).await;
    match migrate::migrate(&url).await {
        Err(StoreError::FormerLayout) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(dump(&database).await, before);
}

/// Returns the files of a folder, with their paths relative to `migrations/`.
fn files(folder: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(format!("{DIR}/{folder}"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "sql"))
        .map(|path| {
            (
                format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap()),
                std::fs::read_to_string(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn every_file_is_in_the_manifest_and_its_generation_counts_their_changes() {
    let plan = Plan::embedded();
    let mut named: Vec<&str> = plan.objects.iter().map(|object| object.path).collect();
    named.sort_unstable();
    let found: Vec<_> = ["api", "functions", "policies", "triggers", "views"]
        .into_iter()
        .flat_map(files)
        .collect();
    assert_eq!(
        found
            .iter()
            .map(|(path, _)| path.as_str())
            .collect::<Vec<_>>(),
        named
    );
    let text: String = plan
        .objects
        .iter()
        .map(|object| format!("{}\n{}\n", object.path, object.sql))
        .collect();
    let client = connect(&cluster().await.admin_url("postgres")).await;
    let digest: String = client
        .query_one(
            "select left(encode(sha256(convert_to($1, 'UTF8')), 'hex'), 16)",
            &[&text],
        )
        .await
        .unwrap()
        .get(0);
    let manifest = std::fs::read_to_string(format!("{DIR}/manifest")).unwrap();
    let line = manifest
        .lines()
        .find(|line| line.starts_with("generation "))
        .unwrap();
    let expected = format!("generation {} {digest}", plan.generation);
    let hint = "an object's text changed: raise the number if the one that stands has been released, and write the digest";
    assert_eq!(line, expected, "{hint}");
}

/// Returns the version number in the name of a versioned file.
fn number_of(path: &str) -> u32 {
    path.trim_start_matches("./V")
        .split("__")
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// Asserts that a versioned file is safe while the service is running, and that its header
/// describes what it does.
fn versioned_file_is_safe(path: &str, text: &str, code: &str, first_backfill: u32) {
    assert!(
        text.lines()
            .take_while(|line| line.starts_with("--"))
            .any(|line| line.contains("Under traffic:")),
        "the header of {path} does not say whether it is safe under traffic"
    );
    assert_eq!(
        code.matches("concurrently").count(),
        code.matches("concurrently if not exists ").count(),
        "{path}: after an interruption, a finished but unrecorded index would block the next run"
    );
    // A file must not both alter a table and update its rows, because writers would wait for the
    // table lock during the update. An update of all rows must run in portions, because a single
    // transaction would lock every changed row until its end.
    let in_portions = text.lines().any(|line| line == "-- In portions.");
    let alters = code
        .lines()
        .any(|line| line.starts_with("alter table") && !line.contains("row level security"));
    let walks = code
        .lines()
        .any(|line| line.starts_with("update ") || line.starts_with("delete "));
    assert!(
        !(alters && walks),
        "{path} alters a table and updates rows: two files"
    );
    assert!(
        !walks || in_portions,
        "{path} updates rows in one transaction: its header must say `-- In portions.`"
    );
    // Find statements that need a finished backfill, or that drop what a backfill reads.
    let needs_backfill = !text.lines().any(|line| line == "-- Behind the backfills.")
        && number_of(path) > first_backfill
        && [
            "set not null",
            "validate constraint",
            "drop column",
            "drop table",
        ]
        .iter()
        .any(|word| code.contains(word));
    assert!(
        !needs_backfill,
        "{path} may need an earlier backfill: its header must say `-- Behind the backfills.`"
    );
}

#[test]
fn files_keep_what_the_runner_needs() {
    let first_backfill = files(".")
        .iter()
        .filter(|(_, text)| text.lines().any(|line| line == "-- In portions."))
        .map(|(path, _)| number_of(path))
        .min()
        .unwrap_or(u32::MAX);
    for (path, text) in [".", "api", "functions", "policies", "triggers", "views"]
        .into_iter()
        .flat_map(files)
    {
        if path == "./schema.sql" {
            continue;
        }
        let code: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("--"))
            .map(|line| format!("{line}\n"))
            .collect();
        // The text inside braces must be one of the known placeholders.
        for (at, _) in code.match_indices('{') {
            let word = code[at + 1..].split('}').next().unwrap_or_default();
            let is_word =
                !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let known = [
                "schema", "api", "owner", "service", "customer", "staff", "trgm",
            ];
            assert!(!is_word || known.contains(&word), "{path}: {{{word}}}");
        }
        for named in [
            "helpline_owner",
            "helpline_service",
            "helpline_customer",
            "helpline_staff",
            "public.",
        ] {
            assert!(!code.contains(named), "{path} names {named}");
        }
        if path.starts_with("./V") {
            versioned_file_is_safe(&path, &text, &code, first_backfill);
        }
        let name = path.rsplit('/').next().unwrap().trim_end_matches(".sql");
        match path.split('/').next().unwrap() {
            "functions" => {
                assert_eq!(
                    code.matches("create or replace function").count(),
                    1,
                    "{path}"
                );
                assert!(
                    code.contains(&format!("create or replace function {name}(")),
                    "{path}"
                );
            }
            "api" => assert!(code.contains(&format!(" {{api}}.{name}")), "{path}"),
            "views" => assert!(
                code.contains(&format!(
                    "create or replace view {name} with (security_invoker = true)"
                )),
                "{path}"
            ),
            "triggers" => assert_eq!(
                code.matches("create trigger").count(),
                code.matches(&format!(" on {name}\n")).count(),
                "{path}"
            ),
            "policies" => assert_eq!(
                code.matches("create policy").count(),
                code.matches(&format!(" on {name} ")).count() - code.matches("grant ").count(),
                "{path}"
            ),
            _ => {}
        }
    }
}
