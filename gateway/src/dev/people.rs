//! The demo people. They have the same ids in every new Postgres cluster, so that scripts and
//! bookmarks keep working.

use chrono::Utc;
use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use helpline_persistence::people::Identity;
use serde_json::json;
use uuid::Uuid;

use crate::auth;
use crate::config::{Auth, TokenSecret};

/// Lifetime of a demo token: one day, in seconds.
const TOKEN_SECONDS: i64 = 24 * 60 * 60;

/// A demo person, who can sign in by name without a password.
#[derive(Debug, Clone, Copy)]
pub struct DemoPerson {
    /// The person's id.
    pub id: UserId,
    /// Display name.
    pub name: &'static str,
    /// Email address.
    pub email: &'static str,
    /// Staff role. `None` for a customer.
    pub role: Option<StaffRole>,
}

/// All demo people: two customers, two agents and an admin.
pub const ALL: &[DemoPerson] = &[
    person(1, "Ada Lovelace", "ada@example.org", None),
    person(2, "Carl Gauss", "carl@example.org", None),
    person(
        3,
        "Grace Hopper",
        "grace@helpline.example",
        Some(StaffRole::SupportAgent),
    ),
    person(
        4,
        "Alan Turing",
        "alan@helpline.example",
        Some(StaffRole::SupportAgent),
    ),
    person(
        5,
        "Katherine Johnson",
        "katherine@helpline.example",
        Some(StaffRole::Admin),
    ),
];

const fn person(
    n: u128,
    name: &'static str,
    email: &'static str,
    role: Option<StaffRole>,
) -> DemoPerson {
    // A version 8 UUID (vendor-specific), which identity providers do not use.
    let id = 0x0de0_0000_0000_8000_8000_0000_0000_0000 | n;
    DemoPerson {
        id: UserId::new(Uuid::from_u128(id)),
        name,
        email,
        role,
    }
}

/// Finds a demo person by name, first name, email address (all case-insensitive) or id.
pub fn named(word: &str) -> Option<&'static DemoPerson> {
    ALL.iter().find(|person| {
        let first = person.name.split(' ').next().unwrap_or_default();
        [person.name, first, person.email]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(word))
            || person.id.to_string() == word
    })
}

/// Signs a token for a demo person, like a token that the operator's platform issues.
///
/// # Errors
/// The token cannot be signed.
pub fn token(
    person: &DemoPerson,
    auth: &Auth,
    secret: &TokenSecret,
) -> Result<String, jsonwebtoken::errors::Error> {
    let mut claims = auth::claims_of(
        &person.id.into(),
        &auth.audience,
        Utc::now().timestamp() + TOKEN_SECONDS,
    );
    claims.insert("email".into(), json!(person.email));
    claims.insert("user_metadata".into(), json!({"full_name": person.name}));
    if let Some(issuer) = &auth.issuer {
        claims.insert("iss".into(), json!(issuer));
    }
    auth::sign(secret, &claims)
}

impl DemoPerson {
    /// The identity that the person's token contains.
    pub fn identity(&self) -> Identity {
        Identity {
            subject: self.id.into(),
            email: Some(self.email.to_owned()),
            name: Some(self.name.to_owned()),
        }
    }
}
