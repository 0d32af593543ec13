//! Tests invalid sign-ins through an OpenID provider. None of them may open a sign-in session.

use std::time::{Duration, Instant};

use super::browser::Browser;
use super::provider::{Fault, Provider};
use super::{KEY, PUBLIC, desk, desk_with};
use crate::commands::{helpline, told};
use crate::kit::test_server::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn id_tokens_that_are_good_for_something_else_open_no_session() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    for fault in [
        Fault::Claim("nonce", "another"),
        Fault::Claim("nonce", "null"),
        Fault::Claim("aud", "another-client"),
        Fault::Claim("aud", r#"["the-desk", "another-client"]"#),
        Fault::Claim("aud", "[]"),
        Fault::Claim("azp", "another-client"),
        Fault::Claim("iss", "https://other.example"),
        Fault::Claim("sub", ""),
        Fault::Claim("sub", "null"),
        Fault::Expired,
        Fault::AlgNone,
        Fault::SignedWithClientSecret,
        Fault::SignedWithUnknownKey,
        Fault::NoIdToken,
        Fault::RefusesCode,
        Fault::HugeAnswer,
    ] {
        provider.breaks(fault);
        let mut browser = Browser::default();
        let led = browser.signs_in(&server.url, &provider).await;
        assert!(
            ["/support?sign_in=failed", "/support?sign_in=unavailable"].contains(&led.as_str()),
            "{fault:?}: {led}"
        );
        assert!(browser.cookies.is_empty(), "{fault:?}");
    }
    // A refused code and an invalid ID token are recorded as refused sign-ins, with their reasons.
    // Other faulty responses of the provider are not recorded.
    let reasons = "select coalesce(string_agg(distinct detail ->> 'reason', ' '), '') from access_log where action = 'sign_in_refused'";
    eventually(
        "a row for each reason",
        Duration::from_secs(5),
        async || {
            let row = server.database.query_one(reasons, &[]).await.unwrap();
            (row.get::<_, &str>(0) == "code_refused id_token_claims id_token_signature")
                .then_some(())
        },
    )
    .await;
    provider.breaks(Fault::Claim("azp", "the-desk"));
    let mut browser = Browser::default();
    assert_eq!(browser.signs_in(&server.url, &provider).await, "/support");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_taken_only_by_the_browser_that_began() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    let mut browser = Browser::default();
    let to = browser.begins(&server.url, "/support").await;
    let back = provider.agrees(&to);
    let (name, value) = browser.cookies.iter().next().unwrap();
    let (name, value) = (name.clone(), value.clone());
    let with = |value: &str| {
        let mut forged = Browser::default();
        forged.cookies.insert(name.clone(), value.to_owned());
        forged
    };
    // Present the sign-in cookies of another server, of another sign-in, and of an expired sign-in.
    // Each must be refused.
    let stranger = desk_with(&provider, PUBLIC, &KEY.replace("secret", "other"), &[]).await;
    let mut elsewhere = Browser::default();
    elsewhere.begins(&stranger.url, "/support").await;
    let of_stranger = elsewhere.cookies.values().next().unwrap().clone();
    let mut another = Browser::default();
    another.begins(&server.url, "/support").await;
    let of_another = another.cookies.values().next().unwrap().clone();
    let tampered = {
        let parts: Vec<_> = value.split('.').collect();
        let other: Vec<_> = of_another.split('.').collect();
        format!("{}.{}.{}", parts[0], other[1], parts[2])
    };
    for forged in [
        Browser::default(),
        with(""),
        with("x.y.z"),
        with(&of_stranger),
        with(&of_another),
        with(&tampered),
        with(&expired(&value)),
    ] {
        let mut forged = forged;
        let led = forged.comes_back(&server.url, &back).await;
        assert_eq!(led, "/support?sign_in=expired");
        assert_eq!(forged.token(&server.url).await, None);
    }
    for wrong in [
        "/oidc/callback",
        "/oidc/callback?code=x",
        "/oidc/callback?code=x&state=",
        "/oidc/callback?code=x&state=%00",
    ] {
        let led = browser.comes_back(&server.url, wrong).await;
        assert_eq!(led, "/support?sign_in=expired", "{wrong}");
    }
    let twice = format!("{back}&state=another");
    let led = browser.comes_back(&server.url, &twice).await;
    // Any visitor can send a callback with two states. Such a callback must not count as a failed
    // sign-in, because failed sign-ins alert the operator.
    assert_eq!(led, "/support?sign_in=expired");
    assert_eq!(provider.exchanged(), 0, "a code was exchanged");
    let other_provider = format!("{back}&iss=https%3A%2F%2Fother.example");
    let led = browser
        .clone()
        .comes_back(&server.url, &other_provider)
        .await;
    assert_eq!(led, "/support?sign_in=failed");
    assert_eq!(browser.comes_back(&server.url, &back).await, "/support");
    // The provider's authorization code cannot be used a second time.
    assert_eq!(
        browser.comes_back(&server.url, &back).await,
        "/support?sign_in=expired"
    );
}

