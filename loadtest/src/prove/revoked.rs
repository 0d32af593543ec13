//! Removes an agent's role or blocks the agent, and restores the agent's access some seconds later.
//! Each agent works on one ticket and has a connection on every instance. Without access, the agent
//! must receive no events, REST requests must be refused, and the ticket must be unassigned.
//! Afterwards the agent must be served again. Plain SQL makes the changes, so the instances can
//! notice them only by checking the database.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_core::protocol::ClientFrame;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::consoles::again_and_again;
use super::http::{self, Request};
use super::plan::AgentOp;
use super::test_cluster::TestCluster;
use crate::checker::{Facet, Violation};
use crate::error::LoadError;
use crate::people::{self, Room};
use crate::target::{self, Admin};
use crate::truth;
use crate::wire::{Link, LinkError};

/// Number of tickets, each with an agent: one agent loses the role, the other is blocked.
pub const TICKETS: usize = 2;
/// How long the agent has no access. It is long enough to detect a forbidden delivery after
/// [`ENDED_WITHIN`].
const AWAY: Duration = Duration::from_secs(9);
/// Time limit for ending the connection of a person who has lost access. It is the documented five
/// seconds, and one more for a busy machine.
const ENDED_WITHIN: Duration = Duration::from_secs(6);
/// Time limit for the agent to receive an event. It applies before the agent loses access, and
/// again after the access is restored.
const SERVED_WITHIN: Duration = Duration::from_secs(20);
/// Time between two events that plain SQL writes on the agent's ticket.
const TOUCH_INTERVAL: Duration = Duration::from_millis(250);

/// A received frame about the agent's ticket.
#[derive(Debug, Clone, Copy)]
struct Heard {
    /// Time at which the frame's connection was opened.
    opened: Instant,
    /// Time at which the frame arrived.
    at: Instant,
}

/// The frames that one agent received on one instance.
type Log = Arc<Mutex<Vec<Heard>>>;

/// What was observed while one agent lost and regained access.
#[derive(Debug)]
struct Seen {
    op: AgentOp,
    ticket: TicketId,
    /// Time just after the commit that removed the agent's access.
    taken: Instant,
    /// Time just before the agent's access was restored.
    given: Instant,
    /// The ticket's assignee just after the agent lost access.
    assignee: Option<String>,
    /// Each instance's HTTP status for the agent's request after the agent lost access.
    answers: Vec<Option<u16>>,
    /// The frames that the agent received from each instance.
    heard: Vec<Vec<Heard>>,
}

/// The tickets whose agents lose access, and what was observed.
#[derive(Debug)]
pub struct Revoked {
    rooms: Vec<Room>,
    seen: Mutex<Vec<Seen>>,
}

impl Revoked {
    /// Stores the tickets to use. Changes nothing yet.
    pub fn new(rooms: Vec<Room>) -> Self {
        Self {
            rooms,
            seen: Mutex::new(Vec::new()),
        }
    }

    /// Removes an agent's access for some seconds and restores it.
    ///
    /// # Errors
    /// If the database refuses a statement, or the agent received no events before losing access.
    pub async fn run(&self, cluster: &TestCluster, op: AgentOp) -> Result<String, LoadError> {
        let room = self.rooms[op as usize % TICKETS];
        let admin = target::connect(&cluster.admin_url().await).await?;
        let token = people::token(target::RIG_SECRET, room.agent, "Agent Load");
        let mut connections = JoinSet::new();
        let mut logs: Vec<Log> = Vec::new();
        for gateway in &cluster.gateways {
            let log = Log::default();
            logs.push(Arc::clone(&log));
            connections.spawn(again_and_again(
                gateway.ws_url(),
                token.clone(),
                async move |link| listen(link, room.ticket, &log).await,
            ));
        }
        let doing = || LoadError::postgres("assigning a ticket");
        admin
            .execute(
                include_str!("../../sql/prove_assign.sql"),
                &[&room.ticket.uuid(), &room.agent.uuid()],
            )
            .await
            .map_err(doing())?;
        if !touch_until_served(&admin, room, &logs).await? {
            return Err(LoadError::Stalled("the agent was not served before".into()));
        }
        set_rights(&admin, room, op, false).await?;
        let taken = Instant::now();
        let assignee = truth::states(&admin, &[room])
            .await?
            .remove(&room.ticket)
            .and_then(|state| state.get(&Facet::Assignee).cloned().flatten());
        let answers = answers(cluster, room, &token).await;
        while taken.elapsed() < AWAY {
            touch(&admin, room).await?;
            sleep(TOUCH_INTERVAL).await;
        }
        let given = Instant::now();
        set_rights(&admin, room, op, true).await?;
        touch_until_served(&admin, room, &logs).await?;
        connections.shutdown().await;
        let seen = Seen {
            op,
            ticket: room.ticket,
            taken,
            given,
            assignee,
            answers,
            heard: logs.iter().map(all).collect(),
        };
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(seen);
        Ok("and given back".into())
    }

