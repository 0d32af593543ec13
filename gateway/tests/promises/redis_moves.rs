//! Tests Redis on several servers: a master that Sentinels name, and the nodes of a cluster. To
//! check that events go through Redis, the tests use typing frames. Typing frames are not stored,
//! so the sweep of the database cannot deliver them.

use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_rig::{Gateway, Redis, Sentinel};
use serde_json::json;

use crate::client::Client;
use crate::test_server::{Join, Person, TestServer, eventually};
use crate::tls::{log_of, relay_of};

/// Time limit for a failover. A Sentinel polls the master every second and fails over one second
/// after the master stops answering.
const WITHIN: Duration = Duration::from_secs(30);

pub async fn relay_is(state: &str, gateway: &Gateway) {
    eventually(&format!("the relay is {state}"), WITHIN, async || {
        (relay_of(gateway).await == state).then_some(())
    })
    .await;
}

/// A customer on the first instance, and an agent on the second instance.
pub struct Pair {
    ada: Person,
    customer: Client,
    agent: Client,
}

impl Pair {
    pub async fn enter(server: &TestServer) -> Self {
        let (ada, ben) = (
            server.customer("Ada Lovelace"),
            server.staff("Ben Okafor", "support_agent").await,
        );
        let (customer, agent) = (server.client(0, &ada).await, server.client(1, &ben).await);
        Self {
            ada,
            customer,
            agent,
        }
    }

    /// Creates a ticket. The customer and the agent both subscribe to it.
    pub async fn open(&mut self, server: &TestServer) -> TicketId {
        let ticket: TicketId = server.ticket(&self.ada).await;
        self.customer.subscribe(ticket, None).await;
        self.agent.subscribe(ticket, None).await;
        ticket
    }
}

/// Asserts that a typing frame sent on the first instance arrives on the second instance.
async fn typing_crosses(server: &TestServer) {
    let mut pair = Pair::enter(server).await;
    let ticket = pair.open(server).await;
    typing_crosses_at(ticket, &mut pair).await;
}

