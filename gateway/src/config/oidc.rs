//! Settings of sign-in through an OpenID provider: the provider, and the secrets that sign the
//! cookies of sign-in sessions.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use helpline_core::limits;

use super::error::ConfigError;
use super::values::{Hidden, SECRET_BYTES_MIN, https_or_here, pem_file};

/// The settings of sign-in through an OpenID provider, as clap parsed them, before validation.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sign-in by an OpenID provider")]
pub struct OidcSettings {
    /// Issuer of the OpenID provider at which people sign in on the desk's own pages, exactly as its /.well-known/openid-configuration names
    /// it; https, or http on this machine. Requires a public URL, a client id and a secret key
    #[arg(long, env = "HELPLINE_OIDC_ISSUER", value_name = "URL")]
    pub oidc_issuer: Option<Issuer>,
    /// Client id with which the desk is registered at the provider
    #[arg(long, env = "HELPLINE_OIDC_CLIENT_ID", value_name = "TEXT")]
    pub oidc_client_id: Option<String>,
    /// Client secret of the desk at the provider [default: none: a public client, protected by PKCE]
    #[arg(
        long,
        env = "HELPLINE_OIDC_CLIENT_SECRET",
        value_name = "SECRET",
        hide_env_values = true
    )]
    pub oidc_client_secret: Option<Hidden>,
    /// Scopes to request from the provider, separated by spaces
    #[arg(
        long,
        env = "HELPLINE_OIDC_SCOPES",
        value_name = "SCOPE …",
        default_value = "openid email profile"
    )]
    pub oidc_scopes: String,
    /// Certificate authorities for the provider in PEM form, in addition to those of the machine
    #[arg(long, env = "HELPLINE_OIDC_CA_FILE", value_name = "FILE")]
    pub oidc_ca_file: Option<PathBuf>,
    /// Secrets that sign sessions, at least 32 bytes each, the same on every instance. The first one signs new sessions, all of them verify;
    /// give several while you rotate them. Removing a secret ends the sessions that it signed
    #[arg(
        long = "secret-key",
        env = "HELPLINE_SECRET_KEY",
        value_name = "SECRET,…",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub secret_keys: Vec<Hidden>,
    /// Time for which a person stays signed in, in hours
    #[arg(long, env = "HELPLINE_SESSION_HOURS", value_name = "HOURS", default_value_t = limits::SESSION_HOURS,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::SESSION_HOURS_MAX)))]
    pub session_hours: u32,
}

/// The validated settings of the OpenID provider and of the desk's sign-in sessions.
#[derive(Debug, Clone)]
pub struct Oidc {
    /// The issuer of the OpenID provider.
    pub issuer: Issuer,
    /// The desk's client id at the provider.
    pub client_id: String,
    /// The desk's client secret at the provider. `None` for a public client.
    pub client_secret: Option<Hidden>,
    /// Scopes to request from the provider, always including `openid`.
    pub scopes: Vec<String>,
    /// Certificate authorities for the provider in PEM form, in addition to those of the machine.
    pub ca: Option<Vec<u8>>,
    /// Secrets that sign the cookies of sign-in sessions. The first secret signs new sessions;
    /// every secret verifies.
    pub secret_keys: Vec<Hidden>,
    /// How long a person stays signed in, in hours.
    pub session_hours: u32,
}

/// A provider's issuer: an `https` URL, or `http` on this machine. It is compared byte by byte with the issuer in the provider's
/// discovery document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    /// The URL, exactly as the operator wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Issuer {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        https_or_here(text)?;
        if text.len() > limits::TOKEN_ISSUER_BYTES_MAX {
            return Err("is too long");
        }
        if text.contains(['?', '#']) {
            return Err("must not have a query or a fragment");
        }
        if text.ends_with("/.well-known/openid-configuration") {
            return Err("must be the issuer, without /.well-known/openid-configuration");
        }
        Ok(Self(text.to_owned()))
    }
}

