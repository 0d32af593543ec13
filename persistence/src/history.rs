//! Reading the log of one ticket.
use helpline_core::history::HistoryRow;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::protocol::{CustomerEvent, StaffEvent};

use crate::{Reader, Store, StoreError};

/// Which part of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The rows after this place, oldest first.
    After(Seq),
    /// The last rows before this place (none: before the end), given oldest first.
    Before(Option<Seq>),
}

/// A part of a history, oldest first, with the head at the moment of the same snapshot, all in the reader's numbering.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<E> {
    /// The rows.
    pub events: Vec<E>,
    /// The number of the history's last row for this reader.
    pub head: Seq,
}

/// The heads of both numberings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// Which ticket.
    pub ticket: TicketId,
    /// Of all rows.
    pub seq: Seq,
    /// Of the public ones.
    pub public_seq: Seq,
}

/// For staff, under the staff role (`reader.audience` must be staff). An unseen ticket gives an empty page with head 0.
pub async fn page_for_staff(_store: &Store, _reader: Reader, _ticket: TicketId, _span: Span, _limit: u32) -> Result<Page<StaffEvent>, StoreError> { todo!() }
/// For a customer, under the customer role: also for staff on their own ticket.
pub async fn page_for_customer(_store: &Store, _reader: Reader, _ticket: TicketId, _span: Span, _limit: u32) -> Result<Page<CustomerEvent>, StoreError> { todo!() }
/// Full rows after each place, at most `limit` per ticket, ordered by ticket and seq, for the gateway's own rooms (service function).
pub async fn rows_after(_store: &Store, _after: &[(TicketId, Seq)], _limit: u32) -> Result<Vec<HistoryRow>, StoreError> { todo!() }
/// The heads of these tickets (service function); missing tickets are missing in the answer.
pub async fn heads(_store: &Store, _tickets: &[TicketId]) -> Result<Vec<Heads>, StoreError> { todo!() }
