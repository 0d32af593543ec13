//! Tests names and addresses that come from a platform: the query that finds them, and that Helpline
//! takes them over for the people whom it knows.

use helpline_core::ids::UserId;
use helpline_core::token_subject::TokenSubject;
use helpline_persistence::migrate::{self, Choices, NamesFrom, Plan};
use helpline_persistence::people::{self, Identity, NamesFollowed};
use helpline_persistence::{Names, StoreError};
use uuid::Uuid;

use crate::platform_api;
use crate::test_db::{TestDb, cluster, connect, empty_database};

/// A platform's tables as on Supabase, with thousands of people of whom Helpline knows few.
const PLATFORM: &str = "
    create schema auth;
    create table auth.users (id uuid primary key, email varchar(255));
    create table public.profiles (id uuid primary key default gen_random_uuid(), user_id uuid not null unique, first_name text, last_name text);
    alter table public.profiles enable row level security;
    insert into auth.users select md5(g::text)::uuid, g || '@example.org' from generate_series(1, 20000) g;
    insert into public.profiles (user_id, first_name, last_name) select u.id, 'First', u.email from auth.users u;
    insert into auth.users values
      ('aaaa0000-0000-4000-8000-000000000001', 'ada@new.example'), ('aaaa0000-0000-4000-8000-00000000000b', 'grace@new.example');
    insert into public.profiles (user_id, first_name, last_name) values
      ('aaaa0000-0000-4000-8000-000000000001', 'Ada', 'King'), ('aaaa0000-0000-4000-8000-00000000000b', 'Grace', 'Murray')";

const QUERY: &str = "select u.id, concat_ws(' ', p.first_name, p.last_name), u.email
    from auth.users u left join public.profiles p on p.user_id = u.id;";

async fn names_from(url: &str, query: &str) -> Result<Vec<String>, StoreError> {
    let choices = Choices {
        names_from: Some(NamesFrom::parse(query).unwrap()),
        ..Choices::default()
    };
    migrate::apply_with(url, &Names::default(), &Plan::embedded(), &choices).await
}

/// A platform's database in which Helpline is installed, and the address of the platform's
/// administrator, who is no superuser and owns the platform's tables.
async fn platform() -> (TestDb, String) {
    let (database, postgres) = (empty_database().await, cluster().await);
    let admin = connect(&postgres.admin_url(&database)).await;
    platform_api::roles(&admin).await;
    let owns = format!(
        "alter database {database} owner to platform_admin; grant all on schema public to platform_admin"
    );
    admin.batch_execute(&owns).await.unwrap();
    let url = postgres.url_for("platform_admin", "p1", &database);
    let platform = connect(&url).await;
    platform.batch_execute(PLATFORM).await.unwrap();
    platform
        .batch_execute("analyze auth.users; analyze public.profiles")
        .await
        .unwrap();
    migrate::migrate(&url).await.unwrap();
    (TestDb::on(postgres, &database).await, url)
}

async fn sign_in(db: &TestDb, user: UserId, name: &str) -> people::Person {
    let identity = Identity {
        subject: TokenSubject::parse("", &user.to_string()).unwrap(),
        email: Some("token@example.org".into()),
        name: Some(name.into()),
    };
    people::sign_in(&db.store, &identity).await.unwrap()
}

async fn follow(db: &TestDb) -> NamesFollowed {
    people::follow_names(&db.store, None, None).await.unwrap()
}

async fn known(db: &TestDb, user: UserId) -> String {
    db.ask(&format!(
        "select concat_ws(' ', display_name, email) from people where id = '{user}'"
    ))
    .await
}

