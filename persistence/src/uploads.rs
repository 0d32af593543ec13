//! Files: uploads, the attachments of messages that they become, and the bytes that are to be
//! deleted. The bytes themselves are in a store outside the database.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::attachment::{Attachment, AttachmentState, UploadState};
use helpline_core::ids::{Key, MessageId, Seq, TicketId, UploadId, UserId};
use helpline_core::limits;
use helpline_core::protocol::{TicketFile, TicketFilePage, Upload};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::transaction::Transaction;
use crate::{Reader, Store, StoreError, rows};

const RESERVE: &str = include_str!("../sql/uploads/reserve.sql");
const OWN: &str = include_str!("../sql/uploads/own.sql");
const EXIST: &str = include_str!("../sql/uploads/exist.sql");
const BEGIN: &str = include_str!("../sql/uploads/begin.sql");
const ABANDON: &str = include_str!("../sql/uploads/abandon.sql");
const FINISH: &str = include_str!("../sql/uploads/finish.sql");
const GIVE_UP: &str = include_str!("../sql/uploads/give_up.sql");
const STORED: &str = include_str!("../sql/uploads/stored.sql");
const CHECKED: &str = include_str!("../sql/uploads/checked.sql");
const EXPIRE: &str = include_str!("../sql/uploads/expire.sql");
const TAKE_REMOVALS: &str = include_str!("../sql/uploads/take_removals.sql");
const REMOVED: &str = include_str!("../sql/uploads/removed.sql");
const REMOVALS_STATE: &str = include_str!("../sql/uploads/removals_state.sql");
const OF_MESSAGE_FOR_CUSTOMER: &str = include_str!("../sql/uploads/of_message_for_customer.sql");
const OF_MESSAGE_FOR_STAFF: &str = include_str!("../sql/uploads/of_message_for_staff.sql");
const PAGE_FOR_CUSTOMER: &str = include_str!("../sql/uploads/page_for_customer.sql");
const PAGE_FOR_STAFF: &str = include_str!("../sql/uploads/page_for_staff.sql");

/// The kind of the deliveries that check files. The delivery's key is the upload's id.
pub const CHECK: &str = "attachment_check";

/// An upload to reserve. The caller has checked the lengths, and cleaned the name.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// The upload's id, a UUIDv7.
    pub id: UploadId,
    /// Who reserves it.
    pub owner: UserId,
    /// The idempotency key, unique per owner.
    pub key: Key,
    /// The file's name.
    pub name: String,
    /// The media type that the owner named.
    pub declared_type: Option<String>,
    /// The file's size.
    pub size_bytes: u64,
    /// The ticket, or `None` for one that the owner opens next.
    pub ticket: Option<TicketId>,
    /// Whether the file is for an internal note.
    pub is_internal: bool,
    /// The owner's address.
    pub address: Option<IpAddr>,
}

/// How much may be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Bytes that one person reserves within 24 hours.
    pub person_day_bytes: u64,
    /// Bytes of the files of one ticket.
    pub ticket_bytes: u64,
    /// Bytes of all files. `None` for no limit.
    pub desk_bytes: Option<u64>,
}

/// An upload as the service's own work needs it. Who may have it is the caller's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUpload {
    /// The upload's id, which is also the attachment's.
    pub id: UploadId,
    /// Who reserved it.
    pub owner: UserId,
    /// The ticket and the message that names the file. `None` if no message does.
    pub message: Option<(TicketId, MessageId)>,
    /// Whether the file is, or will be, in an internal note.
    pub is_internal: bool,
    /// The file's name.
    pub name: String,
    /// The media type by content.
    pub content_type: String,
    /// The file's size.
    pub size_bytes: u64,
    /// The SHA-256 of the bytes. `None` while it is reserved.
    pub sha256: Option<Vec<u8>>,
    /// Whether it can be downloaded. `None` while it is reserved.
    pub state: Option<AttachmentState>,
    /// Where the bytes are.
    pub blob_key: Option<String>,
    /// Where the preview is, and its media type.
    pub preview: Option<(String, String)>,
    /// When the bytes were stored.
    pub stored_at: Option<DateTime<Utc>>,
}

