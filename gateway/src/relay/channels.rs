//! The names of channels, and what stands on them. `{p<n>}` is a hash tag: with Redis Cluster all of a partition is on one node, so that
//! sharded pub/sub is a switch, not a migration.

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::protocol::RelayFrame;
use uuid::Uuid;

/// For news about people's standing, to every instance.
pub(super) const STANDING: &str = "{p0}.standing";

/// The channel of one ticket.
pub(super) fn ticket(ticket: TicketId) -> String {
    format!("{{p{}}}.t.{ticket}", partition(ticket))
}

/// The channel on which a ticket's moves are told to consoles.
pub(super) fn inbox(ticket: TicketId) -> String {
    format!("{{p{}}}.inbox", partition(ticket))
}

/// All of those.
pub(super) fn inboxes() -> impl Iterator<Item = String> {
    (0..limits::RELAY_PARTITIONS).map(|n| format!("{{p{n}}}.inbox"))
}

/// The channel on which an instance hears itself.
pub(super) fn probe(instance: Uuid) -> String {
    format!("{{p0}}.probe.{instance}")
}

/// From the id's last bits: UUIDv7 is random there.
fn partition(ticket: TicketId) -> u32 {
    let [.., low] = *ticket.uuid().as_bytes();
    u32::from(low) % limits::RELAY_PARTITIONS
}

/// The sender's id stands before the frame, so that an instance drops its own without parsing them.
pub(super) fn payload(instance: Uuid, frame: &RelayFrame) -> String {
    let mut payload = instance.to_string();
    payload.push(' ');
    payload.push_str(&serde_json::to_string(frame).expect("relay frames have string keys and finite numbers"));
    payload
}

/// The frame of a payload, if somebody else sent it and it can be understood.
pub(super) fn foreign(instance: Uuid, payload: &str) -> Option<RelayFrame> {
    let (from, json) = payload.split_once(' ')?;
    if Uuid::parse_str(from).ok()? == instance {
        return None;
    }
    // A frame of a newer version is not for us.
    serde_json::from_str(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_of_a_ticket_share_one_partition() {
        let id = TicketId::new(Uuid::from_u128(0x1ff));
        assert_eq!(ticket(id), format!("{{p127}}.t.{id}"));
        assert_eq!(inbox(id), "{p127}.inbox");
        assert!(inboxes().any(|channel| channel == inbox(id)));
    }

    #[test]
    fn an_instance_drops_its_own_frames_and_unknown_ones() {
        let (me, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sent = payload(me, &RelayFrame::Probe { n: 7 });
        assert!(foreign(me, &sent).is_none());
        assert!(matches!(foreign(other, &sent), Some(RelayFrame::Probe { n: 7 })));
        assert!(foreign(other, &format!("{me} {{\"type\":\"of the future\"}}")).is_none());
        assert!(foreign(other, "nonsense").is_none());
    }
}
