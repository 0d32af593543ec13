//! Tests the `helpline` binary: exit codes, error messages that name the invalid setting, tokens,
//! and migrations.

use std::process::Output;

use helpline_rig::{Gateway, free_port};
use tokio::process::Command;

use crate::test_server::{PASSWORD, SECRET, database, postgres};

pub const ID: &str = "018f0000-0000-7000-8000-000000000001";

pub async fn helpline(arguments: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_helpline"));
    command
        .args(arguments)
        .envs(env.iter().copied())
        .env_remove("HELPLINE_JWT_SECRET");
    command
        .envs(env.iter().copied())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap()
}

pub fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Invalid settings: an environment variable, its value, and the option that the error must name.
const WRONG: &[(&str, &str, &str)] = &[
    ("HELPLINE_DATABASE_URL", "mysql://h", "--database-url"),
    ("HELPLINE_JWT_SECRET", "short", "--jwt-secret"),
    (
        "HELPLINE_JWT_SECRET_FOR_KID",
        "no-name",
        "--jwt-secret-for-kid",
    ),
    (
        "HELPLINE_JWKS_URL",
        "http://elsewhere.example/keys",
        "--jwks-url",
    ),
    (
        "HELPLINE_DATABASE_URL",
        "postgres://u:hidden-password@db.example/d?sslmode=disable",
        "--allow-plaintext postgres",
    ),
    (
        "HELPLINE_DATABASE_URL",
        "postgres://u:hidden-password@127.0.0.1/d?sslmode=sometimes",
        "verify-full",
    ),
    (
        "HELPLINE_REDIS_URL",
        "redis://:hidden-password@cache.example",
        "--allow-plaintext redis",
    ),
    ("HELPLINE_REDIS_URL", "redis://127.0.0.1/abc", "--redis-url"),
    ("HELPLINE_JWKS_CA_FILE", "/no/such/file", "--jwks-ca-file"),
    ("HELPLINE_JWT_ISSUER", "two\nlines", "--jwt-issuer"),
    ("HELPLINE_LISTEN", "8080", "--listen"),
    ("HELPLINE_ORIGINS", "*", "--origins"),
    (
        "HELPLINE_TRUSTED_PROXIES",
        "10.0.0.0/40",
        "--trusted-proxies",
    ),
    ("HELPLINE_REDIS_URL", "http://r", "--redis-url"),
    ("HELPLINE_WRITER_LANES", "0", "--writer-lanes"),
    (
        "HELPLINE_POOL_CONNECTIONS_MAX",
        "4",
        "--pool-connections-max",
    ),
    (
        "HELPLINE_CONNECTIONS_PER_USER_MAX",
        "0",
        "--connections-per-user-max",
    ),
    ("HELPLINE_REQUESTS_BURST", "1", "--requests-burst"),
    ("HELPLINE_HEARTBEAT_MS", "1", "--heartbeat-ms"),
    ("HELPLINE_LOG", "a=b=c", "--log"),
    (
        "HELPLINE_WIDGET_SITES",
        "https://*.example",
        "--widget-sites",
    ),
    (
        "HELPLINE_TOKEN_URL",
        "//elsewhere.example/token",
        "--token-url",
    ),
    ("HELPLINE_HOME_URL", "javascript:alert(1)", "--home-url"),
    ("HELPLINE_LINKS", "Help=data:text/html,x", "--links"),
    ("HELPLINE_LANGUAGES", "english", "--languages"),
    (
        "HELPLINE_PUBLIC_URL",
        "https://desk.example/support",
        "--public-url",
    ),
    ("HELPLINE_PUBLIC_URL", "desk.example", "--public-url"),
    ("HELPLINE_OIDC_ISSUER", "http://id.example", "--oidc-issuer"),
    (
        "HELPLINE_OIDC_ISSUER",
        "https://id.example",
        "--oidc-client-id",
    ),
    ("HELPLINE_OIDC_CLIENT_ID", "desk", "--oidc-issuer"),
    ("HELPLINE_SECRET_KEY", "short", "--secret-key"),
    ("HELPLINE_SESSION_HOURS", "0", "--session-hours"),
    (
        "HELPLINE_JWT_SECRET_FOR_KID",
        "helpline-desk=a secret of more than thirty-two bytes",
        "--jwt-secret-for-kid",
    ),
];

