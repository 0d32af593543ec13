//! Tests the sessions of people who signed in on Helpline's own pages, through an OpenID provider:
//! what a session allows, and how it ends.

use chrono::{TimeDelta, Utc};
use helpline_gateway::auth::purpose::{Purpose, PurposeKeys};
use serde_json::json;

use super::browser::{Browser, claims};
use super::provider::{CLIENT, CLIENT_SECRET, Fault, Provider};
use super::{KEY, PUBLIC, desk, desk_with};
use crate::kit::test_server::{Join, TestServer as Processes};
use crate::test_server::{TestServer, ada};

async fn signed_in() -> (Provider, TestServer, Browser) {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    let mut browser = Browser::default();
    assert_eq!(browser.signs_in(&server.url, &provider).await, "/support");
    (provider, server, browser)
}

async fn me(server: &TestServer, token: &str) -> u16 {
    let request = server
        .request("GET", "/v1/me")
        .header("authorization", format!("Bearer {token}"));
    server.send(request.body(Vec::new()).unwrap()).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_lives_for_minutes_and_is_for_the_desks_own_pages() {
    let (_provider, server, mut browser) = signed_in().await;
    let answer = browser.get(&server.url, "/oidc/token").await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let token = answer.expect(200)["token"].as_str().unwrap().to_owned();
    let life_s = claims(&token)["exp"].as_i64().unwrap() - Utc::now().timestamp();
    assert!((300..=600).contains(&life_s), "{life_s}");
    for (site, status) in [
        ("same-origin", 200),
        ("none", 200),
        ("same-site", 403),
        ("cross-site", 403),
    ] {
        let request = server
            .request("GET", "/oidc/token")
            .header("sec-fetch-site", site)
            .header("origin", "https://evil.example");
        let answer = browser.send(request).await;
        assert_eq!(answer.status, status, "{site}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let answer = browser.get(&server.url, "/oidc/token?x=1").await;
    assert_eq!(answer.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_signed_for_one_thing_is_good_for_no_other() {
    let (_provider, server, mut browser) = signed_in().await;
    let session = browser.cookies["helpline_session"].clone();
    let token = browser.token(&server.url).await.unwrap();
    assert_eq!(me(&server, &token).await, 200);
    assert_eq!(
        me(&server, &session).await,
        401,
        "a session cookie was accepted as a token"
    );
    let keys = |purpose| PurposeKeys::new(&[KEY.into()], purpose);
    let soon = Utc::now() + TimeDelta::minutes(1);
    let who = claims(&session);
    let fields = json!({"iss": who["iss"], "sub": who["sub"], "ends": who["ends"]});
    let forged = [
        token.clone(),
        server.token(ada()),
        keys(Purpose::Desk).sign(&fields, soon).unwrap(),
        keys(Purpose::SignIn).sign(&fields, soon).unwrap(),
        keys(Purpose::Session)
            .sign(&fields, Utc::now() - TimeDelta::seconds(1))
            .unwrap(),
        format!("{}x", session),
    ];
    for cookie in forged {
        let mut forger = Browser::default();
        forger.cookies.insert("helpline_session".into(), cookie);
        assert_eq!(forger.token(&server.url).await, None);
    }
    // The server refuses access tokens that are signed with the secret key for sign-in cookies or
    // for session cookies. It also refuses a correctly signed token whose issuer is not the
    // configured provider.
    for purpose in [Purpose::SignIn, Purpose::Session] {
        let token = keys(purpose).sign(&fields, soon).unwrap();
        assert_eq!(me(&server, &token).await, 401);
    }
    let other = json!({"iss": "https://other.example", "sub": "ada-at-the-provider"});
    let token = keys(Purpose::Desk).sign(&other, soon).unwrap();
    assert_eq!(me(&server, &token).await, 401, "of another provider");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_that_looks_like_a_uuid_is_no_person_of_the_platforms() {
    let provider = Provider::start().await;
    let victim = ada().id.to_string();
    provider.person(json!({"sub": victim, "name": "Eve"}));
    let server = desk(&provider).await;
    let mut browser = Browser::default();
    browser.signs_in(&server.url, &provider).await;
    let me = browser.me(&server.url).await.expect(200);
    assert_ne!(me["user"]["id"], json!(victim));
    // If the OpenID provider also issues the host platform's tokens, a subject must be the same
    // person in the embedding site's tokens and in the provider's.
    let shared = desk_with(&provider, PUBLIC, KEY, &["--jwt-issuer", &provider.issuer]).await;
    let mut browser = Browser::default();
    browser.signs_in(&shared.url, &provider).await;
    let me = browser.me(&shared.url).await.expect(200);
    assert_eq!(me["user"]["id"], json!(victim));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_code_token_or_secret_is_logged() {
    let provider = Provider::start().await;
    let issuer = provider.issuer.clone();
    let server = Processes::start_with(1, Join::Alone, move |spec| {
        spec.env("HELPLINE_LOG", "trace")
            .env("HELPLINE_PUBLIC_URL", PUBLIC)
            .env("HELPLINE_OIDC_ISSUER", &issuer)
            .env("HELPLINE_OIDC_CLIENT_ID", CLIENT)
            .env("HELPLINE_OIDC_CLIENT_SECRET", CLIENT_SECRET)
            .env("HELPLINE_SECRET_KEY", KEY)
    })
    .await;
    let desk = server.gateways[0].http_url();
    let mut browser = Browser::default();
    let mut secrets = vec![
        CLIENT_SECRET.to_owned(),
        KEY.to_owned(),
        "an access token".into(),
    ];
    for fault in [
        Fault::None,
        Fault::RefusesCode,
        Fault::AlgNone,
        Fault::HugeAnswer,
        Fault::Claim("nonce", "another"),
    ] {
        provider.breaks(fault);
        let to = browser.begins(&desk, "/support").await;
        secrets.extend(browser.cookies.values().cloned());
        let asked = provider.asked_with(&to);
        secrets.extend(["state", "nonce"].map(|name| asked[name].clone()));
        let back = provider.agrees(&to);
        secrets.push(back.split(['=', '&']).nth(1).unwrap().to_owned());
        browser.comes_back(&desk, &back).await;
        secrets.extend(browser.cookies.values().cloned());
    }
    secrets.push(browser.token(&desk).await.unwrap());
    let verifiers = secrets
        .iter()
        .filter(|secret| secret.starts_with("eyJ"))
        .filter_map(|cookie| claims(cookie)["verifier"].as_str().map(str::to_owned));
    let all: Vec<_> = verifiers.chain(secrets.clone()).collect();
    server.gateways[0].stop().await.unwrap();
    let log = std::fs::read_to_string(server.gateways[0].log()).unwrap();
    assert!(
        log.contains("a sign-in by the OpenID provider failed"),
        "{log}"
    );
    for secret in &all {
        assert!(
            secret.len() > 10 && !log.contains(secret.as_str()),
            "{secret} is logged"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_of_a_blocked_person_opens_nothing() {
    let (_provider, server, mut browser) = signed_in().await;
    let id = browser.me(&server.url).await.expect(200)["user"]["id"].clone();
    let id: uuid::Uuid = id.as_str().unwrap().parse().unwrap();
    let block = "update people set blocked_at = now() where id = $1";
    assert_eq!(server.database.execute(block, &[&id]).await.unwrap(), 1);
    let answer = browser.me(&server.url).await;
    assert_eq!(answer.refused(403), "blocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_desks_signs_out_and_no_other() {
    let (provider, server, mut browser) = signed_in().await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("x-nothing", "x"),
    ] {
        let request = server.request("POST", "/oidc/sign-out").header(name, value);
        let answer = browser.send(request).await;
        assert_eq!(answer.refused(403), "forbidden");
        assert!(browser.token(&server.url).await.is_some());
    }
    let get = browser.get(&server.url, "/oidc/sign-out").await;
    assert_eq!(get.status, 405);
    for (name, value) in [("origin", PUBLIC), ("sec-fetch-site", "same-origin")] {
        browser.signs_in(&server.url, &provider).await;
        let request = server.request("POST", "/oidc/sign-out").header(name, value);
        let answer = browser.send(request).await;
        let next = answer.expect(200)["next"].as_str().unwrap().to_owned();
        assert_eq!(
            next,
            format!(
                "{}/sign-out?client_id=the-desk&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Foidc%2Fsigned-out",
                provider.issuer
            )
        );
        assert_eq!(browser.token(&server.url).await, None);
    }
    let back = browser.get(&server.url, "/oidc/signed-out?state=x").await;
    assert_eq!(
        (back.status, back.header("location")),
        (303, Some("/support"))
    );
}
