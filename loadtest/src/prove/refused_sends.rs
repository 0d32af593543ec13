//! Reads from the instances' logs which messages they refused. A client that loses its connection
//! before the refusal arrives does not learn of it. It sends the message again on a different
//! instance, possibly after the refusing instance has stored messages that the client sent later.
//! The protocol allows that order. Without the logs, the checker would report this order as a
//! fault, or overlook real faults.

use std::collections::HashSet;
use std::path::Path;

/// The gateway's log message for a refused message.
const REFUSED: &str = "a send was refused";

/// Returns the idempotency keys of all messages that were refused according to these logs.
pub fn of_logs<'a>(logs: impl Iterator<Item = &'a Path>) -> HashSet<String> {
    logs.flat_map(|log| {
        of_text(&String::from_utf8_lossy(
            &std::fs::read(log).unwrap_or_default(),
        ))
    })
    .collect()
}

/// Parses log lines such as `… DEBUG helpline_gateway::refused_sends: a send was refused key="…"
/// code=…`.
fn of_text(text: &str) -> HashSet<String> {
    let refused = text.lines().filter(|line| line.contains(REFUSED));
    refused
        .filter_map(|line| Some(line.split_once("key=\"")?.1.split_once('"')?.0.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_words_it_so() {
        assert!(
            include_str!("../../../gateway/src/writer/job.rs").contains(&format!("\"{REFUSED}\""))
        );
    }

    #[test]
    fn the_key_of_a_refused_send_is_read_from_its_line() {
        let line = "2026-01-02T03:04:05.123456Z DEBUG helpline_gateway::refused_sends: a send was refused key=\"p1.0c.7\" code=unavailable";
        assert_eq!(
            of_text(&format!("one\n{line}\ntwo key=\"x\"\n")),
            HashSet::from(["p1.0c.7".to_owned()])
        );
    }
}
