//! Tests how an instance starts: it checks its dependencies, waits for those that are not ready
//! yet, and reports problems.

use std::process::{Output, Stdio};
use std::time::Duration;

use helpline_rig::free_port;
use tokio::process::Command;

use crate::commands::{ID, helpline, told};
use crate::kit::test_server::eventually;
use crate::test_server::{PASSWORD, SECRET, database, postgres};

/// The warning of a server on which no admin has signed in yet.
const NO_ADMIN: &str = "no admin of this desk has signed in yet";
const WITHIN: Duration = Duration::from_secs(20);

/// Builds a `serve` command with this port and this database.
fn serve(port: u16, database_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_helpline"));
    command
        .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
        .env("HELPLINE_DATABASE_URL", database_url)
        .env("HELPLINE_JWT_SECRET", SECRET)
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    command
}

async fn health(port: u16, more: &[&str]) -> Output {
    let listen = format!("127.0.0.1:{port}");
    helpline(&[&["health", "--listen", &listen], more].concat(), &[]).await
}

/// Waits until `helpline health` succeeds.
async fn healthy(port: u16, more: &[&str]) {
    eventually("health", WITHIN, async || {
        health(port, more).await.status.success().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_waits_for_its_database_and_is_alive_meanwhile() {
    let name = database().await;
    let url = postgres()
        .await
        .url_for("helpline_service", PASSWORD, &name);
    let proxy = helpline_rig::Proxy::start(postgres().await.port())
        .await
        .unwrap();
    let through = url.replace(
        &postgres().await.port().to_string(),
        &proxy.port().to_string(),
    );
    proxy.refuse();
    let port = free_port();
    let mut child = serve(port, &through).spawn().unwrap();
    healthy(port, &["--alive"]).await;
    let output = health(port, &[]).await;
    assert_eq!(output.status.code(), Some(69), "{}", told(&output));
    assert!(
        told(&output).contains(r#""database":"unreachable""#),
        "{}",
        told(&output)
    );
    assert!(child.try_wait().unwrap().is_none(), "it waits");
    proxy.resume();
    healthy(port, &[]).await;
    child.kill().await.unwrap();

    // If the database refuses the login, waiting would not help, so `serve` exits. It also exits if
    // the database URL requires TLS and the server offers none.
    for wrong in [
        url.replace(PASSWORD, "another"),
        format!("{url}?sslmode=require"),
    ] {
        let mut child = serve(free_port(), &wrong).spawn().unwrap();
        let ended = tokio::time::timeout(WITHIN, child.wait())
            .await
            .expect("it ends")
            .unwrap();
        assert_eq!(ended.code(), Some(69));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_config_tries_what_serve_needs() {
    let name = database().await;
    let url = postgres()
        .await
        .url_for("helpline_service", PASSWORD, &name);
    let env = [
        ("HELPLINE_DATABASE_URL", url.as_str()),
        ("HELPLINE_JWT_SECRET", SECRET),
    ];
    let output = helpline(&["check-config", "--connect"], &env).await;
    assert!(output.status.success(), "{}", told(&output));
    for part in [
        "database: Postgres 1",
        "enough for",
        "HELPLINE_JWT_SECRET=(hidden) (environment)",
        "HELPLINE_SCHEMA=helpline (default)",
        "not set: ",
        ", HELPLINE_REDIS_URL, ",
        NO_ADMIN,
    ] {
        assert!(told(&output).contains(part), "{part}: {}", told(&output));
    }
    assert!(!told(&output).contains(PASSWORD) && !told(&output).contains(SECRET));
    // The warning `NO_ADMIN` must disappear once the first admin has signed in. `check-config` also
    // lists settings that are empty or come from a file.
    let admin = postgres().await.admin_url(&name);
    let first = ["migrate", "--first-admin", ID];
    let output = helpline(&first, &[("HELPLINE_ADMIN_DATABASE_URL", &admin)]).await;
    assert!(output.status.success(), "{}", told(&output));
    let output = helpline(&["check-config", "--connect"], &env).await;
    assert!(told(&output).contains(NO_ADMIN), "{}", told(&output));
    let client = helpline_rig::testing::connect(&admin).await.unwrap();
    let signed_in =
        format!("insert into helpline.people (id, display_name) values ('{ID}', 'Katherine')");
    client.batch_execute(&signed_in).await.unwrap();
    let file = std::env::temp_dir().join(format!("helpline-listed-{}", std::process::id()));
    std::fs::write(&file, SECRET).unwrap();
    let env_of_files = [
        ("HELPLINE_DATABASE_URL", url.as_str()),
        ("HELPLINE_JWT_SECRET_FILE", file.to_str().unwrap()),
        ("HELPLINE_SCHEMA", ""),
    ];
    let output = helpline(&["check-config", "--connect"], &env_of_files).await;
    assert!(
        output.status.success() && !told(&output).contains(NO_ADMIN),
        "{}",
        told(&output)
    );
    for part in [
        "HELPLINE_JWT_SECRET=(hidden) (file)",
        "HELPLINE_SCHEMA=helpline (default)",
    ] {
        assert!(told(&output).contains(part), "{part}: {}", told(&output));
    }
    std::fs::remove_file(file).unwrap();
    // Pretend to be a database server that accepts connections and never answers.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!(
        "postgres://u@127.0.0.1:{}/d",
        mute.local_addr().unwrap().port()
    );
    let wrong = url.replace(PASSWORD, "another");
    let empty = postgres()
        .await
        .url_for("helpline_service", PASSWORD, "postgres");
    for (variable, value, why) in [
        (
            "HELPLINE_DATABASE_URL",
            wrong.as_str(),
            "password authentication failed",
        ),
        ("HELPLINE_DATABASE_URL", &empty, "helpline migrate"),
        (
            "HELPLINE_DATABASE_URL",
            &silent,
            "database: FAILED: does not answer",
        ),
        ("HELPLINE_REDIS_URL", "redis://127.0.0.1:1", "Redis: FAILED"),
        (
            "HELPLINE_JWKS_URL",
            "http://127.0.0.1:1/keys",
            "key set: FAILED",
        ),
        (
            "HELPLINE_POOL_CONNECTIONS_MAX",
            "9000",
            "an instance needs 9008 connections",
        ),
    ] {
        let env: Vec<_> = env
            .iter()
            .copied()
            .filter(|(name, _)| *name != variable)
            .chain([(variable, value)])
            .collect();
        let output = helpline(&["check-config", "--connect"], &env).await;
        assert_eq!(output.status.code(), Some(69), "{}", told(&output));
        assert!(told(&output).contains(why), "{why}: {}", told(&output));
        assert!(!told(&output).contains(PASSWORD));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_file_descriptors_is_raised_and_one_that_is_too_low_is_told_of() {
    let name = database().await;
    let url = postgres()
        .await
        .url_for("helpline_service", PASSWORD, &name);
    for (limits, soft, warns) in [
        ("-Sn 256; ulimit -Hn 1024", 1_024, true),
        ("-Sn 256; ulimit -Hn 4096", 4_096, false),
    ] {
        let port = free_port();
        let log = std::env::temp_dir().join(format!(
            "helpline-descriptors-{}-{soft}",
            std::process::id()
        ));
        let line = format!(
            "ulimit {limits}; exec {} serve --listen 127.0.0.1:{port} 2>{} >&2",
            env!("CARGO_BIN_EXE_helpline"),
            log.display()
        );
        let mut child = Command::new("bash")
            .args(["-c", &line])
            .env("HELPLINE_DATABASE_URL", &url)
            .env("HELPLINE_JWT_SECRET", SECRET)
            .env("HELPLINE_CONNECTIONS_MAX", "500")
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        healthy(port, &[]).await;
        let pid = child.id().unwrap();
        let now = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        let now: Vec<_> = now
            .lines()
            .find(|line| line.starts_with("Max open files"))
            .unwrap()
            .split_whitespace()
            .collect();
        assert_eq!(now[3], soft.to_string());
        let told = std::fs::read_to_string(&log).unwrap();
        assert_eq!(told.contains("too few file descriptors"), warns, "{told}");
        child.kill().await.unwrap();
        std::fs::remove_file(log).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_there_while_the_database_is_waited_for() {
    let (port, metrics) = (free_port(), free_port());
    let child = serve(port, "postgres://u@127.0.0.1:1/d")
        .env("HELPLINE_METRICS_LISTEN", format!("127.0.0.1:{metrics}"))
        .spawn()
        .unwrap();
    healthy(port, &["--alive"]).await;
    let request = axum::http::Request::get(format!("http://127.0.0.1:{metrics}/metrics"));
    let answer = crate::kit::rest::RestClient::default()
        .send(request.body(Vec::new()).unwrap())
        .await;
    let page = answer.expect_text(200);
    assert!(page.contains("\nhelpline_connections 0"), "{page}");
    for state in [
        "relay_up",
        "instances",
        "sweep_success_timestamp_seconds",
        "role_conflicts",
        "pool_waiting",
    ] {
        assert!(
            !page.contains(&format!("\nhelpline_{state} ")),
            "{state} is not known yet"
        );
    }
    drop(child);
}

#[tokio::test]
async fn the_secrets_of_another_command_are_none_of_its_business() {
    let env = [
        ("HELPLINE_JWT_SECRET_FILE", "/no/such/file"),
        ("HELPLINE_TOKEN_URL_FILE", "/no/such/file"),
    ];
    for arguments in [&["--version"][..], &["health", "--listen", "127.0.0.1:1"]] {
        let output = helpline(arguments, &env).await;
        assert_ne!(
            output.status.code(),
            Some(64),
            "{arguments:?}: {}",
            told(&output)
        );
    }
    // Only secrets can be read from files, so other settings with `_FILE` are refused.
    let env = [
        ("HELPLINE_TOKEN_URL_FILE", "/x"),
        ("HELPLINE_DATABASE_URL", "postgres://localhost/d"),
        ("HELPLINE_JWT_SECRET", SECRET),
    ];
    let output = helpline(&["check-config"], &env).await;
    assert!(
        told(&output).contains("HELPLINE_TOKEN_URL_FILE is set, but no setting"),
        "{}",
        told(&output)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_instance_takes_of_the_database_and_a_key_set_that_is_away_are_told_at_the_start() {
    let url = postgres()
        .await
        .url_for("helpline_service", PASSWORD, &database().await);
    let nowhere = format!("http://127.0.0.1:{}/keys", free_port());
    for (pool, is_short) in [("8", false), ("1000", true)] {
        let gateway = helpline_rig::Gateway::spec()
            .binary(env!("CARGO_BIN_EXE_helpline"))
            .env("HELPLINE_DATABASE_URL", url.as_str())
            .env("HELPLINE_JWKS_URL", nowhere.as_str())
            .env("HELPLINE_POOL_CONNECTIONS_MAX", pool)
            .start()
            .await
            .unwrap();
        let log = eventually("the key set in the log", WITHIN, async || {
            let log = std::fs::read_to_string(gateway.log()).unwrap();
            log.contains("the key set cannot be fetched").then_some(log)
        })
        .await;
        assert!(log.contains("up to"), "{log}");
        assert!(
            log.contains(&format!("{pool} (--pool-connections-max) and 8 for jobs")),
            "{log}"
        );
        assert_eq!(
            log.contains("too few database connections"),
            is_short,
            "{log}"
        );
        assert!(log.contains(NO_ADMIN), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_config_tries_every_node_of_a_cluster() {
    let name = database().await;
    let url = postgres()
        .await
        .url_for("helpline_service", PASSWORD, &name);
    let [first, second] = helpline_rig::Redis::start_cluster()
        .await
        .expect("a cluster starts");
    let wrong = second
        .url()
        .replace("redis://", "redis://:no-such-password@");
    let nodes = [first.url(), wrong.clone(), "redis://127.0.0.1:1".to_owned()];
    for (urls, told_of) in [
        (
            nodes.join(","),
            vec!["Redis: answers, but some nodes do not", "127.0.0.1:1: "],
        ),
        (
            [first.url(), second.url()].join(","),
            vec!["Redis: answers\n"],
        ),
    ] {
        let env = [
            ("HELPLINE_DATABASE_URL", url.as_str()),
            ("HELPLINE_JWT_SECRET", SECRET),
            ("HELPLINE_REDIS_URL", &urls),
        ];
        let output = helpline(&["check-config", "--connect"], &env).await;
        assert!(output.status.success(), "{}", told(&output));
        for part in told_of {
            assert!(told(&output).contains(part), "{part}: {}", told(&output));
        }
        assert!(!told(&output).contains("no-such-password"));
        let names_second = told(&output).contains(&format!("127.0.0.1:{}: ", second.port()));
        assert_eq!(names_second, urls.contains(&wrong), "{}", told(&output));
    }
}
