//! Finds the commands of the documents: in code blocks, between backquotes, and in the comments of
//! the files in `deploy/`.

use std::path::Path;

use crate::documents::{documents, texts};

/// The programs that the documents' commands may call. The shell finds no other programs.
pub const PROGRAMS: &[&str] = &[
    "helpline",
    "helpline-loadtest",
    "make",
    "cargo",
    "npm",
    "npx",
    "node",
    "curl",
    "psql",
    "pg_dump",
    "pg_restore",
    "redis-cli",
    "docker",
    "kubectl",
    "helm",
    "systemctl",
    "systemd-analyze",
    "journalctl",
    "openssl",
    "promtool",
    "kill",
    "install",
    "apt-get",
    "sudo",
    ".ci/test-world",
    "deploy/backup-drill.sh",
];
/// Languages of code blocks that contain no shell commands.
const NO_SHELL: &[&str] = &[
    "", "html", "json", "log", "mermaid", "sql", "ts", "tsx", "yaml",
];

/// A shell block, or one command between backquotes.
#[derive(Debug, Clone)]
pub struct Snippet {
    /// The document and the line of the snippet.
    pub place: String,
    pub text: String,
}

/// A document, or a file of `deploy/`.
#[derive(Debug, Default)]
pub struct Page {
    pub name: String,
    /// The document's shell blocks.
    pub blocks: Vec<Snippet>,
    /// The document's commands between backquotes.
    pub mentions: Vec<Snippet>,
    /// Commands in places where the test does not run them. Each such command is reported as a
    /// fault.
    pub misplaced: Vec<Snippet>,
}

/// Returns all documents, and all files in `deploy/` that have comments.
pub fn pages() -> Vec<Page> {
    let name = |path: &Path| path.display().to_string();
    let documents = documents()
        .into_iter()
        .map(|(path, text)| page(name(&path), &text));
    let deployed = texts(&["deploy", "deploy/kubernetes"]).into_iter();
    let deployed = deployed.map(|(path, text)| comments(name(&path), &text));
    documents.chain(deployed).collect()
}

/// Whether the text is a program with arguments, after optional `NAME=value` words.
fn is_command(text: &str) -> bool {
    let mut words = text
        .split_whitespace()
        .skip_while(|word| is_assignment(word));
    words.next().is_some_and(|word| PROGRAMS.contains(&word)) && words.next().is_some()
}

/// Whether the word has the form `NAME=value`.
pub fn is_assignment(word: &str) -> bool {
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    word.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_name))
}

/// Returns the texts between backquotes in this line.
fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn page(name: String, text: &str) -> Page {
    let mut page = Page {
        name,
        ..Page::default()
    };
    let mut language: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let snippet = |text: &str| Snippet {
            place: format!("{}:{}", page.name, number + 1),
            text: text.trim().to_owned(),
        };
        match (line.trim_start().strip_prefix("```"), &language) {
            (Some(_), Some(_)) => language = None,
            (Some(opened), None) => {
                if opened == "sh" {
                    page.blocks.push(snippet(""));
                } else if !NO_SHELL.contains(&opened) {
                    page.misplaced.push(snippet(line));
                }
                language = Some(opened.to_owned());
            }
            (None, Some(inside)) if inside == "sh" => {
                let block = page.blocks.last_mut().expect("it is opened");
                block.text.push_str(line.trim_start());
                block.text.push('\n');
            }
            (None, Some(_)) if is_command(line) => page.misplaced.push(snippet(line)),
            (None, Some(_)) => {}
            (None, None) => {
                let found = spans(line).filter(|span| is_command(span)).map(snippet);
                page.mentions.extend(found.collect::<Vec<_>>());
            }
        }
    }
    page
}

fn comments(name: String, text: &str) -> Page {
    let mut page = Page {
        name,
        ..Page::default()
    };
    for (number, line) in text.lines().enumerate() {
        let Some((_, comment)) = line.split_once('#') else {
            continue;
        };
        let snippet = |text: &str| Snippet {
            place: format!("{}:{}", page.name, number + 1),
            text: text.trim().to_owned(),
        };
        // An indented line of a comment is a whole command.
        if comment.starts_with("   ") && is_command(comment) {
            page.mentions.push(snippet(comment));
            continue;
        }
        let found = spans(comment).filter(|span| is_command(span)).map(snippet);
        page.mentions.extend(found.collect::<Vec<_>>());
    }
    page
}
