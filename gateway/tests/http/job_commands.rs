//! Tests `helpline jobs` and `helpline restored` on a real database.

use serde_json::Value;

use crate::commands::{helpline, told};
use crate::test_server::{database, postgres};

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_decides_and_confirms_and_the_access_log_has_it() {
    let (postgres, name) = (postgres().await, database().await);
    let url = postgres.admin_url(&name);
    let env = [
        ("HELPLINE_ADMIN_DATABASE_URL", url.as_str()),
        ("HELPLINE_PUBLIC_URL", "https://desk.example.com"),
    ];
    let sql = helpline_rig::testing::connect(&url).await.unwrap();
    sql.batch_execute(
        "set search_path = helpline;
         select background_confirm_first('https://desk.example.com');
         select consumers_register('rules', false);
         select schedules_put('cleanup', 'Europe/Vienna', '03:00', 'day', null, now() + interval '1 day');
         insert into deliveries (id, kind, receiver, key, next_at, dead_at)
           values ('018f0000-0000-7000-8000-000000000002', 'mail', 'a', 'k', now(), now())",
    )
    .await
    .unwrap();
    let list = async || {
        let output = helpline(&["jobs", "list", "--json"], &env).await;
        assert!(output.status.success(), "{}", told(&output));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let before = list().await;
    assert_eq!(before["identity"]["confirmed"], true, "{before}");
    assert_eq!(before["consumers"][0]["name"], "rules");
    assert_eq!(before["dead_deliveries"][0]["receiver"], "a");

    for arguments in [
        &["jobs", "pause", "rules"][..],
        &["jobs", "pause", "cleanup"],
        &["jobs", "replay", "018f0000-0000-7000-8000-000000000002"],
        &["restored"],
    ] {
        let output = helpline(arguments, &env).await;
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
    }
    let output = helpline(&["jobs", "run", "cleanup"], &env).await;
    assert!(output.status.success() && told(&output).contains("is paused"));
    let after = list().await;
    assert_eq!(after["identity"]["confirmed"], false, "{after}");
    assert!(after["consumers"][0]["paused_at"].is_string());
    assert!(after["schedules"][0]["paused_at"].is_string());
    assert_eq!(after["deliveries"][0]["due"], 1);
    let lines = told(&helpline(&["jobs", "list"], &env).await);
    assert!(
        lines.contains("schedules\n") && lines.contains("\"cleanup\""),
        "{lines}"
    );

    let output = helpline(&["restored", "--live"], &env).await;
    assert!(told(&output).contains("confirmed as production"));
    assert_eq!(list().await["identity"]["confirmed"], true);
    for (arguments, why) in [
        (
            &["jobs", "resume", "nothing"][..],
            "there is no consumer or schedule \"nothing\"",
        ),
        (
            &["jobs", "resume", "clock"],
            "no work is held because of the clock",
        ),
        (
            &["jobs", "run", "nothing"],
            "there is no schedule \"nothing\"",
        ),
        (&["jobs", "skip", "--timer", "7"], "the timer 7 is not held"),
    ] {
        let output = helpline(arguments, &env).await;
        assert!(
            output.status.code() == Some(65) && told(&output).contains(why),
            "{arguments:?}: {}",
            told(&output)
        );
    }
    let actions =
        "select array_agg(action order by id) from helpline.access_log where user_id is null";
    let actions: Vec<String> = sql.query_one(actions, &[]).await.unwrap().get(0);
    assert_eq!(
        actions,
        [
            "consumer_paused",
            "schedule_paused",
            "deliveries_replayed",
            "schedule_started",
            "database_confirmed"
        ]
    );
}
