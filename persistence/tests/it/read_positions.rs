//! Tests read positions: storing them, treating a reader's own events as read, and listing a
//! ticket's readers.

use std::collections::HashMap;

use helpline_core::actor::{ActorType, Audience};
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::protocol::{CustomerTicket, StaffTicket};
use helpline_persistence::reads::{Mark, TicketPositionKey, mark, ticket_positions};
use helpline_persistence::tickets::{
    ListQuery, get_for_customer, get_for_staff, list_for_customer, list_for_staff,
};

use crate::test_db::{TestDb, message, note, stored};

#[tokio::test]
async fn marks_move_forward_alone_and_count_in_both_numberings() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await; // Events 1 and 2.
    stored(&db.send(note(ticket, db.agent, "3")).await);
    stored(
        &db.send(message(ticket, db.customer, "4, the customer's 3"))
            .await,
    );
    stored(&db.send(note(ticket, db.agent, "5")).await);
    let at = async |person, audience, seq| {
        mark(
            &db.store,
            &[Mark {
                ticket,
                person,
                audience,
                seq: Seq::new(seq),
            }],
        )
        .await
        .unwrap()
    };
    let moved = at(db.agent, Audience::Staff, 3).await;
    assert_eq!(
        (
            moved[0].seq.get(),
            moved[0].public_seq.get(),
            moved[0].person.kind
        ),
        (3, 2, ActorType::Admin)
    );
    assert_eq!(moved[0].person.name.as_deref(), Some("Anna Agent"));
    assert!(
        at(db.agent, Audience::Staff, 2).await.is_empty(),
        "never back"
    );
    let moved = at(db.customer, Audience::Customer, 3).await;
    assert_eq!(
        (
            moved[0].seq.get(),
            moved[0].public_seq.get(),
            moved[0].person.kind
        ),
        (4, 3, ActorType::Customer)
    );
    let moved = at(db.agent, Audience::Staff, 1_000).await;
    assert_eq!(
        (moved[0].seq.get(), moved[0].public_seq.get()),
        (5, 3),
        "beyond the head counts as the head"
    );
    for (person, audience) in [
        (db.stranger, Audience::Customer),
        (db.stranger, Audience::Staff),
        (db.customer, Audience::Staff),
    ] {
        assert!(
            at(person, audience, 3).await.is_empty(),
            "a mark without permission was accepted"
        );
    }
    let of = |reader, audience| TicketPositionKey {
        ticket,
        reader,
        audience,
    };
    let may = [
        of(db.customer, Audience::Customer),
        of(db.agent, Audience::Staff),
    ];
    let may_not = [
        of(db.stranger, Audience::Customer),
        of(db.customer, Audience::Staff),
        of(db.agent, Audience::Customer),
    ];
    let found = ticket_positions(&db.store, &[may_not.as_slice(), may.as_slice()].concat())
        .await
        .unwrap();
    let found: HashMap<_, _> = found
        .iter()
        .map(|(of, position)| (*of, position.reads.len()))
        .collect();
    assert_eq!(
        found,
        HashMap::from(may.map(|one| (one, 2))),
        "the database returned the position to another reader"
    );
    let seen = helpline_persistence::tickets::get_for_staff(&db.store, db.reader(db.agent), ticket)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((seen.read_seq.get(), seen.seq.get()), (5, 5));
}

async fn own_ticket(db: &TestDb, ticket: TicketId) -> CustomerTicket {
    get_for_customer(&db.store, db.reader(db.customer), ticket)
        .await
        .unwrap()
        .unwrap()
}

async fn ticket_of_staff(db: &TestDb, reader: UserId, ticket: TicketId) -> StaffTicket {
    get_for_staff(&db.store, db.reader(reader), ticket)
        .await
        .unwrap()
        .unwrap()
}

/// The reader's position and the position of the ticket's last event, as numbers.
fn positions(read: Seq, head: Seq) -> (u64, u64) {
    (read.get(), head.get())
}

