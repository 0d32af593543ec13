//! The files in the store that the database names, for an operator who compares both or moves the files to another store.

use uuid::Uuid;

use crate::operator::with_owner;
use crate::{Names, StoreError, rows};

const NAMED: &str = include_str!("../sql/operator/named_blobs.sql");
const MARK_LOST: &str = include_str!("../sql/operator/mark_lost_blobs.sql");
const JUDGED: &str = include_str!("../sql/operator/judged_blobs.sql");
/// Uploads of one portion.
const PORTION: i64 = 1_000;

/// A file that an upload names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBlob {
    /// The upload.
    pub upload: Uuid,
    /// The file's key in the store.
    pub key: String,
    /// Bytes of the file; `None` for a preview.
    pub size: Option<u64>,
    /// SHA-256 of the file; `None` for a preview.
    pub sha256: Option<Vec<u8>>,
}

/// What the database knows about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// An upload names it.
    Named,
    /// It is being written, or is to be deleted.
    Pending,
    /// Nothing names it.
    Unknown,
}

/// Returns the files of the next uploads after `after`, and the last of these uploads. `None` if there are no more.
///
/// # Errors
/// When the database cannot be reached, or is not migrated.
pub async fn named(
    admin_url: &str,
    names: &Names,
    after: Uuid,
) -> Result<Option<(Vec<NamedBlob>, Uuid)>, StoreError> {
    let found = with_owner(admin_url, names, async |client| {
        let found = client
            .query(&names.render(NAMED), &[&after, &PORTION])
            .await;
        found.map_err(StoreError::from)
    })
    .await?;
    let mut blobs = Vec::with_capacity(found.len());
    let mut last = None;
    for row in &found {
        let upload = rows::get(row, 0)?;
        last = Some(upload);
        if let Some(key) = rows::get(row, 1)? {
            let size: i64 = rows::get(row, 2)?;
            blobs.push(NamedBlob {
                upload,
                key,
                size: Some(size.unsigned_abs()),
                sha256: rows::get(row, 3)?,
            });
        }
        if let Some(key) = rows::get(row, 4)? {
            blobs.push(NamedBlob {
                upload,
                key,
                size: None,
                sha256: None,
            });
        }
    }
    Ok(last.map(|last| (blobs, last)))
}

/// Returns what the database knows about each of these keys.
///
/// # Errors
/// As [`named`].
pub async fn judged(
    admin_url: &str,
    names: &Names,
    keys: &[String],
) -> Result<Vec<(String, KeyState)>, StoreError> {
    let found = with_owner(admin_url, names, async |client| {
        let found = client.query(&names.render(JUDGED), &[&keys]).await;
        found.map_err(StoreError::from)
    })
    .await?;
    let state = |row| {
        let (is_named, is_pending) = (rows::get(row, 1)?, rows::get(row, 2)?);
        let state = match (is_named, is_pending) {
            (true, _) => KeyState::Named,
            (false, true) => KeyState::Pending,
            (false, false) => KeyState::Unknown,
        };
        Ok((rows::get(row, 0)?, state))
    };
    found.iter().map(state).collect()
}

/// Records that the files of these uploads are gone, with an event for each file that a message
/// names. Returns the number of files that were not gone before.
///
/// # Errors
/// As [`named`].
pub async fn mark_lost(
    admin_url: &str,
    names: &Names,
    uploads: &[Uuid],
) -> Result<u64, StoreError> {
    let mut marked = 0;
    for portion in uploads.chunks(100) {
        let found = with_owner(admin_url, names, async |client| {
            let found = client.query(&names.render(MARK_LOST), &[&portion]).await;
            found.map_err(StoreError::from)
        })
        .await?;
        let count: i64 = rows::get(rows::first(&found)?, 0)?;
        marked += count.unsigned_abs();
    }
    Ok(marked)
}
