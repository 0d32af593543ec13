//! Checks that a database row that cannot be decoded affects only its own ticket.

use helpline_core::ids::TicketId;
use serde_json::{Value, json};

use crate::client::{Client, WITHOUT_REDIS, seqs};
use crate::test_server::{Join, Person, TestServer};

/// SQL values of attachments that Postgres accepts, but that a JSON library refuses or that have
/// the wrong structure.
const ODD_ATTACHMENTS: &[&str] = &[
    "'[1e400]'",
    "('[' || repeat('[', 200) || repeat(']', 200) || ']')",
    "'[{\"name\": 7}, null, \"x\"]'",
];

/// Removes the size checks of the tables, so that only the program's own checks remain.
pub async fn without_size_checks(server: &TestServer) {
    let sql = "do $$ declare v record; begin
        for v in select conrelid::regclass as tbl, conname from pg_constraint
          where contype = 'c' and connamespace = 'helpline'::regnamespace and pg_get_constraintdef(oid) ~ 'octet_length|char_length' loop
          execute format('alter table %s drop constraint %I', v.tbl, v.conname);
        end loop; end $$";
    server
        .sql()
        .await
        .batch_execute(sql)
        .await
        .expect("the checks are gone");
}

/// Inserts a message with the customer's database role and claims. `attachments` is an SQL
/// expression.
pub async fn by_customer(
    server: &TestServer,
    ticket: TicketId,
    owner: &Person,
    key: &str,
    attachments: &str,
) {
    let sql = format!(
        "set role helpline_customer; set request.jwt.claims = '{{\"sub\":\"{0}\"}}';
         insert into support_messages (id, ticket_id, sender_id, sender_type, body, attachments, key)
         values (gen_random_uuid(), '{ticket}', '{0}', 'customer', 'look', ({attachments})::jsonb, '{key}')",
        owner.id
    );
    server
        .sql()
        .await
        .batch_execute(&sql)
        .await
        .expect("the customer may write this");
}

pub fn has_key(key: &str) -> impl Fn(&Value) -> bool {
    let key = json!(key);
    move |frame| frame["type"] == "event" && frame["message"]["key"] == key
}

/// Asserts that the client received the ticket's events without a gap.
pub fn assert_contiguous(client: &Client, ticket: TicketId) {
    let numbers = client.numbers_seen(ticket);
    assert!(
        numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "a gap or a duplicate: {numbers:?}"
    );
}

#[tokio::test]
async fn odd_attachments_by_sql_stop_nobody_and_leave_no_hole() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, carl) = (
        server.customer("Ada Lovelace"),
        server.customer("Carl Gauss"),
    );
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let (odd, other) = (server.ticket(&ada).await, server.ticket(&carl).await);
    let (mut agent, mut customer) = (server.client(0, &ben).await, server.client(0, &ada).await);
    agent.subscribe(odd, None).await;
    agent.subscribe(other, None).await;
    customer.subscribe(odd, None).await;
    for (n, attachments) in ODD_ATTACHMENTS.iter().enumerate() {
        by_customer(&server, odd, &ada, &format!("odd{n}"), attachments).await;
        by_customer(&server, other, &carl, &format!("other{n}"), "'[]'").await;
        agent
            .expect_within(
                "the other ticket's row",
                WITHOUT_REDIS,
                has_key(&format!("other{n}")),
            )
            .await;
        // The message's text is readable and is shown; attachments that cannot be read are left
        // out.
        for reader in [&mut agent, &mut customer] {
            let event = reader
                .expect_within("the odd row", WITHOUT_REDIS, has_key(&format!("odd{n}")))
                .await;
            assert_eq!(
                (&event["message"]["body"], &event["message"]["attachments"]),
                (&json!("look"), &json!([]))
            );
        }
    }
    for reader in [&mut agent, &mut customer] {
        let pages = reader.subscribe(odd, None).await;
        assert_eq!(seqs(&pages).last().copied(), pages[0]["head"].as_u64());
    }
    assert_contiguous(&agent, other);
}

#[tokio::test]
async fn a_batch_beside_the_key_of_an_odd_row_is_acked_and_announced() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let ticket = server.ticket(&ada).await;
    by_customer(&server, ticket, &ada, "odd", ODD_ATTACHMENTS[0]).await;
    let (mut customer, mut agent) = (server.client(0, &ada).await, server.client(0, &ben).await);
    agent.subscribe(ticket, None).await;
    let key = |n: usize| {
        if n % 10 == 5 {
            "odd".to_owned()
        } else {
            format!("k{n}")
        }
    };
    let mut asked = Vec::new();
    for n in 0..100 {
        asked.push(
            customer
                .post(json!({ "type": "send", "ticket": ticket, "key": key(n), "body": "look" }))
                .await,
        );
    }
    for (n, id) in asked.into_iter().enumerate() {
        let answer = customer.answer(id).await;
        if key(n) == "odd" {
            // The message that SQL inserted has already used this idempotency key.
            assert_eq!(answer["code"], "key_reused", "{answer}");
        } else {
            assert_eq!(
                (&answer["type"], &answer["duplicate"]),
                (&json!("ack"), &json!(false)),
                "{answer}"
            );
            agent
                .expect_within("the event", WITHOUT_REDIS, has_key(&key(n)))
                .await;
        }
    }
    assert_contiguous(&agent, ticket);
}

