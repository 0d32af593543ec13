//! `prove --urls`: sends messages to instances that are already running, and checks every history.
//! It injects no faults.

use std::collections::HashSet;
use std::sync::Arc;

use clap::Args;
use tokio::time::Instant;

use super::members::{self, Traffic};
use super::plan::Plan;
use super::{
    Findings, Settings, Void, all_joined, converge, examine, findings, gave_up, new_run, report,
    seconds, tally,
};
use crate::checker::Violation;
use crate::error::LoadError;
use crate::people;
use crate::target;

/// Options that select instances that are already running.
#[derive(Debug, Args)]
pub struct RunningArgs {
    /// URLs of running instances: inject no faults, only send messages and check every history
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "http://host:port,…",
        conflicts_with_all = ["brief", "plan", "instances", "bin", "no_changes", "set", "sabotage"]
    )]
    urls: Vec<String>,
    /// Secret for signing tokens that the running instances accept
    #[arg(long, env = "HELPLINE_JWT_SECRET", hide_env_values = true)]
    jwt_secret: Option<String>,
    /// URL of the instances' Postgres with an administrator role, to create tickets and read
    /// histories
    #[arg(long, env = "HELPLINE_ADMIN_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

impl RunningArgs {
    /// Whether `--urls` was given.
    pub const fn is_wanted(&self) -> bool {
        !self.urls.is_empty()
    }
}

/// Sends messages to the running instances and checks every history.
///
/// # Errors
/// If the load test run could not be completed. Violations are part of the findings.
pub async fn attempt(args: &RunningArgs, settings: &Settings) -> Result<Findings, LoadError> {
    let secret = args
        .jwt_secret
        .as_deref()
        .ok_or(LoadError::Usage("--urls needs --jwt-secret"))?;
    let database_url = args
        .database_url
        .as_deref()
        .ok_or(LoadError::Usage("--urls needs --database-url"))?;
    let instances: Vec<String> = args.urls.iter().map(|url| socket(url)).collect();
    let admin = target::connect(database_url).await?;
    let rooms = people::make_rooms(&admin, settings.tickets + members::QUIET_TICKETS)
        .await
        .map_err(LoadError::postgres("making tickets"))?;
    let run = Arc::new(new_run());
    let sockets = |preferred: usize, _lane: usize| {
        let mut urls = instances.clone();
        urls.rotate_left(preferred % instances.len());
        urls
    };
    let (tasks, handles) = members::enter(&sockets, secret, &rooms, &run).await;
    let tasks = all_joined(&run, &rooms, instances.len(), tasks, &handles).await?;
    let begun = Instant::now();
    let traffic = Traffic {
        rate: settings.rate,
        seconds: seconds(settings),
        body_bytes: settings.body_bytes,
    };
    let sent = members::send_all(&run, &handles, traffic, begun).await;
    let ended = Instant::now();
    // Open a new database connection: an event during the load test run, such as a restart, may
    // have ended the connection that was opened at its start.
    let admin = target::connect(database_url).await?;
    let converged = converge(&admin, &rooms, &handles, &run, settings)
        .await?
        .then(|| ended.elapsed());
    let records = members::disconnect_all(tasks, &handles).await;
    let mut violations: Vec<Violation> = gave_up(&records).collect();
    let counts = findings::counts(&run, &records, sent);
    let tally = tally(&records, sent);
    violations.extend(
        examine(&admin, &rooms, records, &HashSet::new(), &[], begun)
            .await?
            .0,
    );
    let (samples, outages) = report::from_first_send(&run, begun);
    let (plan, log, void, label) = (
        Plan::default(),
        Vec::new(),
        Void::default(),
        "`--urls`".to_owned(),
    );
    Ok(Findings {
        label,
        plan,
        log,
        violations,
        void,
        samples,
        outages,
        converged,
        counts,
        tally,
    })
}

/// Converts `http://host:port` to `ws://host:port/v1/ws`. Returns a WebSocket URL unchanged.
fn socket(url: &str) -> String {
    if url.starts_with("ws") {
        return url.to_owned();
    }
    format!(
        "{}/v1/ws",
        url.trim_end_matches('/').replacen("http", "ws", 1)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_named_by_its_page_or_its_socket() {
        assert_eq!(socket("http://127.0.0.1:8080"), "ws://127.0.0.1:8080/v1/ws");
        assert_eq!(socket("https://help.example/"), "wss://help.example/v1/ws");
        assert_eq!(socket("ws://127.0.0.1:1/v1/ws"), "ws://127.0.0.1:1/v1/ws");
    }
}
