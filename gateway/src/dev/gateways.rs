//! The gateways of `dev`: processes, started again when one ends.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use helpline_rig::Gateway;

use super::error::DevError;
use crate::runtime::signals::StopRequests;

/// Between two looks at the processes; they have no event to wait for.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// Every instance.
pub struct Gateways(Vec<Gateway>);

impl Gateways {
    /// Starts one per address and waits until all are ready.
    pub async fn start(
        addresses: &[SocketAddr],
        data: &Path,
        env: &[(&str, String)],
    ) -> Result<Self, DevError> {
        let binary = std::env::current_exe()
            .map_err(|_| DevError::Start("the own program cannot be found"))?;
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

    /// Starts again whichever ends, until the wish to stop.
    pub async fn keep_up(&self, stop: &mut StopRequests) {
        // Cancel-safe: a process that was started is owned, and ends when it is dropped.
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
                    "The instance on port {} ended ({status}); its log: {}. Starting it again …",
                    gateway.port(),
                    gateway.log().display()
                );
                match gateway.start().await {
                    Ok(()) => println!("The instance on port {} is up again.", gateway.port()),
                    Err(error) => eprintln!("helpline: {}", crate::runtime::errors::chain(&error)),
                }
            }
        }
    }

    /// Drains and ends all of them at once.
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