#[tokio::test]
async fn rows_that_make_no_sense_are_shown_as_unreadable_and_the_rest_goes_on() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, carl) = (
        server.customer("Ada Lovelace"),
        server.customer("Carl Gauss"),
    );
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let (odd, other) = (server.ticket(&ada).await, server.ticket(&carl).await);
    let (mut agent, mut customer) = (server.client(0, &ben).await, server.client(0, &ada).await);
    agent.subscribe(odd, None).await;
    agent.subscribe(other, None).await;
    customer.subscribe(odd, None).await;
    without_size_checks(&server).await;
    let sql = server.sql().await;
    // Allow rows that a newer version might write, and rows that are always invalid.
    sql.batch_execute(
        "alter table support_ticket_activity drop constraint support_ticket_activity_kind_check;
         alter table support_ticket_activity drop constraint support_ticket_activity_actor_type_check;
         alter table support_messages drop constraint support_messages_sender_type_check;
         alter table support_messages drop constraint support_messages_sender_check",
    )
    .await
    .expect("the checks are gone");
    for (n, row) in [
        "'of_the_future', 'customer', null, now()",
        "'message_added', 'robot', null, now()",
        "'message_added', 'customer', gen_random_uuid(), now()",
        "'message_added', 'customer', null, 'infinity'",
    ]
    .iter()
    .enumerate()
    {
        let insert = format!(
            "with head as (update support_ticket_heads set seq = seq + 1, public_seq = public_seq + 1 where ticket_id = '{odd}' returning *)
             insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_type, message_id, created_at)
             select h.ticket_id, h.seq, h.public_seq, {row} from head h"
        );
        sql.batch_execute(&insert).await.expect("written");
        by_customer(&server, other, &carl, &format!("other{n}"), "'[]'").await;
        agent
            .expect_within(
                "the other ticket's row",
                WITHOUT_REDIS,
                has_key(&format!("other{n}")),
            )
            .await;
        for reader in [&mut agent, &mut customer] {
            let event = reader
                .expect_within("the odd row", WITHOUT_REDIS, |frame| {
                    frame["type"] == "event" && frame["ticket"] == json!(odd)
                })
                .await;
            let kind = if n == 0 {
                "unreadable"
            } else {
                "message_added"
            };
            assert_eq!(
                (&event["kind"], event.get("message")),
                (&json!(kind), None),
                "{event}"
            );
            assert!(
                event["at"]
                    .as_str()
                    .is_some_and(|at| at.len() < 40 && !at.starts_with('+')),
                "{event}"
            );
        }
    }
    for reader in [&mut agent, &mut customer] {
        assert_contiguous(reader, odd);
        let pages = reader.subscribe(odd, None).await;
        assert_eq!(seqs(&pages).last().copied(), pages[0]["head"].as_u64());
        let after = pages[0]["head"].as_u64().expect("a head") - 3;
        let pages = reader
            .subscribe(
                odd,
                Some((after, pages[0]["epoch"].as_str().expect("an epoch"))),
            )
            .await;
        assert_eq!(seqs(&pages), (after + 1..=after + 3).collect::<Vec<_>>());
    }
    // Clients can still write to the ticket with the bad row, and all clients see a history without
    // gaps.
    assert_eq!(customer.send(odd, "after", "and on").await["type"], "ack");
    agent.expect("the next message", has_key("after")).await;
    let metrics = server.metrics(0).await;
    assert!(
        metrics.contains("helpline_undecodable_rows_total"),
        "{metrics}"
    );
}

/// Makes the database fail when it reads this ticket's history, as it does if a page on disk is
/// damaged.
async fn damage(server: &TestServer, ticket: TicketId) {
    let sql = format!(
        "create or replace function support_events_after(p_tickets uuid[], p_after bigint[], p_limit integer) returns setof support_events
         language plpgsql stable security definer set search_path = pg_catalog, helpline, pg_temp as $$
         begin
           if '{ticket}' = any (p_tickets) then
             raise exception using errcode = 'XX001', message = 'missing chunk number 0 for toast value 7';
           end if;
           return query select x.* from unnest(p_tickets, p_after) b (t, a) join support_events x on x.ticket_id = b.t and x.seq > b.a
             order by x.ticket_id, x.seq limit p_limit;
         end $$"
    );
    server
        .sql()
        .await
        .batch_execute(&sql)
        .await
        .expect("damaged");
}

#[tokio::test]
async fn a_history_that_postgres_cannot_read_is_left_aside_and_its_members_are_told() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, carl) = (
        server.customer("Ada Lovelace"),
        server.customer("Carl Gauss"),
    );
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let bad = server.ticket(&ada).await;
    let mut agent = server.client(0, &ben).await;
    agent.subscribe(bad, None).await;
    let mut others = Vec::new();
    for _ in 0..5 {
        let other = server.ticket(&carl).await;
        agent.subscribe(other, None).await;
        others.push(other);
    }
    damage(&server, bad).await;
    for n in 0..3 {
        // Insert all events in a single transaction, so that one sweep finds them all.
        let mut inserts = format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{bad}', '{}', 'customer', 'x')",
            ada.id
        );
        for other in &others {
            inserts.push_str(&format!(
                "; insert into support_messages (ticket_id, sender_id, sender_type, body, key) values ('{other}', '{}', 'customer', 'x', 'k{n}')",
                carl.id
            ));
        }
        server
            .sql()
            .await
            .batch_execute(&format!("begin; {inserts}; commit"))
            .await
            .expect("written");
        for other in &others {
            let of = json!(other);
            agent
                .expect_within("another ticket's row", WITHOUT_REDIS, |frame| {
                    frame["ticket"] == of && has_key(&format!("k{n}"))(frame)
                })
                .await;
        }
    }
    // Subscribers of the damaged ticket do not wait forever: they get a `reset` (a frame that ends
    // the subscription).
    agent
        .expect("the end of the subscription", |frame| {
            frame["type"] == "reset" && frame["ticket"] == json!(bad)
        })
        .await;
}