#[tokio::test]
async fn names_and_addresses_follow_the_platforms_tables() {
    let (db, url) = platform().await;
    let stranger = UserId::new(Uuid::from_u128(7));
    sign_in(&db, db.customer, "Ada Token").await;
    sign_in(&db, stranger, "Tess Token").await;
    let ticket = db.ticket().await;
    assert_eq!(follow(&db).await, NamesFollowed::default(), "no query yet");
    names_from(&url, QUERY).await.unwrap();
    assert_eq!(known(&db, db.customer).await, "Ada Token token@example.org");
    let done = follow(&db).await;
    assert_eq!((done.failed, done.changed, done.skipped), (None, 2, 0));
    assert_eq!(known(&db, db.customer).await, "Ada King ada@new.example");
    // A person whom the query does not return keeps what the token says.
    let kept = sign_in(&db, stranger, "Tess Renamed").await;
    assert_eq!(kept.name.as_deref(), Some("Tess Renamed"));
    // The tickets follow, as after a change by a token.
    while people::follow(&db.store).await.unwrap() {}
    let copied: Option<String> = db
        .ask(&format!(
            "select customer_email from support_tickets where id = '{ticket}'"
        ))
        .await;
    assert_eq!(copied.as_deref(), Some("ada@new.example"));

    // What the query gives wins over the token, for each of the two by itself.
    let person = sign_in(&db, db.customer, "Ada Token").await;
    assert_eq!(person.name.as_deref(), Some("Ada King"));
    assert_eq!(person.email.as_deref(), Some("ada@new.example"));
    db.sql(&format!(
        "update auth.users set email = null where id = '{}'",
        db.customer
    ))
    .await;
    assert_eq!(follow(&db).await.changed, 0, "an address is never emptied");
    let person = sign_in(&db, db.customer, "Ada Token").await;
    assert_eq!(person.name.as_deref(), Some("Ada King"));
    assert_eq!(person.email.as_deref(), Some("token@example.org"));

    // Later runs of `migrate` keep the query; `off` lets tokens give the names again.
    assert!(migrate::migrate(&url).await.unwrap().is_empty());
    assert_eq!(
        sign_in(&db, db.customer, "Ada Token").await.name.as_deref(),
        Some("Ada King")
    );
    names_from(&url, "off").await.unwrap();
    assert_eq!(known(&db, db.customer).await, "Ada King token@example.org");
    assert_eq!(
        sign_in(&db, db.customer, "Ada Token").await.name.as_deref(),
        Some("Ada Token")
    );
}

#[tokio::test]
async fn a_look_reads_the_known_people_only_and_writes_nothing_if_nothing_changed() {
    let (db, url) = platform().await;
    names_from(&url, QUERY).await.unwrap();
    follow(&db).await;
    let mut client = connect(&url).await;
    let look = client.transaction().await.unwrap();
    look.batch_execute("set local role helpline_owner")
        .await
        .unwrap();
    let wrote = "select failed, pg_current_xact_id_if_assigned() is null from support_follow_names(null, 500)"
        .replace("support_follow_names", "helpline.support_follow_names");
    let row = look.query_one(&wrote, &[]).await.unwrap();
    assert_eq!(row.get::<_, Option<String>>(0), None);
    assert!(
        row.get::<_, bool>(1),
        "an idle look took a transaction number"
    );
    let scans = "select sum(seq_scan)::bigint, sum(idx_scan)::bigint > 0 from pg_stat_xact_user_tables where relname in ('users', 'profiles')";
    let row = look.query_one(scans, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, bool>(1)), (0, true));
}

/// A look that another instance is at does not count as the end of a pass, after which people who
/// were not looked at would be proposed for erasure.
#[tokio::test]
async fn a_look_that_another_instance_is_at_is_no_pass() {
    let (db, url) = platform().await;
    names_from(&url, QUERY).await.unwrap();
    let other = db.another_admin().await;
    other
        .batch_execute(
            "begin; select pg_advisory_xact_lock(hashtextextended('support_follow_names', 0))",
        )
        .await
        .unwrap();
    assert!(follow(&db).await.is_busy);
    other.batch_execute("commit").await.unwrap();
    assert!(!follow(&db).await.is_busy);
    // Of two instances, the one with the lower id goes through the people, as long as it is seen.
    let (low, high) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    let look = async |instance| {
        let done = people::follow_names(&db.store, None, Some(instance)).await;
        done.unwrap().is_busy
    };
    db.sql(&format!(
        "insert into service_instances (id, has_relay) values ('{low}', false), ('{high}', false)"
    ))
    .await;
    assert_eq!((look(low).await, look(high).await), (false, true));
    db.sql("update service_instances set seen_at = seen_at - interval '1 hour'")
        .await;
    assert!(!look(high).await);
}

