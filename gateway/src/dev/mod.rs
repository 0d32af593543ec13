//! `helpline dev`: a complete desk on one machine. Only Postgres must be installed.
//!
//! Starts a private Postgres cluster in the data directory, and instances as separate processes
//! that run `helpline serve`. Demo people can sign in by name. All processes end when
//! `helpline dev` ends, even if it is killed.

mod demo;
mod error;
mod gateways;
mod keep;
pub mod people;
pub mod routes;

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use clap::Args;
use helpline_persistence::{StoreError, bootstrap, migrate};
use helpline_rig::{Postgres, Redis, RigError};

use crate::config::{Hidden, LogFormat, LogSettings, Origin, RequestLog};
use crate::runtime::{signals, telemetry};
pub use error::DevError;
use gateways::Gateways;

const DATABASE: &str = "helpline";

/// Settings of `dev`.
#[derive(Debug, Args)]
pub struct DevSettings {
    /// Address and port of the first instance
    #[arg(
        long,
        env = "HELPLINE_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,
    /// Directory for all data and logs; delete it to start over
    #[arg(
        long,
        env = "HELPLINE_DATA",
        value_name = "DIR",
        default_value = ".helpline"
    )]
    data: PathBuf,
    /// Address of Redis [default: a Redis is started if there are several instances]
    #[arg(
        long,
        env = "HELPLINE_REDIS_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    redis: Option<Hidden>,
    /// Number of instances, each a separate process; they use consecutive ports from that of --listen
    #[arg(long, env = "HELPLINE_INSTANCES", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    instances: u16,
    /// Origins of your platform, exactly as browsers send them in Origin; their pages may embed the widget, the support page and the console
    #[arg(
        long,
        env = "HELPLINE_SITES",
        value_name = "ORIGIN,…",
        value_delimiter = ','
    )]
    sites: Vec<Origin>,
    /// Directory of the built web client [default: the client in the binary]
    #[arg(long, env = "HELPLINE_ASSETS_DIR", value_name = "DIR")]
    assets_dir: Option<PathBuf>,
}

/// Starts all processes, prints how to sign in, waits for a stop request, and stops all processes.
pub async fn run(settings: DevSettings) -> Result<(), DevError> {
    telemetry::install_logs(&LogSettings {
        log: "warn".to_owned(),
        log_format: LogFormat::Text,
        log_requests: RequestLog::None,
    });
    let mut stop =
        signals::stop_requests().map_err(|_| DevError::Start("signals cannot be handled"))?;
    let addresses = free_addresses(settings.listen, settings.instances)?;
    let _claim = keep::claim(&settings.data)?;
    let secret = keep::secret(&settings.data)?;
    // Cancel-safe: each started process belongs to a Rust value, and ends when that value is
    // dropped.
    let stack = tokio::select! {
        stack = start(&settings, &addresses, &secret) => stack?,
        () = stop.next() => return Ok(()),
    };
    greet(&addresses, &settings, &stack);
    stack.gateways.keep_up(&mut stop).await;
    println!("\nStopping …");
    stack.gateways.stop().await;
    if let Some(redis) = &stack.redis {
        redis.stop().await?;
    }
    stack.postgres.stop().await?;
    println!(
        "Everything has stopped. The data is kept in {}.",
        settings.data.display()
    );
    Ok(())
}

/// All running processes. Rust drops fields in order, so each process ends before the processes
/// that it depends on.
struct DevStack {
    gateways: Gateways,
    redis: Option<Redis>,
    postgres: Postgres,
}

