//! Who may have a file, and the file itself.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use futures_util::stream::{self, BoxStream, StreamExt};
use helpline_core::actor::{Actor, Audience};
use helpline_core::attachment::{Attachment, AttachmentState};
use helpline_core::ids::{Seq, TicketId, TicketRef, UploadId, UserId};
use helpline_core::limits;
use helpline_core::policy::{self, TicketAction};
use helpline_core::protocol::{AttachmentLink, TicketFilePage};
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::uploads::{self, StoredUpload};
use helpline_persistence::{Reader, people, tickets};

use super::{Attachments, no_such_file, transfer_time};
use crate::auth::FileLink;
use crate::database::errors::reject_of;
use crate::integrations::blobs::{BlobError, BlobReader};
use crate::runtime::errors::{chain, unavailable};

/// A file that a person may know about.
#[derive(Debug, Clone)]
pub struct Permitted {
    /// The ticket of its message.
    pub ticket: TicketId,
    /// Whether the person reads the ticket as staff.
    pub audience: Audience,
    /// The file as the message shows it.
    pub attachment: Attachment,
    upload: StoredUpload,
}

/// A file while it is downloaded.
pub struct OpenFile {
    /// Bytes of the file.
    pub size: u64,
    /// The bytes. The stream ends with an error if the store fails or the download takes too long.
    pub stream: BoxStream<'static, Result<Bytes, BlobError>>,
}

impl Attachments {
    /// Applies the message's own rule to a person: whether they may know of this file now.
    ///
    /// # Errors
    /// `not_found` for a file that does not exist, that no message names, of another customer's
    /// ticket, of a note if they read the ticket as its customer, or of a redacted message.
    pub async fn permitted(&self, actor: &Actor, id: UploadId) -> Result<Permitted, Reject> {
        let of_store = |error| reject_of(&error);
        let upload = uploads::stored(&self.store, id).await.map_err(of_store)?;
        let upload = upload.ok_or_else(no_such_file)?;
        let (ticket, message) = upload.message.ok_or_else(no_such_file)?;
        let access = tickets::access(&self.store, &TicketRef::Id(ticket))
            .await
            .map_err(of_store)?
            .ok_or_else(no_such_file)?;
        let audience =
            policy::decide(actor, TicketAction::Read, &access.facts).map_err(|_| no_such_file())?;
        if upload.is_internal && audience == Audience::Customer {
            return Err(no_such_file());
        }
        // The database's policies decide once more, about the message itself.
        let reader = Reader {
            user: actor.user,
            audience,
        };
        let attachment = uploads::attachment(&self.store, reader, (ticket, message), id)
            .await
            .map_err(of_store)?
            .ok_or_else(no_such_file)?;
        Ok(Permitted {
            ticket,
            audience,
            attachment,
            upload,
        })
    }

    /// Signs a link to a file for a person who may have it.
    ///
    /// # Errors
    /// `attachment_checking`, `attachment_infected`, `attachment_not_scannable`, `attachment_gone`.
    pub fn link(
        &self,
        permitted: &Permitted,
        person: UserId,
        now: DateTime<Utc>,
    ) -> Result<AttachmentLink, Reject> {
        self.blobs()?;
        downloadable(permitted.attachment.state)?;
        let file = permitted.attachment.id;
        let (link, expires_at) = self
            .links
            .sign(FileLink { file, person }, now)
            .map_err(|_| Reject::new(RejectCode::Internal, "the link could not be signed"))?;
        Ok(AttachmentLink {
            url: format!("{}/files/{file}?link={link}", self.origin),
            expires_at,
        })
    }

    /// The person that a link to this file names. `None` if the link has expired, or is not of this
    /// desk.
    pub fn named_by(&self, file: UploadId, link: &str, now: DateTime<Utc>) -> Option<UserId> {
        let link = self.links.open(link, now).filter(|link| link.file == file);
        link.map(|link| link.person)
    }

