//! The masters of a Redis Cluster, and the partitions (groups) of the relay's channels that each
//! master owns. All channels of a partition have the same hash tag, so they are in the same slot.

use helpline_core::limits;
use helpline_persistence::connect::is_this_machine;
use redis::{Client, ConnectionAddr, ErrorKind, RedisError, RedisResult, Value};

/// Number of hash slots of a Redis Cluster.
const SLOTS: u16 = 16_384;

/// The masters of a Redis Cluster and their partitions (groups of relay channels), as one of its
/// nodes reports them.
pub struct Topology {
    /// The masters that own at least one partition (a group of relay channels).
    masters: Vec<Client>,
    /// For each partition (group of relay channels), the index in `masters` of the master that owns
    /// it.
    owners: Vec<usize>,
}

impl Topology {
    /// The masters that own at least one partition (a group of relay channels). Two [`Topology`]
    /// values may list the same masters in different orders.
    pub fn masters(&self) -> &[Client] {
        &self.masters
    }

    /// The master that owns a partition (a group of relay channels): its index in
    /// [`Self::masters`], and its client. `partition` is below [`limits::RELAY_PARTITIONS`].
    pub fn owner(&self, partition: u32) -> (usize, &Client) {
        let place = self.owners[partition as usize % self.owners.len()];
        (place, &self.masters[place])
    }

    /// For each master, one of its partitions (groups of relay channels), in the order of
    /// [`Self::masters`].
    pub fn one_partition_each(&self) -> Vec<u32> {
        let first = |master| self.owners.iter().position(|owner| *owner == master);
        (0..self.masters.len())
            .filter_map(first)
            .filter_map(|partition| u32::try_from(partition).ok())
            .collect()
    }
}

/// Asks all nodes of the Redis Cluster at once and uses the first valid answer, so that unreachable
/// nodes cause no delay. Does not connect to the masters.
///
/// # Errors
/// No node answers; no node reports a cluster that is up and has a master for each partition; or
/// `this_machine_only` is set and a master is on another machine without TLS.
pub async fn ask(nodes: Vec<Client>, this_machine_only: bool) -> RedisResult<Topology> {
    let asked = nodes
        .into_iter()
        .map(|node| Box::pin(ask_one(node, this_machine_only)));
    let (topology, _) = futures_util::future::select_ok(asked).await?;
    Ok(topology)
}

async fn ask_one(node: Client, this_machine_only: bool) -> RedisResult<Topology> {
    let mut connection = node.get_multiplexed_async_connection().await?;
    let (info, slots): (String, Vec<Vec<Value>>) = redis::pipe()
        .cmd("CLUSTER")
        .arg("INFO")
        .cmd("CLUSTER")
        .arg("SLOTS")
        .query_async(&mut connection)
        .await?;
    // A node that has lost contact with the cluster may still report former masters.
    if !info.lines().any(|line| line.trim() == "cluster_state:ok") {
        return Err(unusable(
            "a node of the Redis Cluster says that the cluster is down",
        ));
    }
    let topology = read(&node, &slots)?;
    if this_machine_only && topology.masters.iter().any(is_in_clear_text) {
        return Err(RedisError::from((
            ErrorKind::InvalidClientConfig,
            "a master of the cluster is another machine, and redis:// lets messages travel in clear text: use rediss://, or say --allow-plaintext redis",
        )));
    }
    Ok(topology)
}

/// Adds the master's address to an error, so that the log shows which master has failed.
pub fn of_master(master: &Client, fault: &RedisError) -> RedisError {
    let address = master.get_connection_info().addr();
    RedisError::from((
        fault.kind(),
        "a master of the cluster",
        format!("{address}: {fault}"),
    ))
}

fn is_in_clear_text(master: &Client) -> bool {
    matches!(master.get_connection_info().addr(), ConnectionAddr::Tcp(host, _) if !is_this_machine(host))
}

/// Reads the answer to `CLUSTER SLOTS`. Each range has its first slot, its last slot, its master,
/// and its replicas, which are ignored.
fn read(asked: &Client, ranges: &[Vec<Value>]) -> RedisResult<Topology> {
    let mut masters = Vec::new();
    let mut owners = Vec::with_capacity(limits::RELAY_PARTITIONS as usize);
    for partition in 0..limits::RELAY_PARTITIONS {
        let slot = i64::from(slot_of(&format!("p{partition}")));
        let master = ranges.iter().find_map(|range| match range.as_slice() {
            [
                Value::Int(first),
                Value::Int(last),
                Value::Array(master),
                ..,
            ] if (*first..=*last).contains(&slot) => Some(master),
            _ => None,
        });
        let address = address(asked, master.map_or(&[], Vec::as_slice))
            .ok_or_else(|| unusable("a slot of the Redis Cluster has no master"))?;
        let place = masters.iter().position(|known| *known == address);
        owners.push(place.unwrap_or(masters.len()));
        if place.is_none() {
            masters.push(address);
        }
    }
    let info = asked.get_connection_info();
    let client = |address| Client::open(info.clone().set_addr(address));
    Ok(Topology {
        masters: masters.into_iter().map(client).collect::<Result<_, _>>()?,
        owners,
    })
}

