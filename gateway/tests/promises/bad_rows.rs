//! One row that cannot be decoded, or that an older schema let grow too large, harms its own ticket only.

use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use serde_json::{Value, json};

use crate::client::{Client, seqs};
use crate::test_server::{Join, Person, TestServer};

/// What the design promises for events while Redis is down.
const WITHOUT_REDIS: Duration = Duration::from_secs(2);

/// Attachments that Postgres takes and a JSON library refuses, or that say nothing.
const ODD_ATTACHMENTS: &[&str] = &[
    "'[1e400]'",
    "('[' || repeat('[', 200) || repeat(']', 200) || ']')",
    "'[{\"name\": 7}, null, \"x\"]'",
];

/// Takes the tables' own protection away, so that what is left is the program's.
async fn without_size_checks(server: &TestServer) {
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

/// A message of this customer's, written by their own role with their own claims, with these attachments (an SQL expression).
async fn by_customer(
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

fn has_key(key: &str) -> impl Fn(&Value) -> bool {
    let key = json!(key);
    move |frame| frame["type"] == "event" && frame["message"]["key"] == key
}

/// All numbers that this client was shown of the ticket follow each other.
fn assert_contiguous(client: &Client, ticket: TicketId) {
    let numbers = client.numbers_seen(ticket);
    assert!(
        numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "a hole or a double: {numbers:?}"
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
        // The text can be shown, so it is; what cannot be read of the attachments is left out.
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
        assert_eq!(
            (&answer["type"], &answer["duplicate"]),
            (&json!("ack"), &json!(key(n) == "odd")),
            "{answer}"
        );
        if key(n) != "odd" {
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
    // As a newer version would write it, and as no version should.
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
    // Written on by the gateway: contiguous for everybody.
    assert_eq!(customer.send(odd, "after", "and on").await["type"], "ack");
    agent.expect("the next message", has_key("after")).await;
    let metrics = server.metrics(0).await;
    assert!(
        metrics.contains("helpline_undecodable_rows_total"),
        "{metrics}"
    );
}

#[tokio::test]
async fn rows_from_before_the_size_checks_close_no_connection() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let ticket = server.ticket(&ada).await;
    let (mut agent, mut customer) = (server.client(0, &ben).await, server.client(0, &ada).await);
    agent.subscribe(ticket, None).await;
    customer.subscribe(ticket, None).await;
    without_size_checks(&server).await;
    let entry = "jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'name', repeat('n', 3000000), 'content_type', 'text/plain', 'size_bytes', 5))";
    by_customer(&server, ticket, &ada, "huge", entry).await;
    for reader in [&mut agent, &mut customer] {
        let event = reader
            .expect("the row with a huge name", has_key("huge"))
            .await;
        assert_eq!(event["message"]["attachments"], json!([]));
    }
    let sql = server.sql().await;
    sql.batch_execute(&format!(
        "select log_ticket_activity('{ticket}', 'called', repeat('o', 3000000), repeat('n', 3000000), repeat('d', 3000000))"
    ))
    .await
    .expect("logged");
    let event = agent
        .expect("the row with a huge description", |frame| {
            frame["kind"] == "logged"
        })
        .await;
    assert!(
        event.to_string().len() < limits::SOCKET_WRITE_BYTES_MAX / 4,
        "{} bytes",
        event.to_string().len()
    );
    assert!(
        event["description"]
            .as_str()
            .is_some_and(|text| text.ends_with('…')),
        "cut, and says so"
    );
    let pages = agent.subscribe(ticket, None).await;
    assert_eq!(seqs(&pages).last().copied(), pages[0]["head"].as_u64());
    assert_contiguous(&customer, ticket);
}

/// From here on the database fails to read the history of this ticket, as it does when a page of it is damaged.
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
        // One look of the sweep finds them all.
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
    // Not silence: subscribers are told to start over.
    agent
        .expect("the end of the subscription", |frame| {
            frame["type"] == "reset" && frame["ticket"] == json!(bad)
        })
        .await;
}

#[tokio::test]
async fn one_person_or_ticket_of_a_newer_version_keeps_nobody_else_out() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let odd = server.customer("Odd Future");
    let (ticket, strange) = (server.ticket(&ada).await, server.ticket(&ada).await);
    server
        .sql()
        .await
        .batch_execute(&format!(
            "alter table user_roles drop constraint user_roles_role_check; insert into user_roles (user_id, role) values ('{}', 'auditor');
             alter table support_tickets drop constraint support_tickets_category_check, drop constraint support_tickets_status_check;
             update support_tickets set category = 'of_the_future' where id = '{strange}'",
            odd.id
        ))
        .await
        .expect("written by a newer version");
    let url = server.gateways[0].ws_url();
    // Together, so that they share a question to the database.
    let crowd = (0..18).map(|n| {
        let (url, token) = (
            url.clone(),
            if n % 10 == 3 {
                odd.token.clone()
            } else {
                ada.token.clone()
            },
        );
        async move {
            let mut client = crate::client::connect(&url, None)
                .await
                .expect("the gateway accepts");
            (
                n % 10 != 3,
                client.ask(json!({ "type": "hello", "token": token })).await,
            )
        }
    });
    for (is_welcome, answer) in futures_util::future::join_all(crowd).await {
        assert_eq!(answer["type"] == "welcome", is_welcome, "{answer}");
    }
    let mut console = server.client(0, &ben).await;
    assert_eq!(
        console.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    server
        .sql()
        .await
        .batch_execute(&format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body)
             select id, user_id, 'customer', 'x' from support_tickets where id in ('{ticket}', '{strange}')"
        ))
        .await
        .expect("both move");
    let of = json!(ticket);
    console
        .expect_within(
            "the ticket beside the one that cannot be read",
            WITHOUT_REDIS,
            |frame| {
                frame["type"] == "inbox"
                    && frame["tickets"]
                        .as_array()
                        .is_some_and(|all| all.iter().any(|one| one["id"] == of))
            },
        )
        .await;
    let mut customer = server.client(0, &ada).await;
    server
        .sql()
        .await
        .batch_execute(&format!(
            "update support_tickets set status = 'of_the_future' where id = '{strange}'"
        ))
        .await
        .expect_err("a move that is not allowed");
    server
        .sql()
        .await
        .batch_execute(&format!(
            "alter table support_tickets disable trigger user; update support_tickets set status = 'of_the_future' where id = '{strange}';
             alter table support_tickets enable trigger user"
        ))
        .await
        .expect("written by a newer version");
    let refused = customer
        .ask(json!({ "type": "subscribe", "ticket": strange }))
        .await;
    assert_eq!(
        (&refused["type"], &refused["code"]),
        (&json!("error"), &json!("internal"))
    );
    assert_eq!(
        customer.subscribe(ticket, None).await[0]["type"],
        "subscribed"
    );
}

