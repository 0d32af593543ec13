//! Background work for tests of `/v1/jobs`: one consumer, schedule, timer and delivery, all of which
//! wait for an admin, and a sample body for each route. The server under test has no such work in
//! its registry, so nothing changes it.

use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::endpoints::Endpoint;

pub const DELIVERY: &str = "018f0000-0000-7000-8000-0000000000e1";

/// Inserts the work, about the first event of a ticket.
pub async fn insert(database: &Client, ticket: &str) {
    let ticket: Uuid = ticket.parse().unwrap();
    let sql = format!(
        "set search_path = helpline;
         select background_confirm_first('');
         update background_identity set clock_paused_at = now(), clock_jump_ms = -60000;
         select consumers_register('rules', false);
         insert into consumer_faults (consumer, ticket_id, seq, last_seq, attempts, error, failed_at, next_at, held_at)
           values ('rules', '{ticket}', 1, 2, 3, 'a value is missing', now(), now(), now());
         insert into timers (id, kind, ticket_id, key, due_at, fire_at, attempts, error, held_at)
           overriding system value values (7, 'reminder', '{ticket}', 'k', now(), now(), 3, 'a value is missing', now());
         select schedules_put('cleanup', 'Europe/Vienna', '03:00', 'week', 7::smallint, now() + interval '1 day');
         insert into deliveries (id, kind, receiver, ticket_id, seq, key, next_at, dead_at, attempts, error)
           values ('{DELIVERY}', 'webhook', 'orders', '{ticket}', 1, 'k', now(), now(), 8, '410 Gone')"
    );
    database.batch_execute(&sql).await.unwrap();
}

/// The route's path, with the names of this work.
pub fn named(path: &str) -> String {
    path.replace("{consumer}", "rules")
        .replace("{schedule}", "cleanup")
        .replace("{timer}", "7")
}

/// A valid body with all fields that the route accepts, or `None` if it is another route or takes no
/// body.
pub fn sample(endpoint: Endpoint, ticket: &str) -> Option<Value> {
    match endpoint {
        Endpoint::REPLAY => Some(json!({"ids": [DELIVERY]})),
        Endpoint::REPLAY_SINCE => {
            Some(json!({"kind": "webhook", "receiver": "orders", "since": "2026-01-02T03:04:05Z"}))
        }
        Endpoint::PAUSE_CONSUMER | Endpoint::PAUSE_SCHEDULE => Some(json!({"paused": true})),
        Endpoint::DECIDE_EVENT => Some(json!({"ticket_id": ticket, "seq": 1, "decision": "skip"})),
        Endpoint::DECIDE_TIMER => Some(json!({"decision": "retry"})),
        Endpoint::CONFIRM_IDENTITY => Some(json!({"public_url": ""})),
        _ => None,
    }
}

/// Whether the route is one of background work.
pub fn is_of_jobs(endpoint: Endpoint) -> bool {
    endpoint.route().path.starts_with("/v1/jobs")
}

/// The query that the route requires.
pub fn needed_query(endpoint: Endpoint) -> Option<&'static str> {
    match endpoint {
        Endpoint::LIST_DEAD => Some("?kind=webhook"),
        Endpoint::LIST_DUE => Some("?kind=archive"),
        _ => None,
    }
}
