//! Files: people upload them ([`Attachments::reserve`], [`Attachments::receive`]), messages name
//! them, they are checked ([`Checks`]), and people download them.

mod checks;
mod downloading;
mod downloads;
mod receiving;

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use helpline_core::attachment::UploadState;
use helpline_core::file_name;
use helpline_core::ids::{Key, TicketId, UploadId, UserId};
use helpline_core::limits;
use helpline_core::protocol::{Feature, Upload};
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::uploads::{self, NewUpload, Quotas};
use helpline_persistence::{Caller, Store};
use tokio::time::Instant;
use uuid::Uuid;

use crate::auth::FileLinks;
use crate::config::Files;
use crate::database::errors::reject_of;
use crate::integrations::blobs::{BlobError, Blobs, PutError};
use crate::runtime::errors::{chain, unavailable};
use crate::runtime::failpoint;

pub use checks::{CheckFault, Checks, mark_new_store};
use downloading::Downloads;
pub use downloads::{OpenFile, Permitted};
use receiving::Receiving;

/// A request for an upload, as the client sent it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The idempotency key.
    pub key: Key,
    /// The file's name, not cleaned.
    pub name: String,
    /// The file's size.
    pub size_bytes: u64,
    /// The media type that the client named.
    pub declared_type: Option<String>,
    /// The ticket, or `None` for one that the person opens next.
    pub ticket: Option<TicketId>,
    /// Whether the file is for an internal note.
    pub is_internal: bool,
}

/// The body of an upload.
pub struct Incoming<S> {
    /// The length that the client announced.
    pub length: u64,
    /// The digest that the client announced.
    pub sha256: Option<[u8; 32]>,
    /// The bytes.
    pub body: S,
}

/// Uploads and downloads of one instance.
pub struct Attachments {
    store: Store,
    /// `None` if the desk stores no files.
    blobs: Option<Blobs>,
    bytes_max: u64,
    quotas: Quotas,
    links: FileLinks,
    /// The origin of the links, or the empty text for the desk's own.
    origin: String,
    receiving: Receiving,
    downloads: Downloads,
}

impl Attachments {
    /// `blobs` is the open store of `settings`, or `None` if the desk stores no files.
    pub fn new(store: Store, blobs: Option<Blobs>, settings: &Files) -> Self {
        let origin = settings.origin.as_ref();
        metrics::gauge!("helpline_uploads_in_progress").set(0.0);
        metrics::gauge!("helpline_blob_removals_due").set(0.0);
        Self {
            store,
            blobs,
            bytes_max: settings.upload_bytes_max,
            quotas: Quotas {
                person_day_bytes: settings.upload_bytes_person_day_max,
                ticket_bytes: settings.upload_bytes_ticket_max,
                desk_bytes: settings.upload_bytes_desk_max,
            },
            links: FileLinks::new(&settings.link_secrets),
            origin: origin.map_or_else(String::new, |origin| origin.as_str().to_owned()),
            receiving: Receiving::default(),
            downloads: Downloads::default(),
        }
    }

    /// The longest time that receiving a file may take.
    pub fn upload_time(&self) -> Duration {
        transfer_time(self.bytes_max)
    }

    fn blobs(&self) -> Result<&Blobs, Reject> {
        self.blobs
            .as_ref()
            .ok_or_else(|| Reject::new(RejectCode::AttachmentsOff, "this desk stores no files"))
    }

    /// Reserves an upload. Returns it, and whether it is new.
    ///
    /// # Errors
    /// `attachments_off`, `too_large`, and what the database refuses (see [`uploads::reserve`]).
    pub async fn reserve(&self, caller: &Caller, wanted: Wanted) -> Result<(Upload, bool), Reject> {
        self.blobs()?;
        if wanted.size_bytes > self.bytes_max {
            let why = format!("size_bytes: a file has at most {} bytes", self.bytes_max);
            return Err(Reject::new(RejectCode::TooLarge, why));
        }
        let new = NewUpload {
            id: UploadId::new(Uuid::now_v7()),
            owner: caller.actor.user,
            key: wanted.key,
            name: file_name::cleaned(&wanted.name),
            declared_type: wanted.declared_type,
            size_bytes: wanted.size_bytes,
            ticket: wanted.ticket,
            is_internal: wanted.is_internal,
            address: caller.address,
        };
        let reserved = uploads::reserve(&self.store, &new, self.quotas).await;
        reserved.map_err(|error| reject_of(&error))
    }

