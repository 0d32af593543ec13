//! Request ids and trace ids. They connect the log lines of one request with each other and with
//! the logs of other systems.

use axum::http::HeaderMap;
use helpline_core::limits;
use tracing::Span;
use tracing::field::Empty;
use uuid::Uuid;

/// The header that contains the request id, in requests and in answers.
pub const REQUEST_ID: &str = "x-request-id";

/// The ids of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestIds {
    /// The id from the header that the client or a proxy sent; otherwise a new UUID.
    pub request_id: String,
    /// The trace id from a valid W3C `traceparent` header: 32 hexadecimal digits.
    pub trace_id: Option<String>,
}

impl RequestIds {
    /// Reads the ids from the headers. Ignores an id that has characters unsafe in a log line, and
    /// a header that occurs twice.
    pub fn of(headers: &HeaderMap) -> Self {
        let only = |name: &str| {
            let mut values = headers.get_all(name).iter();
            let value = values.next()?.to_str().ok()?;
            values.next().is_none().then_some(value)
        };
        let given = only(REQUEST_ID).filter(|id| is_sane(id));
        Self {
            request_id: given.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned),
            trace_id: only("traceparent").and_then(trace_id).map(str::to_owned),
        }
    }

    /// The tracing span that adds the ids to all log lines of the request.
    pub fn span(&self) -> Span {
        // A span of level error passes every log filter, so the log lines never lose the ids.
        let span = tracing::error_span!("request", request_id = %self.request_id, trace_id = Empty);
        if let Some(trace_id) = &self.trace_id {
            span.record("trace_id", trace_id);
        }
        span
    }
}

fn is_sane(id: &str) -> bool {
    (1..=limits::REQUEST_ID_CHARS_MAX).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.:+/=".contains(&b))
}

/// The trace id of a `traceparent` header: `00-<trace>-<parent>-<flags>`, in lowercase hexadecimal
/// digits. Later versions of the header may append fields.
fn trace_id(traceparent: &str) -> Option<&str> {
    let mut parts = traceparent.split('-');
    let mut hex = |digits: usize| {
        let part = parts.next()?;
        let is_hex = part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        (part.len() == digits && is_hex).then_some(part)
    };
    let (version, trace, parent, _flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
    let ends = parts.next().is_none() || version != "00";
    let is_named = |id: &str| id.bytes().any(|b| b != b'0');
    (ends && version != "ff" && is_named(trace) && is_named(parent)).then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    fn of(pairs: &[(&'static str, &str)]) -> RequestIds {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a header's value"));
        }
        RequestIds::of(&headers)
    }

    #[test]
    fn an_id_that_is_sane_is_kept_and_any_other_is_made() {
        for good in [
            "1",
            "a-b_c.d:e+f/g=",
            &"x".repeat(limits::REQUEST_ID_CHARS_MAX),
        ] {
            assert_eq!(of(&[(REQUEST_ID, good)]).request_id, good);
        }
        let long = "x".repeat(limits::REQUEST_ID_CHARS_MAX + 1);
        for bad in ["", "a b", "a\"b", "a\tb", "{}", &long] {
            let made = of(&[(REQUEST_ID, bad)]).request_id;
            assert!(made.parse::<Uuid>().is_ok(), "{bad:?} gave {made:?}");
        }
        let two = of(&[(REQUEST_ID, "one"), (REQUEST_ID, "two")]).request_id;
        assert!(two.parse::<Uuid>().is_ok(), "{two}");
        assert_ne!(of(&[]).request_id, of(&[]).request_id);
    }

    #[test]
    fn only_a_valid_traceparent_names_a_trace() {
        let traced = |value: &str| of(&[("traceparent", value)]).trace_id;
        for good in [
            format!("00-{TRACE}-b7ad6b7169203331-01"),
            format!("00-{TRACE}-b7ad6b7169203331-00"),
            format!("cc-{TRACE}-b7ad6b7169203331-01-what-the-future-will-be"),
        ] {
            assert_eq!(traced(&good).as_deref(), Some(TRACE), "{good}");
        }
        for bad in [
            String::new(),
            TRACE.to_owned(),
            format!("00-{TRACE}-b7ad6b7169203331"),
            format!("00-{TRACE}-b7ad6b7169203331-01-more"),
            format!("ff-{TRACE}-b7ad6b7169203331-01"),
            format!("0-{TRACE}-b7ad6b7169203331-01"),
            format!("00-{}-b7ad6b7169203331-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)),
            format!("00-{}-b7ad6b7169203331-01", "g".repeat(32)),
        ] {
            assert_eq!(traced(&bad), None, "{bad}");
        }
    }
}
