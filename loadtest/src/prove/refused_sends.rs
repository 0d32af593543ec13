//! Which sends the instances refused, by their logs. A client whose connection is lost before the refusal comes never learns of it: it sends
//! the message again elsewhere, behind what the first instance has stored of its later ones. The protocol allows that order; without the logs
//! it would look like a fault, and with a guess in their place a fault would look like it.

use std::collections::HashSet;
use std::path::Path;

/// As the gateway words it.
const REFUSED: &str = "a send was refused";

/// The keys of all sends that these logs call refused.
pub fn of_logs<'a>(logs: impl Iterator<Item = &'a Path>) -> HashSet<String> {
    logs.flat_map(|log| {
        of_text(&String::from_utf8_lossy(
            &std::fs::read(log).unwrap_or_default(),
        ))
    })
    .collect()
}

/// A line: `… DEBUG helpline_gateway::refused_sends: a send was refused key="…" code=…`.
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
