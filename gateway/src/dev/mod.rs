//! `helpline dev`: the whole desk on one machine, with nothing installed but Postgres.
//!
//! A private cluster under the data directory, demo people who sign in by name, and gateways as processes of their own, each started
//! exactly as `serve` starts one. All of them end with this process, however it ends.

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
    /// Where everything is kept; remove it to start over
    #[arg(
        long,
        env = "HELPLINE_DATA",
        value_name = "DIR",
        default_value = ".helpline"
    )]
    data: PathBuf,
    /// Redis that joins the instances; without it, one is started when there are several
    #[arg(
        long,
        env = "HELPLINE_REDIS_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    redis: Option<Hidden>,
    /// Gateways, each a process of its own on a port of its own, from the first one upward
    #[arg(long, env = "HELPLINE_INSTANCES", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    instances: u16,
    /// Sites of the platform, exactly as browsers write them in Origin: their pages may show the widget, the support page and the console
    #[arg(
        long,
        env = "HELPLINE_SITES",
        value_name = "ORIGIN,…",
        value_delimiter = ','
    )]
    sites: Vec<Origin>,
    /// Directory of the built web client, instead of the one built in
    #[arg(long, env = "HELPLINE_ASSETS_DIR", value_name = "DIR")]
    assets_dir: Option<PathBuf>,
}

/// Starts everything, tells how to sign in, waits for the wish to end, and leaves nothing running.
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
    // Cancel-safe in what matters: parts that were started are owned, and end when they are dropped.
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
        "Everything is down. The data stays in {}.",
        settings.data.display()
    );
    Ok(())
}

/// All that runs. Dropped in this order, so that no process loses what it depends on first.
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
                "The data is of a former build, whose tables this one does not read. It is kept in {}.",
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
    ];
    // The demo page of each instance may show the widget of any.
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

/// Database, migrations, the runtime role's password of this run, the demo people's roles.
async fn prepare(postgres: &Postgres, runtime_password: &str) -> Result<(), DevError> {
    match postgres.create_database(DATABASE, None).await {
        Ok(()) => {}
        // 42P04, duplicate_database: the one of an earlier run.
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

/// The addresses of all instances, each looked at: a busy port is better named now than after a minute of waiting.
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

/// The instances' own pages may connect to any of them, and so may the platform's.
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
    println!("\nHelpline is up.\n");
    for address in addresses {
        println!("  support page  http://{address}/support");
        println!("  console       http://{address}/admin/support");
        println!("  widget        http://{address}/demo (a demo site with the widget in it)");
    }
    println!("  REST          http://{}/docs\n", addresses[0]);
    println!("Sign in by picking one of:");
    for person in people::ALL {
        println!(
            "  {:<18} {:<14} {}",
            person.name,
            person.role.map_or("customer", |role| role.as_str()),
            person.id
        );
    }
    println!(
        "\nA token for scripts: curl -s -H 'content-type: application/json' -d '{{\"user\":\"Ada\"}}' http://{}/dev/token",
        addresses[0]
    );
    if !settings.listen.ip().is_loopback() {
        println!(
            "Careful: anyone who can reach {} can sign in as any demo person.",
            settings.listen
        );
    }
    if stack.redis.is_some() {
        println!("The instances are joined by a Redis of their own.");
    }
    println!(
        "Logs and data: {}. Ctrl-C stops everything.",
        settings.data.display()
    );
}
