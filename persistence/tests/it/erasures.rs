//! Tests proposals to erase people who were deleted on the platform.

use helpline_core::reject::RejectCode;
use helpline_persistence::migrate::{self, Choices, NamesFrom, Plan};
use helpline_persistence::{Names, erasures, people};

use crate::test_db::{TestDb, cluster, refusal};

/// A platform whose table has the fixture's people and twenty others, all of whom Helpline knows.
async fn platform() -> TestDb {
    let db = TestDb::open().await;
    db.sql(
        "insert into people (id, display_name) select md5(g::text)::uuid, 'P' || g from generate_series(1, 20) g;
         create table public.accounts (id uuid primary key, name text, email text);
         insert into public.accounts select id, display_name, email from people",
    )
    .await;
    let choices = Choices {
        names_from: Some(NamesFrom::parse("select id, name, email from public.accounts").unwrap()),
        ..Choices::default()
    };
    let url = cluster().await.admin_url(&db.database);
    migrate::apply_with(&url, &Names::default(), &Plan::embedded(), &choices)
        .await
        .unwrap();
    pass(&db).await;
    db
}

/// Goes through all people once and proposes those who are gone. Returns how many are withheld.
async fn pass(db: &TestDb) -> i32 {
    let done = people::follow_names(&db.store, None, None).await.unwrap();
    assert_eq!((done.failed, done.next), (None, None));
    erasures::propose(&db.store, 0).await.unwrap()
}

async fn proposed(db: &TestDb) -> i64 {
    db.ask("select count(*) from erasure_proposals where refused_at is null")
        .await
}

#[tokio::test]
async fn people_who_are_gone_from_the_platform_are_proposed_and_erased_only_by_an_admin() {
    let db = platform().await;
    let ticket = db.ticket().await;
    db.sql(&format!(
        "update support_tickets set customer_email = 'carla@example.org'; delete from public.accounts where id = '{}'",
        db.customer
    ))
    .await;
    let early = people::follow_names(&db.store, None, None).await.unwrap();
    assert_eq!(early.changed, 0);
    assert_eq!(erasures::propose(&db.store, 60_000).await.unwrap(), 0);
    assert_eq!(proposed(&db).await, 0, "not gone for long enough");
    let since = "select gone_since::text from platform_people where gone_since is not null";
    let first: String = db.ask(since).await;
    people::follow_names(&db.store, None, None).await.unwrap();
    assert_eq!(
        db.ask::<String>(since).await,
        first,
        "a later pass keeps it"
    );
    assert_eq!(pass(&db).await, 0);

    let boss = db.caller(db.boss);
    let view = erasures::list(&db.store, db.reader(db.boss)).await.unwrap();
    assert_eq!(view.withheld, 0);
    let [one] = view.proposals.as_slice() else {
        panic!("{view:?}");
    };
    assert_eq!((one.person, one.tickets, one.held), (db.customer, 1, false));
    assert_eq!(one.name.as_deref(), Some("Carla Customer"));
    let known = format!("select count(*) from people where id = '{}'", db.customer);
    assert_eq!(
        db.ask::<i64>(&known).await,
        1,
        "nothing is erased by itself"
    );

    let agent = db.caller(db.agent);
    let refused = erasures::decide(&db.store, &agent, db.customer, true).await;
    assert_eq!(refusal(refused), RejectCode::Forbidden);
    let refused = erasures::decide(&db.store, &boss, db.stranger, true).await;
    assert_eq!(refusal(refused), RejectCode::NotFound);
    erasures::list(&db.store, db.reader(db.agent))
        .await
        .unwrap_err();

    let refused = erasures::decide(&db.store, &agent, db.customer, false).await;
    assert_eq!(refusal(refused), RejectCode::Forbidden);

    db.sql(&format!(
        "insert into people_subjects (issuer, subject, person) values ('https://id.example/', 'auth0|carla', '{}')",
        db.customer
    ))
    .await;
    let unsent = db.upload(db.customer, Some(ticket), "unsent.txt").await;
    erasures::decide(&db.store, &boss, db.customer, true)
        .await
        .unwrap();
    assert_eq!(db.ask::<i64>(&known).await, 0);
    let kept: i64 = db
        .ask(&format!(
            "select count(*) from uploads where id = '{}' and expires_at > clock()",
            unsent.uuid()
        ))
        .await;
    assert_eq!(kept, 0, "a file that no message names is due for deletion");
    let subjects = db.ask::<i64>("select count(*) from people_subjects").await;
    assert_eq!(subjects, 0);
    while people::follow(&db.store).await.unwrap() {}
    let copied: Option<String> = db
        .ask(&format!(
            "select customer_email from support_tickets where id = '{ticket}'"
        ))
        .await;
    assert_eq!(copied, None, "the ticket stays, without the address");
    let recorded = format!(
        "select count(*) from access_log where action = 'person_erased' and user_id = '{}' and detail ->> 'user' = '{}'",
        db.boss, db.customer
    );
    assert_eq!(db.ask::<i64>(&recorded).await, 1);
    assert_eq!((pass(&db).await, proposed(&db).await), (0, 0));
    // The token still works, and brings the name back. The person is proposed again at once.
    db.sql(&format!(
        "insert into people (id, display_name) values ('{}', 'Carla Customer')",
        db.customer
    ))
    .await;
    assert_eq!((pass(&db).await, proposed(&db).await), (0, 1));
}

