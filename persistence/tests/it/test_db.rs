//! The fixture of these tests: a migrated database, the `Store` to test, a superuser connection,
//! and people who are customers and staff.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use helpline_core::actor::{Actor, Audience, StaffRole};
use helpline_core::body::{Body, Subject};
use helpline_core::history::HistoryRow;
use helpline_core::ids::{Key, MessageId, Seq, TicketId, UserId};
use helpline_core::ticket::{Category, Priority};
use helpline_persistence::messages::{Appended, AppendedAt, NewMessage, Outcome, append_waiting};
use helpline_persistence::people::Identity;
use helpline_persistence::{
    Caller, Pooler, Reader, Settings, Store, history, migrate, people, tickets,
};
use helpline_rig::testing::{self, TestDatabases};
use helpline_rig::{PgBouncer, PoolMode, Postgres};
use tokio::sync::{Mutex, OnceCell};
use tokio_postgres::Client;
use uuid::Uuid;

pub use helpline_rig::testing::RUNTIME_PASSWORD as PASSWORD;

static TEST_DATABASES: TestDatabases = TestDatabases::new(&[]);
/// The cluster is shared by all tests and stopped when the process ends.
static CLUSTER: OnceCell<Arc<Postgres>> = OnceCell::const_new();
static POOLERS: Mutex<BTreeMap<u16, PgBouncer>> = Mutex::const_new(BTreeMap::new());
static DATABASES: AtomicU32 = AtomicU32::new(1);

/// The Postgres cluster of this test binary, with a migrated template database.
pub async fn cluster() -> &'static Postgres {
    CLUSTER
        .get_or_init(async || TEST_DATABASES.cluster(migrated).await.unwrap())
        .await
}

pub async fn migrated(admin_url: &str) {
    migrate::migrate(admin_url).await.unwrap();
    migrate::set_runtime_password(admin_url, PASSWORD)
        .await
        .unwrap();
}

/// Creates a new database without any migration and returns its name.
pub async fn empty_database() -> String {
    let name = empty_name();
    cluster().await.create_database(&name, None).await.unwrap();
    name
}

/// Returns the name of a database that does not exist yet.
pub fn empty_name() -> String {
    format!("empty_{}", DATABASES.fetch_add(1, Ordering::Relaxed))
}

/// Opens a connection without any role or claims set.
pub async fn connect(url: &str) -> Client {
    testing::connect(url).await.unwrap()
}

/// Returns the port of a PgBouncer in transaction mode for this Postgres server. All tests use it
/// if HELPLINE_TEST_POOLER is set.
async fn pooler_before(postgres_port: u16) -> u16 {
    let mut poolers = POOLERS.lock().await;
    if let Some(pooler) = poolers.get(&postgres_port) {
        return pooler.port();
    }
    let logins = [("helpline_service", PASSWORD)];
    let pooler = PgBouncer::start_before(postgres_port, PoolMode::Transaction, &logins, "", "");
    let pooler = pooler.await.unwrap();
    let port = pooler.port();
    poolers.insert(postgres_port, pooler);
    port
}

/// A migrated database of one test, with two customers, an agent and an admin.
pub struct TestDb {
    pub database: String,
    pub store: Store,
    /// A superuser connection, to run plain SQL from outside Helpline.
    pub admin: Client,
    pub customer: UserId,
    pub stranger: UserId,
    pub agent: UserId,
    pub boss: UserId,
}

pub fn user(n: u128) -> UserId {
    UserId::new(Uuid::from_u128(
        0xaaaa_0000_0000_4000_8000_0000_0000_0000 + n,
    ))
}

pub fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

impl TestDb {
    pub async fn open() -> Self {
        Self::open_with_connections(8).await
    }

    pub async fn open_with_connections(connections_max: usize) -> Self {
        cluster().await;
        let database = TEST_DATABASES.fresh(migrated).await.unwrap();
        Self::enter(&database.postgres, database.name, connections_max).await
    }

