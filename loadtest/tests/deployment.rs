//! Checks that the files of `deploy/` agree with the program: every setting in them exists, and
//! their timeouts fit the program's own timeouts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use helpline_core::limits;

const CONFIGURATION: &str = include_str!("../../docs/configuration.md");
const NGINX: &str = include_str!("../../deploy/nginx.conf");
const HAPROXY: &str = include_str!("../../deploy/haproxy.cfg");
const CADDY: &str = include_str!("../../deploy/Caddyfile");
const UNIT: &str = include_str!("../../deploy/helpline.service");
const COMPOSE: &str = include_str!("../../deploy/compose.yaml");
const KUBERNETES: &str = include_str!("../../deploy/kubernetes/deployment.yaml");
/// Minimum difference between a supervisor's stop timeout and the longest time that an instance
/// takes to shut down.
const GRACE: Duration = Duration::from_secs(5);
/// Time in which a proxy notices a failed instance. It is the probe interval times the number of
/// failed probes required, doubled to allow for slow responses.
const NOTICED: Duration = Duration::from_secs(4);

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// Returns every `HELPLINE_…` name in a text.
fn settings(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("HELPLINE_").map(|(at, _)| {
        let rest = &text[at..];
        let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        rest.split_once(|c| !is_part(c))
            .map_or(rest, |(name, _)| name)
    })
}

/// The number after the first occurrence of `word`, as a duration. A number of 1,000 or more is in
/// milliseconds, a smaller number in seconds.
fn time(text: &str, word: &str) -> Duration {
    let rest = text.split_once(word).map(|(_, rest)| rest);
    let rest = rest.unwrap_or_else(|| panic!("there is no {word:?}"));
    let digits: String = rest
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    let number: u64 = digits.parse().expect("a number");
    if number >= 1_000 {
        Duration::from_millis(number)
    } else {
        Duration::from_secs(number)
    }
}

#[test]
fn every_setting_that_is_named_exists() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    let mut named = 0;
    for file in files(&dir) {
        let text = std::fs::read_to_string(&file).expect("a text");
        // Skip `HELPLINE_REVISION`, which is set when the image is built, not when it runs.
        for setting in settings(&text).filter(|setting| *setting != "HELPLINE_REVISION") {
            named += 1;
            assert!(
                CONFIGURATION.contains(&format!("`{setting}`")),
                "{} names {setting}, which docs/configuration.md does not",
                file.display()
            );
        }
    }
    assert!(named > 20, "only {named} settings were found");
}

#[test]
fn supervisors_wait_longer_than_an_instance_takes_to_leave() {
    let drain = Duration::from_millis(limits::DRAIN_TIMEOUT_MS);
    for (text, delay, grace) in [
        (UNIT, "HELPLINE_DRAIN_DELAY_MS=", "TimeoutStopSec="),
        (COMPOSE, "HELPLINE_DRAIN_DELAY_MS: ", "stop_grace_period: "),
        (
            KUBERNETES,
            "name: HELPLINE_DRAIN_DELAY_MS\n",
            "terminationGracePeriodSeconds: ",
        ),
    ] {
        let delay = time(text, delay);
        assert!(delay > NOTICED, "{delay:?} is too short for the proxies");
        assert!(time(text, grace) > delay + drain + GRACE, "{grace}");
    }
}

#[test]
fn proxies_close_no_connection_that_is_alive() {
    let beat = Duration::from_millis(limits::HEARTBEAT_INTERVAL_MS);
    for (text, word) in [
        (NGINX, "proxy_read_timeout "),
        (NGINX, "proxy_send_timeout "),
        (HAPROXY, "timeout tunnel "),
        (HAPROXY, "timeout client "),
        (HAPROXY, "timeout server "),
    ] {
        assert!(time(text, word) > beat * 3, "{word}");
    }
}

#[test]
fn figures_are_not_public() {
    for (text, refusal) in [
        (NGINX, "location = /metrics {\n            return 404;"),
        (HAPROXY, "return status 404 if { path /metrics }"),
        (CADDY, "@figures path /metrics\n\trespond @figures 404"),
    ] {
        assert!(text.contains(refusal), "{refusal}");
    }
}
