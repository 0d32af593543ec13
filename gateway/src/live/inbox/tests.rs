use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::DateTime;
use helpline_core::actor::StaffRole;
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::{InboxFilter, StaffTicket, TicketStats};
use helpline_core::reject::CloseCode;
use helpline_core::ticket::{Category, Priority, Status};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Inbox;
use crate::connections::fixtures::{connection, sent};
use crate::connections::{Connection, Disconnect};
use crate::live::fixtures::ticket;
use crate::live::relay::Relay;

fn inbox() -> Inbox {
    Inbox::new(Arc::new(Relay::alone()))
}

fn console(id: u64) -> Arc<Connection> {
    connection(id, u128::from(id), Some(StaffRole::SupportAgent))
}

fn state(n: u128, seq: u64, status: Status, subject: &str) -> StaffTicket {
    let at = DateTime::UNIX_EPOCH;
    StaffTicket {
        id: ticket(n),
        ticket_number: serde_json::from_value(json!("TKT-000001")).expect("a number"),
        subject: subject.to_owned(),
        category: Category::General,
        priority: Priority::Medium,
        status,
        user_id: UserId::new(Uuid::from_u128(9)),
        customer_name: None,
        customer_email: None,
        assigned_to: None,
        assigned_at: None,
        rating: None,
        created_at: at,
        updated_at: at,
        first_response_at: None,
        resolved_at: None,
        closed_at: None,
        archived_at: None,
        last_activity_at: at,
        seq: Seq::new(seq),
        read_seq: Seq::ZERO,
        last_message: None,
        waiting_since: None,
    }
}

/// Simulates one tick (periodic send to consoles): takes the queued tickets and sends their given
/// states. Returns the taken tickets.
fn tick(inbox: &Inbox, states: &[StaffTicket]) -> Vec<TicketId> {
    let (taken, generation) = inbox.take();
    let due: Vec<_> = states
        .iter()
        .filter(|state| taken.contains(&state.id))
        .cloned()
        .collect();
    assert_eq!(inbox.send(&due, generation), due.len());
    taken
}

fn summary(frame: &Value) -> (usize, usize) {
    (
        frame["tickets"].as_array().map_or(0, Vec::len),
        frame["moved"].as_array().map_or(0, Vec::len),
    )
}

#[test]
fn nothing_waits_while_no_console_watches() {
    let inbox = inbox();
    inbox.mark_changed(ticket(1), Seq::new(1));
    assert!(!inbox.is_watched() && inbox.take().0.is_empty());
    let console = console(1);
    inbox.enter(&console, InboxFilter::default());
    inbox.mark_changed(ticket(1), Seq::new(2));
    inbox.leave(&console);
    assert!(!inbox.is_watched() && inbox.take().0.is_empty());
}

#[test]
fn a_ticket_is_sent_in_whole_once_and_then_only_its_place_until_it_changes() {
    let (inbox, console) = (inbox(), console(1));
    inbox.enter(&console, InboxFilter::default());
    for (seq, subject, expected) in [(1, "a", (1, 0)), (2, "a", (0, 1)), (3, "b", (1, 0))] {
        inbox.mark_changed(ticket(1), Seq::new(seq));
        tick(&inbox, &[state(1, seq, Status::Open, subject)]);
        assert_eq!(
            sent(&console).iter().map(summary).collect::<Vec<_>>(),
            [expected],
            "{seq}"
        );
    }
    inbox.mark_changed(ticket(1), Seq::new(3));
    assert!(
        inbox.take().0.is_empty(),
        "a ticket that was sent is not sent again for the sweep"
    );
    inbox.mark_reset(ticket(1));
    assert_eq!(
        inbox.take().0,
        [ticket(1)],
        "after a reset, the ticket is sent whatever its number is"
    );
}

#[test]
fn a_ticket_that_no_longer_matches_is_sent_once_more_and_a_newcomer_is_sent_everything() {
    let (inbox, one, two) = (inbox(), console(1), console(2));
    let open = InboxFilter {
        status: Some(vec![Status::Open]),
        ..InboxFilter::default()
    };
    inbox.enter(&one, open.clone());
    for (seq, status, frames) in [
        (1, Status::Open, 1),
        (2, Status::Closed, 1),
        (3, Status::Closed, 0),
    ] {
        inbox.mark_changed(ticket(1), Seq::new(seq));
        tick(&inbox, &[state(1, seq, status, "a")]);
        assert_eq!(sent(&one).len(), frames, "{seq}");
    }
    inbox.mark_changed(ticket(2), Seq::new(1));
    tick(&inbox, &[state(2, 1, Status::Open, "a")]);
    sent(&one);
    inbox.enter(&two, open);
    inbox.mark_changed(ticket(2), Seq::new(2));
    tick(&inbox, &[state(2, 2, Status::Open, "a")]);
    assert_eq!(summary(&sent(&two)[0]), (1, 0));
}

#[test]
fn what_finds_no_place_in_a_frame_is_the_next_to_be_sent() {
    let (inbox, console) = (inbox(), console(1));
    inbox.enter(&console, InboxFilter::default());
    let long = "x".repeat(limits::INBOX_FRAME_BYTES_MAX / 2);
    (1..=3).for_each(|n| inbox.mark_changed(ticket(n), Seq::new(1)));
    let (taken, generation) = inbox.take();
    assert_eq!(taken, [ticket(1), ticket(2), ticket(3)]);
    let states: Vec<_> = (1..=3).map(|n| state(n, 1, Status::Open, &long)).collect();
    let fit = inbox.send(&states, generation);
    assert!((1..3).contains(&fit));
    inbox.mark_changed(ticket(4), Seq::new(1));
    inbox.put_back(taken[fit..].to_vec());
    let next: Vec<_> = taken[fit..].iter().copied().chain([ticket(4)]).collect();
    assert_eq!(inbox.take().0, next);
}

