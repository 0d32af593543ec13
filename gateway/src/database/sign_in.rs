//! Signs people in: finds the person for the claims of a token, and the person's current role.

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
    /// The client signs in with the `hello` frame of a WebSocket.
    Socket,
    /// The client signs in with the token of a REST request.
    Rest,
}

impl Over {
    /// All transports over which a client can sign in.
    pub const ALL: [Self; 2] = [Self::Socket, Self::Rest];

    /// The value of the sign-in metric's label for this transport.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Rest => "rest",
        }
    }
}

/// The values of the sign-in metric's label that says whether a sign-in succeeded.
pub const OUTCOMES: [&str; 4] = ["accepted", "token_refused", "blocked", "unavailable"];

/// Counts a sign-in in the sign-in metric. `refused` is the code of the refusal, or `None` if the
/// sign-in succeeded.
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

/// Signs people in. Sign-ins that arrive at the same time share a database query.
pub struct SignIn(SignInLoader);

impl SignIn {
    /// Starts the tasks that run the batched sign-in queries.
    pub fn start(store: Store, lifecycle: &Lifecycle) -> Self {
        Self(BatchLoader::start(SignInQuery(store), lifecycle))
    }

    /// Finds the person for an identity, even a blocked person. Has no timeout; the caller should
    /// set one.
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

/// Returns the person, unless the person is blocked.
///
/// # Errors
/// `blocked` if the person is blocked.
pub fn admitted(person: Person) -> Result<Person, Reject> {
    if person.blocked {
        return Err(Reject::new(RejectCode::Blocked, "this account is blocked"));
    }
    Ok(person)
}
