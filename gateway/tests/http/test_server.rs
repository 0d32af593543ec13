//! The fixture of the REST tests: an instance with its own database, and people who sign in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{Method, Request};
use clap::Parser;
use helpline_core::ids::UserId;
use helpline_gateway::auth;
use helpline_gateway::config::{Config, Hidden, ServeSettings, TokenSecret};
use helpline_gateway::database::SignIn;
use helpline_gateway::dev::people::{self, DemoPerson};
use helpline_gateway::jobs;
use helpline_gateway::runtime::signals::{StopRequests, StopSender};
use helpline_gateway::runtime::telemetry;
use helpline_gateway::server;
use helpline_persistence::bootstrap;
use helpline_rig::Postgres;
use helpline_rig::testing;
pub use helpline_rig::testing::{RUNTIME_PASSWORD as PASSWORD, TOKEN_SECRET as SECRET};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::kit::databases;
pub use crate::kit::rest::Answer;
use crate::kit::rest::{RestClient, signed, with_body};

/// The Postgres cluster of all tests in this process. It runs until the process ends.
static POSTGRES: OnceCell<Arc<Postgres>> = OnceCell::const_new();

/// A running instance, and a superuser connection to its database.
pub struct TestServer {
    pub url: String,
    pub config: Arc<Config>,
    pub sign_in: Arc<SignIn>,
    pub database: tokio_postgres::Client,
    rest: RestClient,
    stop: StopSender,
}

#[derive(Parser)]
pub struct Settings {
    #[command(flatten)]
    pub serve: ServeSettings,
}

pub fn ada() -> &'static DemoPerson {
    people::named("Ada").unwrap()
}
pub fn carl() -> &'static DemoPerson {
    people::named("Carl").unwrap()
}
pub fn grace() -> &'static DemoPerson {
    people::named("Grace").unwrap()
}
pub fn alan() -> &'static DemoPerson {
    people::named("Alan").unwrap()
}
pub fn katherine() -> &'static DemoPerson {
    people::named("Katherine").unwrap()
}

pub fn token_with(claims: &Map<String, Value>) -> String {
    auth::sign(&TokenSecret::plain(&Hidden::from(SECRET)).unwrap(), claims).unwrap()
}

pub async fn postgres() -> &'static Postgres {
    POSTGRES.get_or_init(databases::cluster).await
}

/// Creates a database with all migrations. Returns its name.
pub async fn database() -> String {
    postgres().await;
    databases::fresh().await.name
}

impl TestServer {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts an instance, with additional arguments for `serve`.
    pub async fn start_with(arguments: &[&str]) -> Self {
        Self::start_through(postgres().await.port(), arguments).await
    }

    /// Starts an instance that connects to Postgres on this port, which may be a proxy's port.
    pub async fn start_through(port: u16, arguments: &[&str]) -> Self {
        let (postgres, database) = (postgres().await, database().await);
        let admin_url = postgres.admin_url(&database);
        let roles: Vec<_> = people::ALL
            .iter()
            .filter_map(|person| Some((person.id, person.role?)))
            .collect();
        bootstrap::grant(&admin_url, &roles).await.unwrap();
        let database_url =
            format!("postgres://helpline_service:{PASSWORD}@127.0.0.1:{port}/{database}");
        let given = [
            "serve",
            "--database-url",
            &database_url,
            "--jwt-secret",
            SECRET,
            "--pool-connections-max",
            "8",
            // This is also the default of `--listen`. If `--listen` and `--metrics-listen` are
            // equal, the instance serves `/metrics` next to its pages.
            "--metrics-listen",
            "127.0.0.1:8080",
        ];
        let settings = Settings::parse_from(given.iter().chain(arguments)).serve;
        let (listener, metrics) = (
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
            telemetry::detached_metrics(),
        );
        let url = format!("http://{}", listener.local_addr().unwrap());
        let config = Config::try_from(settings).unwrap();
        let demo = helpline_gateway::dev::routes::router(&config);
        let (stop, mut requests) = StopRequests::channel();
        let store = server::connected(&config, &listener, &mut requests).await;
        let store = store.unwrap().expect("the database answers");
        let server = server::build(store, config, metrics, demo, jobs::built_in())
            .await
            .unwrap();
        let (config, sign_in) = (Arc::clone(&server.config), Arc::clone(&server.sign_in));
        tokio::spawn(server::serve(server, listener, requests));
        let database = testing::connect(&admin_url).await.unwrap();
        let server = Self {
            url,
            config,
            sign_in,
            database,
            rest: RestClient::default(),
            stop,
        };
        for person in people::ALL {
            server.token(person);
            let identity = person.identity();
            server.sign_in.sign_in(&identity).await.unwrap();
        }
        server
    }

