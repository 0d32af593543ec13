//! The environment, read here alone.

/// What a variable of the environment says, if it says anything.
pub fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)?
        .into_string()
        .ok()
        .filter(|value| !value.is_empty())
}

/// Variables that look like settings and are none of these: misspelt, most likely. Logged, not refused: a cluster manager may set
/// some of its own for a service of our name.
pub fn unknown_variables(known: &[String]) -> Vec<String> {
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with("HELPLINE_") && !known.contains(name))
        .collect()
}