/// What became known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// What the scanner found, or why it could not scan.
    pub finding: Option<String>,
    /// The scanner and the version of its signatures.
    pub engine: Option<String>,
    /// The preview's key in the store, and its media type.
    pub preview: Option<(String, String)>,
    /// Width and height of the image.
    pub dimensions: Option<(u32, u32)>,
}

/// Reserves an upload. Returns it, and whether it is new: the key of an earlier reservation returns
/// that one.
///
/// # Errors
/// [`StoreError::Refused`]: `key_reused`, `attachment_gone`, `blocked`, `not_found`, `forbidden`,
/// `ticket_archived`, `ticket_closed`, `quota_exceeded`, `too_many_uploads`.
pub async fn reserve(
    store: &Store,
    new: &NewUpload,
    quotas: Quotas,
) -> Result<(Upload, bool), StoreError> {
    let answer = store
        .query(
            RESERVE,
            &[
                &new.id.uuid(),
                &new.owner.uuid(),
                &new.key.as_str(),
                &new.name,
                &new.declared_type,
                &bigint(new.size_bytes),
                &new.ticket.map(TicketId::uuid),
                &new.is_internal,
                &new.address,
                &limits::UPLOADS_OPEN_MAX,
                &bigint(quotas.person_day_bytes),
                &bigint(quotas.ticket_bytes),
                &quotas.desk_bytes.map(bigint),
                &limits::UPLOAD_KEPT_MS,
            ],
        )
        .await?;
    let upload = upload(rows::first(&answer)?)?;
    let is_new = upload.id == new.id;
    Ok((upload, is_new))
}

/// Returns an upload of this person. `None` if there is none, or if it is deleted.
///
/// # Errors
/// When the database cannot be read.
pub async fn own(store: &Store, id: UploadId, owner: UserId) -> Result<Option<Upload>, StoreError> {
    let answer = store.query(OWN, &[&id.uuid(), &owner.uuid()]).await?;
    answer.first().map(upload).transpose()
}

/// Plans the removal of bytes that are about to be written under this key, so that they are not left
/// behind whatever happens. [`finish`] and [`checked_in`] cancel the removal.
///
/// # Errors
/// When the database cannot be written.
pub async fn begin(store: &Store, blob_key: &str, kept_ms: i64) -> Result<(), StoreError> {
    store.query(BEGIN, &[&blob_key, &kept_ms]).await.map(drop)
}

/// Makes the removal of bytes due that were written in vain.
///
/// # Errors
/// When the database cannot be written.
pub async fn abandon(store: &Store, blob_key: &str) -> Result<(), StoreError> {
    store.query(ABANDON, &[&blob_key]).await.map(drop)
}

/// Records that an upload's bytes are stored, and plans the check of the file. If other bytes were
/// stored for it meanwhile, these are removed. Returns the upload, or `None` if it was deleted
/// meanwhile.
///
/// # Errors
/// [`StoreError::Refused`]: `unavailable` if the upload took so long that the bytes were removed.
pub async fn finish(
    store: &Store,
    id: UploadId,
    owner: UserId,
    blob_key: &str,
    sha256: &[u8],
    content_type: &str,
) -> Result<Option<Upload>, StoreError> {
    let delivery = Uuid::now_v7();
    let answer = store
        .query(
            FINISH,
            &[
                &id.uuid(),
                &owner.uuid(),
                &blob_key,
                &sha256,
                &content_type,
                &delivery,
            ],
        )
        .await?;
    answer.first().map(upload).transpose()
}

/// Deletes an upload of this person that no message names.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`; `conflict` if a message names it.
pub async fn give_up(store: &Store, id: UploadId, owner: UserId) -> Result<(), StoreError> {
    let params: crate::store::Params<'_> = &[&id.uuid(), &owner.uuid()];
    store.query(GIVE_UP, params).await.map(drop)
}

/// Returns an upload of any person. `None` if there is none.
///
/// # Errors
/// When the database cannot be read.
pub async fn stored(store: &Store, id: UploadId) -> Result<Option<StoredUpload>, StoreError> {
    let answer = store.query(STORED, &[&id.uuid()]).await?;
    answer.first().map(stored_upload).transpose()
}

