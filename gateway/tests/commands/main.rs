//! Runs the commands of the documents and of the comments in `deploy/`.
//!
//! - All shell blocks of a document run unchanged in one bash, whose `PATH` contains only
//!   `pages::PROGRAMS`. A block that calls another program fails.
//! - A comment `# expect: …` below a command has a text that the block must print. If the text is
//!   `status 403`, an HTTP response must have had that status.
//! - Commands between backquotes also run, except `helpline`, whose arguments are only parsed.
//! - Commands that need another machine are in a list. The test checks only that the files that
//!   they name exist.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests say what they expect"
)]

mod desk;
#[path = "../kit/documents.rs"]
mod documents;
mod elsewhere;
mod pages;

use desk::{Desk, Done};
use pages::{Page, Snippet};

/// Printed between the outputs of two blocks, to separate them.
const MARK: &str = "\u{1e}";
/// Texts between backquotes that look like commands but are names.
const NAMES: &[&str] = &["helpline jobs", "kill -KILL"];

/// Whether a code block contains only settings. The test then runs `helpline check-config` after
/// the settings.
fn is_settings(block: &str) -> bool {
    block.lines().all(|line| {
        line.is_empty() || pages::is_assignment(line.split_whitespace().next().unwrap_or(""))
    })
}

/// Replaces the placeholders of the documents with values of this test environment.
fn filled(desk: &Desk, text: &str) -> String {
    let dir = desk.dir.display();
    let value = |name: &str| format!("'{}'", desk.value(name));
    let admin_url = format!("--admin-database-url {}", value("ADMIN"));
    let mut text = text.to_owned();
    for (placeholder, value) in [
        (
            r#""postgres://admin:…@db/helpline?sslmode=verify-full""#,
            value("ADMIN"),
        ),
        (
            "postgres://desk_admin:…@db.example.org/desk",
            value("ADMIN"),
        ),
        (
            "postgres://desk_admin:…@new.example.org/desk",
            value("TARGET"),
        ),
        (
            "'postgres://helpline_service:…@db/helpline?sslmode=verify-full'",
            value("HELPLINE_DATABASE_URL"),
        ),
        (
            "DATABASE_URL=…",
            format!("DATABASE_URL={}", value("HELPLINE_DATABASE_URL")),
        ),
        (
            "JWKS_URL=…",
            format!("JWKS_URL={}", value("HELPLINE_JWKS_URL")),
        ),
        (
            "REDIS_URL=…",
            format!("REDIS_URL={}", value("HELPLINE_REDIS_URL")),
        ),
        (
            "JWT_SECRET=…",
            format!("JWT_SECRET={}", value("HELPLINE_JWT_SECRET")),
        ),
        (
            "CLIENT_SECRET=…",
            "CLIENT_SECRET=of-the-provider".to_owned(),
        ),
        (
            "SECRET_KEY=…",
            "SECRET_KEY='MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='".to_owned(),
        ),
        ("FIRST_ADMIN=…", format!("FIRST_ADMIN={}", desk::ADMIN)),
        ("https://… ", "https://desk.example ".to_owned()),
        ("--admin-database-url …", admin_url),
        (
            "--runtime-password …",
            format!(
                "--runtime-password '{}'",
                helpline_rig::testing::RUNTIME_PASSWORD
            ),
        ),
        ("<sub of an admin>", desk::ADMIN.to_owned()),
        ("<subject>", desk::ADMIN.to_owned()),
        ("<sub>", desk::ADMIN.to_owned()),
        ("<id>", desk::ADMIN.to_owned()),
        ("<jwt>", value("TOKEN")),
        ("<project>", "project".to_owned()),
        // Placeholders for the values of Kubernetes secrets.
        ("=…", "=given".to_owned()),
        (
            "…/fullchain.pem",
            format!("{dir}/certificates/fullchain.pem"),
        ),
        ("…/privkey.pem", format!("{dir}/certificates/privkey.pem")),
        // System paths are moved into the test's directory.
        (" /etc/", format!(" {dir}/etc/")),
        (" /usr/local/bin/", format!(" {dir}/usr/local/bin/")),
        (" /var/lib/postgresql", format!(" {dir}")),
    ] {
        text = text.replace(placeholder, &value);
    }
    text
}

/// The expected texts in a code block's `# expect:` comments.
fn promised(block: &str) -> Vec<&str> {
    let lines = block.lines();
    lines
        .filter_map(|line| line.strip_prefix("# expect: "))
        .collect()
}

