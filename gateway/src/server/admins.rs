//! Checks at startup whether the desk has an admin who has signed in and is not blocked. Without one, tickets still come in, but no
//! one can assign roles. The warning is also the only sign of a `--first-admin` whose subject belongs to no one.

use helpline_persistence::{Store, roles};

/// Warning for a desk without such an admin.
pub const NO_ADMIN: &str = "no admin of this desk has signed in yet, or all admins are blocked: no one can assign roles; \
     set the first admin with `helpline migrate --first-admin` (or `--first-admin-oidc`)";

/// Logs [`NO_ADMIN`] if there is no such admin. An error of the database is ignored, because the instance can serve anyway.
pub(super) async fn log(store: &Store) {
    if matches!(roles::has_admin(store).await, Ok(false)) {
        tracing::warn!("{NO_ADMIN}");
    }
}
