//! Sends one REST request on a new connection. Instances may crash during the request, so a missing
//! response is a valid result.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Time limit of one request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum size of a response, in bytes. It is larger than any page of results that the tests
/// request.
const ANSWER_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The response to a request.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The JSON body; null if there is none.
    pub body: Value,
}

impl Bytes {
    /// The body as JSON. Returns `None` if it is not JSON.
    pub fn json(&self) -> Option<Answer> {
        Some(Answer {
            status: self.status,
            body: if self.body.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(&self.body).ok()?
            },
        })
    }
}

impl Answer {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The response to a request for bytes.
#[derive(Debug)]
pub struct Bytes {
    /// The HTTP status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// A request with a bearer token.
#[derive(Debug)]
pub struct Request<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path, starting with `/v1`.
    pub path: &'a str,
    /// The bearer token.
    pub token: &'a str,
    /// The JSON body; empty for none.
    pub body: String,
}

/// Sends a request to the instance on this port. Returns `None` if there was no complete response.
pub async fn ask(port: u16, request: Request<'_>) -> Option<Answer> {
    let key = format!("{:016x}", rand::random::<u64>());
    let body = request.body.clone();
    bytes(port, request, &key, body.as_bytes()).await?.json()
}

/// Sends a request with this body and idempotency key to the instance on this port, and returns the
/// bytes of the response, or `None` if there was no complete response.
pub async fn bytes(port: u16, request: Request<'_>, key: &str, body: &[u8]) -> Option<Bytes> {
    timeout(REQUEST_TIMEOUT, exchange(port, request, key, body))
        .await
        .ok()
        .flatten()
}

async fn exchange(
    port: u16,
    Request {
        method,
        path,
        token,
        ..
    }: Request<'_>,
    key: &str,
    body: &[u8],
) -> Option<Bytes> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body).await.ok()?;
    let mut answer = Vec::new();
    stream
        .take(ANSWER_BYTES_MAX)
        .read_to_end(&mut answer)
        .await
        .ok()?;
    read(&answer)
}

/// Parses an HTTP response with a `content-length`. Returns `None` if the response is incomplete.
fn read(answer: &[u8]) -> Option<Bytes> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end])
        .ok()?
        .to_ascii_lowercase();
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    let length = head
        .lines()
        .find_map(|line| {
            line.strip_prefix("content-length:")?
                .trim()
                .parse::<usize>()
                .ok()
        })
        .unwrap_or(0);
    let body = answer.get(end + 4..end + 4 + length)?.to_vec();
    Some(Bytes { status, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_when_it_is_whole() {
        let answer = read(b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{\"seq\":7}")
            .and_then(|it| it.json())
            .expect("whole");
        assert!(answer.is_success() && answer.body["seq"] == 7);
        assert_eq!(
            read(b"HTTP/1.1 204 No Content\r\n\r\n")
                .and_then(|it| it.json())
                .expect("whole")
                .body,
            Value::Null
        );
        assert!(read(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"se").is_none());
        assert!(read(b"HTTP/1.1 200 OK\r\ncontent-le").is_none());
    }
}
