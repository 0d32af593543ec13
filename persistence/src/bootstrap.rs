//! The first admin: no one inside Helpline can grant that role yet.

use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use helpline_core::token_subject::TokenSubject;

use crate::migrate::with_admin;
use crate::{Names, StoreError, rows};

const GRANT: &str = include_str!("../sql/bootstrap/grant.sql");
const MAP_SUBJECT: &str = include_str!("../sql/bootstrap/map_subject.sql");
const MAPPED_PERSON: &str = include_str!("../sql/bootstrap/mapped_person.sql");
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

/// The person of a subject, over an administrator's connection. One that has not signed in yet gets the row and the person of a first sign-in; a row
/// that is there already wins.
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
