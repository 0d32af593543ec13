//! Tests `helpline blobs` on a real database and real directories.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::commands::{helpline, told};
use crate::test_server::{database, postgres};

/// A desk with three files and a preview: their rows, and a directory that has them.
struct Desk {
    url: String,
    place: PathBuf,
}

impl Desk {
    async fn new() -> Self {
        let (postgres, name) = (postgres().await, database().await);
        let url = postgres.admin_url(&name);
        let sql = helpline_rig::testing::connect(&url).await.unwrap();
        sql.batch_execute(
            "set search_path = helpline;
             insert into uploads (id, owner_id, key, name, content_type, size_bytes, sha256, state, blob_key, preview_key, preview_type, created_at, expires_at)
             select gen_random_uuid(), gen_random_uuid(), 'k', 'n', 'text/plain', 6, sha256(convert_to('file-' || n, 'UTF8')), 'clean', 'files/' || n,
                    case n when 1 then 'previews/1' end, case n when 1 then 'image/png' end, now(), now() + interval '1 day'
             from generate_series(1, 3) n;
             insert into blob_removals (blob_key, since, due_at) values ('files/pending', now(), now() + interval '1 day')",
        )
        .await
        .unwrap();
        let place =
            std::env::temp_dir().join(format!("helpline-blob-commands-{}", uuid::Uuid::new_v4()));
        let desk = Self { url, place };
        for n in 1..=3 {
            desk.write(&format!("files/{n}"), &format!("file-{n}"));
        }
        desk.write("helpline-store", "");
        desk.write("previews/1", "a preview");
        desk.write("files/pending", "is being written");
        desk
    }

    fn store(&self) -> PathBuf {
        self.place.join("store")
    }

    fn file(&self, key: &str) -> PathBuf {
        self.store().join(key)
    }

