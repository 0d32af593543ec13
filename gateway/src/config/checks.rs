//! Checks the settings of `serve` before anything starts. An error names the setting that is
//! invalid or contradicts another setting.

use axum::http::Uri;
use helpline_core::limits;
use helpline_persistence::Names;
use helpline_persistence::connect::is_this_machine;
use tracing_subscriber::filter::EnvFilter;

use super::files::checked_files;
use super::oidc::checked_oidc;
use super::values::{pem_file, trimmed_warning};
use super::{
    Auth, AuthSettings, Backing, Config, ConfigError, DevPeople, Echo, LimitSettings, Listening,
    MetricsPlace, Origin, Pages, ServeSettings, TokenSecret, checked_database, variable,
};

impl TryFrom<ServeSettings> for Config {
    type Error = ConfigError;

    fn try_from(settings: ServeSettings) -> Result<Self, ConfigError> {
        let ServeSettings {
            listening,
            mut backing,
            auth,
            outgoing,
            files,
            pages,
            limits,
            log,
            dev_people,
            echo,
            failpoint,
            sabotage,
            probe,
        } = settings;
        let mut warnings = trimmed(&backing, &auth);
        warnings.extend(files.trimmed_warnings());
        if !dev_people {
            warnings.extend(open_ends(&listening, &pages, &auth).map(str::to_owned));
        }
        let sessions = auth.oidc.secret_keys.clone();
        let auth = checked_auth(auth)?;
        if auth.oidc.is_some() && listening.public_url.is_none() {
            return Err(ConfigError::new(
                "--public-url",
                "is needed by --oidc-issuer: the provider sends people back to it",
            ));
        }
        warnings.extend(check_backing(&mut backing)?);
        let has_relay = backing.redis.redis_url.is_some();
        let files = checked_files(files, &backing.plaintext.allowed, has_relay, &sessions)?;
        check_limits(&limits)?;
        if listening.bye_spread_ms >= listening.drain_timeout_ms {
            return Err(ConfigError::new(
                "--bye-spread-ms",
                "must be less than --drain-timeout-ms",
            ));
        }
        pages.check()?;
        if EnvFilter::try_new(&log.log).is_err() {
            return Err(ConfigError::new(
                "--log",
                "is not a filter such as info or helpline_gateway=debug",
            ));
        }
        if dev_people && !cfg!(feature = "dev") {
            return Err(ConfigError::new(
                "--dev-people",
                "this build has no demo people",
            ));
        }
        let dev_people = if dev_people {
            DevPeople::Present
        } else {
            DevPeople::Absent
        };
        if dev_people == DevPeople::Present && auth.secrets.is_empty() {
            return Err(ConfigError::new(
                "--jwt-secret",
                "--dev-people signs tokens and needs one",
            ));
        }
        check_build("--sabotage", sabotage.is_some())?;
        check_build("--probe", probe.is_some())?;
        check_build("--echo", echo)?;
        let echo = if echo { Echo::Present } else { Echo::Absent };
        if listening
            .assets_dir
            .as_ref()
            .is_some_and(|dir| !dir.is_dir())
        {
            return Err(ConfigError::new("--assets-dir", "is not a directory"));
        }
        Ok(Self {
            listening,
            backing,
            auth,
            outgoing,
            files,
            pages,
            limits,
            log,
            dev_people,
            echo,
            failpoint,
            sabotage,
            probe,
            warnings,
        })
    }
}

/// Refuses a setting that only debug builds have.
fn check_build(setting: &'static str, is_set: bool) -> Result<(), ConfigError> {
    if is_set && !cfg!(debug_assertions) {
        return Err(ConfigError::new(setting, "only available in debug builds"));
    }
    Ok(())
}

/// Warnings about valid settings that make the desk unusable or insecure.
fn open_ends(
    listening: &Listening,
    pages: &Pages,
    auth: &AuthSettings,
) -> impl Iterator<Item = &'static str> {
    let is_public = !listening.listen.ip().is_loopback();
    let is_behind_proxy = is_public || !listening.trusted_proxies.is_empty();
    let has_provider = auth.oidc.oidc_issuer.is_some();
    let public = listening.public_url.as_ref().map(Origin::as_str);
    let is_in_clear = public.is_some_and(|url| {
        url.starts_with("http://")
            && !url
                .parse::<Uri>()
                .is_ok_and(|uri| uri.host().is_some_and(is_this_machine))
    });
    let ends = [
        (
            pages.token_url.is_none() && !has_provider,
            "neither --token-url nor --oidc-issuer is set: no one can sign in on the desk's own pages (/support, /admin/support); your pages that \
             pass getToken are not affected",
        ),
        (
            pages.token_url.is_some() && has_provider,
            "--token-url and --oidc-issuer are both set: the pages get their tokens from --token-url and do not offer sign-in by the provider",
        ),
        (
            !has_provider && !auth.oidc.secret_keys.is_empty(),
            "--secret-key is set but not used: --oidc-issuer is not set",
        ),
        (
            is_behind_proxy && listening.public_url.is_none() && listening.origins.is_empty(),
            "--public-url is not set: behind a proxy, browsers cannot connect unless the address that they use is set as --public-url or in --origins",
        ),
        (
            has_provider && is_in_clear,
            "--public-url is http: anyone on the network path can read sessions and messages",
        ),
        (
            is_public && listening.metrics_place() == MetricsPlace::BesidePages,
            "--metrics-listen is the same address as --listen: everyone who can reach the pages can read /metrics",
        ),
    ];
    ends.into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, words)| words)
}

