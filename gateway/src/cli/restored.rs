//! `helpline restored`: the operator tells Helpline that its database was restored.

use clap::Args;
use helpline_core::origin::Origin;
use helpline_persistence::operator;

use super::administrator::AdministratorSettings;
use super::error::CliError;
use crate::config::public_url;

/// Settings of `restored`.
#[derive(Debug, Args)]
pub struct RestoredSettings {
    #[command(flatten)]
    administrator: AdministratorSettings,
    /// This database is production: background work may deliver and delete again. Do not use it for a copy
    #[arg(long)]
    live: bool,
    /// The desk's public address, with the same value as for serve
    #[arg(long, env = "HELPLINE_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    public_url: Option<Origin>,
}

/// Records the restore, and confirms the database with `--live`.
pub async fn run(settings: RestoredSettings) -> Result<(), CliError> {
    let (url, names) = settings.administrator.checked()?;
    let address = settings.public_url.as_ref().map_or("", Origin::as_str);
    let live = settings.live.then_some(address);
    operator::restored(&url, &names, live).await?;
    println!("the restore is recorded: clients load their tickets again");
    if settings.live {
        println!("this database is confirmed as production");
    } else {
        println!(
            "nothing is delivered or deleted by background work until this database is confirmed as production"
        );
    }
    Ok(())
}
