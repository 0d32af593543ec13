//! Creates tickets with a customer and an agent each, by plain SQL. Triggers number the events as
//! usual.

use helpline_core::ids::{TicketId, UserId};
use helpline_rig::testing;
use tokio_postgres::Client;
use uuid::Uuid;

/// Lifetime of the members' bearer tokens. It is longer than any load test run.
const TOKEN_LIFETIME_S: i64 = 24 * 60 * 60;
/// Maximum number of tickets that one statement creates.
const TICKETS_PER_STATEMENT: usize = 1_000;

/// A ticket, its customer, and the agent who replies.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    pub ticket: TicketId,
    /// The customer who owns the ticket.
    pub customer: UserId,
    /// The agent who replies. Each ticket has a different agent, so that the limits per user do not
    /// affect the load test run.
    pub agent: UserId,
}

/// Creates `count` tickets, each with its own customer and agent.
///
/// # Errors
/// If Postgres refuses a statement.
pub async fn make_rooms(admin: &Client, count: usize) -> Result<Vec<Room>, tokio_postgres::Error> {
    let fresh = || Uuid::now_v7();
    let rooms: Vec<Room> = (0..count)
        .map(|_| Room {
            ticket: TicketId::new(fresh()),
            customer: UserId::new(fresh()),
            agent: UserId::new(fresh()),
        })
        .collect();
    for rooms in rooms.chunks(TICKETS_PER_STATEMENT) {
        let tickets: Vec<Uuid> = rooms.iter().map(|room| room.ticket.uuid()).collect();
        let customers: Vec<Uuid> = rooms.iter().map(|room| room.customer.uuid()).collect();
        let agents: Vec<Uuid> = rooms.iter().map(|room| room.agent.uuid()).collect();
        admin
            .execute(
                include_str!("../sql/make_people.sql"),
                &[&customers, &agents],
            )
            .await?;
        admin
            .execute(include_str!("../sql/make_roles.sql"), &[&agents])
            .await?;
        admin
            .execute(
                include_str!("../sql/make_tickets.sql"),
                &[&tickets, &customers],
            )
            .await?;
    }
    admin
        .execute(include_str!("../sql/forget_followed.sql"), &[])
        .await?;
    Ok(rooms)
}

/// Signs a user token as the platform that embeds Helpline would sign it.
pub fn token(secret: &str, user: UserId, name: &str) -> String {
    testing::sign(secret, &testing::claims(user, name, TOKEN_LIFETIME_S))
}
