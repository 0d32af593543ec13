//! Errors of `helpline dev`.

use std::net::SocketAddr;
use std::path::PathBuf;

use helpline_persistence::StoreError;
use helpline_rig::RigError;

/// Why `helpline dev` failed.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// Another process listens on the address.
    #[error("{address} is in use: choose another address with --listen")]
    Busy {
        /// The address that another process uses.
        address: SocketAddr,
        /// The error of the operating system.
        #[source]
        source: std::io::Error,
    },
    /// Another `helpline dev` uses the same data directory.
    #[error("another helpline dev uses {}: stop it, or choose another directory with --data", data.display())]
    Taken {
        /// The data directory.
        data: PathBuf,
    },
    /// A file in the data directory cannot be used.
    #[error("{path} cannot be used")]
    Data {
        /// The file or directory that cannot be used.
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        source: std::io::Error,
    },
    /// Postgres, Redis or an instance did not start.
    #[error(transparent)]
    Rig(#[from] RigError),
    /// The database could not be set up.
    #[error("setting up the database")]
    Database(#[from] StoreError),
    /// Signals cannot be handled, or the path of this program is not known.
    #[error("{0}")]
    Start(&'static str),
}
