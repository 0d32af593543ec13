//! What a run reports. The rows are kept in temporary files, so that memory does not depend on their
//! number.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use helpline_core::adopt::{Finding, Mapping};
use helpline_core::limits;
use serde::Serialize;
use serde_json::json;

use crate::StoreError;

/// How many rows there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tickets.
    pub tickets: i64,
    /// Messages.
    pub messages: i64,
    /// Rows of histories.
    pub activity: i64,
}

/// Something that is not as the source has it, and that no finding explains.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// What was compared.
    pub check: &'static str,
    /// The number of the ticket, if it is about one.
    pub ticket: String,
    /// The row, if it is about one.
    pub row: String,
    /// The value of the platform.
    pub source: String,
    /// The value here.
    pub adopted: String,
}

/// A list of which only the beginning is in memory.
#[derive(Debug)]
pub struct Spilled<T> {
    /// How many there are.
    pub rows: usize,
    /// The first of them.
    pub first: Vec<T>,
    first_max: usize,
    file: Option<BufWriter<File>>,
    bytes: u64,
}

/// What a report had before a step that may be taken back.
pub(super) struct Mark {
    /// Copied, replaced and appended tickets.
    done: [usize; 3],
    /// The rows and bytes of each rule.
    findings: BTreeMap<&'static str, (usize, u64)>,
}

impl<T: Serialize + Clone> Spilled<T> {
    const fn new(first_max: usize) -> Self {
        Self {
            rows: 0,
            first: Vec::new(),
            first_max,
            file: None,
            bytes: 0,
        }
    }

    fn push(&mut self, entry: &T) -> io::Result<()> {
        self.rows += 1;
        if self.first.len() < self.first_max {
            self.first.push(entry.clone());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(BufWriter::new(unnamed()?)),
        };
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.bytes += line.len() as u64;
        file.write_all(&line)
    }

    /// Removes what was added after there were so many rows and bytes.
    fn cut(&mut self, rows: usize, bytes: u64) -> io::Result<()> {
        (self.rows, self.bytes) = (rows, bytes);
        self.first.truncate(rows);
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.flush()?;
        file.get_mut().set_len(bytes)?;
        file.seek(SeekFrom::Start(bytes)).map(|_| ())
    }

    /// Writes all of them as the elements of a JSON array.
    fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.flush()?;
        let file = file.get_mut();
        file.seek(SeekFrom::Start(0))?;
        let mut comma = "\n";
        for line in BufReader::new(&mut *file).lines() {
            write!(out, "{comma}{}", line?)?;
            comma = ",\n";
        }
        file.seek(SeekFrom::End(0))?;
        Ok(())
    }
}

/// A file without a name that only this process can read.
fn unnamed() -> io::Result<File> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("helpline-adopt-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        match options.open(&path) {
            Ok(file) => {
                std::fs::remove_file(&path)?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// What a run has done and found.
#[derive(Debug)]
pub struct Report {
    /// The step that was taken.
    pub step: &'static str,
    /// Whether the platform's rows were compared with what is stored of them. Otherwise there are no differences because nothing looked for them.
    pub is_compared: bool,
    /// When the step began, by the clock of the desk's database.
    pub began_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// Rows of the platform.
    pub source: Counts,
    /// Rows of adopted tickets in this desk.
    pub adopted: Counts,
    /// Tickets that were copied for the first time.
    pub copied: usize,
    /// Tickets that were copied again, because they have changed only in the source.
    pub replaced: usize,
    /// Tickets that have changed here, and got the newer rows of the source behind.
    pub appended: usize,
    /// Privileges that were revoked or granted.
    pub privileges: usize,
    /// The rows of each rule.
    pub findings: BTreeMap<&'static str, Spilled<Finding>>,
    /// What no finding explains.
    pub differences: Spilled<Difference>,
    /// How the platform's tables were read.
    pub mapping: Option<Mapping>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            step: "",
            is_compared: false,
            began_at: DateTime::UNIX_EPOCH,
            ended_at: DateTime::UNIX_EPOCH,
            source: Counts::default(),
            adopted: Counts::default(),
            copied: 0,
            replaced: 0,
            appended: 0,
            privileges: 0,
            findings: BTreeMap::new(),
            differences: Spilled::new(limits::ADOPTION_DIFFERENCES_SHOWN_MAX),
            mapping: None,
        }
    }
}

impl Report {
    pub(super) fn find(
        &mut self,
        findings: impl IntoIterator<Item = Finding>,
    ) -> Result<(), StoreError> {
        for finding in findings {
            let rows = self
                .findings
                .entry(finding.rule)
                .or_insert_with(|| Spilled::new(limits::ADOPTION_SAMPLES_MAX));
            rows.push(&finding).map_err(spilled)?;
        }
        Ok(())
    }

    pub(super) fn mark(&self) -> Mark {
        let findings = self.findings.iter();
        Mark {
            done: [self.copied, self.replaced, self.appended],
            findings: findings
                .map(|(rule, own)| (*rule, (own.rows, own.bytes)))
                .collect(),
        }
    }

    /// Takes back what was found and counted since.
    pub(super) fn reset(&mut self, mark: Mark) -> Result<(), StoreError> {
        [self.copied, self.replaced, self.appended] = mark.done;
        self.findings
            .retain(|rule, _| mark.findings.contains_key(rule));
        for (rule, (rows, bytes)) in mark.findings {
            if let Some(own) = self.findings.get_mut(rule) {
                own.cut(rows, bytes).map_err(spilled)?;
            }
        }
        Ok(())
    }

    pub(super) fn differ(
        &mut self,
        differences: impl IntoIterator<Item = Difference>,
    ) -> Result<(), StoreError> {
        for difference in differences {
            self.differences.push(&difference).map_err(spilled)?;
        }
        Ok(())
    }

    /// Writes the report as JSON.
    ///
    /// # Errors
    /// When it cannot be written, or when a temporary file cannot be read.
    pub fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        let head = json!({
            "step": self.step,
            "began_at": self.began_at,
            "ended_at": self.ended_at,
            "is_compared": self.is_compared,
            "source": {
                "tickets": self.source.tickets,
                "messages": self.source.messages,
                "activity": self.source.activity,
            },
            "adopted": {
                "tickets": self.adopted.tickets,
                "messages": self.adopted.messages,
                "events": self.adopted.activity,
            },
            "done": {
                "copied": self.copied,
                "replaced": self.replaced,
                "appended": self.appended,
                "privileges": self.privileges,
            },
            "mapping": self.mapping,
        });
        let head = head.to_string();
        write!(out, "{},\n\"findings\": [", &head[..head.len() - 1])?;
        let mut comma = "";
        for (rule, rows) in &mut self.findings {
            let count = rows.rows;
            write!(
                out,
                "{comma}\n{{\"rule\": \"{rule}\", \"count\": {count}, \"rows\": ["
            )?;
            rows.write(out)?;
            write!(out, "]}}")?;
            comma = ",";
        }
        write!(out, "],\n\"differences\": [")?;
        self.differences.write(out)?;
        writeln!(out, "]}}")?;
        out.flush()
    }
}

fn spilled(error: io::Error) -> StoreError {
    StoreError::NotPrepared(format!("a temporary file for the report: {error}"))
}
