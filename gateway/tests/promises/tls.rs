//! Tests Redis over TLS, and what the log says if Redis cannot be used.

use std::time::Duration;

use helpline_rig::certificates::{Certificates, Validity};
use helpline_rig::{Gateway, Redis, free_port};

use crate::test_server::{Join, TestServer, eventually};

const WITHIN: Duration = Duration::from_secs(20);

pub async fn relay_of(gateway: &Gateway) -> String {
    let url = format!("{}/readyz", gateway.http_url());
    let answer = crate::kit::rest::RestClient::default()
        .send(
            axum::http::Request::get(url)
                .body(Vec::new())
                .expect("a request"),
        )
        .await;
    answer.body["relay"].as_str().unwrap_or_default().to_owned()
}

pub fn log_of(gateway: &Gateway) -> String {
    std::fs::read_to_string(gateway.log()).expect("a log")
}

#[tokio::test]
async fn instances_are_joined_over_tls_with_certificates_on_both_sides() {
    let authority = Certificates::new();
    let files = authority.signed("redis", &["localhost"], Validity::Good);
    let own = authority.signed("gateway", &["gateway"], Validity::Good);
    let port = free_port().to_string();
    let text = |path: &std::path::Path| path.to_str().expect("UTF-8").to_owned();
    let redis = Redis::start_new_with(&[
        ("tls-port", &port),
        ("tls-cert-file", &text(&files.certificate)),
        ("tls-key-file", &text(&files.key)),
        ("tls-ca-cert-file", &text(&authority.authority())),
        ("tls-auth-clients", "yes"),
    ])
    .await
    .expect("a Redis with TLS starts");
    let url = format!("rediss://localhost:{port}");
    let server = TestServer::start_with(2, Join::Alone, |spec| {
        spec.env("HELPLINE_REDIS_URL", url.as_str())
            .env("HELPLINE_REDIS_CA_FILE", text(&authority.authority()))
            .env("HELPLINE_REDIS_CERT_FILE", text(&own.certificate))
            .env("HELPLINE_REDIS_KEY_FILE", text(&own.key))
    })
    .await;
    for gateway in &server.gateways {
        eventually("the relay over TLS", WITHIN, async || {
            (relay_of(gateway).await == "up").then_some(())
        })
        .await;
    }

    // A certificate of an unknown authority is rejected, and the log gives the reason at the
    // default log level.
    let others = Certificates::new();
    let doubtful = server
        .another(|spec| {
            spec.env("HELPLINE_REDIS_URL", url.as_str())
                .env("HELPLINE_REDIS_CA_FILE", text(&others.authority()))
                .env("HELPLINE_REDIS_CERT_FILE", text(&own.certificate))
                .env("HELPLINE_REDIS_KEY_FILE", text(&own.key))
        })
        .await;
    eventually("the refused certificate in the log", WITHIN, async || {
        log_of(&doubtful)
            .contains("invalid peer certificate")
            .then_some(())
    })
    .await;
    assert_eq!(relay_of(&doubtful).await, "down");
    drop(redis);
}

#[tokio::test]
async fn a_wrong_password_of_redis_is_told_once_and_so_is_its_end() {
    let redis = Redis::start_new_with(&[]).await.expect("a Redis starts");
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env(
            "HELPLINE_REDIS_URL",
            format!("redis://:wrong@127.0.0.1:{}", redis.port()),
        )
    })
    .await;
    let gateway = &server.gateways[0];
    let told = || log_of(gateway).matches("Redis cannot be used").count();
    eventually("the refused password in the log", WITHIN, async || {
        (told() == 1).then_some(())
    })
    .await;
    redis
        .demand_password("wrong")
        .await
        .expect("Redis takes a password");
    eventually("the relay", WITHIN, async || {
        log_of(gateway)
            .contains("Redis relay is working")
            .then_some(())
    })
    .await;
    assert_eq!(told(), 1, "logged once for all attempts");
    assert!(!log_of(gateway).contains(":wrong@"));
}
