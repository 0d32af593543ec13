//! `helpline token`: a token like the platform's, for development and scripts.

use chrono::Utc;
use clap::Args;
use helpline_core::ids::UserId;
use serde_json::json;

use super::CliError;
use crate::auth;
use crate::config::{ConfigError, Hidden, TokenSecret};

/// Settings of `token`.
#[derive(Debug, Args)]
pub struct TokenSettings {
    /// The secret that serve was given; of several, the first
    #[arg(
        long,
        env = "HELPLINE_JWT_SECRET",
        value_name = "SECRET",
        value_delimiter = ',',
        hide_env_values = true
    )]
    jwt_secret: Vec<Hidden>,
    /// What serve expects of aud
    #[arg(
        long,
        env = "HELPLINE_JWT_AUDIENCE",
        value_name = "TEXT",
        default_value = "authenticated"
    )]
    jwt_audience: String,
    /// What serve expects of iss
    #[arg(long, env = "HELPLINE_JWT_ISSUER", value_name = "TEXT")]
    jwt_issuer: Option<String>,
    /// The person: a UUID
    #[arg(long, value_name = "USER_ID")]
    sub: UserId,
    /// Their address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Their display name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// How long the token is good
    #[arg(long, value_name = "S", default_value_t = 3_600, value_parser = clap::value_parser!(i64).range(1..=31_536_000))]
    ttl_s: i64,
}

pub fn run(settings: &TokenSettings) -> Result<(), CliError> {
    let secret = settings
        .jwt_secret
        .first()
        .ok_or_else(|| ConfigError::new("--jwt-secret", "is needed"))?;
    let secret = TokenSecret::plain(secret)?;
    let mut claims = auth::claims_of(
        settings.sub,
        &settings.jwt_audience,
        Utc::now().timestamp() + settings.ttl_s,
    );
    if let Some(email) = &settings.email {
        claims.insert("email".into(), json!(email));
    }
    if let Some(name) = &settings.name {
        claims.insert("user_metadata".into(), json!({"full_name": name}));
    }
    if let Some(issuer) = &settings.jwt_issuer {
        claims.insert("iss".into(), json!(issuer));
    }
    println!("{}", auth::sign(&secret, &claims)?);
    Ok(())
}
