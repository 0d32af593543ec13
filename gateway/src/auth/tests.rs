//! Tokens that must be refused, and unusual tokens that must be accepted.

use chrono::Utc;
use helpline_core::reject::RejectCode;
use helpline_core::token_subject::TokenSubject;
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};

use super::{TokenFault, Verifier, sign};
use crate::config::{Auth, Hidden, TokenSecret};

mod key_sets;

const SUB: &str = "018f0000-0000-7000-8000-000000000001";

fn secret(n: u8) -> TokenSecret {
    TokenSecret::plain(&Hidden::from(format!("{n:032}"))).expect("long enough")
}

fn auth(secrets: Vec<TokenSecret>) -> Auth {
    Auth {
        secrets,
        jwks_url: None,
        jwks_ca: None,
        issuer: None,
        audience: "authenticated".into(),
        oidc: None,
    }
}

fn good() -> Map<String, Value> {
    let claims = json!({
        "sub": SUB, "aud": "authenticated", "role": "authenticated", "exp": Utc::now().timestamp() + 600,
        "email": "ada@example.org", "user_metadata": {"full_name": "Ada Lovelace"},
    });
    claims.as_object().expect("an object").clone()
}

fn with(claim: &str, value: Value) -> Map<String, Value> {
    let mut claims = good();
    claims.insert(claim.to_owned(), value);
    claims
}

async fn outcome(verifier: &Verifier, token: &str) -> Result<(), RejectCode> {
    verifier
        .verify(token)
        .await
        .map(drop)
        .map_err(|fault| fault.reject().code)
}

#[tokio::test]
async fn a_good_token_gives_its_person_and_its_end() {
    let verifier = Verifier::new(&auth(vec![secret(1)]));
    let token = verifier
        .verify(&sign(&secret(1), &good()).expect("signs"))
        .await
        .expect("a good token");
    assert_eq!(token.identity.subject.to_string(), SUB);
    assert_eq!(token.identity.email.as_deref(), Some("ada@example.org"));
    assert_eq!(token.identity.name.as_deref(), Some("Ada Lovelace"));
    assert!(token.expires_at > Utc::now());
}

#[tokio::test]
async fn claims_of_a_wrong_type_or_missing_are_refused() {
    let verifier = Verifier::new(&auth(vec![secret(1)]));
    let now = Utc::now().timestamp();
    let refused = [
        with("exp", json!((now + 600).to_string())),
        with("exp", json!(null)),
        with("exp", json!([now + 600])),
        with("exp", json!(1e300)),
        with("nbf", json!(now.to_string())),
        with("nbf", json!(null)),
        with("nbf", json!(now + 60)),
        with("sub", json!(7)),
        with("sub", json!("")),
        with("sub", json!("ada\n")),
        with("sub", json!("a".repeat(1_025))),
        with("sub", json!("00000000-0000-0000-0000-000000000000")),
        with("aud", json!("anon")),
        with("aud", json!(["other"])),
        with("aud", json!([])),
        with("aud", json!(["authenticated", 1])),
        with("aud", json!({"authenticated": true})),
        with("role", json!("anon")),
        with("role", json!("service_role")),
        with("role", json!("supabase_admin")),
        with("role", json!(["authenticated"])),
        with("role", json!(null)),
        with("iss", json!(1)),
    ];
    for claims in refused {
        let token = sign(&secret(1), &claims).expect("signs");
        assert_eq!(
            outcome(&verifier, &token).await,
            Err(RejectCode::NotAuthenticated),
            "{claims:?}"
        );
    }
    for missing in ["exp", "sub", "aud"] {
        let mut claims = good();
        claims.remove(missing);
        let token = sign(&secret(1), &claims).expect("signs");
        assert_eq!(
            outcome(&verifier, &token).await,
            Err(RejectCode::NotAuthenticated),
            "without {missing}"
        );
    }
    let expired = sign(&secret(1), &with("exp", json!(now - 1))).expect("signs");
    assert_eq!(
        outcome(&verifier, &expired).await,
        Err(RejectCode::TokenExpired)
    );
}

