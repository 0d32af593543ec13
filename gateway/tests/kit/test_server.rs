//! A complete installation for one test: its own database in a cluster that the tests share, its
//! own Redis if needed, and gateways in their own processes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::ids::{TicketId, UserId};
use helpline_rig::testing::{self, Database, TOKEN_SECRET};
use helpline_rig::{Gateway, GatewaySpec, Postgres, Proxy, Redis};
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Client;
use super::databases;
pub use super::rest::Answer;
use super::rest::{RestClient, signed, with_body};

/// How the gateways of a test are connected with each other.
pub enum Join {
    Alone,
    Redis,
}

pub struct TestServer {
    pub gateways: Vec<Gateway>,
    pub redis: Option<Redis>,
    pub postgres: Arc<Postgres>,
    /// A proxy between the gateways and Postgres, for tests that inject faults.
    link: Option<Proxy>,
    database: String,
}

/// A person and their token.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub token: String,
}

impl TestServer {
    /// Starts this many gateways on a new database.
    pub async fn start(gateways: usize, join: Join) -> Self {
        Self::start_with(gateways, join, |spec| spec).await
    }

    /// Like [`Self::start`], with additional settings for the gateways.
    pub async fn start_with(
        gateways: usize,
        join: Join,
        settings: impl Fn(GatewaySpec) -> GatewaySpec,
    ) -> Self {
        let Database { postgres, name } = databases::fresh().await;
        Self::start_on(postgres, name, gateways, join, settings).await
    }

    /// Like [`Self::start`], on a cluster that only this test uses, so that the test can stop and
    /// restore the cluster.
    pub async fn start_apart(postgres: Postgres, gateways: usize, join: Join) -> Self {
        let Database { postgres, name } = databases::on(postgres).await;
        Self::start_on(postgres, name, gateways, join, |spec| spec).await
    }

    /// Like [`Self::start_apart`], with a proxy between the gateways and Postgres.
    pub async fn start_behind_link(postgres: Postgres, gateways: usize, join: Join) -> Self {
        let link = Proxy::start(postgres.port()).await.expect("a proxy starts");
        let Database { postgres, name } = databases::on(postgres).await;
        Self::start_linked(postgres, name, gateways, join, Some(link), |spec| spec).await
    }

    /// Starts gateways on a database that is already migrated, such as a restored database or a
    /// copy.
    pub async fn start_on(
        postgres: Arc<Postgres>,
        database: String,
        gateways: usize,
        join: Join,
        settings: impl Fn(GatewaySpec) -> GatewaySpec,
    ) -> Self {
        Self::start_linked(postgres, database, gateways, join, None, settings).await
    }

    async fn start_linked(
        postgres: Arc<Postgres>,
        database: String,
        gateways: usize,
        join: Join,
        link: Option<Proxy>,
        settings: impl Fn(GatewaySpec) -> GatewaySpec,
    ) -> Self {
        let redis = match join {
            Join::Alone => None,
            Join::Redis => Some(Redis::start_new().await.expect("a Redis starts")),
        };
        let mut server = Self {
            gateways: Vec::new(),
            redis,
            postgres,
            link,
            database,
        };
        for _ in 0..gateways {
            let gateway = server
                .spec(&settings)
                .start()
                .await
                .expect("a gateway starts");
            server.gateways.push(gateway);
        }
        server
    }

    fn spec(&self, settings: &impl Fn(GatewaySpec) -> GatewaySpec) -> GatewaySpec {
        let spec = Gateway::spec()
            .binary(env!("CARGO_BIN_EXE_helpline"))
            .with_metrics()
            .env("HELPLINE_DATABASE_URL", self.database_url())
            .env("HELPLINE_JWT_SECRET", TOKEN_SECRET)
            .env("HELPLINE_POOL_CONNECTIONS_MAX", "8")
            .env("HELPLINE_FRAMES_PER_SECOND", "5000")
            .env("HELPLINE_FRAMES_BURST", "5000")
            .env("HELPLINE_REQUESTS_PER_SECOND", "5000")
            .env("HELPLINE_REQUESTS_BURST", "5000");
        let spec = match &self.redis {
            Some(redis) => spec.env("HELPLINE_REDIS_URL", redis.url()),
            None => spec,
        };
        settings(spec)
    }

    /// The URL with which the gateways connect to the database, through the proxy if there is one.
    pub fn database_url(&self) -> String {
        let port = self.link.as_ref().map_or(self.postgres.port(), Proxy::port);
        self.located().runtime_url_through(port)
    }

    /// The test's database in the cluster that the test uses now.
    fn located(&self) -> Database {
        Database {
            postgres: Arc::clone(&self.postgres),
            name: self.database.clone(),
        }
    }

