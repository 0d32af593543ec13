//! The Redis of a run: one server, or a master and its replica with a Sentinel that replaces the
//! master when it fails.

use std::time::Duration;

use helpline_rig::{Redis, RigError, Sentinel};
use tokio::time::{Instant, sleep};

use super::encrypted::Encryption;
use super::plan::RedisOp;
use crate::error::LoadError;

/// The name under which the Sentinel knows the master.
const MASTER: &str = "desk";
/// The Sentinel decides after one second, retries after eight, and turns a former master into a
/// replica within about ten.
const SENTINEL_TIMEOUT: Duration = Duration::from_secs(30);
const SENTINEL_POLL: Duration = Duration::from_millis(50);

/// Reasons why an operation cannot be played.
const NO_REPLICA: &str =
    "no replica can take the master's place: the former master was not made one within 30 s";
const NO_FAILOVER: &str = "the Sentinel put no replica in the master's place within 30 s";

/// The Redis servers and their Sentinel.
#[derive(Debug)]
pub struct Relay {
    /// The second server, if there is one, starts as a replica of the first.
    servers: Vec<Redis>,
    sentinel: Option<Sentinel>,
}

impl Relay {
    /// Starts one server, with TLS if there are certificates.
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

    /// Starts a master, its replica and a Sentinel.
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

    /// The port to which instances connect: the Sentinel's, or else the server's.
    pub fn port(&self) -> u16 {
        let server = || self.servers[0].port();
        self.sentinel.as_ref().map_or_else(server, Sentinel::port)
    }

    /// The instances' setting that enables the Sentinel, if there is one.
    pub fn setting(&self) -> Option<(&'static str, &'static str)> {
        let setting = ("HELPLINE_REDIS_SENTINEL", MASTER);
        self.sentinel.as_ref().map(|_| setting)
    }

    /// Plays an operation on the master. After a kill or a freeze, the operation that repairs it
    /// first waits until the replica has taken over, so that every such fault is a failover.
    ///
    /// # Errors
    /// Errors of the rig, and operations that cannot be played.
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

    /// Makes every server run again.
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

    /// Makes instances look up the master again after their network to the Sentinel was broken, by
    /// ending their connections to the master. Does nothing without a Sentinel, because that
    /// network then leads to Redis itself. The other instances also lose their connections and find
    /// the master again.
    pub async fn make_instances_ask(&self) {
        if self.sentinel.is_none() {
            return;
        }
        if let Ok(master) = self.master().await {
            // A master that another fault killed or froze has no connections to end.
            let _ = master.kill_clients().await;
        }
    }

    /// The server that the Sentinel reports as master, or the only server.
    async fn master(&self) -> Result<&Redis, RigError> {
        let Some(sentinel) = &self.sentinel else {
            return Ok(&self.servers[0]);
        };
        let port = sentinel.master_port(MASTER).await?;
        let named = self.servers.iter().find(|server| server.port() == port);
        Ok(named.expect("the Sentinel knows these servers only"))
    }

    /// If there are two servers, waits until the other one is a replica that can replace the
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

    /// Waits until the Sentinel reports a master that responds.
    async fn another_is_master(&self) -> Result<String, LoadError> {
        let Some(sentinel) = &self.sentinel else {
            return Ok(String::new());
        };
        let deadline = Instant::now() + SENTINEL_TIMEOUT;
        loop {
            let master = self.master().await?;
            // A dead or frozen server does not respond, and a replica is not a master yet.
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
