//! Tests a ticket that thousands of people have read. Subscribing must return frames of bounded
//! size, in which each read position occurs once.

use helpline_core::ids::TicketId;
use helpline_core::limits;
use serde_json::{Value, json};

use crate::client::{Client, seqs};
use crate::test_server::{Join, TestServer};

const READERS: usize = 4_000;

/// Subscribes to the ticket and checks the frames. Returns the sequence numbers of their events.
async fn joined(client: &mut Client, ticket: TicketId, after: Option<(u64, &str)>) -> Vec<u64> {
    let before = client.transcript.len();
    let pages = client.subscribe(ticket, after).await;
    let frames = client.transcript[before..]
        .iter()
        .filter(|text| text.contains(r#""type":"subscribed""#));
    let longest = frames.map(String::len).max().expect("pages");
    assert!(
        longest <= limits::PAGE_FRAME_BYTES_MAX,
        "a frame of {longest} bytes"
    );
    let reads: Vec<u64> = pages
        .iter()
        .flat_map(|page| page["reads"].as_array().expect("reads"))
        .map(|read| read["seq"].as_u64().expect("a number"))
        .collect();
    let furthest: Vec<u64> = (READERS - limits::READERS_MAX + 1..=READERS)
        .map(|n| n as u64)
        .collect();
    assert_eq!(reads, furthest, "the furthest read positions, each once");
    // If any page of the history has events, the first page has some, because a new client
    // determines from the first page where its history starts.
    let has_events = |page: &Value| page["events"] != json!([]);
    assert_eq!(has_events(&pages[0]), pages.iter().any(has_events));
    let last = pages.last().expect("a last page");
    if let Some(viewers) = last["viewers"].as_array() {
        let sees_cleo = viewers.iter().any(|viewer| viewer["name"] == "Cleo");
        assert!(sees_cleo, "{viewers:?}");
    }
    seqs(&pages)
}

#[tokio::test]
async fn a_ticket_with_thousands_of_readers_is_joined_in_frames_of_bounded_size() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let (ben, cleo) = (
        server.staff("Ben Okafor", "support_agent").await,
        server.staff("Cleo", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let sql = server.sql().await;
    // The readers' names have the maximum length, and each character takes six bytes in JSON.
    sql.batch_execute(&format!(
        "insert into support_messages (ticket_id, sender_id, sender_type, body)
         select '{ticket}', '{}', 'customer', repeat('x', 900) from generate_series(1, 150);
         with readers as (
           insert into people (id, display_name) select gen_random_uuid(), repeat(chr(1), 200) from generate_series(1, {READERS}) returning id)
         insert into support_read_positions (ticket_id, person_id, seq, public_seq)
         select '{ticket}', id, row_number() over (), row_number() over () from readers",
        ada.id
    ))
    .await
    .expect("written");
    let mut watching = server.client(0, &cleo).await;
    watching.subscribe(ticket, None).await;
    watching.send(ticket, "note", "so that it is seen").await;
    for person in [&ben, &ada] {
        let mut client = server.client(0, person).await;
        let latest = joined(&mut client, ticket, None).await;
        assert_eq!(latest.len(), limits::PAGE_EVENTS as usize);
        let page = client.subscribe(ticket, None).await.remove(0);
        let epoch = page["epoch"].as_str().expect("an epoch").to_owned();
        let head = page["head"].as_u64().expect("a head");
        let all = joined(&mut client, ticket, Some((1, &epoch))).await;
        assert_eq!(all, (2..=head).collect::<Vec<_>>());
        assert!(
            joined(&mut client, ticket, Some((head, &epoch)))
                .await
                .is_empty()
        );
        let ack = client
            .send(ticket, &format!("live-{head}"), "on it goes")
            .await;
        assert_eq!(ack["type"], "ack", "{ack}");
        assert_eq!(client.event(ticket).await["seq"], json!(head + 1));
    }
}
