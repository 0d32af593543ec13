//! Checks every command line of `helpline-loadtest` in the documentation by parsing its arguments.
//! This includes the `ARGS` of `make bench` and `make prove`.

use std::process::Command;

#[path = "../../gateway/tests/kit/documents.rs"]
mod documents;
#[path = "../../gateway/tests/commands/pages.rs"]
#[allow(dead_code, reason = "no suite uses all of it")]
mod pages;

/// Returns the arguments of `helpline-loadtest` if this line of a document calls it.
fn arguments(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or(line);
    let line = line.split(", …").next().unwrap_or(line);
    let line = line.split(",…").next().unwrap_or(line);
    if let Some(arguments) = line.strip_prefix("helpline-loadtest ") {
        return Some(arguments.to_owned());
    }
    let (scenario, more) = line.strip_prefix("make ")?.split_once(" ARGS=\"")?;
    let is_its_own = matches!(scenario, "bench" | "prove");
    is_its_own.then(|| format!("{scenario} {}", more.trim_end_matches('"')))
}

#[test]
fn every_line_of_the_load_generator_is_taken() {
    let mut refused = Vec::new();
    let mut lines = 0;
    for page in pages::pages() {
        for snippet in page.blocks.iter().chain(&page.mentions) {
            for arguments in snippet.text.lines().filter_map(arguments) {
                lines += 1;
                // With `--help` at the end, the program parses all preceding arguments but runs
                // nothing.
                let output = Command::new(env!("CARGO_BIN_EXE_helpline-loadtest"))
                    .args(arguments.split_whitespace())
                    .arg("--help")
                    .output()
                    .expect("the program runs");
                if !output.status.success() {
                    let why = String::from_utf8_lossy(&output.stderr).into_owned();
                    refused.push(format!("{}: {arguments}: {why}", snippet.place));
                }
            }
        }
    }
    assert!(lines > 12, "{lines} lines are found");
    assert!(refused.is_empty(), "{refused:#?}");
}
