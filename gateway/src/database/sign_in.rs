//! Signing in: from what a token says to a person and their role at this moment.

use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::Store;
use helpline_persistence::people::{Identity, Person};

use super::batch_loader::BatchLoader;
use super::loaders::{SignInLoader, SignInQuery};
use crate::runtime::errors::unavailable;
use crate::runtime::lifecycle::Lifecycle;

/// Signs people in, many in one statement.
pub struct SignIn(SignInLoader);

impl SignIn {
    /// Starts its batches.
    pub fn start(store: Store, lifecycle: &Lifecycle) -> Self {
        Self(BatchLoader::start(SignInQuery(store), lifecycle))
    }

    /// Signs a person in. Waits for its batch; a caller that must not wait for long bounds it by a timeout.
    ///
    /// # Errors
    /// `blocked`, or `unavailable` when the database cannot be asked.
    pub async fn sign_in(&self, identity: &Identity) -> Result<Person, Reject> {
        let person = self
            .0
            .load(identity.clone())
            .await?
            .ok_or_else(unavailable)?;
        if person.blocked {
            return Err(Reject::new(RejectCode::Blocked, "this account is blocked"));
        }
        Ok(person)
    }
}
