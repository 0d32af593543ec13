//! Handles received frames: answers frames that need an answer, and passes events to the history.

use std::borrow::Cow;
use std::time::Duration;

use helpline_core::actor::Audience;
use helpline_core::ids::Seq;
use helpline_core::protocol::{ClientFrame, CommonFrame, CustomerFrame, StaffFrame};
use tokio::time::Instant;

use super::Client;
use super::history::{PageHead, Step, of_customer, of_staff};
use crate::checker::{Fate, Sender};
use crate::prove::samples::Way;
use crate::wire::{Link, LinkError};

/// Delay before a retry if the server asked for a retry without stating a delay.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// Delay before a message that this connection cannot deliver is sent again on this connection.
/// The delay is longer than any load test run, so only the next connection sends the message.
const HELD: Duration = Duration::from_secs(24 * 60 * 60);

impl Client {
    /// Handles one received frame.
    pub(super) async fn take(&mut self, text: &str, link: &mut Link) -> Result<(), LinkError> {
        if self.member.sender == Sender::Customer && text.contains(&self.run.canary) {
            self.record.leaks.push("a frame held a canary".into());
        }
        let wrong = |error: serde_json::Error| LinkError::Protocol(format!("{error} in {text}"));
        match word(text).as_deref() {
            Some("welcome" | "ok" | "ack" | "reset" | "ping" | "bye" | "error") => {
                self.take_common(serde_json::from_str(text).map_err(wrong)?, link)
                    .await
            }
            Some(
                "subscribed" | "event" | "typing" | "presence" | "read" | "inbox"
                | "inbox_presence",
            ) => {
                let step = match self.member.audience() {
                    Audience::Staff => self.staff(serde_json::from_str(text).map_err(wrong)?),
                    Audience::Customer => match serde_json::from_str(text) {
                        Ok(frame) => self.customer(frame),
                        Err(error) => {
                            self.record
                                .leaks
                                .push(format!("a frame that no customer should get: {error}"));
                            Step::Fine
                        }
                    },
                };
                if matches!(step, Step::Gap) {
                    self.record.holes += 1;
                    tracing::warn!(
                        member = self.member.name,
                        "an event came beyond the next one"
                    );
                    return self.subscribe(link).await;
                }
                Ok(())
            }
            // Ignore unknown server frames, so that the protocol can grow.
            Some(_) => Ok(()),
            None => Err(LinkError::Protocol(format!(
                "a frame without a type: {text}"
            ))),
        }
    }

    async fn take_common(&mut self, frame: CommonFrame, link: &mut Link) -> Result<(), LinkError> {
        match frame {
            CommonFrame::Ack { key, seq, .. } => self.settle(&key, Fate::Acked(seq.get())),
            CommonFrame::Ping { heads } => {
                link.send(&ClientFrame::Pong).await?;
                let behind = |seq: Seq| self.position.is_none_or(|position| position.seq() < seq);
                if heads
                    .iter()
                    .any(|head| head.ticket == self.member.ticket && behind(head.seq))
                {
                    self.subscribe(link).await?;
                }
            }
            CommonFrame::Reset { .. } => {
                self.start_over();
                self.subscribe(link).await?;
            }
            CommonFrame::Error {
                id,
                code,
                retry_after_ms,
                ..
            } => {
                let wait = retry_after_ms.map_or(RETRY_AFTER, Duration::from_millis);
                if id.is_some() && id == self.subscribing {
                    if !code.is_passing() {
                        return Err(LinkError::Protocol(format!(
                            "subscribe was refused with {code}"
                        )));
                    }
                    self.subscribing = None;
                    tokio::time::sleep(wait).await;
                    self.subscribe(link).await?;
                } else if let Some(n) = self
                    .outbox
                    .iter()
                    .position(|pending| pending.id.is_some() && pending.id == id)
                {
                    if code.is_passing() {
                        self.record.asked_to_retry = true;
                        self.outbox[n].again_at = Instant::now() + wait;
                    } else if code.ends_with_connection() {
                        // A new connection clears the `id` of every unacknowledged message, so the
                        // client sends this message again.
                        tracing::warn!(member = self.member.name, %code, "a send is held until another connection");
                        self.outbox[n].again_at = Instant::now() + HELD;
                    } else {
                        tracing::warn!(member = self.member.name, %code, "a send was refused");
                        let key = self.outbox[n].outgoing.key.clone();
                        self.settle(&key, Fate::Refused);
                    }
                }
            }
            CommonFrame::Bye { retry_after_ms, .. } => {
                self.bye = Some(Duration::from_millis(retry_after_ms))
            }
            CommonFrame::Welcome { .. } | CommonFrame::Ok { .. } => {}
        }
        Ok(())
    }

    fn staff(&mut self, frame: StaffFrame) -> Step {
        match frame {
            StaffFrame::Subscribed {
                id,
                ticket,
                epoch,
                head,
                events,
                more,
                reset,
                ..
            } => {
                let rows = events.into_iter().map(of_staff).collect();
                self.page(
                    PageHead {
                        id,
                        ticket,
                        epoch,
                        head,
                        more,
                        reset,
                    },
                    rows,
                )
            }
            StaffFrame::Event(event) if event.ticket == self.member.ticket => {
                self.apply(of_staff(event), Way::Live)
            }
            StaffFrame::Event(event) => self.foreign(event.ticket, "an event"),
            StaffFrame::Typing { .. }
            | StaffFrame::Presence { .. }
            | StaffFrame::InboxPresence { .. }
            | StaffFrame::Read { .. }
            | StaffFrame::Inbox { .. } => Step::Fine,
        }
    }

    fn customer(&mut self, frame: CustomerFrame) -> Step {
        match frame {
            CustomerFrame::Subscribed {
                id,
                ticket,
                epoch,
                head,
                events,
                more,
                reset,
                ..
            } => {
                let rows = events.into_iter().map(of_customer).collect();
                self.page(
                    PageHead {
                        id,
                        ticket,
                        epoch,
                        head,
                        more,
                        reset,
                    },
                    rows,
                )
            }
            CustomerFrame::Event(event) if event.ticket == self.member.ticket => {
                self.apply(of_customer(event), Way::Live)
            }
            CustomerFrame::Event(event) => self.foreign(event.ticket, "an event"),
            CustomerFrame::Typing { .. } | CustomerFrame::Read { .. } => Step::Fine,
        }
    }
}

/// Returns the frame's `type`. It is usually at the start of the frame; otherwise the whole frame
/// is parsed.
fn word(text: &str) -> Option<Cow<'_, str>> {
    #[derive(serde::Deserialize)]
    struct Tag {
        #[serde(rename = "type")]
        word: String,
    }
    let first = text
        .strip_prefix("{\"type\":\"")
        .and_then(|rest| Some(Cow::Borrowed(rest.get(..rest.find('"')?)?)));
    first.or_else(|| Some(Cow::Owned(serde_json::from_str::<Tag>(text).ok()?.word)))
}
