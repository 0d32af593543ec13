//! Tests of the rig, which starts, stops and breaks real Postgres, Redis and gateway processes.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and its end ends its tasks"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use helpline_rig::{Gateway, Postgres, Proxy, Redis, RigError, free_port};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::{Client, NoTls};

const SOON: Duration = Duration::from_secs(20);

async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < deadline, "{what} did not come true");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn runs(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn a_committed_row_survives_the_power_cut_and_the_files_do_not_survive_the_rig() {
    let postgres = Postgres::start_temporary().await.unwrap();
    postgres.create_database("one", None).await.unwrap();
    let client = connect(&postgres.admin_url("one")).await.unwrap();
    client
        .batch_execute("create table t (n int); insert into t values (1)")
        .await
        .unwrap();
    let before = postgres.pid().unwrap();
    postgres.kill9().await.unwrap();
    assert!(!runs(before) && client.simple_query("select 1").await.is_err());
    postgres.start().await.unwrap();
    let client = connect(&postgres.admin_url("one")).await.unwrap();
    assert_eq!(
        client
            .query_one("select n from t", &[])
            .await
            .unwrap()
            .get::<_, i32>(0),
        1
    );
    postgres
        .create_database("two", Some("one"))
        .await
        .expect_err("a template in use is refused");
    assert!(matches!(
        postgres.create_database("x\"; drop", None).await,
        Err(RigError::Name(_))
    ));

    let (pid, place) = (
        postgres.pid().unwrap(),
        postgres.log().parent().unwrap().to_owned(),
    );
    drop(postgres);
    assert!(!runs(pid) && !place.exists());
}

#[tokio::test]
async fn the_owner_of_a_database_is_no_superuser_and_travels_with_its_dump() {
    let (donor, other) = (
        Postgres::start_temporary().await.unwrap(),
        Postgres::start_temporary().await.unwrap(),
    );
    donor
        .create_owned_database("desk", "helpline_administrator", "word")
        .await
        .unwrap();
    let sql = "create role made_by_owner; create schema s; create table s.t (n int); drop role made_by_owner";
    let owner = connect(&donor.url_for("helpline_administrator", "word", "desk"))
        .await
        .unwrap();
    owner.batch_execute(sql).await.unwrap();
    let dump = donor.dump("desk").await.unwrap();
    other.restore(&dump, "desk").await.unwrap();
    let owner = connect(&other.url_for("helpline_administrator", "word", "desk"))
        .await
        .unwrap();
    let sql = "create role made_by_owner; drop role made_by_owner; alter table s.t add m int; create schema another";
    owner.batch_execute(sql).await.unwrap();
    assert!(
        owner
            .batch_execute("create extension file_fdw")
            .await
            .is_err(),
        "a superuser could"
    );
}

#[tokio::test]
async fn a_dump_is_restored_with_its_roles_into_another_cluster_and_into_its_own() {
    let (donor, other) = (
        Postgres::start_temporary().await.unwrap(),
        Postgres::start_temporary().await.unwrap(),
    );
    donor.create_database("desk", None).await.unwrap();
    let client = connect(&donor.admin_url("desk")).await.unwrap();
    client
        .batch_execute("create role helpline_dumped login password 'word'; create table t (n int); grant select on t to helpline_dumped; insert into t values (1)")
        .await
        .unwrap();
    let dump = donor.dump("desk").await.unwrap();
    client
        .batch_execute("insert into t values (2)")
        .await
        .unwrap();
    let number = async |url: &str| {
        connect(url)
            .await
            .unwrap()
            .query_one("select max(n) from t", &[])
            .await
            .unwrap()
            .get::<_, i32>(0)
    };

    other.restore(&dump, "desk").await.unwrap();
    assert_eq!(
        number(&other.url_for("helpline_dumped", "word", "desk")).await,
        1,
        "with the role, its password and its rights"
    );

    assert!(
        donor.restore(&dump, "desk").await.is_err(),
        "a database of this name exists"
    );
    donor.drop_database("desk").await.unwrap();
    assert!(
        client.simple_query("select 1").await.is_err(),
        "its connections ended with it"
    );
    donor.restore(&dump, "desk").await.unwrap();
    assert_eq!(number(&donor.admin_url("desk")).await, 1);

    let kept = connect(&donor.admin_url("desk")).await.unwrap();
    donor.rename_database("desk", "renamed").await.unwrap();
    assert!(
        kept.simple_query("select 1").await.is_err(),
        "connections ended before the renaming"
    );
    assert_eq!(
        number(&donor.url_for("helpline_dumped", "word", "renamed")).await,
        1
    );
}

#[tokio::test]
async fn a_frozen_postgres_keeps_its_connections_and_answers_nothing() {
    let postgres = Postgres::start_temporary_with(&[("max_connections", "20")])
        .await
        .unwrap();
    let client = connect(&postgres.admin_url("postgres")).await.unwrap();
    assert_eq!(
        client
            .query_one("show max_connections", &[])
            .await
            .unwrap()
            .get::<_, &str>(0),
        "20"
    );
    postgres.freeze();
    let asked = tokio::time::timeout(
        Duration::from_millis(300),
        client.query_one("select 1", &[]),
    )
    .await;
    assert!(asked.is_err(), "a frozen backend answered");
    postgres.thaw();
    client.query_one("select 1", &[]).await.unwrap();
}

#[tokio::test]
async fn a_kept_cluster_is_found_again_also_where_its_user_may_not_go() {
    let closed = std::env::temp_dir().join(format!("helpline-kept-{:08x}", rand::random::<u32>()));
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let dir = closed.join(".helpline");
    {
        let postgres = Postgres::start_in(&dir).await.unwrap();
        let client = connect(&postgres.admin_url("postgres")).await.unwrap();
        client
            .batch_execute("create table kept (n int)")
            .await
            .unwrap();
        let second = Postgres::start_in(&dir);
        let refused = tokio::time::timeout(Duration::from_millis(1500), second).await;
        assert!(!matches!(refused, Ok(Ok(_))), "two servers on one cluster");
        postgres.stop().await.unwrap();
        assert_eq!(postgres.pid(), None);
    }
    let postgres = Postgres::start_in(&dir).await.unwrap();
    let client = connect(&postgres.admin_url("postgres")).await.unwrap();
    client.batch_execute("select n from kept").await.unwrap();
    postgres.stop().await.unwrap();
    let place = dir.join("postgres").canonicalize().unwrap();
    std::fs::remove_dir_all(place).unwrap();
    std::fs::remove_dir_all(closed).unwrap();
}

#[tokio::test]
async fn redis_comes_back_empty_on_its_port_and_freezes() {
    let redis = Redis::start_new_with(&[("client-output-buffer-limit", "pubsub 1mb 1mb 1")])
        .await
        .unwrap();
    let port = redis.port();
    let mut kept = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut ask = async |line: &'static str| {
        kept.write_all(line.as_bytes()).await.unwrap();
        let mut answer = [0; 64];
        let n = tokio::time::timeout(Duration::from_millis(300), kept.read(&mut answer))
            .await
            .map_or(0, Result::unwrap);
        String::from_utf8_lossy(&answer[..n]).into_owned()
    };
    assert_eq!(ask("SET a 1\r\n").await, "+OK\r\n");
    redis.flush().await.unwrap();
    assert_eq!(ask("GET a\r\n").await, "$-1\r\n");
    redis.freeze();
    assert_eq!(ask("PING\r\n").await, "");
    redis.thaw();
    redis.kill9().await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    redis.start().await.unwrap();
    assert_eq!(redis.port(), port);
    redis.restart().await.unwrap();
}