    /// Returns an upload of this person.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn own(&self, owner: UserId, id: UploadId) -> Result<Upload, Reject> {
        let found = uploads::own(&self.store, id, owner).await;
        found
            .map_err(|error| reject_of(&error))?
            .ok_or_else(no_such_file)
    }

    /// Deletes an upload of this person that no message names.
    ///
    /// # Errors
    /// `not_found`; `conflict` if a message names it.
    pub async fn give_up(&self, owner: UserId, id: UploadId) -> Result<(), Reject> {
        let given_up = uploads::give_up(&self.store, id, owner).await;
        given_up.map_err(|error| match reject_of(&error) {
            Reject {
                code: RejectCode::NotFound,
                ..
            } => no_such_file(),
            Reject {
                code: RejectCode::Conflict,
                ..
            } => Reject::new(RejectCode::Conflict, "a message has this file"),
            other => other,
        })
    }

    /// Receives the bytes of an upload, in bounded memory. If the future is dropped, or the bytes do
    /// not arrive, nothing is stored, and the upload can be repeated. The bytes of a stored upload
    /// are not read; only their digest is compared if it is announced.
    ///
    /// # Errors
    /// `attachments_off`, `not_found`, `too_large`, `malformed`, `digest_mismatch`,
    /// `upload_in_progress`, `overloaded`, `unavailable`.
    pub async fn receive<S, E>(
        &self,
        owner: UserId,
        id: UploadId,
        incoming: Incoming<S>,
    ) -> Result<Upload, Reject>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: std::fmt::Display,
    {
        let blobs = self.blobs()?;
        let upload = self.own(owner, id).await?;
        match incoming.length.cmp(&upload.size_bytes) {
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => {
                let why = format!("the upload was reserved for {} bytes", upload.size_bytes);
                return Err(Reject::new(RejectCode::TooLarge, why));
            }
            std::cmp::Ordering::Less => {
                let why = format!(
                    "Content-Length: the upload was reserved for {} bytes",
                    upload.size_bytes
                );
                return Err(Reject::new(RejectCode::Malformed, why));
            }
        }
        let _slot = self.receiving.begin(id, owner)?;
        // Another request may have stored the upload before this one had its place.
        let upload = self.own(owner, id).await?;
        if upload.state == UploadState::Stored {
            return match incoming.sha256 {
                Some(sha256) if !self.has_digest(id, sha256).await? => Err(Reject::new(
                    RejectCode::DigestMismatch,
                    "Content-Digest: the upload is stored with other bytes",
                )),
                _ => Ok(upload),
            };
        }
        let outcome = self.store_bytes(blobs, owner, &upload, incoming).await;
        let word = match &outcome {
            Ok(_) => "stored",
            Err(reject) => match reject.code {
                RejectCode::Malformed | RejectCode::DigestMismatch => "cut",
                _ => "failed",
            },
        };
        metrics::counter!("helpline_uploads_total", "outcome" => word).increment(1);
        outcome
    }

    async fn has_digest(&self, id: UploadId, sha256: [u8; 32]) -> Result<bool, Reject> {
        let stored = uploads::stored(&self.store, id).await;
        let stored = stored.map_err(|error| reject_of(&error))?;
        Ok(stored.is_some_and(|it| it.sha256.as_deref() == Some(&sha256)))
    }

    async fn store_bytes<S, E>(
        &self,
        blobs: &Blobs,
        owner: UserId,
        upload: &Upload,
        incoming: Incoming<S>,
    ) -> Result<Upload, Reject>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: std::fmt::Display,
    {
        let of_store = |error| reject_of(&error);
        let limit = transfer_time(upload.size_bytes);
        let kept_ms = 2 * limit.as_millis() as u64 + limits::BLOB_UNFINISHED_KEPT_MS;
        let blob_key = format!("files/{}", Uuid::new_v4().simple());
        let kept_ms = i64::try_from(kept_ms).unwrap_or(i64::MAX);
        uploads::begin(&self.store, &blob_key, kept_ms)
            .await
            .map_err(of_store)?;
        if failpoint::sabotaged("stored-before-bytes") {
            let (id, hash, kind) = (upload.id, [0; 32], "application/octet-stream");
            let stored = uploads::finish(&self.store, id, owner, &blob_key, &hash, kind).await;
            stored.map_err(of_store)?;
            failpoint::hit("upload-received");
        }
        let body = limited(incoming.body, limit);
        let received = blobs.put(&blob_key, upload.size_bytes, body).await;
        let received = received.map_err(|error| refusal(&error));
        failpoint::hit("upload-received");
        let received = match received {
            Ok(received) if incoming.sha256.is_some_and(|it| it != received.sha256) => {
                Err(Reject::new(
                    RejectCode::DigestMismatch,
                    "Content-Digest: the bytes have another digest",
                ))
            }
            other => other,
        };
        let received = match received {
            Ok(received) => received,
            Err(reject) => {
                // Without this, the removal is due later.
                if let Err(error) = uploads::abandon(&self.store, &blob_key).await {
                    tracing::warn!(cause = %chain(&error), "bytes that were received in vain are removed later");
                }
                return Err(reject);
            }
        };
        metrics::counter!("helpline_upload_bytes_total").increment(received.size);
        let stored = uploads::finish(
            &self.store,
            upload.id,
            owner,
            &blob_key,
            &received.sha256,
            received.content_type,
        )
        .await
        .map_err(of_store)?;
        failpoint::hit("upload-stored");
        stored.ok_or_else(no_such_file)
    }
}

