//! Where Redis is at this moment: a server, some node of a cluster, or the master that Sentinels name. Asked before every connection, so
//! that a failover is followed by each part that connects again.

use std::sync::atomic::{AtomicU64, Ordering};

use helpline_persistence::connect::is_this_machine;
use redis::{Client, ConnectionAddr, ErrorKind, RedisError, RedisResult};
use tokio::sync::Mutex;

use crate::config::RedisServers;

/// Finds the server to connect to.
pub struct RedisSource {
    servers: Mutex<RedisServers>,
    /// Raised when connections of before may lead to a server that is the right one no longer.
    generation: AtomicU64,
}

impl RedisSource {
    /// Of these servers; connects to nothing yet.
    pub fn new(servers: RedisServers) -> Self {
        Self {
            servers: Mutex::new(servers),
            generation: AtomicU64::new(0),
        }
    }

    /// A client of the server that publishes and delivers now. It has answered for a cluster and for Sentinels; one server alone is not asked.
    /// Callers bound it by a timeout.
    ///
    /// # Errors
    /// No node answers, a server that is named beside others belongs to no cluster, no Sentinel knows the master, or the master is another
    /// machine without TLS where that is not allowed.
    pub async fn client(&self) -> RedisResult<Client> {
        match &mut *self.servers.lock().await {
            RedisServers::One(client) => Ok(Client::clone(client)),
            RedisServers::Cluster(nodes) => first_of_cluster(nodes).await,
            RedisServers::Sentinel {
                sentinels,
                clear_text,
            } => {
                let client = sentinels.async_get_client().await?;
                match client.get_connection_info().addr() {
                    ConnectionAddr::Tcp(host, _) if !*clear_text && !is_this_machine(host) => {
                        Err(RedisError::from((
                            ErrorKind::InvalidClientConfig,
                            "the master is another machine, and redis:// lets messages travel in clear text: use rediss://, or say --allow-plaintext redis",
                        )))
                    }
                    _ => Ok(client),
                }
            }
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

/// The first node that answers, tried first from now on. Servers that know nothing of each other would each deliver a part of the news.
async fn first_of_cluster(nodes: &mut [Client]) -> RedisResult<Client> {
    let mut fault = RedisError::from((ErrorKind::Io, "no node answers"));
    for n in 0..nodes.len() {
        match cluster_is_enabled(&nodes[n]).await {
            Ok(true) => {
                nodes[..=n].rotate_right(1);
                return Ok(nodes[0].clone());
            }
            Ok(false) => {
                return Err(RedisError::from((
                    ErrorKind::InvalidClientConfig,
                    "--redis-url names several servers, and one of them is no node of a Redis Cluster: name one, or their Sentinels",
                )));
            }
            Err(error) => fault = error,
        }
    }
    Err(fault)
}

async fn cluster_is_enabled(node: &Client) -> RedisResult<bool> {
    let mut connection = node.get_multiplexed_async_connection().await?;
    let info: String = redis::cmd("INFO")
        .arg("cluster")
        .query_async(&mut connection)
        .await?;
    Ok(info.lines().any(|line| line.trim() == "cluster_enabled:1"))
}
