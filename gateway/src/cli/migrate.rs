//! `helpline migrate`: creates or updates the database schema. An administrator runs it before
//! instances of a new version start.

use clap::Args;
use helpline_core::actor::StaffRole;
use helpline_core::token_subject::TokenSubject;
use helpline_persistence::migrate::{Choices, NamesFrom, Plan, PlatformApi, StaffFrom};
use helpline_persistence::{Names, bootstrap, migrate};

use super::administrator::AdministratorSettings;
use super::error::CliError;
use crate::config::{ConfigError, Hidden, Issuer, trimmed_warning};

/// Settings of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateSettings {
    #[command(flatten)]
    administrator: AdministratorSettings,
    /// Create the schema helpline_api (--schema with _api), with which your platform's own pages and PostgREST read and write tickets,
    /// for the role of your platform's signed-in users (Supabase: authenticated); off drops it again. Without this option, nothing changes
    #[arg(
        long,
        env = "HELPLINE_PLATFORM_API",
        value_name = "ROLE",
        value_parser = PlatformApi::parse,
        conflicts_with = "roles_only"
    )]
    platform_api: Option<PlatformApi>,
    /// Take the roles from your platform: a query of its tables that returns user_id and role (admin or support_agent), and that the instances
    /// repeat every second; off lets admins manage roles again. Without this option, nothing changes
    #[arg(
        long,
        env = "HELPLINE_STAFF_FROM",
        value_name = "SQL",
        value_parser = StaffFrom::parse,
        conflicts_with = "roles_only"
    )]
    staff_from: Option<StaffFrom>,
    /// Take names and addresses from your platform: a query of its tables that returns user_id, name and email, and in which the instances
    /// look up the people who have signed in; off takes them from tokens again. Without this option, nothing changes
    #[arg(
        long,
        env = "HELPLINE_NAMES_FROM",
        value_name = "SQL",
        value_parser = NamesFrom::parse,
        conflicts_with = "roles_only"
    )]
    names_from: Option<NamesFrom>,
    /// Create the roles and nothing else: for a database whose owner may not create roles
    #[arg(long)]
    roles_only: bool,
    /// Password to set for the runtime role (helpline_service), with which instances connect
    #[arg(
        long,
        env = "HELPLINE_RUNTIME_PASSWORD",
        value_name = "PASSWORD",
        hide_env_values = true
    )]
    runtime_password: Option<Hidden>,
    /// Make this person an admin, given by the sub of their token. Needed once on a new installation
    #[arg(long, env = "HELPLINE_FIRST_ADMIN", value_name = "SUBJECT")]
    first_admin: Option<String>,
    /// Make this person an admin, given by their sub at the OpenID provider; requires --oidc-issuer
    #[arg(
        long,
        env = "HELPLINE_FIRST_ADMIN_OIDC",
        value_name = "SUBJECT",
        conflicts_with = "first_admin"
    )]
    first_admin_oidc: Option<String>,
    /// Issuer of the OpenID provider, with the same value as for serve
    #[arg(long, env = "HELPLINE_OIDC_ISSUER", value_name = "URL")]
    oidc_issuer: Option<Issuer>,
    /// The iss of the first admin's token. Required with --first-admin if its sub is not a UUID (""
    /// if the token has no iss)
    #[arg(long, env = "HELPLINE_JWT_ISSUER", value_name = "TEXT")]
    jwt_issuer: Option<String>,
}

pub async fn run(settings: MigrateSettings) -> Result<(), CliError> {
    let first_admin = first_admin(&settings)?;
    let password = settings.runtime_password.as_ref();
    let (url, names) = settings.administrator.checked()?;
    let url = url.as_str();
    if let Some(warning) =
        password.and_then(|password| trimmed_warning("--runtime-password", password))
    {
        eprintln!("warning: {warning}");
    }
    if settings.runtime_password.is_some() {
        migrate::may_set_runtime_password(url, &names).await?;
    }
    if settings.roles_only {
        migrate::make_roles(url, &names).await?;
        println!("the roles exist");
    } else {
        let choices = Choices {
            platform_api: settings.platform_api.clone(),
            staff_from: settings.staff_from.clone(),
            names_from: settings.names_from.clone(),
        };
        apply(url, &names, &choices).await?;
    }
    if let Some(password) = &settings.runtime_password {
        migrate::set_runtime_password_of(url, &names, password.expose()).await?;
        println!("{} may sign in", names.service());
    }
    if let Some(subject) = first_admin {
        let user = bootstrap::person_of(url, &names, &subject).await?;
        bootstrap::grant_in(url, &names, &[(user, StaffRole::Admin)]).await?;
        println!("{user} is an admin");
    }
    Ok(())
}

/// The person that `--first-admin` or `--first-admin-oidc` names. `None` if neither is set.
fn first_admin(settings: &MigrateSettings) -> Result<Option<TokenSubject>, ConfigError> {
    if let Some(sub) = &settings.first_admin_oidc {
        return of_provider(settings, sub).map(Some);
    }
    let Some(sub) = &settings.first_admin else {
        return Ok(None);
    };
    let issuer = settings.jwt_issuer.as_deref();
    let subject = TokenSubject::parse(issuer.unwrap_or_default(), sub)
        .map_err(|why| ConfigError::new("--first-admin, --jwt-issuer", why.to_string()))?;
    if subject.issued().is_some() && issuer.is_none() {
        return Err(ConfigError::new(
            "--jwt-issuer",
            "is needed beside a --first-admin that is no UUID: the iss of their token (--jwt-issuer '' when it has none)",
        ));
    }
    Ok(Some(subject))
}

/// The person with this `sub` at the OpenID provider, as the desk's own tokens identify them.
fn of_provider(settings: &MigrateSettings, sub: &str) -> Result<TokenSubject, ConfigError> {
    let issuer = settings
        .oidc_issuer
        .as_ref()
        .ok_or_else(|| ConfigError::new("--oidc-issuer", "is needed beside --first-admin-oidc"))?;
    let is_platforms = settings.jwt_issuer.as_deref() == Some(issuer.as_str());
    let parse = if is_platforms {
        TokenSubject::parse
    } else {
        TokenSubject::of_provider
    };
    parse(issuer.as_str(), sub)
        .map_err(|why| ConfigError::new("--first-admin-oidc", why.to_string()))
}

async fn apply(url: &str, names: &Names, choices: &Choices) -> Result<(), CliError> {
    let applied = migrate::apply_with(url, names, &Plan::embedded(), choices).await?;
    for name in &applied {
        println!("applied {name}");
    }
    if applied.is_empty() {
        println!("up to date");
    }
    if let Some(StaffFrom::Query(_)) = &choices.staff_from {
        println!(
            "roles come from your platform, and the console only shows them; set HELPLINE_ROLES_MANAGED_AT for serve, so that it links to where they are managed"
        );
    }
    Ok(())
}
