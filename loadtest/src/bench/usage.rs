//! CPU time and memory of processes and their descendants.

use std::collections::HashMap;
use std::fs;

/// Unit of CPU times in `/proc`. Linux reports them in hundredths of a second on every machine.
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system CPU seconds of these processes and their descendants, including children that
/// have exited and were waited for.
pub fn cpu_seconds(roots: &[u32]) -> f64 {
    let table = table();
    tree(roots, &table)
        .iter()
        .filter_map(|pid| table.get(pid))
        .map(|entry| entry.ticks as f64)
        .sum::<f64>()
        / TICKS_PER_SECOND
}

/// Memory in bytes of these processes and their descendants. A memory page that several processes
/// share is divided between them.
pub fn memory_bytes(roots: &[u32]) -> u64 {
    tree(roots, &table())
        .iter()
        .filter_map(|pid| pss(*pid))
        .sum()
}

struct Entry {
    parent: u32,
    ticks: u64,
}

fn table() -> HashMap<u32, Entry> {
    let pids = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| Some((pid, entry(pid)?))).collect()
}

/// Parses `/proc/<pid>/stat`: `pid (name) state parent … utime stime cutime cstime`. The name may
/// contain any character, so fields are counted from the last closing bracket.
fn entry(pid: u32) -> Option<Entry> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat
        .get(stat.rfind(')')? + 1..)?
        .split_whitespace()
        .collect();
    let ticks = fields
        .get(11..15)?
        .iter()
        .map(|field| field.parse::<u64>().unwrap_or(0))
        .sum();
    Some(Entry {
        parent: fields.get(1)?.parse().ok()?,
        ticks,
    })
}

fn tree(roots: &[u32], table: &HashMap<u32, Entry>) -> Vec<u32> {
    let mut pids = roots.to_vec();
    let mut next = 0;
    while let Some(parent) = pids.get(next).copied() {
        pids.extend(
            table
                .iter()
                .filter(|(_, entry)| entry.parent == parent)
                .map(|(pid, _)| *pid),
        );
        next += 1;
    }
    pids.sort_unstable();
    pids.dedup();
    pids
}

fn pss(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_process_has_used_something() {
        let us = [std::process::id()];
        assert!(super::cpu_seconds(&us) >= 0.0);
        assert!(super::memory_bytes(&us) > 100_000);
    }
}