/// The address of a node. If the answer has no host for the node, the node is on the host that was
/// asked.
fn address(asked: &Client, node: &[Value]) -> Option<ConnectionAddr> {
    let [endpoint, Value::Int(port), ..] = node else {
        return None;
    };
    let port = u16::try_from(*port).ok()?;
    let told = match endpoint {
        Value::BulkString(bytes) => std::str::from_utf8(bytes).ok()?,
        Value::SimpleString(text) => text,
        Value::Nil => "",
        _ => return None,
    };
    let told = Some(told).filter(|host| !["", "?"].contains(host));
    match asked.get_connection_info().addr() {
        ConnectionAddr::Tcp(host, _) => {
            Some(ConnectionAddr::Tcp(told.unwrap_or(host).to_owned(), port))
        }
        ConnectionAddr::TcpTls {
            host,
            insecure,
            tls_params,
            ..
        } => Some(ConnectionAddr::TcpTls {
            host: told.unwrap_or(host).to_owned(),
            port,
            insecure: *insecure,
            tls_params: tls_params.clone(),
        }),
        // The address is a Unix socket, which the settings refuse with sharded pub/sub.
        _ => None,
    }
}

/// The slot of all channels with this hash tag: the CRC16 (XMODEM) of the tag, as the Redis Cluster
/// specification defines it.
fn slot_of(tag: &str) -> u16 {
    let crc = tag.bytes().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            let carried = if crc & 0x8000 == 0 { 0 } else { 0x1021 };
            (crc << 1) ^ carried
        })
    });
    crc % SLOTS
}

fn unusable(what: &'static str) -> RedisError {
    RedisError::from((ErrorKind::Client, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(url: &str) -> Client {
        Client::open(url).expect("an address")
    }

    fn range(first: i64, last: i64, host: Value, port: i64) -> Vec<Value> {
        vec![
            Value::Int(first),
            Value::Int(last),
            Value::Array(vec![host, Value::Int(port), Value::Nil]),
            Value::Array(vec![Value::Nil, Value::Int(9)]),
        ]
    }

    fn text(host: &str) -> Value {
        Value::BulkString(host.into())
    }

    #[test]
    fn slots_are_those_of_redis() {
        // `123456789` is the test vector of the Redis Cluster specification.
        assert_eq!(slot_of("123456789"), 0x31c3);
        assert_eq!(slot_of("foo"), 12_182);
    }

    #[test]
    fn every_partition_has_an_owner_and_every_master_a_partition() {
        let asked = client("redis://user:geheim@127.0.0.1:1");
        // The second master owns only one slot, which belongs to no partition (group of channels).
        let none = slot_of("p0") + 1;
        let free = (none..)
            .find(|slot| (0..limits::RELAY_PARTITIONS).all(|n| slot_of(&format!("p{n}")) != *slot));
        let free = i64::from(free.expect("most slots are of no partition"));
        let topology = read(
            &asked,
            &[
                range(0, free - 1, text("10.0.0.1"), 7000),
                range(free, free, text("10.0.0.2"), 7000),
                range(free + 1, 16_383, Value::Nil, 7001),
            ],
        )
        .expect("a topology");
        let addresses: Vec<_> = topology
            .masters()
            .iter()
            .map(|master| master.get_connection_info().addr().to_string())
            .collect();
        let mut sorted = addresses.clone();
        sorted.sort();
        assert_eq!(sorted, ["10.0.0.1:7000", "127.0.0.1:7001"]);
        for (place, partition) in topology.one_partition_each().into_iter().enumerate() {
            assert_eq!(topology.owner(partition).0, place);
        }
        let settings = topology.owner(127).1.get_connection_info().redis_settings();
        assert_eq!(settings.password(), Some("geheim"));
    }

    #[test]
    fn a_node_that_does_not_know_its_host_is_reached_at_that_of_the_one_that_was_asked() {
        let asked = client("rediss://cache.example:6380");
        for unknown in [Value::Nil, text(""), text("?")] {
            let topology = read(&asked, &[range(0, 16_383, unknown, 7000)]).expect("a topology");
            let info = topology.owner(5).1.get_connection_info();
            assert_eq!(info.addr().to_string(), "cache.example:7000");
            assert!(matches!(info.addr(), ConnectionAddr::TcpTls { .. }));
        }
    }

    #[test]
    fn a_cluster_with_a_slot_of_no_master_is_unusable() {
        let asked = client("redis://127.0.0.1:1");
        assert!(read(&asked, &[range(0, 8_000, text("127.0.0.1"), 1)]).is_err());
    }
}
