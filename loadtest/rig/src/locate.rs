//! Finds installed programs, and the system user that Postgres runs as.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::RigError;

/// The oldest Postgres version that Helpline's SQL supports.
const POSTGRES_MAJOR_MIN: u32 = 15;

/// Finds a program in `PATH`, or in the usual directories that the short `PATH` of a system service
/// omits.
pub(crate) fn find_in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = [
        "/usr/local/bin",
        "/usr/bin",
        "/bin",
        "/usr/sbin",
        "/usr/local/sbin",
        "/sbin",
    ]
    .map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(usual)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

/// Returns the directory that contains `postgres` and `initdb`: the newest supported version found
/// in `PATH`, in Debian's directories or through `pg_config`.
pub(crate) fn postgres_bin_dir() -> Result<PathBuf, RigError> {
    let in_path = find_in_path("postgres").and_then(|file| Some(file.parent()?.to_owned()));
    let debian = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]
        .into_iter()
        .flat_map(|root| {
            std::fs::read_dir(root)
                .into_iter()
                .flatten()
                .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        });
    let configured = find_in_path("pg_config").and_then(|file| {
        let output = Command::new(file).arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
    });
    in_path
        .into_iter()
        .chain(debian)
        .chain(configured)
        .filter(|dir| dir.join("initdb").is_file())
        .filter_map(|dir| Some((major_version(&dir.join("postgres"))?, dir)))
        .filter(|(major, _)| *major >= POSTGRES_MAJOR_MIN)
        .max_by_key(|(major, _)| *major)
        .map(|(_, dir)| dir)
        .ok_or(RigError::NotFound {
            program: "postgres",
            hint: "looked in PATH, /usr/lib/postgresql/*/bin and pg_config for version 15 or newer; on Debian: apt install postgresql",
        })
}

/// Returns the major version of a Postgres binary: `postgres (PostgreSQL) 15.13 (Debian …)` gives
/// 15.
pub(crate) fn major_version(postgres: &Path) -> Option<u32> {
    let output = Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// A user account of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OsUser {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl OsUser {
    /// Returns the user that runs Postgres. Postgres refuses to run as root, so root runs it as the
    /// user `postgres` or else as `nobody`. `None` means the current user.
    pub(crate) fn for_postgres() -> Option<Self> {
        if effective_uid() != Some(0) {
            return None;
        }
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Self::parse(&passwd, name))
    }

    fn parse(passwd: &str, name: &str) -> Option<Self> {
        let line = passwd
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some(Self {
            uid: fields.next()?.parse().ok()?,
            gid: fields.next()?.parse().ok()?,
        })
    }
}

fn effective_uid() -> Option<u32> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("Uid:"))?;
    line.split_whitespace().nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_from_passwd_by_their_whole_name() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgresql:x:7:8::/:/bin/sh\npostgres:x:101:104::/:/bin/sh\nbroken\n";
        assert_eq!(
            OsUser::parse(passwd, "postgres"),
            Some(OsUser { uid: 101, gid: 104 })
        );
        assert_eq!(OsUser::parse(passwd, "broken"), None);
        assert_eq!(OsUser::parse(passwd, "nobody"), None);
    }
}
