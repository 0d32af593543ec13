//! Tests sign-in on Helpline's own pages through an OpenID provider. The tests play the provider.

mod browser;
mod provider;
mod refusals;
mod sessions;
mod world;

use provider::{CLIENT, CLIENT_SECRET, Fault, Provider};

use self::browser::Browser;
use crate::test_server::TestServer;

const KEY: &str = "a secret key of the desk of more than 32 bytes";
const PUBLIC: &str = "http://127.0.0.1:8080";

/// Starts a server whose people sign in through this provider.
async fn desk(provider: &Provider) -> TestServer {
    desk_with(provider, PUBLIC, KEY, &[]).await
}

async fn desk_with(provider: &Provider, public: &str, key: &str, more: &[&str]) -> TestServer {
    let given = [
        "--oidc-issuer",
        &provider.issuer,
        "--oidc-client-id",
        CLIENT,
        "--oidc-client-secret",
        CLIENT_SECRET,
        "--secret-key",
        key,
        "--public-url",
        public,
    ];
    TestServer::start_with(&[&given, more].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_is_who_the_provider_says() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    let mut browser = Browser::default();
    assert_eq!(browser.token(&server.url).await, None);
    let to = browser
        .begins(&server.url, "/admin/support/TKT-000001%3Fview%3Dall")
        .await;
    let asked = provider.asked_with(&to);
    assert_eq!(asked["scope"], "openid email profile");
    assert_eq!(asked["redirect_uri"], format!("{PUBLIC}/oidc/callback"));
    let name = browser.cookies.keys().next().unwrap().clone();
    assert_eq!(
        browser.attributes[&name],
        "Path=/; Max-Age=600; HttpOnly; SameSite=Lax"
    );
    let back = provider.agrees(&to);
    let to = browser.comes_back(&server.url, &back).await;
    assert_eq!(to, "/admin/support/TKT-000001?view=all");
    assert_eq!(
        browser.cookies.keys().collect::<Vec<_>>(),
        ["helpline_session"],
        "the sign-in is over"
    );
    assert_eq!(
        browser.attributes["helpline_session"],
        "Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"
    );
    let me = browser.me(&server.url).await.expect(200);
    assert_eq!(me["user"]["name"], "Ada Lovelace");
    assert_eq!(me["user"]["email"], "ada@id.example");
    // A sign-in in another browser with the same provider subject must find the same person.
    // Another subject must be another person.
    let id = me["user"]["id"].clone();
    let mut again = Browser::default();
    again.signs_in(&server.url, &provider).await;
    assert_eq!(again.me(&server.url).await.expect(200)["user"]["id"], id);
    provider.person(serde_json::json!({"sub": "another person"}));
    let mut other = Browser::default();
    other.signs_in(&server.url, &provider).await;
    assert_ne!(other.me(&server.url).await.expect(200)["user"]["id"], id);
    assert_eq!(provider.asked(), 1, "the provider's addresses are cached");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_with_a_provider_alone_tells_its_pages_where_to_go() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    let told = Browser::default()
        .get(&server.url, "/v1/config")
        .await
        .expect(200);
    assert_eq!(told["token_url"], "/oidc/token");
    assert_eq!(told["sign_in_url"], "/oidc/sign-in");
    assert_eq!(told["sign_out_url"], "/oidc/sign-out");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instance_takes_the_step_that_follows() {
    let provider = Provider::start().await;
    let (one, two) = (desk(&provider).await, desk(&provider).await);
    let mut browser = Browser::default();
    let to = browser.begins(&one.url, "/support").await;
    let back = provider.agrees(&to);
    assert_eq!(browser.comes_back(&two.url, &back).await, "/support");
    assert!(browser.token(&one.url).await.is_some());
    // An instance with another secret key rejects the browser's sign-in session.
    let stranger = desk_with(&provider, PUBLIC, &KEY.replace("secret", "other"), &[]).await;
    assert_eq!(browser.token(&stranger.url).await, None);
    // During a key rotation, sign-in sessions that either key signed are valid.
    let both = format!("{},{KEY}", KEY.replace("secret", "newer"));
    let rotating = desk_with(&provider, PUBLIC, &both, &[]).await;
    assert!(browser.token(&rotating.url).await.is_some());
    assert_eq!(browser.me(&rotating.url).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_that_sign_in_at_once_do_not_meet_and_are_not_without_number() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    let mut browser = Browser::default();
    let mut begun = Vec::new();
    for n in 0..6 {
        begun.push(browser.begins(&server.url, &format!("/support/{n}")).await);
    }
    assert_eq!(browser.cookies.len(), 4);
    for (n, to) in begun.iter().enumerate() {
        let back = provider.agrees(to);
        let led = browser.comes_back(&server.url, &back).await;
        let expected = match n {
            0 | 1 => "/support?sign_in=expired".to_owned(),
            n => format!("/support/{n}"),
        };
        assert_eq!(led, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_id_token_leaves_out_userinfo_tells() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    provider.person(serde_json::json!({"name": null, "email": null}));
    let mut browser = Browser::default();
    assert_eq!(browser.signs_in(&server.url, &provider).await, "/support");
    let me = browser.me(&server.url).await.expect(200);
    assert_eq!(me["user"]["name"], serde_json::Value::Null);
    provider.tells_only_by_userinfo(serde_json::json!({
        "sub": "ada-at-the-provider", "preferred_username": "ada",
        "email": "ada@id.example", "email_verified": "false",
    }));
    browser.signs_in(&server.url, &provider).await;
    let me = browser.me(&server.url).await.expect(200);
    assert_eq!(me["user"]["name"], "ada");
    let token = browser.token(&server.url).await.unwrap();
    assert_eq!(
        browser::claims(&token)["email"],
        serde_json::Value::Null,
        "an address that is not verified may be another person's"
    );
    // A userinfo response about another subject is ignored.
    provider.tells_only_by_userinfo(serde_json::json!({"sub": "eve", "name": "Eve"}));
    browser.signs_in(&server.url, &provider).await;
    let token = browser.token(&server.url).await.unwrap();
    assert_eq!(browser::claims(&token)["name"], serde_json::Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_cookies_are_this_hosts_alone() {
    let provider = Provider::start().await;
    let server = desk_with(&provider, "https://desk.example", KEY, &[]).await;
    let mut browser = Browser::default();
    // A sign-in that starts on another host would return to the public host, where its cookie is
    // missing. The sign-in is therefore redirected to the public host first, and only once.
    let led = browser
        .get(&server.url, "/oidc/sign-in?return=%2F%2Fx")
        .await;
    assert_eq!(
        (led.status, led.header("location")),
        (
            303,
            Some("https://desk.example/oidc/sign-in?return=%2F%2Fx&moved=1")
        )
    );
    assert!(browser.cookies.is_empty());
    assert_eq!(provider.asked(), 0);
    assert_eq!(browser.signs_in(&server.url, &provider).await, "/support");
    assert_eq!(
        browser.attributes["__Host-helpline_session"],
        "Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure"
    );
    for (name, attributes) in &browser.attributes {
        assert!(name.starts_with("__Host-helpline_") && attributes.ends_with("; Secure"));
    }
    assert!(browser.token(&server.url).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_from_one_address_have_a_rate() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    let mut browser = Browser::default();
    let mut too_many = false;
    for _ in 0..200 {
        browser.cookies.clear();
        let answer = browser.get(&server.url, "/oidc/sign-in").await;
        too_many = answer.header("location") == Some("/support?sign_in=busy");
        if too_many {
            break;
        }
    }
    assert!(too_many);
    assert_eq!(provider.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_changes_its_key_is_asked_again() {
    let provider = Provider::start().await;
    let server = desk(&provider).await;
    let mut browser = Browser::default();
    assert_eq!(browser.signs_in(&server.url, &provider).await, "/support");
    provider.rotates();
    // The server fetches the provider's key set at most once every few seconds, so poll until a
    // sign-in with the new key succeeds.
    let led = crate::kit::test_server::eventually(
        "the new key is known",
        std::time::Duration::from_secs(15),
        async || {
            // Stay within the rate limit for sign-in steps.
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            let led = browser.signs_in(&server.url, &provider).await;
            (led == "/support").then_some(led)
        },
    );
    led.await;
    assert_eq!(provider.asked(), 2);
    provider.breaks(Fault::SignedWithUnknownKey);
    assert_eq!(
        browser.signs_in(&server.url, &provider).await,
        "/support?sign_in=failed"
    );
}
