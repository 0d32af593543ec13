//! Runs every block of SQL in `docs/runbooks` and `docs/backup.md`, on a migrated database that
//! contains data. Comments at the beginning of a block say how to run it:
//!
//! - `-- as: helpline_service` runs the block as this role. The default is `helpline_owner`.
//! - `-- expect: …` gives the expected result: one such line for each row of the last result, with
//!   columns separated by ` | `; or `no rows`; or `ERROR: ` and the beginning of the error.
//!
//! A block without `expect` must return a row, because a query that finds nothing in this database
//! would find nothing in an incident either.

use std::path::{Path, PathBuf};

use chrono::Utc;
use helpline_core::ids::TicketId;
use helpline_core::protocol::RetentionKind;
use helpline_core::reject::RejectCode;
use helpline_persistence::audit::{self, AccessRow};
use helpline_persistence::{instances, retention};
use tokio_postgres::{Client, SimpleQueryMessage};
use uuid::Uuid;

use crate::test_db::{TestDb, message, note, stored};

/// A block of SQL, and its position in a document.
#[derive(Debug)]
struct Block {
    place: String,
    sql: String,
}

impl Block {
    /// Returns the values of the block's comments with this name.
    fn said(&self, name: &str) -> Vec<&str> {
        let mark = format!("-- {name}: ");
        self.sql
            .lines()
            .filter_map(|line| line.strip_prefix(mark.as_str()))
            .collect()
    }
}

fn blocks_of(page: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(page).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        match line.trim_start().strip_prefix("```") {
            Some(opened) => {
                inside = !inside && opened == "sql";
                if inside {
                    let name = page.file_name().unwrap().to_string_lossy();
                    blocks.push(Block {
                        place: format!("{name}:{}", number + 2),
                        sql: String::new(),
                    });
                }
            }
            None if inside => {
                let sql = &mut blocks.last_mut().unwrap().sql;
                sql.push_str(line.trim_start());
                sql.push('\n');
            }
            None => {}
        }
    }
    blocks
}

fn pages() -> Vec<PathBuf> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let mut pages: Vec<PathBuf> = std::fs::read_dir(docs.join("runbooks"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    pages.push(docs.join("backup.md"));
    pages.sort();
    pages
}

/// Creates a database with data of every kind: answers, an internal note, a resolved and a waiting
/// ticket, read positions, refused requests, and an instance.
async fn lived_in() -> TestDb {
    let db = TestDb::open().await;
    let answered = db.ticket().await;
    let waiting = db.ticket().await;
    db.ticket_of(db.stranger, "Another's").await;
    stored(&db.send(message(answered, db.agent, "Try again")).await);
    stored(&db.send(note(answered, db.agent, "The cable")).await);
    stored(&db.send(message(waiting, db.customer, "Hello?")).await);
    db.sql(&format!(
        "update support_tickets set assigned_to = '{}', status = 'resolved' where id = '{answered}'",
        db.agent
    ))
    .await;
    db.sql(&format!(
        "update support_tickets set assigned_to = '{}' where id = '{waiting}'",
        db.agent
    ))
    .await;
    db.sql("select archive_old_tickets(now() + interval '7 months')")
        .await;
    retention::begin(&db.store, RetentionKind::Archive, Utc::now())
        .await
        .unwrap();
    audit::record(&db.store, &[row(&db, "ticket_opened", None, answered)])
        .await
        .unwrap();
    audit::record(
        &db.store,
        &[row(
            &db,
            "send_refused",
            Some(RejectCode::Forbidden),
            waiting,
        )],
    )
    .await
    .unwrap();
    instances::record(&db.store, Uuid::now_v7(), true)
        .await
        .unwrap();
    db.sql("analyze").await;
    db
}

fn row(db: &TestDb, action: &str, refused: Option<RejectCode>, ticket: TicketId) -> AccessRow {
    AccessRow {
        user: Some(db.agent),
        action: action.to_owned(),
        ticket: Some(ticket),
        refused,
        address: Some("203.0.113.7".parse().unwrap()),
        user_agent: Some("it/1".into()),
        detail: serde_json::json!({}),
    }
}

/// Runs a block of SQL. Returns the rows of its last result, or the error.
async fn run(session: &Client, sql: &str) -> Vec<String> {
    let answer = session.simple_query(sql).await;
    let _ = session.batch_execute("rollback").await;
    let messages = match answer {
        Ok(messages) => messages,
        Err(error) => {
            let cause = error.as_db_error().expect("an error of the server's");
            return vec![format!("ERROR: {}", cause.message())];
        }
    };
    let mut rows = Vec::new();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(_) => rows.clear(),
            SimpleQueryMessage::Row(row) => {
                let cells: Vec<&str> = (0..row.len())
                    .map(|column| row.get(column).unwrap_or("null"))
                    .collect();
                rows.push(cells.join(" | "));
            }
            _ => {}
        }
    }
    rows
}

/// Compares the rows that a block of SQL returned with the expected rows. Returns a description of
/// the difference, or `None`.
fn fault(expected: &[&str], found: &[String]) -> Option<String> {
    let holds = match expected {
        [] => found.first().is_some_and(|row| !row.starts_with("ERROR: ")),
        ["no rows"] => found.is_empty(),
        [error] if error.starts_with("ERROR: ") => {
            found.first().is_some_and(|row| row.starts_with(error))
        }
        rows => found == rows,
    };
    (!holds).then(|| format!("expected {expected:?}, found {found:?}"))
}

#[tokio::test]
async fn every_query_of_the_runbooks_runs_and_gives_what_it_says() {
    let db = lived_in().await;
    let blocks: Vec<Block> = pages().iter().flat_map(|page| blocks_of(page)).collect();
    assert!(blocks.len() > 30, "{} blocks are found", blocks.len());
    let session = db.another_admin().await;
    let mut faults = Vec::new();
    for block in &blocks {
        let login = match block.said("as").as_slice() {
            [] => "set role helpline_owner; set default_transaction_read_only = on",
            ["helpline_owner"] => "set role helpline_owner",
            ["helpline_service"] => "set session authorization helpline_service",
            other => panic!("{}: no such login: {other:?}", block.place),
        };
        let begin = format!(
            "reset session authorization; reset role; reset default_transaction_read_only; {login}; set search_path = public"
        );
        session.batch_execute(&begin).await.unwrap();
        let sql = block
            .sql
            .replace(":'customer'", &format!("'{}'", db.customer))
            .replace(":'agent'", &format!("'{}'", db.agent));
        let found = run(&session, &sql).await;
        if let Some(fault) = fault(&block.said("expect"), &found) {
            faults.push(format!("{}: {fault}", block.place));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
