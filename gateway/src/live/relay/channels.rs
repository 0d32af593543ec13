//! Redis channel names and payloads. The part `{p<n>}` of a name is a hash tag. It puts all
//! channels of a partition (a group of tickets) into the same slot of a Redis Cluster, as sharded
//! pub/sub requires.
//!
//! Two desks may share one Redis. Channel names begin with the database's name, so that a copy of a
//! desk on another database receives none of the original desk's messages. A copied data directory
//! keeps the database's name, so each payload also identifies the database server that its sender
//! reads from.

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::protocol::RelayFrame;
use helpline_persistence::epoch::{Epoch, Origin};
use uuid::Uuid;

/// Builds the channel names and payloads of one desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Channels {
    prefix: String,
    origin: Origin,
}

impl Channels {
    /// Creates the channels for the database that `epoch` identifies. Channel names start with
    /// `prefix` if the operator set one, and otherwise with the database's name.
    pub(super) fn of(prefix: Option<&str>, epoch: &Epoch, origin: &Origin) -> Self {
        Self {
            prefix: prefix.unwrap_or(epoch.database()).to_owned(),
            origin: origin.clone(),
        }
    }

    /// The channel on which changed roles and blocked people are published. Every instance
    /// subscribes to it. The name must stay the same as in earlier versions, because instances of
    /// two versions may run at the same time during an upgrade.
    pub(super) fn access_status(&self) -> String {
        format!("{}:{{p0}}.standing", self.prefix)
    }

    /// The channel on which a ticket's events are published.
    pub(super) fn ticket(&self, ticket: TicketId) -> String {
        format!("{}:{{p{}}}.t.{ticket}", self.prefix, partition(ticket))
    }

    /// The inbox channel on which changes of this ticket are published, for the ticket lists of
    /// agent consoles.
    pub(super) fn inbox(&self, ticket: TicketId) -> String {
        self.inbox_of(partition(ticket))
    }

    /// The inbox channels (updates for the ticket lists of agent consoles) of all partitions.
    pub(super) fn inboxes(&self) -> impl Iterator<Item = String> {
        (0..limits::RELAY_PARTITIONS).map(|n| self.inbox_of(n))
    }

    fn inbox_of(&self, partition: u32) -> String {
        format!("{}:{{p{partition}}}.inbox", self.prefix)
    }

    /// The channel in this partition (group of channels) on which an instance sends test messages
    /// (probes) to itself.
    pub(super) fn probe(&self, partition: u32, instance: Uuid) -> String {
        format!("{}:{{p{partition}}}.probe.{instance}", self.prefix)
    }

    /// Encodes a frame as a payload. The ids of the sending instance and of its database server
    /// come first, so that a receiver can drop other desks' payloads without parsing the frame.
    pub(super) fn payload(&self, instance: Uuid, frame: &RelayFrame) -> String {
        let json =
            serde_json::to_string(frame).expect("relay frames have string keys and finite numbers");
        format!("{instance} {} {json}", self.origin.as_str())
    }

    /// Decides how this instance treats a received payload.
    pub(super) fn read<'a>(&self, instance: Uuid, payload: &'a str) -> Received<'a> {
        let mut words = payload.splitn(3, ' ');
        let (Some(from), Some(origin), Some(json)) = (words.next(), words.next(), words.next())
        else {
            return Received::Nothing;
        };
        match Uuid::parse_str(from) {
            Ok(from) if from == instance => Received::Nothing,
            Ok(_) if origin != self.origin.as_str() => Received::OtherOrigin(origin),
            // A frame type that this version does not know comes from a newer version, and is
            // ignored.
            Ok(_) => serde_json::from_str(json).map_or(Received::Nothing, Received::Frame),
            Err(_) => Received::Nothing,
        }
    }
}

/// How this instance treats a payload that it received from Redis.
#[derive(Debug)]
pub(super) enum Received<'a> {
    /// A frame from another instance of this desk.
    Frame(RelayFrame),
    /// The sender reads from another database server. Either the sender belongs to a copy of this
    /// desk, or this desk's database server was restarted or replaced.
    OtherOrigin(&'a str),
    /// A payload to ignore: this instance sent it, it comes from a newer version, or it is invalid.
    Nothing,
}

/// Returns the partition (group of channels) of a channel, from the hash tag in the channel's name.
pub(super) fn partition_of(channel: &str) -> u32 {
    let tag = channel
        .split_once("{p")
        .and_then(|(_, rest)| rest.split_once('}'));
    tag.and_then(|(n, _)| n.parse().ok()).unwrap_or(0)
}

/// The partition (group of channels) of a ticket, from the last byte of the ticket's id. This byte
/// is random in a UUIDv7.
fn partition(ticket: TicketId) -> u32 {
    let [.., low] = *ticket.uuid().as_bytes();
    u32::from(low) % limits::RELAY_PARTITIONS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(epoch: &str, started_us: i64) -> Channels {
        let epoch = Epoch::new(epoch.to_owned());
        Channels::of(None, &epoch, &Origin::new(&epoch, started_us))
    }

    #[test]
    fn channels_of_a_ticket_share_one_partition_and_begin_with_the_database() {
        let (id, channels) = (
            TicketId::new(Uuid::from_u128(0x1ff)),
            desk("6f3a-4000-1-1-0", 7),
        );
        assert_eq!(channels.ticket(id), format!("6f3a-4000:{{p127}}.t.{id}"));
        assert_eq!(channels.inbox(id), "6f3a-4000:{p127}.inbox");
        assert!(
            channels
                .inboxes()
                .any(|channel| channel == channels.inbox(id))
        );
        assert_eq!(channels.access_status(), "6f3a-4000:{p0}.standing");
        assert_eq!(partition_of(&channels.ticket(id)), 127);
        assert_eq!(partition_of(&channels.access_status()), 0);
        let probe = channels.probe(8, Uuid::from_u128(1));
        assert_eq!(partition_of(&probe), 8);
    }

    #[test]
    fn an_operators_prefix_stands_in_place_of_the_databases_name() {
        let epoch = Epoch::new("6f3a-4000-1-1-0".to_owned());
        assert_eq!(
            Channels::of(Some("staging"), &epoch, &Origin::new(&epoch, 7)).access_status(),
            "staging:{p0}.standing"
        );
    }

    #[test]
    fn an_instance_drops_its_own_frames_and_unknown_ones() {
        let (me, other, channels) = (
            Uuid::from_u128(1),
            Uuid::from_u128(2),
            desk("6f3a-4000-1-1-0", 7),
        );
        let sent = channels.payload(me, &RelayFrame::Probe { n: 7 });
        assert!(matches!(channels.read(me, &sent), Received::Nothing));
        assert!(matches!(
            channels.read(other, &sent),
            Received::Frame(RelayFrame::Probe { n: 7 })
        ));
        let future = sent.replace("probe", "of the future");
        assert!(matches!(channels.read(other, &future), Received::Nothing));
        assert!(matches!(
            channels.read(other, "nonsense"),
            Received::Nothing
        ));
        assert!(matches!(
            channels.read(other, &format!("{me} {{}}")),
            Received::Nothing
        ));
    }

    #[test]
    fn a_copy_of_the_data_directory_is_not_believed() {
        let (me, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (original, copy) = (desk("6f3a-4000-1-1-0", 7), desk("6f3a-4000-1-1-0", 8));
        let sent = copy.payload(other, &RelayFrame::Probe { n: 7 });
        assert!(matches!(
            original.read(me, &sent),
            Received::OtherOrigin("6f3a-4000-1-1-0@8")
        ));
    }
}
