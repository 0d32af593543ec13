//! A move from another database: the platform in one, Helpline in a second one without any of the
//! platform's tables. It must bring the same as a move within one database, and each step of the
//! cut-over can be killed.

use std::process::Output;

use tokio::process::Command;

use crate::kit::{Adoption, Done, assert_same, done};
use crate::moving::{WRITES, refused};
use crate::platform::{Contents, Platform, ask, run};

/// A platform, and a desk in another database of the cluster. Helpline is installed in the
/// platform's database too, for comparison.
struct Move {
    source: Adoption,
    desk: Adoption,
}

const COMPARED: &[&str] = &[
    "support_tickets",
    "support_messages",
    "support_ticket_activity",
    "support_ticket_heads",
    "support_read_positions",
];

impl Move {
    async fn new(contents: &Contents) -> Self {
        let source = Adoption::installed(contents).await;
        let desk = Adoption::installed(&Contents {
            people: 0,
            ..Contents::plain(0)
        })
        .await;
        desk.platform
            .sql(
                "drop table public.support_tickets, public.support_messages, public.support_ticket_activity cascade;
                 delete from public.profiles",
            )
            .await;
        Self { source, desk }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.desk.command(arguments);
        command.env("HELPLINE_ADOPT_SOURCE_URL", &self.source.platform.url);
        command
    }

    async fn adopt(&self, arguments: &[&str]) -> Done {
        done(self.command(arguments)).await
    }

    fn platform(&self) -> &Platform {
        &self.source.platform
    }

    /// The desk has what it would have if it were in the platform's database.
    async fn assert_as_in_one_database(&self, action: &str, what: &str) {
        self.source.adopt(&[action]).await.succeeded();
        for table in COMPARED {
            // An event names the database in which it was written, and the last activity of a ticket is at
            // most the time of the copy.
            let written = match *table {
                "support_read_positions" => ", 'updated_at'",
                _ => "",
            };
            let rows = format!(
                "select md5(string_agg(row::text, ',' order by row::text)) from (select to_jsonb(t) - array['cluster', 'last_activity_at', 'public_last_activity_at'{written}] as row from helpline.{table} t) x"
            );
            let there = self.platform().ask(&rows).await;
            let here = self.desk.platform.ask(&rows).await;
            assert_eq!(here, there, "{what}: {table}");
        }
        let people = "select md5(string_agg(concat_ws('|', p.id, p.email, p.display_name, p.blocked_at is null), ',' order by p.id))
            from helpline.people p where exists (select from helpline.support_tickets t where t.user_id = p.id)";
        let there = self.platform().ask(people).await;
        assert_eq!(
            self.desk.platform.ask(people).await,
            there,
            "{what}: people"
        );
    }

    /// The number of recorded privileges.
    async fn recorded(&self) -> u32 {
        let sql = "select count(*) from helpline.adoption_revoked";
        self.desk.platform.ask(sql).await.parse().unwrap()
    }

    /// Whether customers may write in the old pages.
    async fn is_open(&self) -> bool {
        let sql =
            "select has_table_privilege('authenticated', 'public.support_messages', 'insert')";
        self.platform().ask(sql).await == "true"
    }
}

fn message(id: &str, text: &str) -> String {
    format!(
        "insert into public.support_messages (id, ticket_id, sender_id, sender_type, message)
         values (md5('{id}')::uuid, md5('live ticket')::uuid, auth.uid(), 'customer', '{text}')"
    )
}

