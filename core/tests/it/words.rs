//! The values of `type` for frames in each direction. The `match` expressions below have no
//! wildcard arm, so a new frame does not compile until its word is added here. The tests of the
//! golden samples and of `PROTOCOL.md` then fail until both contain the frame.

use helpline_core::protocol::{CommonFrame, CustomerFrame, RelayFrame, StaffFrame};

pub const COMMON: &[&str] = &["welcome", "ok", "ack", "reset", "ping", "bye", "error"];
pub const STAFF: &[&str] = &[
    "subscribed",
    "event",
    "typing",
    "presence",
    "read",
    "inbox",
    "inbox_presence",
];
pub const CUSTOMER: &[&str] = &["subscribed", "event", "typing", "read"];
pub const RELAY: &[&str] = &[
    "event",
    "moved",
    "ephemeral",
    "read",
    "presence",
    "inbox_presence",
    "access_status",
    "deleted",
    "instance",
    "probe",
];

pub fn common(frame: &CommonFrame) -> &'static str {
    match frame {
        CommonFrame::Welcome { .. } => "welcome",
        CommonFrame::Ok { .. } => "ok",
        CommonFrame::Ack { .. } => "ack",
        CommonFrame::Reset { .. } => "reset",
        CommonFrame::Ping { .. } => "ping",
        CommonFrame::Bye { .. } => "bye",
        CommonFrame::Error { .. } => "error",
    }
}

pub fn staff(frame: &StaffFrame) -> &'static str {
    match frame {
        StaffFrame::Subscribed { .. } => "subscribed",
        StaffFrame::Event(_) => "event",
        StaffFrame::Typing { .. } => "typing",
        StaffFrame::Presence { .. } => "presence",
        StaffFrame::Read { .. } => "read",
        StaffFrame::Inbox { .. } => "inbox",
        StaffFrame::InboxPresence { .. } => "inbox_presence",
    }
}

pub fn customer(frame: &CustomerFrame) -> &'static str {
    match frame {
        CustomerFrame::Subscribed { .. } => "subscribed",
        CustomerFrame::Event(_) => "event",
        CustomerFrame::Typing { .. } => "typing",
        CustomerFrame::Read { .. } => "read",
    }
}

pub fn relay(frame: &RelayFrame) -> &'static str {
    match frame {
        RelayFrame::Event(_) => "event",
        RelayFrame::Moved { .. } => "moved",
        RelayFrame::Ephemeral { .. } => "ephemeral",
        RelayFrame::Read { .. } => "read",
        RelayFrame::Presence { .. } => "presence",
        RelayFrame::InboxPresence { .. } => "inbox_presence",
        RelayFrame::AccessStatus { .. } => "access_status",
        RelayFrame::Deleted { .. } => "deleted",
        RelayFrame::Instance { .. } => "instance",
        RelayFrame::Probe { .. } => "probe",
    }
}
