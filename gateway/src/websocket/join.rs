//! Handles a `subscribe` frame. First the room starts to buffer new events and Redis confirms the
//! relay channel. After that, the events after the number `after` in the frame are read from the
//! ticket's history and merged with the buffered events. When there is no gap between the history
//! and the buffered events, the member is live.

use std::sync::Arc;

use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::policy::{self, TicketAction};
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::reads::TicketPositionKey;

use super::catch_up::CatchUp;
use super::state::{Joining, SocketState};
use super::subscriptions::Subscriptions;
use crate::connections::Connection;
use crate::database::errors::{reject_of, unreadable};
use crate::live::hub::Joined;

/// The fields of a client's `subscribe` frame.
pub(super) struct SubscribeRequest {
    pub id: u64,
    pub ticket: TicketId,
    pub after: Option<Seq>,
    pub epoch: Option<String>,
}

/// Subscribes the connection to a ticket. If the request is refused, an existing subscription to
/// the ticket is also removed: the client gets an error, and must not receive further events of the
/// ticket.
pub(super) async fn join(
    state: &SocketState,
    connection: &Arc<Connection>,
    subscriptions: &Subscriptions,
    request: SubscribeRequest,
) -> Result<(), Reject> {
    let ticket = request.ticket;
    let joined = try_join(state, connection, subscriptions, request).await;
    if joined.is_err() {
        subscriptions.remove(ticket);
    }
    joined
}

async fn try_join(
    state: &SocketState,
    connection: &Arc<Connection>,
    subscriptions: &Subscriptions,
    request: SubscribeRequest,
) -> Result<(), Reject> {
    let joining = &state.joining;
    let ticket = request.ticket;
    let opened = joining
        .ticket_access
        .load(ticket)
        .await?
        .map(|opened| opened.ok_or_else(unreadable))
        .transpose()?;
    let decided = opened.ok_or_else(Reject::not_found).and_then(|opened| {
        policy::decide(&connection.actor(), TicketAction::Read, &opened.facts)
            .map(|audience| (opened, audience))
    });
    let (opened, audience) = match decided {
        Ok(decided) => decided,
        Err(reject) => {
            record(joining, connection, ticket, Some(reject.code)).await?;
            return Err(reject);
        }
    };
    if !subscriptions.may_add(ticket, state.limits.subscriptions_max as usize) {
        return Err(Reject::new(
            RejectCode::TooManySubscriptions,
            "this connection has the maximum number of subscriptions",
        ));
    }
    if audience == Audience::Staff {
        record(joining, connection, ticket, None).await?;
    }
    let Joined {
        membership,
        room,
        position,
        is_new_room,
    } = joining.hub.join(connection, audience, &opened.heads);
    if !subscriptions.insert(ticket, membership) {
        return Ok(());
    }
    if is_new_room {
        joining.hub.listen(ticket).await;
    }
    // Read the ticket's heads and read positions only after the member has joined the room. The
    // room buffers every event that is committed after this read.
    let of = TicketPositionKey {
        ticket,
        reader: connection.person.id,
        audience,
    };
    let ticket_position = joining
        .ticket_positions
        .load(of)
        .await?
        .ok_or_else(Reject::not_found)?;
    let replay_events_max = state.limits.replay_events_max;
    let (room, position) = (&room, &position);
    let reading = CatchUp {
        joining,
        replay_events_max,
        connection,
        room,
        position,
        ticket,
        id: request.id,
        audience,
        ticket_position,
    };
    reading
        .run(request.after, request.epoch)
        .await
        .map_err(|error| reject_of(&error))?;
    joining.presence.changed(ticket);
    if audience == Audience::Staff {
        joining.presence.ask(ticket);
    }
    Ok(())
}

async fn record(
    joining: &Joining,
    connection: &Connection,
    ticket: TicketId,
    refused: Option<RejectCode>,
) -> Result<(), Reject> {
    let action = if refused.is_some() {
        "subscribe_refused"
    } else {
        "ticket_opened"
    };
    joining
        .audit_log
        .record(connection.access(action, Some(ticket), refused))
        .await
}
