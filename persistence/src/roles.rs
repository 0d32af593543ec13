//! Members of staff and their roles.

use helpline_core::actor::{Audience, StaffRole};
use helpline_core::history::HistoryRow;
use helpline_core::ids::UserId;
use helpline_core::limits;

use crate::people::{Person, readable_person};
use crate::{Caller, Reader, Store, StoreError, rows};

const LIST: &str = include_str!("../sql/roles/list.sql");
const SET: &str = include_str!("../sql/roles/set.sql");
const HAS_ADMIN: &str = include_str!("../sql/roles/has_admin.sql");

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person, whose role is always set.
    pub person: Person,
    /// Whether they were connected through any instance within [`limits::SEEN_FRESH_MS`]. Always
    /// false for a blocked person.
    pub online: bool,
}

/// All people with a role, ordered by name; with `query`, only those whose name or e-mail address
/// contains it. Runs under the staff role: agents need the list to assign tickets, and admins to
/// manage roles.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(
    store: &Store,
    reader: Reader,
    query: Option<&str>,
) -> Result<Vec<Member>, StoreError> {
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let fresh_ms = i64::try_from(limits::SEEN_FRESH_MS).expect("a minute and a half fits");
    let answer = store.read(reader, LIST, &[&fresh_ms, &query]).await?;
    let mut members = Vec::with_capacity(answer.len());
    for row in &answer {
        if let Some(person) = readable_person(store, row) {
            let online = rows::get(row, 6)?;
            members.push(Member { person, online });
        }
    }
    Ok(members)
}

/// Whether an admin has signed in and is not blocked (service function). Without one, tickets
/// arrive but no role can be granted.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_admin(store: &Store) -> Result<bool, StoreError> {
    let answer = store.query_once(HAS_ADMIN).await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no word of admins".into()))?;
    rows::get(row, 0)
}

/// Gives a person this role, which replaces any other. Admins only; recorded in `access_log` as
/// `role_granted`. Idempotent.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found` for a person who has never signed in;
/// `conflict` if no other unblocked admin has signed in.
pub async fn grant(
    store: &Store,
    caller: &Caller,
    user: UserId,
    role: StaffRole,
) -> Result<(), StoreError> {
    store
        .write(caller, SET, &[&user.uuid(), &Some(role.as_str())])
        .await
        .map(drop)
}

/// Removes a person's role. Admins only; recorded as `role_revoked`. The last admin's role cannot
/// be removed (`conflict`). The person's unfinished tickets become unassigned. Returns the history
/// rows of these changes.
///
/// # Errors
/// As [`grant`].
pub async fn revoke(
    store: &Store,
    caller: &Caller,
    user: UserId,
) -> Result<Vec<HistoryRow>, StoreError> {
    let (_, written) = store
        .write(caller, SET, &[&user.uuid(), &None::<&str>])
        .await?;
    Ok(written)
}
