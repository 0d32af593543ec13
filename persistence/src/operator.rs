//! What operators do about background work over an administrator's connection, when there is no
//! admin who can sign in, or a script does it. The access log records it without a person.

use chrono::{DateTime, Utc};
use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_core::reject::RejectCode;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::migrate::with_admin;
use crate::{Names, StoreError, rows};

const AS_OWNER: &str = include_str!("../sql/bootstrap/as_owner.sql");
const OVERVIEW: &str = include_str!("../sql/operator/overview.sql");
const RECORD_RESTORE: &str = include_str!("../sql/operator/record_restore.sql");
const CONFIRM: &str = include_str!("../sql/operator/confirm.sql");
const CONSUMER_PAUSE: &str = include_str!("../sql/operator/consumer_pause.sql");
const SCHEDULE_PAUSE: &str = include_str!("../sql/operator/schedule_pause.sql");
const SCHEDULE_RUN: &str = include_str!("../sql/operator/schedule_run.sql");
const RESUME_CLOCK: &str = include_str!("../sql/operator/resume_clock.sql");
const RESOLVE_FAULT: &str = include_str!("../sql/operator/resolve_fault.sql");
const RESOLVE_TIMER: &str = include_str!("../sql/operator/resolve_timer.sql");
const REPLAY: &str = include_str!("../sql/operator/replay.sql");

/// What an operator orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Make the schedule of this name due now.
    Run(String),
    /// Pause the consumer or schedule of this name.
    Pause(String),
    /// Resume the consumer or schedule of this name.
    Resume(String),
    /// Let work go on that is held because of the database's clock.
    ResumeClock,
    /// Try the failed event of a consumer's ticket again.
    RetryEvent(String, TicketId, Seq),
    /// Never handle the failed event of a consumer's ticket.
    SkipEvent(String, TicketId, Seq),
    /// Try a held timer again.
    RetryTimer(i64),
    /// Remove a held timer without its action.
    RemoveTimer(i64),
    /// Make these dead deliveries due again.
    Replay(Vec<Uuid>),
    /// Make the deliveries of a kind and receiver that died since this time due again, at most
    /// [`limits::DELIVERIES_REPLAYED_MAX`].
    ReplaySince(String, String, DateTime<Utc>),
}

/// What came of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out.
    Done,
    /// The schedule is due, but it is paused: it begins when it is resumed.
    WhenResumed,
    /// So many deliveries are due again.
    Replayed(u64),
}

/// Returns an overview of all background work, as JSON.
///
/// # Errors
/// When the database cannot be reached, or is not migrated.
pub async fn overview(admin_url: &str, names: &Names) -> Result<serde_json::Value, StoreError> {
    with_owner(admin_url, names, async |client| {
        let count_max = limits::CONSUMER_WAITING_COUNTED_MAX;
        let row = client
            .query_one(&names.render(OVERVIEW), &[&count_max])
            .await?;
        let text: &str = rows::get(&row, 0)?;
        serde_json::from_str(text).map_err(|error| StoreError::Row(error.to_string()))
    })
    .await
}

/// Records that the database was restored: clients load their tickets again, and background work
/// that cannot be undone is held. With `live`, the public address of production, it goes on.
///
/// # Errors
/// As [`overview`].
pub async fn restored(
    admin_url: &str,
    names: &Names,
    live: Option<&str>,
) -> Result<(), StoreError> {
    with_owner(admin_url, names, async |client| {
        let transaction = client.transaction().await?;
        transaction
            .query(&names.render(RECORD_RESTORE), &[])
            .await?;
        if let Some(public_url) = live {
            transaction
                .query(&names.render(CONFIRM), &[&public_url])
                .await?;
        }
        Ok(transaction.commit().await?)
    })
    .await
}

/// Carries out an order.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`; `conflict` if another event of the ticket has failed by
/// now. Otherwise as [`overview`].
pub async fn order(admin_url: &str, names: &Names, order: &Order) -> Result<Outcome, StoreError> {
    with_owner(admin_url, names, async |client| {
        let run = async |sql: &str, params: &[&(dyn ToSql + Sync)]| {
            let rows = client.query(&names.render(sql), params).await;
            rows.map_err(StoreError::from)
        };
        let pause =
            async |name: &str, paused: bool| match run(CONSUMER_PAUSE, &[&name, &paused]).await {
                Err(StoreError::Refused {
                    code: RejectCode::NotFound,
                    ..
                }) => run(SCHEDULE_PAUSE, &[&name, &paused]).await,
                answer => answer,
            };
        let resolve = async |(consumer, ticket, seq): (&str, &TicketId, &Seq), skip: bool| {
            let (ticket, seq) = (ticket.uuid(), rows::bigint(*seq));
            run(RESOLVE_FAULT, &[&consumer, &ticket, &seq, &skip]).await
        };
        let most = limits::DELIVERIES_REPLAYED_MAX;
        let answer = match order {
            Order::Run(name) => run(SCHEDULE_RUN, &[name]).await?,
            Order::Pause(name) => pause(name, true).await?,
            Order::Resume(name) => pause(name, false).await?,
            Order::ResumeClock => run(RESUME_CLOCK, &[]).await?,
            Order::RetryEvent(consumer, ticket, seq) => {
                resolve((consumer, ticket, seq), false).await?
            }
            Order::SkipEvent(consumer, ticket, seq) => {
                resolve((consumer, ticket, seq), true).await?
            }
            Order::RetryTimer(id) => run(RESOLVE_TIMER, &[id, &false]).await?,
            Order::RemoveTimer(id) => run(RESOLVE_TIMER, &[id, &true]).await?,
            Order::Replay(ids) => {
                let (none, since) = (None::<&str>, None::<DateTime<Utc>>);
                run(REPLAY, &[&Some(ids), &none, &none, &since, &most]).await?
            }
            Order::ReplaySince(kind, receiver, since) => {
                let ids = None::<Vec<Uuid>>;
                let since = Some(since);
                run(REPLAY, &[&ids, &Some(kind), &Some(receiver), &since, &most]).await?
            }
        };
        match order {
            Order::Replay(_) | Order::ReplaySince(..) => {
                let count: i64 = rows::get(rows::first(&answer)?, 0)?;
                Ok(Outcome::Replayed(count.unsigned_abs()))
            }
            Order::Run(_) if rows::get(rows::first(&answer)?, 0)? => Ok(Outcome::WhenResumed),
            _ => Ok(Outcome::Done),
        }
    })
    .await
}

/// Does work as the owner of the tables, over an administrator's connection.
pub(crate) async fn with_owner<T>(
    admin_url: &str,
    names: &Names,
    work: impl AsyncFnOnce(&mut Client) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    with_admin(admin_url, async |client| {
        client.batch_execute(&names.render(AS_OWNER)).await?;
        work(client).await
    })
    .await
}
