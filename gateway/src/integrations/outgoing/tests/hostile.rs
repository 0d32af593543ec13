//! Services that redirect, wait, flood or expand: each costs a limited time and a limited memory.

use std::io::{ErrorKind, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use helpline_core::limits;
use parking_lot::Mutex;

use super::server::{Server, ok};
use super::{BYTES_MAX, HttpClient, admin, client, get, outcome};

/// 200 KiB of zeros, compressed by gzip to 233 bytes.
const BOMB: &str = "H4sIAAAAAAACA+3BAQ0AAADCoPdPbQ8HFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE8GP0831QAgAwA=";

/// Time limit of a request to a service that does not answer in time.
const SHORT_MS: u64 = 1_000;

fn impatient() -> HttpClient {
    HttpClient::new(admin(&["127.0.0.1"]), None, SHORT_MS, BYTES_MAX)
}

/// Sends a request to a server. Returns the outcome, and fails if the request took longer than its
/// limit.
fn asked(server: &Server) -> &'static str {
    let client = impatient();
    let begun = Instant::now();
    let result = get(&client, &server.url());
    let taken = begun.elapsed();
    let limit = Duration::from_millis(2 * SHORT_MS);
    assert!(taken < limit, "{taken:?}: {result:?}");
    outcome(&result)
}

/// Writes `piece` again and again until the client has gone, with a pause after each: the pause is
/// the slowness of the service. The number of written bytes is added to `written`.
fn endless(
    stream: &mut TcpStream,
    (piece, pause_ms): (&[u8], u64),
    written: &AtomicUsize,
) -> std::io::Result<()> {
    loop {
        stream.write_all(piece)?;
        written.fetch_add(piece.len(), Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(pause_ms));
    }
}

#[test]
fn no_redirect_is_followed() {
    let victim = Server::saying("127.0.0.1:0", ok("victim"));
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} Moved\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
            victim.url()
        );
        let server = Server::saying("127.0.0.1:0", answer);
        let client = client(admin(&["127.0.0.1"]));
        let answer = get(&client, &server.url()).expect("the redirect itself");
        assert_eq!(answer.status().as_u16(), status);
        let post = Request::post(server.url()).body(b"event".to_vec());
        let answer = client.call(post.expect("a request")).expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
    }
    assert_eq!(victim.connections(), 0);
}

#[test]
fn the_proxy_of_the_environment_is_not_used() {
    let proxy = Server::saying("127.0.0.1:0", ok("proxy"));
    // Variables of this process cannot be changed safely, so another process runs a test that sends
    // requests.
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([
        "--exact",
        "integrations::outgoing::tests::hostile::no_redirect_is_followed",
    ]);
    for name in ["all_proxy", "http_proxy", "https_proxy"] {
        command
            .env(name, proxy.url())
            .env(name.to_uppercase(), proxy.url());
    }
    let ran = command
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn a_slow_service_is_cut_off() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n";
    for (case, begin, piece) in [
        ("silence", "", &b""[..]),
        ("a slow head", "HTTP/1.1 200 OK\r\nX: ", b"a"),
        ("a slow body", head, b"a"),
        ("a body that stops", head, b""),
        (
            "a slow chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n384\r\n",
            b"a",
        ),
        ("continue for ever", "", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ] {
        let server = Server::start("127.0.0.1:0", move |stream| {
            stream.write_all(begin.as_bytes())?;
            endless(stream, (piece, 20), &AtomicUsize::new(0))
        });
        assert_eq!(asked(&server), "timeout", "{case}");
    }
}

#[test]
fn a_service_that_reads_nothing_is_cut_off() {
    // The server holds the connection without reading until the test has ended.
    let (held, ended) = std::sync::mpsc::channel::<()>();
    let ended = Mutex::new(ended);
    let server = Server::start("127.0.0.1:0", move |_| {
        let _ = ended.lock().recv();
        Err(ErrorKind::ConnectionReset.into())
    });
    let body = vec![b'a'; limits::OUTGOING_REQUEST_BYTES_MAX];
    let client = impatient();
    let begun = Instant::now();
    let result = client.call(Request::post(server.url()).body(body).expect("a request"));
    assert_eq!(outcome(&result), "timeout");
    assert!(begun.elapsed() < Duration::from_millis(2 * SHORT_MS));
    let larger = vec![b'a'; limits::OUTGOING_REQUEST_BYTES_MAX + 1];
    let result = client.call(Request::post(server.url()).body(larger).expect("a request"));
    assert_eq!(outcome(&result), "request_too_large");
    assert_eq!(
        server.connections(),
        1,
        "a request that is too large opens no connection"
    );
    drop(held);
}

#[test]
fn a_flood_is_cut_off() {
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    let header = format!("X-Header: {}\r\n", "a".repeat(1_000));
    for (case, begin, piece) in [
        ("no length", "HTTP/1.1 200 OK\r\n\r\n", "a".repeat(0x10000)),
        (
            "a lying length",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            "a".repeat(0x10000),
        ),
        (
            "chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            chunk,
        ),
        ("headers", "HTTP/1.1 200 OK\r\n", header),
        ("one header", "HTTP/1.1 200 OK\r\nX: ", "a".repeat(0x10000)),
    ] {
        let written = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&written);
        let server = Server::start("127.0.0.1:0", move |stream| {
            stream.write_all(begin.as_bytes())?;
            endless(stream, (piece.as_bytes(), 0), &counted)
        });
        assert_eq!(asked(&server), "answer_too_large", "{case}");
        // What the kernel's buffers take counts as written.
        let written = written.load(Ordering::SeqCst);
        assert!(written < 16 * 1024 * 1024, "{case}: {written} bytes");
    }
}

#[test]
fn many_small_headers_are_refused() {
    let headers = "A: b\r\n".repeat(2_000);
    let server = Server::saying("127.0.0.1:0", format!("HTTP/1.1 200 OK\r\n{headers}\r\n"));
    assert_eq!(asked(&server), "connection_failed");
}

#[test]
fn an_answer_of_exactly_the_limit_is_read() {
    let size = usize::try_from(BYTES_MAX).expect("small");
    let server = Server::saying("127.0.0.1:0", ok(&"a".repeat(size)));
    assert_eq!(asked(&server), "sent");
    let server = Server::saying("127.0.0.1:0", ok(&"a".repeat(size + 1)));
    assert_eq!(asked(&server), "answer_too_large");
}

#[test]
fn a_compressed_answer_is_not_expanded() {
    let bomb = STANDARD.decode(BOMB).expect("base64");
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        bomb.len()
    );
    let server = Server::saying("127.0.0.1:0", [head.as_bytes(), &bomb].concat());
    let answer = get(&client(admin(&["127.0.0.1"])), &server.url()).expect("an answer");
    assert_eq!(answer.body(), &bomb);
    let request = &server.requests()[0];
    assert!(
        request.contains("\r\naccept-encoding: identity\r\n"),
        "{request}"
    );
}

#[test]
fn an_answer_that_is_not_http_is_refused() {
    let server = Server::saying("127.0.0.1:0", "-ERR unknown command\r\n\r\n");
    assert_eq!(asked(&server), "connection_failed");
}

#[test]
fn cookies_are_not_kept() {
    let server = Server::saying(
        "127.0.0.1:0",
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
    );
    let client = client(admin(&["127.0.0.1"]));
    for _ in 0..2 {
        get(&client, &server.url()).expect("an answer");
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(
        requests
            .iter()
            .all(|request| !request.contains("\r\ncookie:"))
    );
    assert_eq!(server.connections(), 2, "no connection is used twice");
}
