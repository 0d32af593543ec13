//! All settings of the gateway. Each setting is a flag and an environment variable (`HELPLINE_` and
//! the flag's name). Most defaults come from `helpline_core::limits`. Only this module and `cli`
//! parse settings and read the environment.

mod blob_file;
mod checks;
mod database;
mod environment;
mod error;
mod files;
mod oidc;
mod outgoing;
pub mod pages;
mod plaintext;
mod probe;
pub mod rate;
mod redis;
pub mod values;

use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;

use clap::Args;
use helpline_core::limits;

pub use blob_file::blobs_of_file;
pub use checks::checked_auth;
pub use database::{Database, PoolerMode, checked as checked_database};
pub use environment::{unknown_variables, variable};
pub use error::ConfigError;
pub use files::{
    BlobConfig, BlobSettings, FileSettings, Files, NotReached, NotScannable, S3Config,
    ScannerAddress, checked_blobs,
};
pub use helpline_core::origin::Origin;
pub use oidc::{Issuer, Oidc, OidcSettings};
pub use outgoing::{AllowedTarget, OutgoingSettings};
pub use pages::{Href, Pages};
pub use plaintext::{Plaintext, PlaintextSettings};
pub use probe::Probe;
pub use rate::Rate;
pub use redis::{RedisPubsub, RedisServers, RedisSettings};
pub use values::{Cidr, Hidden, JwksUrl, TokenSecret, listen_address, public_url, trimmed_warning};

/// Settings of the listeners, the trusted proxies, and the shutdown times.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Listening")]
pub struct Listening {
    /// Address and port for pages, REST and WebSockets
    #[arg(
        long,
        env = "HELPLINE_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080",
        value_parser = listen_address
    )]
    pub listen: SocketAddr,
    /// Address and port for /metrics. With the same value as --listen, everyone who can reach the pages can read /metrics [default: not served]
    #[arg(
        long,
        env = "HELPLINE_METRICS_LISTEN",
        value_name = "ADDRESS:PORT",
        value_parser = listen_address
    )]
    pub metrics_listen: Option<SocketAddr>,
    /// Address at which browsers reach the desk, without a path: https://desk.example. Pages of this origin may connect, the OpenID provider
    /// redirects to it, and if it is https, cookies are sent over https only
    #[arg(long, env = "HELPLINE_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<Origin>,
    /// Other origins whose pages may connect, exactly as browsers send them in Origin. An instance that listens on a loopback address also
    /// allows http://localhost and http://127.0.0.1 with its port
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
    /// Directory of the built web client [default: the client in the binary]
    #[arg(long, env = "HELPLINE_ASSETS_DIR", value_name = "DIR")]
    pub assets_dir: Option<PathBuf>,
    /// Number of threads that serve connections [default: half of the cores, at least one]
    #[arg(long, env = "HELPLINE_WORKER_THREADS", value_name = "N")]
    pub worker_threads: Option<NonZero<usize>>,
    /// Time from SIGTERM until the instance starts to drain. Meanwhile /readyz answers 503 and everything is still served. Behind a load
    /// balancer, set it longer than the balancer needs to stop sending new connections
    #[arg(long, env = "HELPLINE_DRAIN_DELAY_MS", value_name = "MS", default_value_t = limits::DRAIN_DELAY_MS)]
    pub drain_delay_ms: u64,
    /// Maximum time of the drain, from the end of --drain-delay-ms until the last connection is closed
    #[arg(long, env = "HELPLINE_DRAIN_TIMEOUT_MS", value_name = "MS", default_value_t = limits::DRAIN_TIMEOUT_MS)]
    pub drain_timeout_ms: u64,
    /// During a drain, each client is told to reconnect after a random time of at most this length
    #[arg(long, env = "HELPLINE_BYE_SPREAD_MS", value_name = "MS", default_value_t = limits::BYE_SPREAD_MS)]
    pub bye_spread_ms: u64,
}

/// Where `/metrics` is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsPlace {
    /// `/metrics` is not served.
    Nowhere,
    /// `/metrics` is served on the same address as pages, REST and WebSockets.
    BesidePages,
    /// `/metrics` is served on this separate address.
    Own(SocketAddr),
}

