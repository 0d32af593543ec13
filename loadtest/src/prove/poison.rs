//! Writes "poisoned" rows: rows that no correct client writes but that a database may still
//! contain. The rows belong to tickets that are used for nothing else, and the rooms of these
//! tickets are open on every instance. A row that cannot be decoded must affect only its own
//! ticket. To test this, plain SQL changes other tickets while the poisoned rows exist. Only the
//! gateway's regular polling can deliver those changes.

use std::time::Duration;

use helpline_core::ids::{Key, TicketId};
use helpline_core::protocol::ClientFrame;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until};

use super::consoles::ConsoleLog;
use super::test_cluster::TestCluster;
use crate::checker::{Sender, Violation};
use crate::client::{Member, Record};
use crate::error::LoadError;
use crate::people::{self, Room};
use crate::target::{self, Admin};
use crate::wire::Link;

/// Number of poisoned tickets: three for [`attachments`], and one each for an invalid time, an
/// unknown sender type and an event with a different ticket's number.
pub const TICKETS: usize = 6;
/// Number of changes to tickets without poisoned (undecodable) rows.
const TOUCHES: u32 = 24;
/// Number of tickets without poisoned (undecodable) rows that are changed.
const TOUCHED_TICKETS: usize = 4;
/// Time between two changes to tickets without poisoned (undecodable) rows.
const TOUCH_INTERVAL: Duration = Duration::from_millis(250);
/// Duration of the last part of the poison operation, in which tickets without poisoned
/// (undecodable) rows are changed and observed.
pub const WATCHED: Duration =
    Duration::from_millis(TOUCH_INTERVAL.as_millis() as u64 * TOUCHES as u64);
/// Maximum time from the commit of a change to a ticket without poisoned (undecodable) rows until
/// every member and console has received the change. It is much longer than the gateway's polling
/// interval.
const STARVED_AFTER: Duration = Duration::from_secs(8);
/// Maximum number of attempts to write the poisoned (undecodable) rows without the check
/// constraints. An attempt fails if a concurrent writer has locked the table.
const BYPASS_TRIES: usize = 5;

/// Three attachments that cannot be decoded: a number that no double can represent, JSON that is
/// nested too deeply for a parser, and a text that is too long for a frame.
fn attachments() -> [String; 3] {
    let long = format!(
        r#"[{{"id":"018f3c1e-0000-7000-8000-000000000001","name":"{}","content_type":"text/plain","size_bytes":1}}]"#,
        "x".repeat(3 * 1024 * 1024)
    );
    [
        "[1e400]".into(),
        format!("{}{}", "[".repeat(200), "]".repeat(200)),
        long,
    ]
}

/// An event that plain SQL wrote on a healthy ticket while other tickets had poisoned rows (rows
/// that no program can decode).
#[derive(Debug, Clone, Copy)]
pub struct Touch {
    ticket: TicketId,
    seq: u64,
    public_seq: u64,
    /// Time just after the change was committed.
    at: Instant,
}

/// The tickets with poisoned (undecodable) rows, and the changes to other tickets.
#[derive(Debug)]
pub struct Poison {
    rooms: Vec<Room>,
    touches: Mutex<Vec<Touch>>,
}

impl Poison {
    /// Stores the tickets that will get poisoned (undecodable) rows. Writes nothing to the database
    /// yet.
    pub fn new(rooms: Vec<Room>) -> Self {
        Self {
            rooms,
            touches: Mutex::new(Vec::new()),
        }
    }

    /// Writes the poisoned (undecodable) rows, and then changes other tickets.
    ///
    /// # Errors
    /// If the database refuses a statement.
    pub async fn run(&self, cluster: &TestCluster, others: &[Room]) -> Result<String, LoadError> {
        let mut admin = target::connect(&cluster.admin_url().await).await?;
        let how = self.write_rows(&mut admin).await?;
        let misuse = self.send_under_poisoned_keys(cluster);
        let (touched, ()) = tokio::join!(self.touch(&admin, others), misuse);
        touched?;
        Ok(how)
    }

    async fn write_rows(&self, admin: &mut Admin) -> Result<String, LoadError> {
        let mut by_customer = 0;
        for (n, attachments) in attachments().into_iter().enumerate() {
            match self.write_as_customer(admin, n, &attachments).await {
                Ok(()) => by_customer += 1,
                Err(_) => {
                    self.past_the_checks(admin, Write::Attachments(n, &attachments))
                        .await?
                }
            }
        }
        self.past_the_checks(admin, Write::Time(3)).await?;
        self.past_the_checks(admin, Write::Word(4)).await?;
        self.past_the_checks(admin, Write::Number(5)).await?;
        Ok(format!(
            "{by_customer} rows as the customer, {} past the checks",
            TICKETS - by_customer
        ))
    }

