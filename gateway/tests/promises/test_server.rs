//! One desk for one test: a database of its own in a cluster that the tests share, a Redis of its own if it needs one, gateways as
//! processes.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use helpline_core::ids::{TicketId, UserId};
use helpline_rig::{Gateway, GatewaySpec, Postgres, Proxy, Redis};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::client::Client;

const SECRET: &str = "a secret of the tests that is longer than thirty-two bytes";
const RUNTIME_PASSWORD: &str = "runtime";
const TEMPLATE: &str = "helpline_template";

/// The tests' cluster: alive while any test uses it, so that the last one to end takes its files along.
static CLUSTER: Mutex<Weak<Postgres>> = Mutex::const_new(Weak::new());

async fn shared_cluster() -> Arc<Postgres> {
    let mut shared = CLUSTER.lock().await;
    if let Some(running) = shared.upgrade() {
        return running;
    }
    let postgres = Postgres::start_temporary_with(&[("max_connections", "400")])
        .await
        .expect("a Postgres starts");
    prepare(&postgres, TEMPLATE).await;
    let postgres = Arc::new(postgres);
    *shared = Arc::downgrade(&postgres);
    postgres
}

async fn prepare(postgres: &Postgres, database: &str) {
    postgres
        .create_database(database, None)
        .await
        .expect("a database is made");
    helpline_persistence::migrate::migrate(&postgres.admin_url(database))
        .await
        .expect("the migrations apply");
    helpline_persistence::migrate::set_runtime_password(
        &postgres.admin_url(database),
        RUNTIME_PASSWORD,
    )
    .await
    .expect("a password is set");
}

/// How a test's gateways are joined.
pub enum Join {
    Alone,
    Redis,
}

pub struct TestServer {
    pub gateways: Vec<Gateway>,
    pub redis: Option<Redis>,
    pub postgres: Arc<Postgres>,
    /// Between the gateways and Postgres, where a test wants to choose what they see.
    link: Option<Proxy>,
    database: String,
}

/// What REST answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

/// A person with a token.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub token: String,
}

impl TestServer {
    /// This many gateways on a fresh database.
    pub async fn start(gateways: usize, join: Join) -> Self {
        Self::start_with(gateways, join, |spec| spec).await
    }

    /// The same, with further settings.
    pub async fn start_with(
        gateways: usize,
        join: Join,
        settings: impl Fn(GatewaySpec) -> GatewaySpec,
    ) -> Self {
        let postgres = shared_cluster().await;
        let database = format!("test_{}", Uuid::new_v4().simple());
        postgres
            .create_database(&database, Some(TEMPLATE))
            .await
            .expect("a database is copied");
        Self::start_on(postgres, database, gateways, join, settings).await
    }

    /// The same, on a cluster of the test's own, to be stopped and restored.
    pub async fn start_apart(postgres: Postgres, gateways: usize, join: Join) -> Self {
        prepare(&postgres, "desk").await;
        Self::start_on(
            Arc::new(postgres),
            "desk".to_owned(),
            gateways,
            join,
            |spec| spec,
        )
        .await
    }

    /// The same, with a network between gateways and Postgres that the test owns.
    pub async fn start_behind_link(postgres: Postgres, gateways: usize, join: Join) -> Self {
        prepare(&postgres, "desk").await;
        let link = Proxy::start(postgres.port()).await.expect("a proxy starts");
        Self::start_linked(
            Arc::new(postgres),
            "desk".to_owned(),
            gateways,
            join,
            Some(link),
            |spec| spec,
        )
        .await
    }

    /// Gateways on a database that is migrated already: a restored one, or a copy.
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
            .env("HELPLINE_DATABASE_URL", self.database_url())
            .env("HELPLINE_JWT_SECRET", SECRET)
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

    /// Where the gateways reach the database.
    pub fn database_url(&self) -> String {
        let port = self.link.as_ref().map_or(self.postgres.port(), Proxy::port);
        format!(
            "postgres://helpline_service:{RUNTIME_PASSWORD}@127.0.0.1:{port}/{}",
            self.database
        )
    }

