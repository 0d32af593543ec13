//! The pool of database connections, and functions that run queries with a person's claims.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime,
};
use futures_util::future::{join, join3, join4};
use helpline_core::history::HistoryRow;
use helpline_core::ids::UserId;
use helpline_core::limits;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, SimpleQueryMessage};

use crate::connect::lends_transactions;
use crate::rendered::Rendered;
use crate::undecodable::Undecodable;
use crate::{Address, By, Caller, Names, Pooler, Reader, StoreError, privileges, rows};

/// How to connect to the database.
#[derive(Clone)]
pub struct Settings {
    /// The `postgres://…` address of the runtime role.
    pub url: String,
    /// Maximum number of connections in the pool.
    pub connections_max: usize,
    /// The kind of pooler in front of the database.
    pub pooler: Pooler,
}

/// A handle to the database. Cloning it is cheap.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    pub(crate) rendered: Arc<Rendered>,
    /// The address of the database. [`Self::with_own_pool`] connects its separate pool to this
    /// address.
    address: Arc<Address>,
    /// Counts and logs the rows that cannot be decoded.
    pub(crate) undecodable: Arc<Undecodable>,
}

/// A statement's parameters.
pub(crate) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// TCP keepalives detect a dead connection in the pool within about half a minute. A write to the
/// connection detects it sooner.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;

pub(crate) const SET_CLAIMS: &str = include_str!("../sql/store/set_claims.sql");
const SET_CLAIMS_FOR_LISTS: &str = include_str!("../sql/store/set_claims_for_lists.sql");
pub(crate) const ROWS_WRITTEN: &str = include_str!("../sql/history/rows_written.sql");
const SESSION_USER: &str = "select session_user::text";
const PING: &str = include_str!("../sql/store/ping.sql");

impl Store {
    /// Creates the pool of connections and checks the service's role. Fails if the role has more
    /// privileges than it needs.
    ///
    /// # Errors
    /// [`StoreError::OverPrivileged`] with the reason; [`StoreError::NotPrepared`] with what is
    /// missing (for example, the timeouts, which `sql/migrate/roles.sql` sets on the role);
    /// [`StoreError::Address`] for an address that cannot be used; [`StoreError::Unreachable`] if
    /// no server answers.
    pub async fn connect(settings: Settings) -> Result<Self, StoreError> {
        Self::connect_to(settings, Names::default()).await
    }

