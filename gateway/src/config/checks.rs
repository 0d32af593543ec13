//! Settings that contradict each other or cannot be used are refused by name, before anything starts.

use helpline_core::limits;
use helpline_persistence::Names;
use tracing_subscriber::filter::EnvFilter;

use super::{
    Auth, AuthSettings, Backing, Config, ConfigError, DevPeople, Echo, Hidden, LimitSettings,
    ServeSettings, TokenSecret,
};

impl TryFrom<ServeSettings> for Config {
    type Error = ConfigError;

    fn try_from(settings: ServeSettings) -> Result<Self, ConfigError> {
        let ServeSettings {
            listening,
            backing,
            auth,
            pages,
            limits,
            log,
            dev_people,
            echo,
            failpoint,
            sabotage,
        } = settings;
        let auth = checked_auth(auth)?;
        check_backing(&backing)?;
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
        if sabotage.is_some() && !cfg!(debug_assertions) {
            return Err(ConfigError::new(
                "--sabotage",
                "only available in debug builds",
            ));
        }
        if echo && !cfg!(debug_assertions) {
            return Err(ConfigError::new("--echo", "only available in debug builds"));
        }
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
            pages,
            limits,
            log,
            dev_people,
            echo,
            failpoint,
            sabotage,
        })
    }
}

fn checked_auth(settings: AuthSettings) -> Result<Auth, ConfigError> {
    let plain = settings.jwt_secrets.iter().map(TokenSecret::plain);
    let named = settings
        .jwt_secret_for_kid
        .iter()
        .map(TokenSecret::with_kid);
    let secrets = plain.chain(named).collect::<Result<Vec<_>, _>>()?;
    if secrets.is_empty() && settings.jwks_url.is_none() {
        return Err(ConfigError::new(
            "--jwt-secret",
            "no one could sign in: set it, or --jwks-url",
        ));
    }
    if settings.jwt_audience.is_empty() {
        return Err(ConfigError::new("--jwt-audience", "must not be empty"));
    }
    Ok(Auth {
        secrets,
        jwks_url: settings.jwks_url,
        issuer: settings.jwt_issuer,
        audience: settings.jwt_audience,
    })
}

fn check_backing(backing: &Backing) -> Result<(), ConfigError> {
    let url = backing.database_url.expose();
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return Err(ConfigError::new(
            "--database-url",
            "must begin with postgres://",
        ));
    }
    Names::new(&backing.schema, &backing.role_prefix)
        .map_err(|why| ConfigError::new("--schema, --role-prefix", why))?;
    let redis = backing.redis_url.as_ref().map(Hidden::expose);
    if redis.is_some_and(|url| !url.starts_with("redis://")) {
        return Err(ConfigError::new("--redis-url", "must begin with redis://"));
    }
    if backing
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
    Ok(())
}

/// Braces would move the hash tag of a channel's name; white space would be hard to see.
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
