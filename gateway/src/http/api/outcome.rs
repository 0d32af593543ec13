//! The answers to changes whose result has no content.

use axum::http::StatusCode;
use helpline_core::reject::RejectCode;
use helpline_persistence::StoreError;

use crate::http::problem::Refusal;

/// The answer to a change of something other than a ticket: the texts of other routes for
/// `not_found` and `conflict` are about tickets. `missing` says what does not exist, and `conflict`
/// what stands in the way.
pub(super) fn no_content(
    done: Result<(), StoreError>,
    missing: &str,
    conflict: &str,
) -> Result<StatusCode, Refusal> {
    let code = match done {
        Ok(()) => return Ok(StatusCode::NO_CONTENT),
        Err(StoreError::Refused { code, .. }) => code,
        Err(error) => return Err(error.into()),
    };
    let why = match code {
        RejectCode::NotFound => missing,
        RejectCode::Conflict => conflict,
        _ => "you do not have the right to do this",
    };
    Err(Refusal::new(code, why))
}