#[tokio::test]
async fn a_wrong_setting_is_named_and_ends_with_64() {
    let good = [
        (
            "HELPLINE_DATABASE_URL",
            "postgres://u:hidden-password@127.0.0.1/d",
        ),
        ("HELPLINE_JWT_SECRET", SECRET),
    ];
    for &(name, value, flag) in WRONG {
        let env: Vec<_> = good
            .iter()
            .copied()
            .filter(|(good, _)| *good != name)
            .chain([(name, value)])
            .collect();
        for command in ["serve", "check-config"] {
            let output = helpline(&[command], &env).await;
            assert_eq!(
                output.status.code(),
                Some(64),
                "{command} {name}: {}",
                told(&output)
            );
            assert!(
                told(&output).contains(flag),
                "{command} {name}: {}",
                told(&output)
            );
            assert!(!told(&output).contains("hidden-password") && !told(&output).contains(SECRET));
        }
    }
    let output = helpline(&["check-config"], &good).await;
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(
        !told(&output).contains("hidden-password") && !told(&output).contains(SECRET),
        "{}",
        told(&output)
    );
}

#[tokio::test]
async fn a_misspelt_setting_is_pointed_at() {
    let env = [
        ("HELPLINE_DATABASE_URL", "postgres://localhost/d"),
        ("HELPLINE_JWT_SECRET", SECRET),
        ("HELPLINE_LISTE", "127.0.0.1:1"),
    ];
    let output = helpline(&["check-config"], &env).await;
    assert!(
        output.status.success() && told(&output).contains("HELPLINE_LISTE is set"),
        "{}",
        told(&output)
    );
    assert!(!told(&output).contains("HELPLINE_LISTEN is set"));
}

#[tokio::test]
async fn an_address_to_listen_at_is_no_name_and_no_port_alone() {
    for written in ["localhost:8080", ":8080", "8080"] {
        let output = helpline(&["check-config", "--listen", written], &[]).await;
        assert_eq!(output.status.code(), Some(64), "{written}");
        assert!(
            told(&output).contains("--listen") && told(&output).contains("0.0.0.0:8080"),
            "{}",
            told(&output)
        );
    }
}

#[tokio::test]
async fn every_setting_stands_in_the_help_with_its_variable_and_no_value() {
    let output = helpline(&["serve", "--help"], &[("HELPLINE_JWT_SECRET", SECRET)]).await;
    assert_eq!(output.status.code(), Some(0));
    let help = told(&output);
    assert!(!help.contains(SECRET));
    let flags = help
        .lines()
        .filter(|line| line.trim_start().starts_with("--"))
        .count();
    assert_eq!(
        flags,
        help.matches("[env: HELPLINE_").count(),
        "each flag has its variable:\n{help}"
    );
    assert!(!help.contains("dev-people"));
}