#[tokio::test]
async fn a_platform_moves_from_another_database_and_each_step_can_be_killed() {
    let both = Move::new(&Contents::ODD).await;
    let (desk, platform) = (&both.desk.platform, both.platform());

    let before = (both.source.dump(None).await, both.desk.dump(None).await);
    let judged = both.adopt(&["--dry-run"]).await.succeeded();
    assert_same(&before.0, &both.source.dump(None).await, "dry run, there");
    assert_same(&before.1, &both.desk.dump(None).await, "dry run, here");
    let tickets = platform
        .ask("select count(*) from public.support_tickets")
        .await;
    assert_eq!(judged.report["source"]["tickets"].to_string(), tickets);

    let copied = both.adopt(&["--copy"]).await.succeeded();
    assert_eq!(copied.report["adopted"]["tickets"].to_string(), tickets);
    let once = both.desk.adopted().await;
    let again = both.adopt(&["--copy"]).await.succeeded();
    assert_eq!(again.report["done"]["copied"], 0);
    assert_eq!(both.desk.adopted().await, once, "copied twice");
    assert_same(&before.0, &both.source.dump(None).await, "copied, there");
    both.assert_as_in_one_database("--copy", "copied").await;

    let customer = platform.session("authenticated", "person 8").await;
    run(&customer, WRITES).await;
    let unfinished = both.adopt(&["--verify"]).await;
    assert_eq!(unfinished.code, Some(1), "news: {}", unfinished.told);
    both.adopt(&["--follow"]).await.succeeded();
    both.adopt(&["--verify"]).await.succeeded();
    both.assert_as_in_one_database("--follow", "followed").await;

    let open = both.source.dump(Some("public")).await;
    killed_before_revoking(&both).await;
    assert!(both.is_open().await, "nothing was revoked yet");
    both.adopt(&["--undo"]).await.succeeded();
    assert_same(&open, &both.source.dump(Some("public")).await, "undone");
    killed_before_revoking(&both).await;
    let recorded = both.recorded().await;

    run(&customer, &message("live last", "The last one")).await;
    let open = both.source.dump(Some("public")).await;
    killed_before_copying(&both).await;
    assert_eq!(both.recorded().await, recorded, "recorded once");
    customer
        .batch_execute(&message("late", "Too late"))
        .await
        .expect_err("the tables are closed");
    let last = "select count(*) from helpline.support_messages where id = md5('live last')::uuid";
    assert_eq!(desk.ask(last).await, "0");

    let cut = both.adopt(&["--cut-over"]).await.succeeded();
    assert_eq!(cut.report["done"]["privileges"], 0, "revoked before");
    assert_eq!(desk.ask(last).await, "1");
    refused(&both.source).await;
    both.adopt(&["--verify"]).await.succeeded();
    both.adopt(&["--cut-over"]).await.succeeded();

    // The way back is found only with the address of that database.
    let without = both.desk.adopt(&["--undo"]).await;
    assert_eq!(without.code, Some(77), "{}", without.told);
    both.adopt(&["--undo"]).await.succeeded();
    assert_eq!(both.recorded().await, 0);
    assert_same(&open, &both.source.dump(Some("public")).await, "way back");
    run(&customer, &message("after undo", "Again")).await;
}

/// Kills a cut-over that has recorded what it is going to revoke, and cannot revoke it because
/// another session is changing the same privileges.
async fn killed_before_revoking(both: &Move) {
    let holder = both.platform().another_admin().await;
    run(
        &holder,
        "begin; grant references on public.support_tickets, public.support_messages, public.support_ticket_activity to anon",
    )
    .await;
    let before = both.recorded().await;
    assert_eq!(before, 0);
    let mut cutting = both.command(&["--cut-over"]).spawn().unwrap();
    while both.recorded().await == 0 {
        assert!(cutting.try_wait().unwrap().is_none(), "it ended");
    }
    cutting.start_kill().unwrap();
    cutting.wait().await.unwrap();
    run(&holder, "rollback").await;
}

/// Kills a cut-over that has revoked, and cannot read the desk's tickets because they are locked.
async fn killed_before_copying(both: &Move) {
    let holder = both.desk.platform.another_admin().await;
    run(
        &holder,
        "begin; lock table helpline.adopted_tickets in access exclusive mode",
    )
    .await;
    let mut cutting = both.command(&["--cut-over"]).spawn().unwrap();
    while both.is_open().await {
        assert!(cutting.try_wait().unwrap().is_none(), "it ended");
    }
    cutting.start_kill().unwrap();
    cutting.wait().await.unwrap();
    run(&holder, "rollback").await;
}

#[tokio::test]
async fn a_difference_leaves_the_platform_closed_and_says_what_to_do() {
    let both = Move::new(&Contents::plain(20)).await;
    both.adopt(&["--copy"]).await.succeeded();
    let open = both.source.dump(Some("public")).await;
    both.desk
        .platform
        .sql(
            "set session_replication_role = replica;
             update helpline.support_messages set body = 'Another text' where id = md5('message 3 1')::uuid;
             set session_replication_role = origin",
        )
        .await;
    let cut = both.adopt(&["--cut-over"]).await;
    assert_eq!(cut.code, Some(1), "{}", cut.told);
    assert!(
        cut.told.contains("run the same command again") && cut.told.contains("--undo"),
        "{}",
        cut.told
    );
    assert!(!both.is_open().await);
    refused(&both.source).await;
    both.adopt(&["--undo"]).await.succeeded();
    assert_same(&open, &both.source.dump(Some("public")).await, "undone");
}

