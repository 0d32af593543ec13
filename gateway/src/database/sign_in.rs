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

    /// Signs a person in, blocked or not. Waits for its batch; a caller that must not wait for long bounds it by a timeout.
    ///
    /// # Errors
    /// `unavailable` when the database cannot be asked.
    pub async fn person(&self, identity: &Identity) -> Result<Person, Reject> {
        let person = self.0.load(identity.clone()).await?;
        person.ok_or_else(unavailable)
    }

    /// The same; a blocked person is refused.
    ///
    /// # Errors
    /// `blocked`, or as [`Self::person`].
    pub async fn sign_in(&self, identity: &Identity) -> Result<Person, Reject> {
        admitted(self.person(identity).await?)
    }
}

/// The person, unless they are blocked.
///
/// # Errors
/// `blocked`.
pub fn admitted(person: Person) -> Result<Person, Reject> {
    if person.blocked {
        return Err(Reject::new(RejectCode::Blocked, "this account is blocked"));
    }
    Ok(person)
}