    /// Like [`Self::connect`], for an installation whose schema and roles have other names than the
    /// default.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn connect_to(settings: Settings, names: Names) -> Result<Self, StoreError> {
        let mut address: Address = settings.url.parse()?;
        if address.config.get_application_name().is_none() {
            address.config.application_name("helpline");
        }
        address
            .config
            .connect_timeout(Duration::from_millis(limits::POOL_WAIT_MS))
            .tcp_user_timeout(Duration::from_millis(limits::STATEMENT_TIMEOUT_MS))
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_RETRIES);
        let rendered = Arc::new(Rendered::new(names, settings.pooler));
        let pool = pool(
            address.clone(),
            settings.connections_max,
            Arc::clone(&rendered),
        )?;
        let store = Self {
            pool,
            rendered,
            address: Arc::new(address),
            undecodable: Arc::default(),
        };
        store.check_pooler(settings.connections_max).await?;
        privileges::check(&store).await?;
        Ok(store)
    }

    /// Fails if a pooler signs in as a different user, because that user's limits and privileges
    /// were not checked. Also fails if a pooler shares server sessions between clients per
    /// transaction, but is not configured as a transaction pooler.
    async fn check_pooler(&self, connections_max: usize) -> Result<(), StoreError> {
        let login = self.address.config.get_user().unwrap_or_default();
        let answer = self.query_once(SESSION_USER).await?;
        let session_user: String = answer
            .first()
            .map(|row| rows::get(row, 0))
            .transpose()?
            .unwrap_or_default();
        // A pooler for several tenants expects the tenant after a dot in the login
        // (`login.tenant`).
        let is_login = login
            .strip_prefix(&session_user)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if !login.is_empty() && !is_login {
            return Err(StoreError::NotPrepared(format!(
                "a pooler signs in as {session_user}, and not as {login}, whose address it is: take the user out of the pooler's entry for this database"
            )));
        }
        if self.rendered.pooler == Pooler::Transaction || connections_max < 2 {
            return Ok(());
        }
        let (one, other) = (self.connection().await?, self.connection().await?);
        let found = within(lends_transactions(&one, &other)).await;
        if found.is_err() {
            drop(Object::take(other));
        }
        if found? {
            return Err(StoreError::NotPrepared(
                "a pooler lends this address its sessions for one transaction each: set --pooler transaction, or give the address of the \
                 database, or of a pooler in session mode"
                    .into(),
            ));
        }
        Ok(())
    }

    /// Returns a handle to this database with a separate pool of at most `connections_max`
    /// connections. Their application name in Postgres ends with `purpose`. The pool connects when
    /// it runs its first statement.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if the pool cannot be created.
    pub fn with_own_pool(&self, purpose: &str, connections_max: usize) -> Result<Self, StoreError> {
        let mut address = (*self.address).clone();
        let name = address.config.get_application_name().unwrap_or_default();
        let name = format!("{name} {purpose}");
        address.config.application_name(name);
        Ok(Self {
            pool: pool(address, connections_max, Arc::clone(&self.rendered))?,
            ..self.clone()
        })
    }

    /// Checks that the database answers within the pool's timeout and accepts writes.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::ReadOnly`] or [`StoreError::PoolExhausted`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        let answer = async {
            let client = self.connection().await?;
            let answer = within(async {
                let statement = self.rendered.prepare(&client, PING).await?;
                let rows = statement.query(&client, &[]).await?;
                match rows.first().map(|row| row.try_get(0)).transpose()? {
                    Some(false) => Ok(()),
                    _ => Err(StoreError::ReadOnly),
                }
            })
            .await;
            give_back(client, answer)
        };
        let wait = Duration::from_millis(limits::POOL_WAIT_MS);
        tokio::time::timeout(wait, answer)
            .await
            .map_err(|elapsed| StoreError::Unreachable(Box::new(elapsed)))?
    }

    /// Counts a row that Postgres itself cannot read, and logs it at the first occurrence.
    pub fn log_undecodable(
        &self,
        what: &'static str,
        id: impl std::fmt::Display,
        why: &StoreError,
    ) {
        self.undecodable.met(what, id, why);
    }

    /// The kind of pooler in the settings.
    pub(crate) fn pooler(&self) -> Pooler {
        self.rendered.pooler
    }

    /// Whether the configured address of the database contains this port.
    pub(crate) fn is_at_port(&self, port: i32) -> bool {
        let ports = self.address.config.get_ports();
        ports.iter().any(|one| i32::from(*one) == port) || (ports.is_empty() && port == 5432)
    }

    /// Returns, for metrics, the number of connections in use, of idle connections, and of callers
    /// that wait for a connection.
    pub fn pool_status(&self) -> (usize, usize, usize) {
        let status = self.pool.status();
        (
            status.size.saturating_sub(status.available),
            status.available,
            status.waiting,
        )
    }

    pub(crate) async fn connection(&self) -> Result<Object, StoreError> {
        // `within` is needed because the pool has a timeout for each of its steps except the setup
        // of a new database session.
        within(async { Ok(self.pool.get().await?) }).await
    }

    /// Runs one statement under the service role, in a separate transaction and one network round
    /// trip. The service role can only call the service's functions.
    pub(crate) async fn query(
        &self,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let client = self.connection().await?;
        let answer = within(async {
            let statement = self.rendered.prepare(&client, sql).await?;
            if self.rendered.pooler == Pooler::Session {
                return Ok(statement.query(&client, params).await?);
            }
            let (begun, answer, ended) = join3(
                client.batch_execute(&self.rendered.begin_as_service),
                statement.query(&client, params),
                client.batch_execute("commit"),
            )
            .await;
            begun?;
            let answer = answer?;
            ended?;
            Ok(answer)
        })
        .await;
        give_back(client, answer)
    }

    /// Runs one statement under the login role, at startup only. The statement must not use the
    /// service's tables or functions.
    pub(crate) async fn query_once(&self, sql: &str) -> Result<Vec<Row>, StoreError> {
        let client = self.connection().await?;
        let sql = self.rendered.names.render(sql);
        let answer = within(async { Ok(client.query_typed(&sql, &[]).await?) }).await;
        give_back(client, answer)
    }

    /// Runs one query under the reader's role and claims, with a cached query plan.
    ///
    /// All statements of the transaction are queued when the future is first polled, and take one
    /// network round trip. If the future is dropped before it ends, the commit is already queued,
    /// so no pooled connection keeps a person's claims.
    pub(crate) async fn read(
        &self,
        reader: Reader,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        self.read_with(SET_CLAIMS, reader, sql, params).await
    }

    /// Like [`Self::read`], but for a list with filters. The query is planned for its parameters
    /// each time.
    pub(crate) async fn list(
        &self,
        reader: Reader,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        self.read_with(SET_CLAIMS_FOR_LISTS, reader, sql, params)
            .await
    }

    async fn read_with(
        &self,
        set_claims: &'static str,
        reader: Reader,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let client = self.connection().await?;
        let claims = claims(reader.user);
        let answer = within(async {
            let (set_claims, statement) = (
                self.rendered.prepare(&client, set_claims).await?,
                self.rendered.prepare(&client, sql).await?,
            );
            let claims_params: Params<'_> = &[&claims, &"", &""];
            let (begun, claimed, answer, ended) = join4(
                client.batch_execute(self.rendered.begin_as(reader.audience)),
                set_claims.query(&client, claims_params),
                statement.query(&client, params),
                client.batch_execute("commit"),
            )
            .await;
            begun?;
            claimed?;
            let answer = answer?;
            ended?;
            Ok(answer)
        })
        .await;
        give_back(client, answer)
    }

    /// Runs one database function that writes, under the caller's role and claims. Returns the
    /// function's rows and the events that it wrote. Like [`Self::read`], it uses one transaction
    /// in one network round trip.
    pub(crate) async fn write(
        &self,
        caller: &Caller,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<(Vec<Row>, Vec<HistoryRow>), StoreError> {
        let client = self.connection().await?;
        let settings = CallerSettings::of(caller.into());
        let answer = within(async {
            let (set_claims, statement) = (
                self.rendered.prepare(&client, SET_CLAIMS).await?,
                self.rendered.prepare(&client, sql).await?,
            );
            let written = self.rendered.prepare(&client, ROWS_WRITTEN).await?;
            let ((begun, claimed, answer), (back, written, ended)) = join(
                join3(
                    client.batch_execute(self.rendered.begin_as(caller.side())),
                    set_claims.query(&client, &settings.params()),
                    statement.query(&client, params),
                ),
                // Switch back to the service role to read the new events, because the customer role
                // has no privilege on some of their columns.
                join3(
                    client.batch_execute(&self.rendered.act_as_service_again),
                    written.query(&client, &[]),
                    client.batch_execute("commit"),
                ),
            )
            .await;
            begun?;
            claimed?;
            let answer = answer?;
            back?;
            let written = rows::history_rows(self, &written?)?;
            ended?;
            Ok((answer, written))
        })
        .await;
        give_back(client, answer)
    }
}

