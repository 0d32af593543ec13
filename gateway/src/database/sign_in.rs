//! Signing in: from what a token says to a person and their role at this moment.

use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::Store;
use helpline_persistence::people::{Identity, Person};

use super::batch_loader::BatchLoader;
use super::loaders::{SignInLoader, SignInQuery};
use crate::runtime::errors::unavailable;
use crate::runtime::lifecycle::Lifecycle;

/// How a client that signs in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// With the `hello` of a socket.
    Socket,
    /// With a request.
    Rest,
}

impl Over {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Socket, Self::Rest];

    /// The metric's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Rest => "rest",
        }
    }
}

/// The metric's words for how a sign-in ends.
pub const OUTCOMES: [&str; 4] = ["accepted", "token_refused", "blocked", "unavailable"];

/// Counts how a sign-in ended: `refused` is the code of a refusal.
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
