//! Signs people in: finds the person for a token's claims, and their current role.

use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::Store;
use helpline_persistence::people::{Identity, Person};

use super::batch_loader::BatchLoader;
use super::loaders::{SignInLoader, SignInQuery};
use crate::runtime::errors::unavailable;
use crate::runtime::lifecycle::Lifecycle;

/// The transport over which a client signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// In the `hello` of a WebSocket.
    Socket,
    /// With a REST request.
    Rest,
}

impl Over {
    /// All transports.
    pub const ALL: [Self; 2] = [Self::Socket, Self::Rest];

    /// The word for this transport in the metric's label.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Rest => "rest",
        }
    }
}

/// The words for the outcome of a sign-in in the metric's label.
pub const OUTCOMES: [&str; 4] = ["accepted", "token_refused", "blocked", "unavailable"];

/// Counts the outcome of a sign-in. `refused` is the code of a refusal, or `None` if it succeeded.
pub fn count(over: Over, refused: Option<RejectCode>) {
    let [accepted, token_refused, blocked, unavailable] = OUTCOMES;
    let outcome = match refused {
        None => accepted,
        Some(RejectCode::NotAuthenticated | RejectCode::TokenExpired) => token_refused,
        Some(RejectCode::Blocked) => blocked,
        Some(_) => unavailable,
    };
    metrics::counter!("helpline_sign_ins_total", "over" => over.word(), "outcome" => outcome)
        .increment(1);
}

/// Signs people in, in batches.
pub struct SignIn(SignInLoader);

impl SignIn {
    /// Starts the loader.
    pub fn start(store: Store, lifecycle: &Lifecycle) -> Self {
        Self(BatchLoader::start(SignInQuery(store), lifecycle))
    }

    /// Finds the person for an identity, blocked or not. Waits for the batch; use a timeout to
    /// limit the wait.
    ///
    /// # Errors
    /// `unavailable` if the database does not answer.
    pub async fn person(&self, identity: &Identity) -> Result<Person, Reject> {
        let person = self.0.load(identity.clone()).await?;
        person.ok_or_else(unavailable)
    }

    /// Like [`Self::person`], but refuses a blocked person.
    ///
    /// # Errors
    /// `blocked`, or the errors of [`Self::person`].
    pub async fn sign_in(&self, identity: &Identity) -> Result<Person, Reject> {
        admitted(self.person(identity).await?)
    }
}

/// Passes on a person who is not blocked.
///
/// # Errors
/// `blocked` if the person is blocked.
pub fn admitted(person: Person) -> Result<Person, Reject> {
    if person.blocked {
        return Err(Reject::new(RejectCode::Blocked, "this account is blocked"));
    }
    Ok(person)
}
