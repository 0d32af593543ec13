//! Tests that lists and searches are complete and ordered on every page, and that they use the
//! intended indexes.

use std::collections::BTreeSet;

use helpline_core::ids::TicketId;
use helpline_core::ticket::{Category, Priority, Status};
use helpline_persistence::tickets::{Assignee, ListQuery, Sort, list_for_customer, list_for_staff};

use crate::test_db::{TestDb, message, note, stored};

fn query(limit: u32) -> ListQuery {
    ListQuery {
        limit,
        ..ListQuery::default()
    }
}

fn search(text: &str) -> ListQuery {
    ListQuery {
        search: Some(text.into()),
        ..query(50)
    }
}

impl TestDb {
    /// Creates `count` tickets with every combination of field values and with different times.
    async fn many(&self, count: usize) {
        self.sql(&format!(
            "insert into support_tickets (user_id, subject, category, priority, status, created_at)
             select case when n % 3 = 0 then '{}'::uuid else '{}' end, 'Ticket ' || n,
                    (array['technical', 'billing', 'security'])[1 + n % 3], (array['low', 'high'])[1 + n % 2],
                    (array['open', 'in_progress', 'resolved', 'closed'])[1 + n % 4], now() - n / 2 * interval '1 minute'
             from generate_series(1, {count}) n;
             update support_tickets set assigned_to = '{}' where right(ticket_number, 1) = '5';
             update support_tickets set archived_at = now() where right(ticket_number, 1) = '7'",
            self.customer, self.stranger, self.agent
        ))
        .await;
    }

    async fn all_pages(&self, mut query: ListQuery) -> Vec<TicketId> {
        let mut all = Vec::new();
        loop {
            let page = list_for_staff(&self.store, self.reader(self.agent), &query)
                .await
                .unwrap();
            assert!(page.tickets.len() <= query.limit as usize);
            all.extend(page.tickets.iter().map(|ticket| ticket.id));
            match page.next_cursor {
                Some(cursor) => query.cursor = Some(cursor),
                None => return all,
            }
        }
    }

    async fn found(&self, text: &str) -> Vec<String> {
        let mut found: Vec<_> = list_for_staff(&self.store, self.reader(self.agent), &search(text))
            .await
            .unwrap()
            .tickets;
        found.sort_by(|a, b| a.subject.cmp(&b.subject));
        found.into_iter().map(|ticket| ticket.subject).collect()
    }
}

#[tokio::test]
async fn pages_hold_every_ticket_once_in_order_also_where_times_are_alike() {
    let db = TestDb::open().await;
    db.many(60).await;
    for (sort, order) in [
        (Sort::LastActivity, "last_activity_at desc, id desc"),
        (Sort::Created, "created_at desc, id desc"),
        (Sort::Oldest, "created_at, id"),
    ] {
        for archived in [false, true] {
            let sql = format!(
                "select string_agg(id::text, ',' order by {order}) from support_tickets join support_ticket_heads on ticket_id = id \
                 where {archived} or archived_at is null"
            );
            let expected: String = db.ask(&sql).await;
            let all = db
                .all_pages(ListQuery {
                    sort,
                    archived,
                    ..query(7)
                })
                .await;
            assert_eq!(
                all.iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(","),
                expected,
                "{sort:?} {archived}"
            );
        }
    }
    let filtered = ListQuery {
        status: vec![Status::Open, Status::InProgress],
        category: vec![Category::Billing],
        priority: vec![Priority::Low],
        ..query(2)
    };
    let sql = "select count(*) from support_tickets where status in ('open', 'in_progress') and category = 'billing' and priority = 'low' \
               and archived_at is null";
    assert_eq!(
        db.all_pages(filtered).await.len() as i64,
        db.ask::<i64>(sql).await
    );
    let of_agent = ListQuery {
        assigned_to: Some(Assignee::Agent(db.agent)),
        ..query(50)
    };
    assert_eq!(db.all_pages(of_agent).await.len(), 6);
    let unassigned = ListQuery {
        assigned_to: Some(Assignee::Unassigned),
        archived: true,
        ..query(50)
    };
    assert_eq!(db.all_pages(unassigned).await.len(), 54);
}

