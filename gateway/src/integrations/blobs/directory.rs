//! A directory as a store. A file is written beside its final name, flushed to the disk, and then renamed.

use std::io;
#[cfg(target_os = "linux")]
use std::num::NonZeroU64;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use helpline_core::limits;
use object_store::local::LocalFileSystem;

use super::BlobError;

/// Opens the directory; creates it if it is missing, for its owner only. Checks that it can be written, and deletes what killed
/// processes left behind.
pub(super) async fn open(path: PathBuf) -> Result<LocalFileSystem, BlobError> {
    let place = path.clone();
    blocking(path, move |path| {
        create(path)?;
        // The directory may be on a disk that is mounted read-only.
        let probe = path.join(format!(".probe-{}", uuid::Uuid::new_v4()));
        std::fs::write(&probe, b"")?;
        std::fs::remove_file(&probe)?;
        sweep_now(path)
    })
    .await?;
    LocalFileSystem::new_with_prefix(&place)
        .map(|store| store.with_fsync(true))
        .map_err(|source| BlobError::of("opening the directory", source))
}

/// Makes the system write the bytes `range` of the unfinished file of `key` to the disk. Returns whether there is such a file.
pub(super) async fn write_back(
    path: &Path,
    key: &str,
    range: Range<u64>,
) -> Result<bool, BlobError> {
    // Keys are never used again, so this is the first unfinished file of the key.
    let unfinished = path.join(format!("{key}#1"));
    blocking(unfinished, move |unfinished| {
        match std::fs::File::open(unfinished) {
            Ok(file) => begin_write_back(&file, range).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    })
    .await
}

/// Linux begins to write the bytes and returns at once (`mm/fadvise.c`). A flush would also wait for the disk's cache and the journal of the
/// file system, and with it each commit of a database on the same disk. The flush at the end of the file makes it durable.
#[cfg(target_os = "linux")]
fn begin_write_back(file: &std::fs::File, range: Range<u64>) -> io::Result<()> {
    let bytes = NonZeroU64::new(range.end - range.start);
    rustix::fs::fadvise(file, range.start, bytes, rustix::fs::Advice::DontNeed)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn begin_write_back(file: &std::fs::File, _: Range<u64>) -> io::Result<()> {
    file.sync_data()
}

/// Deletes unfinished files to which nothing was written for [`limits::BLOB_LEFTOVER_MS`]. Returns their number.
pub(super) async fn sweep(path: PathBuf) -> Result<usize, BlobError> {
    blocking(path, sweep_now).await
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

fn sweep_now(path: &Path) -> io::Result<usize> {
    let old = SystemTime::now() - Duration::from_millis(limits::BLOB_LEFTOVER_MS);
    let mut waiting = vec![path.to_owned()];
    let mut swept = 0;
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if kind.is_file() && is_unfinished(&entry.file_name().to_string_lossy()) {
                swept += usize::from(removed_if_old(&entry, old)?);
            }
        }
    }
    Ok(swept)
}

/// Whether this is the name of an unfinished file: `name#1`, or a probe of [`open`].
fn is_unfinished(name: &str) -> bool {
    name.starts_with(".probe-")
        || name.rsplit_once('#').is_some_and(|(_, count)| {
            !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit())
        })
}

/// Another instance may sweep the same directory or finish the file at the same time.
fn removed_if_old(entry: &std::fs::DirEntry, old: SystemTime) -> io::Result<bool> {
    let gone_is_fine = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Ok(false),
        _ => Err(error),
    };
    match entry.metadata().and_then(|metadata| metadata.modified()) {
        Ok(modified) if modified < old => match std::fs::remove_file(entry.path()) {
            Ok(()) => Ok(true),
            Err(error) => gone_is_fine(error),
        },
        Ok(_) => Ok(false),
        Err(error) => gone_is_fine(error),
    }
}

async fn blocking<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    let place = path.clone();
    tokio::task::spawn_blocking(move || work(&place))
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
        .map_err(|source| BlobError::LocalDirectory { path, source })
}