#[tokio::test]
async fn figures_that_make_no_sense_keep_back_no_ticket() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    server.sql()
        .await
        .batch_execute("create or replace function support_read_stats() returns setof support_ticket_stats language sql as $$ select 1 / 0, s.* from support_ticket_stats s $$")
        .await
        .expect_err("another shape");
    server
        .sql()
        .await
        .batch_execute(
            "create or replace function support_read_stats() returns setof support_ticket_stats language plpgsql security definer
             set search_path = pg_catalog, helpline, pg_temp as $$ begin perform 1 / 0; end $$",
        )
        .await
        .expect("figures fail");
    let mut console = server.client(0, &ben).await;
    assert_eq!(
        console.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    let ticket = json!(server.ticket(&ada).await);
    console
        .expect_within("the ticket", WITHOUT_REDIS, |frame| {
            frame["type"] == "inbox"
                && frame["tickets"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one["id"] == ticket))
        })
        .await;
}

#[tokio::test]
async fn numbers_of_an_earlier_system_are_shown_as_they_are_and_blind_nobody() {
    const NUMBERS: &[&str] = &["SUP-2024-17", "TKT-42", "#7/ä", "99999999999999999999999"];
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let mut console = server.client(0, &ben).await;
    assert_eq!(
        console.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    let sql = server.sql().await;
    for number in NUMBERS {
        sql.execute(
            "insert into support_tickets (user_id, subject, ticket_number) values ($1, 'Carried over', $2)",
            &[&ada.id.uuid(), number],
        )
        .await
        .expect("carried over");
    }
    server.ticket(&ada).await;
    let mut told = std::collections::BTreeSet::new();
    while told.len() < NUMBERS.len() + 1 {
        let frame = console
            .expect_within("every ticket", WITHOUT_REDIS, |frame| {
                frame["type"] == "inbox" && frame["tickets"] != json!([])
            })
            .await;
        told.extend(
            frame["tickets"]
                .as_array()
                .expect("tickets")
                .iter()
                .map(|one| one["ticket_number"].as_str().expect("a number").to_owned()),
        );
    }
    assert!(
        NUMBERS.iter().all(|number| told.contains(*number)),
        "{told:?}"
    );
}

#[tokio::test]
async fn the_largest_rows_that_are_allowed_reach_everybody() {
    let server = TestServer::start(2, Join::Redis).await;
    let ada = server.customer("Ada Lovelace");
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let ticket = server.ticket(&ada).await;
    let (mut agent, mut customer) = (server.client(0, &ben).await, server.client(1, &ada).await);
    agent.subscribe(ticket, None).await;
    customer.subscribe(ticket, None).await;
    // Every byte is written as six, and every name is as long as it may be.
    let sql = server.sql().await;
    let entries =
        "(select jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'name', repeat('ﷺ', 200), 'content_type', repeat('ﷺ', 200),
        'size_bytes', 9007199254740991)) from generate_series(1, 10))";
    sql.batch_execute(&format!(
        "update people set display_name = repeat(chr(1), 200);
         insert into support_messages (ticket_id, sender_id, sender_type, body, attachments, key)
         values ('{ticket}', '{0}', 'customer', repeat(chr(1), 16384), {entries}, repeat('k', 64));
         update support_messages set body = repeat(chr(2), 16384) where key = repeat('k', 64);
         select log_ticket_activity('{ticket}', 'x', repeat(chr(1), 16384), repeat(chr(1), 16384), repeat(chr(1), 8192))",
        ada.id
    ))
    .await
    .expect("all of it is allowed");
    let key = "k".repeat(64);
    for reader in [&mut agent, &mut customer] {
        let event = reader.expect("the largest message", has_key(&key)).await;
        assert_eq!(
            event["message"]["attachments"].as_array().map(Vec::len),
            Some(limits::ATTACHMENTS_MAX)
        );
    }
    agent
        .expect("the largest edit", |frame| {
            frame["kind"] == "message_edited"
        })
        .await;
    agent
        .expect("the largest note of the team's", |frame| {
            frame["kind"] == "logged"
        })
        .await;
    let largest = agent
        .transcript
        .iter()
        .map(String::len)
        .max()
        .unwrap_or_default();
    assert!(largest > 2 * limits::BODY_BYTES_MAX * 6, "{largest} bytes");
    for reader in [&mut agent, &mut customer] {
        let pages = reader.subscribe(ticket, None).await;
        assert_eq!(seqs(&pages).last().copied(), pages[0]["head"].as_u64());
    }
    assert_eq!(
        customer.send(ticket, "after", "and on").await["type"],
        "ack"
    );
}
