//! Redis in more than one place: the master that Sentinels name, and the nodes of a cluster. Typing is the witness that news crosses by Redis:
//! it is in no table, so the sweep cannot bring it.

use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_rig::{Gateway, Redis, Sentinel};
use serde_json::json;

use crate::test_server::{Join, TestServer, eventually};
use crate::tls::{log_of, relay_of};

/// A Sentinel decides after a second, and looks once a second.
const WITHIN: Duration = Duration::from_secs(30);

async fn relay_is(state: &str, gateway: &Gateway) {
    eventually(&format!("the relay is {state}"), WITHIN, async || {
        (relay_of(gateway).await == state).then_some(())
    })
    .await;
}

/// Typing at the first instance is seen at the second.
async fn typing_crosses(server: &TestServer) {
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket: TicketId = server.ticket(&ada).await;
    let (mut customer, mut agent) = (server.client(0, &ada).await, server.client(1, &ben).await);
    customer.subscribe(ticket, None).await;
    agent.subscribe(ticket, None).await;
    customer
        .say(&json!({ "type": "typing", "ticket": ticket, "on": true }))
        .await;
    agent
        .expect("typing", |frame| frame["type"] == "typing")
        .await;
}

#[tokio::test]
async fn instances_follow_the_master_that_sentinels_name() {
    let master = Redis::start_new().await.expect("a master starts");
    let replica = master.start_replica().await.expect("a replica starts");
    let sentinel = Sentinel::start_new("desk", &master)
        .await
        .expect("a Sentinel starts");
    // One of them is away: the others are asked.
    let urls = format!("redis://127.0.0.1:1,redis://127.0.0.1:{}", sentinel.port());
    let server = TestServer::start_with(2, Join::Alone, |spec| {
        spec.env("HELPLINE_REDIS_URL", urls.as_str())
            .env("HELPLINE_REDIS_SENTINEL", "desk")
    })
    .await;
    for gateway in &server.gateways {
        relay_is("up", gateway).await;
    }
    typing_crosses(&server).await;

    // A frozen one keeps its connections, as a machine does that left the network.
    master.freeze();
    for gateway in &server.gateways {
        relay_is("down", gateway).await;
    }
    for gateway in &server.gateways {
        relay_is("up", gateway).await;
    }
    typing_crosses(&server).await;

    // It comes back as a replica, which must draw no instance to itself; then the new master is killed, and it is one again.
    master.thaw();
    replica.kill9().await.expect("it dies");
    for gateway in &server.gateways {
        relay_is("down", gateway).await;
    }
    for gateway in &server.gateways {
        relay_is("up", gateway).await;
    }
    typing_crosses(&server).await;
}

#[tokio::test]
async fn what_is_published_goes_where_it_is_listened_to() {
    let master = Redis::start_new().await.expect("a master starts");
    let _replica = master.start_replica().await.expect("a replica starts");
    let sentinel = Sentinel::start_new("desk", &master)
        .await
        .expect("a Sentinel starts");
    let url = format!("redis://127.0.0.1:{}", sentinel.port());
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_REDIS_URL", url.as_str())
            .env("HELPLINE_REDIS_SENTINEL", "desk")
    })
    .await;
    let gateway = &server.gateways[0];
    relay_is("up", gateway).await;
    // Only the subscription is lost; the connection that is published over still works, and leads to the former master.
    let other = Redis::start_new().await.expect("another master starts");
    sentinel.watch("desk", &other).await.expect("it is watched");
    master.kill_subscribers().await.expect("they are gone");
    eventually(
        "a probe comes back from the other one",
        WITHIN,
        async || (log_of(gateway).matches("Redis relay is working").count() == 2).then_some(()),
    )
    .await;
}

#[tokio::test]
async fn every_node_of_a_cluster_is_as_good_as_the_others() {
    let [first, second] = Redis::start_cluster().await.expect("a cluster starts");
    let names = std::sync::atomic::AtomicUsize::new(0);
    let server = TestServer::start_with(2, Join::Alone, |spec| {
        // Each begins with another one.
        let urls = match names.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => [first.url(), second.url()],
            _ => [second.url(), first.url()],
        };
        spec.env("HELPLINE_REDIS_URL", urls.join(","))
    })
    .await;
    for gateway in &server.gateways {
        relay_is("up", gateway).await;
    }
    typing_crosses(&server).await;
    first.kill9().await.expect("it dies");
    eventually("the second node is found", WITHIN, async || {
        (log_of(&server.gateways[0])
            .matches("subscribed to Redis")
            .count()
            >= 2)
            .then_some(())
    })
    .await;
    relay_is("up", &server.gateways[0]).await;
    typing_crosses(&server).await;
}

#[tokio::test]
async fn servers_that_know_nothing_of_each_other_are_refused() {
    let (one, other) = (
        Redis::start_new().await.expect("it starts"),
        Redis::start_new().await.expect("it starts"),
    );
    let urls = [one.url(), other.url()].join(",");
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_REDIS_URL", urls.as_str())
    })
    .await;
    let gateway = &server.gateways[0];
    eventually("the reason in the log", WITHIN, async || {
        log_of(gateway)
            .contains("no node of a Redis Cluster")
            .then_some(())
    })
    .await;
    assert_eq!(relay_of(gateway).await, "down");
}