#[tokio::test]
async fn an_unknown_command_or_flag_ends_with_64() {
    for arguments in [&["serv"][..], &["serve", "--lisen", "x"], &[]] {
        assert_eq!(
            helpline(arguments, &[]).await.status.code(),
            Some(64),
            "{arguments:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_brings_a_database_up_to_date_and_says_so() {
    let postgres = postgres().await;
    postgres.create_database("fresh", None).await.unwrap();
    let url = postgres.admin_url("fresh");
    let env = [("HELPLINE_ADMIN_DATABASE_URL", url.as_str())];
    // `--runtime-password` sets the password of a Postgres role that all tests share, so use the
    // password that the other tests expect.
    let output = helpline(
        &[
            "migrate",
            "--first-admin",
            ID,
            "--runtime-password",
            PASSWORD,
        ],
        &env,
    )
    .await;
    for told_of in ["applied", "helpline_service may sign in", "is an admin"] {
        assert!(
            output.status.success() && told(&output).contains(told_of),
            "{}",
            told(&output)
        );
    }
    assert!(told(&helpline(&["migrate"], &env).await).contains("up to date"));
    let with_a_line_end = format!("{PASSWORD}\n");
    let output = helpline(&["migrate", "--runtime-password", &with_a_line_end], &env).await;
    assert!(
        told(&output).contains("warning: --runtime-password ended in white space"),
        "{}",
        told(&output)
    );
    // A first admin whose token subject is not a UUID is accepted only with `--jwt-issuer`. The
    // issuer may be an empty text.
    let first = ["migrate", "--first-admin", "auth0|64b7f1e2"];
    let output = helpline(&first, &env).await;
    assert_eq!(output.status.code(), Some(64), "{}", told(&output));
    assert!(told(&output).contains("--jwt-issuer"), "{}", told(&output));
    for issuer in ["https://id.example/", "", "https://id.example/"] {
        let output = helpline(&[&first[..], &["--jwt-issuer", issuer]].concat(), &env).await;
        assert!(
            output.status.success() && told(&output).contains("is an admin"),
            "{}",
            told(&output)
        );
    }
    let client = helpline_rig::testing::connect(&url).await.unwrap();
    let admins = "select string_agg(s.issuer || s.subject, ' ' order by s.issuer) from people_subjects s join user_roles r on r.user_id = s.person";
    let admins: String = client.query_one(admins, &[]).await.unwrap().get(0);
    assert_eq!(admins, "auth0|64b7f1e2 https://id.example/auth0|64b7f1e2");
    assert_eq!(
        helpline(&["migrate"], &[("HELPLINE_ADMIN_DATABASE_URL", "nonsense")])
            .await
            .status
            .code(),
        Some(64)
    );
    assert_eq!(
        helpline(
            &["migrate"],
            &[("HELPLINE_ADMIN_DATABASE_URL", "postgres://127.0.0.1:1/x")]
        )
        .await
        .status
        .code(),
        Some(69)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_refuses_a_role_that_may_too_much() {
    let name = database().await;
    let url = postgres().await.admin_url(&name);
    let output = helpline(
        &["serve", "--listen", "127.0.0.1:0"],
        &[
            ("HELPLINE_DATABASE_URL", &url),
            ("HELPLINE_JWT_SECRET", SECRET),
        ],
    )
    .await;
    assert_eq!(output.status.code(), Some(77), "{}", told(&output));
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let env = [
        ("HELPLINE_DATABASE_URL", "postgres://127.0.0.1:1/x"),
        ("HELPLINE_JWT_SECRET", SECRET),
    ];
    let output = helpline(&["serve", "--listen", &address], &env).await;
    assert_eq!(output.status.code(), Some(71), "{}", told(&output));
    assert!(told(&output).contains(&address));
    let data = std::env::temp_dir().join(format!("helpline-busy-{}", std::process::id()));
    let output = helpline(
        &[
            "dev",
            "--listen",
            &address,
            "--data",
            data.to_str().unwrap(),
        ],
        &[],
    )
    .await;
    assert_eq!(output.status.code(), Some(69), "{}", told(&output));
    assert!(told(&output).contains(&address) && told(&output).contains("--listen"));
    let _ = std::fs::remove_dir_all(data);
}

#[tokio::test]
async fn token_signs_what_serve_takes() {
    let output = helpline(
        &["token", "--sub", ID, "--name", "Ada"],
        &[("HELPLINE_JWT_SECRET", SECRET)],
    )
    .await;
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(told(&output).trim().split('.').count(), 3);
    for sub in ["", "a\nda", "00000000-0000-0000-0000-000000000000"] {
        let output = helpline(&["token", "--sub", sub], &[("HELPLINE_JWT_SECRET", SECRET)]).await;
        assert_eq!(output.status.code(), Some(64), "{}", told(&output));
        assert!(told(&output).contains("--sub"), "{}", told(&output));
    }
    let env = [
        ("HELPLINE_JWT_SECRET", SECRET),
        ("HELPLINE_JWT_ISSUER", "https://id.example/"),
    ];
    let signed = helpline(&["token", "--sub", "auth0|64b7f1e2"], &env).await;
    let explained = helpline(&["token", "--explain", told(&signed).trim()], &env).await;
    assert!(
        explained.status.success()
            && told(&explained).contains("auth0|64b7f1e2 of the issuer \"https://id.example/\""),
        "{}",
        told(&explained)
    );
    assert_eq!(
        helpline(&["token", "--sub", ID], &[]).await.status.code(),
        Some(64)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_ends_with_0_when_it_is_asked_to() {
    let url = postgres()
        .await
        .url_for("helpline_service", PASSWORD, &database().await);
    let metrics_port = free_port();
    let spec = Gateway::spec()
        .binary(env!("CARGO_BIN_EXE_helpline"))
        .env("HELPLINE_DATABASE_URL", url)
        .env("HELPLINE_JWT_SECRET", SECRET);
    let gateway = spec
        .env(
            "HELPLINE_METRICS_LISTEN",
            format!("127.0.0.1:{metrics_port}"),
        )
        .start()
        .await
        .unwrap();
    assert_eq!(
        gateway.get_status("/metrics").await,
        Some(404),
        "metrics are served on their own address only"
    );
    let metrics = tokio::task::spawn_blocking(move || {
        ureq::get(format!("http://127.0.0.1:{metrics_port}/metrics"))
            .call()
            .unwrap()
            .body_mut()
            .read_to_string()
            .unwrap()
    });
    assert!(metrics.await.unwrap().contains("helpline_"));
    let log = std::fs::read_to_string(gateway.log()).unwrap();
    assert!(!log.contains(SECRET) && !log.contains(PASSWORD), "{log}");
    assert_eq!(gateway.stop().await.unwrap(), Some(0));
}

#[tokio::test]
async fn secrets_come_from_files_and_libpqs_variables_make_an_address() {
    let file = std::env::temp_dir().join(format!("helpline-jwt-secret-{}", std::process::id()));
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    let env = [
        ("HELPLINE_JWT_SECRET_FILE", file.to_str().unwrap()),
        ("HELPLINE_JWT_SECRET", ""),
        ("HELPLINE_REDIS_URL", ""),
        ("HELPLINE_JWT_AUDIENCE", ""),
        ("PGHOST", "127.0.0.1"),
        ("PGUSER", "helpline_service"),
        ("PGDATABASE", "desk"),
    ];
    let output = helpline(&["check-config"], &env).await;
    assert!(output.status.success(), "{}", told(&output));
    assert!(
        !told(&output).contains("is set, but no setting has this name"),
        "{}",
        told(&output)
    );
    let twice = [env[0], ("HELPLINE_JWT_SECRET", SECRET), env[4], env[5]];
    let output = helpline(&["check-config"], &twice).await;
    assert_eq!(output.status.code(), Some(64));
    assert!(told(&output).contains("both set"), "{}", told(&output));
    std::fs::remove_file(&file).unwrap();
    let output = helpline(&["check-config"], &env).await;
    assert_eq!(output.status.code(), Some(64));
    assert!(
        told(&output).contains("HELPLINE_JWT_SECRET_FILE"),
        "{}",
        told(&output)
    );
}

#[tokio::test]
async fn what_can_be_used_and_should_not_stay_so_is_warned_of() {
    let secret = format!("{SECRET}\n");
    let env = [
        ("HELPLINE_DATABASE_URL", "postgres://u@db.example/d"),
        ("HELPLINE_JWT_SECRET", secret.as_str()),
    ];
    let output = helpline(&["check-config"], &env).await;
    assert!(output.status.success(), "{}", told(&output));
    for part in [
        "certificate is not checked",
        "--jwt-secret ended in white space",
    ] {
        assert!(told(&output).contains(part), "{part}: {}", told(&output));
    }
}

#[tokio::test]
async fn explain_says_why_a_token_is_refused() {
    let env = [("HELPLINE_JWT_SECRET", SECRET)];
    let output = helpline(&["token", "--sub", ID], &env).await;
    let token = told(&output).trim().to_owned();
    let output = helpline(&["token", "--explain", &token], &env).await;
    assert!(output.status.success(), "{}", told(&output));
    assert!(told(&output).contains(&format!("good: speaks for {ID}")));
    let other_secret = [(
        "HELPLINE_JWT_SECRET",
        "another secret of more than thirty-two bytes",
    )];
    let other_issuer = [env[0], ("HELPLINE_JWT_ISSUER", "https://id.example")];
    let other_audience = [env[0], ("HELPLINE_JWT_AUDIENCE", "desk")];
    let key_set = [("HELPLINE_JWKS_URL", "http://127.0.0.1:9/keys")];
    for (token, env, why) in [
        (
            token.as_str(),
            &other_secret[..],
            "its signature does not fit",
        ),
        (&token, &other_issuer, "--jwt-issuer"),
        (&token, &other_audience, "--jwt-audience"),
        (&token, &key_set, "no --jwt-secret is set"),
        ("abc", &env, "not a JWT"),
    ] {
        let output = helpline(&["token", "--explain", token], env).await;
        assert_eq!(output.status.code(), Some(65), "{}", told(&output));
        assert!(told(&output).contains(why), "{why}: {}", told(&output));
        assert!(!told(&output).contains(SECRET));
    }
}
