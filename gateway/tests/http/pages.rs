//! Tests the web pages and their security headers, the health checks, and the API description.

use std::time::{Duration, Instant};

use helpline_core::protocol::Feature;
use helpline_core::ticket::{Category, Status};
use helpline_rig::Proxy;
use serde_json::json;

use crate::test_server::{TestServer, ada, postgres};

async fn get(server: &TestServer, path: &str) -> crate::test_server::Answer {
    server
        .send(server.request("GET", path).body(Vec::new()).unwrap())
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_run_no_foreign_code_and_stand_in_no_frame() {
    let dir = std::env::temp_dir().join(format!("helpline-assets-{}", std::process::id()));
    std::fs::create_dir_all(dir.join("assets")).unwrap();
    for (name, text) in [
        ("support.html", "support"),
        ("console.html", "console"),
        ("assets/app-1.js", "1"),
    ] {
        std::fs::write(dir.join(name), text).unwrap();
    }
    let server = TestServer::start_with(&["--assets-dir", dir.to_str().unwrap()]).await;
    let root = get(&server, "/").await;
    assert_eq!(
        (root.status, root.header("location")),
        (307, Some("/support"))
    );
    for (path, text) in [
        ("/support", "support"),
        ("/support/TKT-000001", "support"),
        ("/admin/support", "console"),
        ("/admin/support/x/y", "console"),
    ] {
        let page = get(&server, path).await;
        assert_eq!((page.status, page.text().as_str()), (200, text), "{path}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'self'")
                && policy.contains("frame-ancestors 'none'")
                && !policy.contains("unsafe")
        );
        assert_eq!(
            (
                page.header("x-content-type-options"),
                page.header("referrer-policy")
            ),
            (Some("nosniff"), Some("no-referrer"))
        );
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        let again = server
            .request("GET", path)
            .header("if-none-match", page.header("etag").unwrap());
        assert_eq!(
            server.send(again.body(Vec::new()).unwrap()).await.status,
            304
        );
    }
    let script = get(&server, "/assets/app-1.js").await;
    assert_eq!(
        script.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert!(
        script
            .header("cache-control")
            .unwrap()
            .contains("immutable")
    );
    for path in [
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/",
        "/assets/none.js",
    ] {
        assert_eq!(get(&server, path).await.status, 404, "{path}");
    }
    std::fs::remove_dir_all(dir).unwrap();
}

/// Creates a directory of client files with every page. The calling test removes it.
fn faces(name: &str) -> std::path::PathBuf {
    let dir = std::env::temp_dir().join(format!("helpline-faces-{name}-{}", std::process::id()));
    std::fs::create_dir_all(dir.join("assets")).unwrap();
    for file in [
        "support.html",
        "console.html",
        "widget.html",
        "demo.html",
        "widget.js",
        "mount.js",
        "mount.css",
        "assets/chunk-1.js",
    ] {
        std::fs::write(dir.join(file), file).unwrap();
    }
    dir
}

#[tokio::test(flavor = "multi_thread")]
async fn the_widget_stands_in_the_frames_of_configured_sites_and_no_other_page_in_any() {
    let dir = faces("framing");
    let given = [
        "--assets-dir",
        dir.to_str().unwrap(),
        "--token-url",
        "https://platform.example/token?a=b",
    ];
    let alone = TestServer::start_with(&given).await;
    let frame = get(&alone, "/widget").await;
    assert!(
        frame
            .header("content-security-policy")
            .unwrap()
            .ends_with("frame-ancestors 'self'"),
        "{frame:?}"
    );
    let sites = [
        "--widget-sites",
        "https://platform.example,http://127.0.0.1:9",
    ];
    let server = TestServer::start_with(&[&given[..], &sites[..]].concat()).await;
    for path in ["/widget", "/widget/TKT-000001"] {
        let page = get(&server, path).await;
        assert_eq!(
            (
                page.status,
                page.text().as_str(),
                page.header("x-frame-options")
            ),
            (200, "widget.html", None),
            "{path}"
        );
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.ends_with("frame-ancestors 'self' https://platform.example http://127.0.0.1:9"),
            "{policy}"
        );
        assert!(
            policy.contains("connect-src 'self' https://platform.example;")
                && !policy.contains("unsafe"),
            "{policy}"
        );
    }
    for path in ["/support", "/admin/support", "/admin/support/x"] {
        let page = get(&server, path).await;
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.ends_with("frame-ancestors 'none'")
                && policy.contains("connect-src 'self' https://platform.example;"),
            "{policy}"
        );
    }
    for path in ["/widget.html", "/console.html", "/demo.html", "/demo"] {
        assert_eq!(
            get(&server, path).await.status,
            404,
            "{path} is served at more than one address"
        );
    }
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_sites_load_is_theirs_to_load_and_soon_renewed() {
    let dir = faces("loaders");
    let server = TestServer::start_with(&["--assets-dir", dir.to_str().unwrap()]).await;
    for (path, caching) in [
        ("/widget.js", "public, max-age=300"),
        ("/mount.js", "public, max-age=300"),
        ("/mount.css", "public, max-age=300"),
        ("/assets/chunk-1.js", "public, max-age=31536000, immutable"),
    ] {
        let file = get(&server, path).await;
        assert_eq!(
            (file.status, file.header("cache-control")),
            (200, Some(caching)),
            "{path}"
        );
        assert_eq!(
            file.header("cross-origin-resource-policy"),
            Some("cross-origin")
        );
        assert_eq!(
            file.header("access-control-allow-origin"),
            Some("*"),
            "module scripts need CORS"
        );
        let again = server
            .request("GET", path)
            .header("if-none-match", file.header("etag").unwrap());
        assert_eq!(
            server.send(again.body(Vec::new()).unwrap()).await.status,
            304
        );
    }
    let gone = get(&server, "/assets/chunk-0.js").await;
    assert_eq!(
        (
            gone.status,
            gone.header("access-control-allow-origin"),
            gone.header("cache-control")
        ),
        (404, Some("*"), Some("no-store")),
        "pages of any site can read that a build's file is gone"
    );
    let page = get(&server, "/support").await;
    assert_eq!(
        (
            page.header("cross-origin-resource-policy"),
            page.header("access-control-allow-origin")
        ),
        (Some("same-origin"), None)
    );
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_page_may_run_its_own_and_what_the_instances_offer() {
    let dir = faces("demo");
    let given = [
        "--assets-dir",
        dir.to_str().unwrap(),
        "--dev-people",
        "--origins",
        "http://127.0.0.1:9",
    ];
    let server = TestServer::start_with(&given).await;
    let page = get(&server, "/demo").await;
    assert_eq!(
        (
            page.status,
            page.text().as_str(),
            page.header("x-frame-options")
        ),
        (200, "demo.html", Some("DENY"))
    );
    let policy = page.header("content-security-policy").unwrap();
    for part in [
        "script-src 'self' 'unsafe-inline' http://127.0.0.1:9;",
        "connect-src 'self' http://127.0.0.1:9 ws://127.0.0.1:9;",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(
        !get(&server, "/support")
            .await
            .header("content-security-policy")
            .unwrap()
            .contains("unsafe")
    );
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_told_how_they_are_set_up_before_anybody_signs_in() {
    let plain = get(&TestServer::start().await, "/v1/config")
        .await
        .expect(200);
    assert_eq!(
        plain,
        json!({"token_url": null, "sign_in_url": null, "sign_out_url": null, "home_url": null, "roles_managed_at": null, "roles_managed": false, "links": [], "languages": ["en", "ar", "de", "fr"], "attachments_max": 10, "attachment_bytes_max": 26_214_400, "dev": false, "features": Feature::names_without(&[Feature::Attachments])})
    );
    let links = "My Tickets=/support;Help Center=https://help.example/?a=b";
    let given = [
        "--token-url",
        "/token",
        "--home-url",
        "https://a.example/",
        "--roles-managed-at",
        "/team?tab=roles",
        "--links",
        links,
        "--languages",
        "de",
    ];
    let server = TestServer::start_with(&given).await;
    let links = json!([{"label": "My Tickets", "href": "/support"}, {"label": "Help Center", "href": "https://help.example/?a=b"}]);
    let told = get(&server, "/v1/config").await.expect(200);
    let expected = json!({"token_url": "/token", "sign_in_url": null, "sign_out_url": null, "home_url": "https://a.example/", "roles_managed_at": "/team?tab=roles", "roles_managed": true, "links": links, "languages": ["de"], "attachments_max": 10, "attachment_bytes_max": 26_214_400, "dev": false, "features": Feature::names_without(&[Feature::Attachments])});
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_are_not_kept_by_caches() {
    let server = TestServer::start().await;
    let me = server.get(ada(), "/v1/me").await;
    assert_eq!(
        (
            me.header("cache-control"),
            me.header("x-content-type-options")
        ),
        (Some("no-store"), Some("nosniff"))
    );
    assert_eq!(
        me.header("content-security-policy"),
        Some("default-src 'none'; frame-ancestors 'none'")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_alive_from_ready() {
    let server = TestServer::start().await;
    assert_eq!(get(&server, "/healthz").await.expect(200)["alive"], true);
    let ready = get(&server, "/readyz").await.expect(200);
    assert_eq!(
        (
            ready["database"].as_str(),
            ready["relay"].as_str(),
            ready["draining"].as_bool()
        ),
        (Some("current"), Some("alone"), Some(false))
    );
    let metrics = get(&server, "/metrics").await;
    assert_eq!(
        (metrics.status, metrics.header("content-type")),
        (200, Some("text/plain; version=0.0.4"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_record_an_instance_is_alive_not_ready_and_says_when_to_come_back() {
    let proxy = Proxy::start(postgres().await.port()).await.unwrap();
    let server = TestServer::start_through(proxy.port(), &[]).await;
    get(&server, "/readyz").await.expect(200);
    proxy.refuse();
    proxy.cut();
    becomes(&server, 503).await;
    assert_eq!(
        get(&server, "/readyz").await.expect(503)["database"],
        "unreachable"
    );
    get(&server, "/healthz").await.expect(200);
    let answer = server.get(ada(), "/v1/tickets").await;
    assert_eq!(answer.refused(503), "unavailable");
    assert!(answer.header("retry-after").is_some());
    proxy.resume();
    becomes(&server, 200).await;
    server.get(ada(), "/v1/tickets").await.expect(200);
}

async fn becomes(server: &TestServer, status: u16) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while get(server, "/readyz").await.status != status {
        assert!(Instant::now() < deadline, "/readyz did not become {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_and_its_page_are_there() {
    let server = TestServer::start().await;
    let document = get(&server, "/openapi.json").await.expect(200);
    assert!(document["paths"]["/v1/tickets/{ticket}"]["patch"].is_object());
    // The enums of `/openapi.json` must contain the words of the protocol, not the Rust names.
    let words = |name: &str| document["components"]["schemas"][name]["enum"].clone();
    assert_eq!(
        words("Status"),
        json!(
            Status::ALL
                .iter()
                .map(|one| one.as_str())
                .collect::<Vec<_>>()
        )
    );
    assert_eq!(
        words("Category"),
        json!(
            Category::ALL
                .iter()
                .map(|one| one.as_str())
                .collect::<Vec<_>>()
        )
    );
    let schemas = document["components"]["schemas"]
        .as_object()
        .expect("schemas");
    for (name, schema) in schemas {
        for word in schema["enum"].as_array().into_iter().flatten() {
            let word = word.as_str().unwrap_or_default();
            assert_eq!(word, word.to_lowercase(), "{name}");
        }
    }
    let page = get(&server, "/docs").await;
    assert!(
        page.status == 200
            && !page.text().contains("<style")
            && page.text().contains("/docs/docs.js")
    );
    for path in ["/docs/docs.js", "/docs/docs.css"] {
        assert_eq!(get(&server, path).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_people_exist_in_dev_mode_only() {
    let server = TestServer::start().await;
    assert_eq!(get(&server, "/dev/users").await.status, 404);
    let ask = |server: &TestServer| {
        server
            .request("POST", "/dev/token")
            .header("content-type", "application/json")
            .body(br#"{"user":"Ada"}"#.to_vec())
            .unwrap()
    };
    assert_eq!(server.send(ask(&server)).await.status, 404);

    let dev = TestServer::start_with(&["--dev-people"]).await;
    let users = get(&dev, "/dev/users").await.expect(200);
    assert_eq!(
        (users[0]["name"].as_str(), users[0]["role"].as_str()),
        (Some("Ada Lovelace"), Some("customer"))
    );
    let token = dev.send(ask(&dev)).await.expect(200)["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let me = dev
        .request("GET", "/v1/me")
        .header("authorization", format!("Bearer {token}"))
        .body(Vec::new())
        .unwrap();
    assert_eq!(
        dev.send(me).await.expect(200)["user"]["email"],
        "ada@example.org"
    );
    let unknown = dev
        .request("POST", "/dev/token")
        .header("content-type", "application/json")
        .body(br#"{"user":"Eve"}"#.to_vec())
        .unwrap();
    assert_eq!(dev.send(unknown).await.refused(404), "not_found");
    for (body, code) in [
        (r#"{"user":"Ada","role":"admin"}"#, "unknown_field"),
        (r#"{"user":null}"#, "invalid_field"),
    ] {
        let more = dev
            .request("POST", "/dev/token")
            .header("content-type", "application/json")
            .body(body.as_bytes().to_vec())
            .unwrap();
        assert_eq!(dev.send(more).await.refused(422), code);
    }
}