    async fn write_as_customer(
        &self,
        admin: &mut Admin,
        n: usize,
        attachments: &str,
    ) -> Result<(), tokio_postgres::Error> {
        let Room {
            ticket, customer, ..
        } = self.rooms[n];
        let transaction = admin.transaction().await?;
        let claims = format!(r#"{{"sub":"{customer}","role":"authenticated"}}"#);
        transaction
            .execute(
                "select set_config('request.jwt.claims', $1, true)",
                &[&claims],
            )
            .await?;
        transaction
            .batch_execute("set local role helpline_customer")
            .await?;
        let insert = include_str!("../../sql/prove_poison.sql");
        transaction
            .execute(
                insert,
                &[
                    &ticket.uuid(),
                    &customer.uuid(),
                    &key(n).as_str(),
                    &attachments,
                ],
            )
            .await?;
        transaction.commit().await
    }

    async fn past_the_checks(&self, admin: &mut Admin, write: Write<'_>) -> Result<(), LoadError> {
        for _ in 1..BYPASS_TRIES {
            if self.try_past_the_checks(admin, write).await.is_ok() {
                return Ok(());
            }
        }
        self.try_past_the_checks(admin, write)
            .await
            .map_err(LoadError::postgres("writing a poisoned row as the owner"))
    }

    async fn try_past_the_checks(
        &self,
        admin: &mut Admin,
        write: Write<'_>,
    ) -> Result<(), tokio_postgres::Error> {
        let transaction = admin.transaction().await?;
        transaction
            .batch_execute(include_str!("../../sql/prove_bypass.sql"))
            .await?;
        let (Write::Attachments(n, _) | Write::Time(n) | Write::Word(n) | Write::Number(n)) = write;
        let Room {
            ticket, customer, ..
        } = self.rooms[n];
        let (ticket, customer) = (ticket.uuid(), customer.uuid());
        match write {
            Write::Attachments(n, attachments) => {
                let insert = include_str!("../../sql/prove_poison.sql");
                transaction
                    .execute(
                        insert,
                        &[&ticket, &customer, &key(n).as_str(), &attachments],
                    )
                    .await?;
            }
            Write::Time(n) => {
                let insert = include_str!("../../sql/prove_poison_time.sql");
                transaction
                    .execute(insert, &[&ticket, &customer, &key(n).as_str()])
                    .await?;
            }
            Write::Word(n) => {
                let insert = include_str!("../../sql/prove_poison_word.sql");
                transaction
                    .execute(insert, &[&ticket, &customer, &key(n).as_str()])
                    .await?;
            }
            Write::Number(_) => {
                // Disable the trigger that would correct the ticket number: imported rows may have
                // been written without this trigger.
                transaction
                    .batch_execute("set local session_replication_role = replica")
                    .await?;
                transaction
                    .execute(
                        include_str!("../../sql/prove_poison_number.sql"),
                        &[&ticket],
                    )
                    .await?;
            }
        }
        transaction
            .batch_execute(include_str!("../../sql/prove_bypass_end.sql"))
            .await?;
        transaction.commit().await
    }

    async fn touch(&self, admin: &Admin, others: &[Room]) -> Result<(), LoadError> {
        let doing = || LoadError::postgres("writing beside poisoned rows");
        let from = Instant::now();
        // Change quiet tickets (to which no member writes) first. In a ticket to which members
        // write, the next message reveals a gap in the numbering, so a change is delivered even if
        // the gateway's polling missed it.
        for (n, room) in (0..TOUCHES).zip(others.iter().rev().take(TOUCHED_TICKETS).cycle()) {
            sleep_until(from + TOUCH_INTERVAL * n).await;
            let ticket = room.ticket.uuid();
            admin
                .execute(include_str!("../../sql/prove_touch.sql"), &[&vec![ticket]])
                .await
                .map_err(doing())?;
            let at = Instant::now();
            let row = admin
                .query_one(include_str!("../../sql/prove_touched.sql"), &[&ticket])
                .await
                .map_err(doing())?;
            let [seq, public_seq] = [0, 1].map(|column| row.get::<_, i64>(column).unsigned_abs());
            self.touches.lock().await.push(Touch {
                ticket: room.ticket,
                seq,
                public_seq,
                at,
            });
        }
        Ok(())
    }

    /// The customers of the tickets with poisoned (undecodable) attachments send messages with the
    /// idempotency keys of the poisoned messages. The gateway's answers then contain the poisoned
    /// rows, and share batches with the answers to all other members. Only the gateway's polling
    /// reads the other poisoned rows.
    async fn send_under_poisoned_keys(&self, cluster: &TestCluster) {
        let end = Instant::now() + WATCHED;
        let senders =
            self.rooms
                .iter()
                .take(attachments().len())
                .enumerate()
                .map(async |(n, room)| {
                    let url = cluster.gateways[n % cluster.gateways.len()].ws_url();
                    let token = people::token(target::RIG_SECRET, room.customer, "Customer Load");
                    while Instant::now() < end {
                        if let Ok(mut link) = Link::open(&url, &token).await {
                            let mut id = 0;
                            loop {
                                id += 1;
                                let (ticket, key, body) =
                                    (room.ticket, key(n), "another text".to_owned());
                                let send = ClientFrame::Send {
                                    id,
                                    ticket,
                                    key,
                                    body,
                                    internal: None,
                                    attachments: None,
                                    based_on: None,
                                };
                                if Instant::now() >= end || link.send(&send).await.is_err() {
                                    break;
                                }
                                sleep(TOUCH_INTERVAL).await;
                            }
                        }
                        sleep(TOUCH_INTERVAL).await;
                    }
                });
        futures_util::future::join_all(senders).await;
    }

    /// Returns a violation for each member and console that did not receive in time a change to a
    /// ticket without poisoned (undecodable) rows.
    pub async fn starved(
        &self,
        records: &[(Member, Record)],
        consoles: &[ConsoleLog],
    ) -> Vec<Violation> {
        let touches = self.touches.lock().await;
        let of_members = touches.iter().flat_map(|touch| {
            records
                .iter()
                .filter_map(|(member, record)| member_starved(*touch, member, record))
        });
        let of_consoles = touches.iter().flat_map(|touch| {
            consoles
                .iter()
                .enumerate()
                .filter_map(|(n, console)| console_starved(*touch, n, console))
        });
        of_members
            .chain(of_consoles)
            .map(Violation::Starved)
            .collect()
    }
}

#[derive(Clone, Copy)]
enum Write<'a> {
    Attachments(usize, &'a str),
    Time(usize),
    Word(usize),
    Number(usize),
}

fn key(n: usize) -> Key {
    Key::parse(format!("poisoned-{n}")).expect("short and visible ASCII")
}

fn member_starved(touch: Touch, member: &Member, record: &Record) -> Option<String> {
    if member.ticket != touch.ticket {
        return None;
    }
    let number = if member.sender == Sender::Agent {
        touch.seq
    } else {
        touch.public_seq
    };
    let after = record
        .arrived
        .iter()
        .filter(|(seq, _)| *seq == number)
        .map(|(_, at)| at.saturating_duration_since(touch.at))
        .min();
    is_late(after).then(|| {
        format!(
            "{}: {} got {number} {}",
            touch.ticket,
            member.name,
            told(after)
        )
    })
}

fn console_starved(touch: Touch, n: usize, console: &ConsoleLog) -> Option<String> {
    if !console.was_connected(touch.at, touch.at + STARVED_AFTER) {
        return None;
    }
    let shown = console
        .shown
        .iter()
        .filter(|shown| shown.ticket == touch.ticket && shown.seq >= touch.seq);
    let after = shown
        .map(|shown| shown.at.saturating_duration_since(touch.at))
        .min();
    is_late(after).then(|| {
        format!(
            "{}: the console on instance {} was told of {} {}",
            touch.ticket,
            n + 1,
            touch.seq,
            told(after)
        )
    })
}

fn is_late(after: Option<Duration>) -> bool {
    after.is_none_or(|after| after > STARVED_AFTER)
}

fn told(after: Option<Duration>) -> String {
    after.map_or("never".into(), |after| {
        format!("{:.1} s after its commit", after.as_secs_f64())
    })
}

#[cfg(test)]
mod tests {
    use super::super::consoles::Shown;
    use super::*;

