//! An OpenID provider over HTTP for tests. It signs its own ID tokens, and injects the fault that a
//! test requests.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

pub const CLIENT: &str = "the-desk";
pub const CLIENT_SECRET: &str = "a secret that desk and provider share";

/// A fault that the provider injects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    Claim(&'static str, &'static str),
    Expired,
    AlgNone,
    SignedWithClientSecret,
    SignedWithUnknownKey,
    NoIdToken,
    RefusesCode,
    HugeAnswer,
    SlowAnswer,
    HugeDiscovery,
    OtherIssuer,
    NotFound,
}

/// A running OpenID provider.
pub struct Provider {
    pub issuer: String,
    state: Arc<ProviderState>,
}

pub struct ProviderState {
    issuer: String,
    pub fault: Mutex<Fault>,
    /// The number of the key that signs ID tokens. Only this key is in the provider's published key
    /// set (JWKS).
    key: Mutex<u8>,
    claims: Mutex<Map<String, Value>>,
    userinfo: Mutex<Option<Value>>,
    begun: Mutex<HashMap<String, Begun>>,
    asked: AtomicUsize,
    exchanged: AtomicUsize,
}

struct Begun {
    nonce: String,
    challenge: String,
    redirect: String,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(ProviderState {
            issuer: issuer.clone(),
            fault: Mutex::new(Fault::None),
            key: Mutex::new(1),
            claims: Mutex::new(Map::new()),
            userinfo: Mutex::new(None),
            begun: Mutex::default(),
            asked: AtomicUsize::new(0),
            exchanged: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { issuer, state }
    }

    pub fn breaks(&self, fault: Fault) {
        *self.state.fault.lock() = fault;
    }

    /// Sets the claims about the person for all ID tokens that are issued after this call.
    pub fn person(&self, claims: Value) {
        *self.state.claims.lock() = claims.as_object().unwrap().clone();
    }

    pub fn tells_only_by_userinfo(&self, told: Value) {
        *self.state.userinfo.lock() = Some(told);
    }

    /// Makes the provider sign all ID tokens after this call with a new key.
    pub fn rotates(&self) {
        *self.state.key.lock() += 1;
    }

    /// How many times the server requested the provider's discovery document.
    pub fn asked(&self) -> usize {
        self.state.asked.load(Ordering::SeqCst)
    }

    /// How many times the server exchanged a code for tokens.
    pub fn exchanged(&self) -> usize {
        self.state.exchanged.load(Ordering::SeqCst)
    }

    /// Approves the authorization request in the URL `location`. Returns the path to which the
    /// provider then redirects the browser.
    pub fn agrees(&self, location: &str) -> String {
        let asked = self.asked_with(location);
        let (redirect, state) = (asked["redirect_uri"].clone(), asked["state"].clone());
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256");
        let code = format!("code-{}", uuid::Uuid::new_v4());
        let begun = Begun {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect: redirect.clone(),
        };
        self.state.begun.lock().insert(code.clone(), begun);
        let path = redirect.parse::<Uri>().unwrap().path().to_owned();
        format!("{path}?code={code}&state={state}&session_state=x")
    }

    /// The query parameters of the authorization request in the URL `location`.
    pub fn asked_with(&self, location: &str) -> HashMap<String, String> {
        assert!(
            location.starts_with(&format!("{}/authorize?", self.issuer)),
            "{location}"
        );
        let uri: Uri = location.parse().unwrap();
        let query = Query::<HashMap<String, String>>::try_from_uri(&uri);
        query.unwrap().0
    }
}

impl ProviderState {
    fn key(&self) -> EncodingKey {
        ed25519(*self.key.lock())
    }

    fn kid(&self) -> String {
        format!("key-{}", self.key.lock())
    }

