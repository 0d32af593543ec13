//! Checks that a small request does little work, even on a ticket where one long message was edited
//! thousands of times.

use std::collections::HashSet;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use serde_json::json;

use crate::test_server::{Join, Person, TestServer};

/// Number of edits that the test makes by SQL: as many as 20 requests per second make in four
/// minutes.
const EDITS: i32 = 5_000;

/// Creates a ticket whose second message was edited [`EDITS`] times.
async fn much_edited(server: &TestServer, owner: &Person) -> TicketId {
    let ticket = server.ticket(owner).await;
    let sql = server.sql().await;
    sql.execute(
        "insert into support_messages (ticket_id, sender_id, sender_type, body) values ($1, $2, 'customer', $3)",
        &[&ticket.uuid(), &owner.id.uuid(), &"y".repeat(limits::BODY_BYTES_MAX)],
    )
    .await
    .expect("a second message");
    sql.execute(
        "do $$ begin for n in 1..5000 loop
           update support_messages set body = rpad(n::text || md5(n::text), 16384, md5(n::text)), edited_at = now()
           where body like '%y' or body ~ '^[0-9]' ;
         end loop; end $$",
        &[],
    )
    .await
    .expect("edits");
    let rows: i64 = sql
        .query_one(
            "select seq from support_ticket_heads where ticket_id = $1",
            &[&ticket.uuid()],
        )
        .await
        .expect("a head")
        .get(0);
    assert!(rows > i64::from(EDITS), "{rows} rows");
    ticket
}

/// The number of blocks that this database has read. It approximates the amount of data read, which
/// Postgres does not count.
async fn blocks_read(server: &TestServer) -> i64 {
    let sql = server.sql().await;
    sql.batch_execute("select pg_stat_force_next_flush()")
        .await
        .expect("flushed");
    sql.query_one(
        "select (blks_hit + blks_read) from pg_stat_database where datname = current_database()",
        &[],
    )
    .await
    .expect("statistics")
    .get(0)
}

#[tokio::test]
async fn a_page_of_messages_costs_no_page_of_edits_and_no_page_has_megabytes() {
    let server = &TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        &server.customer("Ada Lovelace"),
        &server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = much_edited(server, ada).await;
    for person in [ada, ben] {
        let path = format!("/v1/tickets/{ticket}/messages?limit=200");
        server
            .rest(0, person, "GET", &path, json!({}))
            .await
            .expect(200);
        let before = blocks_read(server).await;
        let page = server
            .rest(0, person, "GET", &path, json!({}))
            .await
            .expect(200);
        let blocks = blocks_read(server).await - before;
        assert_eq!(page["events"].as_array().expect("events").len(), 2);
        assert!(blocks < 20_000, "{blocks} blocks for two messages");
        println!("{blocks} blocks of 8 KiB for a page of two messages");

        // Read the history page by page. Every page must be within its size limit, and no event may
        // be missing or duplicated.
        let (mut before, mut seen, mut largest, mut pages) = (None, HashSet::new(), 0, 0);
        loop {
            let place = before.map_or(String::new(), |seq: u64| format!("&before={seq}"));
            let path = format!("/v1/tickets/{ticket}/activity?limit=200{place}");
            let answer = server.rest(0, person, "GET", &path, json!({})).await;
            largest = largest.max(answer.bytes.len());
            let page = answer.expect(200);
            for event in page["events"].as_array().expect("events") {
                assert!(seen.insert(event["seq"].as_u64().expect("a number")));
            }
            before = page["events"][0]["seq"].as_u64();
            pages += 1;
            // Stop after twenty pages, which are enough to check.
            if page["more_before"] == false || pages == 20 {
                break;
            }
        }
        let newest = seen.iter().max().copied().unwrap_or_default();
        let count = u64::try_from(seen.len()).expect("a count");
        assert_eq!(
            seen.iter().min().copied(),
            Some(newest + 1 - count),
            "no hole"
        );
        let most = limits::PAGE_BYTES_MAX as usize + 4 * limits::BODY_BYTES_MAX;
        assert!(largest < most, "a page of {largest} bytes");
    }
}

#[tokio::test]
async fn a_resume_through_long_edits_misses_nothing() {
    let server = &TestServer::start(1, Join::Alone).await;
    let ada = &server.customer("Ada Lovelace");
    let ticket = much_edited(server, ada).await;
    let mut client = server.client(0, ada).await;
    let first = client.subscribe(ticket, None).await;
    let epoch = first[0]["epoch"].as_str().expect("an epoch").to_owned();
    let head = first[0]["head"].as_u64().expect("a head");
    drop(client);
    let mut client = server.client(0, ada).await;
    let pages = client.subscribe(ticket, Some((head - 300, &epoch))).await;
    let seen: Vec<u64> = pages
        .iter()
        .flat_map(|page| page["events"].as_array().expect("events"))
        .filter_map(|event| event["seq"].as_u64())
        .collect();
    assert_eq!(seen, (head - 299..=head).collect::<Vec<_>>());
}
