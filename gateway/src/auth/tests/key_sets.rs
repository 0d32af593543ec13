//! Tests of key sets, against a local server that counts its requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use helpline_core::limits;
use helpline_core::reject::RejectCode;
use helpline_rig::certificates::{CertificateFiles, Certificates, Validity};
use jsonwebtoken::{Algorithm, EncodingKey};
use parking_lot::Mutex;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{auth, ed25519, good, outcome, public, rsa, secret, signed};
use crate::auth::Verifier;
use crate::auth::jwks::KeySet;
use crate::config::Auth;

/// A server that answers every request with the current text of `answer`.
struct Provider {
    url: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Provider {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test's runtime ends the server with the test"
    )]
    async fn start(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let url = format!("http://{}/keys", listener.local_addr().expect("bound"));
        let (answer, asked) = (Arc::new(Mutex::new(answer)), Arc::new(AtomicUsize::new(0)));
        let (now, count) = (Arc::clone(&answer), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 2_048];
                let _ = socket.read(&mut request).await;
                let answer = now.lock().clone();
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, answer, asked }
    }

    async fn with_keys(keys: &[Value]) -> Self {
        Self::start(ok(&json!({"keys": keys}).to_string())).await
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(&Auth {
            jwks_url: Some(self.url.parse().expect("a loopback address")),
            ..auth(Vec::new())
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn public_keys_check_tokens_of_their_own_algorithm_alone() {
    let provider = Provider::with_keys(&[
        public(&ed25519(1), Algorithm::EdDSA, "ed"),
        public(&rsa(), Algorithm::RS256, "rsa"),
        json!({"kty": "oct", "kid": "oct", "k": "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDE", "alg": "HS256"}),
        json!({"kty": "made up", "kid": "odd"}),
    ])
    .await;
    let verifier = provider.verifier();
    assert_eq!(
        outcome(
            &verifier,
            &signed(&ed25519(1), Algorithm::EdDSA, "ed", &good())
        )
        .await,
        Ok(())
    );
    assert_eq!(
        outcome(&verifier, &signed(&rsa(), Algorithm::RS256, "rsa", &good())).await,
        Ok(())
    );
    let hs = EncodingKey::from_secret(secret(1).bytes());
    let public_rsa = public(&rsa(), Algorithm::RS256, "rsa").to_string();
    for (why, token) in [
        (
            "another key",
            signed(&ed25519(2), Algorithm::EdDSA, "ed", &good()),
        ),
        (
            "a key under another's name",
            signed(&ed25519(1), Algorithm::EdDSA, "rsa", &good()),
        ),
        (
            "another algorithm of the same family",
            signed(&rsa(), Algorithm::RS512, "rsa", &good()),
        ),
        (
            "a symmetric key from the set",
            signed(&hs, Algorithm::HS256, "oct", &good()),
        ),
        (
            "the public key as a secret",
            signed(
                &EncodingKey::from_secret(public_rsa.as_bytes()),
                Algorithm::HS256,
                "rsa",
                &good(),
            ),
        ),
    ] {
        assert_eq!(
            outcome(&verifier, &token).await,
            Err(RejectCode::NotAuthenticated),
            "{why}"
        );
    }
}

#[tokio::test]
async fn however_many_unknown_names_arrive_the_address_is_asked_once() {
    let provider = Provider::with_keys(&[public(&ed25519(1), Algorithm::EdDSA, "ed")]).await;
    let verifier = Arc::new(provider.verifier());
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..50 {
        let (verifier, token) = (
            Arc::clone(&verifier),
            signed(
                &ed25519(1),
                Algorithm::EdDSA,
                &format!("unknown-{n}"),
                &good(),
            ),
        );
        tries.spawn(async move { outcome(&verifier, &token).await });
    }
    for result in tries.join_all().await {
        assert_eq!(result, Err(RejectCode::NotAuthenticated));
    }
    assert_eq!(
        outcome(
            &verifier,
            &signed(&ed25519(1), Algorithm::EdDSA, "ed", &good())
        )
        .await,
        Ok(())
    );
    assert_eq!(provider.asked(), 1);
}

#[tokio::test]
async fn an_outage_keeps_known_keys_and_a_first_one_is_unavailable() {
    let provider =
        Provider::start("HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".into())
            .await;
    let token = signed(&ed25519(1), Algorithm::EdDSA, "ed", &good());
    assert_eq!(
        outcome(&provider.verifier(), &token).await,
        Err(RejectCode::Unavailable)
    );

    let verifier = provider.verifier();
    *provider.answer.lock() =
        ok(&json!({"keys": [public(&ed25519(1), Algorithm::EdDSA, "ed")]}).to_string());
    assert_eq!(outcome(&verifier, &token).await, Ok(()));
    *provider.answer.lock() = "garbage".into();
    assert_eq!(outcome(&verifier, &token).await, Ok(()));
}

#[tokio::test]
async fn a_fetch_is_of_use_though_the_one_who_asked_has_gone() {
    let provider = Provider::with_keys(&[public(&ed25519(1), Algorithm::EdDSA, "ed")]).await;
    let keys = KeySet::new(provider.url.parse().expect("a loopback address"), None);
    // The server runs on this test's thread, so it cannot answer while `select!` polls `key` for
    // the first time. `key` is then dropped, but its fetch continues.
    tokio::select! {
        biased;
        _ = keys.key("ed") => panic!("there is no answer yet"),
        () = std::future::ready(()) => {}
    }
    assert!(keys.key("ed").await.is_ok());
    assert_eq!(provider.asked(), 1);
}

#[tokio::test]
async fn an_answer_without_a_usable_key_is_an_outage() {
    for empty in [
        json!({"keys": []}),
        json!({"keys": [{"kty": "made up", "kid": "ed"}]}),
    ] {
        let provider = Provider::with_keys(&[public(&ed25519(1), Algorithm::EdDSA, "ed")]).await;
        let keys = KeySet::new(provider.url.parse().expect("a loopback address"), None);
        assert!(keys.key("ed").await.is_ok());
        *provider.answer.lock() = ok(&empty.to_string());
        keys.age();
        for _ in 0..2 {
            assert!(keys.key("ed").await.is_ok(), "{empty}");
        }
        assert_eq!(provider.asked(), 2);
        let token = signed(&ed25519(1), Algorithm::EdDSA, "ed", &good());
        assert_eq!(
            outcome(&provider.verifier(), &token).await,
            Err(RejectCode::Unavailable),
            "a client that is told not to reconnect would never return"
        );
    }
}

#[tokio::test]
async fn redirects_and_floods_bring_no_keys() {
    let inner = Provider::with_keys(&[public(&ed25519(1), Algorithm::EdDSA, "ed")]).await;
    let token = signed(&ed25519(1), Algorithm::EdDSA, "ed", &good());
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        inner.url
    );
    assert_eq!(
        outcome(&Provider::start(redirect).await.verifier(), &token).await,
        Err(RejectCode::Unavailable)
    );
    assert_eq!(inner.asked(), 0);

    let padding = " ".repeat(usize::try_from(limits::JWKS_BYTES_MAX).expect("fits") + 1);
    let flood = ok(&format!(
        "{}{padding}",
        json!({"keys": [public(&ed25519(1), Algorithm::EdDSA, "ed")]})
    ));
    assert_eq!(
        outcome(&Provider::start(flood).await.verifier(), &token).await,
        Err(RejectCode::Unavailable)
    );
}

#[tokio::test]
async fn a_token_cannot_bring_its_own_address_or_key() {
    let evil = Provider::with_keys(&[public(&ed25519(9), Algorithm::EdDSA, "ed")]).await;
    let provider = Provider::with_keys(&[public(&ed25519(1), Algorithm::EdDSA, "ed")]).await;
    let mut header = jsonwebtoken::Header::new(Algorithm::EdDSA);
    header.kid = Some("ed".into());
    header.jku = Some(evil.url.clone());
    header.x5u = Some(evil.url.clone());
    header.jwk = serde_json::from_value(public(&ed25519(9), Algorithm::EdDSA, "ed")).ok();
    let token = jsonwebtoken::encode(&header, &good(), &ed25519(9)).expect("signs");
    assert_eq!(
        outcome(&provider.verifier(), &token).await,
        Err(RejectCode::NotAuthenticated)
    );
    assert_eq!(evil.asked(), 0);
}

/// Serves `answer` over TLS, with a certificate for `localhost`.
#[expect(
    clippy::disallowed_methods,
    reason = "the test's runtime ends the server with the test"
)]
async fn tls_provider(files: &CertificateFiles, answer: String) -> String {
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(&files.key).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate and its key");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            // A client that does not trust the certificate disconnects.
            let Ok(mut socket) = acceptor.accept(socket).await else {
                continue;
            };
            let mut request = [0; 2_048];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(answer.as_bytes()).await;
            let _ = socket.shutdown().await;
        }
    });
    format!("https://localhost:{port}/keys")
}

#[tokio::test]
async fn a_private_authority_is_trusted_where_its_file_is_named_and_nowhere_else() {
    let (authority, others) = (Certificates::new(), Certificates::new());
    let files = authority.signed("provider", &["localhost"], Validity::Good);
    let key = ed25519(1);
    let jwk = public(&key, Algorithm::EdDSA, "ed");
    let token = signed(&key, Algorithm::EdDSA, "ed", &good());
    let url = tls_provider(&files, ok(&json!({"keys": [jwk]}).to_string())).await;
    let verifier = |ca: Option<&Certificates>| {
        Verifier::new(&Auth {
            jwks_url: Some(url.parse().expect("an address")),
            jwks_ca: ca.map(|one| std::fs::read(one.authority()).expect("its file")),
            ..auth(Vec::new())
        })
    };
    assert_eq!(outcome(&verifier(Some(&authority)), &token).await, Ok(()));
    for ca in [None, Some(&others)] {
        assert_eq!(
            outcome(&verifier(ca), &token).await,
            Err(RejectCode::Unavailable)
        );
    }
}