/// The database, and Redis, which relays events between instances.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database and relay")]
pub struct Backing {
    /// Address of Postgres, with the runtime role: postgres://helpline_service:…@host/database?sslmode=verify-full. Missing parts are taken
    /// from the variables of libpq (PGHOST, PGUSER, PGPASSWORD, PGSSLROOTCERT, …)
    #[arg(
        long,
        env = "HELPLINE_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub database_url: Hidden,
    /// Mode of the connection pooler in front of the database (PgBouncer, Supavisor); without a pooler: session
    #[arg(long, env = "HELPLINE_POOLER", value_name = "MODE", value_enum, default_value_t = PoolerMode::Session)]
    pub pooler: PoolerMode,
    /// Servers that may be used without TLS.
    #[command(flatten)]
    pub plaintext: PlaintextSettings,
    /// Schema of Helpline's tables, with the same value as for `migrate`
    #[arg(
        long,
        env = "HELPLINE_SCHEMA",
        value_name = "NAME",
        default_value = "helpline"
    )]
    pub schema: String,
    /// Prefix of the names of Helpline's database roles, with the same value as for `migrate`
    #[arg(
        long,
        env = "HELPLINE_ROLE_PREFIX",
        value_name = "TEXT",
        default_value = "helpline_"
    )]
    pub role_prefix: String,
    /// Maximum connections of this instance to Postgres, including --writer-lanes; background jobs use up to 8 more
    #[arg(long, env = "HELPLINE_POOL_CONNECTIONS_MAX", value_name = "N", default_value_t = limits::POOL_CONNECTIONS_MAX)]
    pub pool_connections_max: usize,
    /// Maximum statements that append messages at the same time
    #[arg(long, env = "HELPLINE_WRITER_LANES", value_name = "N", default_value_t = limits::WRITER_LANES)]
    pub writer_lanes: usize,
    /// The settings of Redis.
    #[command(flatten)]
    pub redis: RedisSettings,
}

/// The settings of tokens and sign-in, as clap parsed them, before validation.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sign-in")]
pub struct AuthSettings {
    /// Secrets that verify HS256 tokens, at least 32 bytes each; give several while you rotate them
    #[arg(
        long = "jwt-secret",
        env = "HELPLINE_JWT_SECRET",
        value_name = "SECRET,…",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub jwt_secrets: Vec<Hidden>,
    /// Secrets that verify only HS256 tokens with this kid
    #[arg(
        long,
        env = "HELPLINE_JWT_SECRET_FOR_KID",
        value_name = "KID=SECRET,…",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub jwt_secret_for_kid: Vec<Hidden>,
    /// Address of the key set (JWKS) that verifies RS256, ES256 and EdDSA tokens; https, or http on this machine
    #[arg(long, env = "HELPLINE_JWKS_URL", value_name = "URL")]
    pub jwks_url: Option<JwksUrl>,
    /// Certificate authorities for --jwks-url in PEM form, in addition to those of the machine
    #[arg(long, env = "HELPLINE_JWKS_CA_FILE", value_name = "FILE")]
    pub jwks_ca_file: Option<PathBuf>,
    /// Required iss of a token [default: any]
    #[arg(long, env = "HELPLINE_JWT_ISSUER", value_name = "TEXT")]
    pub jwt_issuer: Option<String>,
    /// Audience that the aud of a token must contain
    #[arg(
        long,
        env = "HELPLINE_JWT_AUDIENCE",
        value_name = "TEXT",
        default_value = "authenticated"
    )]
    pub jwt_audience: String,
    /// The settings of sign-in through an OpenID provider.
    #[command(flatten)]
    pub oidc: OidcSettings,
}

