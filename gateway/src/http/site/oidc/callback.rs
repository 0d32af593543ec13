//! `GET /oidc/callback`: the URL to which the OpenID provider redirects the browser, with an
//! authorization code or an error.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use axum::response::Response;
use chrono::{TimeDelta, Utc};
use helpline_core::limits;
use helpline_core::reject::RejectCode;
use helpline_persistence::audit::AccessRow;
use serde_json::json;

use super::cookies::BegunSignIn;
use super::outcome::{Outcome, back};
use super::own_sign_in::OwnSignIn;
use super::return_path::HOME;
use crate::auth::Session;
use crate::integrations::oidc::{CALLBACK_PATH, SignedInPerson, error_code};
use crate::runtime::client_address::user_agent;
use crate::runtime::errors::chain;

/// OAuth error codes that mean a decision by the person or by the provider's rules. They do not
/// indicate a configuration fault.
const DENIED: [&str; 4] = [
    "access_denied",
    "login_required",
    "consent_required",
    "interaction_required",
];

/// Failure reasons that a wrong or forged callback request can cause, such as a wrong code.
const OF_THIS_PERSON: [&str; 4] = [
    "issuer",
    "code_refused",
    "id_token_signature",
    "id_token_claims",
];

/// OAuth error codes that mean a temporary failure of the provider.
const PASSING: [&str; 2] = ["server_error", "temporarily_unavailable"];

/// The reason why a sign-in failed.
struct NotSignedIn {
    outcome: Outcome,
    /// Why the sign-in failed, as one word for the log and for `access_log`.
    reason: &'static str,
    /// Further details of the failed sign-in for the log, without secrets.
    cause: String,
}

impl NotSignedIn {
    const fn new(outcome: Outcome, reason: &'static str) -> Self {
        Self {
            outcome,
            reason,
            cause: String::new(),
        }
    }
}

/// Completes the sign-in and redirects to the page on which the person started it. On success, sets
/// the session cookie. On failure, adds the outcome (such as `expired`) to the URL, and the page
/// shows a sentence for it.
pub(super) async fn complete(
    State(sign_ins): State<Arc<OwnSignIn>>,
    extensions: Extensions,
    headers: HeaderMap,
    parameters: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Response {
    let Some(parameters) = parameters.ok().and_then(|Query(all)| once_each(all)) else {
        return refused(HOME, &NotSignedIn::new(Outcome::Expired, "parameters"));
    };
    let begun = parameters
        .get("state")
        .and_then(|state| sign_ins.remembered(state, &headers));
    let Some(begun) = begun else {
        return refused(HOME, &NotSignedIn::new(Outcome::Expired, "state"));
    };
    let to = begun.return_path.as_str();
    let mut response = match sign_ins.came_back(&begun, &parameters).await {
        Ok(session) => {
            let mut response = back(to, Outcome::Ok);
            response.headers_mut().append(header::SET_COOKIE, session);
            response
        }
        Err(why) => {
            sign_ins.record(&why, &extensions, &headers);
            refused(to, &why)
        }
    };
    let forgotten = sign_ins.forget(&begun.state);
    response.headers_mut().append(header::SET_COOKIE, forgotten);
    response
}

impl OwnSignIn {
    /// Validates the provider's callback parameters and exchanges the authorization code for the
    /// person's identity. Returns the `Set-Cookie` header of the new sign-in session.
    async fn came_back(
        &self,
        begun: &BegunSignIn,
        parameters: &HashMap<String, String>,
    ) -> Result<HeaderValue, NotSignedIn> {
        // If the callback has an `iss` parameter (RFC 9207), it must name the configured provider.
        if parameters
            .get("iss")
            .is_some_and(|issuer| issuer != self.provider.issuer())
        {
            return Err(NotSignedIn::new(Outcome::Failed, "issuer"));
        }
        if let Some(error) = parameters.get("error") {
            let outcome = if DENIED.contains(&error.as_str()) {
                Outcome::Denied
            } else if PASSING.contains(&error.as_str()) {
                Outcome::Unavailable
            } else {
                Outcome::Failed
            };
            return Err(NotSignedIn {
                outcome,
                reason: "provider",
                cause: error_code(error),
            });
        }
        let Some(code) = parameters.get("code") else {
            return Err(NotSignedIn::new(Outcome::Failed, "no_code"));
        };
        let (verifier, nonce) = (begun.verifier.clone(), begun.nonce.clone());
        match self.provider.complete(code.clone(), verifier, nonce).await {
            Ok(person) => self.session_of(person),
            Err(fault) => Err(NotSignedIn {
                outcome: Outcome::from(&fault),
                reason: fault.word(),
                cause: chain(&fault),
            }),
        }
    }

    fn session_of(&self, person: SignedInPerson) -> Result<HeaderValue, NotSignedIn> {
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
        self.session_cookie(&session, ends)
            .map_err(|_| NotSignedIn::new(Outcome::Failed, "session"))
    }

    /// Records a failed sign-in in `access_log`. Failures of the provider or of the configuration
    /// are only logged. Any visitor can request the callback URL, so the caller must first check
    /// that this browser started the sign-in.
    fn record(&self, why: &NotSignedIn, extensions: &Extensions, headers: &HeaderMap) {
        if why.outcome != Outcome::Denied && !OF_THIS_PERSON.contains(&why.reason) {
            return;
        }
        let mut detail = json!({"route": CALLBACK_PATH, "method": "GET", "reason": why.reason});
        // The cause is the provider's error code. It is one of [`DENIED`], because other provider
        // errors return early above.
        if why.reason == "provider" {
            detail["error"] = why.cause.as_str().into();
        }
        self.audit_log.enqueue(AccessRow {
            user: None,
            action: "sign_in_refused".to_owned(),
            ticket: None,
            refused: Some(RejectCode::NotAuthenticated),
            address: self.address(extensions, headers),
            user_agent: user_agent(headers),
            detail,
        });
    }
}

/// Returns the parameters by name. Returns `None` if a name occurs twice or a parameter is too
/// long.
fn once_each(all: Vec<(String, String)>) -> Option<HashMap<String, String>> {
    let count = all.len();
    let fits = all
        .iter()
        .all(|(name, value)| name.len() + value.len() <= limits::OIDC_PARAMETER_BYTES_MAX);
    let named: HashMap<_, _> = all.into_iter().collect();
    (fits && named.len() == count).then_some(named)
}

/// Logs the failed sign-in and redirects the browser to the page `to`. An error code that the
/// provider put into the callback URL is logged as information. An unusable callback URL or
/// response of the provider is logged as a warning. Every other failure, such as one that any
/// visitor can cause, is logged only at debug level.
fn refused(to: &str, why: &NotSignedIn) -> Response {
    let NotSignedIn {
        outcome, reason, ..
    } = *why;
    let cause: String = why.cause.chars().take(300).collect();
    match (outcome, reason) {
        (_, "provider") => {
            tracing::info!(
                reason,
                cause,
                "the OpenID provider answered with an error instead of signing a person in"
            );
        }
        (Outcome::Failed, _) => {
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
