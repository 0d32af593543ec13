//! Checks that all clients receive events in one order and without gaps, and that a client can
//! resume on any instance.

use std::time::Duration;

use serde_json::json;

use crate::client::seqs;
use crate::test_server::{Join, TestServer};

#[tokio::test]
async fn everybody_sees_one_order_whoever_writes() {
    let server = TestServer::start(2, Join::Redis).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let mut watchers = Vec::new();
    for n in 0..2 {
        let mut watcher = server.client(n, &ben).await;
        watcher.subscribe(ticket, None).await;
        watchers.push(watcher);
    }
    let mut customer = server.client(0, &ada).await;
    let customer_begin = customer.subscribe(ticket, None).await;
    let writers = (0..4).map(|writer| {
        let (server, ada, ben) = (&server, &ada, &ben);
        async move {
            let person = if writer % 2 == 0 { ada } else { ben };
            let mut client = server.client(writer % 2, person).await;
            for n in 0..50 {
                let ack = client.send(ticket, &format!("w{writer}-{n}"), "text").await;
                assert_eq!(ack["type"], "ack", "{ack}");
            }
        }
    });
    let by_hand = async {
        let sql = server.sql().await;
        for n in 0..50 {
            sql.execute(
                "insert into support_messages (ticket_id, sender_id, sender_type, body, is_internal)
                 select $1, $2, 'admin', 'by hand ' || x, x = 2 from generate_series(1, 1 + $3 % 3) x",
                &[&ticket.uuid(), &ben.id.uuid(), &n],
            )
            .await
            .expect("plain SQL writes");
        }
    };
    tokio::join!(futures_util::future::join_all(writers), by_hand);

    let head: i64 = server
        .sql()
        .await
        .query_one(
            "select seq from support_ticket_heads where ticket_id = $1",
            &[&ticket.uuid()],
        )
        .await
        .expect("a head")
        .get(0);
    let mut histories = Vec::new();
    for watcher in &mut watchers {
        let mut history = Vec::new();
        while history
            .last()
            .is_none_or(|event: &serde_json::Value| event["seq"] != json!(head))
        {
            history.push(watcher.event(ticket).await);
        }
        let numbers = seqs(&history);
        assert!(
            numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
            "a gap or a duplicate: {numbers:?}"
        );
        histories.push(history);
    }
    assert_eq!(
        histories[0], histories[1],
        "two observers saw different histories"
    );
    let public = customer.drain(Duration::from_millis(1_500)).await;
    let numbers = seqs(
        customer_begin
            .iter()
            .chain(public.iter().filter(|frame| frame["type"] == "event")),
    );
    assert!(
        numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "the customer's numbering has a gap: {numbers:?}"
    );
}

#[tokio::test]
async fn any_instance_resumes_from_a_number_alone() {
    let server = TestServer::start(2, Join::Redis).await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut first = server.client(0, &ada).await;
    let pages = first.subscribe(ticket, None).await;
    let (head, epoch) = (
        pages[0]["head"].as_u64().expect("a head"),
        pages[0]["epoch"].as_str().expect("an epoch").to_owned(),
    );
    drop(first);
    let mut other = server.client(0, &ada).await;
    for n in 0..450 {
        assert_eq!(
            other.send(ticket, &format!("k{n}"), &"x".repeat(200)).await["type"],
            "ack"
        );
    }
    let mut back = server.client(1, &ada).await;
    let pages = back.subscribe(ticket, Some((head, &epoch))).await;
    assert!(pages.iter().all(|page| page["reset"] == false));
    assert_eq!(seqs(&pages), (head + 1..=head + 450).collect::<Vec<_>>());
    assert!(
        back.transcript.iter().all(|text| text.len() <= 16 * 1024),
        "a page exceeds its limit"
    );
}

#[tokio::test]
async fn a_number_that_means_nothing_starts_over() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_REPLAY_EVENTS_MAX", "20")
    })
    .await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &ada).await;
    let epoch = client.subscribe(ticket, None).await[0]["epoch"]
        .as_str()
        .expect("an epoch")
        .to_owned();
    for n in 0..30 {
        client.send(ticket, &format!("k{n}"), "x").await;
    }
    for (after, epoch) in [
        (10_000, epoch.as_str()),
        (1, "another-epoch"),
        (1, epoch.as_str()),
    ] {
        let pages = client.subscribe(ticket, Some((after, epoch))).await;
        assert_eq!(pages[0]["reset"], true, "after {after} in {epoch}");
        let numbers = seqs(&pages);
        assert_eq!(numbers.last().copied(), pages[0]["head"].as_u64());
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));
    }
}

#[tokio::test]
async fn joining_while_others_write_has_no_hole() {
    let server = TestServer::start(2, Join::Redis).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let writing = async {
        let mut client = server.client(0, &ada).await;
        for n in 0..300 {
            client.send(ticket, &format!("k{n}"), "x").await;
        }
    };
    let joining = async {
        for round in 0..20 {
            let mut client = server.client(round % 2, &ben).await;
            let mut frames = client.subscribe(ticket, None).await;
            for _ in 0..5 {
                frames.push(client.event(ticket).await);
            }
            let numbers = seqs(&frames);
            assert!(
                numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
                "round {round}: {numbers:?}"
            );
        }
    };
    // Stop when either task ends. When writing has ended, a client that joins would wait forever
    // for the next event.
    tokio::select! { () = writing => {}, () = joining => {} }
}