#[tokio::test]
async fn a_pass_goes_through_all_people_in_portions() {
    let (db, url) = platform().await;
    db.sql("insert into people (id, display_name) select md5(g::text)::uuid, 'Old' from generate_series(1, 1200) g")
        .await;
    names_from(&url, QUERY).await.unwrap();
    let (mut after, mut runs): (Option<UserId>, u32) = (None, 0);
    loop {
        after = people::follow_names(&db.store, after, None)
            .await
            .unwrap()
            .next;
        runs += 1;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(runs, 3);
    let old: i64 = db
        .ask("select count(*) from people where display_name = 'Old'")
        .await;
    assert_eq!(old, 0);
}

#[tokio::test]
async fn names_that_cannot_be_used_are_left_out_and_counted() {
    let (db, url) = platform().await;
    names_from(&url, QUERY).await.unwrap();
    follow(&db).await;
    for (name, expected, skipped) in [
        (
            "'\u{3000}\u{a0} Ada\u{2009}Byron \u{3000}'",
            "Ada\u{2009}Byron",
            0,
        ),
        ("E'Ada\\nX'", "Ada\u{2009}Byron", 1),
        ("repeat('n', 201)", "Ada\u{2009}Byron", 1),
        ("repeat('n', 100000)", "Ada\u{2009}Byron", 1),
        ("U&'Ada\\0085X'", "Ada\u{2009}Byron", 1),
        ("'  '", "Ada\u{2009}Byron", 0),
        ("null", "Ada\u{2009}Byron", 0),
        ("'Ada'", "Ada", 0),
    ] {
        let change = format!(
            "update public.profiles set first_name = {name}, last_name = null where user_id = '{}'; \
             update public.profiles set first_name = first_name || 'e' where user_id = '{}'",
            db.customer, db.agent
        );
        db.sql(&change).await;
        let done = follow(&db).await;
        assert_eq!((done.failed, done.skipped), (None, skipped), "{name}");
        assert_eq!(
            known(&db, db.customer).await,
            format!("{expected} ada@new.example"),
            "{name}"
        );
    }
    // A change of one of the two keeps the other, which the query does not give or which cannot be used.
    for (email, skipped) in [("null", 0), ("E'ada\\n@new.example'", 1)] {
        let change = format!(
            "update auth.users set email = {email} where id = '{0}'; \
             update public.profiles set first_name = first_name || 'x' where user_id = '{0}'",
            db.customer
        );
        db.sql(&change).await;
        let done = follow(&db).await;
        assert_eq!((done.failed, done.skipped), (None, skipped), "{email}");
        let kept = known(&db, db.customer).await;
        assert!(kept.ends_with("x ada@new.example"), "{kept}");
    }
    let agent = known(&db, db.agent).await;
    assert!(
        agent.starts_with("Graceeeeeeeee Murray "),
        "the others are taken over: {agent}"
    );
}

#[tokio::test]
async fn a_query_that_fails_or_returns_no_one_changes_no_name() {
    let (db, url) = platform().await;
    for query in [
        "select id, email from auth.users",
        "select id, email, email from users",
        "select 'x'::text, 'y', 'z'",
        "delete from auth.users returning id, email, email",
    ] {
        match names_from(&url, query).await {
            Err(StoreError::NotPrepared(told)) => {
                assert!(told.contains("--names-from: the query failed"), "{told}");
            }
            other => panic!("{query}: {other:?}"),
        }
    }
    let none: bool = db
        .ask("select to_regprocedure('helpline.platform_names(uuid[])') is null")
        .await;
    assert!(none, "a refused query was stored");
    for text in ["", " ; ", &"x".repeat(16 * 1024 + 1)] {
        NamesFrom::parse(text).unwrap_err();
    }
    names_from(&url, QUERY).await.unwrap();
    follow(&db).await;
    for role in [
        "helpline_service",
        "helpline_customer",
        "helpline_staff",
        "anon",
        "authenticated",
        "service_role",
    ] {
        let may = format!(
            "select has_function_privilege('{role}', 'helpline.platform_names(uuid[])', 'execute')"
        );
        assert!(!db.ask::<bool>(&may).await, "{role}");
    }
    db.sql("delete from public.profiles; delete from auth.users")
        .await;
    let done = follow(&db).await;
    assert_eq!((done.failed, done.changed), (None, 0));
    assert_eq!(known(&db, db.customer).await, "Ada King ada@new.example");
    db.sql("alter table auth.users rename column email to mail")
        .await;
    let done = follow(&db).await;
    assert!(done.failed.is_some_and(|told| told.contains("email")));
    assert_eq!(known(&db, db.customer).await, "Ada King ada@new.example");
}