/// Whether the output contains the expected text. If the text is `status 403`, an HTTP response
/// must have had that status.
fn holds(promise: &str, output: &str) -> bool {
    match promise.strip_prefix("status ") {
        Some(status) => output
            .lines()
            .any(|line| line.starts_with("HTTP/") && line.split(' ').nth(1) == Some(status)),
        None => output.contains(promise),
    }
}

/// Runs the code blocks of a document. Returns their faults, and their calls of programs that
/// cannot run in this test.
async fn run_blocks(desk: &Desk, page: &Page) -> (Vec<String>, Vec<(String, Vec<String>)>) {
    let mut faults = Vec::new();
    let mut script = String::new();
    for block in &page.blocks {
        let text = filled(desk, &block.text);
        let settings = is_settings(&text);
        let check = if settings {
            "helpline check-config"
        } else {
            ""
        };
        let repository = desk.dir.join("repository");
        script += &format!(
            "cd {}\necho '{MARK}'\n{{\n{text}\n{check}\n}} 2>&1\n",
            repository.display()
        );
        let told = text.lines().map(|line| line.split(" #").next().unwrap());
        if told.clone().any(|line| line.contains('…')) {
            faults.push(format!(
                "{}: a place of which the test does not know what stands there: {text}",
                block.place
            ));
        }
        let asks = told.filter(|line| line.starts_with("curl ") && !line.contains(" | "));
        if asks.count() > 0 && promised(&text).is_empty() {
            faults.push(format!(
                "{}: it does not say what curl is answered",
                block.place
            ));
        }
    }
    let done = desk.run("block", &script).await;
    let outputs: Vec<&str> = done.output.split(MARK).skip(1).collect();
    if !done.succeeded || outputs.len() != page.blocks.len() {
        let place = outputs
            .len()
            .checked_sub(1)
            .and_then(|n| page.blocks.get(n))
            .map_or(page.name.as_str(), |block| &block.place);
        faults.push(format!(
            "{place}: failed: {}",
            outputs.last().unwrap_or(&"")
        ));
    }
    for (block, output) in page.blocks.iter().zip(&outputs) {
        for promise in promised(&block.text) {
            if !holds(promise, output) {
                faults.push(format!("{}: {promise:?} is not in: {output}", block.place));
            }
        }
    }
    let calls = done.calls.into_iter().map(|call| (page.name.clone(), call));
    (faults, calls.collect())
}

async fn run_mention(desk: &Desk, mention: &Snippet) -> Done {
    desk.run("mention", &filled(desk, &mention.text)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_pages_runs() {
    let pages = pages::pages();
    let desk = Desk::open().await;
    // Create the database user that operations.md describes, because rotations.md changes that
    // user's password.
    let operations = std::fs::read_to_string(documents::root().join("docs/operations.md")).unwrap();
    let user = operations
        .lines()
        .find_map(|line| line.strip_prefix("user helpline on >… "))
        .expect("operations.md says which rights Redis' user needs");
    let user: Vec<String> = user.split(' ').map(|word| format!("'{word}'")).collect();
    let made = desk
        .run(
            "block",
            &format!(
                "redis-cli acl setuser helpline on '>old' {}",
                user.join(" ")
            ),
        )
        .await;
    assert!(made.succeeded, "{}", made.output);
    let (mut faults, mut calls) = (Vec::new(), Vec::new());
    let mut commands = 0;
    for page in &pages {
        for line in &page.misplaced {
            faults.push(format!(
                "{}: not in a block of `sh`: {}",
                line.place, line.text
            ));
        }
        if !page.blocks.is_empty() {
            commands += page.blocks.len();
            let (found, named) = run_blocks(&desk, page).await;
            faults.extend(found);
            calls.extend(named);
        }
        for mention in &page.mentions {
            if NAMES.contains(&mention.text.as_str()) {
                continue;
            }
            commands += 1;
            let done = run_mention(&desk, mention).await;
            if !done.succeeded {
                faults.push(format!(
                    "{}: {}: {}",
                    mention.place, mention.text, done.output
                ));
            }
            calls.extend(
                done.calls
                    .into_iter()
                    .map(|call| (mention.place.clone(), call)),
            );
        }
    }
    faults.extend(elsewhere::faults(&calls));
    assert!(commands > 80, "{commands} commands are found");
    assert!(
        faults.is_empty(),
        "{} of {commands}: {faults:#?}",
        faults.len()
    );
}