/// The names of the features of an instance with these settings.
pub fn features(settings: &Files) -> Vec<String> {
    match settings.blobs {
        Some(_) => Feature::names(),
        None => Feature::names_without(&[Feature::Attachments]),
    }
}

/// The refusal for a file that does not exist, and for one of which the caller must not know.
fn no_such_file() -> Reject {
    Reject::new(RejectCode::NotFound, "no such file")
}

/// How long the transfer of so many bytes may take.
fn transfer_time(bytes: u64) -> Duration {
    Duration::from_millis(limits::TRANSFER_TIMEOUT_MS)
        + Duration::from_secs(bytes / limits::TRANSFER_BYTES_PER_S_MIN)
}

fn cut(why: &str) -> Reject {
    Reject::new(
        RejectCode::Malformed,
        format!("{why}: send the same file again"),
    )
}

fn refusal(error: &PutError) -> Reject {
    match error {
        PutError::TooLong | PutError::TooShort { .. } => {
            cut("the body does not have the announced length")
        }
        PutError::Cut(_) => cut("the upload was cut off or took too long"),
        PutError::Store(BlobError::Full { .. }) => {
            tracing::error!(cause = %chain(error), "the store of files is full");
            Reject::new(RejectCode::Overloaded, "no space is left for files")
                .retry_after_ms(limits::TRANSFER_TIMEOUT_MS)
        }
        PutError::Store(_) => {
            tracing::error!(cause = %chain(error), "a file could not be stored");
            unavailable()
        }
    }
}

/// Ends a body with an error if nothing arrives for [`limits::UPLOAD_IDLE_MS`], or if it takes longer than `limit`. Because the body ends,
/// and not the future that stores it, the store can remove what it has.
fn limited<S, E>(body: S, limit: Duration) -> impl Stream<Item = Result<Bytes, String>> + Send
where
    S: Stream<Item = Result<Bytes, E>> + Send,
    E: std::fmt::Display,
{
    let idle = Duration::from_millis(limits::UPLOAD_IDLE_MS);
    let end = Instant::now() + limit;
    stream::unfold(Some(Box::pin(body)), move |body| async move {
        let mut body = body?;
        let wait = end.min(Instant::now() + idle);
        match tokio::time::timeout_at(wait, body.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(body))),
            Ok(Some(Err(error))) => Some((Err(error.to_string()), None)),
            Err(_) => Some((Err("nothing arrived in time".to_owned()), None)),
        }
    })
}