    pub fn token(&self, person: &DemoPerson) -> String {
        let secret = TokenSecret::plain(&Hidden::from(SECRET)).unwrap();
        people::token(person, &self.config.auth, &secret).unwrap()
    }

    /// Sends the request as it is given. Adds no token to it.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Answer {
        self.rest.send(request).await
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(format!("{}{path}", self.url))
    }

    /// Sends one request as this person. A POST gets its own `Idempotency-Key`.
    pub async fn call(
        &self,
        person: &DemoPerson,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        self.call_with_key(person, method, path, body, &Uuid::new_v4().to_string())
            .await
    }

    pub async fn call_with_key(
        &self,
        person: &DemoPerson,
        method: &str,
        path: &str,
        body: Option<Value>,
        key: &str,
    ) -> Answer {
        let mut request = signed(method, &format!("{}{path}", self.url), &self.token(person));
        if method == "POST" {
            request = request.header("idempotency-key", key);
        }
        self.send(with_body(request, body.as_ref())).await
    }

    pub async fn get(&self, person: &DemoPerson, path: &str) -> Answer {
        self.call(person, "GET", path, None).await
    }

    /// Creates a ticket of this person. Returns its id.
    pub async fn ticket(&self, owner: &DemoPerson) -> String {
        self.ticket_about(owner, json!({})).await
    }

    pub async fn ticket_about(&self, owner: &DemoPerson, fields: Value) -> String {
        let mut body =
            json!({"subject": "It does not work", "category": "general", "description": "At all."});
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let created = self
            .call(owner, "POST", "/v1/tickets", Some(body))
            .await
            .expect(201);
        created["id"].as_str().unwrap().to_owned()
    }

    /// Sends a message on a ticket. Returns the message's id, which it reads from the sender's
    /// history.
    pub async fn message(&self, sender: &DemoPerson, ticket: &str, text: &str) -> String {
        let sent = self
            .call(
                sender,
                "POST",
                &format!("/v1/tickets/{ticket}/messages"),
                Some(json!({"body": text})),
            )
            .await
            .expect(201);
        let after = sent["seq"].as_u64().unwrap() - 1;
        let page = self
            .get(
                sender,
                &format!("/v1/tickets/{ticket}/activity?after={after}&limit=1"),
            )
            .await
            .expect(200);
        page["events"][0]["message"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The rows of the access log with this action by this person, newest first, as (refused,
    /// ticket).
    pub async fn access_rows(
        &self,
        user: Option<UserId>,
        action: &str,
    ) -> Vec<(Option<String>, Option<Uuid>)> {
        let user = user.map(|user| user.uuid());
        let sql = "select refused, ticket_id from access_log where user_id is not distinct from $1 and action = $2 order by id desc";
        let rows = self.database.query(sql, &[&user, &action]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// Like [`Self::access_rows`], but waits until there are `count` rows, because some rows are
    /// written shortly after the response.
    pub async fn access_rows_when(
        &self,
        user: Option<UserId>,
        action: &str,
        count: usize,
    ) -> Vec<(Option<String>, Option<Uuid>)> {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let rows = self.access_rows(user, action).await;
            if rows.len() >= count || Instant::now() > deadline {
                return rows;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.ask();
    }
}
