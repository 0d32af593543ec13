//! During all faults, sends REST requests about tickets that nothing else uses, and checks the
//! responses. Every response must be about what was requested: a write returns what its transaction
//! wrote. A gateway that mixes up transactions would return other people's messages.

use std::time::Duration;

use helpline_core::ids::UserId;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::executor::Executor;
use super::http::{self, Answer, Request};
use crate::checker::Violation;
use crate::people::{self, Room};
use crate::target;

/// Number of tickets that are used only for checking the responses to REST requests.
pub const TICKETS: usize = 4;
/// Time between two turns. One turn writes a message, edits the message and changes the priority.
const INTERVAL: Duration = Duration::from_millis(500);

/// The result of all turns (sequences of REST requests).
#[derive(Debug, Default)]
pub struct Answers {
    /// Number of responses that were checked.
    pub judged: u64,
    /// Responses that were about something other than the request.
    pub foreign: Vec<Violation>,
}

/// Runs turns (sequences of REST requests) until the end of the load test run. Each turn waits for
/// the previous turn, and each request for the previous request. The message that a turn edits
/// therefore exists, unless a restore undid it.
pub async fn converse(
    executor: &Executor,
    rooms: &[Room],
    begun: Instant,
    seconds: u64,
) -> Answers {
    let end = begun + Duration::from_secs(seconds);
    let mut answers = Answers::default();
    for nth in 0.. {
        let at = (begun + INTERVAL * nth).max(Instant::now());
        if at >= end {
            break;
        }
        sleep_until(at).await;
        let port = executor.cluster.gateways[nth as usize % executor.cluster.gateways.len()].port();
        let turn = Turn {
            port,
            room: rooms[nth as usize % rooms.len()],
            nth,
        };
        // If a request fails, skip the later requests of this turn (a sequence of REST requests)
        // and continue with the next turn.
        let _ = turn.take(&mut answers).await;
    }
    answers
}

struct Turn {
    port: u16,
    room: Room,
    nth: u32,
}

impl Turn {
    /// Runs one turn: writes a message, reads and edits it, and changes the priority. Returns
    /// `None` if a request was refused or not answered.
    async fn take(&self, answers: &mut Answers) -> Option<()> {
        let Self {
            room:
                Room {
                    ticket,
                    customer,
                    agent,
                },
            nth,
            ..
        } = *self;
        let (path, text, edited) = (
            format!("/v1/tickets/{ticket}"),
            format!("asked {nth}"),
            format!("asked otherwise {nth}"),
        );
        let sent = self
            .ask(
                customer,
                "POST",
                &format!("{path}/messages"),
                json!({ "body": text }),
            )
            .await?;
        let after = sent.body["seq"].as_u64()?.checked_sub(1)?;
        let page = self
            .ask(
                customer,
                "GET",
                &format!("{path}/activity?after={after}&limit=1"),
                Value::Null,
            )
            .await?;
        let event = &page.body["events"][0];
        answers.judge("a page of history", event, &[("/ticket", json!(ticket))]);
        // If the event does not contain the text that was sent above, a restore undid the message,
        // and a different event has its number.
        let message = event["message"]["id"]
            .as_str()
            .filter(|_| event["message"]["body"] == json!(text))?;
        let answer = self
            .ask(
                customer,
                "PATCH",
                &format!("{path}/messages/{message}"),
                json!({ "body": edited }),
            )
            .await?;
        let own = [
            ("/ticket", json!(ticket)),
            ("/message/id", json!(message)),
            ("/message/body", json!(edited)),
        ];
        answers.judge("an edit", &answer.body, &own);
        let priority = ["low", "high"][nth as usize / TICKETS % 2];
        let answer = self
            .ask(agent, "PATCH", &path, json!({ "priority": priority }))
            .await?;
        // Do not compare the priority: an earlier request whose response was lost may change it
        // only now.
        answers.judge("a change", &answer.body, &[("/id", json!(ticket))]);
        Some(())
    }

    async fn ask(&self, user: UserId, method: &str, path: &str, body: Value) -> Option<Answer> {
        let token = people::token(target::RIG_SECRET, user, "Person Rest");
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        http::ask(
            self.port,
            Request {
                method,
                path,
                token: &token,
                body,
            },
        )
        .await
        .filter(Answer::is_success)
    }
}

impl Answers {
    /// Checks that the response has these values at these JSON pointers.
    fn judge(&mut self, what: &str, answer: &Value, expected: &[(&str, Value)]) {
        self.judged += 1;
        let differs = expected
            .iter()
            .find(|(place, value)| answer.pointer(place) != Some(value));
        if let Some((place, value)) = differs {
            let got = answer.pointer(place).unwrap_or(&Value::Null);
            self.foreign.push(Violation::Foreign(format!(
                "{what} was answered with {got} in place of {value} at {place}"
            )));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_about_another_ticket_is_foreign() {
        let mut answers = Answers::default();
        let event = json!({ "ticket": "one", "message": { "body": "mine" } });
        answers.judge(
            "an edit",
            &event,
            &[("/ticket", json!("one")), ("/message/body", json!("mine"))],
        );
        assert!(answers.foreign.is_empty());
        answers.judge("an edit", &event, &[("/ticket", json!("other"))]);
        answers.judge("an edit", &Value::Null, &[("/ticket", json!("one"))]);
        assert_eq!((answers.judged, answers.foreign.len()), (3, 2));
    }
}