/// Limits of the number of connections and of the rates of frames and requests.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitSettings {
    /// Maximum WebSocket connections of this instance
    #[arg(long, env = "HELPLINE_CONNECTIONS_MAX", value_name = "N", default_value_t = limits::CONNECTIONS_MAX, value_parser = at_least_one())]
    pub connections_max: u32,
    /// Maximum WebSocket connections of one user to this instance
    #[arg(long, env = "HELPLINE_CONNECTIONS_PER_USER_MAX", value_name = "N", default_value_t = limits::CONNECTIONS_PER_USER_MAX, value_parser = at_least_one())]
    pub connections_per_user_max: u32,
    /// Maximum connections from one address to this instance
    #[arg(long, env = "HELPLINE_CONNECTIONS_PER_ADDRESS_MAX", value_name = "N", default_value_t = limits::CONNECTIONS_PER_ADDRESS_MAX, value_parser = at_least_one())]
    pub connections_per_address_max: u32,
    /// Maximum tickets that one connection subscribes to
    #[arg(long, env = "HELPLINE_SUBSCRIPTIONS_MAX", value_name = "N", default_value_t = limits::SUBSCRIPTIONS_MAX as u32, value_parser = at_least_one())]
    pub subscriptions_max: u32,
    /// Sustained rate of one connection, in frames per second
    #[arg(long, env = "HELPLINE_FRAMES_PER_SECOND", value_name = "N", default_value_t = limits::FRAMES_PER_SECOND, value_parser = at_least_one())]
    pub frames_per_second: u32,
    /// Frames that one connection may send at once after a pause
    #[arg(long, env = "HELPLINE_FRAMES_BURST", value_name = "N", default_value_t = limits::FRAMES_BURST, value_parser = at_least_one())]
    pub frames_burst: u32,
    /// Rate limit of one user, across all connections to this instance, as a multiple of the limit
    /// of one connection
    #[arg(long, env = "HELPLINE_FRAMES_USER_FACTOR", value_name = "N", default_value_t = limits::FRAMES_USER_FACTOR, value_parser = at_least_one())]
    pub frames_user_factor: u32,
    /// Rate limit of one address on this instance, as a multiple of the limit of one connection
    #[arg(long, env = "HELPLINE_FRAMES_ADDRESS_FACTOR", value_name = "N", default_value_t = limits::FRAMES_ADDRESS_FACTOR, value_parser = at_least_one())]
    pub frames_address_factor: u32,
    /// Sustained rate of one user, in REST requests per second
    #[arg(long, env = "HELPLINE_REQUESTS_PER_SECOND", value_name = "N", default_value_t = limits::REQUESTS_PER_SECOND, value_parser = at_least_one())]
    pub requests_per_second: u32,
    /// REST requests that one user may send at once after a pause
    #[arg(long, env = "HELPLINE_REQUESTS_BURST", value_name = "N", default_value_t = limits::REQUESTS_BURST, value_parser = at_least_one())]
    pub requests_burst: u32,
    /// Interval of heartbeats on a WebSocket
    #[arg(long, env = "HELPLINE_HEARTBEAT_MS", value_name = "MS", default_value_t = limits::HEARTBEAT_INTERVAL_MS, value_parser = clap::value_parser!(u64).range(100..=60_000))]
    pub heartbeat_ms: u64,
    /// Maximum events that are replayed when a client reconnects; a client that missed more loads the ticket again
    #[arg(long, env = "HELPLINE_REPLAY_EVENTS_MAX", value_name = "N", default_value_t = limits::REPLAY_EVENTS_MAX)]
    pub replay_events_max: u64,
}

/// Settings of the log.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logs")]
pub struct LogSettings {
    /// Log filter, such as info or helpline_gateway=debug
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
    /// Which requests are logged, with method, route, status, duration and ids; never a path, a query or a token
    #[arg(long, env = "HELPLINE_LOG_REQUESTS", value_name = "WHICH", value_enum, default_value_t = RequestLog::None)]
    pub log_requests: RequestLog,
}

/// Which requests are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RequestLog {
    /// No request.
    None,
    /// Every request; for a WebSocket, its upgrade request.
    All,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object per line, for log collectors.
    Json,
}

/// The settings of `serve`, as clap parsed them, before validation.
#[derive(Debug, Clone, Args)]
pub struct ServeSettings {
    #[command(flatten)]
    listening: Listening,
    #[command(flatten)]
    backing: Backing,
    #[command(flatten)]
    auth: AuthSettings,
    #[command(flatten)]
    outgoing: OutgoingSettings,
    #[command(flatten)]
    files: FileSettings,
    #[command(flatten)]
    pages: Pages,
    #[command(flatten)]
    limits: LimitSettings,
    #[command(flatten)]
    log: LogSettings,
    /// Allow demo people to sign in by name; `helpline dev` passes this to the instances that it starts
    #[arg(long, hide = true)]
    dev_people: bool,
    /// Serve a WebSocket that echoes frames, for conformance tests; debug builds only
    #[arg(long, hide = true)]
    echo: bool,
    /// Name of the failpoint at which the process aborts, for tests; debug builds only
    #[arg(long, env = "HELPLINE_FAILPOINT", hide = true)]
    failpoint: Option<String>,
    /// Name of the promise to break, to prove that the history checker detects it; debug builds only
    #[arg(long, env = "HELPLINE_SABOTAGE", hide = true)]
    sabotage: Option<String>,
    /// Background work that records what it does, for tests of the engine; debug builds only
    #[arg(long, env = "HELPLINE_PROBE", hide = true)]
    probe: Option<Probe>,
}

