//! Checks files: scans them, makes previews, and records the result, which is an event if a message
//! names the file already. Without a scanner, a file is only looked at for a preview.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use chrono::Utc;
use futures_util::TryStreamExt;
use helpline_core::attachment::AttachmentState;
use helpline_core::ids::UploadId;
use helpline_core::limits;
use helpline_persistence::uploads::{self, Checked, StoredUpload};
use helpline_persistence::{Store, StoreError};
use tokio::time::Instant;
use uuid::Uuid;

use crate::config::{Files, NotReached, NotScannable};
use crate::integrations::blobs::{BlobError, Blobs, PutError};
use crate::integrations::previews;
use crate::integrations::scanner::{Scanner, Verdict};
use crate::live::Hub;
use crate::runtime::lifecycle::Lifecycle;
use crate::services;

const RETRY: Duration = Duration::from_millis(limits::SCAN_RETRY_MS);
const PATIENCE: Duration = Duration::from_millis(limits::SCAN_PATIENCE_MS);

/// Checks files.
pub struct Checks {
    store: Store,
    hub: Arc<Hub>,
    blobs: Blobs,
    scanner: Option<Scanner>,
    not_scannable: NotScannable,
    not_reached: NotReached,
    lifecycle: Lifecycle,
}

/// Why a check must be repeated. The texts are shown to admins, so they contain no file name.
#[derive(Debug, thiserror::Error)]
pub enum CheckFault {
    /// The scanner gave no usable answer.
    #[error("the scanner is not reached: {0}")]
    NotReached(String),
    /// The store did not give the whole file.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// The store does not have the file. It may be the wrong store, or not mounted.
    #[error("the store of files does not have the file")]
    Missing,
    /// The store of files failed.
    #[error("the store of files failed: {0}")]
    Blobs(#[from] BlobError),
    /// The preview could not be stored.
    #[error("a preview could not be stored: {0}")]
    Preview(#[from] PutError),
    /// The database failed.
    #[error("the database failed: {0}")]
    Store(#[from] StoreError),
}

/// Marks the store of a desk that has no file yet. A store without a mark is another one than before
/// if the desk has files.
///
/// # Errors
/// [`BlobError::Unmarked`], also if the database does not answer; the store failed.
pub async fn mark_new_store(store: &Store, blobs: &Blobs) -> Result<(), BlobError> {
    if blobs.is_marked().await? {
        return Ok(());
    }
    match uploads::is_any_stored(store).await {
        Ok(false) => blobs.mark().await,
        Ok(true) | Err(_) => Err(BlobError::Unmarked),
    }
}

/// What a scan says about a file.
struct Scanned {
    state: AttachmentState,
    finding: Option<String>,
}

impl Checks {
    /// `store` is the pool of background work, and `blobs` the open store of `settings`.
    pub fn new(
        store: Store,
        hub: Arc<Hub>,
        blobs: Blobs,
        settings: &Files,
        lifecycle: Lifecycle,
    ) -> Self {
        Self {
            store,
            hub,
            blobs,
            scanner: Scanner::from_config(settings.scanner.as_ref()),
            not_scannable: settings.not_scannable,
            not_reached: settings.not_reached,
            lifecycle,
        }
    }

    /// Checks a file, unless it was checked before or is no longer there. May be repeated.
    ///
    /// # Errors
    /// [`CheckFault`], after which the check is to be repeated.
    pub async fn check(&self, id: UploadId) -> Result<(), CheckFault> {
        let Some(upload) = uploads::stored(&self.store, id).await? else {
            return Ok(());
        };
        let (Some(AttachmentState::Checking), Some(key)) = (upload.state, &upload.blob_key) else {
            return Ok(());
        };
        let Scanned { state, finding } = self.scanned(&upload, key).await?;
        let mut checked = Checked {
            finding,
            ..Checked::default()
        };
        if let Some(scanner) = &self.scanner {
            checked.engine = scanner.version().await.ok();
        }
        if state.is_downloadable() {
            self.add_preview(&upload, key, &mut checked).await?;
        }
        let mut transaction = self.store.begin().await?;
        let is_new = uploads::checked_in(&mut transaction, id, state, &checked).await?;
        services::commit(transaction, &self.hub).await?;
        if is_new {
            metrics::counter!("helpline_attachments_checked_total", "state" => state.as_str())
                .increment(1);
        }
        if state == AttachmentState::Infected {
            tracing::warn!(file = %id, finding = checked.finding, "a file contains malware; its bytes are deleted");
        }
        Ok(())
    }

    async fn scanned(&self, upload: &StoredUpload, key: &str) -> Result<Scanned, CheckFault> {
        let of = |state, finding| Ok(Scanned { state, finding });
        let begun = Instant::now();
        loop {
            let Some(file) = self.blobs.get(key).await? else {
                metrics::counter!("helpline_files_missing_total").increment(1);
                return Err(CheckFault::Missing);
            };
            let Some(scanner) = &self.scanner else {
                return of(AttachmentState::NotScanned, None);
            };
            let reason = match scanner.scan(file.size, file.stream).await {
                Verdict::Clean => return of(AttachmentState::Clean, None),
                Verdict::Infected { finding } => {
                    return of(AttachmentState::Infected, Some(finding));
                }
                Verdict::NotScannable { reason } => {
                    let state = match self.not_scannable {
                        NotScannable::Refuse => AttachmentState::NotScannable,
                        NotScannable::Allow => AttachmentState::NotScanned,
                    };
                    return of(state, Some(reason));
                }
                // Whatever the desk allows without a scanner, a file that cannot be read is not such a file.
                Verdict::Unreadable { reason } => return Err(CheckFault::Unreadable(reason)),
                Verdict::NotReached { reason } => reason,
            };
            metrics::counter!("helpline_scanner_not_reached_total").increment(1);
            if self.has_waited_enough(upload) {
                return of(AttachmentState::NotScanned, Some(reason));
            }
            // The scanner is often away for a minute, while it loads its signatures. The time until
            // the next attempt at a delivery is longer.
            let waits = tokio::time::sleep(RETRY);
            let drain = &self.lifecycle.drain;
            if begun.elapsed() > PATIENCE || drain.run_until_cancelled(waits).await.is_none() {
                return Err(CheckFault::NotReached(reason));
            }
        }
    }

    /// Whether the desk allows this file to be downloaded unscanned by now.
    fn has_waited_enough(&self, upload: &StoredUpload) -> bool {
        let NotReached::AllowAfter(wait) = self.not_reached else {
            return false;
        };
        let waited = upload.stored_at.map(|at| Utc::now() - at);
        waited
            .and_then(|waited| waited.to_std().ok())
            .is_some_and(|waited| waited >= wait)
    }

    async fn add_preview(
        &self,
        upload: &StoredUpload,
        key: &str,
        checked: &mut Checked,
    ) -> Result<(), CheckFault> {
        let is_picture = upload.content_type.starts_with("image/");
        if !is_picture || upload.size_bytes > limits::PREVIEW_SOURCE_BYTES_MAX as u64 {
            return Ok(());
        }
        let bytes = async {
            let Some(file) = self.blobs.get(key).await? else {
                return Err(CheckFault::Missing);
            };
            let mut bytes = BytesMut::with_capacity(usize::try_from(file.size).unwrap_or(0));
            let mut stream = file.stream;
            while let Some(chunk) = stream.try_next().await? {
                bytes.extend_from_slice(&chunk);
            }
            Ok(bytes.freeze())
        };
        let Some(preview) = previews::preview(bytes, &upload.content_type).await? else {
            return Ok(());
        };
        let preview_key = format!("previews/{}", Uuid::new_v4().simple());
        let kept_ms = i64::try_from(limits::BLOB_UNFINISHED_KEPT_MS).unwrap_or(i64::MAX);
        uploads::begin(&self.store, &preview_key, kept_ms).await?;
        let size = preview.bytes.len() as u64;
        let body = futures_util::stream::iter([Ok::<_, BlobError>(preview.bytes)]);
        match self.blobs.put(&preview_key, size, body).await {
            Ok(_) => {}
            Err(PutError::Store(BlobError::Full { .. })) => {
                tracing::error!(file = %upload.id, "the store of files is full; a picture has no preview");
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        checked.preview = Some((preview_key, preview.content_type.to_owned()));
        checked.dimensions = Some((preview.width, preview.height));
        Ok(())
    }
}
