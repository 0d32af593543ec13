//! The instances of `helpline dev`: separate processes, restarted if they exit.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use helpline_rig::Gateway;

use super::error::DevError;
use crate::runtime::signals::StopRequests;

/// Interval at which to check whether an instance has exited.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// All instances that `helpline dev` runs.
pub struct Gateways(Vec<Gateway>);

impl Gateways {
    /// Starts one instance per address and waits until all of them are ready. `env` holds the
    /// instances' settings.
    pub async fn start(
        addresses: &[SocketAddr],
        data: &Path,
        env: &[(&str, String)],
    ) -> Result<Self, DevError> {
        let binary = std::env::current_exe()
            .map_err(|_| DevError::Start("cannot find the path of this program"))?;
        let mut gateways = Vec::with_capacity(addresses.len());
        for address in addresses {
            let log = data.join(format!("gateway-{}.log", address.port()));
            let spec = Gateway::spec()
                .binary(&binary)
                .port(address.port())
                .log(log)
                .arg("--dev-people");
            let spec = spec
                .env("HELPLINE_LISTEN", address.to_string())
                .env("HELPLINE_METRICS_LISTEN", address.to_string());
            let spec = env
                .iter()
                .fold(spec, |spec, (name, value)| spec.env(*name, value));
            gateways.push(spec.start().await?);
        }
        Ok(Self(gateways))
    }

    /// Restarts instances that exit, until a stop is requested.
    pub async fn keep_up(&self, stop: &mut StopRequests) {
        // Cancel-safe: each started process belongs to a `Gateway`, and ends when its `Gateway` is
        // dropped.
        tokio::select! {
            () = self.restart_those_that_end() => {}
            () = stop.next() => {}
        }
    }

    async fn restart_those_that_end(&self) {
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            for gateway in &self.0 {
                let Some(status) = gateway.ended() else {
                    continue;
                };
                println!(
                    "The instance on port {} ended ({status}). Its log: {}. Restarting it …",
                    gateway.port(),
                    gateway.log().display()
                );
                match gateway.start().await {
                    Ok(()) => println!("The instance on port {} is running again.", gateway.port()),
                    Err(error) => eprintln!("helpline: {}", crate::runtime::errors::chain(&error)),
                }
            }
        }
    }

    /// Stops all instances at the same time and waits until they have drained.
    pub async fn stop(&self) {
        for gateway in &self.0 {
            gateway.terminate();
        }
        for gateway in &self.0 {
            if let Err(error) = gateway.ends().await {
                eprintln!("helpline: {}", crate::runtime::errors::chain(&error));
            }
        }
    }
}
