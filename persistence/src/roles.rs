//! Who is of the staff.
use crate::people::Person;
use crate::{Doer, Reader, Store, StoreError};
use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;

/// Everybody with a role, by name (staff role reads it: agents to assign; admins manage).
pub async fn list(_store: &Store, _reader: Reader) -> Result<Vec<Person>, StoreError> {
    todo!()
}
/// Gives a person this role instead of any other; by an admin, recorded in `access_log` as `role_granted`. Idempotent.
pub async fn grant(_store: &Store, _doer: &Doer, _user: UserId, _role: StaffRole) -> Result<(), StoreError> {
    todo!()
}
/// Takes a person's role; by an admin, recorded as `role_revoked`. The last admin stays (`conflict`).
pub async fn revoke(_store: &Store, _doer: &Doer, _user: UserId) -> Result<(), StoreError> {
    todo!()
}