#[tokio::test]
async fn a_customer_lists_and_finds_their_own_alone() {
    let db = TestDb::open().await;
    db.many(30).await;
    let reader = db.reader(db.customer);
    let mut own = BTreeSet::new();
    let mut asked = ListQuery {
        archived: true,
        ..query(4)
    };
    loop {
        let page = list_for_customer(&db.store, reader, &asked).await.unwrap();
        own.extend(
            page.tickets
                .iter()
                .map(|ticket| ticket.ticket_number.as_str().to_owned()),
        );
        match page.next_cursor {
            Some(cursor) => asked.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(own.len(), 10);
    assert!(
        own.iter()
            .all(|number| number[4..].parse::<u32>().unwrap() % 3 == 0),
        "{own:?}"
    );
    for (text, hits) in [
        ("ticket 1", 4),
        ("TKT-000012", 1),
        ("12", 1),
        ("carla@", 9),
        ("stan@", 0),
        ("zebra", 0),
    ] {
        let found = list_for_customer(&db.store, reader, &search(text))
            .await
            .unwrap()
            .tickets;
        assert_eq!(
            found.len(),
            hits,
            "{text}: {:?}",
            found
                .iter()
                .map(|ticket| &ticket.subject)
                .collect::<Vec<_>>()
        );
    }
    // An internal note must not move a ticket up in the customer's list, but an answer must.
    let page = list_for_customer(&db.store, reader, &query(50))
        .await
        .unwrap()
        .tickets;
    let last = page.last().unwrap().id;
    stored(&db.send(note(last, db.agent, "hush")).await);
    let same = list_for_customer(&db.store, reader, &query(50))
        .await
        .unwrap()
        .tickets;
    assert_eq!(same, page);
    db.sql(&format!(
        "update support_tickets set status = 'open' where id = '{last}' and status <> 'open'"
    ))
    .await;
    stored(&db.send(message(last, db.agent, "hello")).await);
    assert_eq!(
        list_for_customer(&db.store, reader, &query(50))
            .await
            .unwrap()
            .tickets[0]
            .id,
        last
    );
}

#[tokio::test]
async fn a_search_finds_words_and_substrings_of_number_subject_and_address() {
    let db = TestDb::open().await;
    for subject in [
        "Printer on fire",
        "Fire in the printer room",
        "100% of invoices_2024 wrong",
        "Kaffee für Jürgen",
    ] {
        db.ticket_of(db.customer, subject).await;
    }
    db.ticket_of(db.stranger, "Something else").await;
    for (text, hits) in [
        (
            "printer fire",
            vec!["Fire in the printer room", "Printer on fire"],
        ),
        (
            "  FIRE   rinte ",
            vec!["Fire in the printer room", "Printer on fire"],
        ),
        ("printer on", vec!["Printer on fire"]),
        ("room printer fire", vec!["Fire in the printer room"]),
        ("100%", vec!["100% of invoices_2024 wrong"]),
        ("invoices_2", vec!["100% of invoices_2024 wrong"]),
        ("invoicesX2", vec![]),
        ("Jürgen", vec!["Kaffee für Jürgen"]),
        ("stan@example", vec!["Something else"]),
        ("5", vec!["Something else"]),
        ("tkt-5", vec!["Something else"]),
        ("TKT-000002", vec!["Fire in the printer room"]),
        ("0002", vec!["Fire in the printer room"]),
        ("\\", vec![]),
        ("nothing like it", vec![]),
    ] {
        assert_eq!(db.found(text).await, hits, "{text}");
    }
    // When a customer's email address changes, the search must find the ticket by the new address.
    db.sql(&format!(
        "update people set email = 'new@example.net' where id = '{}'",
        db.stranger
    ))
    .await;
    while helpline_persistence::people::follow(&db.store)
        .await
        .unwrap()
    {}
    assert_eq!(db.found("new@example.net").await, ["Something else"]);
    assert!(db.found("stan@example").await.is_empty());
    // The search function bypasses the row-level security policies, so it must return nothing to
    // callers who are not staff.
    let session = db.session("helpline_staff", db.customer).await;
    let rows = session
        .query(
            "select support_search_tickets(array['printer'], '{}', 10)",
            &[],
        )
        .await
        .unwrap();
    assert!(rows.is_empty());
}
