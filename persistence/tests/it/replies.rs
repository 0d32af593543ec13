//! Tests saved replies. Shared replies belong to the team. A personal reply must be visible to its
//! owner only, even with plain SQL.

use helpline_core::ids::{SavedReplyId, UserId};
use helpline_core::limits;
use helpline_core::reject::RejectCode;
use helpline_persistence::replies::{self, NewReply, ReplyKind};
use helpline_persistence::{IfMatch, StoreError};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::test_db::{TestDb, refusal};

use ReplyKind::{Personal, Shared};

fn reply(n: u128, shortcut: &str, kind: ReplyKind) -> NewReply {
    NewReply {
        id: SavedReplyId::new(Uuid::from_u128(n)),
        shortcut: shortcut.to_owned(),
        title: "A title".to_owned(),
        body: format!("secret of {shortcut}"),
        folder: Some("Mornings".to_owned()),
        kind,
    }
}

async fn save(db: &TestDb, who: UserId, new: &NewReply) -> Result<Option<UserId>, StoreError> {
    let saved = replies::save(&db.store, &db.caller(who), new, &IfMatch::default()).await?;
    assert_eq!(saved.folder, new.folder);
    Ok(saved.owner)
}

async fn listed(db: &TestDb, who: UserId) -> Vec<(String, Option<UserId>)> {
    let replies = replies::list(&db.store, db.reader(who)).await.unwrap();
    replies
        .into_iter()
        .map(|reply| (reply.shortcut, reply.owner))
        .collect()
}

