//! Tests a database that is restored from a dump, while clients know events that were written after
//! the dump. The restore removes these events, and new events get their positions.

use helpline_core::ids::TicketId;
use helpline_rig::Postgres;
use serde_json::{Value, json};

use crate::client::{Client, PATIENCE, seqs};
use crate::test_server::{Join, Person, TestServer, eventually};

/// How the database is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The database is dropped, created under the same name, and restored.
    SameName,
    /// The dump is restored next to the old database, and then takes over its name.
    Renamed,
    /// The dump is restored into another cluster, which then takes over the old cluster's address.
    AnotherCluster,
}

const LOST: usize = 3;
const NEW: usize = 5;

/// A ticket with events that its customer has seen and that the restore then removes.
struct Rewound {
    server: TestServer,
    ada: Person,
    ticket: TicketId,
    /// A member of staff who stays connected to the second gateway.
    online: Client,
    /// The customer's position in the history when they disconnected.
    position: u64,
    epoch: String,
    dump: helpline_rig::Dump,
}

async fn with_lost_rows(server: TestServer) -> Rewound {
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let (mut customer, mut online) = (server.client(0, &ada).await, server.client(1, &ben).await);
    for n in 0..3 {
        assert_eq!(
            customer
                .send(ticket, &format!("kept{n}"), &format!("kept {n}"))
                .await["type"],
            "ack"
        );
    }
    let epoch = customer.subscribe(ticket, None).await[0]["epoch"]
        .as_str()
        .expect("an epoch")
        .to_owned();
    online.subscribe(ticket, None).await;
    let dump = server
        .postgres
        .dump(server.database())
        .await
        .expect("dumped");
    let mut position = 0;
    for n in 0..LOST {
        assert_eq!(
            customer
                .send(ticket, &format!("lost{n}"), &format!("lost {n}"))
                .await["type"],
            "ack"
        );
        position = customer.event(ticket).await["seq"]
            .as_u64()
            .expect("a number");
        online.event(ticket).await;
    }
    Rewound {
        server,
        ada,
        ticket,
        online,
        position,
        epoch,
        dump,
    }
}

impl Rewound {
    async fn restore(&mut self, way: Way) {
        let (postgres, database) = (&self.server.postgres, self.server.database());
        match way {
            Way::SameName => {
                postgres.drop_database(database).await.expect("dropped");
                postgres
                    .restore(&self.dump, database)
                    .await
                    .expect("restored");
            }
            Way::Renamed => {
                postgres
                    .restore(&self.dump, "restored")
                    .await
                    .expect("restored");
                postgres
                    .rename_database(database, "old")
                    .await
                    .expect("renamed");
                postgres
                    .rename_database("restored", database)
                    .await
                    .expect("renamed");
            }
            Way::AnotherCluster => {
                let other = Postgres::start_temporary()
                    .await
                    .expect("a Postgres starts");
                other.restore(&self.dump, database).await.expect("restored");
                self.server.moved_to(other);
            }
        }
    }

    /// Writes new events. The first ones get the same `seq` as the events that the restored database
    /// lost, the others get higher ones.
    async fn write_new(&self) {
        let sql = self.server.sql().await;
        for n in 0..NEW {
            let body = format!("new {n}");
            let insert = "insert into support_messages (ticket_id, sender_id, sender_type, body) values ($1, $2, 'customer', $3)";
            sql.execute(insert, &[&self.ticket.uuid(), &self.ada.id.uuid(), &body])
                .await
                .expect("written");
        }
    }

    /// Reconnects the customer to this gateway at their last position. The customer must get a
    /// `reset` (an instruction to load the history again), at once or when the instance notices the
    /// restore, and then the events that the database contains.
    async fn comes_back(&self, url: &str) {
        let mut customer = Client::hello(url, &self.ada.token).await;
        let pages = customer
            .subscribe(self.ticket, Some((self.position, &self.epoch)))
            .await;
        // If the instance notices the restore while it reads a history page, it sends the `reset`
        // with the next page.
        if !pages.iter().any(|page| page["reset"] == json!(true)) {
            customer
                .expect("a reset", |frame| {
                    frame["type"] == "reset" && frame["ticket"] == json!(self.ticket)
                })
                .await;
        }
        self.holds_the_truth(&mut customer).await;
    }

    async fn holds_the_truth(&self, client: &mut Client) {
        let pages = client.subscribe(self.ticket, Some((0, ""))).await;
        let numbers = seqs(&pages);
        assert_eq!(
            numbers,
            (1..=numbers.len() as u64).collect::<Vec<_>>(),
            "a hole"
        );
        let events = pages
            .iter()
            .flat_map(|page| page["events"].as_array().expect("events"));
        let bodies: Vec<_> = events
            .filter_map(|event| event["message"]["body"].as_str())
            .collect();
        let with = |word: &str| bodies.iter().filter(|body| body.starts_with(word)).count();
        assert_eq!(
            (with("kept"), with("lost"), with("new")),
            (3, 0, NEW),
            "{bodies:?}"
        );
    }
}

