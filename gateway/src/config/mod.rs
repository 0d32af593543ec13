//! Every setting: a flag, an environment variable (`HELPLINE_` and the flag's name), a default from core's limits. Parsed once,
//! here; nothing else reads the environment.

mod checks;
mod database;
mod environment;
mod error;
mod oidc;
pub mod pages;
mod plaintext;
pub mod rate;
mod redis;
pub mod values;

use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;

use clap::Args;
use helpline_core::limits;

pub use checks::{checked_auth, trimmed_warning};
pub use database::{Database, PoolerMode, checked as checked_database};
pub use environment::{unknown_variables, variable};
pub use error::ConfigError;
pub use helpline_core::origin::Origin;
pub use oidc::{Issuer, Oidc, OidcSettings};
pub use pages::{Href, Pages};
pub use plaintext::{Plaintext, PlaintextSettings};
pub use rate::Rate;
pub use redis::{RedisPubsub, RedisServers, RedisSettings};
pub use values::{Cidr, Hidden, JwksUrl, TokenSecret, listen_address};

/// Where to listen, and which proxies to trust.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Listening")]
pub struct Listening {
    /// Address and port of pages, REST and sockets
    #[arg(
        long,
        env = "HELPLINE_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080",
        value_parser = listen_address
    )]
    pub listen: SocketAddr,
    /// Address and port of /metrics. That of --listen has it served beside the pages, to everyone who reaches them [default: not served]
    #[arg(
        long,
        env = "HELPLINE_METRICS_LISTEN",
        value_name = "ADDRESS:PORT",
        value_parser = listen_address
    )]
    pub metrics_listen: Option<SocketAddr>,
    /// Address under which browsers reach the desk, without a path: https://desk.example. Its pages may connect; the OpenID provider sends people
    /// back to it; with https, cookies are sent over https only
    #[arg(long, env = "HELPLINE_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<Origin>,
    /// Further sites whose pages may connect, exactly as browsers write them in Origin; when listening only on this machine, its own
    /// http://localhost and http://127.0.0.1 may too
    #[arg(
        long,
        env = "HELPLINE_ORIGINS",
        value_name = "ORIGIN,…",
        value_delimiter = ','
    )]
    pub origins: Vec<Origin>,
    /// Trusted proxies (their X-Forwarded-For is used)
    #[arg(
        long,
        env = "HELPLINE_TRUSTED_PROXIES",
        value_name = "CIDR,…",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Cidr>,
    /// Directory of the built web client [default: the one built in]
    #[arg(long, env = "HELPLINE_ASSETS_DIR", value_name = "DIR")]
    pub assets_dir: Option<PathBuf>,
    /// Threads that serve connections [default: half of the cores, at least one]
    #[arg(long, env = "HELPLINE_WORKER_THREADS", value_name = "N")]
    pub worker_threads: Option<NonZero<usize>>,
    /// Time from SIGTERM until the instance drains: /readyz says so, and everything is still served. Behind a balancer, longer than it
    /// takes to send new connections elsewhere
    #[arg(long, env = "HELPLINE_DRAIN_DELAY_MS", value_name = "MS", default_value_t = limits::DRAIN_DELAY_MS)]
    pub drain_delay_ms: u64,
    /// Time from the end of that delay until the last connection is closed
    #[arg(long, env = "HELPLINE_DRAIN_TIMEOUT_MS", value_name = "MS", default_value_t = limits::DRAIN_TIMEOUT_MS)]
    pub drain_timeout_ms: u64,
    /// When draining, clients are asked to reconnect at random within this time
    #[arg(long, env = "HELPLINE_BYE_SPREAD_MS", value_name = "MS", default_value_t = limits::BYE_SPREAD_MS)]
    pub bye_spread_ms: u64,
}

/// Where `/metrics` is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsPlace {
    /// Nowhere.
    Nowhere,
    /// Where pages, REST and sockets are.
    BesidePages,
    /// At an address of its own.
    Own(SocketAddr),
}

