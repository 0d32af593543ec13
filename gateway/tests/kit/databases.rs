//! Creates a separate database for each test. It is a copy of a migrated template, in a Postgres
//! cluster that all tests of one binary share.

use std::sync::Arc;

use helpline_persistence::migrate;
use helpline_rig::Postgres;
use helpline_rig::testing::{Database, RUNTIME_PASSWORD, TestDatabases};

static DATABASES: TestDatabases = TestDatabases::new(&[("max_connections", "400")]);

async fn migrated(admin_url: &str) {
    migrate::migrate(admin_url)
        .await
        .expect("the migrations apply");
    migrate::set_runtime_password(admin_url, RUNTIME_PASSWORD)
        .await
        .expect("a password is set");
}

/// Returns the shared Postgres cluster, which runs while it is referenced.
pub async fn cluster() -> Arc<Postgres> {
    DATABASES
        .cluster(migrated)
        .await
        .expect("a Postgres starts")
}

/// Creates a migrated database for one test.
pub async fn fresh() -> Database {
    DATABASES
        .fresh(migrated)
        .await
        .expect("a database is copied")
}

/// Creates a migrated database in a cluster that only this test uses, so that the test can stop and
/// restore the cluster.
pub async fn on(postgres: Postgres) -> Database {
    Database::create(Arc::new(postgres), "desk", migrated)
        .await
        .expect("a database is made")
}
