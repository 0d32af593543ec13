//! Tests roles that come from a platform: the query that finds its staff, and that Helpline's roles
//! follow it.

use helpline_core::actor::StaffRole;
use helpline_core::reject::RejectCode;
use helpline_persistence::migrate::{self, Choices, Plan, StaffFrom};
use helpline_persistence::{Names, StoreError, roles};

use crate::platform_api;
use crate::test_db::{TestDb, cluster, connect, empty_database, refusal};

/// A platform's tables as on Supabase, with an enum of its own and row-level security, and some
/// hundred people of whom few are staff.
const PLATFORM: &str = "
    create type public.app_role as enum ('admin', 'startup', 'smme', 'mentor', 'support_agent', 'mentorship_admin');
    create table public.user_roles (id uuid primary key default gen_random_uuid(), user_id uuid, role public.app_role not null, created_at timestamptz default now());
    alter table public.user_roles enable row level security;
    insert into public.user_roles (user_id, role)
    select md5(g::text)::uuid, (array['startup', 'smme', 'mentor', 'mentorship_admin'])[1 + g % 4]::public.app_role from generate_series(1, 400) g;
    insert into public.user_roles (user_id, role) values
      ('aaaa0000-0000-4000-8000-00000000000b', 'support_agent'), ('aaaa0000-0000-4000-8000-00000000000b', 'support_agent'),
      ('aaaa0000-0000-4000-8000-00000000000c', 'admin'), ('aaaa0000-0000-4000-8000-00000000000c', 'mentor'), (null, 'admin')";

const QUERY: &str =
    "select user_id, role from public.user_roles where role in ('admin', 'support_agent');";

