//! The first admin: no one inside Helpline can grant that role yet.

use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;

use crate::StoreError;
use crate::migrate::with_admin;

const GRANT: &str = include_str!("../sql/bootstrap/grant.sql");
const AS_OWNER: &str = include_str!("../sql/bootstrap/as_owner.sql");

/// Gives these people these roles, over an administrator's connection. Idempotent.
///
/// # Errors
/// When the database cannot be reached, or is not migrated.
pub async fn grant(admin_url: &str, roles: &[(UserId, StaffRole)]) -> Result<(), StoreError> {
    with_admin(admin_url, async |client| {
        client.batch_execute(AS_OWNER).await?;
        for (user, role) in roles {
            client.execute(GRANT, &[&user.uuid(), &role.as_str()]).await?;
        }
        Ok(())
    })
    .await
}
