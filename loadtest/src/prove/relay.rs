//! The Redis of a load test run. It is either one server, or a master and its replica with a
//! Sentinel, which replaces a failed master.

use std::time::Duration;

use helpline_rig::{Redis, RigError, Sentinel};
use tokio::time::{Instant, sleep};

use super::encrypted::Encryption;
use super::plan::RedisOp;
use crate::error::LoadError;

/// The name of the Redis master in Sentinel's configuration.
const MASTER: &str = "desk";
/// Time limit for a Sentinel failover. The Sentinel declares a silent master down after one second,
/// retries a failed failover after eight seconds, and turns a former master that runs again into a
/// replica within about ten seconds.
const SENTINEL_TIMEOUT: Duration = Duration::from_secs(30);
const SENTINEL_POLL: Duration = Duration::from_millis(50);

/// Reasons why an operation on Redis cannot be executed.
const NO_REPLICA: &str =
    "no replica can take the master's place: the former master was not made one within 30 s";
const NO_FAILOVER: &str = "the Sentinel put no replica in the master's place within 30 s";

/// The Redis servers and their Sentinel.
#[derive(Debug)]
pub struct Relay {
    /// One or two servers. The second server starts as a replica of the first.
    servers: Vec<Redis>,
    sentinel: Option<Sentinel>,
}

impl Relay {
    /// Starts one Redis server, with TLS if there are certificates.
    ///
    /// # Errors
    /// If Redis does not start.
    pub async fn start_one(encryption: Option<&Encryption>) -> Result<Self, RigError> {
        let server = match encryption {
            Some(encryption) => encryption.start_redis().await?,
            None => Redis::start_new().await?,
        };
        Ok(Self {
            servers: vec![server],
            sentinel: None,
        })
    }

    /// Starts a Redis master, its replica and a Sentinel.
    ///
    /// # Errors
    /// If Redis or the Sentinel does not start.
    pub async fn start_watched() -> Result<Self, RigError> {
        let master = Redis::start_new().await?;
        let replica = master.start_replica().await?;
        let sentinel = Sentinel::start_new(MASTER, &master).await?;
        Ok(Self {
            servers: vec![master, replica],
            sentinel: Some(sentinel),
        })
    }

    /// The port to which instances connect: the Sentinel's port if there is a Sentinel, otherwise
    /// the Redis server's.
    pub fn port(&self) -> u16 {
        let server = || self.servers[0].port();
        self.sentinel.as_ref().map_or_else(server, Sentinel::port)
    }

    /// The instances' setting that enables the Sentinel, if there is one.
    pub fn setting(&self) -> Option<(&'static str, &'static str)> {
        let setting = ("HELPLINE_REDIS_SENTINEL", MASTER);
        self.sentinel.as_ref().map(|_| setting)
    }

    /// Executes an operation on the master. The operation that repairs a killed or frozen master
    /// first waits until the replica has taken over. Every such fault therefore causes a failover.
    ///
    /// # Errors
    /// Errors of the rig, and operations that cannot be executed.
    pub async fn play(&self, op: RedisOp) -> Result<String, LoadError> {
        let master = self.master().await?;
        match op {
            RedisOp::Kill9 => self.replaceable(master).await?.kill9().await?,
            RedisOp::Freeze => self.replaceable(master).await?.freeze(),
            RedisOp::Start | RedisOp::Thaw => {
                let moved = self.another_is_master().await;
                self.fix().await?;
                return moved;
            }
            RedisOp::Flush => master.flush().await?,
            RedisOp::Restart => master.restart().await?,
            RedisOp::RestartLoading => master.restart_loading().await?,
            RedisOp::KillSubscribers => master.kill_subscribers().await?,
            RedisOp::Overrun => master.overrun().await?,
            RedisOp::Relax => {
                for server in &self.servers {
                    server.relax().await?;
                }
            }
        }
        Ok(String::new())
    }

    /// Repairs every Redis server: thaws it, or starts it if it is not running.
    ///
    /// # Errors
    /// If a server does not start.
    pub async fn fix(&self) -> Result<(), RigError> {
        for server in &self.servers {
            server.thaw();
            if server.pid().is_none() {
                server.start().await?;
            }
        }
        Ok(())
    }

    /// Makes all instances ask the Sentinel for the master again, by ending their connections to
    /// the master. It is called after a fault in an instance's network to the Sentinel. Without a
    /// Sentinel it does nothing, because instances then connect directly to Redis.
    pub async fn make_instances_ask(&self) {
        if self.sentinel.is_none() {
            return;
        }
        if let Ok(master) = self.master().await {
            // Ignore the error: if a different fault has killed or frozen the Redis master, it has
            // no connections to end.
            let _ = master.kill_clients().await;
        }
    }

    /// The server that the Sentinel reports as master, or the only server if there is no Sentinel.
    async fn master(&self) -> Result<&Redis, RigError> {
        let Some(sentinel) = &self.sentinel else {
            return Ok(&self.servers[0]);
        };
        let port = sentinel.master_port(MASTER).await?;
        let named = self.servers.iter().find(|server| server.port() == port);
        Ok(named.expect("the Sentinel knows these servers only"))
    }

    /// If there are two servers, waits until the second server is a replica that can replace the
    /// master.
    async fn replaceable<'a>(&self, master: &'a Redis) -> Result<&'a Redis, LoadError> {
        if master.pid().is_none() {
            return Err(LoadError::unplayed("Redis is not running"));
        }
        let deadline = Instant::now() + SENTINEL_TIMEOUT;
        for other in self
            .servers
            .iter()
            .filter(|one| one.port() != master.port())
        {
            while !other.is_replica().await.unwrap_or(false) {
                if Instant::now() > deadline {
                    return Err(LoadError::unplayed(NO_REPLICA));
                }
                sleep(SENTINEL_POLL).await;
            }
        }
        Ok(master)
    }

    /// Waits until the Sentinel reports a master that responds as a master.
    async fn another_is_master(&self) -> Result<String, LoadError> {
        let Some(sentinel) = &self.sentinel else {
            return Ok(String::new());
        };
        let deadline = Instant::now() + SENTINEL_TIMEOUT;
        loop {
            let master = self.master().await?;
            // The Sentinel may still name a server that is down or is not a master yet. Such a
            // server does not respond, or responds as a replica.
            if matches!(master.is_replica().await, Ok(false)) {
                return Ok(format!(
                    "the Sentinel names port {}",
                    sentinel.master_port(MASTER).await?
                ));
            }
            if Instant::now() > deadline {
                return Err(LoadError::unplayed(NO_FAILOVER));
            }
            sleep(SENTINEL_POLL).await;
        }
    }
}