/// Not a test of its own: another test starts this function as a process and kills it.
#[tokio::test]
#[ignore = "started by another test"]
async fn parent_that_waits_to_be_killed() {
    let Some(file) = std::env::var_os("RIG_TEST_PIDS") else {
        return;
    };
    let postgres = Postgres::start_temporary().await.unwrap();
    // Start Redis from a thread that ends at once. Redis must keep running until the whole process
    // is killed.
    let redis = std::thread::spawn(|| {
        tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(Redis::start_new())
            .unwrap()
    })
    .join()
    .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let unfinished = Path::new(&file).with_extension("part");
    std::fs::write(
        &unfinished,
        format!("{} {}", postgres.pid().unwrap(), redis.pid().unwrap()),
    )
    .unwrap();
    std::fs::rename(unfinished, file).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn children_die_with_a_parent_that_is_killed_by_sigkill_and_not_before() {
    let file =
        std::env::temp_dir().join(format!("helpline-rig-pids-{:08x}", rand::random::<u32>()));
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "parent_that_waits_to_be_killed", "--ignored"])
        .env("RIG_TEST_PIDS", &file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the parent has started its children", || file.exists()).await;
    let pids: Vec<u32> = std::fs::read_to_string(&file)
        .unwrap()
        .split(' ')
        .map(|pid| pid.parse().unwrap())
        .collect();
    assert!(
        pids.iter().all(|pid| runs(*pid)),
        "a child died with the thread that asked for it"
    );
    parent.kill().unwrap();
    parent.wait().unwrap();
    eventually("all children are gone", || {
        !pids.iter().any(|pid| runs(*pid))
    })
    .await;
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn a_gateway_that_ends_at_start_says_why() {
    let refused = Gateway::spec()
        .binary("/bin/ls")
        .start()
        .await
        .expect_err("ls is no gateway");
    let RigError::Failed { log, .. } = refused else {
        panic!("{refused:?}")
    };
    assert!(log.contains("serve"), "{log}");
}

#[test]
fn a_port_is_given_out_once() {
    let mut ports: Vec<u16> = (0..500).map(|_| free_port()).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 500);
}

/// Starts a server that sends back every byte it receives. Returns its port.
async fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    port
}

