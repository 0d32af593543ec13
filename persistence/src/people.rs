//! People, filled from tokens.
use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use crate::{Store, StoreError};

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
pub async fn sign_in(_store: &Store, _identity: &Identity) -> Result<Person, StoreError> { todo!() }
/// Everybody's present standing, of those asked for.
pub async fn standing(_store: &Store, _users: &[UserId]) -> Result<Vec<Person>, StoreError> { todo!() }
