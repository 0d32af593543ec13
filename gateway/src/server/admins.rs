//! At the start: whether the desk has an admin. Tickets come in without one, but no role can be given, and nothing else tells.

use helpline_persistence::{Store, roles};

/// What is to be said when there is none.
pub const NO_ADMIN: &str = "this desk has no admin who may sign in: no one can give roles; `helpline migrate --first-admin` (or \
     `--first-admin-oidc`) makes one";

/// Logs it. Nothing depends on it: a database that does not tell is no reason not to serve.
pub(super) async fn log(store: &Store) {
    if matches!(roles::has_admin(store).await, Ok(false)) {
        tracing::warn!("{NO_ADMIN}");
    }
}