    fn id_token(&self, nonce: &str) -> String {
        let fault = *self.fault.lock();
        let now = chrono::Utc::now().timestamp();
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "ada-at-the-provider", "nonce": nonce,
            "iat": now, "exp": now + 300, "name": "Ada Lovelace", "email": "ada@id.example",
        });
        let claims = claims.as_object_mut().unwrap();
        claims.extend(self.claims.lock().clone());
        claims.retain(|_, value| !value.is_null());
        match fault {
            Fault::Claim(name, value) => {
                let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
                claims.insert(name.into(), value);
            }
            Fault::Expired => {
                claims.insert("exp".into(), json!(now - 60));
            }
            _ => {}
        }
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.kid());
        match fault {
            Fault::AlgNone => {
                let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
                let claims = Value::Object(claims.clone());
                return format!("{}.{}.", part(&json!({"alg": "none"})), part(&claims));
            }
            Fault::SignedWithClientSecret => {
                header.alg = Algorithm::HS256;
                let key = EncodingKey::from_secret(CLIENT_SECRET.as_bytes());
                return jsonwebtoken::encode(&header, claims, &key).unwrap();
            }
            Fault::SignedWithUnknownKey => {
                return jsonwebtoken::encode(&header, claims, &ed25519(200)).unwrap();
            }
            _ => {}
        }
        jsonwebtoken::encode(&header, claims, &self.key()).unwrap()
    }
}

async fn discovery(State(state): State<Arc<ProviderState>>) -> Response {
    state.asked.fetch_add(1, Ordering::SeqCst);
    let issuer = &state.issuer;
    let at = |path: &str| format!("{issuer}{path}");
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "end_session_endpoint": at("/sign-out"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "RS256", "HS256", "none"],
    });
    let fault = *state.fault.lock();
    match fault {
        Fault::NotFound => return StatusCode::NOT_FOUND.into_response(),
        Fault::OtherIssuer => document["issuer"] = json!("https://other.example"),
        Fault::HugeDiscovery => document["more"] = json!("a".repeat(512 * 1024)),
        _ => {}
    }
    Json(document).into_response()
}

async fn jwks(State(state): State<Arc<ProviderState>>) -> Json<Value> {
    let mut jwk = Jwk::from_encoding_key(&state.key(), Algorithm::EdDSA).unwrap();
    jwk.common.key_id = Some(state.kid());
    Json(json!({"keys": [jwk, {"kty": "made up", "kid": "odd"}]}))
}

async fn token(
    State(state): State<Arc<ProviderState>>,
    headers: HeaderMap,
    form: String,
) -> Response {
    let form: Uri = format!("/?{form}").parse().unwrap();
    let Query(form) = Query::<HashMap<String, String>>::try_from_uri(&form).unwrap();
    state.exchanged.fetch_add(1, Ordering::SeqCst);
    let fault = *state.fault.lock();
    match fault {
        Fault::SlowAnswer => tokio::time::sleep(Duration::from_secs(30)).await,
        Fault::HugeAnswer => {
            return Json(json!({"access_token": "a".repeat(512 * 1024), "token_type": "Bearer"}))
                .into_response();
        }
        _ => {}
    }
    let refuse = || {
        (
            StatusCode::BAD_REQUEST,
            Json(json!({"error": "invalid_grant"})),
        )
            .into_response()
    };
    let begun = state.begun.lock().remove(&form["code"]);
    let Some(begun) = begun.filter(|_| fault != Fault::RefusesCode) else {
        return refuse();
    };
    let secret = headers["authorization"].to_str().unwrap();
    let verifier = PkceCodeVerifier::new(form["code_verifier"].clone());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    if !secret.starts_with("Basic ")
        || challenge.as_str() != begun.challenge
        || form["redirect_uri"] != begun.redirect
        || form["grant_type"] != "authorization_code"
    {
        return refuse();
    }
    let mut answer =
        json!({"access_token": "an access token", "token_type": "Bearer", "expires_in": 60});
    if fault != Fault::NoIdToken {
        answer["id_token"] = json!(state.id_token(&begun.nonce));
    }
    Json(answer).into_response()
}

async fn userinfo(State(state): State<Arc<ProviderState>>, headers: HeaderMap) -> Response {
    assert_eq!(headers["authorization"], "Bearer an access token");
    let told = state.userinfo.lock().clone();
    told.map_or_else(
        || StatusCode::FORBIDDEN.into_response(),
        |told| Json(told).into_response(),
    )
}

/// Makes an Ed25519 private key in PKCS #8 form from this seed.
fn ed25519(seed: u8) -> EncodingKey {
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    der.extend([seed; 32]);
    EncodingKey::from_ed_der(&der)
}