    /// A further gateway on the same database and relay.
    pub async fn another(&self, settings: impl Fn(GatewaySpec) -> GatewaySpec) -> Gateway {
        self.spec(&settings)
            .start()
            .await
            .expect("a gateway starts")
    }

    /// The network between gateways and Postgres.
    pub fn link(&self) -> &Proxy {
        self.link
            .as_ref()
            .expect("the test put a network between gateways and Postgres")
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The same desk from now on, in another cluster. Its gateways are redirected by the test.
    pub fn moved_to(&mut self, postgres: Postgres) {
        self.postgres = Arc::new(postgres);
    }

    /// One REST request of a person's to the `n`th gateway.
    pub async fn rest(
        &self,
        n: usize,
        person: &Person,
        method: &str,
        path: &str,
        body: Value,
    ) -> Answer {
        let request = axum::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.gateways[n].http_url()))
            .header("authorization", format!("Bearer {}", person.token))
            .header("idempotency-key", Uuid::new_v4().to_string())
            .header("content-type", "application/json");
        let request = request.body(body.to_string()).expect("a request");
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(30)));
        let agent = config.build().new_agent();
        let exchange = move || {
            let mut response = agent.run(request).expect("the gateway answers");
            let text = response.body_mut().read_to_string().expect("a text");
            Answer {
                status: response.status().as_u16(),
                body: serde_json::from_str(&text).unwrap_or(Value::Null),
            }
        };
        tokio::task::spawn_blocking(exchange)
            .await
            .expect("the request's task does not panic")
    }

    /// The Redis that joins the gateways.
    pub fn redis(&self) -> &Redis {
        self.redis
            .as_ref()
            .expect("the test joined its gateways by Redis")
    }

    /// A raw connection as the cluster's superuser: the platform's own SQL, or an operator's psql.
    pub async fn sql(&self) -> tokio_postgres::Client {
        let (client, connection) =
            tokio_postgres::connect(&self.postgres.admin_url(&self.database), NoTls)
                .await
                .expect("SQL connects");
        #[allow(clippy::disallowed_methods, reason = "the test's runtime owns it")]
        tokio::spawn(connection);
        client
    }

    /// What the `n`th gateway's `/metrics` says.
    pub async fn metrics(&self, n: usize) -> String {
        let url = format!("{}/metrics", self.gateways[n].http_url());
        let read = move || {
            let agent = ureq::Agent::config_builder()
                .proxy(None)
                .build()
                .new_agent();
            agent
                .get(&url)
                .call()
                .expect("metrics are served")
                .body_mut()
                .read_to_string()
                .expect("text")
        };
        tokio::task::spawn_blocking(read).await.expect("read")
    }

    /// A customer with a good token.
    pub fn customer(&self, name: &str) -> Person {
        person(name)
    }

    /// A member of staff with a good token.
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

    /// A ticket of this customer's with one message, by plain SQL.
    pub async fn ticket(&self, owner: &Person) -> TicketId {
        self.ticket_with_id(owner, Uuid::now_v7()).await
    }

    /// The same, under this id.
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

    /// A signed-in client on the `n`th gateway.
    pub async fn client(&self, n: usize, person: &Person) -> Client {
        Client::hello(&self.gateways[n].ws_url(), &person.token).await
    }
}

/// Signs claims with the desk's secret.
pub fn sign(claims: &serde_json::Value) -> String {
    let key = jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&jsonwebtoken::Header::default(), claims, &key).expect("a token is signed")
}

/// The claims of a good token.
pub fn claims(id: UserId, name: &str, lives_s: i64) -> serde_json::Value {
    json!({
        "sub": id, "aud": "authenticated", "role": "authenticated", "exp": chrono::Utc::now().timestamp() + lives_s,
        "email": format!("{}@example.org", name.replace(' ', ".").to_lowercase()), "user_metadata": { "full_name": name },
    })
}

fn person(name: &str) -> Person {
    let id = UserId::new(Uuid::new_v4());
    Person {
        id,
        token: sign(&claims(id, name, 3_600)),
    }
}

/// Waits until a condition holds; fails after `within`.
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
