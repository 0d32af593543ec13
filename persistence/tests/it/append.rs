//! Sends: once, in order, judged under the lock.

use helpline_core::ids::TicketId;
use uuid::Uuid;

use crate::desk::{Desk, message, note, stored};

#[tokio::test]
async fn a_send_is_numbered_in_both_numberings() {
    let desk = Desk::open().await;
    let id = Uuid::now_v7();
    desk.sql(&format!("insert into support_tickets (id, user_id, subject) values ('{id}', '{}', 'x')", desk.customer)).await;
    let ticket = TicketId::new(id);
    let first = stored(&desk.send(message(ticket, desk.customer, "hello")).await);
    assert_eq!((first.seq.get(), first.public_seq.map(|seq| seq.get())), (2, Some(2)));
    let hidden = stored(&desk.send(note(ticket, desk.agent, "a note")).await);
    assert_eq!((hidden.seq.get(), hidden.public_seq), (3, None));
    let answer = stored(&desk.send(message(ticket, desk.agent, "hi")).await);
    assert_eq!((answer.seq.get(), answer.public_seq.map(|seq| seq.get())), (4, Some(3)));
    assert_eq!(desk.kinds(ticket).await, ["created", "message_added", "internal_note_added", "message_added", "status_changed"]);
}
