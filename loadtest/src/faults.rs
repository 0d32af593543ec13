//! What is broken during a run, and when: `kill-redis@15,start-redis@25,kill-gateway-2@35,start-gateway-2@45`.

use std::str::FromStr;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::desk::Rig;
use crate::error::LoadError;

/// One thing done to one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// SIGKILL.
    Kill,
    /// Started again on the same port.
    Start,
    /// SIGTERM, and waited for.
    Stop,
    /// SIGSTOP.
    Freeze,
    /// SIGCONT.
    Thaw,
}

/// A part of the rig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The relay.
    Redis,
    /// The record.
    Postgres,
    /// An instance, counted from 0.
    Gateway(usize),
}

/// A fault with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// From the first send.
    pub at: Duration,
    /// What.
    pub action: Action,
    /// To what.
    pub part: Part,
    /// As written.
    pub text: String,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usage = || format!("{text:?} is not <kill|start|stop|freeze|thaw>-<redis|postgres|gateway-N>@<seconds>");
        let (what, seconds) = text.split_once('@').ok_or_else(usage)?;
        let (action, part) = what.split_once('-').ok_or_else(usage)?;
        let action = match action {
            "kill" => Action::Kill,
            "start" => Action::Start,
            "stop" => Action::Stop,
            "freeze" => Action::Freeze,
            "thaw" => Action::Thaw,
            _ => return Err(usage()),
        };
        let part = match (part, part.strip_prefix("gateway-").map(str::parse::<usize>)) {
            ("redis", _) => Part::Redis,
            ("postgres", _) => Part::Postgres,
            (_, Some(Ok(n @ 1..))) => Part::Gateway(n - 1),
            _ => return Err(usage()),
        };
        let at = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or_else(usage)?;
        Ok(Self { at, action, part, text: text.to_owned() })
    }
}

/// Redis killed once and one instance killed by SIGKILL once, each restarted, spread over a run of this length.
pub fn default_schedule(seconds: u64) -> Vec<Fault> {
    let at = |twelfths: u64| seconds as f64 * twelfths as f64 / 12.0;
    [("kill-redis", 3), ("start-redis", 5), ("kill-gateway-2", 7), ("start-gateway-2", 9)]
        .into_iter()
        .map(|(what, twelfths)| format!("{what}@{}", at(twelfths)).parse().expect("written as it is read"))
        .collect()
}

/// Carries them out, each at its time.
///
/// # Errors
/// When the rig does not do what it is told, or has no such part.
pub async fn carry_out(rig: &Rig, mut faults: Vec<Fault>, begun: Instant) -> Result<(), LoadError> {
    faults.sort_by_key(|fault| fault.at);
    for fault in faults {
        sleep_until(begun + fault.at).await;
        carry_out_one(rig, &fault).await?;
        println!("fault      {} (done at {:.1} s)", fault.text, begun.elapsed().as_secs_f64());
    }
    Ok(())
}

async fn carry_out_one(rig: &Rig, fault: &Fault) -> Result<(), LoadError> {
    const MISSING: LoadError = LoadError::Usage("a fault names a part that the rig does not have");
    match (fault.part, fault.action) {
        (Part::Redis, action) => {
            let redis = rig.redis.as_ref().ok_or(MISSING)?;
            match action {
                Action::Kill => redis.kill9().await?,
                Action::Start => redis.start().await?,
                Action::Stop => redis.stop().await?,
                Action::Freeze => redis.freeze(),
                Action::Thaw => redis.thaw(),
            }
        }
        (Part::Postgres, Action::Kill) => rig.postgres.kill9().await?,
        (Part::Postgres, Action::Start) => rig.postgres.start().await?,
        (Part::Postgres, Action::Stop) => rig.postgres.stop().await?,
        (Part::Postgres, Action::Freeze) => rig.postgres.freeze(),
        (Part::Postgres, Action::Thaw) => rig.postgres.thaw(),
        (Part::Gateway(n), action) => {
            let gateway = rig.gateways.get(n).ok_or(MISSING)?;
            match action {
                Action::Kill => gateway.kill9().await?,
                Action::Start => gateway.start().await?,
                Action::Stop => drop(gateway.stop().await?),
                Action::Freeze => gateway.freeze(),
                Action::Thaw => gateway.thaw(),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_they_are_written() {
        let fault: Result<Fault, _> = "kill-gateway-2@1.5".parse();
        let text = "kill-gateway-2@1.5".into();
        assert_eq!(fault, Ok(Fault { at: Duration::from_millis(1500), action: Action::Kill, part: Part::Gateway(1), text }));
        for wrong in ["", "kill-redis", "kill@3", "hug-redis@3", "kill-gateway-0@3", "kill-redis@soon", "kill-redis@-1"] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
        }
        assert_eq!(default_schedule(60).len(), 4);
    }
}
