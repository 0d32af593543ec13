//! REST refusals: `application/problem+json` responses with an error code. The cause of an error
//! appears only in the log.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use helpline_core::protocol::{AgentRef, Problem};
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::StoreError;

use crate::database::errors::reject_of;

/// A refusal of a request. It becomes the HTTP response.
#[derive(Debug)]
pub struct Refusal {
    reject: Reject,
    status: StatusCode,
    row: Row,
    assigned_to: Option<AgentRef>,
}

/// Which part of the code writes the refusal's row to `access_log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    /// The guard (the route's middleware) writes the row to `access_log`.
    Guard,
    /// The code that refused the request has already written the row to `access_log`.
    Written,
}

/// A response extension that tells the guard (the route's middleware) to record the refusal in
/// `access_log`.
#[derive(Debug, Clone, Copy)]
pub struct Refused(pub RejectCode);

impl From<Reject> for Refusal {
    fn from(reject: Reject) -> Self {
        let status = StatusCode::from_u16(reject.code.http_status())
            .expect("codes map to statuses that exist");
        Self {
            reject,
            status,
            row: Row::Guard,
            assigned_to: None,
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let mut refusal = Self::from(reject_of(&error));
        if let StoreError::AssignedMeanwhile(now) = error {
            refusal.assigned_to = now;
        }
        refusal
    }
}

impl Refusal {
    /// Creates a refusal with this code and message.
    pub fn new(code: RejectCode, message: impl Into<String>) -> Self {
        Reject::new(code, message).into()
    }

    /// Creates an `invalid_field` refusal. Its message begins with the name of the field.
    pub fn field(name: &str, why: impl std::fmt::Display) -> Self {
        Self::new(RejectCode::InvalidField, format!("{name}: {why}"))
    }

    /// The refusal's code and message.
    #[cfg(test)]
    pub fn reject(&self) -> &Reject {
        &self.reject
    }

    /// Replaces the HTTP status that belongs to the code. Used for conditions that exist only in
    /// HTTP, such as 408.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Creates a refusal whose audit row in `access_log` has already been written.
    #[must_use]
    pub fn already_recorded(reject: Reject) -> Self {
        Self {
            row: Row::Written,
            ..reject.into()
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self {
            reject,
            status,
            row,
            assigned_to,
        } = self;
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: reject.message,
            status: status.as_u16(),
            code: reject.code,
            retry_after_ms: reject.retry_after_ms,
            head: reject.head,
            assigned_to,
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(ms) = reject.retry_after_ms {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(ms.div_ceil(1_000).max(1)),
            );
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::REQUEST_TIMEOUT || status == StatusCode::PAYLOAD_TOO_LARGE {
            // With both statuses, the server stopped reading the request's body before its end. The
            // connection cannot be reused, so tell the client that it is closed.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if row == Row::Guard {
            response.extensions_mut().insert(Refused(reject.code));
        }
        response
    }
}
