//! What keeps the embedded desk from starting.

use std::net::SocketAddr;
use std::path::PathBuf;

use helpline_persistence::StoreError;
use helpline_rig::RigError;

/// Why the embedded desk does not start.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// Another process listens there.
    #[error("{address} is not free: choose another one with --listen")]
    Busy {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another one runs on the same data.
    #[error("another helpline dev runs on {}: end it, or choose another directory with --data", data.display())]
    Taken {
        /// Which directory.
        data: PathBuf,
    },
    /// The data directory cannot be used.
    #[error("{path} cannot be used")]
    Data {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A part did not start.
    #[error(transparent)]
    Rig(#[from] RigError),
    /// The database could not be set up.
    #[error("setting up the database")]
    Database(#[from] StoreError),
    /// A gateway cannot be started.
    #[error("{0}")]
    Start(&'static str),
}
