//! Checks what subscribers receive if the database is replaced while they are connected.

use std::process::Command;

use serde_json::json;

use crate::client::seqs;
use crate::test_server::{Join, TestServer};

fn copy(from: &std::path::Path, to: &std::path::Path) {
    let _ = std::fs::remove_dir_all(to);
    let copied = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .expect("cp runs");
    assert!(copied.success());
}

#[tokio::test]
async fn subscribers_of_a_restored_database_start_over_and_nothing_is_shown_twice() {
    let postgres = helpline_rig::Postgres::start_temporary()
        .await
        .expect("a Postgres starts");
    let server = TestServer::start_apart(postgres, 2, Join::Redis).await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &ada).await;
    client.send(ticket, "before", "before").await;

    // Take a file-level backup, and then write a message that restoring the backup removes.
    let data = server.postgres.data_dir().to_owned();
    let backup = data.with_file_name("backup");
    server.postgres.stop().await.expect("stopped");
    copy(&data, &backup);
    server.postgres.restart().await.expect("back");
    let mut client = server.client(0, &ada).await;
    let epoch = client.subscribe(ticket, None).await[0]["epoch"].clone();
    let lost = client.send(ticket, "lost", "lost").await;
    assert_eq!(lost["type"], "ack");
    client.event(ticket).await;

    server.postgres.stop().await.expect("stopped");
    copy(&backup, &data);
    server.postgres.restart().await.expect("restored");
    // The instance notices the restore without being told, because the database is behind the
    // events that it has delivered.
    client
        .expect("a reset", |frame| {
            frame["type"] == "reset" && frame["ticket"] == json!(ticket)
        })
        .await;
    // Clients that were not connected must also get a `reset` (an instruction to load the history
    // again). The restored files contain the same epoch as the lost events, so the instance has
    // recorded a new epoch.
    assert_eq!(
        client
            .subscribe(ticket, Some((1, epoch.as_str().expect("an epoch"))))
            .await[0]["reset"],
        true
    );
    let pages = client.subscribe(ticket, None).await;
    let epoch = pages[0]["epoch"].clone();
    let bodies: Vec<_> = pages[0]["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| event["message"]["body"].clone())
        .collect();
    assert!(
        bodies.contains(&json!("before")) && !bodies.contains(&json!("lost")),
        "{bodies:?}"
    );
    // The client still has the lost message in its outbox and sends it again with the same
    // idempotency key. The message gets the next free position.
    let again = client.send(ticket, "lost", "lost").await;
    assert_eq!(
        (&again["type"], &again["duplicate"]),
        (&json!("ack"), &json!(false)),
        "{again}"
    );
    let event = client.event(ticket).await;
    assert_eq!(
        event["seq"].as_u64(),
        seqs(&pages).last().map(|last| last + 1)
    );

    // If the operator reports a restore, the epoch changes even if no event position reveals the
    // restore.
    server
        .sql()
        .await
        .execute("select helpline_record_restore()", &[])
        .await
        .expect("the operator records the restore");
    let reset = client
        .expect("a reset", |frame| {
            frame["type"] == "reset" && frame["ticket"] == json!(ticket)
        })
        .await;
    assert_ne!(reset["epoch"], epoch);
    assert_eq!(
        client
            .subscribe(ticket, Some((1, epoch.as_str().expect("an epoch"))))
            .await[0]["reset"],
        true
    );
}
