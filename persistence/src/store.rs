//! The pool, and how a query runs with the claims of a person.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime,
};
use futures_util::future::{join, join3, join4};
use helpline_core::actor::Audience;
use helpline_core::history::HistoryRow;
use helpline_core::ids::UserId;
use helpline_core::limits;
use parking_lot::RwLock;
use tokio_postgres::types::ToSql;
use tokio_postgres::{NoTls, Row};

use crate::undecodable::Undecodable;
use crate::{Caller, Names, Reader, StoreError, privileges, rows};

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `postgres://…` of the runtime role.
    pub url: String,
    /// Connections at most.
    pub connections_max: usize,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    pub(crate) rendered: Arc<Rendered>,
    /// What a further pool is made of.
    config: Arc<tokio_postgres::Config>,
    /// Rows that cannot be decoded are skipped here, and the others are returned.
    pub(crate) undecodable: Arc<Undecodable>,
}

/// The statements with this installation's names in them ([`Names`]), each put together at its first use.
pub(crate) struct Rendered {
    names: Names,
    act_as_service: String,
    pub(crate) act_as_service_again: String,
    act_as_customer: String,
    act_as_staff: String,
    begin_as_customer: String,
    begin_as_staff: String,
    statements: RwLock<HashMap<&'static str, Arc<str>>>,
}

impl Rendered {
    fn new(names: Names) -> Self {
        Self {
            act_as_service: names.render("set role {service}"),
            act_as_service_again: names.render("set local role {service}"),
            act_as_customer: names.render("set local role {customer}"),
            act_as_staff: names.render("set local role {staff}"),
            begin_as_customer: names.render("begin; set local role {customer}"),
            begin_as_staff: names.render("begin; set local role {staff}"),
            statements: RwLock::default(),
            names,
        }
    }

    pub(crate) fn statement(&self, sql: &'static str) -> Arc<str> {
        if let Some(statement) = self.statements.read().get(sql) {
            return statement.clone();
        }
        let statement: Arc<str> = self.names.render(sql).into();
        self.statements
            .write()
            .entry(sql)
            .or_insert(statement)
            .clone()
    }

    fn begin_as(&self, side: Audience) -> &str {
        match side {
            Audience::Customer => &self.begin_as_customer,
            Audience::Staff => &self.begin_as_staff,
        }
    }

    /// The role that a caller's change runs under, within an open transaction.
    pub(crate) fn act_as(&self, side: Audience) -> &str {
        match side {
            Audience::Customer => &self.act_as_customer,
            Audience::Staff => &self.act_as_staff,
        }
    }
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
const PING: &str = include_str!("../sql/store/ping.sql");

impl Store {
    /// Makes the pool and checks the role: refuses one that has more privileges than it needs.
    ///
    /// # Errors
    /// [`StoreError::OverPrivileged`] with the reason; [`StoreError::NotPrepared`] with what is missing (its bounds are settings of the role:
    /// see `sql/migrate/roles.sql`); [`StoreError::Unreachable`] when no server answers or the URL is not valid.
    pub async fn connect(settings: Settings) -> Result<Self, StoreError> {
        Self::connect_to(settings, Names::default()).await
    }

    /// The same, to an installation with names of its own.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn connect_to(settings: Settings, names: Names) -> Result<Self, StoreError> {
        let mut config: tokio_postgres::Config = settings
            .url
            .parse()
            .map_err(|error: tokio_postgres::Error| StoreError::Unreachable(Box::new(error)))?;
        if config.get_application_name().is_none() {
            config.application_name("helpline");
        }
        config
            .connect_timeout(Duration::from_millis(limits::POOL_WAIT_MS))
            .tcp_user_timeout(Duration::from_millis(limits::STATEMENT_TIMEOUT_MS))
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_RETRIES);
        let rendered = Arc::new(Rendered::new(names));
        let pool = pool(
            config.clone(),
            settings.connections_max,
            Arc::clone(&rendered),
        )?;
        let store = Self {
            pool,
            rendered,
            config: Arc::new(config),
            undecodable: Arc::default(),
        };
        privileges::check(&store).await?;
        Ok(store)
    }

    /// The same database through a separate pool with this maximum of connections, which Postgres lists under the application name with
    /// this word behind it. Connects at its first statement.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when the pool cannot be made.
    pub fn with_own_pool(&self, purpose: &str, connections_max: usize) -> Result<Self, StoreError> {
        let mut config = (*self.config).clone();
        config.application_name(format!(
            "{} {purpose}",
            config.get_application_name().unwrap_or_default()
        ));
        Ok(Self {
            pool: pool(config, connections_max, Arc::clone(&self.rendered))?,
            ..self.clone()
        })
    }

    /// Whether the database answers now (`select 1` within the pool's wait).
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] or [`StoreError::PoolExhausted`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        let answer = async { self.query(PING, &[]).await.map(drop) };
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
        Ok(self.pool.get().await?)
    }

    /// Runs one statement as the service itself: its functions only, one round trip, its own transaction.
    pub(crate) async fn query(
        &self,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let client = self.connection().await?;
        let statement = client.prepare_cached(&self.rendered.statement(sql)).await?;
        Ok(client.query(&statement, params).await?)
    }

    /// The same for a statement that is asked at start only.
    pub(crate) async fn query_once(&self, sql: &str) -> Result<Vec<Row>, StoreError> {
        let client = self.connection().await?;
        Ok(client.query(&self.rendered.names.render(sql), &[]).await?)
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
        let (set_claims, statement) = (
            client.prepare_cached(set_claims).await?,
            client.prepare_cached(&self.rendered.statement(sql)).await?,
        );
        let claims_params: Params<'_> = &[&claims, &"", &""];
        let (begun, claimed, answer, ended) = join4(
            client.batch_execute(self.rendered.begin_as(reader.audience)),
            client.query(&set_claims, claims_params),
            client.query(&statement, params),
            client.batch_execute("commit"),
        )
        .await;
        begun?;
        claimed?;
        let answer = answer?;
        ended?;
        Ok(answer)
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
        let (set_claims, statement) = (
            client.prepare_cached(SET_CLAIMS).await?,
            client.prepare_cached(&self.rendered.statement(sql)).await?,
        );
        let written = client
            .prepare_cached(&self.rendered.statement(ROWS_WRITTEN))
            .await?;
        let ((begun, claimed, answer), (back, written, ended)) = join(
            join3(
                client.batch_execute(self.rendered.begin_as(caller.side())),
                client.query(&set_claims, &settings.params()),
                client.query(&statement, params),
            ),
            // What was written is read as the service again: a customer's role has no right to the columns.
            join3(
                client.batch_execute(&self.rendered.act_as_service_again),
                client.query(&written, &[]),
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
    }
}

fn pool(
    config: tokio_postgres::Config,
    connections_max: usize,
    rendered: Arc<Rendered>,
) -> Result<Pool, StoreError> {
    let manager = Manager::from_config(
        config,
        NoTls,
        ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        },
    );
    let wait = Some(Duration::from_millis(limits::POOL_WAIT_MS));
    Pool::builder(manager)
        // A login of the platform's inherits nothing and acts as the service's role; for that role itself this changes nothing.
        .post_create(Hook::async_fn(
            move |client: &mut deadpool_postgres::ClientWrapper, _| {
                let rendered = Arc::clone(&rendered);
                Box::pin(async move {
                    client
                        .batch_execute(&rendered.act_as_service)
                        .await
                        .map_err(HookError::Backend)
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
