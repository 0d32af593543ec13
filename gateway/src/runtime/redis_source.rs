//! Where Redis is at this moment: a server, some node of a cluster, the masters that own its slots, or the master that Sentinels name. Asked before every connection, so
//! that a failover is followed by each part that connects again.

use std::sync::atomic::{AtomicU64, Ordering};

use helpline_persistence::connect::is_this_machine;
use redis::{Client, ErrorKind, RedisError, RedisResult};
use tokio::sync::Mutex;

use super::redis_topology::{self, Topology};
use crate::config::RedisServers;

/// Finds the server to connect to.
pub struct RedisSource {
    servers: Mutex<RedisServers>,
    is_sharded: bool,
    /// Raised when connections of before may lead to a server that is the right one no longer.
    generation: AtomicU64,
}

impl RedisSource {
    /// Of these servers; connects to nothing yet.
    pub fn new(servers: RedisServers) -> Self {
        Self {
            is_sharded: matches!(servers, RedisServers::Shards { .. }),
            servers: Mutex::new(servers),
            generation: AtomicU64::new(0),
        }
    }

    /// Whether each channel is published and listened to at the master that owns its slot: then [`Self::topology`] says where.
    pub const fn is_sharded(&self) -> bool {
        self.is_sharded
    }

    /// The masters of the cluster, and the partitions of each, as the first of its nodes that answers has them. Callers bound it by a timeout.
    ///
    /// # Errors
    /// These servers are no nodes of a cluster, none of them answers, or as [`redis_topology::ask`].
    pub async fn topology(&self) -> RedisResult<Topology> {
        let (nodes, this_machine_only) = match &*self.servers.lock().await {
            RedisServers::Shards {
                nodes,
                this_machine_only,
            } => (nodes.clone(), *this_machine_only),
            RedisServers::One(_) | RedisServers::Cluster(_) | RedisServers::Sentinel { .. } => {
                return Err(RedisError::from((
                    ErrorKind::InvalidClientConfig,
                    "Redis is not used by shards",
                )));
            }
        };
        redis_topology::ask(nodes, this_machine_only).await
    }

    /// A client of the server that publishes and delivers now; of a cluster used by shards, one of its masters. It has answered for a cluster and
    /// for Sentinels; one server alone is not asked. Callers bound it by a timeout.
    ///
    /// # Errors
    /// No node of a cluster answers, no Sentinel knows the master, or the master is another machine without TLS where that is not allowed.
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
            // Under the lock: the client keeps its connections to the Sentinels. The other half of the relay waits meanwhile.
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
        // The first that answers: those that are cut off hold up none.
        let asked = nodes.into_iter().map(|node| Box::pin(cluster_node(node)));
        let (client, _) = futures_util::future::select_ok(asked).await?;
        Ok(client)
    }

    /// The nodes of a cluster as they are listed in the settings; none where there is one server, or Sentinels.
    pub async fn listed_nodes(&self) -> Vec<Client> {
        match &*self.servers.lock().await {
            RedisServers::Cluster(nodes) | RedisServers::Shards { nodes, .. } => nodes.clone(),
            RedisServers::One(_) | RedisServers::Sentinel { .. } => Vec::new(),
        }
    }

    /// A connection was lost, or nothing came back over it: the others' may lead to a server that was replaced.
    pub fn distrust(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection that was made at another number is to be made anew.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }
}

/// Asked before the master is spoken to, which would be given the password. One Sentinel that names another machine is enough to refuse: the
/// client may ask that one.
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

/// The host of the master, as this Sentinel has it; none when it knows no master of that name.
async fn master_host(sentinel: &Client, name: &str) -> RedisResult<Option<String>> {
    let mut connection = sentinel.get_multiplexed_async_connection().await?;
    let address: Option<(String, u16)> = redis::cmd("SENTINEL")
        .arg("GET-MASTER-ADDR-BY-NAME")
        .arg(name)
        .query_async(&mut connection)
        .await?;
    Ok(address.map(|(host, _)| host))
}

/// The node, if it answers and belongs to a cluster. Servers that know nothing of each other would each deliver a part of the news.
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
