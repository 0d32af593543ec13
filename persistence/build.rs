//! Generates Rust code that embeds the SQL of `migrations/`: the versioned files in the order of
//! their numbers, and the function, view, trigger and policy files in the order of the manifest
//! (`migrations/manifest`).

use std::fmt::Write;
use std::path::Path;

fn main() {
    // Read the variable at run time instead of with `env!`. A build script that was compiled in
    // another copy of the sources would otherwise embed the files of that copy.
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let dir = Path::new(&root)
        .join("../migrations")
        .canonicalize()
        .expect("the workspace has migrations/");
    println!("cargo:rerun-if-changed={}", dir.display());
    let mut versions: Vec<(u32, String)> = std::fs::read_dir(&dir)
        .expect("migrations/ can be read")
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .filter_map(|file| {
            let stem = file.strip_prefix('V')?.strip_suffix(".sql")?;
            let number = stem
                .split_once("__")
                .and_then(|(number, _)| number.parse().ok());
            Some((
                number.unwrap_or_else(|| panic!("{file} is not named V<number>__<words>.sql")),
                file,
            ))
        })
        .collect();
    versions.sort();
    for (place, (number, file)) in (1..).zip(&versions) {
        assert!(
            *number == place,
            "{file}: version {place} is missing, or two files have one number"
        );
    }
    let mut code = String::from("pub(super) static VERSIONS: &[Version] = &[\n");
    for (number, file) in &versions {
        let name = file.trim_end_matches(".sql");
        writeln!(
            code,
            "Version {{ number: {number}, name: {name:?}, sql: include_str!({:?}) }},",
            dir.join(file)
        )
        .expect("a string takes it");
    }
    code.push_str("];\npub(super) static OBJECTS: &[Object] = &[\n");
    let manifest =
        std::fs::read_to_string(dir.join("manifest")).expect("migrations/manifest can be read");
    let mut generation = None;
    for line in manifest
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some(words) = line.strip_prefix("generation ") {
            generation = words
                .split(' ')
                .next()
                .and_then(|number| number.parse::<i32>().ok());
            continue;
        }
        writeln!(
            code,
            "Object {{ path: {line:?}, sql: include_str!({:?}) }},",
            dir.join(line)
        )
        .expect("a string takes it");
    }
    let generation = generation.expect("the manifest says `generation <number> <digest>`");
    writeln!(code, "];\npub(super) const GENERATION: i32 = {generation};")
        .expect("a string takes it");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&out).join("migrations.rs"), code)
        .expect("the output directory can be written");
}
