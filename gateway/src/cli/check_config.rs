//! `helpline check-config`: everything that `serve` checks before it connects to anything.

use super::CliError;
use crate::config::{Config, ServeSettings};

pub fn run(settings: ServeSettings) -> Result<(), CliError> {
    let config = Config::try_from(settings)?;
    println!("{config:#?}");
    for name in super::unknown_variables() {
        println!("{name} is set, but no setting has this name");
    }
    println!("serve could start with these settings");
    Ok(())
}
