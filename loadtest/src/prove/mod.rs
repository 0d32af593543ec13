//! `prove`: starts a private deployment, breaks it by a seeded plan in every way that an operator
//! may encounter, and checks every ticket's history. The report shows which faults happened when,
//! and what clients saw. The exit code is 1 if any promise was broken.

mod answers;
pub mod background;
mod changes;
mod consoles;
mod descriptors;
mod differential;
mod encrypted;
mod executor;
mod files;
mod findings;
mod generate;
pub mod http;
mod lost_commits;
mod members;
mod outcome;
mod page;
mod plan;
mod poison;
mod refused_sends;
mod relay;
mod report;
mod revoked;
mod running;
pub mod samples;
mod scenes;
mod settings;
mod shrink;
mod storm;
mod test_cluster;
mod windows;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use helpline_rig::Gateway;
use tokio::time::{Instant, sleep, timeout};

use crate::checker::{self, Violation};
use crate::client::{Goal, Member, Record, Run};
use crate::error::LoadError;
use crate::people::{self, Room};
use crate::report::{Latencies, Verdict};
use crate::target::{self, Admin};
use crate::truth;
use background::Background;
use consoles::Consoles;
use executor::Executor;
use lost_commits::{Cause, LostCommits};
use members::{ClientHandle, Members, Traffic};
use plan::Plan;
use poison::Poison;
use revoked::Revoked;
use samples::Samples;
use settings::{Then, label, length, new_directory, plan_of, seconds, spec};
use test_cluster::TestCluster;

pub use findings::{Findings, Void};
use findings::{Records, gave_up, tally};
pub use settings::{ProveArgs, Settings};

/// Time limit from the first connection until every member is subscribed.
const JOIN_TIMEOUT: Duration = Duration::from_secs(120);
/// Time between two reads of the database's epoch. Every member must reach the current epoch, which
/// changes when the database is restored.
const EPOCH_INTERVAL: Duration = Duration::from_secs(1);
/// Time limit of a load test run in addition to its sending time. A run that takes longer is ended
/// as stalled.
const OVERHEAD_MAX: Duration = Duration::from_secs(900);
/// Minimum time limit for background work to end after the run. A lease that a killed instance
/// leaves expires only when the clock is set forward.
const DRAIN_MIN: Duration = Duration::from_secs(45);

/// Runs the tests, writes the report and returns the verdict.
///
/// # Errors
/// If the load test run could not be completed. Violations are part of the verdict.
pub async fn run(args: ProveArgs) -> Result<Verdict, LoadError> {
    if let Some(Then::Shrink(args)) = args.then {
        return shrink::run(&args).await;
    }
    let settings = args.settings;
    if args.running.is_wanted() {
        let dir = new_directory(&settings)?;
        return conclude(
            &running::attempt(&args.running, &settings).await?,
            &settings,
            &dir,
        );
    }
    let plan = plan_of(&settings)?;
    let dir = new_directory(&settings)?;
    write(
        &dir.join("plan.txt"),
        &format!("# seed {}, {} s\n{plan}", settings.seed, seconds(&settings)),
    )?;
    println!(
        "plan       {} operations in {}",
        plan.steps.len(),
        dir.join("plan.txt").display()
    );
    conclude(&attempt(&settings, plan, &dir).await?, &settings, &dir)
}

/// Prints the certificate (a short text with the load test run's results), and saves it with the
/// report.
fn conclude(findings: &Findings, settings: &Settings, dir: &Path) -> Result<Verdict, LoadError> {
    let judged = report::judge(findings, settings);
    write(
        &dir.join("certificate.txt"),
        &format!("{}\n{}", judged.certificate, judged.row),
    )?;
    write(&dir.join("report.html"), &page::render(findings, &judged))?;
    print!("{}\n{}\n", judged.certificate, judged.row);
    println!("report     {}", dir.join("report.html").display());
    Ok(if findings.violations.is_empty() {
        Verdict::Held
    } else {
        Verdict::Broken
    })
}

fn write(file: &Path, text: &str) -> Result<(), LoadError> {
    std::fs::write(file, text).map_err(|error| LoadError::Program {
        program: "writing the report",
        why: error.to_string(),
    })
}

