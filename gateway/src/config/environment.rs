//! Access to environment variables. No other module reads them.

/// The value of an environment variable. `None` if it is unset, empty or not UTF-8.
pub fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)?
        .into_string()
        .ok()
        .filter(|value| !value.is_empty())
}

/// Names of variables that begin with `HELPLINE_` but are not in `known`: most likely misspelt. They are logged, not refused, because
/// an orchestrator sets variables of its own for a service that is named helpline.
pub fn unknown_variables(known: &[String]) -> Vec<String> {
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with("HELPLINE_") && !known.contains(name))
        .collect()
}
