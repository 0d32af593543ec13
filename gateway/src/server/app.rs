//! What one gateway instance is made of. Handed to every part as `Arc<App>`; nothing in it outlives the process or needs to.

use std::sync::{Arc, Weak};

use axum::extract::ws::Utf8Bytes;
use helpline_core::actor::Audience;
use helpline_core::history::HistoryRow;
use helpline_core::ids::{Seq, UserId};
use helpline_core::protocol::RelayFrame;
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::audit::AccessRow;
use helpline_persistence::messages::NewMessage;
use helpline_persistence::people::{Identity, Person};
use helpline_persistence::reads::ReadPosition;
use helpline_persistence::{Store, StoreError};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::auth::Verifier;
use crate::config::Config;
use crate::connections::registry::Directory;
use crate::connections::send_queue::Wakes;
use crate::database::audit_log::AuditLane;
use crate::database::batch_loader::{Crowd, Openings, Places, SignIns};
use crate::database::errors::reject_of;
use crate::live::epoch::CurrentEpoch;
use crate::live::frames::{Aside, Encoded};
use crate::live::inbox::Inbox;
use crate::live::presence::Presence;
use crate::live::read_positions::Reads;
use crate::live::relay::Relay;
use crate::live::rooms::Rooms;
use crate::writer::{Reply, Writer};

/// One instance.
pub struct App {
    /// Names this instance to others, for as long as it lives.
    pub instance: Uuid,
    /// Every setting.
    pub config: Config,
    /// The record.
    pub store: Store,
    /// Who a token speaks for.
    pub verifier: Verifier,
    /// Which history the numbers belong to, as last seen.
    pub epoch: CurrentEpoch,
    /// Who listens to which ticket here.
    pub rooms: Rooms,
    /// The group commit.
    pub writer: Writer,
    /// News to and from other instances.
    pub relay: Relay,
    /// The consoles' lists.
    pub inbox: Inbox,
    /// Who looks at which ticket.
    pub presence: Presence,
    /// Read positions on their way to the record.
    pub reads: Reads,
    /// Every open connection.
    pub directory: Directory,
    /// `access_log` on its way to the record.
    pub audit_lane: AuditLane,
    /// Owns every task; drained at the end.
    pub tasks: TaskTracker,
    /// Cancelled when the instance stops its own work, after the sockets are gone.
    pub stop: CancellationToken,
    /// Cancelled when the instance takes no new work any more.
    pub drain: CancellationToken,
    /// Signing in, many at once.
    pub(crate) sign_ins: Crowd<SignIns>,
    /// Opening tickets, many at once.
    pub(crate) openings: Crowd<Openings>,
    /// Where tickets stand, many at once.
    pub(crate) places: Crowd<Places>,
    /// Pages of the log that `subscribe` may read at once.
    pub(crate) join_turns: Semaphore,
    /// Connections of the pool that may wait for a ticket's lock.
    pub(crate) lock_waits: Semaphore,
    /// Wakes the sweep before its time.
    pub(crate) sweep_wanted: tokio::sync::Notify,
    /// Itself, for tasks that it starts.
    pub(crate) me: Weak<App>,
}

/// A message that is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the sender's numbering.
    pub seq: Seq,
    /// When.
    pub at: chrono::DateTime<chrono::Utc>,
    /// Whether an earlier send of the same key had stored it.
    pub duplicate: bool,
}

impl App {
    /// Itself, counted: for a task.
    pub fn arc(&self) -> Arc<Self> {
        self.me.upgrade().expect("a method runs on an App that lives in its Arc")
    }

    /// Tells everybody what was written: own rooms, then the relay, then the consoles. Never waits; what a relay loses the sweep finds.
    /// Rows of one ticket come in their order.
    pub fn announce(&self, rows: &[HistoryRow]) {
        self.announce_before(rows, &mut Wakes::default());
    }

    /// The same, for whoever has more to say before anybody is woken.
    pub(crate) fn announce_before(&self, rows: &[HistoryRow], wakes: &mut Wakes) {
        for row in rows {
            let event = Arc::new(Encoded::from_row(row));
            self.rooms.deliver(self, &event, wakes);
            self.relay.publish_event(&event);
            self.inbox.touch(event.ticket, event.seq);
        }
    }

    /// Writes one message through the group commit, as the socket does.
    ///
    /// # Errors
    /// Whatever the record refuses, `overloaded` when the writer's queue is full, `unavailable` when the record cannot be reached in time.
    pub async fn send(&self, message: NewMessage) -> Result<Stored, Reject> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.writer.submit(message, Reply::Once(reply))?;
        answer.await.unwrap_or_else(|_| Err(crate::database::errors::unavailable()))
    }

    /// Takes a frame of another instance: the same ways as if it had happened here.
    pub(crate) fn hear(&self, frame: RelayFrame, wakes: &mut Wakes) {
        match frame {
            RelayFrame::Event(event) => {
                self.rooms.deliver(self, &Arc::new(Encoded::from_relay(&event)), wakes);
            }
            RelayFrame::Moved { ticket, seq } => self.inbox.touch(ticket, seq),
            RelayFrame::Aside { ticket, except, staff, customer } => {
                let aside = Aside::new(|audience| {
                    let json = match audience {
                        Audience::Staff => &staff,
                        Audience::Customer => &customer,
                    };
                    json.as_deref().map(|json| Utf8Bytes::from(json.get()))
                });
                self.rooms.tell(ticket, &aside, except, wakes);
            }
            RelayFrame::Read { ticket, person, seq, public_seq } => {
                crate::live::read_positions::pass_on(self, &ReadPosition { ticket, person, seq, public_seq }, wakes);
            }
            RelayFrame::Presence { ticket, from, viewers, ask } => self.presence.hear(self, ticket, from, viewers, ask),
            RelayFrame::Standing { users } => crate::live::access_check::look_soon(self, users),
            RelayFrame::Probe { .. } => {}
        }
    }

    /// Has the sweep look now instead of at its next time.
    pub(crate) fn sweep_soon(&self) {
        self.sweep_wanted.notify_one();
    }

    /// Lets a person in, or says why not.
    ///
    /// # Errors
    /// `blocked`, or `unavailable` when the record cannot be asked.
    pub async fn sign_in(&self, identity: &Identity) -> Result<Person, Reject> {
        // Boards with others; who must not wait for ever bounds it by a timeout.
        let person = self.sign_ins.ask(identity.clone()).await?.ok_or_else(crate::database::errors::unavailable)?;
        if person.blocked {
            return Err(Reject::new(RejectCode::Blocked, "this account may not enter"));
        }
        Ok(person)
    }

    /// Records a staff read or a refused attempt; returns when the row is committed (rows of many callers share a commit).
    ///
    /// # Errors
    /// When it could not be recorded: a read must then not happen either.
    pub async fn audit(&self, row: AccessRow) -> Result<(), Reject> {
        self.audit_lane.record(row).await
    }

    /// These people's roles changed: their sockets are looked at now, here and on every other instance.
    pub fn standing_changed(&self, users: &[UserId]) {
        self.relay.publish_standing(users);
        crate::live::access_check::look_soon(self, users.to_vec());
    }

    /// Whether the instance takes no new work.
    pub fn is_draining(&self) -> bool {
        self.drain.is_cancelled()
    }

    /// Turns an error of the record into what a client may know; logs the cause, once.
    pub fn refuse(&self, error: &StoreError) -> Reject {
        reject_of(error)
    }
}