/// Records the result of a file's check, and writes the event if a message names the file. Returns
/// false if the file was checked before, or is no longer there.
///
/// # Errors
/// [`StoreError::Busy`] if a ticket was opened with the file meanwhile: the caller begins again.
pub async fn checked_in(
    transaction: &mut Transaction,
    id: UploadId,
    state: AttachmentState,
    checked: &Checked,
) -> Result<bool, StoreError> {
    let (key, kind) = match &checked.preview {
        Some((key, kind)) => (Some(key), Some(kind)),
        None => (None, None),
    };
    let pixels = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let (width, height) = match checked.dimensions {
        Some((width, height)) => (Some(pixels(width)), Some(pixels(height))),
        None => (None, None),
    };
    let answer = transaction
        .query(
            CHECKED,
            &[
                &id.uuid(),
                &state.as_str(),
                &checked.finding,
                &checked.engine,
                &key,
                &kind,
                &width,
                &height,
            ],
        )
        .await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Deletes at most [`limits::BLOB_REMOVALS_MAX`] uploads that no message has named in time. Returns
/// their number.
///
/// # Errors
/// When the database cannot be written.
pub async fn expire_in(transaction: &mut Transaction) -> Result<u64, StoreError> {
    let answer = transaction
        .query(EXPIRE, &[&limits::BLOB_REMOVALS_MAX])
        .await?;
    let rows: i64 = rows::get(rows::first(&answer)?, 0)?;
    Ok(rows.unsigned_abs())
}

/// Returns at most [`limits::BLOB_REMOVALS_MAX`] keys whose bytes are to be deleted now. Unless
/// [`removed`] is called for them, they are returned again after
/// [`limits::BLOB_REMOVAL_RETRY_MS`].
///
/// # Errors
/// When the database cannot be written.
pub async fn take_removals_in(transaction: &mut Transaction) -> Result<Vec<String>, StoreError> {
    let answer = transaction
        .query(
            TAKE_REMOVALS,
            &[&limits::BLOB_REMOVALS_MAX, &limits::BLOB_REMOVAL_RETRY_MS],
        )
        .await?;
    answer.iter().map(|row| rows::get(row, 0)).collect()
}

/// Whether the store has the bytes of any upload.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_any_stored(store: &Store) -> Result<bool, StoreError> {
    let answer = store.query(EXIST, &[]).await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Records that the store no longer has the bytes `removed`, and that it did not have the bytes
/// `absent`. The store is asked again for the latter, for [`limits::BLOB_ABSENT_MS`], if they are
/// those of a file that a message named.
///
/// # Errors
/// When the database cannot be written.
pub async fn removed(
    store: &Store,
    removed: &[String],
    absent: &[String],
) -> Result<(), StoreError> {
    let parameters: [&(dyn ToSql + Sync); 3] = [&removed, &absent, &limits::BLOB_ABSENT_MS];
    store.query(REMOVED, &parameters).await.map(drop)
}

/// Returns how many removals of bytes are due, and since when the longest waits.
///
/// # Errors
/// When the database cannot be read.
pub async fn removals(store: &Store) -> Result<(u64, Option<DateTime<Utc>>), StoreError> {
    let max = limits::DELIVERIES_COUNTED_MAX;
    let answer = store.query(REMOVALS_STATE, &[&max]).await?;
    let row = rows::first(&answer)?;
    let due: i64 = rows::get(row, 0)?;
    Ok((due.unsigned_abs(), rows::optional_time(row, 1)?))
}

/// Returns an attachment of this message as the reader may see it. `None` if they may not see the
/// message, or if it is redacted.
///
/// # Errors
/// When the database cannot be read.
pub async fn attachment(
    store: &Store,
    reader: Reader,
    (ticket, message): (TicketId, MessageId),
    id: UploadId,
) -> Result<Option<Attachment>, StoreError> {
    let sql = match reader.audience {
        Audience::Customer => OF_MESSAGE_FOR_CUSTOMER,
        Audience::Staff => OF_MESSAGE_FOR_STAFF,
    };
    let answer = store
        .read(reader, sql, &[&ticket.uuid(), &message.uuid()])
        .await?;
    let Some(row) = answer.first() else {
        return Ok(None);
    };
    let attachments = rows::attachments(row, 0)?;
    Ok(attachments.into_iter().find(|it| it.id == id))
}

/// Returns the files of at most `messages` messages before a position, the newest message first, as
/// the reader may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_ticket(
    store: &Store,
    reader: Reader,
    ticket: TicketId,
    before: Option<Seq>,
    messages: u32,
) -> Result<TicketFilePage, StoreError> {
    let sql = match reader.audience {
        Audience::Customer => PAGE_FOR_CUSTOMER,
        Audience::Staff => PAGE_FOR_STAFF,
    };
    let (before, limit) = (
        before.map_or(i64::MAX, rows::bigint),
        i64::from(messages) + 1,
    );
    let answer = store
        .read(reader, sql, &[&ticket.uuid(), &before, &limit])
        .await?;
    let wanted = usize::try_from(messages).unwrap_or(usize::MAX);
    let mut attachments = Vec::new();
    for row in answer.iter().take(wanted) {
        attachments.extend(files(row)?);
    }
    Ok(TicketFilePage {
        attachments,
        more: answer.len() > wanted,
    })
}

