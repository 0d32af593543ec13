//! Sends REST requests through a proxy and checks the responses.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::process::Command;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::proxy::Proxy;

/// Pause between two requests to the proxy.
const INTERVAL: Duration = Duration::from_millis(100);
/// Time limit of a request. It is longer than any proxy searches for an available instance.
const PATIENCE: Duration = Duration::from_secs(30);
/// Source address of the requests. It differs from the proxy's own address, so that the test can
/// tell which of the two addresses the access log contains.
const ADDRESS: &str = "127.0.0.7:0";
/// The false address that a client claims in `X-Forwarded-For`. This range is reserved for
/// documentation.
const PRETENDED: &str = "203.0.113.9";

/// What happened to a series of requests.
#[derive(Default)]
pub struct Asked {
    pub count: usize,
    pub longest: Duration,
    pub failed: Vec<String>,
}

/// Sends requests until `stopped` is signalled.
pub async fn ask_until(mut stopped: oneshot::Receiver<()>, proxy: &Proxy) -> Asked {
    let mut asked = Asked::default();
    let first = Instant::now();
    while stopped.try_recv().is_err() {
        let begun = Instant::now();
        let answer = get(proxy.port, "/v1/config").await;
        asked.count += 1;
        asked.longest = asked.longest.max(begun.elapsed());
        if !answer.starts_with("HTTP/1.1 200 ") {
            let line = answer.lines().next().unwrap_or("an empty answer");
            asked.failed.push(format!("{:.1?} {line}", first.elapsed()));
        }
        sleep(INTERVAL).await;
    }
    asked
}

/// Asserts that the access log contains the client's real address, even if the client claims a
/// false one. Asserts also that clients cannot read the metrics through the proxy.
pub async fn come_from_their_client(sql: &tokio_postgres::Client, proxy: &Proxy) {
    let answer = get(proxy.port, "/v1/tickets").await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    let address = async {
        let of_it = "select host(ip_address) from helpline.access_log where refused is not null";
        loop {
            if let Some(row) = sql.query_opt(of_it, &[]).await.expect("rows") {
                return row.get::<_, String>(0);
            }
            sleep(INTERVAL).await;
        }
    };
    let address = timeout(PATIENCE, address).await.expect("a row");
    assert_eq!(Some(address.as_str()), ADDRESS.split(':').next());
    let answer = get(proxy.port, "/metrics").await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}

/// Asserts that TLS works, if the proxy's file names a certificate.
pub async fn are_answered_over_tls(proxy: &Proxy) {
    let Some(port) = proxy.tls_port else { return };
    let asked = Command::new("curl")
        .args(["--silent", "--show-error", "--fail", "--cacert"])
        .arg(&proxy.authority)
        .args(["--resolve", &format!("desk.example:{port}:127.0.0.1")])
        .arg(format!("https://desk.example:{port}/v1/config"))
        .output();
    let answer = asked.await.expect("curl runs");
    let told = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{told}");
}

/// Returns the response as text, or the reason why there is none.
async fn get(port: u16, path: &str) -> String {
    let exchange = async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(ADDRESS.parse::<SocketAddr>().expect("an address"))?;
        let mut stream = socket.connect(([127, 0, 0, 1], port).into()).await?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: desk.example\r\nX-Forwarded-For: {PRETENDED}\r\nAuthorization: Bearer none\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    match timeout(PATIENCE, exchange).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {PATIENCE:?}"),
    }
}
