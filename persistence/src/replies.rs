//! Saved replies: texts of the team or of one person, inserted by their shortcut.

use helpline_core::actor::Audience;
use helpline_core::ids::{SavedReplyId, UserId};
use helpline_core::limits;
use helpline_core::protocol::SavedReply;
use tokio_postgres::Row;

use crate::{Caller, IfMatch, Reader, Store, StoreError, rows};

const LIST: &str = include_str!("../sql/replies/list.sql");
const SAVE: &str = include_str!("../sql/replies/save.sql");
const DELETE: &str = include_str!("../sql/replies/delete.sql");

/// A reply to save. Its limits are already checked; the table's constraints check them again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReply {
    /// The id of the reply to create or replace.
    pub id: SavedReplyId,
    /// The text that an agent types to insert the reply.
    pub shortcut: String,
    /// Short description of the reply, for lists.
    pub title: String,
    /// The text. Its `{{…}}` placeholders are stored as they are.
    pub body: String,
    /// The folder that the reply is listed in, if any.
    pub folder: Option<String>,
    /// Whether it belongs to the team or to the caller.
    pub kind: ReplyKind,
}

/// Who may see and change a saved reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyKind {
    /// The team's reply. All staff read it; admins change it.
    Shared,
    /// The caller's own reply. Only they see and change it.
    Personal,
}

/// The shared replies and the reader's own, ordered by shortcut. Runs as staff.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(store: &Store, reader: Reader) -> Result<Vec<SavedReply>, StoreError> {
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let answer = store.read(reader, LIST, &[]).await?;
    let readable = |row| {
        store.undecodable.leave_out(
            "saved reply",
            rows::get::<uuid::Uuid>(row, 0).unwrap_or_default(),
            reply(row),
        )
    };
    Ok(answer.iter().filter_map(readable).collect())
}

/// Creates or replaces a reply. Admins save shared replies, and owners save their personal ones.
/// Recorded in `access_log` as `reply_saved`; the texts of a personal reply are not recorded.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `conflict` if another reply has this shortcut, or if the
/// reply is of another kind or another person's; `too_large` beyond [`limits::SAVED_REPLIES_MAX`]
/// or [`limits::PERSONAL_REPLIES_MAX`]; `precondition_failed` if the reply is not as expected.
pub async fn save(
    store: &Store,
    caller: &Caller,
    new: &NewReply,
    expected: &IfMatch,
) -> Result<SavedReply, StoreError> {
    let max = |max: usize| i32::try_from(max).expect("some hundreds fit");
    let personal = new.kind == ReplyKind::Personal;
    let (answer, _) = store
        .write(
            caller,
            SAVE,
            &[
                &new.id.uuid(),
                &new.shortcut,
                &new.title,
                &new.body,
                &new.folder,
                &personal,
                &max(limits::SAVED_REPLIES_MAX),
                &max(limits::PERSONAL_REPLIES_MAX),
                &expected.tags(),
            ],
        )
        .await?;
    reply(
        answer
            .first()
            .ok_or_else(|| StoreError::Row("no saved reply".into()))?,
    )
}

/// Deletes a reply. Returns whether there was one that the caller may know of. Admins delete shared
/// replies, and owners delete their personal ones. Recorded as `reply_deleted`.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `precondition_failed` if the reply is not as expected.
pub async fn delete(
    store: &Store,
    caller: &Caller,
    id: SavedReplyId,
    expected: &IfMatch,
) -> Result<bool, StoreError> {
    let (answer, _) = store
        .write(caller, DELETE, &[&id.uuid(), &expected.tags()])
        .await?;
    rows::get(
        answer
            .first()
            .ok_or_else(|| StoreError::Row("no answer to a deletion".into()))?,
        0,
    )
}

fn reply(row: &Row) -> Result<SavedReply, StoreError> {
    Ok(SavedReply {
        id: SavedReplyId::new(rows::get(row, 0)?),
        shortcut: rows::get(row, 1)?,
        title: rows::get(row, 2)?,
        body: rows::get(row, 3)?,
        updated_at: rows::time(row, 4)?,
        folder: rows::get(row, 5)?,
        owner: rows::get::<Option<uuid::Uuid>>(row, 6)?.map(UserId::new),
        etag: Some(rows::get(row, 7)?),
    })
}
