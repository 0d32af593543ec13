//! The setting of the background work with which tests of the engine observe it.

use std::str::FromStr;

/// Background work for tests of the engine, for example
/// `consumers=2,start=beginning,timers=10,deliveries=20,failures=200,receiver=127.0.0.1:4000/main`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Number of consumers.
    pub consumers: usize,
    /// Whether a new consumer begins with the first event of the history.
    pub from_beginning: bool,
    /// The first consumer sets a timer for one event in so many; 0 for none.
    pub timers: u64,
    /// The first consumer plans deliveries for one event in so many; 0 for none.
    pub deliveries: u64,
    /// The first consumer cannot handle one event in so many while the event is new; 0 for none.
    pub failures: u64,
    /// Host, port and path of the receiver of deliveries.
    pub receiver: String,
}

impl FromStr for Probe {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut probe = Self {
            consumers: 1,
            from_beginning: true,
            timers: 0,
            deliveries: 0,
            failures: 0,
            receiver: String::new(),
        };
        let number = |value: &str| value.parse().map_err(|_| "is not a number");
        for part in text.split(',') {
            let (name, value) = part.split_once('=').ok_or("is not a list of NAME=VALUE")?;
            match name {
                "consumers" => probe.consumers = value.parse().map_err(|_| "is not a number")?,
                "start" => probe.from_beginning = value == "beginning",
                "timers" => probe.timers = number(value)?,
                "deliveries" => probe.deliveries = number(value)?,
                "failures" => probe.failures = number(value)?,
                "receiver" => value.clone_into(&mut probe.receiver),
                _ => return Err("has an unknown name"),
            }
        }
        Ok(probe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_is_a_list_of_names_and_values() {
        let probe: Probe = "consumers=10,start=now,deliveries=20,receiver=127.0.0.1:1/main"
            .parse()
            .expect("a probe");
        assert_eq!((probe.consumers, probe.from_beginning), (10, false));
        assert_eq!((probe.timers, probe.deliveries), (0, 20));
        assert_eq!(probe.receiver, "127.0.0.1:1/main");
        for wrong in ["", "consumers", "consumers=many", "colour=red"] {
            assert!(wrong.parse::<Probe>().is_err(), "{wrong}");
        }
    }
}