/// Returns the number of saved replies that this database session sees with plain SQL.
async fn seen(session: &Client) -> i64 {
    let sql = "select count(*) from support_saved_replies";
    session.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_personal_reply_is_seen_changed_and_removed_by_its_owner_alone() {
    let db = TestDb::open().await;
    let (agent, boss, customer) = (db.agent, db.boss, db.customer);
    save(&db, boss, &reply(1, "hello", Shared)).await.unwrap();
    let own = reply(2, "bye", Personal);
    assert_eq!(save(&db, agent, &own).await.unwrap(), Some(agent));

    let (shared, personal) = (("hello".to_owned(), None), ("bye".to_owned(), Some(agent)));
    assert_eq!(listed(&db, agent).await, [personal, shared.clone()]);
    assert_eq!(listed(&db, boss).await, [shared], "not even an admin");
    for (who, count) in [(agent, 2), (boss, 1), (customer, 0)] {
        let session = db.session("helpline_staff", who).await;
        assert_eq!(seen(&session).await, count);
        for sql in [
            "update support_saved_replies set body = 'x'",
            "delete from support_saved_replies",
        ] {
            let refused = session.batch_execute(sql).await.unwrap_err();
            assert_eq!(refused.code().unwrap().code(), "42501", "{sql}");
        }
    }
    let refused = db.session("helpline_customer", agent).await;
    refused
        .batch_execute("select 1 from support_saved_replies")
        .await
        .expect_err("customers read none");

    // A person must not be able to replace another person's reply, as a personal or as a shared
    // one, or to delete it.
    let remove = async |who, n| {
        let id = SavedReplyId::new(Uuid::from_u128(n));
        replies::delete(&db.store, &db.caller(who), id, &IfMatch::default()).await
    };
    for kind in [Personal, Shared] {
        let mine = reply(2, "mine", kind);
        assert_eq!(refusal(save(&db, boss, &mine).await), RejectCode::Conflict);
    }
    assert!(!remove(boss, 2).await.unwrap());
    assert_eq!(refusal(remove(customer, 2).await), RejectCode::Forbidden);
    assert_eq!(refusal(remove(agent, 1).await), RejectCode::Forbidden);
    let personal = reply(3, "x", Personal);
    assert_eq!(
        refusal(save(&db, customer, &personal).await),
        RejectCode::Forbidden
    );
    assert_eq!(
        refusal(save(&db, agent, &reply(3, "x", Shared)).await),
        RejectCode::Forbidden
    );
    // A saved reply cannot change from shared to personal, or from personal to shared.
    assert_eq!(
        refusal(save(&db, boss, &reply(1, "hello", Personal)).await),
        RejectCode::Conflict
    );
    let text =
        "select body from support_saved_replies where id = '00000000-0000-0000-0000-000000000002'";
    assert_eq!(db.ask::<String>(text).await, "secret of bye");

    // A former member of staff must see no saved replies. With the role granted again, they must
    // see their own replies again.
    db.sql(&format!("delete from user_roles where user_id = '{agent}'"))
        .await;
    let session = db.session("helpline_staff", agent).await;
    assert_eq!(seen(&session).await, 0);
    db.sql(&format!(
        "insert into user_roles (user_id, role) values ('{agent}', 'support_agent')"
    ))
    .await;
    assert!(remove(agent, 2).await.unwrap());
    assert!(!remove(agent, 2).await.unwrap());
}

#[tokio::test]
async fn shortcuts_are_unique_among_the_shared_ones_and_among_each_persons_own() {
    let db = TestDb::open().await;
    let (agent, boss) = (db.agent, db.boss);
    save(&db, boss, &reply(1, "hello", Shared)).await.unwrap();
    for (n, who) in [(2, agent), (3, boss)] {
        save(&db, who, &reply(n, "hello", Personal)).await.unwrap();
    }
    let taken = [(4, boss, Shared), (4, agent, Personal), (4, boss, Personal)];
    for (n, who, kind) in taken {
        let refused = refusal(save(&db, who, &reply(n, "hello", kind)).await);
        assert_eq!(refused, RejectCode::Conflict, "{kind:?}");
    }
    let owners: Vec<_> = listed(&db, agent)
        .await
        .into_iter()
        .map(|one| one.1)
        .collect();
    assert_eq!(owners, [None, Some(agent)], "the shared one first");
}

#[tokio::test]
async fn each_person_has_a_bound_of_their_own() {
    let db = TestDb::open().await;
    let (agent, boss) = (db.agent, db.boss);
    db.sql(&format!(
        "insert into support_saved_replies (id, shortcut, title, body, owner)
         select gen_random_uuid(), 'r' || n, 'T', 'B', '{agent}' from generate_series(1, {}) n",
        limits::PERSONAL_REPLIES_MAX
    ))
    .await;
    let one_more = reply(1, "one-more", Personal);
    assert_eq!(
        refusal(save(&db, agent, &one_more).await),
        RejectCode::TooLarge
    );
    save(&db, boss, &one_more).await.unwrap();
    db.sql(&format!(
        "insert into support_saved_replies (id, shortcut, title, body)
         select gen_random_uuid(), 'r' || n, 'T', 'B' from generate_series(1, {}) n",
        limits::SAVED_REPLIES_MAX
    ))
    .await;
    assert_eq!(
        refusal(save(&db, boss, &reply(2, "shared", Shared)).await),
        RejectCode::TooLarge
    );
    save(&db, boss, &reply(2, "second", Personal))
        .await
        .unwrap();
}

#[tokio::test]
async fn the_audit_trail_says_that_a_personal_reply_changed_and_none_of_its_texts() {
    let db = TestDb::open().await;
    let (agent, boss) = (db.agent, db.boss);
    save(&db, agent, &reply(1, "own", Personal)).await.unwrap();
    save(&db, agent, &reply(1, "own2", Personal)).await.unwrap();
    let id = SavedReplyId::new(Uuid::from_u128(1));
    replies::delete(&db.store, &db.caller(agent), id, &IfMatch::default())
        .await
        .unwrap();
    save(&db, boss, &reply(2, "shared", Shared)).await.unwrap();
    let rows = "select string_agg(action || coalesce(detail ->> 'before', '-') || coalesce(detail ->> 'after', '-'), ' ' order by id)
                from access_log where user_id = ";
    let agents: String = db.ask(&format!("{rows}'{agent}'")).await;
    assert_eq!(
        agents,
        r#"reply_saved-{"personal": true} reply_saved{"personal": true}{"personal": true} reply_deleted{"personal": true}-"#
    );
    let admins: String = db.ask(&format!("{rows}'{boss}'")).await;
    assert!(
        admins.contains("secret of shared") && admins.contains("Mornings"),
        "{admins}"
    );
}

/// The functions that the previous build calls must still work for shared replies, the only kind
/// that the previous build supports.
#[tokio::test]
async fn the_functions_of_the_build_before_know_the_shared_ones_only() {
    let db = TestDb::open().await;
    let (agent, boss) = (db.agent, db.boss);
    save(&db, boss, &reply(1, "own", Personal)).await.unwrap();
    let session = db.session("helpline_staff", boss).await;
    let call = async |id: u128, shortcut: &str| {
        let sql = "select r.id from support_save_reply($1, $2, 'T', 'B', 500) r";
        session
            .query_one(sql, &[&Uuid::from_u128(id), &shortcut])
            .await
    };
    call(2, "hello").await.unwrap();
    call(2, "own").await.unwrap();
    let taken = call(3, "own").await.unwrap_err();
    let constraint = taken.as_db_error().unwrap().constraint();
    assert_eq!(
        constraint,
        Some("support_saved_replies_shortcut_key"),
        "a constraint name that the previous build knows"
    );
    let personal = call(1, "other").await.unwrap_err();
    assert_eq!(personal.as_db_error().unwrap().message(), "conflict");
    let delete = async |id: u128| {
        let sql = "select support_delete_reply($1)";
        let answer = session.query_one(sql, &[&Uuid::from_u128(id)]).await;
        answer.unwrap().get::<_, bool>(0)
    };
    assert!(!delete(1).await && delete(2).await);
    assert_eq!(listed(&db, boss).await, [("own".to_owned(), Some(boss))]);
    assert_eq!(listed(&db, agent).await, []);
}
