//! What outlives a run, beside the cluster.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rand::distr::{Alphanumeric, SampleString};

use super::DevError;

const WORD_CHARS: usize = 43; // 256 bits in letters and digits

/// A secret word that nobody can guess.
pub fn random_word() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), WORD_CHARS)
}

/// The secret that tokens are signed with: kept, so that a browser stays signed in over a restart. Readable by its owner alone.
pub fn secret(data: &Path) -> Result<String, DevError> {
    let path = data.join("jwt.secret");
    let fault = |source| DevError::Data { path: path.clone(), source };
    fs::create_dir_all(data).map_err(fault)?;
    if let Ok(secret) = fs::read_to_string(&path)
        && secret.trim().len() >= WORD_CHARS
    {
        return Ok(secret.trim().to_owned());
    }
    let secret = random_word();
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&path).map_err(fault)?;
    file.write_all(secret.as_bytes()).map_err(fault)?;
    Ok(secret)
}
