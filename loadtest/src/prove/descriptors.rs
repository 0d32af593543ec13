//! Counts a process's open file descriptors, and changes its limit of open file descriptors.

use std::process::{Command, Stdio};

use crate::error::LoadError;

const NO_PRLIMIT: &str = "`prlimit` (util-linux) is missing or was refused";

/// Sets the process's soft limit of open file descriptors to `limit(pid)`.
pub fn limit(pid: Option<u32>, limit: fn(u32) -> Option<usize>) -> Result<String, LoadError> {
    let pid = pid.ok_or_else(|| LoadError::unplayed("the instance is not running"))?;
    let limit = limit(pid).ok_or_else(|| {
        LoadError::unplayed("/proc does not show the instance's descriptors and limits")
    })?;
    let set = Command::new("prlimit")
        .args(["--pid", &pid.to_string(), &format!("--nofile={limit}:")])
        .stderr(Stdio::null())
        .status();
    if set.is_ok_and(|status| status.success()) {
        Ok(format!("limit {limit}"))
    } else {
        Err(LoadError::unplayed(NO_PRLIMIT))
    }
}

/// The number of file descriptors that the process has open.
pub fn open(pid: u32) -> Option<usize> {
    Some(std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count())
}

/// The process's hard limit of open files, from the line `Max open files  soft  hard  files`.
pub fn at_most(pid: u32) -> Option<usize> {
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).ok()?;
    limits
        .lines()
        .find(|line| line.starts_with("Max open files"))?
        .split_whitespace()
        .nth(4)?
        .parse()
        .ok()
}