    /// Returns a violation for each rule that was broken for an agent who lost access.
    pub fn violations(&self) -> Vec<Violation> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().flat_map(judge).collect()
    }
}

fn all(log: &Log) -> Vec<Heard> {
    log.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Records every received frame that contains the ticket's id, except refusals.
async fn listen(mut link: Link, ticket: TicketId, log: &Log) -> Result<(), LinkError> {
    let opened = Instant::now();
    let (id, after, epoch) = (1, None, None);
    link.send(&ClientFrame::Subscribe {
        id,
        ticket,
        after,
        epoch,
    })
    .await?;
    let name = ticket.to_string();
    loop {
        let text = link.next().await?;
        if text.starts_with("{\"type\":\"error\"") {
            // The server refused the subscription. Return, so that the caller tries again on a new
            // connection.
            return Ok(());
        }
        if text.contains(&name) {
            let at = Instant::now();
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push(Heard { opened, at });
        }
        if text.starts_with("{\"type\":\"ping\"") {
            link.send(&ClientFrame::Pong).await?;
        } else if text.starts_with("{\"type\":\"reset\"") {
            return Ok(());
        }
    }
}

async fn set_rights(
    admin: &Admin,
    room: Room,
    op: AgentOp,
    has_them: bool,
) -> Result<(), LoadError> {
    let agent = room.agent.uuid();
    let done = match (op, has_them) {
        (AgentOp::RoleTaken, false) => {
            let take = include_str!("../../sql/prove_take_role.sql");
            admin.execute(take, &[&agent]).await
        }
        (AgentOp::RoleTaken, true) => {
            let give = include_str!("../../sql/make_roles.sql");
            admin.execute(give, &[&vec![agent]]).await
        }
        (AgentOp::Blocked, _) => {
            let block = include_str!("../../sql/prove_block.sql");
            admin.execute(block, &[&agent, &!has_them]).await
        }
    };
    done.map(drop)
        .map_err(LoadError::postgres("taking an agent's rights"))
}

async fn touch(admin: &Admin, room: Room) -> Result<(), LoadError> {
    admin
        .execute(
            include_str!("../../sql/prove_touch.sql"),
            &[&vec![room.ticket.uuid()]],
        )
        .await
        .map(drop)
        .map_err(LoadError::postgres("writing on an agent's ticket"))
}

/// Writes events on the ticket until the agent has received an event on every instance. Returns
/// false if that takes too long.
async fn touch_until_served(admin: &Admin, room: Room, logs: &[Log]) -> Result<bool, LoadError> {
    let from = Instant::now();
    let is_served = |log: &Log| all(log).iter().any(|heard| heard.at > from);
    while !logs.iter().all(is_served) {
        if from.elapsed() > SERVED_WITHIN {
            return Ok(false);
        }
        touch(admin, room).await?;
        sleep(TOUCH_INTERVAL).await;
    }
    Ok(true)
}

/// Requests the ticket's history from every instance. Returns the HTTP statuses.
async fn answers(cluster: &TestCluster, room: Room, token: &str) -> Vec<Option<u16>> {
    let path = format!("/v1/tickets/{}/activity?after=0&limit=1", room.ticket);
    let mut answers = Vec::new();
    for gateway in &cluster.gateways {
        let request = Request {
            method: "GET",
            path: &path,
            token,
            body: String::new(),
        };
        let answer = http::ask(gateway.port(), request).await;
        answers.push(answer.map(|answer| answer.status));
    }
    answers
}

fn judge(seen: &Seen) -> Vec<Violation> {
    let Seen {
        op,
        ticket,
        taken,
        given,
        ..
    } = seen;
    let mut found = Vec::new();
    if let Some(agent) = &seen.assignee {
        found.push(Violation::Stuck(format!(
            "{ticket} is still assigned to {agent}, {}",
            op.told()
        )));
    }
    for (n, answer) in seen.answers.iter().enumerate() {
        if answer.is_some_and(|status| status < 400) {
            found.push(Violation::Leaked(format!(
                "instance {} showed {ticket} by REST to an agent {}",
                n + 1,
                op.told()
            )));
        }
    }
    for (n, heard) in seen.heard.iter().enumerate() {
        let late = heard.iter().find(|heard| {
            let is_away = heard.at > *taken && heard.at < *given;
            is_away && (heard.opened > *taken || heard.at > *taken + ENDED_WITHIN)
        });
        if let Some(late) = late {
            found.push(Violation::Leaked(format!(
                "{ticket}: instance {} delivered it to an agent {}, {:.1} s later",
                n + 1,
                op.told(),
                (late.at - *taken).as_secs_f64()
            )));
        }
        if !heard.iter().any(|heard| heard.at > *given) {
            found.push(Violation::Stuck(format!(
                "{ticket}: instance {} did not serve an agent {} and given their rights back",
                n + 1,
                op.told()
            )));
        }
    }
    found
}

impl AgentOp {
    const fn told(self) -> &'static str {
        match self {
            Self::RoleTaken => "whose role was taken",
            Self::Blocked => "who was blocked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds the observation of an agent who received events before losing access and after
    /// regaining it, and received the frames `between`. Each pair is the time at which the
    /// connection was opened and the time of arrival, in seconds after the agent lost access
    /// (negative: before).
    fn seen(between: &[(f64, f64)]) -> Seen {
        let taken = Instant::now() + Duration::from_secs(100);
        let at = |s: f64| {
            if s < 0.0 {
                taken - Duration::from_secs_f64(-s)
            } else {
                taken + Duration::from_secs_f64(s)
            }
        };
        let heard = [(-20.0, -1.0)]
            .iter()
            .chain(between)
            .chain(&[(10.0, 11.0)])
            .map(|(opened, came)| Heard {
                opened: at(*opened),
                at: at(*came),
            });
        Seen {
            op: AgentOp::Blocked,
            ticket: TicketId::new(uuid::Uuid::from_u128(7)),
            taken,
            given: at(9.0),
            assignee: None,
            answers: vec![Some(403), None],
            heard: vec![heard.collect()],
        }
    }

    fn words(seen: &Seen) -> Vec<&'static str> {
        judge(seen).iter().map(Violation::word).collect()
    }

    #[test]
    fn an_open_connection_may_tell_for_some_seconds_and_a_new_one_nothing() {
        assert_eq!(words(&seen(&[])), [""; 0]);
        assert_eq!(words(&seen(&[(-20.0, 4.9)])), [""; 0]);
        assert_eq!(words(&seen(&[(-20.0, 6.5)])), ["leaked"]);
        assert_eq!(words(&seen(&[(1.0, 1.5)])), ["leaked"]);
    }

    #[test]
    fn an_agent_without_rights_is_shown_nothing_by_rest_and_keeps_no_ticket() {
        let shown = Seen {
            answers: vec![Some(403), Some(200)],
            ..seen(&[])
        };
        assert_eq!(words(&shown), ["leaked"]);
        let kept = Seen {
            assignee: Some("someone".into()),
            ..seen(&[])
        };
        assert_eq!(words(&kept), ["stuck"]);
    }

    #[test]
    fn an_agent_whose_rights_are_given_back_must_be_served() {
        let mut gone = seen(&[]);
        gone.heard[0].pop();
        assert_eq!(words(&gone), ["stuck"]);
    }
}