/// Limits how long a database operation may take, including the time on the network. The server's
/// own timeouts do not help if the server hangs. Failures are counted by class, for metrics.
pub(crate) async fn within<T>(
    asking: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    within_time(Duration::from_millis(limits::ANSWER_TIMEOUT_MS), asking).await
}

/// Like [`within`], with another time limit.
pub(crate) async fn within_time<T>(
    wait: Duration,
    asking: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let answer = tokio::time::timeout(wait, asking)
        .await
        .unwrap_or_else(|elapsed| Err(StoreError::Unreachable(Box::new(elapsed))));
    if let Some(class) = answer.as_ref().err().and_then(StoreError::class) {
        metrics::counter!("helpline_database_errors_total", "class" => class).increment(1);
    }
    answer
}

/// Returns the connection to the pool, unless the error shows that the connection is no longer
/// usable.
fn give_back<T>(client: Object, answer: Result<T, StoreError>) -> Result<T, StoreError> {
    if answer.as_ref().is_err_and(StoreError::ends_connection) {
        drop(Object::take(client));
    }
    answer
}

fn pool(
    address: Address,
    connections_max: usize,
    rendered: Arc<Rendered>,
) -> Result<Pool, StoreError> {
    let manager = Manager::from_config(
        address.config,
        address.tls,
        ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        },
    );
    let wait = Some(Duration::from_millis(limits::POOL_WAIT_MS));
    Pool::builder(manager)
        // Switch to the service's role. A login role that a hosting platform created may have no
        // privileges of its own. If the login role is the service's role, the switch changes
        // nothing.
        //
        // Do not pool a database session that accepts no writes: its server may be a replica with
        // old data, and behind a load balancer, the next connection may reach the primary.
        .post_create(Hook::async_fn(
            move |client: &mut deadpool_postgres::ClientWrapper, _| {
                let rendered = Arc::clone(&rendered);
                Box::pin(async move {
                    let asked = "show transaction_read_only";
                    let begun = match rendered.pooler {
                        Pooler::Session => format!("{}; {asked}", rendered.act_as_service),
                        // A role that is set for the database session would remain set for the
                        // pooler's next client. Only check that it can be set, and roll back.
                        Pooler::Transaction => {
                            format!("{}; rollback; {asked}", rendered.begin_as_service)
                        }
                    };
                    let answer = client
                        .simple_query(&begun)
                        .await
                        .map_err(HookError::Backend)?;
                    let is_read_only = answer.iter().any(|message| {
                        matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some("on"))
                    });
                    if is_read_only {
                        return Err(HookError::message("read-only"));
                    }
                    Ok(())
                })
            },
        ))
        .max_size(connections_max)
        .runtime(Runtime::Tokio1)
        .timeouts(deadpool_postgres::Timeouts {
            wait,
            create: wait,
            recycle: wait,
        })
        .build()
        .map_err(|error| StoreError::Unreachable(Box::new(error)))
}

/// A caller's data that the policies and the audit triggers read, as parameters of [`SET_CLAIMS`].
pub(crate) struct CallerSettings<'a> {
    claims: String,
    address: String,
    user_agent: &'a str,
}

impl<'a> CallerSettings<'a> {
    /// The settings of the system are empty: a session without claims names no person.
    pub(crate) fn of(by: By<'a>) -> Self {
        let By::Person(caller) = by else {
            return Self {
                claims: String::new(),
                address: String::new(),
                user_agent: "",
            };
        };
        Self {
            claims: claims(caller.actor.user),
            address: caller
                .address
                .map(|address| address.to_string())
                .unwrap_or_default(),
            user_agent: caller.user_agent.as_deref().unwrap_or_default(),
        }
    }

    pub(crate) fn params(&self) -> [&(dyn ToSql + Sync); 3] {
        [&self.claims, &self.address, &self.user_agent]
    }
}

fn claims(user: UserId) -> String {
    format!(r#"{{"sub":"{user}","role":"authenticated"}}"#)
}
