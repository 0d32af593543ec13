//! `GET /oidc/callback`: back from the provider, with a code or with a reason why there is none.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use chrono::{TimeDelta, Utc};
use helpline_core::limits;

use super::cookies::BegunSignIn;
use super::outcome::{Outcome, back};
use super::own_sign_in::OwnSignIn;
use super::return_path::HOME;
use crate::auth::Session;
use crate::integrations::oidc::{SignedInPerson, error_code};
use crate::runtime::errors::chain;

/// Refusals that the person or the provider's rules decided: no fault of either side's settings.
const DENIED: [&str; 4] = [
    "access_denied",
    "login_required",
    "consent_required",
    "interaction_required",
];

/// What passes by itself, as the provider says.
const PASSING: [&str; 2] = ["server_error", "temporarily_unavailable"];

/// Sets the session's cookie and leads back to where the person wanted to go; or leads back with the reason why there is no session.
pub(super) async fn complete(
    State(sign_ins): State<Arc<OwnSignIn>>,
    headers: HeaderMap,
    parameters: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Response {
    let Some(parameters) = parameters.ok().and_then(|Query(all)| once_each(all)) else {
        return refused(HOME, Outcome::Failed, "parameters", "");
    };
    let begun = parameters
        .get("state")
        .and_then(|state| sign_ins.remembered(state, &headers));
    let Some(begun) = begun else {
        return refused(HOME, Outcome::Expired, "state", "");
    };
    let mut response = sign_ins.came_back(&begun, &parameters).await;
    let forgotten = sign_ins.forget(&begun.state);
    response.headers_mut().append(header::SET_COOKIE, forgotten);
    response
}

impl OwnSignIn {
    async fn came_back(
        &self,
        begun: &BegunSignIn,
        parameters: &HashMap<String, String>,
    ) -> Response {
        let to = begun.return_path.as_str();
        // A provider that names itself must be the one that was asked.
        if parameters
            .get("iss")
            .is_some_and(|issuer| issuer != self.provider.issuer())
        {
            return refused(to, Outcome::Failed, "issuer", "");
        }
        if let Some(error) = parameters.get("error") {
            let outcome = if DENIED.contains(&error.as_str()) {
                Outcome::Denied
            } else if PASSING.contains(&error.as_str()) {
                Outcome::Unavailable
            } else {
                Outcome::Failed
            };
            return refused(to, outcome, "provider", &error_code(error));
        }
        let Some(code) = parameters.get("code") else {
            return refused(to, Outcome::Failed, "no_code", "");
        };
        let (verifier, nonce) = (begun.verifier.clone(), begun.nonce.clone());
        match self.provider.complete(code.clone(), verifier, nonce).await {
            Ok(person) => self.signed_in(to, person),
            Err(fault) => refused(to, Outcome::from(&fault), fault.word(), &chain(&fault)),
        }
    }

    fn signed_in(&self, to: &str, person: SignedInPerson) -> Response {
        let ends = Utc::now() + TimeDelta::hours(i64::from(self.session_hours));
        let fits = |text: &String, chars_max| text.chars().count() <= chars_max;
        let session = Session {
            iss: self.provider.issuer().to_owned(),
            sub: person.subject,
            name: person
                .name
                .filter(|name| fits(name, limits::NAME_CHARS_MAX)),
            email: person
                .email
                .filter(|email| fits(email, limits::EMAIL_CHARS_MAX)),
            ends: ends.timestamp(),
        };
        let Ok(cookie) = self.session_cookie(&session, ends) else {
            return refused(to, Outcome::Failed, "session", "");
        };
        let mut response = back(to, Outcome::Ok);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response
    }
}

/// Parameters that are there twice, or too long, are no answer.
fn once_each(all: Vec<(String, String)>) -> Option<HashMap<String, String>> {
    let count = all.len();
    let fits = all
        .iter()
        .all(|(name, value)| name.len() + value.len() <= limits::OIDC_PARAMETER_BYTES_MAX);
    let named: HashMap<_, _> = all.into_iter().collect();
    (fits && named.len() == count).then_some(named)
}

/// Logged with its reason: a fault between desk and provider as a warning, what the provider decided as information, and what every visitor can
/// cause without it only on request.
fn refused(to: &str, outcome: Outcome, reason: &'static str, cause: &str) -> Response {
    let cause: String = cause.chars().take(300).collect();
    match (outcome, reason) {
        (_, "provider") => {
            tracing::info!(
                reason,
                cause,
                "the OpenID provider did not sign a person in"
            );
        }
        (Outcome::Failed, _) if reason != "parameters" => {
            tracing::warn!(reason, cause, "a sign-in by the OpenID provider failed");
        }
        _ => tracing::debug!(
            reason,
            cause,
            "a sign-in by the OpenID provider did not succeed"
        ),
    }
    back(to, outcome)
}