/// Sends a word and returns what the server sends back within `within`. The result is empty if
/// nothing arrived, and `None` if the connection ended or was refused.
async fn exchange(stream: &mut TcpStream, word: &str, within: Duration) -> Option<String> {
    stream.write_all(word.as_bytes()).await.ok()?;
    let mut answer = vec![0; 64];
    match tokio::time::timeout(within, stream.read(&mut answer)).await {
        Err(_) => Some(String::new()),
        Ok(Ok(0) | Err(_)) => None,
        Ok(Ok(n)) => Some(String::from_utf8_lossy(&answer[..n]).into_owned()),
    }
}

#[tokio::test]
async fn the_proxy_cuts_refuses_and_takes_back() {
    let proxy = Proxy::start(echo().await).await.unwrap();
    let connect = || TcpStream::connect(("127.0.0.1", proxy.port()));
    let mut stream = connect().await.unwrap();
    assert_eq!(exchange(&mut stream, "a", SOON).await.as_deref(), Some("a"));
    proxy.cut();
    assert_eq!(exchange(&mut stream, "b", SOON).await, None);
    let mut stream = connect().await.unwrap();
    assert_eq!(exchange(&mut stream, "c", SOON).await.as_deref(), Some("c"));
    proxy.refuse();
    let deadline = Instant::now() + SOON;
    while connect().await.is_ok() {
        assert!(Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
    assert_eq!(
        exchange(&mut stream, "d", SOON).await.as_deref(),
        Some("d"),
        "refusing leaves what stands"
    );
    proxy.resume();
    let deadline = Instant::now() + SOON;
    while connect().await.is_err() {
        assert!(Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_proxy_stalls_without_loss_and_half_opens_with_it() {
    let proxy = Proxy::start(echo().await).await.unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port()))
        .await
        .unwrap();
    let short = Duration::from_millis(200);
    assert_eq!(exchange(&mut stream, "a", SOON).await.as_deref(), Some("a"));
    proxy.stall();
    assert_eq!(exchange(&mut stream, "b", short).await.as_deref(), Some(""));
    proxy.resume();
    assert_eq!(
        exchange(&mut stream, "", SOON).await.as_deref(),
        Some("b"),
        "nothing was lost"
    );
    proxy.half_open();
    assert_eq!(exchange(&mut stream, "c", short).await.as_deref(), Some(""));
    proxy.resume();
    assert_eq!(
        exchange(&mut stream, "", SOON).await,
        None,
        "a connection that lost bytes is cut"
    );
}

#[tokio::test]
async fn what_follows_lost_bytes_never_arrives() {
    let proxy = Proxy::start(echo().await).await.unwrap();
    let short = Duration::from_millis(200);
    // This test changes the fault from half-open to stalled before it ends all faults. The proxy
    // must still know that it discarded the byte "b".
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port()))
        .await
        .unwrap();
    assert_eq!(exchange(&mut stream, "a", SOON).await.as_deref(), Some("a"));
    proxy.half_open();
    assert_eq!(exchange(&mut stream, "b", short).await.as_deref(), Some(""));
    proxy.stall();
    proxy.resume();
    assert_eq!(
        exchange(&mut stream, "c", SOON).await,
        None,
        "a connection that lost bytes is cut"
    );
}

#[tokio::test]
async fn bytes_that_arrive_while_the_proxy_heals_do_not_follow_lost_ones() {
    const CONNECTIONS: usize = 200;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let proxy = Proxy::start(listener.local_addr().unwrap().port())
        .await
        .unwrap();
    let mut streams = Vec::new();
    let mut servers = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(("127.0.0.1", proxy.port()))
            .await
            .unwrap();
        stream.write_all(b"a").await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        assert_eq!(server.read_u8().await.unwrap(), b'a');
        streams.push(stream);
        servers.push(server);
    }
    proxy.half_open();
    for stream in &mut streams {
        stream.write_all(b"b").await.unwrap();
    }
    // Wait until the last byte "b" is known to be lost. The proxy has by then discarded the bytes
    // of all other connections too.
    assert_eq!(
        exchange(
            &mut servers[CONNECTIONS - 1],
            "",
            Duration::from_millis(200)
        )
        .await
        .as_deref(),
        Some("")
    );
    proxy.resume();
    // Write "c" before any task of the proxy notices that `resume` ended the fault.
    for stream in &streams {
        stream.try_write(b"c").unwrap();
    }
    for server in &mut servers {
        assert_eq!(
            exchange(server, "", SOON).await,
            None,
            "cut, and nothing came before"
        );
    }
}

#[tokio::test]
async fn the_proxy_delays_and_throttles() {
    let proxy = Proxy::start(echo().await).await.unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port()))
        .await
        .unwrap();
    proxy.delay(Duration::from_millis(100));
    let begun = Instant::now();
    exchange(&mut stream, "a", SOON).await.unwrap();
    assert!(
        begun.elapsed() >= Duration::from_millis(200),
        "there and back"
    );
    proxy.resume();
    proxy.throttle(50);
    let begun = Instant::now();
    exchange(&mut stream, "0123456789", SOON).await.unwrap();
    assert!(
        begun.elapsed() >= Duration::from_millis(300),
        "there and back"
    );
}
