//! Tests whether the desk counts as available, and the settings on which its availability depends.

use std::time::{Duration, Instant};

use helpline_core::limits;
use serde_json::{Value, json};

use crate::kit::client::Client;
use crate::test_server::{TestServer, ada, grace, katherine};

const ALWAYS: [[&str; 2]; 1] = [["00:00", "24:00"]];

async fn availability(server: &TestServer) -> Value {
    server
        .send(
            server
                .request("GET", "/v1/availability")
                .body(Vec::new())
                .unwrap(),
        )
        .await
        .expect(200)
}

async fn set(server: &TestServer, name: &str, value: Value) -> crate::test_server::Answer {
    server
        .call(
            katherine(),
            "PUT",
            &format!("/v1/settings/{name}"),
            Some(json!({"value": value})),
        )
        .await
}

fn without_tags(mut settings: Value) -> Value {
    let etags = settings.as_object_mut().unwrap().remove("etags");
    assert!(etags.unwrap().is_object());
    settings
}

/// Polls until `agents_online` has this value, because the server caches it for a few seconds.
async fn online_becomes(server: &TestServer, wanted: bool, patience: Duration) {
    let deadline = Instant::now() + patience;
    while availability(server).await["agents_online"] != wanted {
        assert!(
            Instant::now() < deadline,
            "agents_online did not become {wanted}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_without_hours_is_open_and_one_with_hours_keeps_them() {
    let server = TestServer::start().await;
    let plain = availability(&server).await;
    assert_eq!(
        (
            &plain["open"],
            &plain["hours"],
            &plain["opens_at"],
            &plain["notice"]
        ),
        (&json!(true), &Value::Null, &Value::Null, &Value::Null)
    );
    let week = json!({"mon": ALWAYS, "tue": ALWAYS, "wed": ALWAYS, "thu": ALWAYS, "fri": ALWAYS, "sat": ALWAYS, "sun": ALWAYS});
    let always = json!({"timezone": "Asia/Kathmandu", "days": week});
    let settings = set(&server, "opening_hours", always.clone()).await;
    assert_eq!(
        without_tags(settings.expect(200)),
        json!({"opening_hours": always, "away_notice": null, "reply_assigns": false, "widget": null})
    );
    let open = availability(&server).await;
    assert_eq!(
        (&open["open"], &open["opens_at"], &open["hours"]),
        (&json!(true), &Value::Null, &always),
        "a change is seen at once"
    );

    set(&server, "away_notice", json!("  Back on Monday.\n"))
        .await
        .expect(200);
    // The desk is closed on days without opening hours. It opens only for one minute, on the day
    // after tomorrow.
    let soon = chrono::Utc::now() + chrono::Days::new(2);
    let day = soon.format("%a").to_string().to_lowercase();
    set(
        &server,
        "opening_hours",
        json!({"timezone": "UTC", "days": {day: [["10:00", "10:01"]]}}),
    )
    .await
    .expect(200);
    let closed = availability(&server).await;
    assert_eq!(
        (&closed["open"], &closed["notice"]),
        (&json!(false), &json!("Back on Monday."))
    );
    assert_eq!(
        closed["opens_at"],
        soon.format("%Y-%m-%dT10:00:00Z").to_string()
    );
    set(&server, "opening_hours", Value::Null).await.expect(200);
    let settings = server.get(katherine(), "/v1/settings").await.expect(200);
    assert_eq!(
        without_tags(settings),
        json!({"opening_hours": null, "away_notice": "Back on Monday.", "reply_assigns": false, "widget": null})
    );
    assert_eq!(availability(&server).await["open"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holiday_closes_its_day_and_a_night_goes_on_over_midnight() {
    let server = TestServer::start().await;
    let today = chrono::Utc::now().date_naive();
    let date = |n| (today + chrono::Days::new(n)).to_string();
    let all_day = [["00:00", "00:00"]];
    let week = json!({"mon": all_day, "tue": all_day, "wed": all_day, "thu": all_day, "fri": all_day, "sat": all_day, "sun": all_day});
    // Add a holiday for yesterday as well, because midnight may pass during the test.
    let before = (today - chrono::Days::new(1)).to_string();
    let hours = json!({"timezone": "UTC", "days": week, "holidays": [
        {"date": date(1), "name": " Second day ", "spans": []},
        {"date": date(0), "spans": []},
        {"date": before, "spans": []},
        {"date": date(2), "spans": [["21:30", "00:00"]]},
    ]});
    let kept = set(&server, "opening_hours", hours.clone()).await;
    let kept = kept.expect(200)["opening_hours"]["holidays"].clone();
    assert_eq!(
        kept,
        json!([
            {"date": before, "spans": []},
            {"date": date(0), "spans": []},
            {"date": date(1), "name": "Second day", "spans": []},
            {"date": date(2), "spans": [["21:30", "00:00"]]},
        ]),
        "by date"
    );
    let closed = availability(&server).await;
    assert_eq!(
        (
            &closed["open"],
            &closed["opens_at"],
            &closed["hours"]["holidays"]
        ),
        (
            &json!(false),
            &json!(format!("{}T21:30:00Z", date(2))),
            &kept
        )
    );
    for (holidays, at) in [
        (
            json!([{"date": date(0)}, {"date": date(0)}]),
            "value.holidays[1].date: ",
        ),
        (json!([{"date": "25.12.2026"}]), "value.holidays[0].date: "),
        (
            json!([{"date": date(0), "spans": [["9", "10"]]}]),
            "value.holidays[0].spans: ",
        ),
        (
            json!([{"date": date(0), "name": "x\ny"}]),
            "value.holidays[0].name: ",
        ),
        (
            json!(vec![json!({"date": date(0)}); limits::HOLIDAYS_MAX + 1]),
            "value.holidays: ",
        ),
    ] {
        let value = json!({"timezone": "UTC", "days": {}, "holidays": holidays});
        let refused = set(&server, "opening_hours", value).await;
        assert_eq!(refused.refused(422), "invalid_field", "{at}");
        let title = refused.json()["title"].as_str().unwrap().to_owned();
        assert!(title.starts_with(at), "{title}, not at {at}");
    }
    let night = [["22:00", "06:00"]];
    let overlap = json!({"timezone": "UTC", "days": {"sun": night, "mon": [["05:00", "07:00"]]}});
    let refused = set(&server, "opening_hours", overlap).await;
    assert_eq!(refused.refused(422), "invalid_field");
    let title = refused.json()["title"].to_string();
    assert!(title.starts_with("\"value.days.sun: "), "{title}");
}

/// Opening hours with the maximum number of holidays, each with the longest name, can be stored and
/// are returned.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_hours_fit() {
    let server = TestServer::start().await;
    let spans: Vec<[String; 2]> = (0..limits::DAY_SPANS_MAX)
        .map(|n| [format!("{:02}:00", n * 2), format!("{:02}:30", n * 2)])
        .collect();
    let holidays: Vec<Value> = (0..limits::HOLIDAYS_MAX as u64)
        .map(|n| {
            let date = "2030-01-01".parse::<chrono::NaiveDate>().unwrap() + chrono::Days::new(n);
            json!({"date": date, "name": "\u{1F384}".repeat(limits::HOLIDAY_NAME_CHARS_MAX), "spans": spans})
        })
        .collect();
    let days = json!({"mon": spans, "tue": spans, "wed": spans, "thu": spans, "fri": spans, "sat": spans, "sun": spans});
    let hours = json!({"timezone": "UTC", "days": days, "holidays": holidays});
    let kept = set(&server, "opening_hours", hours.clone()).await;
    assert_eq!(kept.expect(200)["opening_hours"], hours);
    assert_eq!(availability(&server).await["hours"], hours);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_checked_and_every_change_is_recorded_with_before_and_after() {
    let server = TestServer::start().await;
    for (name, value) in [
        ("opening_hours", json!("always")),
        (
            "opening_hours",
            json!({"timezone": "Mars/Olympus", "days": {}}),
        ),
        (
            "opening_hours",
            json!({"timezone": "UTC", "days": {"mon": [["24:00", "09:00"]]}}),
        ),
        (
            "opening_hours",
            json!({"timezone": "UTC", "days": {"mon": [["10:00"]]}}),
        ),
        (
            "opening_hours",
            json!({"timezone": "UTC", "days": {"mon": [["09:00", "10:00", "11:00"]]}}),
        ),
        ("away_notice", json!(7)),
        (
            "away_notice",
            json!("x".repeat(limits::NOTICE_CHARS_MAX + 1)),
        ),
        ("away_notice", json!("\u{1b}[2J")),
        ("reply_assigns", json!("yes")),
    ] {
        assert_eq!(
            set(&server, name, value.clone()).await.refused(422),
            "invalid_field",
            "{name} {value}"
        );
    }
    assert_eq!(
        set(&server, "retention", json!("x")).await.refused(404),
        "not_found"
    );
    assert!(
        server
            .access_rows(Some(katherine().id), "setting_changed")
            .await
            .is_empty()
    );

    set(&server, "away_notice", json!("One")).await.expect(200);
    set(&server, "away_notice", json!("One")).await.expect(200);
    set(&server, "away_notice", json!("Two")).await.expect(200);
    let sql = "select detail ->> 'before', detail ->> 'after', host(ip_address) from access_log where action = 'setting_changed' order by id";
    let rows = server.database.query(sql, &[]).await.unwrap();
    let rows: Vec<(Option<String>, Option<String>, String)> = rows
        .iter()
        .map(|row| (row.get(0), row.get(1), row.get(2)))
        .collect();
    let row = |before: Option<&str>, after: &str| {
        (
            before.map(str::to_owned),
            Some(after.to_owned()),
            "127.0.0.1".to_owned(),
        )
    };
    assert_eq!(rows, [row(None, "One"), row(Some("One"), "Two")]);
    server
        .database
        .execute(
            "update support_settings set value = '{\"not\": \"hours\"}', name = 'opening_hours'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(
        server.get(katherine(), "/v1/settings").await.expect(200)["opening_hours"],
        Value::Null,
        "a corrupted setting must not hide the rest"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_are_online_while_they_are_connected_and_customers_never_count() {
    let server = TestServer::start().await;
    let away = "update people set last_seen_at = now() - interval '10 minutes'";
    server.database.execute(away, &[]).await.unwrap();
    server.get(ada(), "/v1/me").await.expect(200);
    online_becomes(&server, false, Duration::from_secs(10)).await;

    let socket = format!("{}/v1/ws", server.url.replace("http:", "ws:"));
    let _client = Client::hello(&socket, &server.token(grace())).await;
    online_becomes(&server, true, Duration::from_secs(10)).await;
    // Even long after the sign-in, the instance must keep the `last_seen_at` of a connected agent
    // recent.
    server.database.execute(away, &[]).await.unwrap();
    let renewed = "select count(*) from people where last_seen_at > now() - interval '1 minute'";
    let deadline =
        Instant::now() + Duration::from_millis(limits::SEEN_RENEW_MS) + Duration::from_secs(10);
    while server
        .database
        .query_one(renewed, &[])
        .await
        .unwrap()
        .get::<_, i64>(0)
        == 0
    {
        assert!(Instant::now() < deadline, "not renewed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let seen = server
        .database
        .query_one(
            "select id from people where last_seen_at > now() - interval '1 minute'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(seen.get::<_, uuid::Uuid>(0), grace().id.uuid());
    online_becomes(&server, true, Duration::from_secs(10)).await;
    server
        .database
        .execute(
            "update people set blocked_at = now() where id = $1",
            &[&grace().id.uuid()],
        )
        .await
        .unwrap();
    online_becomes(&server, false, Duration::from_secs(10)).await;
}
