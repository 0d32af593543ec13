//! `helpline jobs`: shows background work, and decides about what has failed or is held.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use helpline_core::ids::{Seq, TicketId};
use helpline_core::reject::RejectCode;
use helpline_persistence::StoreError;
use helpline_persistence::operator::{self, Order, Outcome};
use serde_json::{Value, json};
use uuid::Uuid;

use super::administrator::AdministratorSettings;
use super::error::CliError;

/// The name that stands for the database's clock in `helpline jobs resume`.
const CLOCK: &str = "clock";

/// Settings of `jobs`.
#[derive(Debug, Args)]
pub struct JobsSettings {
    #[command(flatten)]
    administrator: AdministratorSettings,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: JobsCommand,
}

#[derive(Debug, Subcommand)]
enum JobsCommand {
    /// Show consumers, timers, deliveries and schedules, and what has failed
    List,
    /// Make a schedule due now
    Run {
        /// The schedule's name
        name: String,
    },
    /// Pause a consumer or a schedule
    Pause {
        /// The name of the consumer or schedule
        name: String,
    },
    /// Resume a consumer or a schedule, or work that is held because the database's clock has jumped
    Resume {
        /// The name of the consumer or schedule, or "clock"
        name: String,
    },
    /// Try a failed event or a held timer again
    Retry(Failed),
    /// Skip a failed event, or remove a held timer, for good
    Skip(Failed),
    /// Attempt dead deliveries again
    Replay {
        /// The ids of the deliveries
        #[arg(required_unless_present = "since", conflicts_with = "since")]
        ids: Vec<Uuid>,
        /// Their kind, with --since
        #[arg(long, requires = "since")]
        kind: Option<String>,
        /// Their receiver, with --since
        #[arg(long, requires = "since")]
        receiver: Option<String>,
        /// All that died since this time, for example 2030-01-31T09:00:00Z
        #[arg(long, requires = "kind", requires = "receiver")]
        since: Option<DateTime<Utc>>,
    },
}

/// Names a failed event or a held timer.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Failed {
    /// The consumer that could not handle the event
    #[arg(long, requires = "ticket", requires = "seq", conflicts_with = "timer")]
    consumer: Option<String>,
    /// The event's ticket
    #[arg(long, requires = "consumer")]
    ticket: Option<TicketId>,
    /// The event's number, as the list shows it
    #[arg(long, requires = "consumer")]
    seq: Option<u64>,
    /// The id of the held timer
    #[arg(long)]
    timer: Option<i64>,
}

impl Failed {
    /// The order about the event or the timer. `None` if the options name neither.
    fn order(
        self,
        event: fn(String, TicketId, Seq) -> Order,
        timer: fn(i64) -> Order,
    ) -> Option<Order> {
        match self {
            Self {
                timer: Some(id), ..
            } => Some(timer(id)),
            Self {
                consumer: Some(consumer),
                ticket: Some(ticket),
                seq: Some(seq),
                ..
            } => Some(event(consumer, ticket, Seq::new(seq))),
            _ => None,
        }
    }
}

/// The order of a command; `None` for `list`.
fn order(command: JobsCommand) -> Option<Order> {
    match command {
        JobsCommand::List => None,
        JobsCommand::Run { name } => Some(Order::Run(name)),
        JobsCommand::Pause { name } => Some(Order::Pause(name)),
        JobsCommand::Resume { name } if name == CLOCK => Some(Order::ResumeClock),
        JobsCommand::Resume { name } => Some(Order::Resume(name)),
        JobsCommand::Retry(failed) => failed.order(Order::RetryEvent, Order::RetryTimer),
        JobsCommand::Skip(failed) => failed.order(Order::SkipEvent, Order::RemoveTimer),
        JobsCommand::Replay {
            kind: Some(kind),
            receiver: Some(receiver),
            since: Some(since),
            ..
        } => Some(Order::ReplaySince(kind, receiver, since)),
        JobsCommand::Replay { ids, .. } => Some(Order::Replay(ids)),
    }
}