/// The database, and the relay between instances.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database and relay")]
pub struct Backing {
    /// Postgres, as the runtime role: postgres://helpline_service:…@host/database?sslmode=verify-full; what it does not say, libpq's
    /// variables do (PGHOST, PGUSER, PGPASSWORD, PGSSLROOTCERT, …)
    #[arg(
        long,
        env = "HELPLINE_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub database_url: Hidden,
    /// How a pooler in front of the database (PgBouncer, Supavisor) lends its sessions; without a pooler: session
    #[arg(long, env = "HELPLINE_POOLER", value_name = "MODE", value_enum, default_value_t = PoolerMode::Session)]
    pub pooler: PoolerMode,
    /// What may go without TLS.
    #[command(flatten)]
    pub plaintext: PlaintextSettings,
    /// Schema of Helpline in the database, as `migrate` made it
    #[arg(
        long,
        env = "HELPLINE_SCHEMA",
        value_name = "NAME",
        default_value = "helpline"
    )]
    pub schema: String,
    /// What the names of Helpline's roles begin with, as `migrate` made them
    #[arg(
        long,
        env = "HELPLINE_ROLE_PREFIX",
        value_name = "TEXT",
        default_value = "helpline_"
    )]
    pub role_prefix: String,
    /// Maximum connections to Postgres, including writer lanes; background jobs use two more
    #[arg(long, env = "HELPLINE_POOL_CONNECTIONS_MAX", value_name = "N", default_value_t = limits::POOL_CONNECTIONS_MAX)]
    pub pool_connections_max: usize,
    /// Writer lanes: maximum statements that append messages at the same time
    #[arg(long, env = "HELPLINE_WRITER_LANES", value_name = "N", default_value_t = limits::WRITER_LANES)]
    pub writer_lanes: usize,
    /// The relay.
    #[command(flatten)]
    pub redis: RedisSettings,
}

/// Whose tokens are good, as they are written.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sign-in")]
pub struct AuthSettings {
    /// Secrets of HS256 tokens, 32 bytes at least; several at once while rotating
    #[arg(
        long = "jwt-secret",
        env = "HELPLINE_JWT_SECRET",
        value_name = "SECRET,…",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub jwt_secrets: Vec<Hidden>,
    /// Secrets of HS256 tokens with this kid alone
    #[arg(
        long,
        env = "HELPLINE_JWT_SECRET_FOR_KID",
        value_name = "KID=SECRET,…",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub jwt_secret_for_kid: Vec<Hidden>,
    /// Address of the key set (JWKS) of RS256, ES256 and EdDSA tokens: https, or http on this machine
    #[arg(long, env = "HELPLINE_JWKS_URL", value_name = "URL")]
    pub jwks_url: Option<JwksUrl>,
    /// Certificate authorities of that address, in PEM form, beside the machine's own
    #[arg(long, env = "HELPLINE_JWKS_CA_FILE", value_name = "FILE")]
    pub jwks_ca_file: Option<PathBuf>,
    /// Required iss of a token [default: any]
    #[arg(long, env = "HELPLINE_JWT_ISSUER", value_name = "TEXT")]
    pub jwt_issuer: Option<String>,
    /// Required aud of a token, or one of its aud
    #[arg(
        long,
        env = "HELPLINE_JWT_AUDIENCE",
        value_name = "TEXT",
        default_value = "authenticated"
    )]
    pub jwt_audience: String,
    /// Sign-in of the desk's own.
    #[command(flatten)]
    pub oidc: OidcSettings,
}

