//! People, filled from tokens.

use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use tokio_postgres::Row;

use crate::{Store, StoreError, rows};

const SIGN_IN: &str = include_str!("../sql/people/sign_in.sql");
const STANDING: &str = include_str!("../sql/people/standing.sql");

/// What a good token says of its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `sub`.
    pub user: UserId,
    /// `email`.
    pub email: Option<String>,
    /// The display name, if the token has one.
    pub name: Option<String>,
}

/// A person as the record knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// Their display name.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Their staff role (the higher of two: admin).
    pub role: Option<StaffRole>,
    /// Whether they may not enter.
    pub blocked: bool,
}

/// Notes a sign-in: fills in what the token says, moves `last_seen_at`, gives person and standing.
///
/// # Errors
/// When the record cannot be asked.
pub async fn sign_in(store: &Store, identity: &Identity) -> Result<Person, StoreError> {
    let answer = store.query(SIGN_IN, &[&identity.user.uuid(), &identity.email, &identity.name]).await?;
    person(answer.first().ok_or_else(|| StoreError::Row("nobody signed in".into()))?)
}

/// Everybody's present standing, of those asked for; also of those whom the record has never seen (customers, not blocked).
///
/// # Errors
/// When the record cannot be asked.
pub async fn standing(store: &Store, users: &[UserId]) -> Result<Vec<Person>, StoreError> {
    let users: Vec<_> = users.iter().map(|user| user.uuid()).collect();
    store.query(STANDING, &[&users]).await?.iter().map(person).collect()
}

pub(crate) fn person(row: &Row) -> Result<Person, StoreError> {
    Ok(Person {
        id: UserId::new(rows::get(row, 0)?),
        name: rows::get(row, 1)?,
        email: rows::get(row, 2)?,
        role: rows::optional_word(row, 3)?,
        blocked: rows::get(row, 4)?,
    })
}
