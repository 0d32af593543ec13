//! Tests that no role other than the service's can act as the customer or staff role, and that
//! grants made outside Helpline give no access to Helpline's objects. Roles belong to the whole
//! Postgres cluster, so each test starts its own cluster.

use helpline_persistence::{Names, Pooler, Settings, Store, StoreError, migrate, privileges};
use helpline_rig::Postgres;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::test_db::connect;

const PASSWORD: &str = "serviceword";

/// A cluster of one test, with the database `desk`.
pub struct Cluster {
    pub postgres: Postgres,
    admin: Client,
    /// Whether memberships have options, which is true since Postgres 16. A membership can then be
    /// without effect.
    has_options: bool,
}

impl Cluster {
    pub async fn start() -> Self {
        let postgres = Postgres::start_temporary().await.unwrap();
        postgres.create_database("desk", None).await.unwrap();
        let admin = connect(&postgres.admin_url("desk")).await;
        let version: String = admin
            .query_one("show server_version_num", &[])
            .await
            .unwrap()
            .get(0);
        Self {
            postgres,
            admin,
            has_options: version.parse::<u32>().unwrap() >= 160_000,
        }
    }

    pub async fn migrate(&self) {
        migrate::migrate(&self.postgres.admin_url("desk"))
            .await
            .unwrap();
    }

