//! Tests that the service refuses to start with a role that has too many privileges. Some of these
//! roles make every connection of their cluster fail, so the test starts its own cluster.

use helpline_persistence::{Pooler, Settings, Store, StoreError};

use crate::roles::Cluster;

/// Roles with too many privileges: name, attribute, grants, and the text that the error must
/// contain.
const OVER_PRIVILEGED: [(&str, &str, &str, &str); 15] = [
    ("super", "superuser", "", "superuser"),
    ("bypass", "bypassrls", "", "bypasses row-level security"),
    ("creator", "createrole", "", "create roles"),
    ("dbcreator", "createdb", "", "create databases"),
    (
        "owning",
        "",
        "grant helpline_owner to {role}",
        "member of helpline_owner",
    ),
    (
        "writing",
        "",
        "grant pg_write_all_data to {role}",
        "revoke pg_write_all_data from",
    ),
    (
        "filing",
        "",
        "grant pg_read_server_files to {role}",
        "member of pg_read_server_files",
    ),
    (
        "rising",
        "",
        "create role {role}_other noinherit; grant postgres to {role}_other; grant {role}_other to {role}",
        "it is a member of",
    ),
    (
        "building",
        "",
        "grant create on schema public to {role}",
        "objects in a schema",
    ),
    (
        "adding",
        "",
        "grant create on schema helpline to {role}",
        "objects in the schema",
    ),
    (
        "schemas",
        "",
        "grant create on database desk to {role}",
        "create schemas",
    ),
    (
        "emptying",
        "",
        "grant truncate on people to {role}",
        "truncate",
    ),
    (
        "reading",
        "",
        "grant select on support_messages to {role}",
        "rights on tables",
    ),
    (
        "holding",
        "",
        "create table held (n int); alter table held owner to {role}",
        "owns tables",
    ),
    ("inheriting", "inherit", "", "inherits"),
];

#[tokio::test]
async fn a_role_that_may_too_much_is_refused_with_the_reason() {
    let cluster = Cluster::start().await;
    cluster.migrate().await;
    for (name, attribute, grant, reason) in OVER_PRIVILEGED {
        let role = format!("too_much_{name}");
        let attributes = if attribute == "inherit" {
            String::new()
        } else {
            format!("noinherit {attribute}")
        };
        let made = format!(
            "create role {role} login password 'x1' {attributes}; grant helpline_service to {role}"
        );
        cluster.sql(&made).await;
        cluster.sql(&grant.replace("{role}", &role)).await;
        let refused = Store::connect(Settings {
            url: cluster.postgres.url_for(&role, "x1", "desk"),
            connections_max: 1,
            pooler: Pooler::Session,
        })
        .await
        .err();
        match refused {
            Some(StoreError::OverPrivileged(told)) => {
                assert!(told.contains(reason), "{name}: {told}")
            }
            other => panic!("{name}: {other:?}"),
        }
        let dropped =
            format!("drop owned by {role}; drop role {role}; drop role if exists {role}_other");
        cluster.sql(&dropped).await;
    }
    assert!(matches!(
        Store::connect(Settings {
            url: cluster.postgres.admin_url("desk"),
            connections_max: 1,
            pooler: Pooler::Session,
        })
        .await
        .err(),
        Some(StoreError::OverPrivileged(_))
    ));
}
