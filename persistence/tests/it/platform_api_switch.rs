//! Tests that `migrate` switches the schema for a platform's own pages on and off, and that queries
//! through it use the indexes.

use helpline_core::ids::UserId;
use helpline_persistence::migrate::{self, Plan, PlatformApi};
use helpline_persistence::{Names, StoreError};
use uuid::Uuid;

use crate::catalog::dump;
use crate::platform_api::{platform, session, switch, try_switch};
use crate::test_db::{cluster, connect, empty_database};

#[tokio::test]
async fn it_exists_only_where_it_was_switched_on_and_stays_until_it_is_switched_off() {
    let database = empty_database().await;
    let url = cluster().await.admin_url(&database);
    let admin = connect(&url).await;
    let exists = async || {
        let sql = "select (select count(*) from pg_class where relnamespace = to_regnamespace('helpline_api')) + (select count(*) from pg_proc where pronamespace = to_regnamespace('helpline_api'))";
        admin.query_one(sql, &[]).await.unwrap().get::<_, i64>(0)
    };
    migrate::migrate(&url).await.unwrap();
    let without = dump(&database).await;
    assert_eq!(exists().await, 0);
    for (role, remedy) in [
        ("no_such_role", "create role \"no_such_role\" nologin"),
        (
            "helpline_staff",
            "--platform-api <the role of your platform's users>",
        ),
    ] {
        match try_switch(&url, role).await {
            Err(StoreError::NotPrepared(told)) => assert!(told.contains(remedy), "{told}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        dump(&database).await,
        without,
        "a refused run changed something"
    );
    for text in ["public", "pg_monitor", "An User", "a\"b", ""] {
        PlatformApi::parse(text).unwrap_err();
    }
    // The role exists in the cluster, because the fixture of this test module has created it.
    drop(platform("").await);
    let applied = switch(&url, "authenticated").await;
    assert!(
        applied.iter().all(|name| name.starts_with("api/")) && !applied.is_empty(),
        "{applied:?}"
    );
    let on = dump(&database).await;
    // A run without the option keeps it.
    assert!(migrate::migrate(&url).await.unwrap().is_empty());
    assert_eq!(dump(&database).await, on);
    // Another role takes the place of the first one.
    assert!(switch(&url, "everyone").await.is_empty());
    let other = on.replace("TO authenticated;", "TO everyone;");
    assert_eq!(dump(&database).await, other);
    // After a restore of Helpline's own schema alone, the next run creates it again.
    admin
        .batch_execute("drop schema helpline_api cascade")
        .await
        .unwrap();
    assert_eq!(migrate::migrate(&url).await.unwrap(), applied);
    assert_eq!(dump(&database).await, other);
    // What the platform has created in it is not dropped with it.
    admin
        .batch_execute("create table helpline_api.theirs (n int)")
        .await
        .unwrap();
    let error = try_switch(&url, "off").await.unwrap_err();
    assert!(format!("{error:?}").contains("helpline_api"), "{error:?}");
    admin
        .batch_execute("drop table helpline_api.theirs")
        .await
        .unwrap();
    switch(&url, "off").await;
    assert_eq!(dump(&database).await, without);
    // A newer build decides about its own objects.
    let mut newer = Plan::embedded();
    newer.generation += 1;
    migrate::apply(&url, &Names::default(), &newer)
        .await
        .unwrap();
    match try_switch(&url, "authenticated").await {
        Err(StoreError::NotPrepared(told)) => assert!(told.contains("newer build"), "{told}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_customers_pages_read_by_index_among_many_tickets() {
    let db = platform("").await;
    let names = [
        "Ada Lovelace",
        "李小龍",
        "محمد بن سلمان",
        "Ólafur Þórsson",
        "Дарья Ким",
        "דנה כהן",
        "ナギサ",
        "  ",
        "O'Brien-Šmíd",
    ];
    for (n, name) in names.iter().enumerate() {
        db.sql(&format!(
            "insert into people (id, display_name) values (md5('{n}')::uuid, '{}');
             insert into support_tickets (user_id, subject) select md5('{n}')::uuid, 'Nr ' || g || ' {}' from generate_series(1, 250) g;",
            name.replace('\'', "''"),
            name.replace('\'', "''"),
        ))
        .await;
    }
    db.sql("insert into support_messages (ticket_id, sender_id, sender_type, body) select id, user_id, 'customer', 'Hilfe 🆘' from support_tickets; analyze").await;
    let ada: Uuid = db.ask("select md5('1')::uuid").await;
    let customer = session(&db, "authenticated", Some(UserId::new(ada))).await;
    let ticket: Uuid = customer
        .query_one(
            "select id from support_tickets order by created_at limit 1",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    for (query, rows) in [
        (
            "select * from support_tickets order by last_activity_at desc".to_owned(),
            250,
        ),
        (
            format!("select * from support_tickets where id = '{ticket}'"),
            1,
        ),
        (
            format!(
                "select * from support_messages where ticket_id = '{ticket}' order by created_at"
            ),
            1,
        ),
        (
            format!(
                "select * from support_ticket_activity where ticket_id = '{ticket}' order by seq"
            ),
            2,
        ),
    ] {
        assert_eq!(
            customer.query(&query, &[]).await.unwrap().len(),
            rows,
            "{query}"
        );
        let explain = format!("explain (analyze, costs off, timing off, summary off) {query}");
        // The platform's role may not explain what it may not read in full, so the owner does.
        let owner = db.another_admin().await;
        let claims = format!(r#"{{"sub":"{ada}"}}"#);
        owner.batch_execute(&format!("set role helpline_owner; set search_path = helpline_api; set request.jwt.claims = '{claims}'")).await.unwrap();
        let plan: Vec<String> = owner
            .query(&explain, &[])
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
        let executed: Vec<&String> = plan
            .iter()
            .filter(|line| !line.contains("never executed"))
            .collect();
        assert!(
            !executed
                .iter()
                .any(|line| line.contains("Seq Scan on support_tickets")
                    || line.contains("Seq Scan on support_messages")
                    || line.contains("Seq Scan on support_ticket_activity")),
            "{query}: {plan:#?}"
        );
    }
}
