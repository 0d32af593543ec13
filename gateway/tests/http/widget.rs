//! Tests the settings of the widget: its appearance, and the sites that may embed it. An admin
//! changes them, every page receives them, and changes apply without a restart.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use helpline_core::limits;
use serde_json::{Value, json};

use crate::test_server::{Answer, TestServer, ada, grace, katherine};

const SITE: &str = "https://shop.example";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

async fn set(server: &TestServer, widget: Value) -> Answer {
    let body = Some(json!({"value": widget}));
    server
        .call(katherine(), "PUT", "/v1/settings/widget", body)
        .await
}

async fn get(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers
        .iter()
        .fold(server.request("GET", path), |request, (name, value)| {
            request.header(*name, *value)
        });
    server.send(request.body(Vec::new()).unwrap()).await
}

fn logo(kind: &str, bytes: &[u8]) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_widget_is_told_to_every_page_as_an_admin_set_it_and_without_its_sites() {
    let server = TestServer::start().await;
    let told = async || {
        let answer = get(&server, "/v1/widget", &[("origin", "https://any.example")]).await;
        let open = answer.header("access-control-allow-origin");
        assert_eq!(open, Some("*"), "cached like the launcher");
        answer.expect(200)
    };
    let plain = json!({"color": null, "team_name": null, "greeting": null, "position": "right", "logo": null, "asks_category": false});
    assert_eq!(told().await, plain);
    let kept = set(
        &server,
        json!({"color": "#2F5BD0", "team_name": " The workshop ", "greeting": " ", "position": "left",
               "logo": logo("image/png", PNG), "asks_category": true, "sites": [SITE]}),
    )
    .await;
    let mut expected = json!({"color": "#2f5bd0", "team_name": "The workshop", "greeting": null, "position": "left",
        "logo": logo("image/png", PNG), "asks_category": true, "sites": [SITE]});
    assert_eq!(kept.expect(200)["widget"], expected);
    expected.as_object_mut().unwrap().remove("sites");
    assert_eq!(told().await, expected, "a change is seen at once");
    // A field that the admin omits gets its default value.
    set(&server, json!({})).await.expect(200);
    assert_eq!(told().await, plain);
    let settings = set(&server, Value::Null).await.expect(200);
    assert_eq!(settings["widget"], Value::Null);
    for person in [ada(), grace()] {
        let body = Some(json!({"value": {}}));
        let refused = server
            .call(person, "PUT", "/v1/settings/widget", body)
            .await;
        assert_eq!(refused.refused(403), "forbidden");
    }
    // A stored setting that is invalid, for example after a wrong SQL statement, counts as not set.
    let spoil = "insert into support_settings (name, value) values ('widget', '{\"sites\": 7}')";
    server.database.execute(spoil, &[]).await.unwrap();
    assert_eq!(told().await, plain);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_at_its_field() {
    let server = TestServer::start().await;
    let svg = |text: &str| logo("image/svg+xml", text.as_bytes());
    let many: Vec<String> = (0..=limits::WIDGET_SITES_MAX)
        .map(|n| format!("https://s{n}.example"))
        .collect();
    let big = [PNG, &vec![0; limits::WIDGET_LOGO_BYTES_MAX]].concat();
    for (field, value, code) in [
        ("colour", json!("#2f5bd0"), "unknown_field"),
        ("color", json!("red"), "invalid_field"),
        ("color", json!("#2f5bd"), "invalid_field"),
        ("color", json!("#2f5bdg"), "invalid_field"),
        ("color", json!("#2f5bd0;x"), "invalid_field"),
        ("team_name", json!("n".repeat(61)), "invalid_field"),
        ("team_name", json!("a\nb"), "invalid_field"),
        ("greeting", json!("n".repeat(201)), "invalid_field"),
        ("position", json!("top"), "invalid_field"),
        ("asks_category", json!(null), "invalid_field"),
        ("logo", json!("https://x.example/logo.png"), "invalid_field"),
        ("logo", json!("data:image/png;base64,%"), "invalid_field"),
        ("logo", json!(logo("image/gif", b"GIF89a")), "invalid_field"),
        ("logo", json!(logo("text/html", b"<svg>")), "invalid_field"),
        ("logo", json!(logo("image/jpeg", PNG)), "invalid_field"),
        (
            "logo",
            json!(logo("image/webp", b"RIFF0000WAVE")),
            "invalid_field",
        ),
        ("logo", json!(logo("image/png", &big)), "invalid_field"),
        (
            "logo",
            json!(svg("<html><svg></svg></html>")),
            "invalid_field",
        ),
        ("logo", json!(svg("<svgx/>")), "invalid_field"),
        ("sites", json!(many), "invalid_field"),
        ("sites[0]", json!(["https://*.example"]), "invalid_field"),
        ("sites[0]", json!(["https://a.example/"]), "invalid_field"),
        ("sites[0]", json!(["https://a..b"]), "invalid_field"),
        (
            "sites[0]",
            json!(["https://a.example:99999"]),
            "invalid_field",
        ),
        (
            "sites[0]",
            json!(["https://a.example;script-src"]),
            "invalid_field",
        ),
        ("sites[1]", json!([SITE, SITE]), "invalid_field"),
    ] {
        let name = field.split('[').next().unwrap();
        let refused = set(&server, json!({ name: value })).await;
        assert_eq!(refused.refused(422), code, "{field} {value}");
        let title = refused.json()["title"].as_str().unwrap().to_owned();
        let at = format!("value.{field}: ");
        assert!(title.starts_with(&at), "{title}, not at {field}");
    }
    for good in [
        logo("image/png", &big[..limits::WIDGET_LOGO_BYTES_MAX]),
        logo("image/jpeg", b"\xff\xd8\xff\xe0"),
        logo("image/webp", b"RIFF\0\0\0\0WEBPVP8 "),
        svg(
            "\u{feff}<?xml version=\"1.0\"?>\n<!-- drawn --><!DOCTYPE svg><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        ),
    ] {
        set(&server, json!({ "logo": good })).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_an_admin_adds_counts_without_a_restart() {
    let configured = ["--widget-sites", "https://first.example"];
    let server = TestServer::start_with(&configured).await;
    let ancestors = async || {
        let page = get(&server, "/widget", &[]).await;
        let policy = page.header("content-security-policy").unwrap().to_owned();
        policy.split("frame-ancestors ").nth(1).unwrap().to_owned()
    };
    let allowed = async |path: &str| {
        let answer = get(&server, path, &[("origin", SITE)]).await;
        answer
            .header("access-control-allow-origin")
            .map(str::to_owned)
    };
    assert_eq!(ancestors().await, "'self' https://first.example");
    assert_eq!(allowed("/v1/me/unread").await, None);
    set(&server, json!({"sites": ["https://first.example", SITE]}))
        .await
        .expect(200);
    assert_eq!(
        ancestors().await,
        format!("'self' https://first.example {SITE}")
    );
    assert_eq!(allowed("/v1/me/unread").await.as_deref(), Some(SITE));
    assert_eq!(
        allowed("/v1/me").await,
        None,
        "only the launcher's path is allowed"
    );
    // If the database cannot return the widget's settings, the last known settings remain in
    // effect.
    server
        .database
        .batch_execute("alter function support_widget_settings() rename to gone")
        .await
        .unwrap();
    // Wait until the server's cached settings are too old.
    tokio::time::sleep(std::time::Duration::from_millis(limits::WIDGET_MS + 200)).await;
    assert_eq!(
        ancestors().await,
        format!("'self' https://first.example {SITE}")
    );
    assert_eq!(allowed("/v1/me/unread").await.as_deref(), Some(SITE));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_launcher_knows_how_it_looks_where_its_source_asks_for_it() {
    let dir = std::env::temp_dir().join(format!("helpline-launcher-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let source = "const looks = '__HELPLINE_WIDGET__'; run(looks)";
    std::fs::write(dir.join("widget.js"), source).unwrap();
    std::fs::write(dir.join("mount.js"), source).unwrap();
    let server = TestServer::start_with(&["--assets-dir", dir.to_str().unwrap()]).await;
    let plain = get(&server, "/widget.js", &[]).await;
    let looks = r#"{"color":null,"position":"right","team_name":null}"#;
    let literal = looks.replace('"', "\\u0022");
    assert_eq!(
        (plain.status, plain.text()),
        (200, format!("const looks = '{literal}'; run(looks)"))
    );
    for (name, value) in [
        ("cache-control", "public, max-age=300"),
        ("content-type", "text/javascript; charset=utf-8"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(plain.header(name), Some(value));
    }
    let etag = plain.header("etag").unwrap();
    let with_etag = [("if-none-match", etag)];
    assert_eq!(get(&server, "/widget.js", &with_etag).await.status, 304);

    set(
        &server,
        json!({"color": "#112233", "team_name": "'</script>", "greeting": "Hi", "sites": [SITE]}),
    )
    .await
    .expect(200);
    let changed = get(&server, "/widget.js", &with_etag).await;
    assert_eq!(
        changed.status, 200,
        "another appearance must be another file"
    );
    assert_ne!(changed.header("etag"), Some(etag));
    let text = changed.text();
    assert!(
        text.contains(r"\u0023112233") || text.contains("#112233"),
        "{text}"
    );
    assert!(
        text.contains(r"\u0027\u003c\u002fscript\u003e") && !text.contains("Hi"),
        "{text}"
    );
    assert!(!text.contains("shop.example") && text.ends_with("'; run(looks)"));
    assert_eq!(get(&server, "/mount.js", &[]).await.text(), source);
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_launcher_that_asks_for_nothing_is_served_as_it_is() {
    let dir = std::env::temp_dir().join(format!("helpline-launcher-as-is-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("widget.js"), "run('\u{e9}')").unwrap();
    let server = TestServer::start_with(&["--assets-dir", dir.to_str().unwrap()]).await;
    set(&server, json!({"color": "#112233"})).await.expect(200);
    let served = get(&server, "/widget.js", &[]).await;
    assert_eq!(
        (served.status, served.text()),
        (200, "run('\u{e9}')".to_owned())
    );
    std::fs::remove_dir_all(dir).unwrap();
}
