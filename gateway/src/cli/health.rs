//! `helpline health`: asks an instance on this machine whether it is ready, for containers without curl.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;

use super::error::CliError;
use crate::config::listen_address;

/// Maximum wait for the instance's answer. Health checks of container runtimes time out after a
/// similar time.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Settings of `health`.
#[derive(Debug, Args)]
pub struct HealthSettings {
    /// Address and port on which the instance listens
    #[arg(
        long,
        env = "HELPLINE_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080",
        value_parser = listen_address
    )]
    listen: SocketAddr,
    /// Check only that the process answers (/healthz), not that it is ready
    #[arg(long)]
    alive: bool,
}

/// Prints the instance's answer. Fails if the instance is not ready or does not answer.
pub async fn run(settings: HealthSettings) -> Result<(), CliError> {
    let mut address = settings.listen;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    let path = if settings.alive { "healthz" } else { "readyz" };
    let url = format!("http://{address}/{path}");
    let asked = tokio::task::spawn_blocking(move || {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .new_agent();
        let mut answer = agent.get(&url).call()?;
        Ok::<_, ureq::Error>((
            answer.status().as_u16(),
            answer.body_mut().read_to_string()?,
        ))
    });
    match asked.await {
        Ok(Ok((status, body))) => {
            println!("{body}");
            if status == 200 {
                Ok(())
            } else {
                Err(CliError::NotReady)
            }
        }
        Ok(Err(error)) => {
            println!("{error}");
            Err(CliError::NotReady)
        }
        Err(_) => Err(CliError::NotReady),
    }
}
