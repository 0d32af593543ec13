//! Tests every TLS mode with a real Postgres server, and the errors if a connection cannot be made.

use helpline_persistence::connect::probe;
use helpline_persistence::{Pooler, Settings, Store, StoreError, migrate};
use helpline_rig::Postgres;
use helpline_rig::certificates::{CertificateFiles, Certificates, Validity};

use crate::test_db::PASSWORD;

/// Starts a Postgres server that uses TLS with this certificate.
async fn server(
    authority: &Certificates,
    files: &CertificateFiles,
    more: &[(&str, &str)],
) -> Postgres {
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let (certificate, key) = (text(&files.certificate), text(&files.key));
    let authority = text(&authority.authority());
    let settings = [
        ("ssl", "on"),
        ("ssl_cert_file", certificate.as_str()),
        ("ssl_key_file", key.as_str()),
        ("ssl_ca_file", authority.as_str()),
    ];
    Postgres::start_temporary_with(&[&settings, more].concat())
        .await
        .unwrap()
}

fn url(server: &Postgres, host: &str, query: &str) -> String {
    let url = server.admin_url("postgres").replace("127.0.0.1", host);
    assert!(!url.contains('?'), "{url}");
    format!("{url}?{query}")
}

/// Returns whether the connection is encrypted, or why it could not be opened.
async fn encrypted(url: &str) -> Result<bool, String> {
    probe(url)
        .await
        .map(|answer| answer.is_encrypted)
        .map_err(|error| said(&error))
}

fn said(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}

