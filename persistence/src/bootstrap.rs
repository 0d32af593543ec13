//! Grants the first admin role, which no one inside Helpline can grant yet.

use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use helpline_core::token_subject::TokenSubject;

use crate::migrate::with_admin;
use crate::{Names, StoreError, rows};

const GRANT: &str = include_str!("../sql/bootstrap/grant.sql");
const MAP_SUBJECT: &str = include_str!("../sql/bootstrap/map_subject.sql");
const MAPPED_PERSON: &str = include_str!("../sql/bootstrap/mapped_person.sql");
const AS_OWNER: &str = include_str!("../sql/bootstrap/as_owner.sql");

/// Grants these roles to these people over an administrator's connection. Idempotent.
///
/// # Errors
/// When the database cannot be reached, or is not migrated.
pub async fn grant(admin_url: &str, roles: &[(UserId, StaffRole)]) -> Result<(), StoreError> {
    grant_in(admin_url, &Names::default(), roles).await
}

/// Like [`grant`], for an installation with its own names.
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

/// The person that a token subject belongs to, over an administrator's connection. A subject that
/// has not signed in yet gets the same rows as at a first sign-in. An existing row is kept.
///
/// # Errors
/// As [`grant`].
pub async fn person_of(
    admin_url: &str,
    names: &Names,
    subject: &TokenSubject,
) -> Result<UserId, StoreError> {
    let issued = match subject {
        TokenSubject::Person(person) => return Ok(*person),
        TokenSubject::Issued(issued) => issued,
    };
    with_admin(admin_url, async |client| {
        client.batch_execute(&names.render(AS_OWNER)).await?;
        let name = [issued.issuer(), issued.subject()];
        client
            .execute(&names.render(MAP_SUBJECT), &[&name[0], &name[1]])
            .await?;
        let row = client
            .query_one(&names.render(MAPPED_PERSON), &[&name[0], &name[1]])
            .await?;
        Ok(UserId::new(rows::get(&row, 0)?))
    })
    .await
}
