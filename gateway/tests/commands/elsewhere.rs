//! Commands of the documents that this package's tests cannot run. They need a cluster, a container
//! engine or a supervisor, or take too long. The test checks only that the files and targets named
//! in these commands exist.

use std::fs;

use crate::documents::root;

/// The beginnings of commands that cannot run in this test, and what each command needs. The test
/// fails for a command that has no line in this list, and for a line that no document uses.
const ONLY_ELSEWHERE: &[(&str, &str)] = &[
    ("docker build", "an engine"),
    ("docker compose up", "an engine"),
    ("docker compose run", "an engine"),
    ("docker compose exec", "an engine"),
    ("kubectl create secret generic", "a cluster"),
    ("kubectl create configmap", "a cluster"),
    ("kubectl apply", "a cluster"),
    ("kubectl delete job", "a cluster"),
    ("kubectl wait", "a cluster"),
    ("kubectl exec", "a cluster"),
    ("kubectl get pods", "a cluster"),
    ("kubectl port-forward", "a cluster"),
    ("kubectl rollout status", "a cluster"),
    ("kubectl rollout undo", "a cluster"),
    ("sudo sh -c", "the unit's secrets"),
    ("systemctl enable", "a supervisor"),
    ("systemctl restart", "a supervisor"),
    ("systemctl reload", ".ci/test-world balancers"),
    (
        "systemd-analyze security",
        "a supervisor; .ci/test-world deploy",
    ),
    ("cargo audit bin", "a tool of cargo's"),
    ("cargo test", "a test of tests"),
    ("npm --prefix web-client", "a test of tests"),
    ("npx vitest run", "a test of tests"),
    ("promtool test rules", ".ci/test-world metrics"),
    ("helpline-loadtest", "loadtest/tests/documented.rs"),
    (".ci/test-world", "minutes"),
    ("deploy/backup-drill.sh", ".ci/test-world backup_drill"),
];

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// All Rust sources of a package in one string.
fn sources(package: &str) -> String {
    let mut folders = vec![root().join(package)];
    let mut all = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    all
}

/// Returns the packages, targets and tests that these arguments of `cargo test` name but that do
/// not exist.
fn missing_tests(rest: &[&str]) -> Vec<String> {
    let mut missing = Vec::new();
    let mut wants = |is_there: bool, what: &str| {
        if !is_there {
            missing.push(what.to_owned());
        }
    };
    let after = |flag: &str| Some(rest[rest.iter().position(|word| *word == flag)? + 1]);
    let package = after("-p").unwrap().trim_start_matches("helpline-");
    let all = sources(package);
    wants(!all.is_empty(), package);
    if let Some(target) = after("--test") {
        let tests = root().join(package).join("tests");
        wants(
            tests.join(format!("{target}.rs")).is_file()
                || tests.join(target).join("main.rs").is_file(),
            target,
        );
    }
    let filters = rest.iter().skip_while(|word| **word != "--").skip(1);
    for filter in filters.filter(|word| !word.starts_with('-')) {
        let is_test = |line: &str| {
            line.contains(&format!("mod {filter}"))
                || line
                    .split_once("fn ")
                    .is_some_and(|(_, name)| name.contains(filter))
        };
        wants(all.lines().any(is_test), filter);
    }
    missing
}

