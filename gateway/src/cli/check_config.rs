//! `helpline check-config`: validates all settings as `serve` does before it connects to any
//! service. With `--connect`, it also connects to every service that `serve` needs.

use std::time::Duration;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command};
use helpline_core::limits;
use helpline_persistence::connect;
use helpline_persistence::{Names, Settings, Store, StoreError, migrate, roles};

use super::error::CliError;
use crate::auth::Verifier;
use crate::config::{Config, ConfigError, PoolerMode, ServeSettings};
use crate::integrations::blobs::Blobs;
use crate::integrations::oidc::Provider;
use crate::integrations::scanner::Scanner;
use crate::runtime::errors::chain;
use crate::runtime::redis_source::RedisSource;
use crate::runtime::redis_topology::of_master;
use crate::server::NO_ADMIN;

/// Maximum difference between the clocks of the database and of this machine, in seconds. With a
/// larger difference, new tokens can be refused and expired tokens accepted.
const CLOCKS_APART_S_MAX: f64 = 2.0;

/// Settings of `check-config`.
#[derive(Debug, Args)]
pub struct CheckSettings {
    #[command(flatten)]
    serve: ServeSettings,
    /// Also connect to the database, Redis, the key set, the OpenID provider, the store of attachments and the scanner; check the database role and migrations; compare the clocks
    #[arg(long)]
    connect: bool,
}

/// Prints every setting with its source, then the warnings. Fails if a setting is invalid, or with `--connect` if a connection fails.
pub async fn run(
    settings: CheckSettings,
    lines: Vec<String>,
    unknown: &[String],
) -> Result<(), CliError> {
    let config = Config::try_from(settings.serve)?;
    for line in lines {
        println!("{line}");
    }
    for warning in &config.warnings {
        println!("warning: {warning}");
    }
    for name in unknown {
        println!("warning: {name} is set, but no setting has this name");
    }
    if settings.connect && !try_everything(&config).await? {
        return Err(CliError::NotConnected);
    }
    println!("serve could start with these settings");
    Ok(())
}

/// Formats the settings: one line `NAME=value (default | environment | file | command line)` for
/// every setting that has a value. A last line has the names of the settings without a value. The
/// value of a secret is printed as `(hidden)`.
pub fn lines(command: &Command, matches: &ArgMatches) -> Vec<String> {
    let (mut lines, mut unset) = (Vec::new(), Vec::new());
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let Some(name) = arg.get_env() else {
            continue;
        };
        let name = name.to_string_lossy().into_owned();
        match shown_value(arg, matches) {
            Some(value) => lines.push(format!("{name}={value}")),
            None => unset.push(name),
        }
    }
    lines.push(format!("not set: {}", unset.join(", ")));
    lines
}

/// The value of a setting and its source. `None` if the setting has no value.
fn shown_value(arg: &Arg, matches: &ArgMatches) -> Option<String> {
    let id = arg.get_id().as_str();
    let values = matches.get_raw(id)?.map(|value| value.to_string_lossy());
    let value = values.collect::<Vec<_>>().join(",");
    let value = match arg.is_hide_env_values_set() {
        _ if value.is_empty() => return None,
        true => "(hidden)".to_owned(),
        false => value,
    };
    let source = match matches.value_source(id)? {
        ValueSource::DefaultValue if arg.is_hide_env_values_set() => "file",
        ValueSource::DefaultValue => "default",
        ValueSource::EnvVariable => "environment",
        _ => "command line",
    };
    Some(format!("{value} ({source})"))
}

/// Tries every connection even after one has failed, so that one run reports all faults. Returns
/// whether all connections work.
async fn try_everything(config: &Config) -> Result<bool, CliError> {
    let tried = [
        ("database", in_time(try_database(config)).await),
        ("Redis", try_redis(config).await?),
        ("key set", try_key_set(config).await),
        ("OpenID provider", try_provider(config).await),
        ("attachments", try_blobs(config).await),
        ("scanner", try_scanner(config).await),
    ];
    let mut works = true;
    for (what, outcome) in tried {
        match outcome {
            Ok(said) => println!("{what}: {said}"),
            Err(why) => {
                works = false;
                println!("{what}: FAILED: {why}");
            }
        }
    }
    Ok(works)
}

/// Limits a check to the statement timeout. A server that accepts the connection but never answers
/// counts as a failure.
async fn in_time(trying: impl Future<Output = Result<String, String>>) -> Result<String, String> {
    let limit = Duration::from_millis(limits::STATEMENT_TIMEOUT_MS);
    tokio::time::timeout(limit, trying)
        .await
        .unwrap_or_else(|_| Err("does not answer".into()))
}

