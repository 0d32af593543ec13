//! A clone: the database is dumped under traffic and restored into another cluster, with a gateway
//! of its own. It must send nothing until it is confirmed, and send afterwards.

use std::time::Duration;

use helpline_rig::{Gateway, Postgres};
use tokio::time::{Instant, sleep};

use super::{Background, POLL, PROBE, confirm};
use crate::checker::Violation;
use crate::error::LoadError;
use crate::prove::test_cluster::{DATABASE, TestCluster};
use crate::target;

/// The path of the receiver to which a clone's deliveries go.
const CLONE: &str = "clone";
/// How long the clone is watched before it is confirmed. It is several times the interval at which
/// a gateway looks for deliveries.
const WATCHED: Duration = Duration::from_secs(5);
/// Time limit for the confirmed clone to send.
const SENDS_WITHIN: Duration = Duration::from_secs(20);

impl Background {
    /// Starts a clone, watches it, confirms it, and stops it. A clone that sends before it is
    /// confirmed is a violation.
    ///
    /// # Errors
    /// If a server does not start, or the clone does not send after it was confirmed.
    pub async fn clone_of(&self, cluster: &TestCluster) -> Result<String, LoadError> {
        self.required()?;
        let dump = {
            let postgres = cluster.postgres.lock().await;
            cluster.dump(&postgres).await?
        };
        let copy = Postgres::start_temporary().await?;
        copy.restore(&dump, DATABASE).await?;
        let admin = target::connect(&copy.admin_url(DATABASE)).await?;
        let due = include_str!("../../../sql/prove_clone_due.sql");
        let planned = admin.batch_execute(due).await;
        planned.map_err(LoadError::postgres("making the clone's deliveries due"))?;
        let before = self.receiver.arrivals(CLONE).len();
        let sent = || self.receiver.arrivals(CLONE).len() - before;
        let url = copy.url_for("helpline_service", target::RIG_PASSWORD, DATABASE);
        let mut gateway = Gateway::spec()
            .binary(&cluster.spec.binary)
            .env("HELPLINE_DATABASE_URL", url)
            .env("HELPLINE_JWT_SECRET", target::RIG_SECRET)
            .env("HELPLINE_LOG", "warn")
            .env(PROBE, self.probe(CLONE))
            .log(cluster.spec.logs.join("gateway-of-the-clone.log"));
        if let Some(promise) = &cluster.spec.sabotage {
            gateway = gateway.env("HELPLINE_SABOTAGE", promise);
        }
        let gateway = gateway.start().await?;
        sleep(WATCHED).await;
        let early = sent();
        if early > 0 {
            self.observed().violations.push(Violation::Leaked(format!(
                "a clone of the database sent {early} deliveries before it was confirmed"
            )));
        }
        confirm(&admin).await?;
        let deadline = Instant::now() + SENDS_WITHIN;
        while sent() == 0 {
            if Instant::now() > deadline {
                return Err(LoadError::Stalled(format!(
                    "the clone sent nothing within {SENDS_WITHIN:?} after it was confirmed"
                )));
            }
            sleep(POLL).await;
        }
        gateway.kill9().await?;
        Ok(format!(
            "{early} sent in {} s, and more after it was confirmed",
            WATCHED.as_secs()
        ))
    }
}
