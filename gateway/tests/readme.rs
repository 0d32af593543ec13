//! The README's table of transitions is core's.

use helpline_core::actor::ActorType;
use helpline_core::ticket::Status;
use helpline_core::transitions;

const README: &str = include_str!("../../README.md");

fn words(cell: &str) -> Vec<String> {
    let mut words: Vec<String> = cell
        .split_whitespace()
        .map(|word| word.trim_matches('`').to_owned())
        .collect();
    words.sort();
    words
}

fn sorted(statuses: impl IntoIterator<Item = Status>) -> Vec<String> {
    let mut words: Vec<String> = statuses
        .into_iter()
        .map(|status| status.to_string())
        .collect();
    words.sort();
    words
}

#[test]
fn the_table_of_moves_is_cores() {
    let table = README
        .split_once("<!-- transitions")
        .and_then(|(_, rest)| rest.split_once("<!-- end of transitions -->"))
        .expect("the table is marked")
        .0;
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), Status::ALL.len());
    for cells in rows {
        let from: Status = cells[1].trim_matches('`').parse().expect("a status");
        assert_eq!(
            words(cells[2]),
            sorted(transitions::allowed(ActorType::Customer, from)),
            "{from}, by the customer"
        );
        assert_eq!(
            words(cells[3]),
            sorted(transitions::allowed(ActorType::Admin, from)),
            "{from}, by staff"
        );
        assert_eq!(
            words(cells[4]),
            sorted(transitions::on_message(ActorType::Customer, from)),
            "{from}, by a customer's message"
        );
        assert_eq!(
            words(cells[5]),
            sorted(transitions::on_message(ActorType::Admin, from)),
            "{from}, by an agent's message"
        );
    }
}