/// Limits of connections and rates.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitSettings {
    /// Maximum connections of this instance
    #[arg(long, env = "HELPLINE_CONNECTIONS_MAX", value_name = "N", default_value_t = limits::CONNECTIONS_MAX, value_parser = at_least_one())]
    pub connections_max: u32,
    /// Maximum connections of one user on this instance
    #[arg(long, env = "HELPLINE_CONNECTIONS_PER_USER_MAX", value_name = "N", default_value_t = limits::CONNECTIONS_PER_USER_MAX, value_parser = at_least_one())]
    pub connections_per_user_max: u32,
    /// Maximum connections from one address on this instance
    #[arg(long, env = "HELPLINE_CONNECTIONS_PER_ADDRESS_MAX", value_name = "N", default_value_t = limits::CONNECTIONS_PER_ADDRESS_MAX, value_parser = at_least_one())]
    pub connections_per_address_max: u32,
    /// Maximum tickets that one connection subscribes to
    #[arg(long, env = "HELPLINE_SUBSCRIPTIONS_MAX", value_name = "N", default_value_t = limits::SUBSCRIPTIONS_MAX as u32, value_parser = at_least_one())]
    pub subscriptions_max: u32,
    /// Frames per second of one connection, sustained
    #[arg(long, env = "HELPLINE_FRAMES_PER_SECOND", value_name = "N", default_value_t = limits::FRAMES_PER_SECOND, value_parser = at_least_one())]
    pub frames_per_second: u32,
    /// Frames of one connection at once, after silence
    #[arg(long, env = "HELPLINE_FRAMES_BURST", value_name = "N", default_value_t = limits::FRAMES_BURST, value_parser = at_least_one())]
    pub frames_burst: u32,
    /// A user may send as fast as this many connections, across all of theirs on this instance
    #[arg(long, env = "HELPLINE_FRAMES_USER_FACTOR", value_name = "N", default_value_t = limits::FRAMES_USER_FACTOR, value_parser = at_least_one())]
    pub frames_user_factor: u32,
    /// An address may send as fast as this many connections
    #[arg(long, env = "HELPLINE_FRAMES_ADDRESS_FACTOR", value_name = "N", default_value_t = limits::FRAMES_ADDRESS_FACTOR, value_parser = at_least_one())]
    pub frames_address_factor: u32,
    /// REST requests per second of one user, sustained
    #[arg(long, env = "HELPLINE_REQUESTS_PER_SECOND", value_name = "N", default_value_t = limits::REQUESTS_PER_SECOND, value_parser = at_least_one())]
    pub requests_per_second: u32,
    /// REST requests of one user at once, after silence
    #[arg(long, env = "HELPLINE_REQUESTS_BURST", value_name = "N", default_value_t = limits::REQUESTS_BURST, value_parser = at_least_one())]
    pub requests_burst: u32,
    /// Time between two heartbeats
    #[arg(long, env = "HELPLINE_HEARTBEAT_MS", value_name = "MS", default_value_t = limits::HEARTBEAT_INTERVAL_MS, value_parser = clap::value_parser!(u64).range(100..=60_000))]
    pub heartbeat_ms: u64,
    /// Maximum events that a resume replays; a client further behind starts over
    #[arg(long, env = "HELPLINE_REPLAY_EVENTS_MAX", value_name = "N", default_value_t = limits::REPLAY_EVENTS_MAX)]
    pub replay_events_max: u64,
}

/// What is logged, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logs")]
pub struct LogSettings {
    /// What is logged, e.g. info or helpline_gateway=debug
    #[arg(
        long,
        env = "HELPLINE_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log: String,
    /// Format of log lines
    #[arg(long, env = "HELPLINE_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Which requests leave a line: method, route, status, duration and ids, never a path, a query or a token
    #[arg(long, env = "HELPLINE_LOG_REQUESTS", value_name = "WHICH", value_enum, default_value_t = RequestLog::None)]
    pub log_requests: RequestLog,
}

/// Which requests leave a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RequestLog {
    /// None.
    None,
    /// Every one, sockets by their upgrade.
    All,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// The settings of `serve` as they are written.
#[derive(Debug, Clone, Args)]
pub struct ServeSettings {
    #[command(flatten)]
    listening: Listening,
    #[command(flatten)]
    backing: Backing,
    #[command(flatten)]
    auth: AuthSettings,
    #[command(flatten)]
    pages: Pages,
    #[command(flatten)]
    limits: LimitSettings,
    #[command(flatten)]
    log: LogSettings,
    /// Demo people may sign in by name: the `dev` command gives this to the instances that it starts
    #[arg(long, hide = true)]
    dev_people: bool,
    /// A socket that echoes frames, in a debug build: for conformance tests
    #[arg(long, hide = true)]
    echo: bool,
    /// Where a debug build shall die, for tests
    #[arg(long, env = "HELPLINE_FAILPOINT", hide = true)]
    failpoint: Option<String>,
    /// Which promise a debug build shall break, to prove that the history checker notices
    #[arg(long, env = "HELPLINE_SABOTAGE", hide = true)]
    sabotage: Option<String>,
}

