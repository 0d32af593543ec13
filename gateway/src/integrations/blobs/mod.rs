//! The store of attachments' bytes: a directory, or a service that speaks S3. What is stored under a key is complete and never
//! changes; a put that fails, is cut or is killed leaves nothing under its key.

mod content;
mod directory;
mod fault;
mod s3;
mod upload;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use helpline_core::limits;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::sync::Semaphore;

use crate::config::BlobConfig;
pub use content::{by_content, is_harmless};
pub use fault::{BlobError, MARK, PutError};
use fault::{is_absent, within};
pub use upload::Received;
use upload::Upload;

/// A store of attachments. Clones share it.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    place: Arc<Location>,
}

/// Where the bytes are.
enum Location {
    LocalDirectory(std::path::PathBuf),
    /// The permits limit how many uploads collect a part in memory.
    S3 {
        name: String,
        uploads: Semaphore,
    },
}

/// A stored file while it is read.
pub struct BlobReader {
    /// Bytes of the file.
    pub size: u64,
    /// The file's bytes. After an error the stream ends.
    pub stream: BoxStream<'static, Result<Bytes, BlobError>>,
}

/// An entry of [`Blobs::list`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobEntry {
    /// The file's key.
    pub key: String,
    /// Bytes of the file.
    pub size: u64,
    /// When the file was stored.
    pub modified: DateTime<Utc>,
}

impl Blobs {
    /// Opens the store. Creates the directory and deletes what killed processes left behind in it. Does not ask an S3 service.
    ///
    /// # Errors
    /// The directory cannot be written, or the settings cannot be used.
    pub async fn open(config: &BlobConfig) -> Result<Self, BlobError> {
        let blobs = match config {
            BlobConfig::LocalDirectory { path, .. } => {
                let store = directory::open(path.clone()).await?;
                Self {
                    store: Arc::new(store),
                    place: Arc::new(Location::LocalDirectory(path.clone())),
                }
            }
            BlobConfig::S3(config) => Self {
                store: Arc::new(s3::open(config)?),
                place: Arc::new(Location::S3 {
                    name: format!("bucket {} of {}", config.bucket, config.endpoint),
                    uploads: Semaphore::new(limits::BLOB_PARTS_AT_ONCE_MAX),
                }),
            },
        };
        Ok(blobs)
    }

    /// Looks into the store.
    ///
    /// # Errors
    /// The bucket does not exist or cannot be read, or the service is not reached.
    pub async fn look(&self) -> Result<(), BlobError> {
        let mut entries = self.store.list(None);
        let first = async { entries.next().await.transpose() };
        within("looking into the store", first).await.map(drop)
    }

