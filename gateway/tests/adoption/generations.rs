//! The two generations of the platform's tables: each is closed and opened by itself. And steps that would get into each other's way.

use crate::kit::Adoption;
use crate::platform::{Contents, run};

/// Whether a customer can open a ticket in the old pages, and a chat.
async fn can_open(adoption: &Adoption) -> (bool, bool) {
    let mut can = [false; 2];
    for (can, sql) in can.iter_mut().zip([
        "insert into public.support_tickets (user_id, user_email, subject, category) values (auth.uid(), 'a@b.example', 'Old page', 'billing')",
        "insert into public.chat_sessions (user_id, user_email, session_number) values (auth.uid(), 'a@b.example', null)",
    ]) {
        let customer = adoption.platform.session("authenticated", "person 3").await;
        run(&customer, "begin").await;
        *can = customer.batch_execute(sql).await.is_ok();
        run(&customer, "rollback").await;
    }
    (can[0], can[1])
}

#[tokio::test]
async fn a_cut_over_closes_one_generation_and_its_undo_opens_it() {
    let adoption = Adoption::installed(&Contents::plain(5)).await;
    assert_eq!(can_open(&adoption).await, (true, true));
    for (steps, expected) in [
        (vec!["--cut-over"], (false, true)),
        (vec!["--cut-over", "--chats"], (false, false)),
        (vec!["--undo"], (true, false)),
        (vec!["--undo", "--chats"], (true, true)),
        (vec!["--cut-over", "--chats"], (true, false)),
        (vec!["--cut-over"], (false, false)),
        (vec!["--undo", "--chats"], (false, true)),
        (vec!["--undo"], (true, true)),
    ] {
        adoption.adopt(&steps).await.succeeded();
        assert_eq!(can_open(&adoption).await, expected, "{steps:?}");
    }
}

#[tokio::test]
async fn one_step_that_writes_runs_at_a_time() {
    let adoption = Adoption::installed(&Contents::plain(10)).await;
    let other = adoption.platform.another_admin().await;
    run(
        &other,
        "select pg_advisory_lock(hashtextextended('helpline adopt', 'helpline.adopted_tickets'::regclass::oid::bigint))",
    )
    .await;
    let refused = adoption.adopt(&["--copy"]).await;
    assert_eq!(refused.code, Some(77), "{}", refused.told);
    assert!(refused.told.contains("another step"), "{}", refused.told);
    adoption.adopt(&["--dry-run"]).await.succeeded();
    drop(other);
    adoption.adopt(&["--copy"]).await.succeeded();
}

#[tokio::test]
async fn rows_without_a_ticket_are_listed_by_every_step() {
    let adoption = Adoption::installed(&Contents::plain(20)).await;
    let admin = &adoption.platform.admin;
    run(
        admin,
        "alter table public.support_messages drop constraint support_messages_ticket_id_fkey;
         set session_replication_role = replica;
         insert into public.support_messages (id, ticket_id, sender_id, sender_type, message)
         select md5('orphan')::uuid, md5('no such ticket')::uuid, user_id, 'customer', 'Lost' from public.support_tickets limit 1;
         reset session_replication_role",
    )
    .await;
    let orphan = adoption.platform.ask("select md5('orphan')::uuid").await;
    for step in ["--dry-run", "--copy", "--follow", "--verify", "--cut-over"] {
        let done = adoption.adopt(&[step]).await.succeeded();
        assert_eq!(done.rules(&orphan), ["rows_without_ticket"], "{step}");
        let is_compared = matches!(step, "--verify" | "--cut-over");
        assert_eq!(done.report["is_compared"], is_compared, "{step}");
    }
    let wrong = std::env::temp_dir().join(format!("map_{:016x}", rand::random::<u64>()));
    std::fs::write(&wrong, "[messages.columns]\nticket = \"id\"").unwrap();
    let map = wrong.to_str().unwrap();
    let copied = adoption.adopted().await;
    for step in ["--dry-run", "--copy", "--cut-over"] {
        let refused = adoption.adopt(&[step, "--map", map]).await;
        assert_eq!(refused.code, Some(77), "{step}: {}", refused.told);
        assert!(refused.told.contains("no message"), "{}", refused.told);
    }
    assert_eq!(adoption.adopted().await, copied);
    std::fs::remove_file(&wrong).unwrap();
}

#[tokio::test]
async fn a_step_that_fails_leaves_an_earlier_report() {
    let adoption = Adoption::installed(&Contents::plain(5)).await;
    let file = std::env::temp_dir().join(format!("report_{:016x}", rand::random::<u64>()));
    let name = file.to_str().unwrap();
    adoption
        .adopt(&["--dry-run", "--json", name])
        .await
        .succeeded();
    let before = std::fs::read_to_string(&file).unwrap();
    assert!(before.contains("\"step\":\"dry_run\""), "{before}");
    run(
        &adoption.platform.admin,
        "alter table public.support_tickets rename column created_at to born",
    )
    .await;
    let refused = adoption.adopt(&["--dry-run", "--json", name]).await;
    assert_eq!(refused.code, Some(77), "{}", refused.told);
    assert!(refused.told.contains("created_at"), "{}", refused.told);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    let left = std::fs::read_dir(std::env::temp_dir()).unwrap();
    let own = file.file_name().unwrap().to_str().unwrap().to_owned();
    let beside = left.filter(|entry| {
        let entry = entry.as_ref().unwrap().file_name();
        entry.to_str().is_some_and(|entry| entry.starts_with(&own))
    });
    assert_eq!(beside.count(), 1, "nothing is left beside it");
    std::fs::remove_file(&file).unwrap();
}
