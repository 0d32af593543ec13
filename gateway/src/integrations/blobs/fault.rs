//! Errors of the store of attachments.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use helpline_core::limits;
use object_store::client::HttpError;

/// Name of the file that marks a store as the desk's.
pub const MARK: &str = "helpline-store";

/// Why an operation on the store failed.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The key is empty, too long, or contains other characters than letters, digits, `-`, `_`, `.` and `/`.
    #[error("{0:?} is not a key of the store")]
    Key(String),
    /// The directory of the store cannot be created, read or written.
    #[error("the directory {} cannot be used", .path.display())]
    LocalDirectory {
        /// The directory.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The settings of the S3 service cannot be used.
    #[error("the settings of the S3 service cannot be used: {0}")]
    Settings(String),
    /// The disk is full, or a quota or the maximum file size is reached.
    #[error("no space is left for {doing}")]
    Full {
        /// The operation.
        doing: &'static str,
        /// The cause.
        #[source]
        source: Box<object_store::Error>,
    },
    /// The store has no mark (the file [`MARK`]): it is not this desk's, or a directory whose disk is not mounted.
    #[error(
        "the store has no file {}: it is another one than before, or its disk is not mounted; `helpline blobs accept` takes it for the desk's store",
        MARK
    )]
    Unmarked,
    /// The operation took longer than its time limit.
    #[error("{0} took too long")]
    TimedOut(&'static str),
    /// The operation failed for another reason.
    #[error("{doing} failed")]
    Store {
        /// The operation.
        doing: &'static str,
        /// The cause.
        #[source]
        source: Box<object_store::Error>,
    },
}

impl BlobError {
    /// Whether the store was not reached, so that it may be reached later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::TimedOut(_) | Self::Unmarked => true,
            // A service that answers with a refusal, such as for a wrong key, is none of these.
            Self::Store { source, .. } => causes(&**source).any(|cause| cause.is::<HttpError>()),
            Self::Key(_) | Self::LocalDirectory { .. } | Self::Settings(_) | Self::Full { .. } => {
                false
            }
        }
    }

    pub(super) fn of(doing: &'static str, source: object_store::Error) -> Self {
        let source = Box::new(source);
        if is_full(&*source) {
            Self::Full { doing, source }
        } else {
            Self::Store { doing, source }
        }
    }
}

/// An error and its causes.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| (*cause).source())
}

/// Whether one of the causes of `error` is that no more bytes can be written.
fn is_full(error: &(dyn Error + 'static)) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| {
            matches!(
                cause.kind(),
                io::ErrorKind::StorageFull
                    | io::ErrorKind::QuotaExceeded
                    | io::ErrorKind::FileTooLarge
            )
        })
}

/// Why an upload was not stored. The store then has nothing under its key.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The body has more bytes than announced. The rest of it was not read.
    #[error("the body is longer than announced")]
    TooLong,
    /// The body has fewer bytes than announced.
    #[error("the body has {received} bytes, fewer than announced")]
    TooShort {
        /// Bytes of the body.
        received: u64,
    },
    /// The body ended with an error, whose text this is.
    #[error("the body was cut: {0}")]
    Cut(String),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] BlobError),
}

/// Whether the operation failed because there is no such file.
pub(super) fn is_absent(error: &BlobError) -> bool {
    let BlobError::Store { source, .. } = error else {
        return false;
    };
    matches!(**source, object_store::Error::NotFound { .. })
}

/// Limits an operation to [`limits::BLOB_TIMEOUT_MS`].
pub(super) async fn within<T>(
    doing: &'static str,
    operation: impl Future<Output = object_store::Result<T>>,
) -> Result<T, BlobError> {
    let limit = Duration::from_millis(limits::BLOB_TIMEOUT_MS);
    match tokio::time::timeout(limit, operation).await {
        Ok(done) => done.map_err(|error| BlobError::of(doing, error)),
        Err(_) => Err(BlobError::TimedOut(doing)),
    }
}