    /// The file and the person that a link names, if it works now: the message's rule is applied to
    /// the person again.
    ///
    /// # Errors
    /// `link_invalid`; `not_found`, also for a person who is blocked by now; the refusals of
    /// [`Self::link`].
    pub async fn follow(
        &self,
        file: UploadId,
        link: &str,
        now: DateTime<Utc>,
    ) -> Result<(Permitted, UserId), Reject> {
        let person = self.named_by(file, link, now).ok_or_else(|| {
            Reject::new(
                RejectCode::LinkInvalid,
                "this link has expired: open the file from the ticket again",
            )
        })?;
        let actor = people::actor_now(&self.store, person).await;
        let actor = actor.map_err(|error| reject_of(&error))?;
        let actor = actor.ok_or_else(no_such_file)?;
        let permitted = self.permitted(&actor, file).await?;
        downloadable(permitted.attachment.state)?;
        Ok((permitted, person))
    }

    /// Opens a file for a person.
    ///
    /// # Errors
    /// `attachment_gone`, `overloaded`, `unavailable`.
    pub async fn open(&self, permitted: &Permitted, person: UserId) -> Result<OpenFile, Reject> {
        let upload = &permitted.upload;
        let Some(key) = &upload.blob_key else {
            return Err(gone());
        };
        let permit = self.downloads.begin(person)?;
        let Some(BlobReader { size, stream }) = self.read(key).await? else {
            // Not recorded: the store may be the wrong one, or not mounted.
            tracing::error!(file = %upload.id, "the store does not have a file");
            metrics::counter!("helpline_files_missing_total").increment(1);
            return Err(gone());
        };
        metrics::counter!("helpline_downloads_total").increment(1);
        let ends = tokio::time::Instant::now() + transfer_time(size);
        let limited = stream::unfold((stream, permit), move |(mut stream, permit)| async move {
            let chunk = tokio::time::timeout_at(ends, stream.next()).await;
            let chunk = chunk.unwrap_or(Some(Err(BlobError::TimedOut("the download"))))?;
            Some((chunk, (stream, permit)))
        });
        Ok(OpenFile {
            size,
            stream: limited.boxed(),
        })
    }

    /// Returns the preview of a file and its media type.
    ///
    /// # Errors
    /// `not_found` if there is none.
    pub async fn preview(&self, permitted: &Permitted) -> Result<(Bytes, String), Reject> {
        let found = permitted.upload.preview.as_ref();
        let (key, content_type) = found.ok_or_else(no_such_file)?;
        downloadable(permitted.attachment.state)?;
        let reader = self.read(key).await?.ok_or_else(no_such_file)?;
        if reader.size > limits::PREVIEW_BYTES_MAX as u64 {
            return Err(no_such_file());
        }
        let chunks: Vec<Bytes> = reader.stream.try_collect().await.map_err(failed)?;
        Ok((Bytes::from(chunks.concat()), content_type.clone()))
    }

    /// Returns the files of a ticket's messages, as the reader may see them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of_ticket(
        &self,
        reader: Reader,
        ticket: TicketId,
        before: Option<Seq>,
        messages: u32,
    ) -> Result<TicketFilePage, Reject> {
        uploads::of_ticket(&self.store, reader, ticket, before, messages)
            .await
            .map_err(|error| reject_of(&error))
    }

    async fn read(&self, key: &str) -> Result<Option<BlobReader>, Reject> {
        self.blobs()?.get(key).await.map_err(failed)
    }
}

fn failed(error: BlobError) -> Reject {
    tracing::error!(cause = %chain(&error), "a file could not be read");
    unavailable()
}

fn gone() -> Reject {
    Reject::new(RejectCode::AttachmentGone, "this file is no longer stored")
}

/// Whether a file in this state can be downloaded.
fn downloadable(state: AttachmentState) -> Result<(), Reject> {
    let (code, why) = match state {
        AttachmentState::Clean | AttachmentState::NotScanned => return Ok(()),
        AttachmentState::Checking => (
            RejectCode::AttachmentChecking,
            "this file is still being checked",
        ),
        AttachmentState::Infected => (
            RejectCode::AttachmentInfected,
            "this file contained malware and is deleted",
        ),
        AttachmentState::NotScannable => (
            RejectCode::AttachmentNotScannable,
            "this file could not be scanned for viruses and is deleted",
        ),
        AttachmentState::Gone | AttachmentState::External => return Err(gone()),
    };
    Err(Reject::new(code, why))
}
