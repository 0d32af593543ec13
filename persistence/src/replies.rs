//! Saved replies: texts of the team's, or of one person's own, inserted by their shortcut.

use helpline_core::actor::Audience;
use helpline_core::ids::{SavedReplyId, UserId};
use helpline_core::limits;
use helpline_core::protocol::SavedReply;
use tokio_postgres::Row;

use crate::{Caller, IfMatch, Reader, Store, StoreError, rows};

const LIST: &str = include_str!("../sql/replies/list.sql");
const SAVE: &str = include_str!("../sql/replies/save.sql");
const DELETE: &str = include_str!("../sql/replies/delete.sql");

/// A reply to be kept. Already checked for its bounds; the table's checks stand behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReply {
    /// Which one.
    pub id: SavedReplyId,
    /// What an agent types.
    pub shortcut: String,
    /// What it is about.
    pub title: String,
    /// The text, with its `{{…}}` as they are.
    pub body: String,
    /// Where it is listed.
    pub folder: Option<String>,
    /// Whose it is.
    pub kind: ReplyKind,
}

/// Whose a saved reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyKind {
    /// The team's: read by all staff, changed by admins.
    Shared,
    /// The caller's own: seen and changed by them alone.
    Personal,
}

/// The shared ones and the reader's own by shortcut, as staff.
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

/// Creates or replaces one: a shared one by an admin, a personal one by its owner. Recorded in `access_log` as `reply_saved`, a personal one without
/// its texts.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `conflict` for another reply's shortcut, and for a reply of another kind or another person's; `too_large`
/// beyond [`limits::SAVED_REPLIES_MAX`] or [`limits::PERSONAL_REPLIES_MAX`]; `precondition_failed` where it is not as expected.
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

/// Removes one, and says whether there was one that the caller may know of: a shared one by an admin, a personal one by its owner. Recorded as
/// `reply_deleted`.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `precondition_failed` where it is not as expected.
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
