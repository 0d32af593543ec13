//! Tests `migrate` run by administrators who are not superusers. It must list everything that is
//! missing before it changes anything, and the statements that it suggests must work. Roles belong
//! to the whole Postgres cluster, so each test starts its own cluster. The tests run with the
//! installed Postgres (15), and with a newer version in `.ci/test-world newer_postgres`.

use helpline_persistence::migrate::{self, Plan};
use helpline_persistence::{Names, Pooler, Settings, Store, StoreError, privileges};
use helpline_rig::Postgres;
use tokio_postgres::Client;

use crate::test_db::{cluster, connect};

const PASSWORD: &str = "serviceword";

struct Server {
    postgres: Postgres,
    admin: Client,
}

impl Server {
    /// Starts a Postgres server with a database `desk`. The database belongs to the role `owner`,
    /// which gets these role attributes.
    async fn start(attributes: &str) -> Self {
        let postgres = Postgres::start_temporary().await.unwrap();
        postgres.create_database("desk", None).await.unwrap();
        let admin = connect(&postgres.admin_url("desk")).await;
        let server = Self { postgres, admin };
        server.sql(&format!("create role owner login password 'p1' {attributes}; alter database desk owner to owner")).await;
        server
    }

    async fn sql(&self, sql: &str) {
        self.admin
            .batch_execute(sql)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    fn url(&self, role: &str) -> String {
        self.postgres.url_for(role, "p1", "desk")
    }

    async fn migrate(&self, role: &str) -> Result<Vec<String>, StoreError> {
        migrate::migrate(&self.url(role)).await
    }

    /// Runs `migrate`, which must fail because something is missing. Asserts that nothing was
    /// changed, and returns the statements that the error suggests.
    async fn refused(&self, role: &str) -> Vec<String> {
        let count = "select (select count(*) from pg_class) + (select count(*) from pg_namespace) + (select count(*) from pg_authid)";
        let before: i64 = self.admin.query_one(count, &[]).await.unwrap().get(0);
        let told = match self.migrate(role).await {
            Err(StoreError::NotPrepared(told)) => told,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            self.admin
                .query_one(count, &[])
                .await
                .unwrap()
                .get::<_, i64>(0),
            before,
            "{told}"
        );
        let statements = told
            .lines()
            .filter_map(|line| line.split_once("   -- by "))
            .map(|(statement, _)| statement.trim().to_owned());
        statements.collect()
    }

    /// Asserts that the service can connect and that no role has more privileges than it needs.
    async fn serves(&self) {
        migrate::set_runtime_password(&self.postgres.admin_url("desk"), PASSWORD)
            .await
            .unwrap();
        let settings = Settings {
            url: self.postgres.url_for("helpline_service", PASSWORD, "desk"),
            connections_max: 1,
            pooler: Pooler::Session,
        };
        let store = Store::connect(settings).await.unwrap();
        assert!(migrate::is_current(&store).await.unwrap());
        assert_eq!(
            privileges::role_conflicts(&store).await.unwrap(),
            Vec::<String>::new()
        );
    }
}

#[tokio::test]
async fn the_owner_of_the_database_who_creates_roles_needs_nothing_more() {
    let server = Server::start("createrole").await;
    assert!(!server.migrate("owner").await.unwrap().is_empty());
    migrate::set_runtime_password(&server.url("owner"), PASSWORD)
        .await
        .unwrap();
    assert!(server.migrate("owner").await.unwrap().is_empty());
    server.serves().await;
    // The administrator who installed this release must also be able to migrate to a newer release.
    let mut plan = Plan::embedded();
    plan.versions.push(migrate::Version {
        number: 99,
        name: "V99__column",
        sql: "alter table people add column later bigint",
    });
    assert_eq!(
        migrate::apply(&server.url("owner"), &Names::default(), &plan)
            .await
            .unwrap(),
        ["V99__column"]
    );
}

#[tokio::test]
async fn several_at_once_wait_for_each_other() {
    let server = Server::start("createrole").await;
    let install = async || {
        let applied = server.migrate("owner").await.unwrap().len();
        migrate::set_runtime_password(&server.url("owner"), PASSWORD)
            .await
            .unwrap();
        applied
    };
    let (one, two, three, four) = tokio::join!(install(), install(), install(), install());
    let mut applied = [one, two, three, four];
    applied.sort_unstable();
    assert_eq!(applied[..3], [0, 0, 0]);
    assert!(applied[3] > 0);
    server.serves().await;
}

#[tokio::test]
async fn an_owner_who_creates_no_roles_is_told_what_to_ask_for_and_then_installs() {
    let server = Server::start("").await;
    let statements = server.refused("owner").await;
    assert_eq!(
        statements
            .iter()
            .filter(|statement| statement.starts_with("create role"))
            .count(),
        4,
        "{statements:?}"
    );
    // A separate role that may create roles creates the roles of Helpline. It needs no privilege on
    // the database.
    server
        .sql("create role people_of_roles login createrole password 'p1'")
        .await;
    migrate::make_roles(&server.url("people_of_roles"), &Names::default())
        .await
        .unwrap();
    migrate::make_roles(&server.url("people_of_roles"), &Names::default())
        .await
        .unwrap();
    let statements = server.refused("owner").await;
    assert_eq!(statements.len(), 1, "{statements:?}");
    let administrator = connect(&server.url("people_of_roles")).await;
    administrator.batch_execute(&statements[0]).await.unwrap();
    assert!(!server.migrate("owner").await.unwrap().is_empty());
    assert!(server.migrate("owner").await.unwrap().is_empty());
    server.serves().await;
}

#[tokio::test]
async fn what_it_says_is_what_helps_whatever_is_missing() {
    let roles = Names::default();
    for (case, expected) in [
        // A second administrator, who has not installed Helpline.
        (
            "create role second login createrole password 'p1'; grant create on database desk to second",
            None,
        ),
        (
            "create role second login password 'p1'",
            Some("with set true, inherit true"),
        ),
        (
            "create role second login createrole password 'p1'; create schema helpline",
            Some("alter schema"),
        ),
        (
            "create role second login createrole password 'p1'; grant create on database desk to second; alter role helpline_service reset all",
            None,
        ),
        (
            "create role second login password 'p1'; create schema extensions; create extension pg_trgm with schema extensions; revoke all on schema extensions from public",
            Some("grant usage on schema extensions"),
        ),
        (
            "create role second login createrole password 'p1'; revoke helpline_customer from helpline_service",
            None,
        ),
    ] {
        let server = Server::start("createrole").await;
        migrate::make_roles(&server.url("owner"), &roles)
            .await
            .unwrap();
        server.sql(case).await;
        let mut asked = Vec::new();
        let applied = loop {
            match server.migrate("second").await {
                Ok(applied) => break applied,
                Err(StoreError::NotPrepared(_)) => {}
                Err(other) => panic!("{case}: {other:?}"),
            }
            let statements = server.refused("second").await;
            assert!(
                asked.len() < 12 && !statements.is_empty(),
                "{case}: {asked:?}"
            );
            for statement in statements {
                server.sql(&statement).await;
                asked.push(statement);
            }
        };
        assert!(!applied.is_empty());
        let is_newer: bool = server
            .admin
            .query_one(
                "select current_setting('server_version_num')::integer >= 160000",
                &[],
            )
            .await
            .unwrap()
            .get(0);
        if let Some(word) = expected
            && (is_newer || !word.contains("inherit"))
        {
            assert!(
                asked.iter().any(|statement| statement.contains(word)),
                "{case}: {asked:?}"
            );
        }
        server.serves().await;
    }
}

#[tokio::test]
async fn what_it_offers_before_its_roles_are_made_can_be_run() {
    for case in [
        "create schema ext; create extension pg_trgm with schema ext; revoke all on schema ext from public",
        "create schema helpline",
    ] {
        let server = Server::start("createrole").await;
        server.sql(case).await;
        let statements = server.refused("owner").await;
        assert_eq!(statements.len(), 1, "{case}: {statements:?}");
        let names = if statements[0].starts_with("helpline migrate --schema") {
            Names::new("desk", "helpline_").unwrap()
        } else {
            server.sql(&statements[0]).await;
            Names::default()
        };
        let applied = migrate::apply(&server.url("owner"), &names, &Plan::embedded()).await;
        assert!(!applied.unwrap().is_empty(), "{case}");
    }
}

#[tokio::test]
async fn a_schema_with_somebody_elses_tables_is_left_alone() {
    let server = Server::start("createrole").await;
    migrate::make_roles(&server.url("owner"), &Names::default())
        .await
        .unwrap();
    server.sql("create schema helpline authorization helpline_owner; create table helpline.theirs (n int)").await;
    assert_eq!(
        server.refused("owner").await,
        ["helpline migrate --schema <another name>"]
    );
    let names = Names::new("desk", "helpline_").unwrap();
    assert!(
        !migrate::apply(&server.url("owner"), &names, &Plan::embedded())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_sessions_own_time_limits_do_not_end_a_migration() {
    let server = Server::start("createrole").await;
    server
        .sql(
            "alter role owner set statement_timeout = '1s'; alter role owner set lock_timeout = '1s';
             alter role owner set idle_in_transaction_session_timeout = '1s'",
        )
        .await;
    let mut plan = Plan::embedded();
    plan.versions.push(migrate::Version {
        number: plan.versions.len() as u32 + 1,
        name: "V99__long",
        sql: "select pg_sleep(1.5); select 1 / (current_setting('idle_in_transaction_session_timeout') = '0')::integer",
    });
    let applied = migrate::apply(&server.url("owner"), &Names::default(), &plan).await;
    assert!(applied.unwrap().contains(&"V99__long".to_owned()));
}

#[tokio::test]
async fn an_operators_own_limits_of_the_service_stay() {
    let server = Server::start("createrole").await;
    server.migrate("owner").await.unwrap();
    let own = "alter role helpline_service set statement_timeout = '7s'; alter role helpline_service set jit = on;
               alter role helpline_service set lock_timeout = 0; create role second login password 'p1'";
    server.sql(own).await;
    let settings = "select array_to_string(setconfig, ' ') from pg_db_role_setting where setrole = 'helpline_service'::regrole and setdatabase = 0";
    // A timeout that was disabled on the service's role counts as missing. The error must suggest
    // the statement that sets it, and no other `set` statement.
    let mut refused = server.refused("second").await;
    refused.retain(|statement| statement.contains(" set "));
    refused.retain(|statement| !statement.starts_with("grant"));
    assert_eq!(
        refused,
        ["alter role \"helpline_service\" set lock_timeout = '5000ms'"]
    );
    server.migrate("owner").await.unwrap();
    let row = server.admin.query_one(settings, &[]).await.unwrap();
    let stands: String = row.get(0);
    for setting in ["statement_timeout=7s", "lock_timeout=5000ms", "jit=on"] {
        assert!(stands.contains(setting), "{stands}");
    }
    let refused = server.refused("second").await;
    assert!(
        refused
            .iter()
            .all(|statement| !statement.starts_with("alter role")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn roles_and_passwords_are_asked_about_before_they_are_made() {
    let server = Server::start("").await;
    let told = |result: Result<(), StoreError>| match result {
        Err(StoreError::NotPrepared(told)) => told,
        other => panic!("{other:?}"),
    };
    let names = Names::default();
    let roles = told(migrate::make_roles(&server.url("owner"), &names).await);
    assert_eq!(
        roles.matches("create role \"helpline_").count(),
        4,
        "{roles}"
    );
    assert!(!roles.contains("alter database"), "{roles}");
    migrate::make_roles(&server.postgres.admin_url("desk"), &names)
        .await
        .unwrap();
    // All roles exist already, so this call of `make_roles` must succeed without any privilege.
    migrate::make_roles(&server.url("owner"), &names)
        .await
        .unwrap();
    for asked in [
        migrate::may_set_runtime_password(&server.url("owner"), &names).await,
        migrate::set_runtime_password(&server.url("owner"), PASSWORD).await,
    ] {
        let told = told(asked);
        assert!(
            told.contains("owner may not give")
                && told.contains("alter role \"helpline_service\" login password"),
            "{told}"
        );
    }
    server
        .sql("alter role owner createrole; grant helpline_service to owner with admin option")
        .await;
    migrate::may_set_runtime_password(&server.url("owner"), &names)
        .await
        .unwrap();
    migrate::set_runtime_password(&server.url("owner"), PASSWORD)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_database_that_has_not_all_letters_is_refused_before_anything_is_made() {
    let postgres = cluster().await;
    for (name, encoding) in [("latin", "LATIN1"), ("ascii", "SQL_ASCII")] {
        let admin = connect(&postgres.admin_url("postgres")).await;
        admin
            .batch_execute(&format!(
                "create database {name} template template0 encoding '{encoding}' lc_collate 'C' lc_ctype 'C'"
            ))
            .await
            .unwrap();
        let Err(StoreError::NotPrepared(why)) = migrate::migrate(&postgres.admin_url(name)).await
        else {
            panic!("{encoding} was taken");
        };
        assert!(
            why.contains(encoding) && why.contains("encoding 'UTF8'"),
            "{why}"
        );
    }
}