/// Runs one fault plan against a new deployment.
async fn attempt(settings: &Settings, plan: Plan, dir: &Path) -> Result<Findings, LoadError> {
    let limit = Duration::from_secs(seconds(settings)).max(Duration::from_secs(length(&plan)))
        + OVERHEAD_MAX;
    let stalled =
        |_| LoadError::Stalled(format!("the run did not come to its end within {limit:?}"));
    timeout(limit, attempt_without_limit(settings, plan, dir))
        .await
        .map_err(stalled)?
}

async fn attempt_without_limit(
    settings: &Settings,
    plan: Plan,
    dir: &Path,
) -> Result<Findings, LoadError> {
    let mut spec = spec(settings, &plan, dir)?;
    let background = Background::start(&spec.binary).await?;
    spec.probe = background.setting();
    let cluster = TestCluster::start(&spec).await?;
    let Tickets {
        rooms,
        asked,
        filed,
        poisoned,
        revoked,
        pair,
        foreign,
    } = make_tickets(&cluster, settings.tickets).await?;
    let run = Arc::new(new_run());
    let consoles = Consoles::enter(&cluster, &poisoned);
    let sockets = |preferred, lane| cluster.sockets(preferred, lane);
    let (tasks, handles) = members::enter(&sockets, target::RIG_SECRET, &rooms, &run).await;
    let tasks = all_joined(&run, &rooms, cluster.gateways.len(), tasks, &handles)
        .await
        .inspect_err(|_| print_log_ends(&cluster))?;

    let executor = Arc::new(Executor::new(
        cluster,
        rooms,
        (Poison::new(poisoned), Revoked::new(revoked)),
        (background, foreign),
    ));
    let begun = Instant::now();
    let seconds = settings.plan.as_ref().map_or_else(
        || seconds(settings),
        |_| settings.seconds.unwrap_or_else(|| length(&plan)),
    );
    let seconds_of_changes = if settings.no_changes { 0 } else { seconds };
    let traffic = Traffic {
        rate: settings.rate,
        seconds,
        body_bytes: settings.body_bytes,
    };
    let (log, sent, changes, answers, files) = tokio::join!(
        executor.play(&plan, begun),
        members::send_all(&run, &handles, traffic, begun),
        changes::ask_all(&executor, begun, seconds_of_changes),
        answers::converse(&executor, &asked, begun, seconds_of_changes),
        files::send_all(&executor, &filed, begun, seconds_of_changes, &run.name)
    );
    let mended = Instant::now();
    executor.cluster.repair().await?;
    let admin = target::connect(&executor.cluster.admin_url().await).await?;
    let converged = converge(&admin, &executor.rooms, &handles, &run, settings)
        .await?
        .then(|| mended.elapsed());
    let (records, consoles) = (
        members::disconnect_all(tasks, &handles).await,
        consoles.leave().await,
    );
    let mut violations: Vec<Violation> = log
        .iter()
        .filter_map(|done| done.violation(settings.allow_unplayed))
        .collect();
    violations.extend(gave_up(&records));
    violations.extend(executor.poison.starved(&records, &consoles).await);
    violations.extend(executor.revoked.violations());
    let losses = lost_commits::of(&log);
    let (background, found) = background_work(&executor, &admin, &losses, settings, begun).await?;
    violations.extend(found);
    let mut counts = vec![("database", truth::administration(&admin).await?)];
    counts.extend(findings::counts(&run, &records, sent));
    counts.push(("changes taken", format!("{} of {}", changes.0, changes.1)));
    counts.push(("answers by REST", format!("{} judged", answers.judged)));
    counts.push(("background", background));
    violations.extend(answers.foreign);
    let (told, found) = files
        .judge(&executor, &admin, &filed, &losses, begun)
        .await?;
    violations.extend(found);
    counts.push(("files", told));
    let tally = tally(&records, sent);
    let refused = refused_sends::of_logs(executor.cluster.gateways.iter().map(Gateway::log));
    let (found, void) = examine(&admin, &executor.rooms, records, &refused, &losses, begun).await?;
    violations.extend(found);
    match differential::check(&executor.cluster, pair[0], pair[1], &run.canary).await {
        Ok(found) => violations.extend(found),
        Err(error) => violations.push(Violation::Stuck(format!(
            "a conversation after everything was mended: {error}"
        ))),
    }
    let (samples, outages) = report::from_first_send(&run, begun);
    Ok(Findings {
        label: label(settings),
        plan,
        log,
        violations,
        void,
        samples,
        outages,
        converged,
        counts,
        tally,
    })
}

