//! Saved replies: texts that agents insert into messages by a shortcut. They belong to the team or
//! to one person.

use helpline_core::actor::Audience;
use helpline_core::ids::{SavedReplyId, UserId};
use helpline_core::limits;
use helpline_core::protocol::SavedReply;
use tokio_postgres::Row;

use crate::{Caller, IfMatch, Reader, Store, StoreError, rows};

const LIST: &str = include_str!("../sql/replies/list.sql");
const SAVE: &str = include_str!("../sql/replies/save.sql");
const DELETE: &str = include_str!("../sql/replies/delete.sql");

/// A saved reply to store. The caller has checked the lengths of the texts; constraints of the
/// table check them too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReply {
    /// The id of the saved reply, which is created or replaced.
    pub id: SavedReplyId,
    /// The short text that an agent types to insert the saved reply.
    pub shortcut: String,
    /// Short description of the saved reply, for lists.
    pub title: String,
    /// The text that is inserted into a message. Placeholders such as `{{name}}` are stored as
    /// typed. The console replaces them when an agent inserts the saved reply.
    pub body: String,
    /// The folder in which the saved reply is listed, if any.
    pub folder: Option<String>,
    /// Whether the saved reply belongs to the team or to the caller.
    pub kind: ReplyKind,
}

/// Who may see and change a saved reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyKind {
    /// The team's reply. All staff can read it, but only admins can change it.
    Shared,
    /// The caller's own reply. Only the caller can see and change it.
    Personal,
}

/// Lists the shared replies and the reader's personal replies, ordered by shortcut. Runs under the
/// staff role.
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

/// Creates or replaces a saved reply. Only admins save shared replies, and only the owner saves a
/// personal reply. The access log records the change as `reply_saved`, without the text of a
/// personal reply.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `conflict` if another reply has this shortcut, or if the
/// existing reply has another kind (shared or personal) or belongs to another person; `too_large`
/// beyond [`limits::SAVED_REPLIES_MAX`] or [`limits::PERSONAL_REPLIES_MAX`]; `precondition_failed`
/// if the reply's entity tag does not match.
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

/// Deletes a saved reply. Only admins delete shared replies, and only the owner deletes a personal
/// reply. Returns whether the reply existed and was visible to the caller. The access log records
/// the deletion as `reply_deleted`.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `precondition_failed` if the reply's entity tag does not
/// match.
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