fn root(path: &std::path::Path) -> String {
    format!("sslrootcert={}", path.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mode_is_what_its_name_says() {
    let (authority, others) = (Certificates::new(), Certificates::new());
    let files = authority.signed("server", &["localhost"], Validity::Good);
    let server = server(&authority, &files, &[]).await;
    let known = root(&authority.authority());
    for (host, query, outcome) in [
        ("127.0.0.1", "sslmode=disable", Ok(false)),
        // For a server on this machine, the default mode is libpq's default (`prefer`).
        ("127.0.0.1", "", Ok(true)),
        ("127.0.0.1", "sslmode=prefer", Ok(true)),
        ("127.0.0.1", "sslmode=require", Ok(true)),
        ("127.0.0.1", &format!("sslmode=verify-ca&{known}"), Ok(true)),
        ("127.0.0.1", &format!("sslmode=require&{known}"), Ok(true)),
        (
            "localhost",
            &format!("sslmode=verify-full&{known}"),
            Ok(true),
        ),
        (
            "127.0.0.1",
            &format!("sslmode=verify-full&{known}"),
            Err("names another host"),
        ),
        (
            "localhost",
            "sslmode=verify-full",
            Err("no known authority"),
        ),
        ("localhost", "sslrootcert=system", Err("no known authority")),
        (
            "localhost",
            &format!("sslmode=verify-ca&{}", root(&others.authority())),
            Err("no known authority"),
        ),
        (
            "localhost",
            "sslmode=verify-ca&sslrootcert=/no/such/file",
            Err("sslrootcert /no/such/file"),
        ),
    ] {
        match (encrypted(&url(&server, host, query)).await, outcome) {
            (Ok(is), Ok(should)) => assert_eq!(is, should, "{host} {query}"),
            (Err(why), Err(part)) => assert!(why.contains(part), "{host} {query}: {why}"),
            (is, should) => panic!("{host} {query}: {is:?} instead of {should:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_is_installed_and_used_over_verified_tls() {
    let authority = Certificates::new();
    let files = authority.signed("server", &["localhost"], Validity::Good);
    let server = server(&authority, &files, &[]).await;
    server.create_database("desk", None).await.unwrap();
    let query = format!("?sslmode=verify-full&{}", root(&authority.authority()));
    let admin_url = server.admin_url("desk").replace("127.0.0.1", "localhost") + &query;
    migrate::migrate(&admin_url).await.unwrap();
    migrate::set_runtime_password(&admin_url, PASSWORD)
        .await
        .unwrap();
    let runtime = server
        .url_for("helpline_service", PASSWORD, "desk")
        .replace("127.0.0.1", "localhost");
    let settings = Settings {
        url: runtime + &query,
        connections_max: 3,
        pooler: Pooler::Session,
    };
    let store = Store::connect(settings).await.unwrap();
    store.ping().await.unwrap();
    let jobs = store.with_own_pool("jobs", 1).unwrap();
    jobs.ping().await.unwrap();
    let admin = crate::test_db::connect(&server.admin_url("desk")).await;
    let sql = "select count(*) filter (where ssl), count(*) from pg_stat_ssl join pg_stat_activity using (pid) where application_name like 'helpline%'";
    let counted = admin.query_one(sql, &[]).await.unwrap();
    let (encrypted, all): (i64, i64) = (counted.get(0), counted.get(1));
    assert!(
        all >= 2 && encrypted == all,
        "{encrypted} of {all} sessions are encrypted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_named_itself_is_known_though_it_is_no_authoritys() {
    let authority = Certificates::new();
    let own = authority.self_signed("own", &["localhost"], Validity::Good);
    let server = server(&authority, &own, &[]).await;
    let known = root(&own.certificate);
    for mode in ["verify-ca", "verify-full"] {
        let url = url(&server, "localhost", &format!("sslmode={mode}&{known}"));
        assert_eq!(encrypted(&url).await, Ok(true), "{mode}");
    }
    let named_otherwise = url(
        &server,
        "127.0.0.1",
        &format!("sslmode=verify-full&{known}"),
    );
    let why = encrypted(&named_otherwise).await.expect_err("another name");
    assert!(why.contains("names another host"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_is_refused_and_said_to_be_one() {
    let authority = Certificates::new();
    let files = authority.signed("server", &["localhost"], Validity::Expired);
    let server = server(&authority, &files, &[]).await;
    let query = format!("sslmode=verify-ca&{}", root(&authority.authority()));
    let why = encrypted(&url(&server, "localhost", &query))
        .await
        .expect_err("expired");
    assert!(why.contains("expired"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_named_itself_expires_like_any_other() {
    let authority = Certificates::new();
    let own = authority.self_signed("own", &["localhost"], Validity::Expired);
    let server = server(&authority, &own, &[]).await;
    let query = format!("sslmode=verify-full&{}", root(&own.certificate));
    let why = encrypted(&url(&server, "localhost", &query))
        .await
        .expect_err("expired");
    assert!(why.contains("expired"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_shows_its_own_certificate_where_the_server_asks_for_one() {
    let authority = Certificates::new();
    let files = authority.signed("server", &["localhost"], Validity::Good);
    let person = authority.signed("client", &["postgres"], Validity::Good);
    let hba = std::env::temp_dir().join(format!("helpline-hba-{}", std::process::id()));
    let lines = "hostnossl all all all scram-sha-256\nhostssl all all all scram-sha-256 clientcert=verify-ca\n";
    std::fs::write(&hba, lines).unwrap();
    let server = server(&authority, &files, &[("hba_file", hba.to_str().unwrap())]).await;
    let verified = format!("sslmode=verify-full&{}", root(&authority.authority()));
    let why = encrypted(&url(&server, "localhost", &verified))
        .await
        .expect_err("no certificate");
    assert!(why.contains("certificate"), "{why}");
    let identity = format!(
        "sslcert={}&sslkey={}",
        person.certificate.display(),
        person.key.display()
    );
    let shown = url(&server, "localhost", &format!("{verified}&{identity}"));
    assert_eq!(encrypted(&shown).await, Ok(true));
    let half = url(
        &server,
        "localhost",
        &format!("{verified}&sslcert={}", person.certificate.display()),
    );
    let why = encrypted(&half).await.expect_err("half of it");
    assert!(why.contains("sslcert and sslkey"), "{why}");
    std::fs::remove_file(hba).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_refused_with_what_may_be_done() {
    let server = Postgres::start_temporary().await.unwrap();
    let why = encrypted(&url(&server, "127.0.0.1", "sslmode=require"))
        .await
        .expect_err("no TLS");
    assert!(why.contains("sslmode=disable"), "{why}");
    assert_eq!(encrypted(&url(&server, "127.0.0.1", "")).await, Ok(false));
}
