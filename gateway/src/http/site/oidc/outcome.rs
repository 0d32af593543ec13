//! The outcome of a sign-in. It is added as a word to the URL to which the browser returns, and the
//! page shows a sentence for each outcome.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::return_path::HOME;
use crate::integrations::oidc::OidcFault;

/// The outcome of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The person is signed in.
    Ok,
    /// The provider refused the person, or the person cancelled the sign-in.
    Denied,
    /// The sign-in took too long, was started in another browser, or was forged.
    Expired,
    /// The OpenID provider or its response is unusable, so the operator must act.
    Failed,
    /// The OpenID provider cannot be reached.
    Unavailable,
    /// Too many sign-ins are in progress; the person should retry later.
    Busy,
}

impl Outcome {
    /// All outcomes of a sign-in.
    pub(super) const ALL: [Self; 6] = [
        Self::Ok,
        Self::Denied,
        Self::Expired,
        Self::Failed,
        Self::Unavailable,
        Self::Busy,
    ];

    /// The word for this outcome of a sign-in, used in the URL to which the browser returns and in
    /// the metric.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Unavailable => "unavailable",
            Self::Busy => "busy",
        }
    }
}

impl From<&OidcFault> for Outcome {
    fn from(fault: &OidcFault) -> Self {
        match fault {
            OidcFault::Busy => Self::Busy,
            fault if fault.passes() => Self::Unavailable,
            _ => Self::Failed,
        }
    }
}

/// Redirects the browser to a page of the desk with the outcome of the sign-in, and counts the
/// outcome.
pub(super) fn back(path: &str, outcome: Outcome) -> Response {
    metrics::counter!("helpline_oidc_sign_ins_total", "outcome" => outcome.word()).increment(1);
    let to = match outcome {
        Outcome::Ok => path.to_owned(),
        _ => with_word(path, outcome.word()),
    };
    see(&to)
}

/// Redirects the browser to another URL (303), which the browser requests with GET.
pub(super) fn see(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static(HOME));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

fn with_word(path: &str, word: &str) -> String {
    let (path, fragment) = path.find('#').map_or((path, ""), |at| path.split_at(at));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let others = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("sign_in="));
    let query: Vec<_> = others
        .map(str::to_owned)
        .chain([format!("sign_in={word}")])
        .collect();
    format!("{path}?{}{fragment}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_is_listed() {
        assert_eq!(Outcome::ALL.len(), Outcome::Busy as usize + 1);
    }

    #[test]
    fn the_word_joins_what_the_address_has() {
        for (path, with) in [
            ("/support", "/support?sign_in=denied"),
            ("/support?a=b", "/support?a=b&sign_in=denied"),
            (
                "/support?sign_in=busy&a=b#c",
                "/support?a=b&sign_in=denied#c",
            ),
        ] {
            assert_eq!(with_word(path, "denied"), with);
        }
    }
}
