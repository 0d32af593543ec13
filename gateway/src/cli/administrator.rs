//! The settings with which a command connects to the database as an administrator.

use clap::Args;
use helpline_persistence::Names;

use super::error::CliError;
use crate::config::{
    ConfigError, Hidden, Plaintext, PlaintextSettings, checked_database, trimmed_warning, variable,
};

/// How a command reaches the database.
#[derive(Debug, Args)]
pub struct AdministratorSettings {
    /// Address of Postgres, with a role that owns the database; for migrate, one that may create roles
    #[arg(
        long,
        env = "HELPLINE_ADMIN_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        default_value = "",
        hide_default_value = true
    )]
    admin_database_url: Hidden,
    #[command(flatten)]
    plaintext: PlaintextSettings,
    /// Schema of Helpline's tables; several installations in one database each need their own schema and --role-prefix
    #[arg(
        long,
        env = "HELPLINE_SCHEMA",
        value_name = "NAME",
        default_value = "helpline"
    )]
    schema: String,
    /// Prefix of the names of Helpline's roles (owner, service, customer, staff). All databases of a Postgres server share its roles
    #[arg(
        long,
        env = "HELPLINE_ROLE_PREFIX",
        value_name = "TEXT",
        default_value = "helpline_"
    )]
    role_prefix: String,
}

impl AdministratorSettings {
    /// Checks the settings, and prints warnings about them. Returns the database's address and the
    /// names of the installation.
    pub fn checked(&self) -> Result<(String, Names), CliError> {
        let database = checked_database(
            "--admin-database-url",
            &self.admin_database_url,
            &self.plaintext.allowed,
            variable,
        )?;
        let trimmed = trimmed_warning("--admin-database-url", &self.admin_database_url);
        for warning in [database.warning.clone(), trimmed].into_iter().flatten() {
            eprintln!("warning: {warning}");
        }
        let names = Names::new(&self.schema, &self.role_prefix)
            .map_err(|why| ConfigError::new("--schema, --role-prefix", why))?;
        Ok((database.url.expose().to_owned(), names))
    }

    /// The servers that may be used without TLS.
    pub fn plaintext(&self) -> &[Plaintext] {
        &self.plaintext.allowed
    }

    /// Checks the address of another database, and prints warnings about it. The variables of libpq
    /// are those of Helpline's database, so they do not complete it.
    pub fn checked_other(
        &self,
        setting: &'static str,
        given: &Hidden,
    ) -> Result<String, ConfigError> {
        let database = checked_database(setting, given, &self.plaintext.allowed, |_| None)?;
        let trimmed = trimmed_warning(setting, given);
        for warning in [database.warning.clone(), trimmed].into_iter().flatten() {
            eprintln!("warning: {warning}");
        }
        Ok(database.url.expose().to_owned())
    }
}