/// Warnings about secrets whose trailing white space was removed. The white space usually comes
/// from a file or a terminal.
fn trimmed(backing: &Backing, auth: &AuthSettings) -> Vec<String> {
    let of_database = [("--database-url", &backing.database_url)];
    let of_redis = backing
        .redis
        .redis_url
        .iter()
        .map(|url| ("--redis-url", url));
    let of_sentinels = backing
        .redis
        .redis_sentinel_password
        .iter()
        .map(|password| ("--redis-sentinel-password", password));
    let plain = auth
        .jwt_secrets
        .iter()
        .map(|secret| ("--jwt-secret", secret));
    let named = auth
        .jwt_secret_for_kid
        .iter()
        .map(|pair| ("--jwt-secret-for-kid", pair));
    let of_client = auth
        .oidc
        .oidc_client_secret
        .iter()
        .map(|secret| ("--oidc-client-secret", secret));
    let of_sessions = auth
        .oidc
        .secret_keys
        .iter()
        .map(|secret| ("--secret-key", secret));
    let all = of_database
        .into_iter()
        .chain(of_redis)
        .chain(of_sentinels)
        .chain(plain)
        .chain(named)
        .chain(of_client)
        .chain(of_sessions);
    all.filter_map(|(setting, secret)| trimmed_warning(setting, secret))
        .collect()
}

/// Validates the settings of sign-in.
///
/// # Errors
/// A secret, a file, an issuer or an audience is invalid, or none of `--jwt-secret`, `--jwks-url`
/// and `--oidc-issuer` is set.
pub fn checked_auth(settings: AuthSettings) -> Result<Auth, ConfigError> {
    let plain = settings.jwt_secrets.iter().map(TokenSecret::plain);
    let named = settings
        .jwt_secret_for_kid
        .iter()
        .map(TokenSecret::with_kid);
    let secrets = plain.chain(named).collect::<Result<Vec<_>, _>>()?;
    let oidc = checked_oidc(settings.oidc)?;
    if secrets.is_empty() && settings.jwks_url.is_none() && oidc.is_none() {
        return Err(ConfigError::new(
            "--jwt-secret",
            "no one could sign in: set it, or --jwks-url, or --oidc-issuer",
        ));
    }
    if settings.jwt_audience.is_empty() {
        return Err(ConfigError::new("--jwt-audience", "must not be empty"));
    }
    if let Some(issuer) = &settings.jwt_issuer {
        checked_issuer(issuer)?;
    }
    let jwks_ca = match &settings.jwks_ca_file {
        Some(path) => Some(pem_file("--jwks-ca-file", path)?),
        None => None,
    };
    Ok(Auth {
        secrets,
        jwks_url: settings.jwks_url,
        jwks_ca,
        issuer: settings.jwt_issuer,
        audience: settings.jwt_audience,
        oidc,
    })
}

/// Validates `--jwt-issuer`.
///
/// # Errors
/// The issuer is longer than [`limits::TOKEN_ISSUER_BYTES_MAX`] or contains control characters.
fn checked_issuer(issuer: &str) -> Result<(), ConfigError> {
    let is_line = !issuer.chars().any(char::is_control);
    if is_line && issuer.len() <= limits::TOKEN_ISSUER_BYTES_MAX {
        return Ok(());
    }
    let rule = format!(
        "must have at most {} bytes and no control characters",
        limits::TOKEN_ISSUER_BYTES_MAX
    );
    Err(ConfigError::new("--jwt-issuer", rule))
}

/// Validates the settings of the database and Redis, and completes `database_url` from the
/// variables of libpq. Returns a warning about the database's address, if there is one.
fn check_backing(backing: &mut Backing) -> Result<Option<String>, ConfigError> {
    let allowed = &backing.plaintext.allowed;
    let database = checked_database("--database-url", &backing.database_url, allowed, variable)?;
    backing.redis.servers(allowed)?;
    backing.database_url = database.url;
    Names::new(&backing.schema, &backing.role_prefix)
        .map_err(|why| ConfigError::new("--schema, --role-prefix", why))?;
    if backing
        .redis
        .redis_prefix
        .as_deref()
        .is_some_and(|prefix| !is_channel_prefix(prefix))
    {
        let rule = format!(
            "must have 1 to {} characters out of letters, digits, . _ -",
            limits::REDIS_PREFIX_CHARS_MAX
        );
        return Err(ConfigError::new("--redis-prefix", rule));
    }
    if backing.writer_lanes == 0 || backing.writer_lanes > 64 {
        return Err(ConfigError::new("--writer-lanes", "must be from 1 to 64"));
    }
    if backing.pool_connections_max <= backing.writer_lanes {
        return Err(ConfigError::new(
            "--pool-connections-max",
            "must be more than --writer-lanes: reads need connections too",
        ));
    }
    Ok(database.warning)
}

/// Whether `prefix` is a valid prefix of Redis channel names. Braces are refused, because a Redis
/// Cluster hashes only the text between them. White space is refused, because it is hard to see.
fn is_channel_prefix(prefix: &str) -> bool {
    (1..=limits::REDIS_PREFIX_CHARS_MAX).contains(&prefix.len())
        && prefix
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn check_limits(limits: &LimitSettings) -> Result<(), ConfigError> {
    if limits.frames_burst < limits.frames_per_second {
        return Err(ConfigError::new(
            "--frames-burst",
            "must not be less than --frames-per-second",
        ));
    }
    if limits.requests_burst < limits.requests_per_second {
        return Err(ConfigError::new(
            "--requests-burst",
            "must not be less than --requests-per-second",
        ));
    }
    Ok(())
}