    /// Deletes what killed processes left behind in a directory, and returns the number of deleted files. An S3 service keeps
    /// parts of unfinished uploads where its own rule for the bucket deletes them.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub async fn sweep_leftovers(&self) -> Result<usize, BlobError> {
        match &*self.place {
            Location::LocalDirectory(path) => directory::sweep(path.clone()).await,
            Location::S3 { .. } => Ok(0),
        }
    }

    /// The store's name for the log: its directory, or its bucket and endpoint.
    pub fn name(&self) -> String {
        match &*self.place {
            Location::LocalDirectory(path) => format!("directory {}", path.display()),
            Location::S3 { name, .. } => name.clone(),
        }
    }

    /// Whether the store has its mark. Without it, files are neither stored nor deleted nor taken for lost: a directory whose disk is
    /// not mounted looks like an empty store.
    ///
    /// # Errors
    /// The store failed.
    pub async fn is_marked(&self) -> Result<bool, BlobError> {
        let mark = Path::from(MARK);
        match within("looking for the mark", self.store.head(&mark)).await {
            Ok(_) => Ok(true),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Marks the store as the desk's.
    ///
    /// # Errors
    /// The store failed.
    pub async fn mark(&self) -> Result<(), BlobError> {
        let text = "This directory or bucket has the files of a Helpline desk.\n";
        let mark = Path::from(MARK);
        within("marking the store", self.store.put(&mark, text.into()))
            .await
            .map(drop)
    }

    async fn check_mark(&self) -> Result<(), BlobError> {
        if self.is_marked().await? {
            Ok(())
        } else {
            Err(BlobError::Unmarked)
        }
    }

    /// Checks that the store does not have a file that was not found. A disk can be mounted between the look for the file and the
    /// look for the mark, so the file is looked for again after the mark was seen.
    async fn check_absent(&self, path: &Path) -> Result<(), BlobError> {
        self.check_mark().await?;
        match within("looking for a file", self.store.head(path)).await {
            Ok(_) => Err(BlobError::Unmarked),
            Err(error) if is_absent(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Stores `body` under `key`, in bounded memory. If the future is dropped, nothing is stored. The caller limits how long a
    /// body may take. A key is written once; a second body under it would replace the first.
    ///
    /// # Errors
    /// The body's length is not `size`, the body was cut, or the store failed. Then nothing is stored under the key.
    pub async fn put<S, E>(&self, key: &str, size: u64, body: S) -> Result<Received, PutError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: std::fmt::Display,
    {
        let path = checked(key)?;
        self.check_mark().await?;
        let (part_bytes, permit) = match &*self.place {
            Location::LocalDirectory(_) => (limits::BLOB_WRITE_BYTES, None),
            // A small file, such as a preview, does not wait for the slow bodies of others.
            Location::S3 { .. } if size <= limits::BLOB_WRITE_BYTES as u64 => {
                (limits::BLOB_PART_BYTES, None)
            }
            Location::S3 { uploads, .. } => (limits::BLOB_PART_BYTES, uploads.acquire().await.ok()),
        };
        let directory = match &*self.place {
            Location::LocalDirectory(directory) => Some(directory.as_path()),
            Location::S3 { .. } => None,
        };
        let mut upload = Upload::new(&self.store, path.clone(), part_bytes, directory);
        let stored = upload.receive(size, body).await;
        if stored.is_err() {
            upload.abort().await;
        }
        drop(permit);
        // A disk that was unmounted meanwhile would hide the file when it is there again.
        if stored.is_ok()
            && let Err(error) = self.check_mark().await
        {
            within("deleting a file", self.store.delete(&path))
                .await
                .ok();
            return Err(error.into());
        }
        stored
    }

    /// Opens the file under `key`; `None` if there is none.
    ///
    /// # Errors
    /// The key is invalid or the store failed.
    pub async fn get(&self, key: &str) -> Result<Option<BlobReader>, BlobError> {
        const DOING: &str = "reading a file";
        let path = checked(key)?;
        let found = match within(DOING, self.store.get(&path)).await {
            Ok(found) => found,
            Err(error) if is_absent(&error) => {
                return self.check_absent(&path).await.map(|()| None);
            }
            Err(error) => return Err(error),
        };
        let size = found.meta.size;
        let limit = Duration::from_millis(limits::BLOB_TIMEOUT_MS);
        let chunks =
            futures_util::stream::unfold(Some(found.into_stream()), move |chunks| async move {
                let mut chunks = chunks?;
                match tokio::time::timeout(limit, chunks.next()).await {
                    Ok(None) => None,
                    Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(chunks))),
                    Ok(Some(Err(error))) => Some((Err(BlobError::of(DOING, error)), None)),
                    Err(_) => Some((Err(BlobError::TimedOut(DOING)), None)),
                }
            });
        Ok(Some(BlobReader {
            size,
            stream: chunks.boxed(),
        }))
    }

    /// Deletes the file under `key`. If there is none, this succeeds.
    ///
    /// # Errors
    /// The key is invalid or the store failed.
    pub async fn delete(&self, key: &str) -> Result<(), BlobError> {
        let path = checked(key)?;
        match within("deleting a file", self.store.delete(&path)).await {
            Err(error) if !is_absent(&error) => Err(error),
            Ok(()) => Ok(()),
            Err(_) => self.check_absent(&path).await,
        }
    }

    /// Whether a file is stored under `key`.
    ///
    /// # Errors
    /// The key is invalid or the store failed.
    pub async fn exists(&self, key: &str) -> Result<bool, BlobError> {
        Ok(self.size(key).await?.is_some())
    }

    /// Bytes of the file under `key`; `None` if there is none.
    ///
    /// # Errors
    /// The key is invalid or the store failed.
    pub async fn size(&self, key: &str) -> Result<Option<u64>, BlobError> {
        let path = checked(key)?;
        match within("looking for a file", self.store.head(&path)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(error) if is_absent(&error) => self.check_absent(&path).await.map(|()| None),
            Err(error) => Err(error),
        }
    }

    /// All stored files, in no particular order.
    pub fn list(&self) -> BoxStream<'_, Result<BlobEntry, BlobError>> {
        self.store
            .list(None)
            .try_filter(|found| std::future::ready(found.location.as_ref() != MARK))
            .map_ok(|found| BlobEntry {
                key: found.location.to_string(),
                size: found.size,
                modified: found.last_modified,
            })
            .map_err(|error| BlobError::of("listing the files", error))
            .boxed()
    }
}

/// Checks a key, so that no key leaves the store or is one of its unfinished files.
fn checked(key: &str) -> Result<Path, BlobError> {
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if key.len() <= limits::BLOB_KEY_BYTES_MAX && key.split('/').all(is_plain) {
        Ok(Path::from(key))
    } else {
        Err(BlobError::Key(key.chars().take(80).collect()))
    }
}