    /// Opens a fixture for a migrated database of any cluster, and creates the fixture's people if
    /// they do not exist.
    pub async fn on(postgres: &Postgres, database: &str) -> Self {
        Self::enter(postgres, database.to_owned(), 8).await
    }

    async fn enter(postgres: &Postgres, database: String, connections_max: usize) -> Self {
        let admin = connect(&postgres.admin_url(&database)).await;
        let mut url = postgres.url_for("helpline_service", PASSWORD, &database);
        let is_pooled = std::env::var_os("HELPLINE_TEST_POOLER").is_some();
        if is_pooled {
            let port = pooler_before(postgres.port()).await;
            url = url.replace(&format!(":{}/", postgres.port()), &format!(":{port}/"));
        }
        let store = Store::connect(Settings {
            url,
            connections_max,
            pooler: if is_pooled {
                Pooler::Transaction
            } else {
                Pooler::Session
            },
        })
        .await
        .unwrap();
        let db = Self {
            database,
            store,
            admin,
            customer: user(1),
            stranger: user(2),
            agent: user(11),
            boss: user(12),
        };
        for (who, name) in [
            (db.customer, "Carla Customer"),
            (db.stranger, "Stan Stranger"),
            (db.agent, "Anna Agent"),
            (db.boss, "Boris Boss"),
        ] {
            let email = format!(
                "{}@example.org",
                name.split(' ').next().unwrap().to_lowercase()
            );
            people::sign_in(
                &db.store,
                &Identity {
                    subject: who.into(),
                    email: Some(email),
                    name: Some(name.into()),
                },
            )
            .await
            .unwrap();
        }
        let roles = format!(
            "('{}', 'support_agent'), ('{}', 'admin')",
            db.agent, db.boss
        );
        db.sql(&format!(
            "insert into user_roles (user_id, role) values {roles} on conflict do nothing"
        ))
        .await;
        db
    }

    /// Runs plain SQL as the superuser.
    pub async fn sql(&self, sql: &str) {
        if let Err(error) = self.admin.batch_execute(sql).await {
            panic!("{sql}: {error:?}");
        }
    }

    /// Queries a single value as the superuser.
    pub async fn ask<T: for<'a> tokio_postgres::types::FromSql<'a>>(&self, sql: &str) -> T {
        match self.admin.query_one(sql, &[]).await {
            Ok(row) => row.get(0),
            Err(error) => panic!("{sql}: {error:?}"),
        }
    }

    /// Sets the clock of background work forward or back, for example by `2 hours` or `-1 day`. No
    /// other database has a clock with an offset.
    pub async fn set_clock(&self, offset: &str) {
        self.sql(&testing::clock_with_offset("helpline", offset))
            .await;
    }

    /// Opens another superuser connection.
    pub async fn another_admin(&self) -> Client {
        connect(&cluster().await.admin_url(&self.database)).await
    }

