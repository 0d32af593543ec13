//! Reads the project's documents, for the tests that check what the documents say.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders that contain documents.
const FOLDERS: &[&str] = &[
    "",
    "docs",
    "docs/decisions",
    "docs/runbooks",
    "core",
    "migrations",
];

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package is in a workspace")
        .to_owned()
}

/// Returns every document as its path from the repository's root and its text, sorted by path.
pub fn documents() -> Vec<(PathBuf, String)> {
    let mut found = texts(FOLDERS);
    found.retain(|(path, _)| path.extension().is_some_and(|extension| extension == "md"));
    assert!(found.len() > 20, "documents are found: {found:?}");
    found
}

/// Returns every text file that is directly in one of the folders, as its path from the
/// repository's root and its text, sorted by path.
pub fn texts(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(root().join(folder)).expect("a folder") {
            let path = Path::new(folder).join(entry.expect("an entry").file_name());
            if let Ok(text) = fs::read_to_string(root().join(&path)) {
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}
