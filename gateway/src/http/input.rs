//! Extractors for a request's query and body. Every handler takes exactly one of them, as its last
//! argument. Each extractor refuses a query or a body that it does not parse, so that no client
//! input is silently ignored.

use std::time::Duration;

use axum::body::{BodyDataStream, Bytes};
use axum::extract::{FromRequest, Query, Request};
use axum::http::{StatusCode, Uri, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use helpline_core::limits;
use helpline_core::protocol::strict::{self, Unreadable};
use helpline_core::reject::{Reject, RejectCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::deadline::Deadline;
use super::problem::Refusal;

/// A JSON body, limited in size and reading time. A query is refused.
pub struct JsonBody<T>(pub T);

/// The parameters of the query. A body is refused.
pub struct Params<T>(pub T);

/// The route takes neither a query nor a body. A request that has one is refused.
pub struct NoInput;

/// A body of any bytes, which the handler reads. A query is refused, and so is a body without
/// `Content-Length`.
pub struct RawBody {
    /// The length that the client announced. The body has no more bytes.
    pub length: u64,
    /// The digest of the header `Content-Digest`.
    pub sha256: Option<[u8; 32]>,
    /// The bytes.
    pub body: BodyDataStream,
    /// The request's deadline, which the handler pauses while it reads the body.
    pub(super) deadline: Option<Deadline>,
}

/// A JSON object that must have no fields.
#[derive(Deserialize)]
struct Nothing {}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let Nothing {} = query(request.uri())?;
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let media_type = content_type.split(';').next().unwrap_or("").trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            let refusal = Refusal::new(RejectCode::Malformed, "the body must be application/json");
            return Err(refusal.with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        json(&bytes(request, state).await?).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequest<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let params = query(request.uri())?;
        no_body(request, state).await?;
        Ok(Self(params))
    }
}

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let Nothing {} = query(request.uri())?;
        let headers = request.headers();
        let length = headers.get(header::CONTENT_LENGTH);
        let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
        let length = length.ok_or_else(|| {
            Refusal::new(
                RejectCode::LengthRequired,
                "Content-Length: this header is required",
            )
        })?;
        let sha256 = headers.get("content-digest").map(|value| {
            value.to_str().ok().and_then(sha256_of).ok_or_else(|| {
                Refusal::field(
                    "Content-Digest",
                    "must be sha-256=: and the digest in base64 and :",
                )
            })
        });
        let sha256 = sha256.transpose()?;
        let deadline = request.extensions().get::<Deadline>().cloned();
        Ok(Self {
            length,
            sha256,
            body: request.into_body().into_data_stream(),
            deadline,
        })
    }
}

/// The SHA-256 in a header `Content-Digest` (RFC 9530), which may list other digests too.
fn sha256_of(header: &str) -> Option<[u8; 32]> {
    let digest = header.split(',').find_map(|entry| {
        let (name, value) = entry.trim().split_once('=')?;
        name.trim().eq_ignore_ascii_case("sha-256").then_some(value)
    })?;
    let digest = digest.trim().strip_prefix(':')?.strip_suffix(':')?;
    BASE64_STANDARD.decode(digest).ok()?.try_into().ok()
}

impl<S: Send + Sync> FromRequest<S> for NoInput {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let Nothing {} = query(request.uri())?;
        no_body(request, state).await?;
        Ok(Self)
    }
}

fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Refusal> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| Refusal::field("query", "must be a list of names and values"))?;
    if let Some((name, _)) = pairs.iter().find(|(_, value)| value.contains('\0')) {
        return Err(Refusal::field(name, "must not contain the character NUL"));
    }
    strict::read_query(pairs).map_err(|error| Reject::from(error).into())
}

/// Refuses any body except an empty JSON object. `{}` is accepted because some clients send it even
/// where no body is expected, and it contains no field that the server would ignore.
async fn no_body<S: Send + Sync>(request: Request, state: &S) -> Result<(), Refusal> {
    let bytes = bytes(request, state).await?;
    if !bytes.is_empty() {
        let Nothing {} = json(&bytes)?;
    }
    Ok(())
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refusal> {
    let deadline = request.extensions().get::<Deadline>().cloned();
    let reading = tokio::time::timeout(
        Duration::from_millis(limits::BODY_TIMEOUT_MS),
        Bytes::from_request(request, state),
    );
    let read = match deadline {
        Some(deadline) => deadline.pause(reading).await,
        None => reading.await,
    };
    match read {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Refusal::new(
            RejectCode::TooLarge,
            format!(
                "the body must have at most {} bytes",
                limits::JSON_BODY_BYTES_MAX
            ),
        )),
        Ok(Err(_)) => Err(Refusal::new(
            RejectCode::Malformed,
            "the body is incomplete",
        )),
        Err(_) => {
            let refusal = Refusal::new(RejectCode::Malformed, "the body took too long to arrive");
            Err(refusal.with_status(StatusCode::REQUEST_TIMEOUT))
        }
    }
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    strict::read(bytes).map_err(|error| match error {
        Unreadable::NotJson(_) => Refusal::new(RejectCode::Malformed, error.to_string()),
        Unreadable::Field(error) => Reject::from(error).into(),
    })
}