/// Returns the files, services, jobs and Kubernetes keys that this command names but that do not
/// exist.
fn missing(call: &[String]) -> Vec<String> {
    let words: Vec<&str> = call.iter().map(String::as_str).collect();
    let mut missing = Vec::new();
    let mut wants = |is_there: bool, what: &str| {
        if !is_there {
            missing.push(what.to_owned());
        }
    };
    let manifests =
        || text("deploy/kubernetes/deployment.yaml") + &text("deploy/kubernetes/migrate.yaml");
    match words.as_slice() {
        ["docker", "build", rest @ ..] => {
            let at = rest.iter().position(|word| *word == "-f").unwrap();
            wants(root().join(rest[at + 1]).is_file(), rest[at + 1]);
        }
        ["docker", "compose", "exec", service, ..] => {
            let compose = text("deploy/compose.yaml");
            wants(compose.contains(&format!("\n  {service}:")), service);
        }
        ["docker", "compose", _, rest @ ..] => {
            let compose = text("deploy/compose.yaml");
            for service in rest.iter().filter(|word| !word.starts_with('-')) {
                wants(compose.contains(&format!("\n  {service}:")), service);
            }
        }
        ["kubectl", "create", rest @ ..] => {
            // In a Kubernetes manifest, a key is in the line after the name of its secret or config
            // map.
            let name = rest.iter().find(|word| word.starts_with("helpline"));
            let name = name.expect("a name");
            let manifests = manifests();
            let asked = manifests.split("KeyRef:").skip(1);
            let asked = asked.map(|rest| rest.lines().skip(1).take(2).map(str::trim).collect());
            let asked: Vec<Vec<&str>> = asked.collect();
            let named = format!("name: {name}");
            for literal in rest
                .iter()
                .filter_map(|word| word.strip_prefix("--from-literal="))
            {
                let key = literal.split('=').next().expect("a key");
                let wanted = [named.clone(), format!("key: {key}")];
                wants(asked.iter().any(|lines| *lines == wanted), key);
            }
        }
        ["kubectl", "apply", "-f", file] => {
            let here = [
                root().join(file),
                root().join("deploy/kubernetes").join(file),
            ];
            wants(here.iter().any(|file| file.is_file()), file);
        }
        ["kubectl", "delete", "job", name, ..] => {
            wants(manifests().contains(&format!("name: {name}\n")), name);
        }
        ["kubectl", "wait", rest @ ..] => {
            let job = rest
                .iter()
                .find_map(|word| word.strip_prefix("job/"))
                .unwrap();
            wants(manifests().contains(&format!("name: {job}\n")), job);
        }
        ["kubectl", "rollout", _, deployment] => {
            let name = deployment.strip_prefix("deployment/").unwrap_or_default();
            wants(manifests().contains(&format!("name: {name}\n")), deployment);
        }
        ["systemctl", "reload", proxy] => {
            let mut files = [
                format!("deploy/{proxy}.conf"),
                format!("deploy/{proxy}.cfg"),
            ]
            .into_iter();
            wants(files.any(|file| root().join(file).is_file()), proxy);
        }
        ["systemctl" | "systemd-analyze", .., unit] => {
            wants(
                root().join(format!("deploy/{unit}.service")).is_file(),
                unit,
            );
        }
        ["cargo", "test", rest @ ..] => {
            missing.extend(missing_tests(rest));
        }
        ["npm", "--prefix", folder, script] => {
            let scripts = text(&format!("{folder}/package.json"));
            wants(scripts.contains(&format!("\"{script}\": ")), script);
        }
        ["npx", "vitest", "run", files @ ..] => {
            for file in files {
                wants(root().join("web-client").join(file).is_file(), file);
            }
        }
        [".ci/test-world", parts @ ..] => {
            for part in parts {
                wants(
                    text(".ci/test-world").contains(&format!("\n{part}() {{")),
                    part,
                );
            }
        }
        ["deploy/backup-drill.sh"] => wants(root().join(words[0]).is_file(), words[0]),
        _ => {}
    }
    missing
}

/// Returns the faults of these commands: a command that is not in [`ONLY_ELSEWHERE`], or that names
/// something that does not exist. Each fault has its document and line.
pub fn faults(calls: &[(String, Vec<String>)]) -> Vec<String> {
    let mut faults = Vec::new();
    let begins = |call: &[String], how: &str| {
        let line = call.join(" ");
        line == how || line.starts_with(&format!("{how} "))
    };
    for (place, call) in calls {
        if !ONLY_ELSEWHERE.iter().any(|(how, _)| begins(call, how)) {
            faults.push(format!("{place}: nothing runs {call:?}"));
            continue;
        }
        faults.extend(
            missing(call)
                .into_iter()
                .map(|what| format!("{place}: {call:?}: {what} does not exist")),
        );
    }
    for (how, _) in ONLY_ELSEWHERE {
        if !calls.iter().any(|(_, call)| begins(call, how)) {
            faults.push(format!("no page calls {how}"));
        }
    }
    faults
}