/// Carries out the command and prints the result.
pub async fn run(settings: JobsSettings) -> Result<(), CliError> {
    let (url, names) = settings.administrator.checked()?;
    let Some(order) = order(settings.command) else {
        let overview = operator::overview(&url, &names).await?;
        if settings.json {
            println!("{overview:#}");
        } else {
            print!("{}", in_lines(&overview));
        }
        return Ok(());
    };
    let outcome = operator::order(&url, &names, &order)
        .await
        .map_err(|error| refusal(&order, error))?;
    let (answer, text) = match outcome {
        Outcome::Done if matches!(order, Order::Run(_)) => (
            json!({ "done": true }),
            "due now; `helpline jobs list` shows what comes of it".to_owned(),
        ),
        Outcome::Done => (json!({ "done": true }), "done".to_owned()),
        Outcome::WhenResumed => (
            json!({ "done": true, "paused": true }),
            "the schedule is paused: it begins when it is resumed".to_owned(),
        ),
        Outcome::Replayed(count) => (
            json!({ "replayed": count }),
            format!("{count} deliveries are due again"),
        ),
    };
    if settings.json {
        println!("{answer}");
    } else {
        println!("{text}");
    }
    Ok(())
}

/// The error of an order; a refusal in words about what the order named.
fn refusal(order: &Order, error: StoreError) -> CliError {
    let StoreError::Refused { code, .. } = error else {
        return error.into();
    };
    CliError::Refused(match (code, order) {
        (RejectCode::NotFound, Order::Run(name)) => format!("there is no schedule {name:?}"),
        (RejectCode::NotFound, Order::Pause(name) | Order::Resume(name)) => {
            format!("there is no consumer or schedule {name:?}")
        }
        (RejectCode::NotFound, Order::ResumeClock) => {
            "no work is held because of the clock".to_owned()
        }
        (RejectCode::NotFound, Order::RetryEvent(..) | Order::SkipEvent(..)) => {
            "this event of the ticket has not failed".to_owned()
        }
        (RejectCode::NotFound, Order::RetryTimer(id) | Order::RemoveTimer(id)) => {
            format!("the timer {id} is not held")
        }
        (RejectCode::Conflict, Order::RetryEvent(..) | Order::SkipEvent(..)) => {
            "another event of the ticket has failed by now; list the work again".to_owned()
        }
        (code, _) => format!("the database refuses it: {code}"),
    })
}

/// The overview as text: a heading for each list, and a line for each of its entries.
fn in_lines(overview: &Value) -> String {
    let mut text = String::new();
    let entry = |value: &Value| {
        let fields = value.as_object().into_iter().flatten();
        let known = fields.filter(|(_, value)| !value.is_null());
        let words: Vec<_> = known
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        words.join(" ")
    };
    for (name, value) in overview.as_object().into_iter().flatten() {
        let lines: Vec<_> = match value {
            Value::Array(entries) => entries.iter().map(entry).collect(),
            other => vec![entry(other)],
        };
        if lines.is_empty() {
            continue;
        }
        text.push_str(&format!("{}\n", name.replace('_', " ")));
        for line in lines {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Jobs {
        #[command(flatten)]
        settings: JobsSettings,
    }

    fn ordered(line: &str) -> Option<Order> {
        let words = std::iter::once("jobs").chain(line.split(' '));
        order(Jobs::try_parse_from(words).ok()?.settings.command)
    }

    #[test]
    fn commands_are_orders() {
        let (id, at) = (Uuid::from_u128(7), "2030-01-31T09:00:00Z");
        let ticket = TicketId::new(id);
        for (line, expected) in [
            ("run cleanup".to_owned(), Order::Run("cleanup".into())),
            ("pause rules".to_owned(), Order::Pause("rules".into())),
            ("resume clock".to_owned(), Order::ResumeClock),
            ("resume rules".to_owned(), Order::Resume("rules".into())),
            (
                format!("skip --consumer rules --ticket {id} --seq 4"),
                Order::SkipEvent("rules".into(), ticket, Seq::new(4)),
            ),
            ("retry --timer 4".to_owned(), Order::RetryTimer(4)),
            (format!("replay {id}"), Order::Replay(vec![id])),
            (
                format!("replay --kind mail --receiver a --since {at}"),
                Order::ReplaySince("mail".into(), "a".into(), at.parse().expect("a time")),
            ),
        ] {
            assert_eq!(ordered(&line), Some(expected), "{line}");
        }
        for line in [
            "retry".to_owned(),
            "skip --consumer rules".to_owned(),
            format!("skip --consumer rules --ticket {id} --seq 4 --timer 4"),
            "replay".to_owned(),
            format!("replay --since {at}"),
            format!("replay {id} --kind mail --receiver a --since {at}"),
            "run".to_owned(),
        ] {
            assert_eq!(ordered(&line), None, "{line}");
        }
    }

    #[test]
    fn the_overview_names_what_there_is() {
        let overview = json!({"schedules": [{"name": "a", "error": null}], "held_timers": [], "identity": {"confirmed": true}});
        assert_eq!(
            in_lines(&overview),
            "identity\n  confirmed=true\nschedules\n  name=\"a\"\n"
        );
    }
}