impl ServeSettings {
    /// The value of `--worker-threads`, if set.
    pub const fn worker_threads(&self) -> Option<NonZero<usize>> {
        self.listening.worker_threads
    }
}

/// The validated settings of tokens and sign-in.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Secrets that verify HS256 tokens.
    pub secrets: Vec<TokenSecret>,
    /// Address of the key set (JWKS), which verifies tokens signed with a private key.
    pub jwks_url: Option<JwksUrl>,
    /// Certificate authorities for `jwks_url` in PEM form, in addition to those of the machine.
    pub jwks_ca: Option<Vec<u8>>,
    /// Required `iss` of a token. `None` accepts every issuer.
    pub issuer: Option<String>,
    /// The audience that a token's `aud` must contain.
    pub audience: String,
    /// Sign-in through an OpenID provider. `None` if it is not configured.
    pub oidc: Option<Oidc>,
}

/// Whether the demo people of `helpline dev` can sign in by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DevPeople {
    /// Demo people cannot sign in: the routes `/dev/…` do not exist.
    Absent,
    /// Demo people can sign in by name.
    Present,
}

/// Whether the route `/debug/echo` exists: a WebSocket that echoes frames, for conformance tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// The route `/debug/echo` does not exist.
    Absent,
    /// The route `/debug/echo` exists. Only debug builds have it.
    Present,
}

/// The validated settings of an instance.
#[derive(Debug, Clone)]
pub struct Config {
    /// Settings of the listeners, the trusted proxies, and the shutdown times.
    pub listening: Listening,
    /// The database and Redis.
    pub backing: Backing,
    /// Which tokens are accepted, and how people sign in.
    pub auth: Auth,
    /// The targets that requests to other services may reach.
    pub outgoing: OutgoingSettings,
    /// Where attachments are stored, and who scans them.
    pub files: Files,
    /// What the pages show, and which sites may embed them.
    pub pages: Pages,
    /// Limits of connections and rates.
    pub limits: LimitSettings,
    /// Settings of the log.
    pub log: LogSettings,
    /// Whether demo people can sign in by name.
    pub dev_people: DevPeople,
    /// Whether `/debug/echo` exists.
    pub echo: Echo,
    /// The failpoint (a named place in the code) at which a debug build aborts, for tests.
    pub failpoint: Option<String>,
    /// The promise of the protocol that a debug build breaks, to test that the history checker
    /// detects the fault.
    pub sabotage: Option<String>,
    /// Background work that a debug build does in addition, to test the engine.
    pub probe: Option<Probe>,
    /// Warnings for the operator about settings that are valid but probably wrong.
    pub warnings: Vec<String>,
}

impl LimitSettings {
    /// Frame rate limit of one connection.
    pub const fn frame_rate(&self) -> Rate {
        Rate {
            per_second: self.frames_per_second,
            burst: self.frames_burst,
        }
    }

    /// Frame rate limit of one user, across all connections to this instance.
    pub const fn user_frame_rate(&self) -> Rate {
        self.frame_rate().times(self.frames_user_factor)
    }

    /// Frame rate limit of one address, across all connections to this instance.
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

    /// The origins from the settings: first `--public-url`, then `--origins`.
    pub fn named_origins(&self) -> impl Iterator<Item = &Origin> {
        self.public_url.iter().chain(&self.origins)
    }

    /// Whether pages of `origin` may open WebSockets: an origin from the settings, or this instance's own address.
    pub fn allows_origin(&self, origin: &[u8]) -> bool {
        let listen = self.listen;
        let is = |own: String| own.into_bytes() == origin;
        self.named_origins()
            .any(|allowed| allowed.as_str().as_bytes() == origin)
            // An unspecified address such as 0.0.0.0 names no particular machine, so it is not an origin of this instance.
            || (!listen.ip().is_unspecified() && is(format!("http://{listen}")))
            || (listen.ip().is_loopback()
                && (is(format!("http://localhost:{}", listen.port()))
                    || is(format!("http://127.0.0.1:{}", listen.port()))))
    }
}

fn at_least_one() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}
