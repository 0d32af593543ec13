//! `helpline token`: signs a token like the tokens that the operator's platform issues, for
//! development and scripts, or explains why a token is refused.

use chrono::Utc;
use clap::Args;
use helpline_core::token_subject::TokenSubject;
use serde_json::json;

use super::error::CliError;
use crate::auth::{self, Verifier};
use crate::config::{AuthSettings, ConfigError, Hidden, TokenSecret, checked_auth};

/// Settings of `token`.
#[derive(Debug, Args)]
pub struct TokenSettings {
    #[command(flatten)]
    auth: AuthSettings,
    /// The person (sub): a UUID, or their identifier at --jwt-issuer
    #[arg(
        long,
        help_heading = "The token",
        value_name = "SUBJECT",
        required_unless_present = "explain"
    )]
    sub: Option<String>,
    /// Email address of the person
    #[arg(long, help_heading = "The token", value_name = "ADDRESS")]
    email: Option<String>,
    /// Display name of the person
    #[arg(long, help_heading = "The token", value_name = "TEXT")]
    name: Option<String>,
    /// Lifetime of the token, in seconds
    #[arg(long, help_heading = "The token", value_name = "S", default_value_t = 3_600, value_parser = clap::value_parser!(i64).range(1..=31_536_000))]
    ttl_s: i64,
    /// Do not sign a token. Print whether `serve` with these settings would accept this token, and if not, why
    #[arg(
        long,
        help_heading = "The token",
        value_name = "JWT",
        conflicts_with = "sub"
    )]
    explain: Option<Hidden>,
}

pub async fn run(settings: TokenSettings) -> Result<(), CliError> {
    if let Some(token) = &settings.explain {
        return explain(token.expose().trim(), settings.auth).await;
    }
    let sub = settings
        .sub
        .ok_or_else(|| ConfigError::new("--sub", "is needed"))?;
    let issuer = settings.auth.jwt_issuer.as_deref().unwrap_or_default();
    let subject = TokenSubject::parse(issuer, &sub)
        .map_err(|why| ConfigError::new("--sub, --jwt-issuer", why.to_string()))?;
    let secret = settings
        .auth
        .jwt_secrets
        .first()
        .ok_or_else(|| ConfigError::new("--jwt-secret", "is needed"))?;
    let secret = TokenSecret::plain(secret)?;
    let mut claims = auth::claims_of(
        &subject,
        &settings.auth.jwt_audience,
        Utc::now().timestamp() + settings.ttl_s,
    );
    if let Some(email) = &settings.email {
        claims.insert("email".into(), json!(email));
    }
    if let Some(name) = &settings.name {
        claims.insert("user_metadata".into(), json!({"full_name": name}));
    }
    if let Some(issuer) = &settings.auth.jwt_issuer {
        claims.insert("iss".into(), json!(issuer));
    }
    println!("{}", auth::sign(&secret, &claims)?);
    Ok(())
}

/// Prints the header and the claims of a token, without its signature, and whether `serve` would accept it.
async fn explain(token: &str, settings: AuthSettings) -> Result<(), CliError> {
    let auth = checked_auth(settings)?;
    let (header, claims) = auth::parts_of(token);
    for (name, part) in [("header", header), ("claims", claims)] {
        match part {
            Some(part) => println!("{name}: {part}"),
            None => println!("{name}: cannot be read"),
        }
    }
    match Verifier::new(&auth).verify(token).await {
        Ok(verified) => {
            let end = verified.expires_at;
            match verified.identity.subject {
                TokenSubject::Person(person) => println!("good: speaks for {person} until {end}"),
                TokenSubject::Issued(issued) => println!(
                    "good: speaks for {} of the issuer {:?} until {end}; after the first sign-in, the table `people_subjects` has the person's id",
                    issued.subject(),
                    issued.issuer()
                ),
            }
            Ok(())
        }
        Err(fault) => Err(CliError::Token(fault.sentence())),
    }
}
