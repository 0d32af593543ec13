//! Finds the Redis server to connect to. Depending on the settings, this is the single server, a
//! node of a cluster, a master of a cluster, or the master that the Sentinels name. Every new
//! connection looks the server up again, so a reconnect after a failover reaches the new master.

use std::sync::atomic::{AtomicU64, Ordering};

use helpline_persistence::connect::is_this_machine;
use redis::{Client, ErrorKind, RedisError, RedisResult};
use tokio::sync::Mutex;

use super::redis_topology::{self, Topology};
use crate::config::RedisServers;

/// Finds the Redis server to connect to.
pub struct RedisSource {
    servers: Mutex<RedisServers>,
    is_sharded: bool,
    /// Increased when existing connections may lead to a server that a failover has replaced.
    generation: AtomicU64,
}

impl RedisSource {
    /// Makes a source for these servers. Does not connect yet.
    pub fn new(servers: RedisServers) -> Self {
        Self {
            is_sharded: matches!(servers, RedisServers::Shards { .. }),
            servers: Mutex::new(servers),
            generation: AtomicU64::new(0),
        }
    }

    /// Whether sharded pub/sub is used. If so, [`Self::topology`] returns the master for each
    /// channel.
    pub const fn is_sharded(&self) -> bool {
        self.is_sharded
    }

    /// Asks the Redis Cluster for its masters and their partitions (groups of relay channels); the
    /// first node that answers is used. Has no timeout, so the caller must set one.
    ///
    /// # Errors
    /// Sharded pub/sub is not used, or [`redis_topology::ask`] fails.
    pub async fn topology(&self) -> RedisResult<Topology> {
        let (nodes, this_machine_only) = match &*self.servers.lock().await {
            RedisServers::Shards {
                nodes,
                this_machine_only,
            } => (nodes.clone(), *this_machine_only),
            RedisServers::One(_) | RedisServers::Cluster(_) | RedisServers::Sentinel { .. } => {
                return Err(RedisError::from((
                    ErrorKind::InvalidClientConfig,
                    "sharded pub/sub is not used",
                )));
            }
        };
        redis_topology::ask(nodes, this_machine_only).await
    }

    /// Returns a client for the current server, or for one of the masters with sharded pub/sub. For
    /// a cluster or Sentinels, asks them first. For a single server, sends no request. Has no
    /// timeout, so the caller must set one.
    ///
    /// # Errors
    /// No node of the cluster answers; no Sentinel knows the master; or the master is on another
    /// machine without TLS, and the settings do not allow that.
    pub async fn client(&self) -> RedisResult<Client> {
        let nodes = match &mut *self.servers.lock().await {
            RedisServers::One(client) => return Ok(Client::clone(client)),
            RedisServers::Cluster(nodes) => nodes.clone(),
            RedisServers::Shards {
                nodes,
                this_machine_only,
            } => {
                let topology = redis_topology::ask(nodes.clone(), *this_machine_only).await?;
                return Ok(topology.owner(0).1.clone());
            }
            // Keep the lock during the request, because the client owns the connections to the
            // Sentinels. If the relay's publisher and subscriber connect at the same time, one of
            // them waits for the lock.
            RedisServers::Sentinel {
                sentinels,
                name,
                this_machine_only,
            } => {
                if let Some(each) = this_machine_only {
                    master_is_here(each, name).await?;
                }
                return sentinels.async_get_client().await;
            }
        };
        // Use the first node of the Redis Cluster that answers, so that unreachable nodes cause no
        // delay.
        let asked = nodes.into_iter().map(|node| Box::pin(cluster_node(node)));
        let (client, _) = futures_util::future::select_ok(asked).await?;
        Ok(client)
    }

    /// The nodes of a cluster that the settings list. Empty for a single server and for Sentinels.
    pub async fn listed_nodes(&self) -> Vec<Client> {
        match &*self.servers.lock().await {
            RedisServers::Cluster(nodes) | RedisServers::Shards { nodes, .. } => nodes.clone(),
            RedisServers::One(_) | RedisServers::Sentinel { .. } => Vec::new(),
        }
    }

    /// Increases the generation, so that all connections reconnect. Call it when a connection was
    /// lost or delivered nothing, because other connections may lead to the same replaced server.
    pub fn distrust(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// The current generation, which increases after a suspected failover. Connections that were
    /// made in a lower generation must reconnect.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }
}

/// Checks that all Sentinels name a master on this machine, before the password is sent to the
/// master. If one Sentinel names another machine, this is an error, because the client might ask
/// that Sentinel.
async fn master_is_here(sentinels: &[Client], name: &str) -> RedisResult<()> {
    let asked = sentinels.iter().map(|sentinel| master_host(sentinel, name));
    let mut hosts = Vec::new();
    let mut fault = RedisError::from((
        ErrorKind::MasterNameNotFoundBySentinel,
        "no Sentinel knows a master of that name",
    ));
    for answer in futures_util::future::join_all(asked).await {
        match answer {
            Ok(host) => hosts.extend(host),
            Err(error) => fault = error,
        }
    }
    if hosts.iter().any(|host| !is_this_machine(host)) {
        return Err(RedisError::from((
            ErrorKind::InvalidClientConfig,
            "the master is another machine, and redis:// lets messages travel in clear text: use rediss://, or say --allow-plaintext redis",
        )));
    }
    if hosts.is_empty() { Err(fault) } else { Ok(()) }
}

/// The host of the master, as this Sentinel knows it. `None` if the Sentinel knows no master of
/// this name.
async fn master_host(sentinel: &Client, name: &str) -> RedisResult<Option<String>> {
    let mut connection = sentinel.get_multiplexed_async_connection().await?;
    let address: Option<(String, u16)> = redis::cmd("SENTINEL")
        .arg("GET-MASTER-ADDR-BY-NAME")
        .arg(name)
        .query_async(&mut connection)
        .await?;
    Ok(address.map(|(host, _)| host))
}

/// Returns the node if it answers and belongs to a cluster. Servers without a cluster are refused,
/// because each would deliver only its own part of the events.
async fn cluster_node(node: Client) -> RedisResult<Client> {
    let mut connection = node.get_multiplexed_async_connection().await?;
    let info: String = redis::cmd("INFO")
        .arg("cluster")
        .query_async(&mut connection)
        .await?;
    if info.lines().any(|line| line.trim() == "cluster_enabled:1") {
        return Ok(node);
    }
    Err(RedisError::from((
        ErrorKind::InvalidClientConfig,
        "--redis-url names several servers, and one of them is no node of a Redis Cluster: name one, or their Sentinels",
    )))
}