#[test]
fn what_was_read_before_a_reset_does_not_count_as_sent_after_it() {
    let (inbox, console) = (inbox(), console(1));
    inbox.enter(&console, InboxFilter::default());
    inbox.mark_changed(ticket(1), Seq::new(5));
    let (taken, generation) = inbox.take();
    inbox.mark_all_reset();
    assert_eq!(
        (
            taken.len(),
            inbox.send(&[state(1, 5, Status::Open, "a")], generation)
        ),
        (1, 1)
    );
    inbox.mark_changed(ticket(1), Seq::new(3));
    assert_eq!(inbox.take().0, [ticket(1)]);
}

#[test]
fn consoles_reconnect_when_the_history_is_another_one() {
    let (inbox, settled, newcomer) = (inbox(), console(1), console(2));
    inbox.enter(&settled, InboxFilter::default());
    inbox.mark_changed(ticket(1), Seq::new(5));
    let (_, generation) = inbox.take();
    inbox.send(&[state(1, 5, Status::Open, "a")], generation);
    inbox.enter(&newcomer, InboxFilter::default());
    inbox.restart_consoles();
    for console in [settled, newcomer] {
        assert_eq!(
            console.send_queue.disconnecting(),
            Some(Disconnect::AfterDrain(CloseCode::Restart))
        );
    }
}

fn figures(open_tickets: u64) -> TicketStats {
    serde_json::from_value(json!({
        "open_tickets": open_tickets, "in_progress_tickets": 0, "waiting_tickets": 0, "escalated_tickets": 0, "resolved_tickets": 0,
        "closed_tickets": 0, "urgent_tickets": 0, "high_priority_tickets": 0, "unassigned_tickets": 1,
        "avg_resolution_hours": null, "tickets_last_24h": 1, "tickets_last_7d": 1, "avg_satisfaction_rating": null
    }))
    .expect("figures")
}

#[test]
fn figures_are_sent_when_they_change_and_to_a_newcomer_as_they_were_last_read() {
    let (inbox, one, two) = (inbox(), console(1), console(2));
    let (now, took) = (Instant::now(), Duration::from_millis(5));
    assert!(!inbox.wants_figures(now));
    inbox.enter(&one, InboxFilter::default());
    assert!(inbox.wants_figures(now));
    for (open_tickets, frames) in [(1, 1), (1, 0), (2, 1)] {
        inbox.read_figures(Some(figures(open_tickets)), took, now);
        assert_eq!(inbox.has_unsent_figures(), frames > 0);
        inbox.send(&[], inbox.take().1);
        assert_eq!(sent(&one).len(), frames);
    }
    inbox.enter(&two, InboxFilter::default());
    assert!(!inbox.wants_figures(now), "a new console causes no read");
    inbox.send(&[], inbox.take().1);
    assert_eq!(sent(&two)[0]["stats"]["open_tickets"], 2);
}

#[test]
fn figures_that_take_long_to_read_are_read_less_often() {
    let (inbox, console) = (inbox(), console(1));
    inbox.enter(&console, InboxFilter::default());
    for (took, pause) in [(1, 2_000), (500, 5_000), (3_000, 30_000), (60_000, 30_000)] {
        for read in [Some(figures(1)), None] {
            let now = Instant::now();
            inbox.read_figures(read, Duration::from_millis(took), now);
            assert!(
                !inbox.wants_figures(now + Duration::from_millis(pause - 1)),
                "{took}"
            );
            assert!(
                inbox.wants_figures(now + Duration::from_millis(pause)),
                "{took}"
            );
        }
    }
    inbox.mark_all_reset();
    assert!(
        inbox.wants_figures(Instant::now()),
        "their tickets belong to a history that no longer exists"
    );
}

#[test]
fn a_console_learns_nothing_of_the_ticket_that_its_person_owns_not_even_that_it_moved() {
    let (inbox, owner, other) = (inbox(), console(9), console(2));
    for console in [&owner, &other] {
        inbox.enter(console, InboxFilter::default());
    }
    // The person of the console `owner` is the customer of ticket 1, so that console must get no
    // frame about ticket 1. The test sends ticket 1 as a whole, then as a list position, and then
    // together with another person's ticket.
    for (seq, frames) in [(1, 1), (2, 1)] {
        inbox.mark_changed(ticket(1), Seq::new(seq));
        tick(&inbox, &[state(1, seq, Status::Open, "a")]);
        assert_eq!(sent(&other).len(), frames, "{seq}");
        assert_eq!(sent(&owner), Vec::<Value>::new(), "{seq}");
    }
    inbox.mark_changed(ticket(1), Seq::new(3));
    inbox.mark_changed(ticket(2), Seq::new(1));
    let of_another = StaffTicket {
        user_id: UserId::new(Uuid::from_u128(2)),
        ..state(2, 1, Status::Open, "b")
    };
    tick(&inbox, &[state(1, 3, Status::Open, "a"), of_another]);
    assert_eq!(
        sent(&owner).iter().map(summary).collect::<Vec<_>>(),
        [(1, 0)]
    );
    assert_eq!(
        sent(&other).iter().map(summary).collect::<Vec<_>>(),
        [(0, 1)]
    );
}
