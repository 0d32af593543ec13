//! Where roles come from. By default, admins manage them in Helpline. Where a platform manages them,
//! an administrator of the database gives the query that finds its staff, and the service keeps
//! Helpline's roles equal to its result.

use helpline_core::actor::StaffRole;
use helpline_core::limits;
use tokio_postgres::Client;

use super::GRANT;
use crate::error::chain;
use crate::{Names, StoreError, rows};

const FUNCTION: &str = include_str!("../../sql/migrate/staff_function.sql");
const ROLES: &str = include_str!("../../sql/migrate/staff_roles.sql");
const DROP: &str = include_str!("../../sql/migrate/drop_staff_function.sql");
const FOLLOW: &str = include_str!("../../sql/roles/follow_staff.sql");

/// Where the roles of this installation come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffFrom {
    /// From this query of the platform's tables, which returns people's ids and their roles.
    Query(String),
    /// From Helpline's admins.
    Off,
}

impl StaffFrom {
    /// Parses `off` or a query.
    ///
    /// # Errors
    /// Returns the reason if the text is empty or too long.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let query = text.trim().trim_end_matches(';');
        match query {
            "off" => Ok(Self::Off),
            "" => Err("must be off, or a query that returns user_id and role"),
            _ if query.len() > limits::PLATFORM_QUERY_BYTES_MAX => Err("is too long"),
            _ => Ok(Self::Query(query.to_owned())),
        }
    }
}

/// Stores the query and sets the roles by it. Nothing changes if the query fails, returns a word that
/// is no role, or finds no admin.
pub(super) async fn choose(
    client: &Client,
    names: &Names,
    chosen: &StaffFrom,
) -> Result<(), StoreError> {
    let StaffFrom::Query(query) = chosen else {
        return Ok(client.batch_execute(&names.render(DROP)).await?);
    };
    client.batch_execute("begin").await?;
    let roles = async {
        let row = client.query_one(&names.render(FUNCTION), &[query]).await?;
        client.batch_execute(row.try_get(0)?).await?;
        let grant = GRANT.replace("{function}", "platform_staff()");
        client.batch_execute(&names.render(&grant)).await?;
        client.query(&names.render(ROLES), &[]).await
    };
    let roles = roles
        .await
        .map_err(|error| refused(&format!("the query failed: {}", chain(&error))))?;
    let mut admins: i64 = 0;
    for row in &roles {
        let (role, people): (String, i64) = (rows::get(row, 0)?, rows::get(row, 1)?);
        if !StaffRole::ALL.iter().any(|one| one.as_str() == role) {
            return Err(refused(&format!(
                "the query returns the role {role}; map it to admin or support_agent, or leave it out"
            )));
        }
        if role == StaffRole::Admin.as_str() {
            admins = people;
        }
    }
    if admins == 0 {
        return Err(refused("the query finds no admin"));
    }
    client
        .batch_execute(&names.render("set local role {owner}"))
        .await?;
    client.query(&names.render(FOLLOW), &[]).await?;
    Ok(client.batch_execute("commit").await?)
}

fn refused(why: &str) -> StoreError {
    StoreError::NotPrepared(format!("--staff-from: {why}; the roles were not changed"))
}
