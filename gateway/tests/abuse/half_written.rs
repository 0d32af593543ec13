//! A peer that reads slowly, so that a large frame is written in parts. A pong or a Close frame
//! that the server sends during that time must not interrupt the large frame.

use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::reject::CloseCode;
use serde_json::{Value, json};

use crate::measure::figure_becomes;
use crate::raw::{CLOSE, FIN, PING, Raw, TEXT, frame, upgraded_deaf};
use crate::test_server::{Join, TestServer};

const PONG: u8 = 0xA;
/// Number of messages on the ticket. Together they exceed the socket buffers of both ends, so the
/// server must wait for the peer to read.
const MESSAGES: usize = 100;
const BODY_BYTES: usize = 15_000;
const LONG: Duration = Duration::from_secs(30);

/// A ticket with more history than fits into the buffers of a connection, and a peer that has
/// requested the history.
struct Setup {
    server: TestServer,
    peer: Raw,
    agent: helpline_core::ids::UserId,
}

impl Setup {
    async fn new() -> Self {
        let server = TestServer::start(1, Join::Alone).await;
        let (ada, ben) = (
            server.customer("Ada Lovelace"),
            server.staff("Ben Okafor", "support_agent").await,
        );
        let ticket = server.ticket(&ada).await;
        let mut writer = server.client(0, &ada).await;
        let body = "é".repeat(BODY_BYTES / 2);
        for n in 0..MESSAGES {
            writer.send(ticket, &format!("k{n}"), &body).await;
        }
        let mut peer = upgraded_deaf(server.gateways[0].port()).await;
        peer.hello(&ben.token).await;
        peer.write(&frame(FIN | TEXT, subscribe(ticket).as_bytes()))
            .await
            .unwrap();
        Self {
            server,
            peer,
            agent: ben.id,
        }
    }
}

fn subscribe(ticket: TicketId) -> String {
    json!({ "type": "subscribe", "id": 2, "ticket": ticket, "after": 0 }).to_string()
}

/// The next frame: its opcode, and the JSON of a text frame.
async fn next(peer: &mut Raw) -> Option<(u8, Value)> {
    let (opcode, payload) = tokio::time::timeout(LONG, peer.read_frame())
        .await
        .expect("the server goes on")?;
    let json = if opcode == TEXT {
        serde_json::from_slice(&payload).expect("a text frame is whole, and JSON")
    } else {
        Value::Null
    };
    Some((opcode, json))
}

#[tokio::test]
async fn a_pong_never_interrupts_a_frame_that_is_half_written() {
    let Setup {
        server, mut peer, ..
    } = Setup::new().await;
    let (mut numbers, mut pings, mut pongs) = (Vec::new(), 0, 0);
    loop {
        let (opcode, json) = next(&mut peer).await.expect("the connection stays open");
        match opcode {
            TEXT if json["type"] == "subscribed" => {
                numbers.extend(
                    json["events"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|event| event["seq"].as_u64().unwrap()),
                );
                // The server has already written the start of the frame after this one, and waits
                // until the peer reads.
                peer.write(&frame(FIN | PING, b"alive")).await.unwrap();
                pings += 1;
                if json["more"] == false {
                    break;
                }
            }
            TEXT => {}
            PONG => pongs += 1,
            other => panic!("opcode {other}"),
        }
    }
    while pongs == 0 || numbers.is_empty() {
        let (opcode, _) = next(&mut peer).await.expect("the connection stays open");
        pongs += u32::from(opcode == PONG);
    }
    let count = numbers.len() as u64;
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    assert!(
        count > MESSAGES as u64,
        "the ticket and its messages: {count}"
    );
    assert!(pings > 50, "{pings} pages");
    drop(server);
}

#[tokio::test]
async fn a_close_frame_comes_after_the_rest_of_a_frame_that_is_half_written() {
    let Setup {
        server,
        mut peer,
        agent,
    } = Setup::new().await;
    // The first frame (`subscribed`) has arrived, so the server is writing the frames after it.
    let (opcode, first) = next(&mut peer).await.unwrap();
    assert!(opcode == TEXT && first["type"] == "subscribed", "{first}");
    server
        .sql()
        .await
        .execute(
            "delete from user_roles where user_id = $1",
            &[&agent.uuid()],
        )
        .await
        .unwrap();
    figure_becomes(
        server.gateways[0].port(),
        "helpline_closes_total",
        1.0,
        LONG,
    )
    .await;
    let mut wholes = 0;
    let code = loop {
        let (opcode, payload) = tokio::time::timeout(
            Duration::from_millis(limits::CLOSE_TIMEOUT_MS) + LONG,
            peer.read_frame(),
        )
        .await
        .expect("the server goes on")
        .expect("a Close frame comes before the end");
        if opcode == CLOSE {
            break u16::from_be_bytes([payload[0], payload[1]]);
        }
        serde_json::from_slice::<Value>(&payload).expect("a frame is whole, and JSON");
        wholes += 1;
    };
    assert_eq!(code, CloseCode::Revoked.code());
    assert!(wholes > 0, "a frame was half written");
}