#[tokio::test]
async fn a_subject_that_is_no_uuid_belongs_to_its_issuer() {
    let verifier = Verifier::new(&auth(vec![secret(1)]));
    let subject = async |claims: &Map<String, Value>| {
        let token = sign(&secret(1), claims).expect("signs");
        let verified = verifier.verify(&token).await;
        verified.map(|verified| verified.identity.subject)
    };
    let auth0 = "auth0|64b7f1e2a9c3d4e5f6a7b8c9";
    let mut claims = with("sub", json!(auth0));
    assert_eq!(
        subject(&claims).await,
        Ok(TokenSubject::parse("", auth0).expect("a subject"))
    );
    claims.insert("iss".into(), json!("https://id.example/"));
    assert_eq!(
        subject(&claims).await,
        Ok(TokenSubject::parse("https://id.example/", auth0).expect("a subject"))
    );
    // An issuer longer than 1024 bytes is refused if the `sub` is not a UUID. If the `sub` is a
    // UUID, the issuer is ignored.
    claims.insert("iss".into(), json!("a".repeat(1_025)));
    assert_eq!(subject(&claims).await, Err(TokenFault::IssuerText));
    claims.insert("sub".into(), json!(SUB.to_uppercase()));
    let person = TokenSubject::Person(SUB.parse().expect("a UUID"));
    assert_eq!(subject(&claims).await, Ok(person));
    // A `sub` must be a string: a number, `null` or an array is refused.
    for sub in [json!(117_890), json!(null), json!([auth0])] {
        assert!(subject(&with("sub", sub)).await.is_err());
    }
}

#[tokio::test]
async fn what_may_vary_is_taken() {
    let verifier = Verifier::new(&auth(vec![secret(1)]));
    let now = Utc::now().timestamp();
    for claims in [
        with("aud", json!(["other", "authenticated"])),
        with("exp", json!(now as f64 + 600.5)),
        with("nbf", json!(now - 1)),
        with("email", json!(7)),
        with("user_metadata", json!("nothing")),
    ] {
        let token = sign(&secret(1), &claims).expect("signs");
        assert_eq!(outcome(&verifier, &token).await, Ok(()), "{claims:?}");
    }
}

#[tokio::test]
async fn a_name_is_a_line_of_text_and_gives_no_right() {
    let verifier = Verifier::new(&auth(vec![secret(1)]));
    for (metadata, name) in [
        (json!({"full_name": "  Ada  "}), Some("Ada")),
        (
            json!({"name": "Ada", "role": "admin", "roles": ["admin"], "is_admin": true}),
            Some("Ada"),
        ),
        (json!({"full_name": "A\u{1b}[2Jda"}), None),
        (json!({"full_name": "a".repeat(1_000)}), None),
    ] {
        let token = sign(&secret(1), &with("user_metadata", metadata)).expect("signs");
        // The roles in the metadata are ignored: an identity has a name, but no field for rights.
        assert_eq!(
            verifier
                .verify(&token)
                .await
                .expect("good")
                .identity
                .name
                .as_deref(),
            name
        );
    }
}

#[tokio::test]
async fn the_issuer_must_fit_when_one_is_set() {
    let verifier = Verifier::new(&Auth {
        issuer: Some("https://id.example".into()),
        ..auth(vec![secret(1)])
    });
    for (claims, result) in [
        (with("iss", json!("https://id.example")), Ok(())),
        (
            with("iss", json!("https://id.example.evil")),
            Err(RejectCode::NotAuthenticated),
        ),
        (
            with("iss", json!(["https://id.example"])),
            Err(RejectCode::NotAuthenticated),
        ),
        (good(), Err(RejectCode::NotAuthenticated)),
    ] {
        assert_eq!(
            outcome(&verifier, &sign(&secret(1), &claims).expect("signs")).await,
            result,
            "{claims:?}"
        );
    }
}

#[tokio::test]
async fn several_secrets_hold_while_rotating_and_an_unknown_one_never() {
    let verifier = Verifier::new(&auth(vec![secret(1), secret(2)]));
    for (n, result) in [
        (1, Ok(())),
        (2, Ok(())),
        (3, Err(RejectCode::NotAuthenticated)),
    ] {
        assert_eq!(
            outcome(&verifier, &sign(&secret(n), &good()).expect("signs")).await,
            result
        );
    }
}