    fn touch() -> Touch {
        Touch {
            ticket: TicketId::new(uuid::Uuid::from_u128(7)),
            seq: 9,
            public_seq: 8,
            at: Instant::now(),
        }
    }

    #[test]
    fn a_member_who_never_gets_a_row_or_gets_it_late_is_starved() {
        let touch = touch();
        let member = |sender| Member {
            name: "m".into(),
            sender,
            ticket: touch.ticket,
            token: String::new(),
            urls: Vec::new(),
            lane: 0,
        };
        let got = |seq, after| Record {
            arrived: vec![(seq, touch.at + after)],
            ..Record::default()
        };
        let soon = Duration::from_secs(1);
        assert!(member_starved(touch, &member(Sender::Agent), &got(9, soon)).is_none());
        assert!(member_starved(touch, &member(Sender::Customer), &got(8, soon)).is_none());
        assert!(member_starved(touch, &member(Sender::Customer), &got(9, soon)).is_some());
        assert!(
            member_starved(touch, &member(Sender::Agent), &got(9, STARVED_AFTER * 2)).is_some()
        );
        assert!(member_starved(touch, &member(Sender::Agent), &Record::default()).is_some());
        let elsewhere = Member {
            ticket: TicketId::new(uuid::Uuid::from_u128(8)),
            ..member(Sender::Agent)
        };
        assert!(member_starved(touch, &elsewhere, &Record::default()).is_none());
    }

    #[test]
    fn a_console_that_stayed_connected_is_starved_without_the_ticket() {
        let touch = touch();
        let mut console = ConsoleLog::default();
        assert!(
            console_starved(touch, 0, &console).is_none(),
            "it was not there"
        );
        console
            .connected
            .push((touch.at, touch.at + STARVED_AFTER * 2));
        assert!(console_starved(touch, 0, &console).is_some());
        console.shown.push(Shown {
            ticket: touch.ticket,
            seq: 10,
            at: touch.at + Duration::from_secs(2),
        });
        assert!(console_starved(touch, 0, &console).is_none());
    }
}