/// Validates the settings of sign-in through an OpenID provider. Returns `None` if no provider is
/// set.
///
/// # Errors
/// A setting that the provider requires is missing, or a setting is invalid.
pub(super) fn checked_oidc(settings: OidcSettings) -> Result<Option<Oidc>, ConfigError> {
    let OidcSettings {
        oidc_issuer,
        oidc_client_id,
        oidc_client_secret,
        oidc_scopes,
        oidc_ca_file,
        secret_keys,
        session_hours,
    } = settings;
    if secret_keys
        .iter()
        .any(|key| key.expose().len() < SECRET_BYTES_MIN)
    {
        return Err(ConfigError::new(
            "--secret-key",
            format!("must have at least {SECRET_BYTES_MIN} bytes"),
        ));
    }
    let Some(issuer) = oidc_issuer else {
        return if oidc_client_id.is_some() || oidc_client_secret.is_some() {
            Err(ConfigError::new(
                "--oidc-issuer",
                "is needed by --oidc-client-id",
            ))
        } else {
            Ok(None)
        };
    };
    let client_id = oidc_client_id
        .filter(|id| !id.is_empty())
        .ok_or_else(|| ConfigError::new("--oidc-client-id", "is needed by --oidc-issuer"))?;
    if secret_keys.is_empty() {
        return Err(ConfigError::new(
            "--secret-key",
            "is needed by --oidc-issuer: it signs the sessions (32 random bytes, for instance `openssl rand -base64 32`)",
        ));
    }
    let scopes: Vec<_> = oidc_scopes.split_whitespace().map(str::to_owned).collect();
    if !scopes.iter().any(|scope| scope == "openid") {
        return Err(ConfigError::new("--oidc-scopes", "must contain openid"));
    }
    let ca = match &oidc_ca_file {
        Some(path) => Some(pem_file("--oidc-ca-file", path)?),
        None => None,
    };
    Ok(Some(Oidc {
        issuer,
        client_id,
        client_secret: oidc_client_secret.filter(|secret| !secret.expose().is_empty()),
        scopes,
        ca,
        secret_keys,
        session_hours,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_spoken_to_encrypted_and_are_no_document() {
        for good in [
            "https://id.example",
            "https://id.example/realms/desk",
            "https://id.example/",
            "http://127.0.0.1:3000",
            "http://localhost/realm",
        ] {
            assert!(good.parse::<Issuer>().is_ok(), "{good}");
        }
        for bad in [
            "http://id.example",
            "id.example",
            "https://u:p@id.example",
            "https://id.example/?a=b",
            "https://id.example/.well-known/openid-configuration",
            "",
        ] {
            assert!(bad.parse::<Issuer>().is_err(), "{bad}");
        }
    }

    fn settings() -> OidcSettings {
        OidcSettings {
            oidc_issuer: Some("https://id.example".parse().expect("an issuer")),
            oidc_client_id: Some("desk".into()),
            oidc_client_secret: None,
            oidc_scopes: "openid email profile".into(),
            oidc_ca_file: None,
            secret_keys: vec![Hidden::from("k".repeat(SECRET_BYTES_MIN))],
            session_hours: limits::SESSION_HOURS,
        }
    }

    #[test]
    fn what_a_provider_needs_is_asked_for_by_name() {
        let fault = |settings| {
            checked_oidc(settings)
                .expect_err("cannot be used")
                .to_string()
        };
        assert!(checked_oidc(settings()).expect("can be used").is_some());
        for (spoil, named) in [
            (
                (|s| s.oidc_client_id = None) as fn(&mut OidcSettings),
                "HELPLINE_OIDC_CLIENT_ID",
            ),
            (|s| s.secret_keys.clear(), "HELPLINE_SECRET_KEY"),
            (
                |s| s.secret_keys.push(Hidden::from("short")),
                "HELPLINE_SECRET_KEY",
            ),
            (|s| s.oidc_scopes = "email".into(), "HELPLINE_OIDC_SCOPES"),
            (|s| s.oidc_issuer = None, "HELPLINE_OIDC_ISSUER"),
            (
                |s| s.oidc_ca_file = Some("/nowhere".into()),
                "HELPLINE_OIDC_CA_FILE",
            ),
        ] {
            let mut spoilt = settings();
            spoil(&mut spoilt);
            let said = fault(spoilt);
            assert!(said.contains(named), "{said}");
        }
    }
}
