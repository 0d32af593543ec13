//! The permission to do without TLS.

use clap::Args;

/// What may be spoken to in clear text though it is on another machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Plaintext {
    /// The database.
    Postgres,
    /// The relay.
    Redis,
}

/// The permission to do without TLS.
#[derive(Debug, Clone, Default, Args)]
pub struct PlaintextSettings {
    /// Servers on other machines that may be spoken to without TLS: passwords and messages are then readable on the way
    #[arg(
        long = "allow-plaintext",
        env = "HELPLINE_ALLOW_PLAINTEXT",
        value_name = "SERVER,…",
        value_delimiter = ',',
        value_enum
    )]
    pub allowed: Vec<Plaintext>,
}