/// Waits for the end of background work and checks it. Returns a line for the report, and the
/// violations.
async fn background_work(
    executor: &Executor,
    admin: &Admin,
    losses: &[LostCommits],
    settings: &Settings,
    begun: Instant,
) -> Result<(String, Vec<Violation>), LoadError> {
    let within = Duration::from_secs(settings.converge_seconds).max(DRAIN_MIN);
    executor.background.drain(admin, within).await?;
    let (mut found, told) = executor.background.examine(admin, losses, begun).await?;
    found.retain(|it| !(settings.allow_unplayed && it.word() == "unplayed"));
    Ok((told, found))
}

/// Prints the end of each instance's log. It is called if the load test run could not begin.
fn print_log_ends(cluster: &TestCluster) {
    const LINES: usize = 20;
    for log in cluster.gateways.iter().map(Gateway::log) {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        println!("the end of {}:", log.display());
        for line in &lines[lines.len().saturating_sub(LINES)..] {
            println!("  {line}");
        }
    }
}

/// Waits until every member is subscribed.
///
/// # Errors
/// If a member gives up, or if not all members are subscribed in time. The error says of each
/// member that is not subscribed why its last connection ended.
async fn all_joined(
    run: &Run,
    rooms: &[Room],
    instances: usize,
    tasks: Members,
    handles: &[ClientHandle],
) -> Result<Members, LoadError> {
    let members = (rooms.len() * members::MEMBERS_PER_TICKET) as u64;
    let joined = || run.joined.load(Ordering::Relaxed) >= members;
    holds_within(JOIN_TIMEOUT, || {
        joined() || handles.iter().any(ClientHandle::has_ended)
    })
    .await;
    if !joined() {
        let missing: Vec<String> = members::disconnect_all(tasks, handles)
            .await
            .iter()
            .filter(|(_, record)| !record.joined)
            .map(|(member, record)| {
                let why = record.gave_up.as_ref().or(record.last_error.as_ref());
                format!(
                    "{} connected {} times: {}",
                    member.name,
                    record.connections,
                    why.map_or("no connection was lost, and no answer came", String::as_str)
                )
            })
            .collect();
        return Err(LoadError::Stalled(format!(
            "not every member could subscribe: {}",
            missing.join("; ")
        )));
    }
    println!(
        "joined     {members} members of {} tickets on {instances} instances",
        rooms.len()
    );
    Ok(tasks)
}

/// The tickets of a load test run by their use.
struct Tickets {
    /// Tickets with members. Members write in all of them except the last
    /// [`members::QUIET_TICKETS`].
    rooms: Vec<Room>,
    /// Tickets for REST requests during the faults.
    asked: Vec<Room>,
    /// Tickets for messages with files.
    filed: Vec<Room>,
    /// Tickets for rows that cannot be decoded.
    poisoned: Vec<Room>,
    /// Tickets of agents who temporarily lose access.
    revoked: Vec<Room>,
    /// Two tickets for the same conversation: one without internal notes and one with them.
    pair: Vec<Room>,
    /// A ticket for a transaction that stays open.
    foreign: Room,
}

async fn make_tickets(cluster: &TestCluster, count: usize) -> Result<Tickets, LoadError> {
    let admin = target::connect(&cluster.admin_url().await).await?;
    let count = count + members::QUIET_TICKETS;
    let all = answers::TICKETS + files::TICKETS + poison::TICKETS + count + revoked::TICKETS + 3;
    // Use the first tickets, which have the lowest ids, for REST requests. A faulty response that
    // mixes several tickets shows the ticket with the highest id, so the checker sees a wrong
    // ticket.
    let mut asked = people::make_rooms(&admin, all)
        .await
        .map_err(LoadError::postgres("making tickets"))?;
    let mut filed = asked.split_off(answers::TICKETS);
    let mut poisoned = filed.split_off(files::TICKETS);
    let mut rooms = poisoned.split_off(poison::TICKETS);
    let mut revoked = rooms.split_off(count);
    let mut pair = revoked.split_off(revoked::TICKETS);
    let foreign = pair.remove(2);
    Ok(Tickets {
        rooms,
        asked,
        filed,
        poisoned,
        revoked,
        pair,
        foreign,
    })
}

