//! Tests that staff are treated as customers on tickets that they opened themselves: no query may
//! reveal an internal note there.

use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::ticket::Status;
use helpline_persistence::reads::{Mark, mark};
use helpline_persistence::tickets::{ListQuery, Sort, get_for_staff, list_for_staff, own_unread};

use crate::test_db::{TestDb, message, note, stored};

const TABLES: &str = "support_tickets support_ticket_heads support_ticket_activity support_messages support_read_positions \
    support_tickets_for_staff support_own_tickets_for_staff support_events";

impl TestDb {
    /// Returns everything that the agent can learn about tickets from lists, cursors and plain SQL,
    /// as texts.
    async fn known_to_the_agent(&self, own: TicketId) -> Vec<String> {
        let reader = self.reader(self.agent);
        let mut known = Vec::new();
        for sort in [
            Sort::LastActivity,
            Sort::Created,
            Sort::Oldest,
            Sort::Waiting,
        ] {
            for status in [Vec::new(), vec![Status::Open, Status::InProgress]] {
                let mut query = ListQuery {
                    sort,
                    status,
                    limit: 1,
                    ..ListQuery::default()
                };
                loop {
                    let page = list_for_staff(&self.store, reader, &query).await.unwrap();
                    known.push(format!("{page:?}"));
                    query.cursor = page.next_cursor;
                    if query.cursor.is_none() {
                        break;
                    }
                }
            }
        }
        known.push(format!(
            "{:?}",
            get_for_staff(&self.store, reader, own).await.unwrap()
        ));
        let session = self.session("helpline_staff", self.agent).await;
        for table in TABLES.split_whitespace() {
            let id = if table.contains("tickets") {
                "id"
            } else {
                "ticket_id"
            };
            let sql = format!(
                "select coalesce(json_agg(x order by x::text), '[]')::text from helpline.{table} x where {id} = '{own}'"
            );
            let rows: String = session.query_one(&sql, &[]).await.unwrap().get(0);
            known.push(format!("{table}: {rows}"));
        }
        let count = "select count(*)::text from helpline.support_ticket_heads";
        known.push(session.query_one(count, &[]).await.unwrap().get(0));
        known
    }
}

#[tokio::test]
async fn an_agent_learns_of_no_note_on_the_ticket_that_they_own() {
    let db = TestDb::open().await;
    let own = db.ticket_of(db.agent, "About a colleague").await;
    for n in 0..3 {
        let other = db.ticket_of(db.customer, &format!("Later {n}")).await;
        stored(&db.send(message(other, db.customer, "and on")).await);
    }
    let before = db.known_to_the_agent(own).await;
    // Check that the agent sees the ticket at all: in each list, by its id, and in its database
    // row.
    let shown = before
        .iter()
        .filter(|one| one.contains("About a colleague"))
        .count();
    assert!(shown >= 8 + 1 + 2, "{before:#?}");
    stored(&db.send(note(own, db.boss, "between us")).await);
    let read = Mark {
        ticket: own,
        person: db.boss,
        audience: Audience::Staff,
        seq: Seq::new(3),
    };
    assert_eq!(mark(&db.store, &[read]).await.unwrap().len(), 1);
    stored(&db.send(note(own, db.boss, "and again")).await);
    assert_eq!(db.known_to_the_agent(own).await, before);
    // A public answer gets the next public number, and moves the ticket up in the agent's list.
    stored(&db.send(message(own, db.boss, "We look into it")).await);
    let query = ListQuery {
        limit: 10,
        ..ListQuery::default()
    };
    let page = list_for_staff(&db.store, db.reader(db.agent), &query)
        .await
        .unwrap();
    let mine = &page.tickets[0];
    assert_eq!((mine.id, mine.seq.get(), mine.read_seq.get()), (own, 4, 2));
    // Members of staff other than the ticket's owner must see all events, including the note.
    let page = list_for_staff(&db.store, db.reader(db.boss), &query)
        .await
        .unwrap();
    assert_eq!(
        (
            page.tickets[0].id,
            page.tickets[0].seq.get(),
            page.tickets.len()
        ),
        (own, 6, 4)
    );
}

/// An agent's own ticket must be in the team's lists of waiting tickets, like any customer's
/// ticket, and show only its public messages.
#[tokio::test]
async fn an_agents_own_ticket_waits_as_any_customers_and_shows_no_note() {
    let db = TestDb::open().await;
    let own = db.ticket_of(db.agent, "About a colleague").await;
    let first = db.ticket_of(db.customer, "Between").await;
    let later = db.ticket_of(db.agent, "About the room").await;
    stored(&db.send(note(own, db.boss, "canary")).await);
    let waiting = ListQuery {
        sort: Sort::Waiting,
        limit: 2,
        ..ListQuery::default()
    };
    let needs_answer = ListQuery {
        needs_answer: true,
        sort: Sort::Oldest,
        limit: 2,
        ..ListQuery::default()
    };
    for query in [&waiting, &needs_answer] {
        for reader in [db.agent, db.boss] {
            assert_eq!(
                db.pages(reader, query).await,
                [own, first, later],
                "{query:?}"
            );
        }
    }
    let reader = db.reader(db.agent);
    let mine = get_for_staff(&db.store, reader, own)
        .await
        .unwrap()
        .unwrap();
    let last = mine.last_message.clone().unwrap();
    assert_eq!(last.side, Audience::Customer);
    assert_eq!(mine.waiting_since, Some(mine.created_at));
    assert_eq!(own_unread(&db.store, reader).await.unwrap().tickets, 0);

    stored(&db.send(message(own, db.boss, "We look into it")).await);
    for query in [&waiting, &needs_answer] {
        assert_eq!(db.pages(db.agent, query).await, [first, later], "{query:?}");
    }
    let unread = own_unread(&db.store, reader).await.unwrap();
    assert_eq!((unread.tickets, unread.messages), (1, 1));
    stored(&db.send(note(own, db.boss, "canary")).await);
    assert_eq!(own_unread(&db.store, reader).await.unwrap(), unread);
    let mine = get_for_staff(&db.store, reader, own)
        .await
        .unwrap()
        .unwrap();
    let last = mine.last_message.clone().unwrap();
    assert_eq!(
        (last.side, last.snippet.as_str()),
        (Audience::Staff, "We look into it")
    );
    assert_eq!(mine.waiting_since, None);
    stored(&db.send(message(own, db.agent, "And?")).await);
    assert_eq!(
        db.pages(db.agent, &waiting).await,
        [first, later, own],
        "waits again, from the new message on"
    );
}

impl TestDb {
    /// Returns the tickets on all pages of a list for staff.
    async fn pages(&self, reader: UserId, query: &ListQuery) -> Vec<TicketId> {
        let mut query = query.clone();
        let mut listed = Vec::new();
        loop {
            let page = list_for_staff(&self.store, self.reader(reader), &query);
            let page = page.await.unwrap();
            listed.extend(page.tickets.iter().map(|ticket| ticket.id));
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                return listed;
            }
        }
    }
}