#[tokio::test]
async fn an_erased_agent_has_no_role_and_an_admin_never_decides_on_themselves() {
    let db = platform().await;
    let ticket = db.ticket().await;
    db.sql(&format!(
        "update support_tickets set assigned_to = '{0}'; delete from public.accounts where id in ('{0}', '{1}')",
        db.agent, db.boss
    ))
    .await;
    pass(&db).await;
    assert_eq!(proposed(&db).await, 2);
    let boss = db.caller(db.boss);
    let view = erasures::list(&db.store, db.reader(db.boss)).await.unwrap();
    let people: Vec<_> = view.proposals.iter().map(|one| one.person).collect();
    assert_eq!(people, [db.agent]);
    for erase in [true, false] {
        let refused = erasures::decide(&db.store, &boss, db.boss, erase).await;
        assert_eq!(refusal(refused), RejectCode::Forbidden);
    }
    let written = erasures::decide(&db.store, &boss, db.agent, true)
        .await
        .unwrap();
    assert!(written.iter().any(|row| row.ticket == ticket), "unassigned");
    let left = format!(
        "select (select count(*) from user_roles where user_id = '{0}') + (select count(*) from support_tickets where assigned_to = '{0}')",
        db.agent
    );
    assert_eq!(db.ask::<i64>(&left).await, 0);
}

#[tokio::test]
async fn the_name_of_an_erased_agent_is_removed_from_all_histories_in_portions() {
    let db = platform().await;
    db.sql(&format!(
        "update people set display_name = 'Zora Agent' where id = '{0}';
         insert into support_tickets (user_id, subject) select '{1}', 'Ticket ' || g from generate_series(1, 450) g;
         update support_tickets set assigned_to = '{0}';
         set session_replication_role = replica;
         update support_ticket_activity set actor_id = '{0}', public_actor_name = 'Zora' where kind = 'assigned';
         update support_ticket_activity set actor_id = '{1}', public_actor_name = 'Carla' where kind = 'created';
         set session_replication_role = origin;
         delete from public.accounts where id = '{0}'",
        db.agent, db.customer
    ))
    .await;
    pass(&db).await;
    let named = "select count(*) from support_ticket_activity a where to_jsonb(a)::text ~ 'Zora'";
    let others = "select count(*) from support_ticket_activity where kind = 'created' and public_actor_name is not null";
    let (before, kept) = (db.ask::<i64>(named).await, db.ask::<i64>(others).await);
    assert!(before >= 450 && kept >= 450, "{before} {kept}");
    let boss = db.caller(db.boss);
    erasures::decide(&db.store, &boss, db.agent, true)
        .await
        .unwrap();
    let mut portions = 0;
    while people::follow(&db.store).await.unwrap() {
        portions += 1;
    }
    assert!(portions >= 3, "{portions}");
    assert_eq!(db.ask::<i64>(named).await, 0);
    assert_eq!(db.ask::<i64>(others).await, kept, "other people's names");
    assert!(db.ask::<bool>("select is_done from erased_people").await);
}

#[tokio::test]
async fn the_oldest_proposals_are_listed_first_and_only_as_many_as_fit() {
    let db = platform().await;
    db.sql(
        "insert into people (id, display_name) select md5('gone' || g)::uuid, g::text from generate_series(1, 101) g;
         insert into erasure_proposals (person_id, gone_since, proposed_at)
         select md5('gone' || g)::uuid, now(), now() - g * interval '1 minute' from generate_series(1, 101) g",
    )
    .await;
    let view = erasures::list(&db.store, db.reader(db.boss)).await.unwrap();
    assert_eq!(view.proposals.len(), 100);
    let names: Vec<_> = view
        .proposals
        .iter()
        .map(|one| one.name.as_deref())
        .collect();
    assert_eq!((names[0], names[99]), (Some("101"), Some("2")));
}

#[tokio::test]
async fn a_refused_proposal_is_kept_until_the_platform_has_the_person_again() {
    let db = platform().await;
    let gone = format!("delete from public.accounts where id = '{}'", db.customer);
    db.sql(&gone).await;
    pass(&db).await;
    let boss = db.caller(db.boss);
    erasures::decide(&db.store, &boss, db.customer, false)
        .await
        .unwrap();
    let recorded: i64 = db
        .ask("select count(*) from access_log where action = 'person_erasure_refused'")
        .await;
    assert_eq!(recorded, 1);
    let view = erasures::list(&db.store, db.reader(db.boss)).await.unwrap();
    assert_eq!(view.proposals, []);
    let by: Option<uuid::Uuid> = db.ask("select refused_by from erasure_proposals").await;
    assert_eq!(by, Some(db.boss.uuid()));
    pass(&db).await;
    assert_eq!(proposed(&db).await, 0, "proposed again");
    let refused = erasures::decide(&db.store, &boss, db.customer, true).await;
    assert_eq!(refusal(refused), RejectCode::NotFound);
    let back = format!(
        "insert into public.accounts (id) values ('{}')",
        db.customer
    );
    db.sql(&back).await;
    pass(&db).await;
    db.sql(&gone).await;
    pass(&db).await;
    assert_eq!(proposed(&db).await, 1);
    // Someone who comes back is not proposed any more.
    db.sql(&back).await;
    pass(&db).await;
    assert_eq!(proposed(&db).await, 0);
}

