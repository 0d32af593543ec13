//! At the start: whether the desk has an admin who has signed in and is not blocked. Tickets come in without one, but no role can be given, and
//! nothing else tells; nor does anything tell that the first admin was named by a subject that no one has.

use helpline_persistence::{Store, roles};

/// What is to be said when there is none.
pub const NO_ADMIN: &str = "no admin of this desk has signed in yet, or all of them are blocked: until one has, no one can give roles; \
     `helpline migrate --first-admin` (or `--first-admin-oidc`) names the first one";

/// Logs it. Nothing depends on it: a database that does not tell is no reason not to serve.
pub(super) async fn log(store: &Store) {
    if matches!(roles::has_admin(store).await, Ok(false)) {
        tracing::warn!("{NO_ADMIN}");
    }
}