#[tokio::test]
async fn privileges_that_cannot_be_revoked_stop_the_cut_over_before_it_closes_anything() {
    let both = Move::new(&Contents::plain(5)).await;
    both.platform()
        .sql(
            "grant insert on public.support_messages to service_role with grant option;
             set role service_role;
             grant insert on public.support_messages to anon;
             reset role",
        )
        .await;
    let open = both.source.dump(Some("public")).await;
    let cut = both.adopt(&["--cut-over"]).await;
    assert_eq!(cut.code, Some(77), "{}", cut.told);
    assert!(
        cut.told.contains("support_messages by anon"),
        "{}",
        cut.told
    );
    let stays = cut.told.contains("stays revoked");
    assert!(!stays, "nothing was revoked: {}", cut.told);
    assert_eq!(both.recorded().await, 0);
    assert_same(&open, &both.source.dump(Some("public")).await, "refused");
}

#[tokio::test]
async fn a_call_that_waits_for_the_cut_over_is_taken_along() {
    let both = Move::new(&Contents::plain(20)).await;
    both.adopt(&["--copy"]).await.succeeded();
    let writer = both.platform().another_admin().await;
    run(
        &writer,
        "begin; update public.support_tickets set subject = 'Written first' where id = md5('ticket 3')::uuid",
    )
    .await;
    let cutting = both.command(&["--cut-over"]).spawn().unwrap();
    let waiting = "select count(*) from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())";
    let observer = both.platform().another_admin().await;
    while ask(&observer, waiting).await != "1" {}
    let agent = both
        .platform()
        .session("authenticated", "staff agent")
        .await;
    let call = tokio::spawn(async move {
        agent
            .batch_execute("select public.update_ticket_status(md5('ticket 4')::uuid, 'escalated', auth.uid())")
            .await
    });
    while ask(&observer, waiting).await != "2" {}
    run(&writer, "commit").await;
    call.await.unwrap().unwrap();
    let output: Output = cutting.wait_with_output().await.unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for (sql, expected) in [
        (
            "select subject from helpline.support_tickets where id = md5('ticket 3')::uuid",
            "Written first",
        ),
        (
            "select status from helpline.support_tickets where id = md5('ticket 4')::uuid",
            "escalated",
        ),
    ] {
        assert_eq!(both.desk.platform.ask(sql).await, expected);
    }
    both.adopt(&["--verify"]).await.succeeded();
}

#[tokio::test]
async fn an_address_that_cannot_be_meant_is_refused_and_never_shown() {
    let both = Move::new(&Contents::plain(0)).await;
    let own = both.desk.platform.url.clone();
    for (url, code, text) in [
        (own.as_str(), 77, "--source-url names Helpline's own"),
        ("postgres://u:secret@127.0.0.1:1/x", 69, "--source-url"),
        (
            "postgres://u:secret@db.example/x?sslmode=disable",
            64,
            "--source-url",
        ),
        ("secret", 64, "--source-url"),
    ] {
        let mut command = both.command(&["--dry-run"]);
        command.env("HELPLINE_ADOPT_SOURCE_URL", url);
        let refused = done(command).await;
        assert_eq!(refused.code, Some(code), "{url}: {}", refused.told);
        assert!(refused.told.contains(text), "{url}: {}", refused.told);
        assert!(!refused.told.contains("secret"), "{url}: {}", refused.told);
    }
}

#[tokio::test]
async fn chats_move_from_another_database_too() {
    let both = Move::new(&Contents::ODD).await;
    for step in ["--copy", "--verify", "--cut-over"] {
        both.adopt(&[step, "--chats"]).await.succeeded();
    }
    let counts = "select (select count(*) from helpline.support_tickets) || ' ' || (select count(*) from helpline.support_messages)";
    both.source.adopt(&["--copy", "--chats"]).await.succeeded();
    let there = both.platform().ask(counts).await;
    assert_eq!(both.desk.platform.ask(counts).await, there);
    let may = "select has_table_privilege('authenticated', 'public.chat_messages', 'insert')";
    assert_eq!(both.platform().ask(may).await, "false");
    let without = both.adopt(&["--undo"]).await;
    assert_eq!(without.code, Some(77), "{}", without.told);
    both.adopt(&["--undo", "--chats"]).await.succeeded();
    assert_eq!(both.platform().ask(may).await, "true");
}