async fn staff_from(url: &str, query: &str) -> Result<Vec<String>, StoreError> {
    let choices = Choices {
        staff_from: Some(StaffFrom::parse(query).unwrap()),
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
    connect(&url).await.batch_execute(PLATFORM).await.unwrap();
    migrate::migrate(&url).await.unwrap();
    (TestDb::on(postgres, &database).await, url)
}

/// All roles, as `role person` of the fixture's people, and the number of other people with a role.
async fn staff(db: &TestDb) -> String {
    let sql = format!(
        "select coalesce(string_agg(role || case user_id when '{}' then ' agent' when '{}' then ' boss' when '{}' then ' customer' else ' other' end, ', ' order by role, user_id), '') from user_roles",
        db.agent, db.boss, db.customer
    );
    db.ask(&sql).await
}

#[tokio::test]
async fn roles_follow_the_platforms_tables() {
    let (db, url) = platform().await;
    // Someone to whom Helpline's admins gave a role before.
    db.sql(&format!(
        "insert into user_roles (user_id, role) values ('{}', 'admin')",
        db.customer
    ))
    .await;
    staff_from(&url, QUERY).await.unwrap();
    assert_eq!(staff(&db).await, "admin boss, support_agent agent");
    let recorded = "select count(*) from access_log where action = 'role_revoked'";
    assert_eq!(db.ask::<i64>(recorded).await, 1);
    let ticket = db.ticket().await;
    db.sql(&format!(
        "update support_tickets set assigned_to = '{}'",
        db.agent
    ))
    .await;
    let follow = async || roles::follow_staff(&db.store).await.unwrap();
    for (change, expected) in [
        ("select 1", "admin boss, support_agent agent"),
        (
            "update public.user_roles set role = 'mentor' where role = 'support_agent'",
            "admin boss",
        ),
        (
            "insert into public.user_roles (user_id, role) values ('[customer]', 'support_agent')",
            "admin boss, support_agent customer",
        ),
        (
            "update public.user_roles set role = 'support_agent' where user_id = '[boss]' and role = 'mentor'",
            "admin boss, support_agent customer, support_agent boss",
        ),
        (
            "delete from public.user_roles where user_id = '[boss]' and role = 'admin'",
            "support_agent customer, support_agent boss",
        ),
        ("delete from public.user_roles", ""),
    ] {
        let change = change
            .replace("[customer]", &db.customer.to_string())
            .replace("[boss]", &db.boss.to_string());
        db.sql(&change).await;
        assert_eq!(follow().await, None);
        let mut found: Vec<_> = staff(&db).await.split(", ").map(str::to_owned).collect();
        let mut expected: Vec<_> = expected.split(", ").map(str::to_owned).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{change}");
    }
    let left: i64 = db
        .ask("select count(*) from support_tickets where assigned_to is not null")
        .await;
    assert_eq!(left, 0, "a dismissed agent keeps no ticket");
    assert!(db.kinds(ticket).await.contains(&"unassigned"));
}

#[tokio::test]
async fn a_look_that_finds_nothing_writes_nothing() {
    let (db, url) = platform().await;
    staff_from(&url, QUERY).await.unwrap();
    let rows = "select (select count(*) from access_log) || ' ' || (select sum(xmin::text::bigint) from user_roles)";
    let before = db.ask::<String>(rows).await;
    db.sql("select support_follow_staff()").await;
    let wrote: bool = db
        .admin
        .query_one(
            "select support_follow_staff() is null and pg_current_xact_id_if_assigned() is null",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert!(wrote, "an idle look took a transaction number");
    assert_eq!(db.ask::<String>(rows).await, before);
}

#[tokio::test]
async fn helpline_changes_no_roles_that_the_platform_manages() {
    let (db, url) = platform().await;
    let boss = db.caller(db.boss);
    let grant = async || roles::grant(&db.store, &boss, db.customer, StaffRole::SupportAgent).await;
    staff_from(&url, QUERY).await.unwrap();
    assert_eq!(refusal(grant().await), RejectCode::RolesManaged);
    let agent = db.caller(db.agent);
    let refused = roles::grant(&db.store, &agent, db.customer, StaffRole::Admin).await;
    assert_eq!(refusal(refused), RejectCode::Forbidden);
    // A later run of `migrate` keeps the query.
    assert!(migrate::migrate(&url).await.unwrap().is_empty());
    assert_eq!(refusal(grant().await), RejectCode::RolesManaged);
    staff_from(&url, "off").await.unwrap();
    assert_eq!(staff(&db).await, "admin boss, support_agent agent");
    grant().await.unwrap();
}

#[tokio::test]
async fn a_query_that_cannot_work_is_refused_and_one_that_breaks_changes_nothing() {
    let (db, url) = platform().await;
    let before = staff(&db).await;
    for (query, why) in [
        (
            "select user_id, role from public.user_roles",
            "the role mentor",
        ),
        (
            "select user_id, role from public.user_roles where role = 'support_agent'",
            "finds no admin",
        ),
        ("select user_id, role from user_roles", "does not exist"),
        ("select user_id from public.user_roles", "the query failed"),
        (
            "select user_id, role from public.user_roles where role = 'admin' for no words",
            "the query failed",
        ),
        (
            "delete from public.user_roles returning user_id, role",
            "the query failed",
        ),
        (
            "select gen_random_uuid(), 'admin' from (select set_config('a.b', 'c', false)) x where false",
            "finds no admin",
        ),
    ] {
        match staff_from(&url, query).await {
            Err(StoreError::NotPrepared(told)) => assert!(
                told.contains(why) && told.contains("--staff-from"),
                "{query}: {told}"
            ),
            other => panic!("{query}: {other:?}"),
        }
        assert_eq!(staff(&db).await, before, "{query}");
    }
    let none: bool = db
        .ask("select to_regprocedure('helpline.platform_staff()') is null")
        .await;
    assert!(none, "a refused query was stored");
    for text in ["", " ; ", &"x".repeat(16 * 1024 + 1)] {
        StaffFrom::parse(text).unwrap_err();
    }
    staff_from(&url, QUERY).await.unwrap();
    // Only the owner may run the query, whose function has the rights of the platform's administrator.
    for role in [
        "helpline_service",
        "helpline_customer",
        "helpline_staff",
        "anon",
        "authenticated",
        "service_role",
    ] {
        let may = format!(
            "select has_function_privilege('{role}', 'helpline.platform_staff()', 'execute')"
        );
        assert!(!db.ask::<bool>(&may).await, "{role}");
    }
    // The platform may change its tables. The roles then stay, and the error is told.
    db.sql("alter table public.user_roles rename column role to app_role")
        .await;
    let told = roles::follow_staff(&db.store).await.unwrap();
    assert!(told.is_some_and(|told| told.contains("role")));
    assert_eq!(staff(&db).await, "admin boss, support_agent agent");
    staff_from(&url, "select user_id, case app_role::text when 'admin' then 'admin' else 'support_agent' end from public.user_roles where app_role in ('admin', 'mentorship_admin')")
        .await
        .unwrap();
    assert_eq!(
        db.ask::<i64>("select count(*) from user_roles where role = 'support_agent'")
            .await,
        100
    );
}
