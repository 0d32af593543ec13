//! Starts the binary on a platform with Helpline installed, and compares databases.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;

use helpline_persistence::Names;
use helpline_persistence::migrate::{self, Choices, Plan, PlatformApi, StaffFrom};
use helpline_rig::Postgres;
use helpline_rig::testing::TestDatabases;
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::platform::{Contents, Platform};

const STAFF: &str = "select user_id, role::text from public.user_roles where role::text in ('admin', 'support_agent')";

static DATABASES: TestDatabases = TestDatabases::new(&[("wal_level", "logical")]);

/// A platform in whose database Helpline is installed, with the cluster that it is in.
pub struct Adoption {
    pub postgres: Arc<Postgres>,
    pub platform: Platform,
}

/// What a run of the command left behind.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub report: Value,
    pub told: String,
}

impl Done {
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.told);
        self
    }

    /// The rules in the report by which this row was judged.
    pub fn rules(&self, row: &str) -> Vec<&str> {
        let findings = self.report["findings"].as_array().unwrap();
        let touches = |finding: &&Value| {
            let rows = finding["rows"].as_array().unwrap();
            rows.iter().any(|own| own["row"] == row)
        };
        let found = findings.iter().filter(touches);
        found
            .filter_map(|finding| finding["rule"].as_str())
            .collect()
    }
}

impl Adoption {
    /// A platform with these contents. Its administrator has installed Helpline.
    pub async fn installed(contents: &Contents) -> Self {
        let postgres = DATABASES.cluster(async |_: &str| {}).await.unwrap();
        let name = format!("platform_{:016x}", rand::random::<u64>());
        let platform = Platform::create(&postgres, &name, contents).await;
        let choices = Choices {
            staff_from: Some(StaffFrom::parse(STAFF).unwrap()),
            platform_api: Some(PlatformApi::parse("authenticated").unwrap()),
            ..Choices::default()
        };
        migrate::apply_with(
            &platform.url,
            &Names::default(),
            &Plan::embedded(),
            &choices,
        )
        .await
        .unwrap();
        Self { postgres, platform }
    }

    /// The command for this platform.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_on(&self.platform.url, arguments)
    }

    fn command_on(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_helpline"));
        command
            .arg("adopt")
            .args(arguments)
            .env("HELPLINE_ADMIN_DATABASE_URL", url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs the command to its end.
    pub async fn adopt(&self, arguments: &[&str]) -> Done {
        done(self.command(arguments)).await
    }

    /// Runs the command to its end, with this address of the database.
    pub async fn adopt_on(&self, url: &str, arguments: &[&str]) -> Done {
        done(self.command_on(url, arguments)).await
    }

    /// Runs the command on a copy of this database, after this SQL of a superuser.
    pub async fn adopt_after(&self, sql: &str, arguments: &[&str]) -> Done {
        let copy = format!("copy_{:016x}", rand::random::<u64>());
        let original = &self.platform.database;
        let admin = helpline_rig::testing::connect(&self.postgres.admin_url("postgres"))
            .await
            .unwrap();
        // The database cannot be copied while sessions use it.
        admin
            .batch_execute(&format!(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{original}'"
            ))
            .await
            .unwrap();
        admin
            .batch_execute(&format!(
                "create database {copy} template {original} owner platform_admin"
            ))
            .await
            .unwrap();
        let on_copy = helpline_rig::testing::connect(&self.postgres.admin_url(&copy))
            .await
            .unwrap();
        crate::platform::run(&on_copy, sql).await;
        drop(on_copy);
        let url = self.postgres.url_for("platform_admin", "p1", &copy);
        let done = done(self.command_on(&url, arguments)).await;
        admin
            .batch_execute(&format!("drop database {copy} with (force)"))
            .await
            .unwrap();
        done
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Everything in a schema, as `pg_dump` writes it, in an order that does not depend on the order
    /// in which rows and privileges are stored.
    pub async fn dump(&self, schema: Option<&str>) -> Vec<String> {
        let output = Command::new(self.postgres.bin_dir().join("pg_dump"))
            .args(schema.map(|schema| format!("--schema={schema}")))
            .arg(self.postgres.admin_url(&self.platform.database))
            .output()
            .await
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).unwrap();
        // Newer versions of pg_dump add a random key to each dump.
        let is_key =
            |line: &&str| line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
        // Every step of an adoption is in the access log.
        let is_step = |line: &&str| line.contains("adoption_") && line.contains("\"step\"");
        let is_count = |line: &&str| line.contains("helpline.access_log_id_seq', ");
        let mut lines: Vec<String> = text
            .lines()
            .filter(|line| !is_key(line) && !is_step(line) && !is_count(line))
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    }

    /// A digest of each of Helpline's tables that has adopted rows.
    pub async fn adopted(&self) -> BTreeMap<&'static str, String> {
        let mut digests = BTreeMap::new();
        for table in [
            "support_tickets",
            "support_messages",
            "support_ticket_activity",
            "support_ticket_heads",
            "support_read_positions",
            "people",
            "user_roles",
        ] {
            let sql = format!(
                "select count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' order by t::text)), '') from helpline.{table} t"
            );
            digests.insert(table, self.platform.ask(&sql).await);
        }
        digests
    }
}

pub async fn done(mut command: Command) -> Done {
    let output = command.output().await.unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let differences = report["differences"].to_string();
    Done {
        code: output.status.code(),
        report,
        told: format!(
            "{}{}",
            String::from_utf8_lossy(&output.stderr),
            differences.chars().take(3000).collect::<String>()
        ),
    }
}

/// Panics with the lines that only one of two dumps has.
#[track_caller]
pub fn assert_same(before: &[String], after: &[String], what: &str) {
    let only = |a: &[String], b: &[String]| {
        let mut left: BTreeMap<String, i64> = BTreeMap::new();
        for line in a {
            *left.entry(line.clone()).or_default() += 1;
        }
        for line in b {
            *left.entry(line.clone()).or_default() -= 1;
        }
        let more = left.into_iter().filter(|(_, n)| *n > 0);
        more.map(|(line, _)| line.chars().take(300).collect::<String>())
            .take(8)
            .collect::<Vec<_>>()
    };
    if before != after {
        panic!(
            "{what}\nbefore: {:#?}\nafter: {:#?}",
            only(before, after),
            only(after, before)
        );
    }
}