impl ServeSettings {
    /// How many threads shall serve connections, if that is said.
    pub const fn worker_threads(&self) -> Option<NonZero<usize>> {
        self.listening.worker_threads
    }
}

/// Whose tokens are good, checked.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Keys of HS256.
    pub secrets: Vec<TokenSecret>,
    /// Where the public keys are.
    pub jwks_url: Option<JwksUrl>,
    /// Certificate authorities of that address beside the machine's own, in PEM form.
    pub jwks_ca: Option<Vec<u8>>,
    /// What `iss` must be.
    pub issuer: Option<String>,
    /// What `aud` must be or contain.
    pub audience: String,
    /// Sign-in of the desk's own.
    pub oidc: Option<Oidc>,
}

/// Who may sign in with nothing but a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DevPeople {
    /// No one: `/dev/…` does not exist.
    Absent,
    /// The demo people.
    Present,
}

/// Whether `/debug/echo` exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// It does not.
    Absent,
    /// Only in debug builds.
    Present,
}

/// The settings of an instance, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen, and which proxies to trust.
    pub listening: Listening,
    /// The database and the relay.
    pub backing: Backing,
    /// Whose tokens are good.
    pub auth: Auth,
    /// What the pages offer, and which sites may show them.
    pub pages: Pages,
    /// Limits of connections and rates.
    pub limits: LimitSettings,
    /// What is logged, and how.
    pub log: LogSettings,
    /// Who may sign in with nothing but a name.
    pub dev_people: DevPeople,
    /// Whether there is a socket that echoes frames.
    pub echo: Echo,
    /// Where a debug build shall die, for tests.
    pub failpoint: Option<String>,
    /// Which promise a debug build shall break, for the checker's tests.
    pub sabotage: Option<String>,
    /// What an operator should know of these settings, though they can be used.
    pub warnings: Vec<String>,
}

impl LimitSettings {
    /// What one connection may send.
    pub const fn frame_rate(&self) -> Rate {
        Rate {
            per_second: self.frames_per_second,
            burst: self.frames_burst,
        }
    }

    /// What all connections of one user may send together.
    pub const fn user_frame_rate(&self) -> Rate {
        self.frame_rate().times(self.frames_user_factor)
    }

    /// What all connections from one address may send together.
    pub const fn address_frame_rate(&self) -> Rate {
        self.frame_rate().times(self.frames_address_factor)
    }
}

impl Listening {
    /// Where `/metrics` is served.
    pub fn metrics_place(&self) -> MetricsPlace {
        match self.metrics_listen {
            None => MetricsPlace::Nowhere,
            Some(address) if address == self.listen => MetricsPlace::BesidePages,
            Some(address) => MetricsPlace::Own(address),
        }
    }

    /// The origins that are named: the desk's public one, and the sites whose pages may connect.
    pub fn named_origins(&self) -> impl Iterator<Item = &Origin> {
        self.public_url.iter().chain(&self.origins)
    }

    /// Whether pages of this origin may open sockets: those that are named, and this instance's own, as its listener is addressed.
    pub fn allows_origin(&self, origin: &[u8]) -> bool {
        let listen = self.listen;
        let is = |own: String| own.into_bytes() == origin;
        self.named_origins()
            .any(|allowed| allowed.as_str().as_bytes() == origin)
            // On all addresses, none of them is known to lead here alone.
            || (!listen.ip().is_unspecified() && is(format!("http://{listen}")))
            || (listen.ip().is_loopback()
                && (is(format!("http://localhost:{}", listen.port()))
                    || is(format!("http://127.0.0.1:{}", listen.port()))))
    }
}

/// An origin; browsers show it with a slash behind it, which may be copied too.
fn public_url(text: &str) -> Result<Origin, &'static str> {
    text.strip_suffix('/').unwrap_or(text).parse()
}

fn at_least_one() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}
