//! The pool, and how a query runs with the claims of a person.

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
use crate::{Address, Caller, Names, Pooler, Reader, StoreError, privileges, rows};

/// How to reach the database.
#[derive(Clone)]
pub struct Settings {
    /// `postgres://…` of the runtime role.
    pub url: String,
    /// Connections at most.
    pub connections_max: usize,
    /// What stands before the database.
    pub pooler: Pooler,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    pub(crate) rendered: Arc<Rendered>,
    /// What a further pool is made of.
    address: Arc<Address>,
    /// Rows that cannot be decoded are skipped here, and the others are returned.
    pub(crate) undecodable: Arc<Undecodable>,
}

/// What a statement takes.
pub(crate) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A pooled connection without an answer is found by keepalives within about half a minute; a write to it sooner.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;

pub(crate) const SET_CLAIMS: &str = include_str!("../sql/store/set_claims.sql");
const SET_CLAIMS_FOR_LISTS: &str = include_str!("../sql/store/set_claims_for_lists.sql");
pub(crate) const ROWS_WRITTEN: &str = include_str!("../sql/history/rows_written.sql");
const SESSION_USER: &str = "select session_user::text";
const PING: &str = include_str!("../sql/store/ping.sql");

impl Store {
    /// Makes the pool and checks the role: refuses one that has more privileges than it needs.
    ///
    /// # Errors
    /// [`StoreError::OverPrivileged`] with the reason; [`StoreError::NotPrepared`] with what is missing (its bounds are settings of the role:
    /// see `sql/migrate/roles.sql`); [`StoreError::Address`] for a URL that cannot be used; [`StoreError::Unreachable`] when no server
    /// answers.
    pub async fn connect(settings: Settings) -> Result<Self, StoreError> {
        Self::connect_to(settings, Names::default()).await
    }

    /// The same, to an installation with names of its own.
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

    /// Refuses a pooler that signs in as a different user, whose limits and rights were not checked, and a transaction pooler that was not
    /// declared.
    async fn check_pooler(&self, connections_max: usize) -> Result<(), StoreError> {
        let login = self.address.config.get_user().unwrap_or_default();
        let answer = self.query_once(SESSION_USER).await?;
        let session_user: String = answer
            .first()
            .map(|row| rows::get(row, 0))
            .transpose()?
            .unwrap_or_default();
        // A pooler of many tenants is told which one behind a dot (`login.tenant`).
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

    /// The same database through a separate pool with this maximum of connections, which Postgres lists under the application name with
    /// this word behind it. Connects at its first statement.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when the pool cannot be made.
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

    /// Whether the database answers now, within the pool's wait, and takes writes.
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

    /// Counts something whose rows Postgres itself cannot read, and logs it when it is the first time.
    pub fn log_undecodable(
        &self,
        what: &'static str,
        id: impl std::fmt::Display,
        why: &StoreError,
    ) {
        self.undecodable.met(what, id, why);
    }

    /// What was declared to stand before the database.
    pub(crate) fn pooler(&self) -> Pooler {
        self.rendered.pooler
    }

    /// Whether the database's address names this port.
    pub(crate) fn is_at_port(&self, port: i32) -> bool {
        let ports = self.address.config.get_ports();
        ports.iter().any(|one| i32::from(*one) == port) || (ports.is_empty() && port == 5432)
    }

    /// (in use, idle, waiting) for metrics.
    pub fn pool_status(&self) -> (usize, usize, usize) {
        let status = self.pool.status();
        (
            status.size.saturating_sub(status.available),
            status.available,
            status.waiting,
        )
    }

    pub(crate) async fn connection(&self) -> Result<Object, StoreError> {
        // The pool bounds each of its steps but one: what a new session is told.
        within(async { Ok(self.pool.get().await?) }).await
    }

    /// Runs one statement as the service itself: its functions only, one round trip, its own transaction.
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

    /// One statement that is asked at start only, and by the login itself: it names nothing of the service's.
    pub(crate) async fn query_once(&self, sql: &str) -> Result<Vec<Row>, StoreError> {
        let client = self.connection().await?;
        let sql = self.rendered.names.render(sql);
        let answer = within(async { Ok(client.query_typed(&sql, &[]).await?) }).await;
        give_back(client, answer)
    }

    /// Runs one query under the reader's role and claims, with a plan that is kept.
    ///
    /// The whole transaction is queued when the future is first polled, and answered in one round trip: a reader who goes away in the
    /// middle leaves a connection on which the commit is already queued, never one with a person's claims.
    pub(crate) async fn read(
        &self,
        reader: Reader,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        self.read_with(SET_CLAIMS, reader, sql, params).await
    }

    /// The same for a list with filters: planned for these parameters.
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

    /// Runs one writing function under the caller's role and claims, and gives its answer with the history rows that it wrote.
    /// One transaction in one round trip, as in [`Self::read`].
    pub(crate) async fn write(
        &self,
        caller: &Caller,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<(Vec<Row>, Vec<HistoryRow>), StoreError> {
        let client = self.connection().await?;
        let settings = CallerSettings::of(caller);
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
                // What was written is read as the service again: a customer's role has no right to the columns.
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

/// Waits for an answer no longer than a server that works may take: one that hangs does not keep the time of its own limits. Faults are counted.
pub(crate) async fn within<T>(
    asking: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let wait = Duration::from_millis(limits::ANSWER_TIMEOUT_MS);
    let answer = tokio::time::timeout(wait, asking)
        .await
        .unwrap_or_else(|elapsed| Err(StoreError::Unreachable(Box::new(elapsed))));
    if let Some(class) = answer.as_ref().err().and_then(StoreError::class) {
        metrics::counter!("helpline_database_errors_total", "class" => class).increment(1);
    }
    answer
}

/// Back into the pool, unless the answer shows that the connection is of no more use.
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
        // A login of the platform's inherits nothing and acts as the service's role; for that role itself this changes nothing. A session that
        // takes no writes is not pooled: what it reads may be old, and behind a balancer the next one leads to the primary.
        .post_create(Hook::async_fn(
            move |client: &mut deadpool_postgres::ClientWrapper, _| {
                let rendered = Arc::clone(&rendered);
                Box::pin(async move {
                    let asked = "show transaction_read_only";
                    let begun = match rendered.pooler {
                        Pooler::Session => format!("{}; {asked}", rendered.act_as_service),
                        // A role taken for the session would be another client's next; that it can be taken is seen here.
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

/// What the policies and the audit triggers read of a caller, as the parameters of [`SET_CLAIMS`].
pub(crate) struct CallerSettings<'a> {
    claims: String,
    address: String,
    user_agent: &'a str,
}

impl<'a> CallerSettings<'a> {
    pub(crate) fn of(caller: &'a Caller) -> Self {
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