/// Returns a copy of the sign-in cookie that has expired, but has a valid signature.
fn expired(cookie: &str) -> String {
    use chrono::{TimeDelta, Utc};
    use helpline_gateway::auth::purpose::{Purpose, PurposeKeys};
    let mut claims = super::browser::claims(cookie);
    let fields = claims.as_object_mut().unwrap();
    fields.remove("aud");
    fields.remove("exp");
    let keys = PurposeKeys::new(&[KEY.into()], Purpose::SignIn);
    keys.sign(&claims, Utc::now() - TimeDelta::seconds(1))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_host_is_led_back_to() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    for path in [
        "//evil.example",
        "/%5Cevil.example",
        "%2F%2Fevil.example",
        "/%09/evil.example",
        "/%0A/evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "support",
        "",
        "/oidc/sign-in",
        "/%C3%BC",
    ] {
        let to = format!("/oidc/sign-in?return={path}");
        let mut browser = Browser::default();
        let answer = browser.get(&server.url, &to).await;
        assert_eq!(answer.status, 303, "{path}");
        let back = provider.agrees(answer.header("location").unwrap());
        let led = browser.comes_back(&server.url, &back).await;
        assert_eq!(led, "/support", "{path}");
    }
    for more in ["?retrun=/support", "?return=/support&return=//evil.example"] {
        let answer = Browser::default()
            .get(&server.url, &format!("/oidc/sign-in{more}"))
            .await;
        assert_eq!(answer.status, 422, "{more}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_says_against_it_is_told_on_the_page() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    // Any visitor can request the callback without having begun a sign-in, and such a request must
    // write no row. Rows are written in order, so the number of rows at the end of the test shows
    // whether the request wrote a row.
    let mut stranger = Browser::default();
    let back = "/oidc/callback?error=access_denied&state=forged";
    stranger.comes_back(&server.url, back).await;
    for (error, word) in [
        ("server_error", "unavailable"),
        ("access_denied", "denied"),
        ("temporarily_unavailable", "unavailable"),
        ("unauthorized_client", "failed"),
        (
            "invalid_scope&error_description=no%0asuch%20scope",
            "failed",
        ),
        ("login_required", "denied"),
    ] {
        let mut browser = Browser::default();
        let to = browser.begins(&server.url, "/support/TKT-000001").await;
        let state = provider.asked_with(&to)["state"].clone();
        let back = format!("/oidc/callback?error={error}&state={state}");
        let led = browser.comes_back(&server.url, &back).await;
        assert_eq!(led, format!("/support/TKT-000001?sign_in={word}"));
        assert!(browser.cookies.is_empty());
    }
    // Temporary errors and configuration errors are not recorded as refused sign-ins.
    let rows = server
        .access_rows_when(None, "sign_in_refused", 2)
        .await
        .len();
    let sql = "select string_agg((detail ->> 'reason') || ' ' || (detail ->> 'error'), ',' order by id) from access_log where refused = 'not_authenticated'";
    let row = server.database.query_one(sql, &[]).await.unwrap();
    assert_eq!(
        (rows, row.get::<_, &str>(0)),
        (2, "provider access_denied,provider login_required")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_costs_a_sentence_and_comes_back() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    for fault in [Fault::NotFound, Fault::OtherIssuer, Fault::HugeDiscovery] {
        provider.breaks(fault);
        let (fresh, asked) = (desk(&provider).await, provider.asked());
        let answers = [
            Browser::default().get(&fresh.url, "/oidc/sign-in").await,
            Browser::default().get(&fresh.url, "/oidc/sign-in").await,
        ];
        for answer in answers {
            let led = answer.header("location").unwrap();
            assert!(led.starts_with("/support?sign_in="), "{fault:?}: {led}");
        }
        assert_eq!(provider.asked(), asked + 1, "{fault:?}");
        let ready = Browser::default().get(&fresh.url, "/readyz").await;
        assert_eq!(ready.status, 200);
        provider.breaks(Fault::None);
        if fault == Fault::NotFound {
            eventually(
                "the provider is asked again",
                Duration::from_secs(15),
                async || {
                    let answer = Browser::default().get(&fresh.url, "/oidc/sign-in").await;
                    answer
                        .header("location")
                        .unwrap()
                        .starts_with(&provider.issuer)
                        .then_some(())
                },
            )
            .await;
        }
    }
    provider.breaks(Fault::SlowAnswer);
    let begun = Instant::now();
    let mut browser = Browser::default();
    let led = browser.signs_in(&server.url, &provider).await;
    assert_eq!(led, "/support?sign_in=unavailable");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

/// Runs `helpline check-config` for a server with this provider as its only way to sign in. Returns
/// whether it succeeded, and its output.
async fn checked(provider: &Provider, more: &[(&str, &str)], arguments: &[&str]) -> (bool, String) {
    let env = [
        ("HELPLINE_DATABASE_URL", "postgres://u@127.0.0.1:1/d"),
        ("HELPLINE_OIDC_ISSUER", provider.issuer.as_str()),
        ("HELPLINE_OIDC_CLIENT_ID", "desk"),
        ("HELPLINE_SECRET_KEY", KEY),
    ];
    let arguments = [&["check-config"], arguments].concat();
    let output = helpline(&arguments, &[&env, more].concat()).await;
    (output.status.success(), told(&output))
}

#[tokio::test(flavor = "multi_thread")]
async fn check_config_tries_the_provider_and_says_what_to_register() {
    let provider = Provider::start().await;
    let public = [("HELPLINE_PUBLIC_URL", "https://desk.example/")];
    let (fits, said) = checked(&provider, &[], &[]).await;
    assert!(
        !fits && said.contains("--public-url (HELPLINE_PUBLIC_URL): is needed"),
        "{said}"
    );
    let (fits, said) = checked(&provider, &public, &[]).await;
    assert!(
        fits && !said.contains("warning") && !said.contains(KEY),
        "{said}"
    );
    let (_, said) = checked(&provider, &public, &["--connect"]).await;
    assert!(
        said.contains("OpenID provider: 1 usable keys")
            && said.contains("register https://desk.example/oidc/callback")
            && said.contains("https://desk.example/oidc/signed-out"),
        "{said}"
    );
    provider.breaks(Fault::OtherIssuer);
    let (_, said) = checked(&provider, &public, &["--connect"]).await;
    assert!(
        said.contains("OpenID provider: FAILED") && said.contains("`https://other.example`"),
        "{said}"
    );
    let in_clear = [("HELPLINE_PUBLIC_URL", "http://desk.example")];
    let (fits, said) = checked(&provider, &in_clear, &[]).await;
    assert!(
        fits && said.contains("warning: --public-url is http"),
        "{said}"
    );
}
