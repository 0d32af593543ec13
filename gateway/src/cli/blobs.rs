//! `helpline blobs`: compares the store of attachments with the database, and moves the files to another store.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use futures_util::{StreamExt, TryStreamExt};
use helpline_core::limits;
use helpline_persistence::Names;
use helpline_persistence::stored_blobs::{self, KeyState, NamedBlob};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::administrator::AdministratorSettings;
use super::error::CliError;
use crate::config::{BlobConfig, BlobSettings, ConfigError, blobs_of_file, checked_blobs};
use crate::integrations::blobs::{BlobEntry, BlobError, Blobs, PutError};

/// Files that are looked at or copied at the same time.
const AT_ONCE: usize = 4;
/// Entries of the store that are compared with the database at once.
const ENTRIES: usize = 5_000;

/// Settings of `blobs`.
#[derive(Debug, Args)]
pub struct BlobsSettings {
    #[command(flatten)]
    administrator: AdministratorSettings,
    #[command(flatten)]
    blobs: BlobSettings,
    #[command(subcommand)]
    command: BlobsCommand,
}

#[derive(Debug, Subcommand)]
enum BlobsCommand {
    /// Compare the files in the store with those that the database names; ends with 1 if they differ
    Verify {
        /// Also read every file, and compare its SHA-256
        #[arg(long)]
        hash: bool,
        /// Delete files that the database does not name and that are older than an hour
        #[arg(long)]
        delete_unknown: bool,
        /// Record that the files which the store does not have are gone for good, so that their messages say so
        #[arg(long)]
        mark_lost: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take this store for the desk's, for example an empty one for a copy of the desk, or after the old one was lost
    Accept,
    /// Copy the files to another store; files that are there already are not copied again
    Move {
        /// File with the settings of the other store, one NAME=value per line, as serve is to have them afterwards
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

/// The database, the store, and what was found in them.
struct Comparison<'a> {
    url: &'a str,
    names: &'a Names,
    blobs: &'a Blobs,
}

/// What a comparison found.
#[derive(Debug, Default)]
struct Report {
    named: u64,
    stored: u64,
    /// Named by the database, and not in the store.
    lost: Vec<NamedBlob>,
    /// In the store with other bytes than the database says.
    different: Vec<NamedBlob>,
    /// In the store, and named by nothing.
    unknown: Vec<BlobEntry>,
    deleted: u64,
    /// Lost files of which it was recorded that they are gone.
    marked: u64,
}

/// Runs the command. With differences, it ends with [`CliError::Differs`].
pub async fn run(settings: BlobsSettings) -> Result<(), CliError> {
    let (url, names) = settings.administrator.checked()?;
    let plaintext = settings.administrator.plaintext();
    let config = checked_blobs(settings.blobs, plaintext)?.ok_or_else(|| {
        ConfigError::new(
            "--blobs-dir, --blobs-s3-bucket",
            "set the store that serve uses",
        )
    })?;
    let blobs = opened(&config).await?;
    if matches!(settings.command, BlobsCommand::Accept) {
        return Ok(blobs.mark().await?);
    }
    if !blobs.is_marked().await? {
        return Err(BlobError::Unmarked.into());
    }
    let comparison = Comparison {
        url: &url,
        names: &names,
        blobs: &blobs,
    };
    match settings.command {
        BlobsCommand::Verify {
            hash,
            delete_unknown,
            mark_lost,
            json,
        } => {
            let mut report = Report::default();
            comparison.of_named(&mut report, hash).await?;
            if delete_unknown && report.named == 0 {
                return Err(CliError::Refused(
                    "the database names no file, so --delete-unknown would delete the whole store; is it the right database?".to_owned(),
                ));
            }
            if mark_lost {
                comparison.mark_lost(&mut report).await?;
            }
            comparison.of_stored(&mut report, delete_unknown).await?;
            print!("{}", if json { report.json() } else { report.text() });
            match report.lost.len() + report.different.len() + report.unknown.len() {
                0 => Ok(()),
                differences => Err(CliError::Differs(differences)),
            }
        }
        BlobsCommand::Accept => Ok(()),
        BlobsCommand::Move { to } => {
            let to = blobs_of_file(&to, plaintext)?;
            if is_same(&config, &to) {
                return Err(
                    ConfigError::new("--to", "is the store from which files are moved").into(),
                );
            }
            let target = opened(&to).await?;
            target.mark().await?;
            comparison.move_to(&target).await
        }
    }
}

async fn opened(config: &BlobConfig) -> Result<Blobs, BlobError> {
    let blobs = Blobs::open(config).await?;
    blobs.look().await?;
    Ok(blobs)
}

fn is_same(one: &BlobConfig, other: &BlobConfig) -> bool {
    match (one, other) {
        (
            BlobConfig::LocalDirectory { path, .. },
            BlobConfig::LocalDirectory { path: other, .. },
        ) => path.canonicalize().ok() == other.canonicalize().ok(),
        (BlobConfig::S3(one), BlobConfig::S3(other)) => {
            (&one.endpoint, &one.bucket) == (&other.endpoint, &other.bucket)
        }
        (BlobConfig::LocalDirectory { .. }, BlobConfig::S3(_))
        | (BlobConfig::S3(_), BlobConfig::LocalDirectory { .. }) => false,
    }
}

/// How a file in the store compares with the row that names it.
enum Found {
    Same,
    Lost,
    Different,
}

impl Comparison<'_> {
    /// Looks for each file that the database names. What is missing and was deleted meanwhile is not lost.
    async fn of_named(&self, report: &mut Report, hash: bool) -> Result<(), CliError> {
        let mut after = Uuid::nil();
        while let Some((portion, last)) = stored_blobs::named(self.url, self.names, after).await? {
            after = last;
            report.named += portion.len() as u64;
            let looks = portion.into_iter().map(async |blob| {
                let found = self.found(&blob, hash).await?;
                Ok::<_, BlobError>((blob, found))
            });
            let found: Vec<_> = futures_util::stream::iter(looks)
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
            let mut missing = Vec::new();
            for (blob, found) in found {
                match found {
                    Found::Same => {}
                    Found::Lost => missing.push(blob),
                    Found::Different => report.different.push(blob),
                }
            }
            let still = self.still_named(&missing).await?;
            report
                .lost
                .extend(missing.into_iter().filter(|blob| still.contains(&blob.key)));
        }
        Ok(())
    }

    async fn found(&self, blob: &NamedBlob, hash: bool) -> Result<Found, BlobError> {
        match self.blobs.size(&blob.key).await? {
            None => return Ok(Found::Lost),
            Some(size) if blob.size.is_some_and(|expected| expected != size) => {
                return Ok(Found::Different);
            }
            Some(_) => {}
        }
        let Some(expected) = blob.sha256.as_ref().filter(|_| hash) else {
            return Ok(Found::Same);
        };
        let Some(reader) = self.blobs.get(&blob.key).await? else {
            return Ok(Found::Lost);
        };
        let mut sha256 = Sha256::new();
        let mut stream = reader.stream;
        while let Some(piece) = stream.next().await {
            sha256.update(piece?);
        }
        let is_same = sha256.finalize().as_slice() == expected.as_slice();
        Ok(if is_same {
            Found::Same
        } else {
            Found::Different
        })
    }

    /// Records that the lost files are gone. Refuses that if the store has none of the files: it is another one, or not mounted.
    async fn mark_lost(&self, report: &mut Report) -> Result<(), CliError> {
        if report.lost.len() as u64 == report.named && report.named > 0 {
            return Err(CliError::Refused(
                "the store has none of the files, so it is probably another one or not mounted; nothing was recorded".to_owned(),
            ));
        }
        let mut uploads: Vec<_> = report
            .lost
            .iter()
            .filter(|blob| blob.size.is_some())
            .collect();
        uploads.dedup_by_key(|blob| blob.upload);
        let uploads: Vec<_> = uploads.into_iter().map(|blob| blob.upload).collect();
        report.marked = stored_blobs::mark_lost(self.url, self.names, &uploads).await?;
        Ok(())
    }

    /// The keys of these files that the database still names.
    async fn still_named(&self, blobs: &[NamedBlob]) -> Result<Vec<String>, CliError> {
        if blobs.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = blobs.iter().map(|blob| blob.key.clone()).collect();
        self.in_state(&keys, KeyState::Named).await
    }

    async fn in_state(&self, keys: &[String], wanted: KeyState) -> Result<Vec<String>, CliError> {
        let judged = stored_blobs::judged(self.url, self.names, keys).await?;
        let these = judged.into_iter().filter(|(_, state)| *state == wanted);
        Ok(these.map(|(key, _)| key).collect())
    }

    /// Looks for each file in the store whether the database names it. What was deleted meanwhile is not unknown.
    async fn of_stored(&self, report: &mut Report, delete: bool) -> Result<(), CliError> {
        let mut portions = self.blobs.list().try_chunks(ENTRIES);
        while let Some(portion) = portions.next().await {
            let portion = portion.map_err(|error| error.1)?;
            report.stored += portion.len() as u64;
            let keys: Vec<_> = portion.iter().map(|entry| entry.key.clone()).collect();
            let unknown = self.in_state(&keys, KeyState::Unknown).await?;
            for entry in portion
                .into_iter()
                .filter(|entry| unknown.contains(&entry.key))
            {
                if delete && is_old(&entry) {
                    self.blobs.delete(&entry.key).await?;
                    report.deleted += 1;
                } else if self.blobs.exists(&entry.key).await? {
                    report.unknown.push(entry);
                }
            }
        }
        Ok(())
    }

    /// Copies what the database names and the other store does not have, until a pass finds nothing to copy: files are added meanwhile.
    async fn move_to(&self, target: &Blobs) -> Result<(), CliError> {
        let (mut copied, mut bytes) = (0_u64, 0_u64);
        loop {
            let (before, mut lost) = (copied, Vec::new());
            let mut after = Uuid::nil();
            while let Some((portion, last)) =
                stored_blobs::named(self.url, self.names, after).await?
            {
                after = last;
                let copies = portion.into_iter().map(async |blob| {
                    let copy = self.copy(&blob, target).await?;
                    Ok::<_, CliError>((blob, copy))
                });
                let done: Vec<_> = futures_util::stream::iter(copies)
                    .buffer_unordered(AT_ONCE)
                    .try_collect()
                    .await?;
                for (blob, copy) in done {
                    match copy {
                        Copied::Already => {}
                        Copied::Now(size) => (copied, bytes) = (copied + 1, bytes + size),
                        Copied::Absent => lost.push(blob),
                    }
                }
            }
            if copied > before {
                continue;
            }
            let still = self.still_named(&lost).await?;
            println!(
                "{copied} files with {bytes} bytes were copied to the {}",
                target.name()
            );
            println!(
                "every file that the database names is there, except {}",
                still.len()
            );
            for key in &still {
                println!("lost in both: {key}");
            }
            return if still.is_empty() {
                Ok(())
            } else {
                Err(CliError::Differs(still.len()))
            };
        }
    }

    /// Copies one file, unless the other store has it with the same size. A copy whose hash is not that of the row is deleted again.
    async fn copy(&self, blob: &NamedBlob, target: &Blobs) -> Result<Copied, CliError> {
        let present = target.size(&blob.key).await?;
        if present.is_some() && (blob.size.is_none() || present == blob.size) {
            return Ok(Copied::Already);
        }
        let Some(reader) = self.blobs.get(&blob.key).await? else {
            return Ok(Copied::Absent);
        };
        let stored = target.put(&blob.key, reader.size, reader.stream).await?;
        if blob
            .sha256
            .as_ref()
            .is_some_and(|expected| expected.as_slice() != stored.sha256.as_slice())
        {
            target.delete(&blob.key).await?;
            return Err(CliError::Refused(format!(
                "{} has other bytes than the database says: run `helpline blobs verify --hash`",
                blob.key
            )));
        }
        Ok(Copied::Now(stored.size))
    }
}

/// What became of a file that was to be copied.
enum Copied {
    Already,
    /// So many bytes.
    Now(u64),
    /// The store does not have it.
    Absent,
}

fn is_old(entry: &BlobEntry) -> bool {
    let age = chrono::Utc::now() - entry.modified;
    age.num_milliseconds().unsigned_abs() > limits::BLOB_LEFTOVER_MS
        && age > chrono::TimeDelta::zero()
}

impl Report {
    fn text(&self) -> String {
        let mut text = format!(
            "the database names {} files, the store has {}\n",
            self.named, self.stored
        );
        let mut line =
            |words: std::fmt::Arguments<'_>| writeln!(text, "{words}").expect("text takes text");
        for blob in &self.lost {
            line(format_args!("lost: {} of upload {}", blob.key, blob.upload));
        }
        for blob in &self.different {
            line(format_args!(
                "different: {} of upload {}",
                blob.key, blob.upload
            ));
        }
        for entry in &self.unknown {
            line(format_args!(
                "unknown: {}, {} bytes, of {}",
                entry.key, entry.size, entry.modified
            ));
        }
        if self.deleted > 0 {
            line(format_args!("{} unknown files were deleted", self.deleted));
        }
        if self.marked > 0 {
            line(format_args!(
                "{} lost files are recorded as gone",
                self.marked
            ));
        }
        text
    }

    fn json(&self) -> String {
        let of_rows = |blobs: &[NamedBlob]| -> Vec<_> {
            blobs
                .iter()
                .map(|blob| json!({"key": blob.key, "upload": blob.upload}))
                .collect()
        };
        let unknown: Vec<_> = self
            .unknown
            .iter()
            .map(|entry| json!({"key": entry.key, "size_bytes": entry.size, "modified": entry.modified}))
            .collect();
        let report = json!({
            "named": self.named,
            "stored": self.stored,
            "lost": of_rows(&self.lost),
            "different": of_rows(&self.different),
            "unknown": unknown,
            "deleted": self.deleted,
            "marked": self.marked,
        });
        format!("{report:#}\n")
    }
}

impl From<BlobError> for CliError {
    fn from(error: BlobError) -> Self {
        Self::Store(Box::new(error))
    }
}

impl From<PutError> for CliError {
    fn from(error: PutError) -> Self {
        Self::Store(Box::new(error))
    }
}
