//! With the feature `embed`, compiles the built web client into the binary. Without the feature, a changed client does not
//! trigger a rebuild of the server.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the output directory"));
    let code = if env::var_os("CARGO_FEATURE_EMBED").is_some() {
        embedded()?
    } else {
        "pub static FILES: &[(&str, &[u8])] = &[];\n".to_owned()
    };
    fs::write(out.join("embedded_assets.rs"), code)
}

fn embedded() -> io::Result<String> {
    let root = PathBuf::from(
        env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the package's directory"),
    );
    let dist = root.join("../web-client/dist");
    // Create the directory if it does not exist: Cargo reruns a build script every time when a watched path is missing.
    fs::create_dir_all(&dist)?;
    let dist = dist.canonicalize()?;
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    collect(&dist, &mut files)?;
    files.sort();
    let mut code = String::from("pub static FILES: &[(&str, &[u8])] = &[\n");
    for path in files {
        let name = path
            .strip_prefix(&dist)
            .expect("found below it")
            .to_string_lossy()
            .replace('\\', "/");
        writeln!(
            code,
            "    ({name:?}, include_bytes!({:?})),",
            path.display().to_string()
        )
        .expect("a string takes it");
    }
    code.push_str("];\n");
    Ok(code)
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if !entry.file_name().to_string_lossy().starts_with('.') {
            files.push(path);
        }
    }
    Ok(())
}