#[tokio::test]
async fn an_empty_answer_or_too_many_gone_at_once_propose_no_one() {
    let db = platform().await;
    db.sql(
        "create table public.copy as select * from public.accounts; delete from public.accounts",
    )
    .await;
    assert_eq!(pass(&db).await, 24);
    assert_eq!(proposed(&db).await, 0);
    let view = erasures::list(&db.store, db.reader(db.boss)).await.unwrap();
    assert_eq!((view.proposals.len(), view.withheld), (0, 24));
    // The platform is restored but for six people, more than a tenth of all.
    db.sql("insert into public.accounts select * from public.copy order by id limit 18")
        .await;
    assert_eq!((pass(&db).await, proposed(&db).await), (6, 0));
    db.sql("insert into public.accounts select * from public.copy order by id offset 18 limit 1")
        .await;
    assert_eq!((pass(&db).await, proposed(&db).await), (0, 5));
    // Those who are proposed count, too: many do not pass a few at a time.
    db.sql("delete from public.accounts where id in (select id from public.accounts order by id limit 1)")
        .await;
    assert_eq!((pass(&db).await, proposed(&db).await), (1, 5));
    // Nor do those who have been erased: also with an admin's click after each few.
    let boss = db.caller(db.boss);
    let view = erasures::list(&db.store, db.reader(db.boss)).await.unwrap();
    for one in view.proposals.iter().filter(|one| !one.held) {
        erasures::decide(&db.store, &boss, one.person, true)
            .await
            .unwrap();
    }
    assert_eq!((pass(&db).await, proposed(&db).await), (1, 0));
    db.sql("update erased_people set erased_at = erased_at - interval '25 hours'")
        .await;
    assert_eq!((pass(&db).await, proposed(&db).await), (0, 1));
    // People whose rows are gone from Helpline do not count either, and are not proposed.
    db.sql(
        "insert into platform_people (person_id, gives_name, gives_email, gone_since)
         select md5('erased' || g)::uuid, true, true, now() from generate_series(1, 20) g",
    )
    .await;
    assert_eq!((pass(&db).await, proposed(&db).await), (0, 1));
    // All are gone, however few they are.
    db.sql(
        "delete from erasure_proposals; delete from platform_people f
         where f.person_id not in (select p.id from people p order by p.id limit 3);
         update platform_people set gone_since = now()",
    )
    .await;
    assert_eq!(erasures::propose(&db.store, 0).await.unwrap(), 3);
    assert_eq!(proposed(&db).await, 0);
    // Without a query, no one is gone.
    db.sql("delete from erasure_proposals; drop function platform_names(uuid[])")
        .await;
    assert_eq!(erasures::propose(&db.store, 0).await.unwrap(), 0);
    assert_eq!(proposed(&db).await, 0);
}

#[tokio::test]
async fn a_legal_hold_forbids_the_erasure() {
    let db = platform().await;
    let ticket = db.ticket().await;
    db.sql(&format!(
        "delete from public.accounts where id = '{}'; update support_tickets set legal_hold = true",
        db.customer
    ))
    .await;
    pass(&db).await;
    let boss = db.caller(db.boss);
    let view = erasures::list(&db.store, db.reader(db.boss)).await.unwrap();
    assert!(view.proposals[0].held);
    let refused = erasures::decide(&db.store, &boss, db.customer, true).await;
    assert_eq!(refusal(refused), RejectCode::LegalHold);
    db.sql(&format!(
        "update support_tickets set legal_hold = false; update legal_holds set released_at = now(); insert into legal_holds (id, person_id, reason, set_at) values (gen_random_uuid(), '{}', 'A lawsuit', now())",
        db.customer
    ))
    .await;
    let refused = erasures::decide(&db.store, &boss, db.customer, true).await;
    assert_eq!(refusal(refused), RejectCode::LegalHold);
    db.sql(&format!(
        "update legal_holds set person_id = null, ticket_id = '{ticket}' where released_at is null"
    ))
    .await;
    let refused = erasures::decide(&db.store, &boss, db.customer, true).await;
    assert_eq!(refusal(refused), RejectCode::LegalHold);
    db.sql("update legal_holds set released_at = now()").await;
    erasures::decide(&db.store, &boss, db.customer, true)
        .await
        .unwrap();
}