/// Checks every history against the database. Returns the violations, and how many acknowledged
/// messages database promotions and restores undid.
async fn examine(
    admin: &Admin,
    rooms: &[Room],
    records: Vec<(Member, Record)>,
    refused: &HashSet<String>,
    losses: &[LostCommits],
    begun: Instant,
) -> Result<(Vec<Violation>, Void), LoadError> {
    let void_acks = void_acks(&records, losses, begun);
    let histories = truth::histories(admin, rooms).await?;
    let mut states = truth::states(admin, rooms).await?;
    let dated = lost_commits::seconds_into(begun);
    let may_be_undone = |micros| losses.iter().any(|loss| loss.holds(dated(micros)));
    let mut evidence = members::evidence(records, rooms, histories, may_be_undone);
    let mut void = Void::default();
    for (evidence, room) in evidence.iter_mut().zip(rooms) {
        evidence.refused_at_first.clone_from(refused);
        evidence.state = states.remove(&room.ticket).unwrap_or_default();
        void.set_apart(evidence, &void_acks);
    }
    Ok((evidence.iter().flat_map(checker::check).collect(), void))
}

/// The idempotency keys of acknowledged messages that a database promotion or a restore may have
/// undone.
fn void_acks(records: &Records, losses: &[LostCommits], begun: Instant) -> HashMap<String, Cause> {
    let acked = records.iter().flat_map(|(_, record)| &record.acked);
    let voided_by = |at: Instant| {
        let at = at.saturating_duration_since(begun).as_secs_f64();
        losses
            .iter()
            .find(|loss| loss.voids_acks && loss.holds(at))
            .map(|loss| loss.cause)
    };
    acked
        .filter_map(|(key, at)| Some((key.clone(), voided_by(*at)?)))
        .collect()
}

fn new_run() -> Run {
    let begun = Instant::now();
    Run {
        begun,
        canary: format!("canary{:016x}", rand::random::<u64>()),
        name: format!("p{:08x}", rand::random::<u32>()),
        joined: AtomicU64::new(0),
        pending: AtomicU64::new(0),
        to_ack: Latencies::default(),
        samples: Samples::new(begun),
    }
}

/// Waits until every message is answered, and tells every member which head (newest event) to
/// reach. Returns whether all members reached it. A member that reaches its head ends its task.
async fn converge(
    admin: &Admin,
    rooms: &[Room],
    handles: &[ClientHandle],
    run: &Run,
    settings: &Settings,
) -> Result<bool, LoadError> {
    let within = Duration::from_secs(settings.converge_seconds);
    // The client repeats a message that times out, so wait for longer than one time limit.
    holds_within(within * 2, || run.pending.load(Ordering::Relaxed) == 0).await;
    let heads = truth::heads(admin, rooms).await?;
    let deadline = Instant::now() + within;
    loop {
        // Read the epoch again in each round: an instance that notices a restore late may still
        // increment it.
        let epoch: Arc<str> = truth::epoch(admin).await?.into();
        for handle in handles {
            let (seq, public_seq) = heads.get(&handle.ticket).copied().unwrap_or_default();
            let seq = if handle.sender == checker::Sender::Agent {
                seq
            } else {
                public_seq
            };
            handle
                .goal
                .send_replace(Goal::SeqIn(seq, Arc::clone(&epoch)));
        }
        if holds_within(EPOCH_INTERVAL, || {
            handles.iter().all(|handle| handle.goal.is_closed())
        })
        .await
        {
            return Ok(true);
        }
        if Instant::now() > deadline {
            return Ok(false);
        }
    }
}

/// Checks a condition repeatedly until it is true or the time is over. Returns whether it became
/// true.
async fn holds_within(within: Duration, holds: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + within;
    while !holds() {
        if Instant::now() > deadline {
            return false;
        }
        sleep(Duration::from_millis(20)).await;
    }
    true
}
