//! `subscribe`, from the log to live: the room buffers what comes, the relay confirms its channel, the log is read after `after`, both are
//! merged and proved contiguous, and only then is the member live.

use std::sync::Arc;

use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::policy::{self, TicketAction};
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::reads::PlaceFor;

use super::catch_up::CatchUp;
use crate::connections::registry::Connection;
use crate::database::errors::reject_of;
use crate::server::app::App;

/// What a `subscribe` asks for.
pub(super) struct Wish {
    pub id: u64,
    pub ticket: TicketId,
    pub after: Option<Seq>,
    pub epoch: Option<String>,
}

/// Takes a connection out of a ticket's room.
pub(super) fn leave(app: &Arc<App>, connection: &Arc<Connection>, ticket: TicketId) {
    if app.rooms.leave(ticket, connection) {
        app.relay.leave(ticket);
    }
    app.presence.changed(ticket);
}

/// Joins. Whatever is refused, the connection is out of the ticket's room: an earlier subscription does not live on unsaid.
pub(super) async fn join(app: &Arc<App>, connection: &Arc<Connection>, wish: Wish) -> Result<(), Reject> {
    let ticket = wish.ticket;
    let joined = try_join(app, connection, wish).await;
    // The socket may have ended meanwhile and have left its rooms before this one was entered.
    if joined.is_err() || connection.outbox.ending().is_some() {
        connection.subscriptions.lock().remove(&ticket);
        leave(app, connection, ticket);
    }
    joined
}

async fn try_join(app: &Arc<App>, connection: &Arc<Connection>, wish: Wish) -> Result<(), Reject> {
    let ticket = wish.ticket;
    let opened = app.openings.ask(ticket).await?;
    let decided = opened
        .ok_or_else(Reject::not_found)
        .and_then(|opened| policy::decide(&connection.actor(), TicketAction::Read, &opened.facts).map(|audience| (opened, audience)));
    let (opened, audience) = match decided {
        Ok(decided) => decided,
        Err(reject) => {
            record(app, connection, ticket, Some(reject.code)).await?;
            return Err(reject);
        }
    };
    {
        let subscriptions = connection.subscriptions.lock();
        if subscriptions.len() >= app.config.limits.subscriptions_max as usize && !subscriptions.contains_key(&ticket) {
            return Err(Reject::new(RejectCode::TooManySubscriptions, "this connection listens to no more tickets"));
        }
    }
    if audience == Audience::Staff {
        record(app, connection, ticket, None).await?;
    }
    let (room, created) = app.rooms.enter(connection, audience, &opened.heads);
    if created {
        app.relay.join(ticket).await;
    }
    // Behind the room's door: from here on the room keeps for the member what comes.
    let of = PlaceFor { ticket, reader: connection.person.id, audience };
    let place = app.places.ask(of).await?.ok_or_else(Reject::not_found)?;
    let reading = CatchUp { app, connection, room: &room, ticket, id: wish.id, audience, place };
    reading.run(wish.after, wish.epoch).await.map_err(|error| reject_of(&error))?;
    app.presence.changed(ticket);
    if audience == Audience::Staff {
        app.presence.ask(app, ticket);
    }
    Ok(())
}

async fn record(app: &App, connection: &Connection, ticket: TicketId, refused: Option<RejectCode>) -> Result<(), Reject> {
    let action = if refused.is_some() { "subscribe_refused" } else { "ticket_opened" };
    app.audit(connection.access(action, Some(ticket), refused)).await
}