pub async fn typing_crosses_at(ticket: TicketId, pair: &mut Pair) {
    let Pair {
        customer, agent, ..
    } = pair;
    // Repeat until a typing frame arrives, because frames that are sent while the instances switch
    // to another Redis may be lost.
    let mut on = false;
    eventually("typing crosses", WITHIN, async || {
        on = !on;
        customer
            .say(&json!({ "type": "typing", "ticket": ticket, "on": on }))
            .await;
        let seen = agent.drain(Duration::from_millis(300)).await;
        seen.iter()
            .any(|frame| frame["type"] == "typing" && frame["ticket"] == json!(ticket))
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn instances_follow_the_master_that_sentinels_name() {
    let master = Redis::start_new().await.expect("a master starts");
    let replica = master.start_replica().await.expect("a replica starts");
    let sentinel = Sentinel::start_new("desk", &master)
        .await
        .expect("a Sentinel starts");
    // The first Sentinel is down, so the instance must ask the second.
    let urls = format!("redis://127.0.0.1:1,redis://127.0.0.1:{}", sentinel.port());
    let server = TestServer::start_with(2, Join::Alone, |spec| {
        spec.env("HELPLINE_REDIS_URL", urls.as_str())
            .env("HELPLINE_REDIS_SENTINEL", "desk")
    })
    .await;
    relay_came_up(&server, 1).await;
    typing_crosses(&server).await;

    // A frozen Redis keeps its connections open, like a machine that has lost its network.
    master.freeze();
    relay_came_up(&server, 2).await;
    typing_crosses(&server).await;

    // The former master returns as a replica, and no instance may use it. Then the new master is
    // killed, and the replica becomes master again.
    master.thaw();
    eventually("the former master follows", WITHIN, async || {
        master.is_replica().await.ok()?.then_some(())
    })
    .await;
    replica.kill9().await.expect("it dies");
    relay_came_up(&server, 3).await;
    typing_crosses(&server).await;
}

/// Waits until every instance has logged `times` times that the relay works.
pub async fn relay_came_up(server: &TestServer, times: usize) {
    for gateway in &server.gateways {
        eventually(
            &format!("the relay came up {times} times"),
            WITHIN,
            async || {
                let log = log_of(gateway);
                (log.matches("Redis relay is working").count() >= times).then_some(())
            },
        )
        .await;
    }
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
    // Cut only the instance's subscription connection to Redis. The connection for publishing still
    // works and leads to the former master.
    let other = Redis::start_new().await.expect("another master starts");
    sentinel
        .watch("desk", &other)
        .await
        .expect("the Sentinel watches it");
    master
        .kill_subscribers()
        .await
        .expect("the subscribers are disconnected");
    eventually("a probe returns from the new master", WITHIN, async || {
        (log_of(gateway).matches("Redis relay is working").count() == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn every_node_of_a_cluster_is_as_good_as_the_others() {
    let [first, second] = Redis::start_cluster().await.expect("a cluster starts");
    let names = std::sync::atomic::AtomicUsize::new(0);
    let server = TestServer::start_with(2, Join::Alone, |spec| {
        // Each instance starts with a different node of the cluster.
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

#[tokio::test]
async fn nodes_that_are_cut_off_hold_up_none_that_answers() {
    let [first, second] = Redis::start_cluster().await.expect("a cluster starts");
    let wall = Wall::new().await;
    let cut_off = format!("redis://{}", wall.address);
    let urls = [
        cut_off.as_str(),
        &cut_off,
        &cut_off,
        &cut_off,
        &first.url(),
        &second.url(),
    ]
    .join(",");
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_REDIS_URL", urls.as_str())
    })
    .await;
    relay_is("up", &server.gateways[0]).await;
}

/// An address where connection attempts never complete, as behind a firewall: the listener's queue
/// is full, and it accepts no connection.
struct Wall {
    address: std::net::SocketAddr,
    _listener: tokio::net::TcpListener,
    _queued: Vec<tokio::net::TcpStream>,
}

impl Wall {
    async fn new() -> Self {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket
            .bind((std::net::Ipv4Addr::LOCALHOST, 0).into())
            .expect("a free port");
        let listener = socket.listen(1).expect("it listens");
        let address = listener.local_addr().expect("an address");
        let mut queued = Vec::new();
        // Fill the listener's queue. On this machine, a connection attempt succeeds at once or not
        // at all.
        while let Ok(Ok(one)) = tokio::time::timeout(
            Duration::from_millis(500),
            tokio::net::TcpStream::connect(address),
        )
        .await
        {
            queued.push(one);
        }
        Self {
            address,
            _listener: listener,
            _queued: queued,
        }
    }
}

#[tokio::test]
async fn a_master_on_another_machine_is_not_spoken_to_in_clear_text() {
    let master = Redis::start_new().await.expect("a master starts");
    let _replica = master.start_replica().await.expect("a replica starts");
    let sentinel = Sentinel::start_new("desk", &master)
        .await
        .expect("a Sentinel starts");
    sentinel
        .move_to_host("desk", "0.0.0.0")
        .await
        .expect("the Sentinel watches it");
    // The first Sentinel in the list does not know a master named `desk`, so the instance must ask
    // the second.
    let other = Sentinel::start_new("other", &master)
        .await
        .expect("another Sentinel starts");
    let url = [other.port(), sentinel.port()]
        .map(|port| format!("redis://:geheim@127.0.0.1:{port}"))
        .join(",");
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_REDIS_URL", url.as_str())
            .env("HELPLINE_REDIS_SENTINEL", "desk")
    })
    .await;
    let gateway = &server.gateways[0];
    eventually("the reason in the log", WITHIN, async || {
        log_of(gateway)
            .contains("the master is another machine")
            .then_some(())
    })
    .await;
    assert_eq!(relay_of(gateway).await, "down");
    assert!(!log_of(gateway).contains("geheim"));
}