    fn write(&self, key: &str, text: &str) {
        let path = self.file(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    async fn run(&self, store: &Path, arguments: &[&str]) -> Output {
        let store = store.to_string_lossy();
        let env = [
            ("HELPLINE_ADMIN_DATABASE_URL", self.url.as_str()),
            ("HELPLINE_BLOBS_DIR", &store),
        ];
        helpline(&[&["blobs"], arguments].concat(), &env).await
    }

    /// The report of a verification that ends with this code.
    async fn report(&self, arguments: &[&str], code: i32) -> Value {
        let arguments = [&["verify", "--json"], arguments].concat();
        let output = self.run(&self.store(), &arguments).await;
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// The keys in a list of a report, sorted.
fn keys_of(report: &Value, list: &str) -> String {
    let keys = report[list].as_array().unwrap().iter();
    let mut keys: Vec<_> = keys.map(|entry| entry["key"].as_str().unwrap()).collect();
    keys.sort_unstable();
    keys.join(" ")
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.place);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_names_what_is_lost_changed_and_unknown() {
    let desk = Desk::new().await;
    let report = desk.report(&["--hash"], 0).await;
    assert_eq!(
        (&report["named"], &report["stored"]),
        (&4.into(), &5.into()),
        "{report}"
    );

    desk.write("files/2", "FILE-2");
    desk.report(&[], 0).await;
    let report = desk.report(&["--hash"], 1).await;
    assert_eq!(report["different"][0]["key"], "files/2", "{report}");
    desk.write("files/2", "cut");
    let report = desk.report(&[], 1).await;
    assert_eq!(report["different"][0]["key"], "files/2", "{report}");

    fs::remove_file(desk.file("files/3")).unwrap();
    fs::remove_file(desk.file("previews/1")).unwrap();
    desk.write("files/new", "unknown");
    desk.write("files/old", "unknown");
    let old = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
    let file = fs::File::options()
        .write(true)
        .open(desk.file("files/old"))
        .unwrap();
    file.set_modified(old).unwrap();
    let report = desk.report(&[], 1).await;
    assert_eq!(keys_of(&report, "lost"), "files/3 previews/1");
    assert_eq!(keys_of(&report, "different"), "files/2");
    assert_eq!(keys_of(&report, "unknown"), "files/new files/old");
    assert!(
        desk.file("files/old").exists(),
        "a verification deletes nothing by itself"
    );

    let report = desk.report(&["--mark-lost"], 1).await;
    assert_eq!(report["marked"], 1, "{report}");
    let report = desk.report(&[], 1).await;
    assert_eq!(keys_of(&report, "lost"), "previews/1");
    let report = desk.report(&["--delete-unknown"], 1).await;
    assert_eq!(
        (
            &report["deleted"],
            report["unknown"].as_array().unwrap().len()
        ),
        (&1.into(), 1)
    );
    assert!(!desk.file("files/old").exists() && desk.file("files/new").exists());
    assert!(
        desk.file("files/pending").exists(),
        "what is being written is known"
    );
    let output = desk.run(&desk.store(), &["verify"]).await;
    assert!(
        told(&output).contains("lost: previews/1 of upload "),
        "{}",
        told(&output)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn files_move_to_another_store_and_a_repeated_move_goes_on() {
    let desk = Desk::new().await;
    let other = desk.place.join("other");
    let settings = desk.place.join("new.env");
    fs::write(
        &settings,
        format!("HELPLINE_BLOBS_DIR={}\n", other.display()),
    )
    .unwrap();
    let settings = settings.to_string_lossy().into_owned();
    let move_there = async || desk.run(&desk.store(), &["move", "--to", &settings]).await;

    let output = move_there().await;
    assert!(output.status.success(), "{}", told(&output));
    assert!(
        told(&output).contains("4 files with 27 bytes were copied"),
        "{}",
        told(&output)
    );
    assert_eq!(fs::read_to_string(other.join("files/2")).unwrap(), "file-2");
    assert!(
        !other.join("files/pending").exists(),
        "only what the database names is copied"
    );
    assert!(desk.file("files/2").exists(), "the store keeps its files");
    let verified = desk.run(&other, &["verify", "--hash"]).await;
    assert!(verified.status.success(), "{}", told(&verified));

    // As after an interruption: one file is missing, another one was cut.
    fs::remove_file(other.join("files/1")).unwrap();
    fs::write(other.join("files/3"), "cut").unwrap();
    let output = move_there().await;
    assert!(
        told(&output).contains("2 files with 12 bytes were copied"),
        "{}",
        told(&output)
    );
    assert_eq!(fs::read_to_string(other.join("files/3")).unwrap(), "file-3");

    // A file whose bytes are wrong is not copied as if it were right.
    desk.write("files/1", "FILE-1");
    fs::remove_file(other.join("files/1")).unwrap();
    let output = move_there().await;
    assert_eq!(output.status.code(), Some(65), "{}", told(&output));
    assert!(!other.join("files/1").exists());
    fs::remove_file(desk.file("files/1")).unwrap();
    let output = move_there().await;
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(
        told(&output).contains("lost in both: files/1"),
        "{}",
        told(&output)
    );

    let same = desk.run(&other, &["move", "--to", &settings]).await;
    assert_eq!(same.status.code(), Some(64), "{}", told(&same));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_store_the_setting_is_named() {
    let desk = Desk::new().await;
    let env = [("HELPLINE_ADMIN_DATABASE_URL", desk.url.as_str())];
    let output = helpline(&["blobs", "verify"], &env).await;
    assert_eq!(output.status.code(), Some(64));
    assert!(
        told(&output).contains("HELPLINE_BLOBS_DIR"),
        "{}",
        told(&output)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_store_or_database_is_not_taken_at_its_word() {
    let desk = Desk::new().await;
    // As a directory whose disk is not mounted.
    let empty = desk.place.join("empty");
    let output = desk.run(&empty, &["verify", "--mark-lost"]).await;
    assert!(!output.status.success(), "{}", told(&output));
    assert!(
        told(&output).contains("is not mounted"),
        "{}",
        told(&output)
    );
    let accepted = desk.run(&empty, &["accept"]).await;
    assert!(accepted.status.success(), "{}", told(&accepted));
    let output = desk.run(&empty, &["verify", "--mark-lost"]).await;
    assert_eq!(output.status.code(), Some(65), "{}", told(&output));
    assert!(
        told(&output).contains("none of the files"),
        "{}",
        told(&output)
    );
    desk.report(&[], 0).await;
    let sql = helpline_rig::testing::connect(&desk.url).await.unwrap();
    sql.batch_execute("delete from helpline.uploads")
        .await
        .unwrap();
    let output = desk
        .run(&desk.store(), &["verify", "--delete-unknown"])
        .await;
    assert_eq!(output.status.code(), Some(65), "{}", told(&output));
    assert!(told(&output).contains("names no file"), "{}", told(&output));
    assert!(desk.file("files/1").exists());
}
