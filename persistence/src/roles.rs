//! Reads and changes the members of staff and their roles.

use helpline_core::actor::{Audience, StaffRole};
use helpline_core::history::HistoryRow;
use helpline_core::ids::UserId;
use helpline_core::limits;

use crate::people::{Person, readable_person};
use crate::{Caller, Reader, Store, StoreError, rows};

const LIST: &str = include_str!("../sql/roles/list.sql");
const SET: &str = include_str!("../sql/roles/set.sql");
const FOLLOW_STAFF: &str = include_str!("../sql/roles/follow_staff.sql");
const ARE_MANAGED: &str = include_str!("../sql/roles/are_managed.sql");
const HAS_ADMIN: &str = include_str!("../sql/roles/has_admin.sql");

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person. `person.role` is always set.
    pub person: Person,
    /// Whether the person was connected to any instance of the service within
    /// [`limits::SEEN_FRESH_MS`]. Always `false` for a blocked person.
    pub online: bool,
}

/// Lists all people with a staff role, ordered by name. With `query`, only people whose name or
/// email address contains this text. Runs under the staff role: agents use the list to assign
/// tickets, and admins use it to manage roles.
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

/// Returns whether there is an admin who has signed in and is not blocked, under the service role.
/// Without such an admin, customers can open tickets, but no role can be granted.
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

/// Makes the roles equal to what the platform's query returns, under the service role, if `migrate`
/// has stored a query. Returns why the query failed; the roles then stay as they are. Several
/// instances may call this function at the same time; only one of them does the work.
///
/// # Errors
/// When the database cannot be written.
pub async fn follow_staff(store: &Store) -> Result<Option<String>, StoreError> {
    let answer = store.query(FOLLOW_STAFF, &[]).await?;
    answer.first().map_or(Ok(None), |row| rows::get(row, 0))
}

/// Returns whether a platform manages the roles, because `migrate` has stored a query for them. Admins
/// cannot change roles then.
///
/// # Errors
/// When the database cannot be read.
pub async fn are_managed(store: &Store) -> Result<bool, StoreError> {
    let answer = store.query(ARE_MANAGED, &[]).await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Sets a person's role, which replaces any other role. For admins only. The access log records the
/// change as `role_granted`. Repeating the call changes nothing.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found` for a person who has never signed in;
/// `conflict` if the person is the last admin who has signed in and is not blocked; `roles_managed` if
/// roles come from a platform.
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

/// Removes a person's role and unassigns the person's unfinished tickets. For admins only. The
/// access log records the change as `role_revoked`. The last admin's role cannot be removed
/// (`conflict`). Returns the events of the unassignments.
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
