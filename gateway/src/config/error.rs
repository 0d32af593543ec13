//! The error for an invalid setting.

/// An invalid setting: its flag, its variable, and the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} ({}): {why}", env_name(.setting))]
pub struct ConfigError {
    setting: &'static str,
    why: String,
}

impl ConfigError {
    /// Makes an error for `setting`, which is one flag or several flags, separated by `, `.
    pub fn new(setting: &'static str, why: impl Into<String>) -> Self {
        Self {
            setting,
            why: why.into(),
        }
    }
}

fn env_name(flag: &str) -> String {
    let names: Vec<_> = flag
        .split(", ")
        .map(|one| one.trim_start_matches('-').replace('-', "_").to_uppercase())
        .map(|name| format!("HELPLINE_{name}"))
        .collect();
    names.join(", ")
}
