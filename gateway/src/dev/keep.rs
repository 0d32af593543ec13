//! The data directory of `helpline dev`: its lock, its token secret, and a Postgres cluster that an
//! older version of Helpline created.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rand::distr::{Alphanumeric, SampleString};

use super::error::DevError;

const WORD_CHARS: usize = 43; // 256 bits in letters and digits

/// A random secret of [`WORD_CHARS`] letters and digits.
pub fn random_word() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), WORD_CHARS)
}

/// Creates and locks the data directory. The lock is released when the returned file is dropped.
pub fn claim(data: &Path) -> Result<File, DevError> {
    let path = data.join("lock");
    let fault = |source| DevError::Data {
        path: path.clone(),
        source,
    };
    fs::create_dir_all(data).map_err(fault)?;
    let file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&path)
        .map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(DevError::Taken {
            data: data.to_owned(),
        }),
        Err(fs::TryLockError::Error(source)) => Err(fault(source)),
    }
}

/// Reads or creates the secret that signs tokens. The secret is stored, so that browsers stay
/// signed in after a restart. Only the file's owner can read it.
pub fn secret(data: &Path) -> Result<String, DevError> {
    let path = data.join("jwt.secret");
    let fault = |source| DevError::Data {
        path: path.clone(),
        source,
    };
    if let Ok(secret) = fs::read_to_string(&path)
        && secret.trim().len() >= WORD_CHARS
    {
        return Ok(secret.trim().to_owned());
    }
    let secret = random_word();
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .map_err(fault)?;
    file.write_all(secret.as_bytes()).map_err(fault)?;
    Ok(secret)
}

/// Moves the Postgres cluster and its password to a new directory inside the data directory, so
/// that Postgres creates a new cluster when it starts again. Returns the new directory. Postgres
/// must be stopped.
pub fn set_aside(data: &Path) -> Result<PathBuf, DevError> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let aside = data.join(format!("former-{now}"));
    let fault = |source| DevError::Data {
        path: aside.clone(),
        source,
    };
    fs::create_dir_all(&aside).map_err(fault)?;
    for name in ["postgres", "postgres.password"] {
        fs::rename(data.join(name), aside.join(name)).map_err(fault)?;
    }
    Ok(aside)
}