async fn start(
    settings: &DevSettings,
    addresses: &[SocketAddr],
    secret: &str,
) -> Result<DevStack, DevError> {
    println!("Starting Postgres …");
    let mut postgres = Postgres::start_in(&settings.data).await?;
    let runtime_password = keep::random_word();
    match prepare(&postgres, &runtime_password).await {
        Err(DevError::Database(StoreError::FormerLayout)) => {
            postgres.stop().await?;
            drop(postgres);
            let aside = keep::set_aside(&settings.data)?;
            println!(
                "The data was written by an earlier build, and this build cannot read its tables. Moved it to {}; starting with new data.",
                aside.display()
            );
            postgres = Postgres::start_in(&settings.data).await?;
            prepare(&postgres, &runtime_password).await?;
        }
        prepared => prepared?,
    }
    let database_url = postgres.url_for("helpline_service", &runtime_password, DATABASE);
    demo::fill(&database_url).await?;
    let redis = match (&settings.redis, settings.instances) {
        (None, 2..) => Some(Redis::start_new().await?),
        (Some(_), _) | (None, _) => None,
    };
    let redis_url = settings
        .redis
        .as_ref()
        .map(|url| url.expose().to_owned())
        .or_else(|| redis.as_ref().map(Redis::url));
    let origins = origins(addresses, &settings.sites);
    let mut env = vec![
        ("HELPLINE_DATABASE_URL", database_url),
        ("HELPLINE_JWT_SECRET", secret.to_owned()),
        ("HELPLINE_ORIGINS", origins.clone()),
        // All instances of `helpline dev` are on this machine, and share the directory.
        (
            "HELPLINE_BLOBS_DIR",
            settings.data.join("attachments").display().to_string(),
        ),
        ("HELPLINE_BLOBS_SHARED", "true".to_owned()),
        ("HELPLINE_FILE_LINK_SECRET", keep::random_word()),
    ];
    // The demo page of each instance may embed the widget of every instance.
    env.push(("HELPLINE_WIDGET_SITES", origins));
    env.extend(redis_url.map(|url| ("HELPLINE_REDIS_URL", url)));
    env.extend(
        settings
            .assets_dir
            .as_ref()
            .map(|dir| ("HELPLINE_ASSETS_DIR", dir.display().to_string())),
    );
    let gateways = Gateways::start(addresses, &settings.data, &env).await?;
    Ok(DevStack {
        gateways,
        redis,
        postgres,
    })
}

/// Creates the database, applies migrations, and grants the roles of the demo people. Sets a
/// password for the runtime role that is valid for this run.
async fn prepare(postgres: &Postgres, runtime_password: &str) -> Result<(), DevError> {
    match postgres.create_database(DATABASE, None).await {
        Ok(()) => {}
        // 42P04 (duplicate_database): a previous run of `helpline dev` created the database.
        Err(RigError::Postgres { source, .. })
            if source.code().is_some_and(|state| state.code() == "42P04") => {}
        Err(error) => return Err(error.into()),
    }
    let admin_url = postgres.admin_url(DATABASE);
    let applied = migrate::migrate(&admin_url).await?;
    if !applied.is_empty() {
        println!("Applied {} migrations.", applied.len());
    }
    migrate::set_runtime_password(&admin_url, runtime_password).await?;
    let roles: Vec<_> = people::ALL
        .iter()
        .filter_map(|person| Some((person.id, person.role?)))
        .collect();
    bootstrap::grant(&admin_url, &roles).await?;
    Ok(())
}

/// The addresses of all instances. Checks that each port is free, because an occupied port would
/// otherwise be reported only after the start times out.
fn free_addresses(first: SocketAddr, instances: u16) -> Result<Vec<SocketAddr>, DevError> {
    let address = |n| {
        SocketAddr::new(
            first.ip(),
            if first.port() == 0 {
                helpline_rig::free_port()
            } else {
                first.port().saturating_add(n)
            },
        )
    };
    let free = |address| {
        TcpListener::bind(address)
            .map(|_| address)
            .map_err(|source| DevError::Busy { address, source })
    };
    (0..instances).map(address).map(free).collect()
}

/// The origins whose pages may connect to every instance: the origins of all instances, and
/// `sites`.
fn origins(addresses: &[SocketAddr], sites: &[Origin]) -> String {
    let names = |address: &SocketAddr| {
        [
            format!("http://{address}"),
            format!("http://localhost:{}", address.port()),
        ]
    };
    let own = addresses
        .iter()
        .flat_map(names)
        .filter(|origin| !origin.ends_with(":80"));
    own.chain(sites.iter().map(|site| site.as_str().to_owned()))
        .collect::<Vec<_>>()
        .join(",")
}

fn greet(addresses: &[SocketAddr], settings: &DevSettings, stack: &DevStack) {
    println!("\nHelpline is running.\n");
    for address in addresses {
        println!("  support page  http://{address}/support");
        println!("  console       http://{address}/admin/support");
        println!("  widget        http://{address}/demo (a demo page that embeds the widget)");
    }
    println!("  REST API      http://{}/docs\n", addresses[0]);
    println!("Sign in as one of these demo people:");
    for person in people::ALL {
        println!(
            "  {:<18} {:<14} {}",
            person.name,
            person.role.map_or("customer", |role| role.as_str()),
            person.id
        );
    }
    println!(
        "\nTo get a token for scripts: curl -s -H 'content-type: application/json' -d '{{\"user\":\"Ada\"}}' http://{}/dev/token",
        addresses[0]
    );
    if !settings.listen.ip().is_loopback() {
        println!(
            "Warning: anyone who can reach {} can sign in as any demo person.",
            settings.listen
        );
    }
    if stack.redis.is_some() {
        println!("The instances are connected by their own Redis.");
    }
    println!(
        "Logs and data: {}. Ctrl-C stops everything.",
        settings.data.display()
    );
}
