//! Runs a real browser against two instances and a certified OpenID provider, which `.ci/test-world
//! oidc` starts.

use std::path::Path;
use std::time::Duration;

use helpline_rig::free_port;
use tokio::process::Command;

use crate::commands::{helpline, told};
use crate::kit::test_server::{Join, TestServer};

const CLIENT: &str = "the-desk";
const CLIENT_SECRET: &str = "a secret of the desk and its provider";
const WITHIN: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs npm's oidc-provider, a browser and the built web client: .ci/test-world oidc"]
async fn people_sign_in_by_a_certified_provider() {
    let provider = std::env::var_os("HELPLINE_E2E_OIDC").expect("where oidc-provider is installed");
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-client");
    let (first, second) = (free_port(), free_port());
    let public = format!("http://127.0.0.1:{first}");
    let issuer = format!("http://127.0.0.1:{}", free_port());
    let (desk, of_provider) = (public.clone(), issuer.clone());
    let assets = client.join("dist").display().to_string();
    let settings = move |spec: helpline_rig::GatewaySpec| {
        spec.env("HELPLINE_PUBLIC_URL", &desk)
            .env("HELPLINE_OIDC_ISSUER", &of_provider)
            .env("HELPLINE_OIDC_CLIENT_ID", CLIENT)
            .env("HELPLINE_OIDC_CLIENT_SECRET", CLIENT_SECRET)
            .env("HELPLINE_SECRET_KEY", "a secret key of more than 32 bytes")
            .env("HELPLINE_ASSETS_DIR", &assets)
    };
    let server = TestServer::start_with(1, Join::Redis, |spec| settings(spec.port(first))).await;
    let another = server.another(|spec| settings(spec.port(second))).await;
    // Name the first admin before this person has ever signed in.
    let admin_url = server.postgres.admin_url(server.database());
    let named = [
        "migrate",
        "--admin-database-url",
        &admin_url,
        "--first-admin-oidc",
        "root",
        "--oidc-issuer",
        &issuer,
    ];
    let output = helpline(&named, &[]).await;
    assert!(output.status.success(), "{}", told(&output));
    let mut browser = Command::new("npx");
    browser
        .args(["vitest", "run", "--config", "vitest.e2e.config.ts"])
        .arg("e2e/oidc.test.ts")
        .current_dir(client)
        .env("HELPLINE_E2E_OIDC", provider)
        .env("HELPLINE_E2E_OIDC_ISSUER", issuer)
        .env("HELPLINE_E2E_OIDC_CLIENT", CLIENT)
        .env("HELPLINE_E2E_OIDC_SECRET", CLIENT_SECRET)
        .env(
            "HELPLINE_E2E_URLS",
            format!("{public},{}", another.http_url()),
        )
        .kill_on_drop(true);
    let status = tokio::time::timeout(WITHIN, browser.status())
        .await
        .expect("in time")
        .expect("npx runs");
    assert!(status.success());
}
