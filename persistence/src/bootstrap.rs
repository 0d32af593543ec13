//! The first admin: no one inside Helpline can grant that role yet.

use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;

use crate::migrate::with_admin;
use crate::{Names, StoreError};

const GRANT: &str = include_str!("../sql/bootstrap/grant.sql");
const AS_OWNER: &str = include_str!("../sql/bootstrap/as_owner.sql");

/// Gives these people these roles, over an administrator's connection. Idempotent.
///
/// # Errors
/// When the database cannot be reached, or is not migrated.
pub async fn grant(admin_url: &str, roles: &[(UserId, StaffRole)]) -> Result<(), StoreError> {
    grant_in(admin_url, &Names::default(), roles).await
}

/// The same, in an installation with names of its own.
///
/// # Errors
/// As [`grant`].
pub async fn grant_in(
    admin_url: &str,
    names: &Names,
    roles: &[(UserId, StaffRole)],
) -> Result<(), StoreError> {
    let grant = names.render(GRANT);
    with_admin(admin_url, async |client| {
        client.batch_execute(&names.render(AS_OWNER)).await?;
        for (user, role) in roles {
            client
                .execute(&grant, &[&user.uuid(), &role.as_str()])
                .await?;
        }
        Ok(())
    })
    .await
}