    pub async fn sql(&self, sql: &str) {
        self.admin
            .batch_execute(sql)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    async fn store(&self) -> Result<Store, StoreError> {
        let url = self.postgres.url_for("helpline_service", PASSWORD, "desk");
        Store::connect(Settings {
            url,
            connections_max: 1,
            pooler: Pooler::Session,
        })
        .await
    }
}

/// Grants that cause conflicts (roles that can wrongly act as the customer or staff role), each
/// with the sentences that must be reported. A sentence ends with the statement that resolves the
/// conflict.
const CONFLICTING_GRANTS: [(&str, &[&str]); 8] = [
    (
        "grant helpline_customer to authenticated",
        &[
            "role authenticated can act as helpline_customer: revoke helpline_customer from authenticated",
        ],
    ),
    (
        "grant helpline_customer, helpline_staff to authenticated",
        &[
            "role authenticated can act as helpline_customer and helpline_staff: revoke helpline_customer, helpline_staff from authenticated",
        ],
    ),
    (
        "grant helpline_staff to \"App Users\"; grant \"App Users\" to authenticated",
        &[
            "role \"App Users\" can act as helpline_staff: revoke helpline_staff from \"App Users\"",
            "role authenticated can act as helpline_staff through \"App Users\": revoke helpline_staff from \"App Users\"",
        ],
    ),
    (
        "grant helpline_service to authenticated",
        &[
            "role authenticated can act as helpline_service: revoke helpline_service from authenticated",
        ],
    ),
    (
        "grant helpline_service to login_of_ours; grant login_of_ours to authenticated",
        &["role authenticated can act as login_of_ours: revoke login_of_ours from authenticated"],
    ),
    (
        "grant helpline_owner to authenticated",
        &["role authenticated can act as helpline_owner: revoke helpline_owner from authenticated"],
    ),
    (
        "grant boss to authenticated; grant helpline_staff to boss",
        &[
            "role authenticated can act as helpline_staff through boss: revoke helpline_staff from boss",
        ],
    ),
    // Neither of these roles is reported: `login_of_ours` is a login role of the service, and
    // `boss` is a superuser, who can do everything anyway.
    (
        "grant helpline_service to login_of_ours; grant helpline_customer, helpline_staff to boss",
        &[],
    ),
];

#[tokio::test]
async fn a_role_that_can_act_as_customers_or_staff_is_named_with_the_statement_that_ends_it() {
    let cluster = Cluster::start().await;
    cluster.migrate().await;
    migrate::set_runtime_password(&cluster.postgres.admin_url("desk"), PASSWORD)
        .await
        .unwrap();
    let store = cluster.store().await.unwrap();
    cluster.sql("create role authenticated noinherit; create role \"App Users\"; create role login_of_ours login noinherit; create role boss superuser login").await;
    for (grants, told) in CONFLICTING_GRANTS {
        cluster.sql(grants).await;
        assert_eq!(
            privileges::role_conflicts(&store).await.unwrap(),
            told,
            "{grants}"
        );
        match (cluster.store().await, told) {
            (Ok(_), []) => {}
            (Err(StoreError::OverPrivileged(reason)), [first, ..]) => {
                assert!(reason.contains(first), "{reason}")
            }
            (other, _) => panic!("{grants}: {:?}", other.err()),
        }
        // Run the statements that the reported sentences suggest. They must resolve the role
        // conflicts.
        for sentence in told {
            let statement = sentence.split(": ").nth(1).unwrap();
            cluster.sql(statement).await;
        }
        assert!(
            privileges::role_conflicts(&store).await.unwrap().is_empty(),
            "{grants}"
        );
        cluster
            .sql("revoke \"App Users\", boss, helpline_service from authenticated")
            .await;
    }
    if cluster.has_options {
        for (options, conflicts) in [
            ("inherit false, set false, admin true", 0),
            ("inherit false, set true", 1),
            ("inherit true, set false", 1),
        ] {
            cluster
                .sql(&format!(
                    "grant helpline_staff to authenticated with {options}"
                ))
                .await;
            assert_eq!(
                privileges::role_conflicts(&store).await.unwrap().len(),
                conflicts,
                "{options}"
            );
            cluster
                .sql("revoke helpline_staff from authenticated")
                .await;
        }
    }
}

#[tokio::test]
async fn a_login_of_its_own_works_once_it_has_the_bounds_that_the_refusal_names() {
    let cluster = Cluster::start().await;
    cluster.migrate().await;
    // Create a login role whose search path contains another table `people`, and not Helpline's
    // schema. The service must still use Helpline's tables.
    cluster.sql("create role desk_login login noinherit password 'p1'; grant helpline_service to desk_login").await;
    cluster
        .sql("create table public.people (n int); grant all on public.people to desk_login; alter role desk_login set search_path = public")
        .await;
    let settings = Settings {
        url: cluster.postgres.url_for("desk_login", "p1", "desk"),
        connections_max: 1,
        pooler: Pooler::Session,
    };
    let told = match Store::connect(settings.clone()).await {
        Err(StoreError::NotPrepared(told)) => told,
        other => panic!("{:?}", other.err()),
    };
    let statements: Vec<&str> = told
        .match_indices("alter role")
        .map(|(at, _)| told[at..].split(';').next().unwrap())
        .collect();
    assert_eq!(statements.len(), 4, "{told}");
    cluster.sql(&statements.join("; ")).await;
    cluster
        .sql("revoke all on public.people from desk_login; grant helpline_service to desk_login")
        .await;
    let store = Store::connect(settings).await.unwrap();
    assert!(migrate::is_current(&store).await.unwrap());
}

#[tokio::test]
async fn an_administrator_who_makes_the_roles_does_not_keep_what_they_can_do() {
    let cluster = Cluster::start().await;
    // Create an administrator who can create roles. Only since Postgres 16 can the creator of a
    // role become its member.
    cluster.sql("create role platform login createrole createdb password 'p1'; alter database desk owner to platform").await;
    if cluster.has_options {
        cluster
            .sql("alter role platform set createrole_self_grant = 'set, inherit'")
            .await;
    }
    let url = cluster.postgres.url_for("platform", "p1", "desk");
    migrate::migrate(&url).await.unwrap();
    migrate::set_runtime_password(&url, PASSWORD).await.unwrap();
    assert!(
        privileges::role_conflicts(&cluster.store().await.unwrap())
            .await
            .unwrap()
            .is_empty()
    );
    assert!(migrate::migrate(&url).await.unwrap().is_empty());
}

/// Default privileges with which a hosting platform grants its own roles access to everything that
/// any role creates.
const DEFAULTS: &str = "
    alter default privileges {of} grant all on tables to anon, authenticated, service_role;
    alter default privileges {of} grant all on sequences to anon, authenticated, service_role;
    alter default privileges {of} grant all on functions to anon, authenticated, service_role, public;";

/// Lists the objects of Helpline on which one of the hosting platform's roles has a privilege.
const REACHABLE: &str = "
    select o.what from (
      select 'table ' || c.oid::regclass || ' to ' || r.rolname as what
      from pg_class c, pg_roles r
      where c.relnamespace = 'helpline'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and r.rolname in ('anon', 'authenticated', 'service_role')
        and (has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate, references, trigger')
             or has_any_column_privilege(r.oid, c.oid, 'select, insert, update, references'))
      union all
      select 'sequence ' || c.oid::regclass || ' to ' || r.rolname
      from pg_class c, pg_roles r
      where c.relnamespace = 'helpline'::regnamespace and c.relkind = 'S' and r.rolname in ('anon', 'authenticated', 'service_role')
        and has_sequence_privilege(r.oid, c.oid, 'usage, select, update')
      union all
      select 'schema helpline to ' || r.rolname from pg_roles r
      where r.rolname in ('anon', 'authenticated', 'service_role') and has_schema_privilege(r.oid, 'helpline', 'usage, create')
      union all
      select 'function ' || p.oid::regprocedure || ' to ' || r.rolname
      from pg_proc p, pg_roles r
      where p.pronamespace = 'helpline'::regnamespace and r.rolname in ('anon', 'authenticated', 'service_role')
        and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e') and has_function_privilege(r.oid, p.oid, 'execute')
    ) o order by 1";

#[tokio::test]
async fn nothing_of_ours_is_reachable_by_what_a_platform_grants_to_its_own_roles() {
    let cluster = Cluster::start().await;
    cluster
        .sql("create role anon; create role authenticated; create role service_role bypassrls")
        .await;
    cluster
        .sql(&DEFAULTS.replace("{of}", "in schema public"))
        .await;
    cluster.sql(&DEFAULTS.replace("{of}", "")).await;
    // Create Helpline's owner role first, so that default privileges can be set for its objects
    // too.
    migrate::make_roles(&cluster.postgres.admin_url("desk"), &Names::default())
        .await
        .unwrap();
    cluster
        .sql("create schema helpline authorization helpline_owner")
        .await;
    cluster
        .sql(&DEFAULTS.replace("{of}", "in schema helpline"))
        .await;
    cluster
        .sql(&DEFAULTS.replace("{of}", "for role helpline_owner in schema helpline"))
        .await;
    cluster.migrate().await;
    let reachable = async || -> Vec<String> {
        cluster
            .admin
            .query(REACHABLE, &[])
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect()
    };
    assert_eq!(reachable().await, Vec::<String>::new());
    for role in ["anon", "authenticated", "service_role"] {
        for sql in [
            "truncate helpline.helpline_migrations",
            "select * from helpline.helpline_migrations",
            "delete from helpline.people",
            "select helpline.support_events_after('{}', '{}', 1)",
        ] {
            let client = connect(&cluster.postgres.admin_url("desk")).await;
            client
                .batch_execute(&format!("set role {role}"))
                .await
                .unwrap();
            let refused = client.batch_execute(sql).await.expect_err(sql);
            assert_eq!(
                refused.code(),
                Some(&SqlState::INSUFFICIENT_PRIVILEGE),
                "{role}: {sql}"
            );
        }
    }
    // The next migration must revoke grants that were made manually on tables and columns,
    // including those with grant option.
    cluster
        .sql("grant usage on schema helpline to anon; grant select on people to anon with grant option; set role anon; grant select on people to authenticated; reset role")
        .await;
    cluster.sql("grant update (body) on support_messages to public; grant usage on support_ticket_numbers to anon; grant execute on function helpline_epoch() to public").await;
    assert!(!reachable().await.is_empty());
    cluster.migrate().await;
    assert_eq!(reachable().await, Vec::<String>::new());
    // The grants that Helpline made itself must remain, so that the service works.
    migrate::set_runtime_password(&cluster.postgres.admin_url("desk"), PASSWORD)
        .await
        .unwrap();
    let store = cluster.store().await.unwrap();
    assert!(migrate::is_current(&store).await.unwrap());
}

#[tokio::test]
async fn whoever_has_the_rights_of_both_sides_changes_on_their_own_ticket_what_its_customer_may() {
    let cluster = Cluster::start().await;
    cluster.migrate().await;
    let (ada, agent) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    cluster
        .sql(&format!(
            "create role mixed inherit; grant helpline_customer, helpline_staff to mixed;
             insert into people (id, display_name) values ('{ada}', 'Ada Lovelace'), ('{agent}', 'Grace Hopper');
             insert into user_roles (user_id, role) values ('{agent}', 'support_agent'), ('{ada}', 'support_agent');
             insert into support_tickets (user_id, subject) values ('{ada}', 'Mine')"
        ))
        .await;
    let session = connect(&cluster.postgres.admin_url("desk")).await;
    session
        .batch_execute(&format!(
            "set role mixed; set request.jwt.claims = '{{\"sub\":\"{ada}\"}}'"
        ))
        .await
        .unwrap();
    for change in [
        "priority = 'urgent'",
        "category = 'security'",
        &format!("assigned_to = '{agent}'"),
        "subject = 'Changed'",
        "legal_hold = true",
        "metadata = '{\"vip\": true}'",
    ] {
        let refused = session
            .batch_execute(&format!("update support_tickets set {change}"))
            .await
            .expect_err(change);
        let refused = refused.as_db_error().unwrap();
        assert_eq!(
            (refused.code().code(), refused.message()),
            ("HL001", "forbidden"),
            "{change}"
        );
    }
    session
        .batch_execute("update support_tickets set status = 'closed'; update support_tickets set satisfaction_rating = 5")
        .await
        .unwrap();
    // Now set the claims of an agent in the same database session. It must then have all rights of
    // staff.
    session
        .batch_execute(&format!(
            "set request.jwt.claims = '{{\"sub\":\"{agent}\"}}'"
        ))
        .await
        .unwrap();
    session
        .batch_execute(
            "update support_tickets set status = 'open', priority = 'urgent', subject = 'Changed'",
        )
        .await
        .unwrap();
}