#[tokio::test]
async fn own_writes_are_read_and_those_of_others_are_not() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await; // Events 1 and 2.
    let own = async || own_ticket(&db, ticket).await;
    let agents = async || ticket_of_staff(&db, db.agent, ticket).await;
    assert_eq!(
        positions(own().await.read_seq, own().await.seq),
        (2, 2),
        "the customer opened it and marked nothing"
    );
    assert_eq!(
        positions(agents().await.read_seq, agents().await.seq),
        (0, 2)
    );
    stored(&db.send(message(ticket, db.agent, "an answer")).await);
    let answered = own().await;
    assert!(
        answered.read_seq.get() == 2 && answered.seq.get() > 2,
        "{answered:?}"
    );
    let unread = "from another device, the answer unread";
    stored(&db.send(message(ticket, db.customer, unread)).await);
    assert_eq!(
        own().await.read_seq.get(),
        2,
        "an own message must not mark earlier events as read"
    );
    let to_head = Mark {
        ticket,
        person: db.agent,
        audience: Audience::Staff,
        seq: agents().await.seq,
    };
    mark(&db.store, &[to_head]).await.unwrap();
    stored(&db.send(note(ticket, db.agent, "a note")).await);
    let agents = agents().await;
    assert_eq!(agents.read_seq, agents.seq, "an own note counts as read");
    assert_eq!(
        ticket_of_staff(&db, db.boss, ticket).await.read_seq.get(),
        0,
        "read positions are separate for each member of staff"
    );
    // On tickets that they opened themselves, members of staff count as customers.
    let asked = db.ticket_of(db.agent, "Mine").await;
    let mine = ticket_of_staff(&db, db.agent, asked).await;
    assert_eq!(mine.read_seq, mine.seq);
}

#[tokio::test]
async fn lists_give_the_read_positions_that_single_tickets_give() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    stored(&db.send(message(ticket, db.agent, "an answer")).await);
    stored(&db.send(note(ticket, db.agent, "a note")).await);
    let all = ListQuery {
        limit: 5,
        ..ListQuery::default()
    };
    let of_staff = list_for_staff(&db.store, db.reader(db.agent), &all)
        .await
        .unwrap();
    let single = ticket_of_staff(&db, db.agent, ticket).await;
    assert_eq!(
        positions(of_staff.tickets[0].read_seq, of_staff.tickets[0].seq),
        positions(single.read_seq, single.seq)
    );
    let of_customer = list_for_customer(&db.store, db.reader(db.customer), &all)
        .await
        .unwrap();
    assert_eq!(of_customer.tickets[0], own_ticket(&db, ticket).await);
}

#[tokio::test]
async fn a_ticket_that_hundreds_have_read_names_those_who_have_read_furthest() {
    const READERS: i64 = 300;
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    db.sql(&format!(
        "insert into support_read_positions (ticket_id, person_id, seq, public_seq)
         select '{ticket}', gen_random_uuid(), n, n from generate_series(1, {READERS}) n"
    ))
    .await;
    let asked = TicketPositionKey {
        ticket,
        reader: db.agent,
        audience: Audience::Staff,
    };
    let found = ticket_positions(&db.store, &[asked]).await.unwrap();
    let furthest: Vec<u64> = found[&asked]
        .reads
        .iter()
        .map(|read| read.seq.get())
        .collect();
    let first = READERS as u64 - helpline_core::limits::READERS_MAX as u64 + 1;
    assert_eq!(furthest, (first..=READERS as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_head_that_makes_no_sense_hides_no_other() {
    let db = TestDb::open().await;
    let (odd, good) = (db.ticket().await, db.ticket().await);
    db.sql(&format!(
        "update support_ticket_heads set seq = -1 where ticket_id = '{odd}'"
    ))
    .await;
    let heads = helpline_persistence::history::heads(&db.store, &[odd, good])
        .await
        .unwrap();
    assert_eq!(
        heads.iter().map(|heads| heads.ticket).collect::<Vec<_>>(),
        [good]
    );
    let opened = helpline_persistence::tickets::access_of_all(&db.store, &[odd, good])
        .await
        .unwrap();
    assert_eq!(
        opened.iter().filter(|(_, opened)| opened.is_some()).count(),
        1
    );
}
