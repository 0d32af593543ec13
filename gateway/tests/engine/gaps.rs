//! Checks that a room fills a gap in its events from the database.

use helpline_core::ids::Seq;
use helpline_gateway::connections::WakeList;
use helpline_gateway::live::frames::EncodedEvent;

use crate::parts::{Parts, events};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_on_the_way_is_read_and_handed_on_in_its_order_once_for_all_members() {
    let parts = Parts::start(6).await;
    let head = parts.heads().await.seq;
    let rows = parts
        .hub
        .gaps
        .read(&[(parts.ticket, Seq::ZERO)])
        .await
        .unwrap();
    assert_eq!(rows.last().map(|row| row.seq), Some(head));
    let seen = Seq::new(head.get() - 5);
    let (one, two) = (parts.connection(1), parts.connection(2));
    let _members = [parts.join_live(&one, seen), parts.join_live(&two, seen)];
    // Deliver the last two events in the wrong order, and lose the three events before them.
    for row in rows.iter().rev().take(2) {
        parts
            .hub
            .deliver(&EncodedEvent::shared(row), &mut WakeList::default());
    }
    let expected: Vec<_> = (seen.get() + 1..=head.get()).collect();
    assert_eq!(events(&one, 5).await, expected);
    assert_eq!(events(&two, 5).await, expected);
    parts.lifecycle.tasks.close();
    parts.lifecycle.tasks.wait().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_no_history_that_exists_is_forgotten_and_stops_nothing() {
    let parts = Parts::start(2).await;
    let head = parts.heads().await.seq;
    let mut rows = parts
        .hub
        .gaps
        .read(&[(parts.ticket, Seq::ZERO)])
        .await
        .unwrap();
    let connection = parts.connection(1);
    let _member = parts.join_live(&connection, Seq::new(head.get() - 1));
    let last = rows.pop().unwrap();
    let mut void = last.clone();
    void.seq = Seq::new(head.get() + 7);
    parts
        .hub
        .deliver(&EncodedEvent::shared(&void), &mut WakeList::default());
    assert_eq!(
        events(&connection, 1).await,
        [head.get()],
        "the gap is read"
    );
    parts.lifecycle.tasks.close();
    parts.lifecycle.tasks.wait().await;
    parts
        .hub
        .deliver(&EncodedEvent::shared(&last), &mut WakeList::default());
    assert_eq!(parts.hub.rooms.get(parts.ticket).unwrap().position(), head);
}
