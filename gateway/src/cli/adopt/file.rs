//! A file for a report.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::config::ConfigError;

/// A file that gets its name when the report is whole, so that a step that fails leaves an earlier report as it is. Only its owner can
/// read it, because reports contain what customers wrote.
pub struct ReportFile {
    file: File,
    /// The name until then, and the name. `None` for what is no file, such as a pipe.
    names: Option<(PathBuf, PathBuf)>,
}

impl ReportFile {
    /// Opens the file, before anything is changed.
    ///
    /// # Errors
    /// With the name of the flag, if it cannot be written.
    pub fn create(flag: &'static str, path: &Path) -> Result<Self, ConfigError> {
        let opened = match path.metadata() {
            Ok(found) if !found.is_file() => {
                let opened = OpenOptions::new().write(true).open(path);
                opened.map(|file| Self { file, names: None })
            }
            _ => Self::beside(path),
        };
        opened.map_err(|error| ConfigError::new(flag, error.to_string()))
    }

    fn beside(path: &Path) -> io::Result<Self> {
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(format!(".{}", std::process::id()));
        let unfinished = PathBuf::from(unfinished);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        Ok(Self {
            file: options.open(&unfinished)?,
            names: Some((unfinished, path.to_owned())),
        })
    }

    /// Writes the report and gives the file its name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn fill(
        mut self,
        write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut out = BufWriter::new(&self.file);
        write(&mut out)?;
        out.flush()?;
        drop(out);
        match self.names.take() {
            Some((unfinished, path)) => std::fs::rename(unfinished, path),
            None => Ok(()),
        }
    }
}

impl Drop for ReportFile {
    fn drop(&mut self) {
        if let Some((unfinished, _)) = &self.names {
            let _ = std::fs::remove_file(unfinished);
        }
    }
}