    /// Starts another gateway on the same database and Redis.
    pub async fn another(&self, settings: impl Fn(GatewaySpec) -> GatewaySpec) -> Gateway {
        self.spec(&settings)
            .start()
            .await
            .expect("a gateway starts")
    }

    /// The proxy between the gateways and Postgres. Panics if this test has no proxy.
    pub fn link(&self) -> &Proxy {
        self.link
            .as_ref()
            .expect("the test put a network between gateways and Postgres")
    }

    /// The name of the test's database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Makes this fixture use another Postgres cluster from now on. Does not redirect the gateways'
    /// connections; the calling test must do that.
    pub fn moved_to(&mut self, postgres: Postgres) {
        self.postgres = Arc::new(postgres);
    }

    /// Sends a REST request as this person to the `n`th gateway.
    pub async fn rest(
        &self,
        n: usize,
        person: &Person,
        method: &str,
        path: &str,
        body: Value,
    ) -> Answer {
        let url = format!("{}{path}", self.gateways[n].http_url());
        let request = signed(method, &url, &person.token)
            .header("idempotency-key", Uuid::new_v4().to_string());
        // Use a new client, because connections to a gateway that was restarted are broken.
        RestClient::default()
            .send(with_body(request, Some(&body)))
            .await
    }

    /// Like [`Self::rest`], without a body.
    pub async fn rest_without_body(
        &self,
        n: usize,
        person: &Person,
        method: &str,
        path: &str,
    ) -> Answer {
        let url = format!("{}{path}", self.gateways[n].http_url());
        let request = signed(method, &url, &person.token);
        RestClient::default().send(with_body(request, None)).await
    }

    /// The Redis that connects the gateways. Panics if this test has no Redis.
    pub fn redis(&self) -> &Redis {
        self.redis
            .as_ref()
            .expect("the test joined its gateways by Redis")
    }

    /// Connects to the database as the cluster's superuser, like the platform's own SQL or an
    /// operator's psql.
    pub async fn sql(&self) -> tokio_postgres::Client {
        self.located().admin().await.expect("SQL connects")
    }

    /// The text of `/metrics` of the `n`th gateway.
    pub async fn metrics(&self, n: usize) -> String {
        let url = format!("{}/metrics", self.gateways[n].http_url());
        let request = axum::http::Request::get(url).body(Vec::new());
        let answer = RestClient::default()
            .send(request.expect("a request"))
            .await;
        answer.expect_text(200)
    }

    /// Creates a customer with a valid token.
    pub fn customer(&self, name: &str) -> Person {
        person(name)
    }

    /// Creates a member of staff with this role and a valid token.
    pub async fn staff(&self, name: &str, role: &str) -> Person {
        let person = person(name);
        self.sql()
            .await
            .execute(
                "insert into user_roles (user_id, role) values ($1, $2)",
                &[&person.id.uuid(), &role],
            )
            .await
            .expect("a role is given");
        person
    }

    /// Creates a ticket of this customer with one message, by plain SQL.
    pub async fn ticket(&self, owner: &Person) -> TicketId {
        self.ticket_with_id(owner, Uuid::now_v7()).await
    }

    /// Like [`Self::ticket`], but with the given id.
    pub async fn ticket_with_id(&self, owner: &Person, id: Uuid) -> TicketId {
        let sql = self.sql().await;
        sql.execute("insert into support_tickets (id, user_id, subject) values ($1, $2, 'It does not work')", &[&id, &owner.id.uuid()])
            .await
            .expect("a ticket is opened");
        sql.execute(
            "insert into support_messages (ticket_id, sender_id, sender_type, body) values ($1, $2, 'customer', 'Please help.')",
            &[&id, &owner.id.uuid()],
        )
        .await
        .expect("a first message is written");
        TicketId::new(id)
    }

    /// Connects to the `n`th gateway and signs in as this person.
    pub async fn client(&self, n: usize, person: &Person) -> Client {
        Client::hello(&self.gateways[n].ws_url(), &person.token).await
    }
}

/// Signs a token's claims with the secret that the gateways use.
pub fn sign(claims: &serde_json::Value) -> String {
    testing::sign(TOKEN_SECRET, claims)
}

/// The claims of a valid token that expires in `lives_s` seconds.
pub fn claims(id: UserId, name: &str, lives_s: i64) -> serde_json::Value {
    let mut claims = testing::claims(id, name, lives_s);
    claims["email"] = json!(format!(
        "{}@example.org",
        name.replace(' ', ".").to_lowercase()
    ));
    claims
}

fn person(name: &str) -> Person {
    let id = UserId::new(Uuid::new_v4());
    Person {
        id,
        token: sign(&claims(id, name, 3_600)),
    }
}

/// Polls until the condition returns a value. Panics if that takes longer than `within`.
pub async fn eventually<T>(
    what: &str,
    within: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "{what} did not happen within {within:?}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