/// Returns the next event or `reset` (the instruction to load the history again) of the ticket.
/// After the restore, the client must get a `reset` before any event.
async fn next_of_history(client: &mut Client, ticket: TicketId) -> Value {
    let of_history = |frame: &Value| {
        (frame["type"] == "event" || frame["type"] == "reset") && frame["ticket"] == json!(ticket)
    };
    client.expect("an event or a reset", of_history).await
}

async fn everyone_starts_over(way: Way) {
    let postgres = Postgres::start_temporary()
        .await
        .expect("a Postgres starts");
    let mut rewound =
        with_lost_rows(TestServer::start_behind_link(postgres, 2, Join::Redis).await).await;
    // The instances are cut off during the restore. After `write_new`, the database has more events
    // than before the restore, so event positions do not reveal the restore.
    rewound.server.link().unplug();
    rewound.restore(way).await;
    rewound.write_new().await;
    rewound
        .server
        .link()
        .redirect(rewound.server.postgres.port());
    rewound.server.link().resume();
    let urls: Vec<_> = rewound
        .server
        .gateways
        .iter()
        .map(helpline_rig::Gateway::ws_url)
        .collect();
    rewound.comes_back(&urls[0]).await;
    let told = next_of_history(&mut rewound.online, rewound.ticket).await;
    assert_eq!(
        told["type"], "reset",
        "{way:?}: a subscriber was shown {told} on top of lost events"
    );
    let mut online = std::mem::replace(
        &mut rewound.online,
        Client::hello(&urls[1], &rewound.ada.token).await,
    );
    rewound.holds_the_truth(&mut online).await;
    let fresh = rewound.server.another(|spec| spec).await;
    for url in [&urls[0], &urls[1], &fresh.ws_url()] {
        rewound.comes_back(url).await;
    }
}

#[tokio::test]
async fn after_drop_and_restore_under_the_same_name_clients_start_over() {
    everyone_starts_over(Way::SameName).await;
}

#[tokio::test]
async fn after_a_restore_beside_the_old_database_and_a_change_of_names_clients_start_over() {
    everyone_starts_over(Way::Renamed).await;
}

#[tokio::test]
async fn after_a_restore_into_another_cluster_clients_start_over() {
    everyone_starts_over(Way::AnotherCluster).await;
}

#[tokio::test]
async fn a_client_that_is_online_while_its_database_is_dropped_and_restored_starts_over() {
    let postgres = Postgres::start_temporary()
        .await
        .expect("a Postgres starts");
    let mut rewound = with_lost_rows(TestServer::start_apart(postgres, 2, Join::Redis).await).await;
    rewound.restore(Way::SameName).await;
    rewound.write_new().await;
    let told = next_of_history(&mut rewound.online, rewound.ticket).await;
    assert_eq!(
        told["type"], "reset",
        "a subscriber was shown {told} on top of lost events"
    );
    let url = rewound.server.gateways[0].ws_url();
    rewound.comes_back(&url).await;
}

#[tokio::test]
async fn a_page_that_was_asked_for_before_a_restore_is_noticed_does_not_bear_the_epoch_of_after() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let (ticket, other) = (server.ticket(&ada).await, server.ticket(&ada).await);
    let (mut client, mut online) = (server.client(0, &ada).await, server.client(0, &ada).await);
    let before = client.subscribe(ticket, None).await[0]["epoch"].clone();
    online.subscribe(other, None).await;
    // The lock on `support_messages` delays the history page, which reads that table. The lock does
    // not delay the sweep.
    let mut sql = server.sql().await;
    let held = sql.transaction().await.expect("a transaction");
    held.batch_execute("lock table support_messages in access exclusive mode")
        .await
        .expect("locked");
    let id = client
        .post(json!({ "type": "subscribe", "ticket": ticket, "after": 1, "epoch": before }))
        .await;
    eventually("the page waits for the lock", PATIENCE, async || {
        let waiting =
            "select 1 from pg_locks where relation = 'support_messages'::regclass and not granted";
        (!server
            .sql()
            .await
            .query(waiting, &[])
            .await
            .expect("locks")
            .is_empty())
        .then_some(())
    })
    .await;
    server
        .sql()
        .await
        .execute("select helpline_record_restore()", &[])
        .await
        .expect("the operator records the restore");
    let after = online
        .expect("a reset", |frame| frame["type"] == "reset")
        .await["epoch"]
        .clone();
    held.rollback().await.expect("released");
    // A history page must have the epoch (the identity of the database's history) in which it was
    // read. If a client is cut off after a page, it reconnects with the epoch of that page. The
    // client gets a `reset` only if that epoch is not the current epoch.
    loop {
        let page = client.answer(id).await;
        assert!(
            page["reset"] == json!(true) || page["epoch"] == before,
            "old events under the new epoch: {page}"
        );
        if page["more"] == json!(false) {
            assert_eq!((&page["reset"], &page["epoch"]), (&json!(true), &after));
            break;
        }
    }
}
