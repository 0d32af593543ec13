//! Reads environment variables. All modules except `cli` read variables through these functions.

/// The value of an environment variable. `None` if it is unset, empty or not UTF-8.
pub fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)?
        .into_string()
        .ok()
        .filter(|value| !value.is_empty())
}

/// Names of environment variables that begin with `HELPLINE_` but are not in `known`. They are
/// probably misspelt, but must not be refused: for a service named helpline, an orchestrator sets
/// variables such as `HELPLINE_PORT`.
pub fn unknown_variables(known: &[String]) -> Vec<String> {
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with("HELPLINE_") && !known.contains(name))
        .collect()
}
