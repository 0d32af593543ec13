//! The address of the database: completed from the variables of libpq (`PGHOST`, …) and checked for TLS.

use helpline_persistence::connect;
use helpline_persistence::{Address, AddressError, Pooler, TlsMode};

use super::error::ConfigError;
use super::plaintext::Plaintext;
use super::values::Hidden;

/// How a connection pooler in front of the database assigns server sessions to its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PoolerMode {
    /// No pooler, or a session for as long as the client is connected
    Session,
    /// A session for one transaction: no state is kept between transactions, and every statement is parsed and planned again
    Transaction,
}

impl From<PoolerMode> for Pooler {
    fn from(mode: PoolerMode) -> Self {
        match mode {
            PoolerMode::Session => Self::Session,
            PoolerMode::Transaction => Self::Transaction,
        }
    }
}

/// The validated address of the database.
#[derive(Debug)]
pub struct Database {
    /// The address of the database, completed from the variables of libpq.
    pub url: Hidden,
    /// A warning about the database's address, to log for the operator.
    pub warning: Option<String>,
}

/// Completes the address `given` from the variables of libpq and validates it. If `given` is empty,
/// the address is built from those variables only.
///
/// # Errors
/// An error for `setting`, in these cases: the address is missing; it is invalid; or it is on
/// another machine without TLS, and `allowed` does not contain Postgres.
pub fn checked(
    setting: &'static str,
    given: &Hidden,
    allowed: &[Plaintext],
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Database, ConfigError> {
    let fault = |error: AddressError| ConfigError::new(setting, error.to_string());
    let may_be_plain = allowed.contains(&Plaintext::Postgres);
    let by_default = may_be_plain.then_some(("sslmode", "prefer"));
    let url = connect::completed(given.expose(), variable, by_default).map_err(fault)?;
    let address: Address = url.parse().map_err(fault)?;
    let warning = match (address.remote_host(), address.mode()) {
        (Some(host), TlsMode::Disable | TlsMode::Prefer) if !may_be_plain => {
            return Err(ConfigError::new(
                setting,
                format!(
                    "{host} is another machine, and this sslmode lets passwords and messages travel in clear text: use \
                     sslmode=verify-full, or say --allow-plaintext postgres"
                ),
            ));
        }
        (Some(host), TlsMode::Require) => Some(format!(
            "the connection to {host} is encrypted, but the server's certificate is not checked: use sslmode=verify-full"
        )),
        _ => None,
    };
    Ok(Database {
        url: url.into(),
        warning,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, allowed: &[Plaintext], set: &[(&str, &str)]) -> Result<Database, String> {
        let variable = |name: &str| {
            let of = |(one, value): &(&str, &str)| (*one == name).then(|| (*value).to_owned());
            set.iter().find_map(of)
        };
        checked("--database-url", &Hidden::from(url), allowed, variable)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn clear_text_to_another_machine_is_refused_unless_it_is_allowed() {
        for url in [
            "postgres://u@db.example/d?sslmode=disable",
            "postgres://u@db.example/d?sslmode=prefer",
            "postgres://u@127.0.0.1,db.example/d?sslmode=prefer",
            "postgres://u@localhost/d?hostaddr=10.0.0.9&sslmode=disable",
        ] {
            let error = check(url, &[], &[]).expect_err(url);
            assert!(
                error.contains("--allow-plaintext postgres"),
                "{url}: {error}"
            );
            check(url, &[Plaintext::Postgres], &[]).expect(url);
        }
        for url in [
            "postgres://u@127.0.0.1/d?sslmode=disable",
            "postgres://u@%2Ftmp/d",
        ] {
            assert_eq!(check(url, &[], &[]).expect(url).warning, None, "{url}");
        }
        let unchecked = check("postgres://u@db.example/d", &[], &[]).expect("encrypted");
        assert!(
            unchecked
                .warning
                .expect("a warning")
                .contains("verify-full")
        );
        let plain = check("postgres://u@db/d", &[Plaintext::Postgres], &[]).expect("allowed");
        assert_eq!(plain.url.expose(), "postgres://u@db/d?sslmode=prefer");
    }

    #[test]
    fn no_host_is_said_to_be_missing() {
        for set in [&[][..], &[("PGUSER", "someone")]] {
            let error = check("", &[], set).expect_err("no host");
            assert!(error.contains("names no host"), "{error}");
        }
        let url = check("", &[], &[("PGHOST", "localhost")])
            .expect("a host")
            .url;
        assert_eq!(url.expose(), "postgres:///?host=localhost");
    }
}