async fn try_database(config: &Config) -> Result<String, String> {
    let said = |error: StoreError| chain(&error);
    let url = config.backing.database_url.expose().to_owned();
    let probe = connect::probe(&url).await.map_err(said)?;
    if probe.is_standby {
        return Err("it is a standby, which takes no writes".into());
    }
    let names = Names::new(&config.backing.schema, &config.backing.role_prefix)?;
    let settings = Settings {
        url,
        // A pooler is detected by comparing two connections.
        connections_max: 2,
        pooler: config.backing.pooler.into(),
    };
    let store = Store::connect_to(settings, names).await.map_err(said)?;
    if !migrate::is_current(&store).await.map_err(said)? {
        return Err("migrations are missing: run `helpline migrate`".into());
    }
    let apart = probe.clock_ahead_s;
    if apart.abs() > CLOCKS_APART_S_MAX {
        return Err(format!(
            "its clock and this machine's are {apart:.0} s apart"
        ));
    }
    if !roles::has_admin(&store).await.map_err(said)? {
        println!("warning: {NO_ADMIN}");
    }
    let each = config.backing.pool_connections_max + limits::OWN_CONNECTIONS_MAX;
    let room = usize::try_from(probe.connections_max).unwrap_or_default();
    // Behind a transaction pooler, the connection limit of the pooler applies, so the number of
    // connections that an instance needs is not compared with the limit of the Postgres server.
    let is_shared = config.backing.pooler == PoolerMode::Transaction;
    if room < each && !is_shared {
        return Err(format!(
            "an instance needs {each} connections (--pool-connections-max and {} for jobs), the server has {room}",
            limits::OWN_CONNECTIONS_MAX
        ));
    }
    let way = if probe.is_encrypted {
        "encrypted"
    } else {
        "in clear text"
    };
    let connections = if is_shared {
        "the pooler's own limit applies".to_owned()
    } else {
        format!(
            "{room} on the server: enough for {} instances if nothing else uses the server and no pooler has a lower limit",
            room / each
        )
    };
    Ok(format!(
        "Postgres {}, {way}, migrated; {each} connections per instance, {connections}",
        probe.version,
    ))
}

async fn try_redis(config: &Config) -> Result<Result<String, String>, ConfigError> {
    let backing = &config.backing;
    let Some(servers) = backing.redis.servers(&backing.plaintext.allowed)? else {
        return Ok(Ok("none; right for a single instance".into()));
    };
    let source = RedisSource::new(servers);
    let asking = async {
        if !source.is_sharded() {
            ping(&source.client().await?).await?;
            return Ok::<_, redis::RedisError>("answers".to_owned());
        }
        let topology = source.topology().await?;
        let masters = topology.masters();
        let pings = masters.iter().map(async |master| {
            ping(master)
                .await
                .map_err(|fault| of_master(master, &fault))
        });
        futures_util::future::try_join_all(pings).await?;
        Ok(format!("{} masters of a cluster answer", masters.len()))
    };
    let limit = Duration::from_millis(limits::POOL_WAIT_MS);
    let answer = match tokio::time::timeout(limit, asking).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Ok(Err(chain(&error))),
        Err(_) => return Ok(Err("does not answer".into())),
    };
    // `serve` uses the first Redis node that answers, so without this check a fault of another
    // Redis node would stay hidden until a failover.
    let nodes = source.listed_nodes().await;
    let faults = futures_util::future::join_all(nodes.iter().map(node_fault)).await;
    let faults: Vec<_> = faults.into_iter().flatten().collect();
    Ok(Ok(if faults.is_empty() {
        answer
    } else {
        format!("{answer}, but some nodes do not: {}", faults.join("; "))
    }))
}

/// The fault of a Redis node, prefixed with its address. `None` if the node answers.
async fn node_fault(node: &redis::Client) -> Option<String> {
    let limit = Duration::from_millis(limits::POOL_WAIT_MS);
    let why = match tokio::time::timeout(limit, ping(node)).await {
        Ok(Ok(())) => return None,
        Ok(Err(error)) => chain(&error),
        Err(_) => "does not answer".into(),
    };
    Some(format!("{}: {why}", node.get_connection_info().addr()))
}

async fn ping(client: &redis::Client) -> redis::RedisResult<()> {
    let mut connection = client.get_multiplexed_async_connection().await?;
    redis::cmd("PING")
        .query_async::<String>(&mut connection)
        .await
        .map(drop)
}

async fn try_key_set(config: &Config) -> Result<String, String> {
    match Verifier::new(&config.auth).fetched_keys().await {
        None if config.auth.secrets.is_empty() => Ok("none".into()),
        None => Ok("none; tokens are checked by secrets".into()),
        Some(Ok(0)) => Err("it has no usable key (RS256, ES256 or EdDSA, with a kid)".into()),
        Some(Ok(keys)) => Ok(format!("{keys} usable keys")),
        Some(Err(why)) => Err(why),
    }
}

async fn try_provider(config: &Config) -> Result<String, String> {
    let (Some(oidc), Some(public)) = (&config.auth.oidc, &config.listening.public_url) else {
        return Ok("none; tokens are the platform's".into());
    };
    let provider = Provider::new(oidc.clone(), public);
    let [redirect, signed_out] = provider.registered();
    let register = format!("register {redirect} there as redirect address");
    let found = provider
        .look()
        .await
        .map_err(|fault| format!("{}; {register}", chain(&fault)))?;
    let sign_out = if found.signs_out {
        format!(", and {signed_out} as address after signing out")
    } else {
        ", which has no address to sign out at".to_owned()
    };
    Ok(format!(
        "{} usable keys, people are sent to {}; {register}{sign_out}",
        found.keys, found.authorization
    ))
}

async fn try_blobs(config: &Config) -> Result<String, String> {
    let Some(blobs) = &config.files.blobs else {
        return Ok("none; no files can be attached".into());
    };
    let blobs = Blobs::open(blobs).await.map_err(|fault| chain(&fault))?;
    blobs.look().await.map_err(|fault| chain(&fault))?;
    Ok(blobs.name())
}

async fn try_scanner(config: &Config) -> Result<String, String> {
    let Some(scanner) = Scanner::from_config(config.files.scanner.as_ref()) else {
        return Ok("none; files are not scanned".into());
    };
    let version = scanner.version().await.map_err(|fault| chain(&fault))?;
    let largest = config.files.upload_bytes_max;
    scanner
        .takes(largest)
        .await
        .map_err(|fault| chain(&fault))?;
    Ok(format!("{version}; it takes files of {largest} bytes"))
}
