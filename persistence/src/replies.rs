//! Saved replies: texts of the team's, inserted by their shortcut.

use helpline_core::actor::Audience;
use helpline_core::ids::SavedReplyId;
use helpline_core::limits;
use helpline_core::protocol::SavedReply;
use tokio_postgres::Row;

use crate::{Caller, Reader, Store, StoreError, rows};

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
}

/// All of them by shortcut, as staff.
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

/// Creates or replaces one; by an admin, recorded in `access_log` as `reply_saved`.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `conflict` for another reply's shortcut; `too_large` beyond [`limits::SAVED_REPLIES_MAX`].
pub async fn save(
    store: &Store,
    caller: &Caller,
    new: &NewReply,
) -> Result<SavedReply, StoreError> {
    let max = i32::try_from(limits::SAVED_REPLIES_MAX).expect("some hundreds fit");
    let (answer, _) = store
        .write(
            caller,
            SAVE,
            &[&new.id.uuid(), &new.shortcut, &new.title, &new.body, &max],
        )
        .await?;
    reply(
        answer
            .first()
            .ok_or_else(|| StoreError::Row("no saved reply".into()))?,
    )
}

/// Removes one, and says whether there was one; by an admin, recorded as `reply_deleted`.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`.
pub async fn delete(store: &Store, caller: &Caller, id: SavedReplyId) -> Result<bool, StoreError> {
    let (answer, _) = store.write(caller, DELETE, &[&id.uuid()]).await?;
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
    })
}
