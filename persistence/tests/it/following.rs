//! Tests that tickets' copies of a person's data are updated in portions after the person's
//! sign-in.

use helpline_core::limits;
use helpline_persistence::people::{Identity, follow, sign_in};

use crate::test_db::{TestDb, user};

#[tokio::test]
async fn a_sign_in_costs_the_same_however_many_tickets_the_person_has() {
    let db = TestDb::open().await;
    db.sql(&format!(
        "insert into support_tickets (user_id, subject) select '{}', 'n' from generate_series(1, 2000) n; analyze",
        db.customer
    ))
    .await;
    let identity = |address: &str| Identity {
        subject: db.customer.into(),
        email: Some(address.into()),
        name: None,
    };
    let written = "select count(*) from support_tickets where xmin::text::bigint > $$";
    let before = db
        .ask::<i64>("select max(xmin::text::bigint) from support_tickets")
        .await;
    for n in 0..3 {
        let address = ["carla@work.example", "Carla@Work.example"][n % 2];
        sign_in(&db.store, &identity(address)).await.unwrap();
    }
    sign_in(&db.store, &identity("last@example.org"))
        .await
        .unwrap();
    let written = written.replace("$$", &before.to_string());
    assert_eq!(db.ask::<i64>(&written).await, 0, "no ticket is changed");
    assert_eq!(
        db.ask::<i64>("select count(*) from people_to_follow").await,
        1
    );
    let behind = "select count(*) from support_tickets where customer_email is distinct from 'last@example.org'";
    let mut portions = 0;
    while follow(&db.store).await.unwrap() {
        portions += 1;
        assert!(portions < 100, "it never ends");
    }
    assert!(
        portions > 2000 / limits::FOLLOW_TICKETS_MAX,
        "{portions}: in portions"
    );
    assert_eq!(db.ask::<i64>(behind).await, 0);
}

#[tokio::test]
async fn what_tickets_keep_of_a_person_follows_also_what_was_locked_or_came_meanwhile() {
    let db = TestDb::open().await;
    let (held, free) = (db.ticket().await, db.ticket().await);
    let holder = db.another_admin().await;
    let named = |address: &str| Identity {
        subject: db.customer.into(),
        email: Some(address.into()),
        name: None,
    };
    sign_in(&db.store, &named("new@example.org")).await.unwrap();
    holder
        .batch_execute(&format!(
            "begin; select 1 from support_tickets where id = '{held}' for no key update"
        ))
        .await
        .unwrap();
    let email = async |ticket| {
        db.ask::<Option<String>>(&format!(
            "select customer_email from support_tickets where id = '{ticket}'"
        ))
        .await
    };
    for _ in 0..3 {
        follow(&db.store).await.unwrap();
    }
    assert_eq!(email(free).await.as_deref(), Some("new@example.org"));
    assert_eq!(email(held).await.as_deref(), Some("carla@example.org"));
    holder.batch_execute("commit").await.unwrap();
    while follow(&db.store).await.unwrap() {}
    assert_eq!(email(held).await.as_deref(), Some("new@example.org"));
    // A ticket of a person who has not signed in yet, inserted by the operator's platform (outside
    // Helpline).
    let early = user(321);
    db.sql(&format!(
        "insert into support_tickets (user_id, subject) values ('{early}', 'Before me')"
    ))
    .await;
    let first = Identity {
        subject: early.into(),
        email: Some("early@example.org".into()),
        name: None,
    };
    sign_in(&db.store, &first).await.unwrap();
    while follow(&db.store).await.unwrap() {}
    let known = format!("select customer_email from support_tickets where user_id = '{early}'");
    assert_eq!(db.ask::<String>(&known).await, "early@example.org");
}
