//! Checks that customers see at most one word of a staff member's name, in every place. Live frames
//! and the stored history must have the same bytes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Client;
use crate::kit::rest::{RestClient, signed, with_body};
use crate::test_server::{Join, Person, TestServer};

/// A part of every name in this test that no customer may see.
const CANARY: &str = "Vornehm";

/// A staff member's name, and the part of it that customers see.
const NAMES: &[(&str, Option<&str>)] = &[
    ("Grete\u{a0}Vornehm", Some("Grete")),
    ("Vornehm,Grete", Some("Grete")),
    ("Grete\u{200b}Vornehm", Some("Grete")),
    ("\u{202e}Grete Vornehm", Some("Grete")),
    ("Dr. Grete Vornehm", Some("Grete")),
    ("grete.Vornehm@example.org", None),
];

/// Sends a GET request as this person. Returns the response's body.
async fn rest(server: &TestServer, person: &Person, path: &str) -> String {
    let url = format!("{}{path}", server.gateways[0].http_url());
    let request = signed("GET", &url, &person.token);
    RestClient::default()
        .send(with_body(request, None))
        .await
        .expect_text(200)
}

/// Does everything by which an agent becomes visible to the customer. Returns the position of the
/// agent's message.
async fn act(agent: &mut Client, ticket: helpline_core::ids::TicketId, key: &str) -> u64 {
    agent.subscribe(ticket, None).await;
    agent
        .say(&json!({ "type": "typing", "ticket": ticket, "on": true }))
        .await;
    let ack = agent.send(ticket, key, "Let me look.").await;
    let seq = ack["seq"].as_u64().expect("an ack");
    agent
        .say(&json!({ "type": "read", "ticket": ticket, "seq": seq }))
        .await;
    seq
}

#[tokio::test]
async fn a_customer_sees_one_word_of_a_name_and_the_same_live_and_later() {
    let server = TestServer::start(2, Join::Redis).await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut customer = server.client(0, &ada).await;
    let begin = customer.subscribe(ticket, None).await;
    let (after, epoch) = (
        begin[0]["head"].as_u64().expect("a head"),
        begin[0]["epoch"].as_str().expect("an epoch").to_owned(),
    );
    for (n, (name, shown)) in NAMES.iter().enumerate() {
        let person = server.staff(name, "support_agent").await;
        // Half of the agents use the second instance, so that their frames go through Redis.
        let mut agent = server.client(n % 2, &person).await;
        let key = format!("k{n}");
        act(&mut agent, ticket, &key).await;
        let event = customer
            .expect("the answer", |frame| frame["message"]["key"] == json!(key))
            .await;
        assert_eq!(
            event["actor"],
            json!({ "type": "admin", "name": shown }),
            "{name:?}"
        );
        let typing = customer
            .expect("typing", |frame| frame["type"] == "typing")
            .await;
        assert_eq!(typing["person"], event["actor"], "{name:?}");
        let read = customer
            .expect("a read position", |frame| {
                frame["type"] == "read" && frame["person"]["type"] == "admin"
            })
            .await;
        assert_eq!(read["person"], event["actor"], "{name:?}");
        let sql = format!("update support_tickets set assigned_to = '{}'", person.id);
        server
            .sql()
            .await
            .batch_execute(&sql)
            .await
            .expect("assigned");
        let assigned = customer
            .expect("the assignment", |frame| frame["kind"] == "assigned")
            .await;
        assert_eq!(assigned["new_value"], json!(shown), "{name:?}");
        // Close this agent's connection before the next agent connects.
        drop(agent);
    }
    customer.drain(Duration::from_millis(500)).await;
    let live: Vec<String> = customer
        .transcript
        .iter()
        .filter(|text| text.starts_with(r#"{"type":"event""#))
        .cloned()
        .collect();
    assert!(live.len() >= 2 * NAMES.len(), "{live:?}");

    let mut later = server.client(1, &ada).await;
    later.subscribe(ticket, Some((after, &epoch))).await;
    let pages: String = later.transcript.concat();
    let mut rest_pages = String::new();
    for path in [
        format!("/v1/tickets/{ticket}/activity?after={after}&limit=200"),
        format!("/v1/tickets/{ticket}/messages?limit=200"),
        format!("/v1/tickets/{ticket}"),
        "/v1/tickets".to_owned(),
        "/v1/tickets?search=work".to_owned(),
        "/v1/me".to_owned(),
        "/v1/me/unread".to_owned(),
        "/v1/availability".to_owned(),
    ] {
        rest_pages.push_str(&rest(&server, &ada, &path).await);
    }
    for event in &live {
        let bytes = event.replacen(r#""type":"event","#, "", 1);
        assert!(
            pages.contains(&bytes) && rest_pages.contains(&bytes),
            "live and later differ: {bytes}"
        );
    }
    for bytes in customer
        .transcript
        .iter()
        .chain(&later.transcript)
        .chain([&rest_pages])
    {
        assert!(
            !bytes.contains(CANARY)
                && !bytes.contains(&CANARY.to_lowercase())
                && !bytes.contains("example.org\",\"name\":\"G"),
            "{bytes}"
        );
    }
    // Staff see the staff member's whole name.
    let colleague = server.staff("Ben Okafor", "support_agent").await;
    let mut console = server.client(0, &colleague).await;
    let pages: Vec<Value> = console.subscribe(ticket, None).await;
    assert!(pages.iter().any(|page| page.to_string().contains(CANARY)));
}
