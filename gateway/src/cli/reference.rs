//! Generates `docs/configuration.md` from the definition of the command line. A test fails if the page is out of date.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Arg, Command, CommandFactory};

use super::{Cli, environment};

const COMMANDS: [&str; 7] = [
    "serve",
    "migrate",
    "adopt",
    "restored",
    "check-config",
    "health",
    "token",
];
const BEGINNING: &str = "# Configuration

Every setting is a flag and an environment variable; a flag takes precedence over its variable. An empty variable counts as unset. A secret can be read from a
file instead: set the variable with the suffix `_FILE` to the path of the file. White space at the end of a secret is removed.

This page is generated from the program (`cargo test -p helpline-gateway --lib -- --ignored write_reference`); a test checks that it is up to date.
";

fn document() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/configuration.md"
    ))
}

fn reference() -> String {
    let cli = Cli::command();
    let mut text = BEGINNING.to_owned();
    for name in COMMANDS {
        let command = cli.find_subcommand(name).expect("a command of this name");
        let about = command
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        write!(text, "\n## `helpline {name}`\n\n{about}.\n").expect("text takes text");
        if name == "check-config" {
            text.push_str("\nTakes the settings of `serve` and the flag `--connect`. With the flag, it also connects to the database, Redis, the key set, the\n\
                 OpenID provider, the store of attachments and the scanner, checks the database role and migrations, and compares the clocks.\n");
            continue;
        }
        write_settings(&mut text, command);
    }
    text
}

fn write_settings(text: &mut String, command: &Command) {
    let mut heading = None;
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let own = arg.get_help_heading().unwrap_or_default().to_owned();
        if heading.as_ref() != Some(&own) {
            if !own.is_empty() {
                write!(text, "\n### {own}\n").expect("text takes text");
            }
            text.push_str("\n| flag | variable | meaning | default |\n|---|---|---|---|\n");
            heading = Some(own);
        }
        writeln!(text, "{}", row(arg)).expect("text takes text");
    }
}

fn row(arg: &Arg) -> String {
    let flag = arg.get_long().unwrap_or_default();
    let value = arg
        .get_value_names()
        .filter(|_| arg.get_action().takes_values())
        .and_then(|names| names.first())
        .map(|name| format!(" {name}"))
        .unwrap_or_default();
    let variable = arg
        .get_env()
        .map(|name| name.to_string_lossy().into_owned());
    let variable = match variable {
        Some(name) if arg.is_hide_env_values_set() => {
            format!("`{name}`, `{name}{}`", environment::FILE)
        }
        Some(name) => format!("`{name}`"),
        None => String::new(),
    };
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let (help, said) = match help.split_once(" [default: ") {
        Some((help, said)) => (help.to_owned(), said.trim_end_matches(']').to_owned()),
        None => (help, String::new()),
    };
    let defaults: Vec<_> = arg
        .get_default_values()
        .iter()
        .filter(|_| arg.get_action().takes_values() && !arg.is_hide_default_value_set())
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    let unless_set = if defaults.is_empty() {
        said
    } else {
        defaults.join(", ")
    };
    let values: Vec<_> = arg
        .get_possible_values()
        .iter()
        .filter(|_| arg.get_action().takes_values())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    let values = if values.is_empty() {
        String::new()
    } else {
        format!(" ({})", values.join(", "))
    };
    let help = format!("{help}{values}").replace('|', "\\|");
    format!("| `--{flag}{value}` | {variable} | {help} | {unless_set} |")
}

#[test]
fn the_page_of_settings_is_the_programs() {
    let written = std::fs::read_to_string(document()).expect("the page");
    assert!(
        written == reference(),
        "docs/configuration.md is out of date; generate it again: cargo test -p helpline-gateway --lib -- --ignored write_reference"
    );
}

#[test]
#[ignore = "writes the page"]
fn write_reference() {
    std::fs::write(document(), reference()).expect("the page");
}
