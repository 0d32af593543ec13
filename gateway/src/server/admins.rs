//! Logs a warning at startup if the desk has no admin who has signed in and is not blocked. Without
//! an admin, customers can still open tickets, but roles cannot be assigned. If the subject given
//! with `--first-admin` matches no person, this warning is the only sign of the mistake.

use helpline_persistence::{Store, roles};

/// The warning if no admin has signed in, or all admins are blocked.
pub const NO_ADMIN: &str = "no admin of this desk has signed in yet, or all admins are blocked: no one can assign roles; \
     set the first admin with `helpline migrate --first-admin` (or `--first-admin-oidc`)";

/// Logs [`NO_ADMIN`] if no admin has signed in or all admins are blocked. An error of the database
/// is ignored, because the instance can serve anyway.
pub(super) async fn log(store: &Store) {
    if matches!(roles::has_admin(store).await, Ok(false)) {
        tracing::warn!("{NO_ADMIN}");
    }
}