fn files(row: &Row) -> Result<Vec<TicketFile>, StoreError> {
    let seq = rows::seq(row, 0)?;
    let at = rows::time(row, 1)?;
    let sender = rows::name(row, 2)?;
    let message = MessageId::new(rows::get(row, 3)?);
    let is_internal: Option<bool> = rows::get(row, 5)?;
    let attachments = rows::attachments(row, 4)?.into_iter();
    let files = attachments.map(|file| TicketFile {
        id: file.id,
        name: file.name,
        content_type: file.content_type,
        size_bytes: file.size_bytes,
        state: file.state,
        width: file.width,
        height: file.height,
        preview: file.preview,
        message,
        seq,
        at,
        sender: sender.clone(),
        is_internal,
    });
    Ok(files.collect())
}

/// The media type of a file whose type is not known.
pub const UNKNOWN_TYPE: &str = "application/octet-stream";

fn upload(row: &Row) -> Result<Upload, StoreError> {
    let content_type: Option<String> = rows::get(row, "content_type")?;
    let declared_type: Option<String> = rows::get(row, "declared_type")?;
    Ok(Upload {
        id: UploadId::new(rows::get(row, "id")?),
        name: rows::get(row, "name")?,
        content_type: content_type
            .or(declared_type)
            .unwrap_or_else(|| UNKNOWN_TYPE.to_owned()),
        size_bytes: size(row)?,
        state: match rows::get(row, "state")? {
            "reserved" => UploadState::Reserved,
            _ => UploadState::Stored,
        },
        is_internal: rows::get(row, "is_internal")?,
        ticket: rows::get::<Option<Uuid>>(row, "ticket_id")?.map(TicketId::new),
        expires_at: rows::time(row, "expires_at")?,
    })
}

fn stored_upload(row: &Row) -> Result<StoredUpload, StoreError> {
    let ticket: Option<Uuid> = rows::get(row, "ticket_id")?;
    let message: Option<Uuid> = rows::get(row, "message_id")?;
    let preview_key: Option<String> = rows::get(row, "preview_key")?;
    let preview_type: Option<String> = rows::get(row, "preview_type")?;
    let content_type: Option<String> = rows::get(row, "content_type")?;
    Ok(StoredUpload {
        id: UploadId::new(rows::get(row, "id")?),
        owner: UserId::new(rows::get(row, "owner_id")?),
        message: ticket
            .zip(message)
            .map(|(ticket, message)| (TicketId::new(ticket), MessageId::new(message))),
        is_internal: rows::get(row, "is_internal")?,
        name: rows::get(row, "name")?,
        content_type: content_type.unwrap_or_else(|| UNKNOWN_TYPE.to_owned()),
        size_bytes: size(row)?,
        sha256: rows::get(row, "sha256")?,
        state: match rows::get(row, "state")? {
            "reserved" => None,
            "stored" => Some(AttachmentState::Checking),
            _ => Some(rows::word(row, "state")?),
        },
        blob_key: rows::get(row, "blob_key")?,
        preview: preview_key.zip(preview_type),
        stored_at: rows::optional_time(row, "stored_at")?,
    })
}

fn size(row: &Row) -> Result<u64, StoreError> {
    let n: i64 = rows::get(row, "size_bytes")?;
    Ok(n.unsigned_abs())
}

fn bigint(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
