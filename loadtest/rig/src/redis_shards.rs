//! A Redis Cluster whose slots are split between several masters.

use std::time::{Duration, Instant};

use crate::process::POLL_INTERVAL;
use crate::{Redis, RigError};

const WITHIN: Duration = Duration::from_secs(30);
const SLOTS: usize = 16_384;

/// A Redis Cluster. Its nodes are killed on drop.
#[derive(Debug)]
pub struct RedisShards {
    nodes: Vec<Redis>,
}

impl RedisShards {
    /// Starts a cluster with this many masters. Each master owns an equal range of the slots, in
    /// order.
    ///
    /// # Errors
    /// If Redis is not installed, or the nodes do not form a cluster in time.
    pub async fn start_new(masters: usize) -> Result<Self, RigError> {
        Self::start_new_with(masters, &[]).await
    }

    /// As [`Self::start_new`], with additional settings of each node's `redis.conf`.
    ///
    /// # Errors
    /// As [`Self::start_new`].
    pub async fn start_new_with(
        masters: usize,
        settings: &[(&str, &str)],
    ) -> Result<Self, RigError> {
        let mut shards = Self { nodes: Vec::new() };
        for n in 0..masters {
            let node = Redis::start_node(settings).await?;
            // Give each node a distinct configuration epoch (Redis Cluster's version number for
            // slot owners). With equal numbers the nodes would first have to resolve the conflict.
            node.command(&format!("CLUSTER SET-CONFIG-EPOCH {}", n + 1))
                .await?;
            let (first, next) = (n * SLOTS / masters, (n + 1) * SLOTS / masters);
            node.command(&format!("CLUSTER ADDSLOTSRANGE {first} {}", next - 1))
                .await?;
            shards.join(node).await?;
        }
        shards.settle().await?;
        Ok(shards)
    }

    /// Adds a replica of this master. Returns its index in [`Self::nodes`].
    ///
    /// # Errors
    /// As [`Self::start_new`].
    pub async fn add_replica(&mut self, master: usize) -> Result<usize, RigError> {
        let node = Redis::start_node(&[("repl-diskless-sync-delay", "0")]).await?;
        self.join(node).await?;
        self.settle().await?;
        let (place, id) = (self.nodes.len() - 1, self.id(master).await?);
        let replica = &self.nodes[place];
        replica.command(&format!("CLUSTER REPLICATE {id}")).await?;
        wait(replica, "follow its master", "ROLE", "connected").await?;
        Ok(place)
    }

    /// The nodes: first the original masters, then the replicas.
    pub fn nodes(&self) -> &[Redis] {
        &self.nodes
    }

    /// The URLs of all nodes, separated by commas.
    pub fn urls(&self) -> String {
        let urls: Vec<_> = self.nodes.iter().map(Redis::url).collect();
        urls.join(",")
    }

    /// Moves an empty slot to the given node, and tells every node of the cluster.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn give_slot(&self, slot: u16, node: usize) -> Result<(), RigError> {
        let id = self.id(node).await?;
        // Tell the new owner first, as the Redis Cluster specification requires.
        let others = (0..self.nodes.len()).filter(|other| *other != node);
        for n in std::iter::once(node).chain(others) {
            self.nodes[n]
                .command(&format!("CLUSTER SETSLOT {slot} NODE {id}"))
                .await?;
        }
        Ok(())
    }

    /// Promotes this replica to master without its master's consent.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn take_over(&self, replica: usize) -> Result<(), RigError> {
        self.nodes[replica]
            .command("CLUSTER FAILOVER TAKEOVER")
            .await
            .map(drop)
    }

    async fn id(&self, node: usize) -> Result<String, RigError> {
        let answer = self.nodes[node].command("CLUSTER MYID").await?;
        Ok(answer.lines().nth(1).unwrap_or_default().trim().to_owned())
    }

    async fn join(&mut self, node: Redis) -> Result<(), RigError> {
        let bus = node.setting("cluster-port");
        for known in &self.nodes {
            known
                .command(&format!("CLUSTER MEET 127.0.0.1 {} {bus}", node.port()))
                .await?;
        }
        self.nodes.push(node);
        Ok(())
    }

    async fn settle(&self) -> Result<(), RigError> {
        let all = format!("cluster_known_nodes:{}", self.nodes.len());
        for node in &self.nodes {
            wait(node, "know the others", "CLUSTER INFO", &all).await?;
            wait(node, "join", "CLUSTER INFO", "cluster_slots_ok:16384").await?;
            wait(node, "join", "CLUSTER INFO", "cluster_state:ok").await?;
        }
        Ok(())
    }
}

async fn wait(node: &Redis, what: &'static str, ask: &str, answer: &str) -> Result<(), RigError> {
    let deadline = Instant::now() + WITHIN;
    while !node.command(ask).await?.contains(answer) {
        if Instant::now() > deadline {
            return Err(node.late(what, WITHIN));
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Ok(())
}
