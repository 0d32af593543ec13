//! The settings of a store in a file, for `helpline blobs move`: the file with the settings that `serve` is to have afterwards.

use std::path::Path;

use clap::builder::{OsStr, Resettable};
use clap::{Args, Command, FromArgMatches};

use super::error::ConfigError;
use super::files::{BlobConfig, BlobSettings, checked_blobs};
use super::plaintext::Plaintext;

const SETTING: &str = "--to";
/// Beginning of the names of the variables that are read.
const PREFIX: &str = "HELPLINE_BLOBS_";

/// Reads the store's settings from a file of lines `NAME=value`, as systemd and Compose read them. Settings other than those of the store
/// are passed over. A secret may be in a file that `…_FILE` names.
///
/// # Errors
/// The file cannot be read, names no store, or one of its settings is invalid.
pub fn blobs_of_file(path: &Path, plaintext: &[Plaintext]) -> Result<BlobConfig, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::new(SETTING, error.to_string()))?;
    let mut arguments = Vec::new();
    for line in text.lines().map(str::trim) {
        let Some((name, value)) = line.split_once('=').filter(|_| line.starts_with(PREFIX)) else {
            continue;
        };
        arguments.push(argument(name.trim(), unquoted(value.trim()))?);
    }
    // The variables of this process are those of the store from which the files are moved.
    let command = BlobSettings::augment_args(Command::new("file").no_binary_name(true))
        .mut_args(|arg| arg.env(Resettable::<OsStr>::Reset));
    let fault = |error: clap::Error| {
        let said = error.to_string();
        ConfigError::new(SETTING, said.lines().next().unwrap_or_default())
    };
    let matches = command.try_get_matches_from(arguments).map_err(fault)?;
    let settings = BlobSettings::from_arg_matches(&matches).map_err(fault)?;
    checked_blobs(settings, plaintext)?.ok_or_else(|| {
        ConfigError::new(
            SETTING,
            "the file has neither HELPLINE_BLOBS_DIR nor HELPLINE_BLOBS_S3_BUCKET",
        )
    })
}

/// The flag of a variable, with its value.
fn argument(name: &str, value: &str) -> Result<String, ConfigError> {
    let (name, value) = match name.strip_suffix("_FILE") {
        Some(secret) if secret.ends_with("_KEY") || secret.ends_with("_SECRET") => {
            let read = std::fs::read_to_string(value);
            let read =
                read.map_err(|error| ConfigError::new(SETTING, format!("{name}: {error}")))?;
            (secret, read.trim_end().to_owned())
        }
        Some(_) | None => (name, value.to_owned()),
    };
    let flag = name
        .trim_start_matches("HELPLINE_")
        .to_lowercase()
        .replace('_', "-");
    Ok(format!("--{flag}={value}"))
}

fn unquoted(value: &str) -> &str {
    let inner = |mark| {
        value
            .strip_prefix(mark)
            .and_then(|rest| rest.strip_suffix(mark))
    };
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BlobConfig, ConfigError> {
        let path =
            std::env::temp_dir().join(format!("helpline-blob-file-{}", uuid::Uuid::new_v4()));
        std::fs::write(&path, text).expect("a file");
        let read = blobs_of_file(&path, &[]);
        std::fs::remove_file(&path).expect("the file");
        read
    }

    #[test]
    fn the_stores_settings_are_read_from_the_file_of_the_service() {
        let directory = read(
            "# new\nHELPLINE_LISTEN=0.0.0.0:1\n\nHELPLINE_BLOBS_DIR=\"/srv/new files\"\nHELPLINE_BLOBS_SHARED=true\n",
        );
        let Ok(BlobConfig::LocalDirectory { path, shared: true }) = directory else {
            panic!("{directory:?}");
        };
        assert_eq!(path, Path::new("/srv/new files"));
        let secret =
            std::env::temp_dir().join(format!("helpline-blob-secret-{}", uuid::Uuid::new_v4()));
        std::fs::write(&secret, "s3cret\n").expect("a file");
        let s3 = read(&format!(
            "HELPLINE_BLOBS_S3_BUCKET=desk\nHELPLINE_BLOBS_S3_KEY='id'\nHELPLINE_BLOBS_S3_SECRET_FILE={}\nHELPLINE_BLOBS_S3_PATH_STYLE=false",
            secret.display()
        ));
        std::fs::remove_file(&secret).expect("the file");
        let Ok(BlobConfig::S3(s3)) = s3 else {
            panic!("{s3:?}");
        };
        assert_eq!(
            (s3.key.expose(), s3.secret.expose(), s3.path_style),
            ("id", "s3cret", false)
        );
    }

    #[test]
    fn a_file_without_a_store_or_with_a_wrong_name_is_refused() {
        for (text, said) in [
            ("HELPLINE_LISTEN=0.0.0.0:1", "has neither"),
            ("HELPLINE_BLOBS_DIRECTORY=/x", "--blobs-directory"),
            ("HELPLINE_BLOBS_S3_BUCKET=desk", "HELPLINE_BLOBS_S3_KEY"),
            (
                "HELPLINE_BLOBS_DIR=/x\nHELPLINE_BLOBS_SHARED=perhaps",
                "perhaps",
            ),
        ] {
            let fault = read(text).expect_err("a fault").to_string();
            assert!(fault.contains(said), "{fault}");
        }
        assert!(blobs_of_file(Path::new("/nonexistent"), &[]).is_err());
    }
}
