//! Grants the first admin's role over a database connection. Helpline's API cannot grant this role,
//! because only an existing admin can grant roles through the API.

use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use helpline_core::token_subject::TokenSubject;

use crate::migrate::with_admin;
use crate::{Names, StoreError, rows};

const GRANT: &str = include_str!("../sql/bootstrap/grant.sql");
const MAP_SUBJECT: &str = include_str!("../sql/bootstrap/map_subject.sql");
const MAPPED_PERSON: &str = include_str!("../sql/bootstrap/mapped_person.sql");
const AS_OWNER: &str = include_str!("../sql/bootstrap/as_owner.sql");

/// Grants these roles to these people, over an administrator's database connection. It can be
/// repeated: a role that a person already has is not an error.
///
/// # Errors
/// When the database cannot be reached, or is not migrated.
pub async fn grant(admin_url: &str, roles: &[(UserId, StaffRole)]) -> Result<(), StoreError> {
    grant_in(admin_url, &Names::default(), roles).await
}

/// Like [`grant`], for an installation whose schema and roles have other names than the default.
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

/// Returns the person that a token's subject stands for, over an administrator's connection. For a
/// subject that has not signed in yet, it creates the rows that a first sign-in would create.
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