#[tokio::test]
async fn a_kid_names_its_secret_and_a_secret_without_a_name_serves_every_other() {
    let named = TokenSecret::with_kid(&Hidden::from(format!("k1={:032}", 1))).expect("named");
    let verifier = Verifier::new(&auth(vec![secret(2), named.clone()]));
    assert_eq!(
        outcome(&verifier, &sign(&named, &good()).expect("signs")).await,
        Ok(())
    );
    let key = |n: u8| EncodingKey::from_secret(format!("{n:032}").as_bytes());
    let header = |kid: Option<&str>| Header {
        kid: kid.map(str::to_owned),
        ..Header::new(Algorithm::HS256)
    };
    let refused = Err(RejectCode::NotAuthenticated);
    for (kid, n, expected) in [
        (Some("k2"), 1, refused),
        (Some("k1"), 2, refused),
        (None, 1, refused),
        (Some(""), 1, refused),
        (Some("k2"), 2, Ok(())),
        (Some(""), 2, Ok(())),
        (Some("../../dev/null"), 2, Ok(())),
    ] {
        let token = jsonwebtoken::encode(&header(kid), &good(), &key(n)).expect("signs");
        assert_eq!(outcome(&verifier, &token).await, expected, "{kid:?} {n}");
    }
}

#[tokio::test]
async fn other_algorithms_are_refused_whatever_the_header_says() {
    let verifier = Verifier::new(&auth(vec![secret(1)]));
    let key = EncodingKey::from_secret(secret(1).bytes());
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let token = jsonwebtoken::encode(&Header::new(algorithm), &good(), &key).expect("signs");
        assert_eq!(
            outcome(&verifier, &token).await,
            Err(RejectCode::NotAuthenticated),
            "{algorithm:?}"
        );
    }
    let signed = sign(&secret(1), &good()).expect("signs");
    let (_, claims_and_signature) = signed.split_once('.').expect("three parts");
    // The base64url forms of {"alg":"none"}, {"alg":"None","typ":"JWT"} and
    // {"alg":"HS256","crit":["exp"]}.
    let none = [
        "eyJhbGciOiJub25lIn0",
        "eyJhbGciOiJOb25lIiwidHlwIjoiSldUIn0",
        "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiZXhwIl19",
    ];
    for header in none {
        let claims = claims_and_signature.split('.').next().expect("claims");
        for token in [
            format!("{header}.{claims_and_signature}"),
            format!("{header}.{claims}."),
            format!("{header}.{claims}"),
        ] {
            assert_eq!(
                outcome(&verifier, &token).await,
                Err(RejectCode::NotAuthenticated),
                "{token}"
            );
        }
    }
    for token in [
        "",
        ".",
        "..",
        "a.b.c",
        "e30.e30.e30",
        &signed[..signed.len() - 2],
        &format!("{signed}."),
        &format!(" {signed}"),
    ] {
        assert_eq!(
            outcome(&verifier, token).await,
            Err(RejectCode::NotAuthenticated),
            "{token}"
        );
    }
}

/// An Ed25519 private key in PKCS #8, made from this seed.
fn ed25519(seed: u8) -> EncodingKey {
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    der.extend([seed; 32]);
    EncodingKey::from_ed_der(&der)
}

fn rsa() -> EncodingKey {
    EncodingKey::from_rsa_pem(include_bytes!("fixtures/rsa_of_the_tests.pem")).expect("an RSA key")
}

/// The public half of the key, as it appears in a key set.
fn public(key: &EncodingKey, algorithm: Algorithm, kid: &str) -> Value {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).expect("a public key");
    jwk.common.key_id = Some(kid.to_owned());
    jwk.common.key_algorithm = Some(KeyAlgorithm::from(algorithm));
    serde_json::to_value(jwk).expect("encodes")
}

fn signed(
    key: &EncodingKey,
    algorithm: Algorithm,
    kid: &str,
    claims: &Map<String, Value>,
) -> String {
    let header = Header {
        kid: Some(kid.to_owned()),
        ..Header::new(algorithm)
    };
    jsonwebtoken::encode(&header, claims, key).expect("signs")
}
