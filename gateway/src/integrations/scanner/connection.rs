//! A connection to clamd.

use std::time::Duration;

use helpline_core::limits;
pub(super) use tokio::io::WriteHalf;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::config::ScannerAddress;

/// Both kinds of sockets.
pub(super) trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

pub(super) type Connection = Box<dyn Socket>;

/// Connects within the time limit. The error says why not.
pub(super) async fn open(address: &ScannerAddress) -> Result<Connection, String> {
    let limit = Duration::from_millis(limits::SCAN_CONNECT_TIMEOUT_MS);
    match tokio::time::timeout(limit, connect(address)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(format!("the scanner cannot be reached: {error}")),
        Err(_) => Err("the scanner cannot be reached: connecting took too long".to_owned()),
    }
}

async fn connect(address: &ScannerAddress) -> std::io::Result<Connection> {
    match address {
        ScannerAddress::Tcp { host, port } => {
            let stream = tokio::net::TcpStream::connect((host.as_str(), *port)).await?;
            Ok(Box::new(stream))
        }
        #[cfg(unix)]
        ScannerAddress::Unix(path) => Ok(Box::new(tokio::net::UnixStream::connect(path).await?)),
        #[cfg(not(unix))]
        ScannerAddress::Unix(_) => Err(std::io::ErrorKind::Unsupported.into()),
    }
}
