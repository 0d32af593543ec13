//! Adds two rules to clap's handling of environment variables. An empty variable counts as unset. A
//! secret can also be read from a file whose path is in the variable `…_FILE`, which is how
//! containers receive secrets.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Command;
use clap::builder::{OsStr, Resettable};

/// Suffix of the name of a variable that contains the path of a secret's file.
pub(super) const FILE: &str = "_FILE";

/// Changes the definition of the subcommand `asked`, so that empty variables count as unset and
/// secrets are read from their `…_FILE`. Secrets of other subcommands are not read.
///
/// # Errors
/// A message, if a file cannot be read, or if a secret is given both as a value and as a file.
pub(super) fn read(
    command: Command,
    asked: &str,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Command, String> {
    if command.find_subcommand(asked).is_none() {
        return Ok(command);
    }
    let mut faults = Vec::new();
    let command = command.mut_subcommand(asked, |one| {
        one.mut_args(|arg| read_one(arg, variable, &mut faults))
    });
    match faults.pop() {
        None => Ok(command),
        Some(fault) => Err(fault),
    }
}

fn read_one(
    arg: clap::Arg,
    variable: &dyn Fn(&str) -> Option<OsString>,
    faults: &mut Vec<String>,
) -> clap::Arg {
    let Some(name) = arg
        .get_env()
        .map(|name| name.to_string_lossy().into_owned())
    else {
        return arg;
    };
    let said = variable(&name);
    let is_unset = said.is_none();
    let value = said.filter(|value| !value.is_empty());
    let file = if arg.is_hide_env_values_set() {
        variable(&format!("{name}{FILE}")).filter(|value| !value.is_empty())
    } else {
        None
    };
    match (value, file) {
        // Leave the argument unchanged: clap reads this variable itself.
        (Some(_), None) => arg,
        (None, None) if is_unset => arg,
        (None, None) => arg.env(Resettable::<OsStr>::Reset),
        (Some(_), Some(_)) => {
            faults.push(format!(
                "{name} and {name}{FILE} are both set: one is enough"
            ));
            arg
        }
        (None, Some(path)) => match std::fs::read_to_string(PathBuf::from(&path)) {
            Ok(text) => arg
                .env(Resettable::<OsStr>::Reset)
                .required(false)
                .hide_default_value(true)
                .default_value(text.trim_end().to_owned()),
            Err(error) => {
                let path = PathBuf::from(path);
                faults.push(format!("{name}{FILE}: {}: {error}", path.display()));
                arg
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction};

    use super::*;

    fn definition() -> Command {
        let secret = Arg::new("secret")
            .long("secret")
            .env("HELPLINE_TEST_SECRET")
            .hide_env_values(true)
            .value_delimiter(',')
            .required(true)
            .action(ArgAction::Append);
        let plain = Arg::new("plain")
            .long("plain")
            .env("HELPLINE_TEST_PLAIN")
            .default_value("8");
        Command::new("test").subcommand(Command::new("serve").arg(secret).arg(plain))
    }

    fn parsed(set: &[(&str, &str)], arguments: &[&str]) -> Result<(Vec<String>, String), String> {
        let variable = |name: &str| {
            let of = |(one, value): &(&str, &str)| (*one == name).then(|| OsString::from(*value));
            set.iter().find_map(of)
        };
        let line = ["test", "serve"].iter().chain(arguments);
        let matches = read(definition(), "serve", &variable)?
            .try_get_matches_from(line)
            .map_err(|error| error.to_string())?;
        let (_, serve) = matches.subcommand().expect("serve");
        let secrets = serve
            .get_many("secret")
            .expect("secrets")
            .cloned()
            .collect();
        Ok((
            secrets,
            serve.get_one::<String>("plain").expect("a default").clone(),
        ))
    }

    #[test]
    fn a_secret_may_stand_in_a_file() {
        let path = std::env::temp_dir().join(format!("helpline-secret-{}", std::process::id()));
        std::fs::write(&path, "one,two\n\n").expect("a file");
        let file = path.to_string_lossy().into_owned();
        let set = [("HELPLINE_TEST_SECRET_FILE", file.as_str())];
        let (secrets, _) = parsed(&set, &[]).expect("from the file");
        assert_eq!(secrets, ["one", "two"]);
        let (secrets, _) = parsed(&set, &["--secret", "mine"]).expect("the command line wins");
        assert_eq!(secrets, ["mine"]);
        let both = [set[0], ("HELPLINE_TEST_SECRET", "x")];
        assert!(parsed(&both, &[]).expect_err("twice").contains("both set"));
        std::fs::remove_file(path).expect("was there");
        let gone = parsed(&set, &[]).expect_err("no such file");
        assert!(gone.contains("HELPLINE_TEST_SECRET_FILE"), "{gone}");
    }

    #[test]
    fn an_empty_variable_says_nothing() {
        let set = [
            ("HELPLINE_TEST_PLAIN", ""),
            ("HELPLINE_TEST_SECRET_FILE", ""),
        ];
        let (_, plain) = parsed(&set, &["--secret", "x"]).expect("as if unset");
        assert_eq!(plain, "8");
        let missing = parsed(&[("HELPLINE_TEST_SECRET", "")], &[]).expect_err("nothing is said");
        assert!(missing.contains("--secret"), "{missing}");
    }
}
