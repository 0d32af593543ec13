//! Tests a Redis Cluster with sharded pub/sub. Events must go only through the master that owns the
//! channel's slot, and must follow the slot when the slot moves to another master. As in
//! `redis_moves`, the tests use typing frames, which the sweep cannot deliver.

use std::collections::BTreeMap;
use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_rig::{GatewaySpec, Redis, RedisShards};

use crate::redis_moves::{Pair, relay_came_up, relay_is, typing_crosses_at};
use crate::test_server::{Join, TestServer, eventually};
use crate::tls::{log_of, relay_of};

const WITHIN: Duration = Duration::from_secs(30);
/// Enough tickets that each of three masters has the channel of at least one ticket. The
/// probability of a miss is 1 in 10^10.
const TICKETS: usize = 60;

fn by_shards(spec: GatewaySpec, urls: &str) -> GatewaySpec {
    spec.env("HELPLINE_REDIS_URL", urls)
        .env("HELPLINE_REDIS_PUBSUB", "sharded")
}

async fn asked<T: redis::FromRedisValue>(node: &Redis, words: &[&str]) -> T {
    let client = redis::Client::open(node.url()).expect("an address");
    let mut connection = client
        .get_multiplexed_async_connection()
        .await
        .expect("it answers");
    let (first, rest) = words.split_first().expect("a command");
    let mut command = redis::cmd(first);
    for word in rest {
        command.arg(*word);
    }
    command
        .query_async(&mut connection)
        .await
        .expect("it knows")
}

/// The indexes of the nodes that have a subscriber to this ticket's channel.
async fn carriers(nodes: &[Redis], ticket: TicketId) -> Vec<usize> {
    let pattern = format!("*.t.{ticket}");
    let mut carriers = Vec::new();
    for (place, node) in nodes.iter().enumerate() {
        let channels: Vec<String> = asked(node, &["PUBSUB", "SHARDCHANNELS", &pattern]).await;
        if !channels.is_empty() {
            carriers.push(place);
        }
    }
    carriers
}

/// Opens tickets until every master has the channel of at least one ticket. Returns one ticket for
/// each master, by the master's index.
async fn one_by_master(
    server: &TestServer,
    pair: &mut Pair,
    nodes: &[Redis],
    masters: usize,
) -> BTreeMap<usize, TicketId> {
    let mut found = BTreeMap::new();
    for _ in 0..TICKETS {
        let ticket = pair.open(server).await;
        let carriers = carriers(nodes, ticket).await;
        assert_eq!(
            carriers.len(),
            1,
            "several nodes carry the ticket: {carriers:?}"
        );
        found.insert(carriers[0], ticket);
        if found.len() == masters {
            return found;
        }
    }
    panic!("not every master carries a ticket: {found:?}");
}

