//! Runs the previous build and this build together, with one database and Redis, behind one
//! address. While instances are restarted into this build and back, people use the web clients of
//! each build, and the load generators of each build send messages. No message may be refused,
//! lost, duplicated or shown to a customer who must not see it.
//!
//! `.ci/test-world previous_build` builds what this test needs and sets the paths.

mod fleet;
mod people;

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use helpline_rig::testing;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use uuid::Uuid;

use fleet::{Build, Fleet, balancer};
use people::{Scene, Talk, talk};

const SECRET: &str = "the secret of two builds that stand beside each other";
/// Time limit for an event to arrive. Events between instances of different builds may be delivered
/// only by polling, which takes up to 2 s, and the machine is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts one build's load generator against the two instances. Returns once its members have
/// joined.
async fn load(fleet: &Fleet, build: Build) -> (Build, Child, Lines<BufReader<ChildStdout>>) {
    let mut process = Command::new(build.file("helpline-loadtest"))
        .args(build.load())
        .args([
            "--tickets",
            "6",
            "--rate",
            "12",
            "--seconds",
            "6",
            "--urls",
            &fleet.urls(),
        ])
        .env("HELPLINE_JWT_SECRET", SECRET)
        .env(
            "HELPLINE_ADMIN_DATABASE_URL",
            fleet.postgres.admin_url("postgres"),
        )
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the load generator runs");
    let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
    let joined = async {
        while !lines
            .next_line()
            .await
            .expect("it can be read")
            .expect("it goes on")
            .starts_with("joined")
        {}
    };
    tokio::time::timeout(PATIENCE, joined)
        .await
        .expect("its members join");
    (build, process, lines)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the build before: .ci/test-world previous_build"]
async fn a_rolling_restart_forth_and_back_refuses_loses_and_leaks_nothing() {
    use Build::{Previous, This};
    let mut fleet = Fleet::start([Previous, Previous]).await;
    let (origin, _balancer) = balancer(fleet.ports).await;
    let sql = testing::connect(&fleet.postgres.admin_url("postgres"))
        .await
        .expect("SQL connects");
    let canary = format!("canary{}", Uuid::new_v4().simple());
    let scene = Scene {
        origin: &origin,
        canary: &canary,
    };
    let mut talks = Vec::new();
    for (of_customer, of_agent) in [
        (Previous, Previous),
        (Previous, This),
        (This, Previous),
        (This, This),
    ] {
        talks.push(talk(&sql, &scene, of_customer, of_agent).await);
    }
    turn_all(&mut talks, &canary).await;
    // Update the database while instances and load generator of the previous build run.
    let generator = load(&fleet, Previous).await;
    tokio::join!(fleet.update(), turn_all(&mut talks, &canary));
    succeeded(generator, "the update").await;
    let [updated, fresh] = fleet.catalogs().await;
    assert!(
        updated == fresh,
        "the catalog of the updated database differs: {:?}",
        updated
            .lines()
            .zip(fresh.lines())
            .find(|(updated, fresh)| updated != fresh)
    );
    // Restart the instances into this build, back into the previous build, and into this build
    // again.
    for (n, build) in [
        (0, This),
        (1, This),
        (0, Previous),
        (1, Previous),
        (1, This),
        (0, This),
    ] {
        let generators = [load(&fleet, Previous).await, load(&fleet, This).await];
        tokio::join!(fleet.roll(n, build), turn_all(&mut talks, &canary));
        turn_all(&mut talks, &canary).await;
        for generator in generators {
            succeeded(generator, &format!("instance {n} to {build:?}")).await;
        }
    }
    for talk in &talks {
        check(&sql, talk, &canary).await;
    }
    // The previous web client first sends an internal note that contains one field twice, under its
    // current name and its former name. The server refuses the former name, and the client sends
    // the note again with only the current name. Do not count these refusals.
    let refused = "select action || ' ' || refused || ' ' || detail from access_log where refused is not null and (refused <> 'unknown_field' or detail ->> 'route' <> '/v1/tickets/{ticket}/messages')";
    let refused: Vec<String> = sql
        .query(refused, &[])
        .await
        .expect("rows")
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert!(refused.is_empty(), "refused: {refused:?}");
    let public =
        "select count(*) from support_messages where not is_internal and body like '%canary%'";
    assert_eq!(
        sql.query_one(public, &[])
            .await
            .expect("a count")
            .get::<_, i64>(0),
        0,
        "public notes"
    );
    println!(
        "{} turns of {} conversations through 6 restarts",
        talks[0].said,
        talks.len()
    );
}

/// Asserts that the load generator ends without violations.
async fn succeeded(generator: (Build, Child, Lines<BufReader<ChildStdout>>), meanwhile: &str) {
    let (of, mut process, mut lines) = generator;
    let mut said = String::new();
    while let Some(line) = lines.next_line().await.expect("it can be read") {
        said = format!("{said}\n{line}");
    }
    let verdict = process.wait().await.expect("it ends");
    assert!(
        verdict.success(),
        "the load generator of {of:?}, {meanwhile}: {verdict}{said}"
    );
}

async fn turn_all(talks: &mut [Talk], canary: &str) {
    futures_util::future::join_all(talks.iter_mut().map(|talk| talk.turn(canary))).await;
}

/// Asserts that the customer and the agent have seen what the database contains, once and in order.
async fn check(sql: &tokio_postgres::Client, talk: &Talk, canary: &str) {
    let rows =
        "select a.seq, a.public_seq, m.body, m.is_internal from support_ticket_activity a join support_messages m on m.id = a.message_id
        where a.ticket_id = $1 and a.kind in ('message_added', 'internal_note_added') order by a.seq";
    let rows = sql.query(rows, &[&talk.ticket]).await.expect("rows");
    let number = |n: i64| u64::try_from(n).expect("numbers count from 1");
    let text = |row: &tokio_postgres::Row| (row.get::<_, String>(2), row.get::<_, bool>(3));
    let for_staff: BTreeMap<_, _> = rows
        .iter()
        .map(|row| (number(row.get(0)), text(row)))
        .collect();
    let for_customer: BTreeMap<_, _> = rows
        .iter()
        .filter_map(|row| Some((number(row.get::<_, Option<i64>>(1)?), text(row))))
        .collect();
    assert_eq!(
        rows.len(),
        talk.said * 4,
        "each message once: {for_staff:?}"
    );
    for person in [&talk.customer, &talk.agent] {
        let truth = if person.is_staff {
            &for_staff
        } else {
            &for_customer
        };
        assert_eq!(
            &person.seen, truth,
            "{} with the client of {:?}",
            person.name, person.build
        );
        assert_eq!(
            person.faults,
            Vec::<String>::new(),
            "{} with the client of {:?}",
            person.name,
            person.build
        );
    }
    assert!(
        talk.customer
            .seen
            .values()
            .all(|(body, _)| !body.contains(canary))
    );
}
