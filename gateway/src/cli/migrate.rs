//! `helpline migrate`: by an administrator, before the new version serves.

use clap::Args;
use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use helpline_persistence::{bootstrap, migrate};

use super::CliError;
use crate::config::{ConfigError, Hidden};

/// Settings of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateSettings {
    /// Postgres, as a role that may create roles and owns the database
    #[arg(long, env = "HELPLINE_ADMIN_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    admin_database_url: Hidden,
    /// Lets the runtime role helpline_service sign in with this password
    #[arg(long, env = "HELPLINE_RUNTIME_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    runtime_password: Option<Hidden>,
    /// Make this person (the sub of their token) an admin: a new desk needs its first one
    #[arg(long, env = "HELPLINE_FIRST_ADMIN", value_name = "USER_ID")]
    first_admin: Option<UserId>,
}

pub async fn run(settings: MigrateSettings) -> Result<(), CliError> {
    let url = settings.admin_database_url.expose();
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return Err(ConfigError::new("--admin-database-url", "must begin with postgres://").into());
    }
    let applied = migrate::migrate(url).await?;
    for name in &applied {
        println!("applied {name}");
    }
    if applied.is_empty() {
        println!("up to date");
    }
    if let Some(password) = &settings.runtime_password {
        migrate::set_runtime_password(url, password.expose()).await?;
        println!("helpline_service may sign in");
    }
    if let Some(user) = settings.first_admin {
        bootstrap::grant(url, &[(user, StaffRole::Admin)]).await?;
        println!("{user} is an admin");
    }
    Ok(())
}