#[tokio::test]
async fn news_goes_by_the_owner_of_its_slot_and_by_no_other_node() {
    // Nodes with this setting do not report their host, so clients must use the host that they
    // connected to.
    let unknown = ("cluster-preferred-endpoint-type", "unknown-endpoint");
    let shards = RedisShards::start_new_with(3, &[unknown])
        .await
        .expect("a cluster starts");
    let nodes = shards.nodes();
    for node in nodes {
        // The Redis permissions that docs/operations.md lists.
        let rights = "ACL SETUSER desk on >geheim resetkeys resetchannels &* -@all +ssubscribe +sunsubscribe +spublish +ping \
                      +cluster|info +cluster|slots";
        let words: Vec<_> = rights.split_whitespace().collect();
        let _: String = asked(node, &words).await;
    }
    let signed_in = |urls: &str| urls.replace("redis://", "redis://desk:geheim@");
    let times = std::sync::atomic::AtomicUsize::new(0);
    let server = TestServer::start_with(2, Join::Alone, |spec| {
        // The address of one node is enough. If the addresses of several nodes are given, one node
        // may be down.
        match times.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => by_shards(spec, &signed_in(&nodes[2].url())),
            _ => by_shards(
                spec,
                &signed_in(&format!("redis://127.0.0.1:1,{}", shards.urls())),
            ),
        }
    })
    .await;
    relay_came_up(&server, 1).await;
    let mut pair = Pair::enter(&server).await;
    let tickets = one_by_master(&server, &mut pair, nodes, 3).await;
    for ticket in tickets.values() {
        typing_crosses_at(*ticket, &mut pair).await;
    }
    for node in nodes {
        let classic: Vec<String> = asked(node, &["PUBSUB", "CHANNELS"]).await;
        assert_eq!(classic, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_slot_that_moves_to_another_master_is_followed() {
    let shards = RedisShards::start_new(2).await.expect("a cluster starts");
    let (nodes, urls) = (shards.nodes(), shards.urls());
    let server = TestServer::start_with(2, Join::Alone, |spec| by_shards(spec, &urls)).await;
    relay_came_up(&server, 1).await;
    let mut pair = Pair::enter(&server).await;
    let tickets = one_by_master(&server, &mut pair, nodes, 2).await;
    for (from, ticket) in tickets {
        let partition = ticket.uuid().as_bytes()[15] % 128;
        let slot: u16 = asked(&nodes[0], &["CLUSTER", "KEYSLOT", &format!("p{partition}")]).await;
        shards.give_slot(slot, 1 - from).await.expect("it moves");
        typing_crosses_at(ticket, &mut pair).await;
        eventually("the new owner carries it", WITHIN, async || {
            (carriers(nodes, ticket).await == [1 - from]).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_replica_that_takes_over_is_followed() {
    let mut shards = RedisShards::start_new(3).await.expect("a cluster starts");
    let urls = shards.urls();
    let replica = shards.add_replica(0).await.expect("a replica starts");
    let nodes = shards.nodes();
    let server = TestServer::start_with(2, Join::Alone, |spec| by_shards(spec, &urls)).await;
    relay_came_up(&server, 1).await;
    let mut pair = Pair::enter(&server).await;
    let ticket = one_by_master(&server, &mut pair, nodes, 3).await[&0];

    // A frozen Redis keeps its connections open, like a machine that has lost its network.
    nodes[0].freeze();
    shards.take_over(replica).await.expect("it takes over");
    relay_came_up(&server, 2).await;
    typing_crosses_at(ticket, &mut pair).await;
    assert_eq!(carriers(&nodes[1..], ticket).await, [replica - 1]);

    // The former master returns as a replica. Then the new master is killed, and the replica
    // becomes master again.
    nodes[0].thaw();
    eventually("the former master follows", WITHIN, async || {
        nodes[0].is_replica().await.ok()?.then_some(())
    })
    .await;
    nodes[replica].kill9().await.expect("it dies");
    shards.take_over(0).await.expect("it takes over");
    typing_crosses_at(ticket, &mut pair).await;
    assert_eq!(carriers(&nodes[..replica], ticket).await, [0]);
}

#[tokio::test]
async fn a_wrong_password_of_a_cluster_is_told_once_and_so_is_its_end() {
    let shards = RedisShards::start_new(2).await.expect("a cluster starts");
    let urls = shards.urls().replace("redis://", "redis://:wrong@");
    let server = TestServer::start_with(1, Join::Alone, |spec| by_shards(spec, &urls)).await;
    let gateway = &server.gateways[0];
    let told = || log_of(gateway).matches("Redis cannot be used").count();
    eventually("the refused password in the log", WITHIN, async || {
        (told() == 1 && log_of(gateway).contains("Password authentication failed")).then_some(())
    })
    .await;
    // Only one of the two masters accepts the password. The log must name the other master.
    let [first, second] = shards.nodes() else {
        panic!("two masters");
    };
    first
        .demand_password("wrong")
        .await
        .expect("the password is set");
    let named = format!("127.0.0.1:{}: Password", second.port());
    eventually("the master that refuses the password", WITHIN, async || {
        log_of(gateway).contains(&named).then_some(())
    })
    .await;
    second
        .demand_password("wrong")
        .await
        .expect("the password is set");
    relay_is("up", gateway).await;
    assert!(!log_of(gateway).contains(":wrong@"));
}

#[tokio::test]
async fn a_shard_on_another_machine_is_not_spoken_to_in_clear_text() {
    let named = [
        ("cluster-preferred-endpoint-type", "hostname"),
        ("cluster-announce-hostname", "redis.invalid"),
    ];
    let shards = RedisShards::start_new_with(2, &named)
        .await
        .expect("a cluster starts");
    let urls = shards.urls().replace("redis://", "redis://:geheim@");
    for node in shards.nodes() {
        node.demand_password("geheim")
            .await
            .expect("the password is set");
    }
    let server = TestServer::start_with(1, Join::Alone, |spec| by_shards(spec, &urls)).await;
    let gateway = &server.gateways[0];
    eventually("the reason in the log", WITHIN, async || {
        log_of(gateway)
            .contains("a master of the cluster is another machine")
            .then_some(())
    })
    .await;
    assert_eq!(relay_of(gateway).await, "down");
    assert!(!log_of(gateway).contains("geheim"));
}

#[tokio::test]
async fn a_server_of_no_cluster_has_no_shards() {
    let redis = Redis::start_new().await.expect("a Redis starts");
    let server = TestServer::start_with(1, Join::Alone, |spec| by_shards(spec, &redis.url())).await;
    let gateway = &server.gateways[0];
    eventually("the reason in the log", WITHIN, async || {
        log_of(gateway)
            .contains("cluster support disabled")
            .then_some(())
    })
    .await;
    assert_eq!(relay_of(gateway).await, "down");
}

#[tokio::test]
async fn a_right_that_is_missing_is_told_with_its_command_also_when_it_is_taken_away_later() {
    let shards = RedisShards::start_new(2).await.expect("a cluster starts");
    let set_rights = async |rights: &str| {
        let line = format!("ACL SETUSER desk on >geheim resetkeys resetchannels &* -@all {rights}");
        let words: Vec<_> = line.split_whitespace().collect();
        for node in shards.nodes() {
            let _: String = asked(node, &words).await;
        }
    };
    let listening = "+ssubscribe +sunsubscribe +ping +cluster|info +cluster|slots";
    set_rights(listening).await;
    let urls = shards.urls().replace("redis://", "redis://desk:geheim@");
    let server = TestServer::start_with(1, Join::Alone, |spec| by_shards(spec, &urls)).await;
    let gateway = &server.gateways[0];
    let unusable = || log_of(gateway).matches("Redis cannot be used").count();
    eventually("the command in the log", WITHIN, async || {
        let log = log_of(gateway);
        (log.contains("nothing can be published") && log.contains("spublish")).then_some(())
    })
    .await;
    set_rights(&format!("{listening} +spublish")).await;
    relay_came_up(&server, 1).await;
    assert_eq!(unusable(), 1, "logged once for all attempts");
    set_rights(listening).await;
    eventually("why it was lost", WITHIN, async || {
        let log = log_of(gateway);
        let lost = log
            .lines()
            .find(|line| line.contains("Redis subscription lost"))?;
        lost.contains("spublish").then_some(())
    })
    .await;
}
