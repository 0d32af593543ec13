//! `helpline adopt`: moves the tickets of a platform's own support tables, from this database or from
//! another, into this desk.

mod file;
mod page;

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use helpline_core::adopt::{Chats, Overrides};
use helpline_persistence::adopt::{self, Action, Choice, Report};

use super::administrator::AdministratorSettings;
use super::error::CliError;
use crate::config::{ConfigError, Hidden};
use file::ReportFile;

/// Settings of `adopt`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("action").required(true))]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line, and one of them is set"
)]
pub struct AdoptSettings {
    #[command(flatten)]
    administrator: AdministratorSettings,
    /// Address of the platform's database, with the role that owns the platform's tables, if it is not Helpline's database
    #[arg(
        long,
        env = "HELPLINE_ADOPT_SOURCE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    source_url: Option<Hidden>,
    /// Judge every ticket and show what would be stored; nothing is written but that this was done
    #[arg(long, group = "action")]
    dry_run: bool,
    /// Copy every ticket that is not copied yet or has changed on the platform since; tickets that were changed in Helpline get the newer rows at their end
    #[arg(long, group = "action")]
    copy: bool,
    /// Do the same as --copy, after the first copy
    #[arg(long, group = "action")]
    follow: bool,
    /// Compare everything with the platform's tables; exits with 1 if there is a difference
    #[arg(long, group = "action")]
    verify: bool,
    /// Stop the platform's people from writing to its tables, copy the rest, and verify: in one transaction, which a difference takes back; with
    /// --source-url step by step, and the same command goes on after an interruption or a difference
    #[arg(long, group = "action")]
    cut_over: bool,
    /// Let the platform's people write to its tables again. What was copied stays
    #[arg(long, group = "action")]
    undo: bool,
    /// Schema of the platform's tables
    #[arg(long, value_name = "SCHEMA", default_value = "public")]
    from: String,
    /// Adopt the tables chat_sessions and chat_messages instead of support_tickets and support_messages
    #[arg(long)]
    chats: bool,
    /// TOML file that says which tables, columns and words are meant, where the guess is wrong
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Write the report as JSON to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also write the report as a page
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
}

/// What to do when the cut-over from another database did not come to its end.
const STAYS_CLOSED: &str = "what was revoked in the platform's database stays revoked: run the same command again to go on, \
     or with --undo instead of --cut-over to let the platform's people write again";

impl AdoptSettings {
    fn action(&self) -> Action {
        if self.dry_run {
            Action::DryRun
        } else if self.verify {
            Action::Verify
        } else if self.cut_over {
            Action::CutOver
        } else if self.undo {
            Action::Undo
        } else if self.follow {
            Action::Follow
        } else {
            Action::Copy
        }
    }
}

/// Carries out one step of the adoption, and reports it.
pub async fn run(settings: AdoptSettings) -> Result<(), CliError> {
    let (url, names) = settings.administrator.checked()?;
    let choice = Choice {
        schema: settings.from.clone(),
        chats: if settings.chats {
            Chats::Sessions
        } else {
            Chats::Tickets
        },
        overrides: overrides(settings.map.as_deref())?,
    };
    let action = settings.action();
    let source_url = settings
        .source_url
        .as_ref()
        .map(|given| settings.administrator.checked_other("--source-url", given))
        .transpose()?;
    // In another database, what was revoked stays revoked.
    let stays_closed = action == Action::CutOver && source_url.is_some();
    let open = |flag, path: &Option<PathBuf>| {
        let opened = path.as_deref().map(|path| ReportFile::create(flag, path));
        opened.transpose()
    };
    let (json, html) = (
        open("--json", &settings.json)?,
        open("--page", &settings.page)?,
    );
    let mut report = adopt::run(&url, source_url.as_deref(), &names, &choice, action)
        .await
        .inspect_err(|error| {
            if stays_closed && !adopt::is_before_any_change(error) {
                eprintln!("{STAYS_CLOSED}");
            }
        })?;
    let written = match json {
        Some(file) => file.fill(|out| report.write(out)),
        None => report.write(&mut BufWriter::new(std::io::stdout().lock())),
    };
    let written = written.and_then(|()| match html {
        Some(file) => file.fill(|out| out.write_all(page::render(&report).as_bytes())),
        None => Ok(()),
    });
    say(&report, action);
    let differences = report.differences.rows;
    if differences == 0 {
        return written.map_err(CliError::Report);
    }
    if stays_closed {
        eprintln!("{STAYS_CLOSED}");
    }
    if let Err(error) = written {
        eprintln!("the report could not be written: {error}");
    }
    Err(CliError::Differs(differences))
}

fn overrides(file: Option<&Path>) -> Result<Overrides, ConfigError> {
    let Some(file) = file else {
        return Ok(Overrides::default());
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| ConfigError::new("--map", error.to_string()))?;
    toml::from_str(&text).map_err(|error| ConfigError::new("--map", error.to_string()))
}

/// A summary for the person at the terminal. The report itself may be on standard output.
fn say(report: &Report, action: Action) {
    let (source, adopted) = (report.source, report.adopted);
    eprintln!(
        "platform: {} tickets, {} messages, {} rows of history; here: {} tickets, {} messages, {} events",
        source.tickets,
        source.messages,
        source.activity,
        adopted.tickets,
        adopted.messages,
        adopted.activity
    );
    match action {
        Action::Copy | Action::Follow | Action::CutOver => eprintln!(
            "copied {}, copied again {}, appended to {}",
            report.copied, report.replaced, report.appended
        ),
        Action::DryRun | Action::Verify | Action::Undo => {}
    }
    if report.privileges > 0 {
        let verb = match action {
            Action::Undo => "granted",
            Action::DryRun | Action::Copy | Action::Follow | Action::Verify | Action::CutOver => {
                "revoked"
            }
        };
        eprintln!(
            "{verb} {} privileges on the platform's tables and functions",
            report.privileges
        );
    }
    for (rule, rows) in &report.findings {
        eprintln!("{:>8}  {rule}", rows.rows);
    }
    for difference in &report.differences.first {
        eprintln!(
            "difference: {} {} {}: {} on the platform, {} here",
            difference.check,
            difference.ticket,
            difference.row,
            difference.source,
            difference.adopted
        );
    }
    let shown = report.differences.first.len();
    if shown < report.differences.rows {
        let left = report.differences.rows - shown;
        eprintln!("and {left} more differences, which the report has");
    }
}