    /// Opens a raw connection with this role and this person's claims, as SQL from outside Helpline
    /// would.
    pub async fn session(&self, role: &str, who: UserId) -> Client {
        let client = self.another_admin().await;
        let claims = format!(r#"{{"sub":"{who}","role":"authenticated"}}"#);
        client
            .batch_execute(&format!(
                "set role {role}; set request.jwt.claims = '{claims}'"
            ))
            .await
            .unwrap();
        client
    }

    pub fn caller(&self, who: UserId) -> Caller {
        let role = match who {
            who if who == self.agent => Some(StaffRole::SupportAgent),
            who if who == self.boss => Some(StaffRole::Admin),
            _ => None,
        };
        Caller {
            actor: Actor { user: who, role },
            address: Some("203.0.113.7".parse().unwrap()),
            user_agent: Some("it/1".into()),
        }
    }

    pub fn reader(&self, who: UserId) -> Reader {
        let staff = who == self.agent || who == self.boss;
        Reader {
            user: who,
            audience: if staff {
                Audience::Staff
            } else {
                Audience::Customer
            },
        }
    }

    /// Opens a ticket of this customer as the service does.
    pub async fn ticket_of(&self, owner: UserId, subject: &str) -> TicketId {
        let new = self.new_ticket(subject);
        tickets::create(&self.store, &self.caller(owner), &new)
            .await
            .unwrap()
            .id
    }

    pub async fn ticket(&self) -> TicketId {
        self.ticket_of(self.customer, "The printer is on fire")
            .await
    }

    pub fn new_ticket(&self, subject: &str) -> tickets::NewTicket {
        let id = Uuid::now_v7();
        tickets::NewTicket {
            id: TicketId::new(id),
            message: MessageId::new(Uuid::now_v7()),
            key: key(&format!("open-{id}")),
            subject: Subject::parse(subject).unwrap(),
            category: Category::Technical,
            priority: Priority::Medium,
            description: Body::parse(format!("{subject}: what shall I do?")).unwrap(),
            attachments: Vec::new(),
            metadata: serde_json::Map::new(),
        }
    }

    pub async fn send(&self, message: NewMessage) -> Outcome {
        self.append(&[message]).await.outcomes.remove(0)
    }

    pub async fn append(&self, batch: &[NewMessage]) -> Appended {
        append_waiting(&self.store, batch).await.unwrap()
    }

    /// Returns all events of a ticket. Asserts that the numbers of all events and of public events
    /// have no gaps.
    pub async fn history(&self, ticket: TicketId) -> Vec<HistoryRow> {
        let rows = history::rows_after(&self.store, &[(ticket, Seq::ZERO)], 1_000_000)
            .await
            .unwrap();
        let mut public = 0;
        for (n, row) in rows.iter().enumerate() {
            assert_eq!(
                row.seq.get(),
                n as u64 + 1,
                "a gap in the numbering of {ticket}"
            );
            if let Some(place) = row.public_seq {
                public += 1;
                assert_eq!(
                    place.get(),
                    public,
                    "a gap in the customer's numbering of {ticket}"
                );
            }
        }
        let heads = history::heads(&self.store, &[ticket]).await.unwrap();
        assert_eq!(
            heads[0].seq.get(),
            rows.len() as u64,
            "the head of {ticket}"
        );
        assert_eq!(
            heads[0].public_seq.get(),
            public,
            "the customer's head of {ticket}"
        );
        rows
    }

    pub async fn kinds(&self, ticket: TicketId) -> Vec<&'static str> {
        self.history(ticket)
            .await
            .iter()
            .map(|row| row.kind.as_str())
            .collect()
    }
}

/// Creates a message with a new id and idempotency key.
pub fn message(ticket: TicketId, sender: UserId, body: &str) -> NewMessage {
    let id = Uuid::now_v7();
    NewMessage {
        id: MessageId::new(id),
        ticket,
        sender,
        key: key(&id.to_string()),
        body: Body::parse(body).unwrap(),
        internal: false,
        attachments: Vec::new(),
        based_on: None,
        address: Some("203.0.113.9".parse().unwrap()),
        user_agent: Some("it/2".into()),
    }
}

pub fn note(ticket: TicketId, sender: UserId, body: &str) -> NewMessage {
    NewMessage {
        internal: true,
        ..message(ticket, sender, body)
    }
}

/// Returns the history position of a message whose result is `Stored`. Panics on any other result.
#[track_caller]
pub fn stored(outcome: &Outcome) -> AppendedAt {
    match outcome {
        Outcome::Stored(at) => *at,
        other => panic!("not stored: {other:?}"),
    }
}

/// Returns the reject code of a refused operation. Panics on any other result.
#[track_caller]
pub fn refusal<T: std::fmt::Debug>(
    result: Result<T, helpline_persistence::StoreError>,
) -> helpline_core::reject::RejectCode {
    match result {
        Err(helpline_persistence::StoreError::Refused { code, .. }) => code,
        other => panic!("not refused: {other:?}"),
    }
}

/// Waits until the condition is true. Panics after 20 seconds.
pub async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !condition().await {
        assert!(
            std::time::Instant::now() < deadline,
            "never happened: {what}"
        );
        tokio::task::yield_now().await;
    }
}
