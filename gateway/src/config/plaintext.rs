//! Permission to connect to servers without TLS.

use clap::Args;

/// A kind of server that may be used without TLS although it is on another machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Plaintext {
    /// The database
    Postgres,
    /// Redis, which relays events between instances
    Redis,
    /// The S3 service that stores attachments
    S3,
    /// The scanner of attachments
    Scanner,
}

/// The setting that permits connections to servers without TLS.
#[derive(Debug, Clone, Default, Args)]
pub struct PlaintextSettings {
    /// Servers on other machines that may be used without TLS; passwords, messages and files are then readable on the network
    #[arg(
        long = "allow-plaintext",
        env = "HELPLINE_ALLOW_PLAINTEXT",
        value_name = "SERVER,…",
        value_delimiter = ',',
        value_enum
    )]
    pub allowed: Vec<Plaintext>,
}
