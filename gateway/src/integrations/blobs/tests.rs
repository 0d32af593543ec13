//! Tests of the store on a real directory, also while it is full and while its process is killed, and on real S3 servers.

mod mounts;
mod s3;

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use helpline_core::limits;
use sha2::{Digest, Sha256};

use super::*;

/// A directory that is deleted at the end of its test.
struct TestDirectory(PathBuf);

impl TestDirectory {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("helpline-blobs-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).expect("a directory");
        Self(path)
    }

    async fn open(&self) -> Blobs {
        open(&self.0).await
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("the directory");
        let mut names: Vec<_> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("a name")
            })
            .filter(|name| name != MARK)
            .collect();
        names.sort();
        names
    }
}

impl Drop for TestDirectory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn open(path: &Path) -> Blobs {
    let config = BlobConfig::LocalDirectory {
        path: path.to_owned(),
        shared: false,
    };
    let blobs = Blobs::open(&config).await.expect("a store");
    blobs.mark().await.expect("a mark");
    blobs
}

/// Bytes that do not repeat in a block, so that a block in a wrong place is noticed.
fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|n| (n / 251 + n % 251) as u8).collect()
}

fn body(bytes: &[u8], chunk: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
    let chunks: Vec<_> = bytes
        .chunks(chunk)
        .map(|part| Ok(Bytes::copy_from_slice(part)))
        .collect();
    stream::iter(chunks)
}

async fn read(blobs: &Blobs, key: &str) -> Option<Vec<u8>> {
    let reader = blobs.get(key).await.expect("the store")?;
    let bytes: Vec<Bytes> = reader.stream.try_collect().await.expect("the file");
    let bytes = bytes.concat();
    assert_eq!(reader.size, bytes.len() as u64);
    Some(bytes)
}

async fn keys(blobs: &Blobs) -> Vec<String> {
    let entries: Vec<_> = blobs.list().try_collect().await.expect("the list");
    let mut keys: Vec<_> = entries.into_iter().map(|entry| entry.key).collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn what_is_put_is_read_back_whole_listed_and_deleted() {
    let place = TestDirectory::new();
    let blobs = place.open().await;
    let edge = limits::BLOB_WRITE_BYTES;
    for (size, chunk) in [
        (0, 1),
        (1, 1),
        (edge, 999),
        (edge + 1, edge),
        (5 * edge + 7, 3 * edge),
        (3 * edge, 3 * edge),
    ] {
        let file = bytes(size);
        let key = format!("a/{size}");
        let stored = blobs
            .put(&key, size as u64, body(&file, chunk))
            .await
            .expect("stored");
        let sha256: [u8; 32] = Sha256::digest(&file).into();
        assert_eq!(
            (stored.size, stored.sha256),
            (size as u64, sha256),
            "{size}"
        );
        assert!(blobs.exists(&key).await.expect("the store"));
        assert!(read(&blobs, &key).await == Some(file), "{size}");
    }
    assert_eq!(keys(&blobs).await.len(), 6);
    for key in keys(&blobs).await {
        blobs.delete(&key).await.expect("deleted");
        blobs.delete(&key).await.expect("absent is fine");
        assert!(!blobs.exists(&key).await.expect("the store"));
        assert!(blobs.get(&key).await.expect("the store").is_none());
    }
    assert_eq!(keys(&blobs).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_type_is_that_of_the_content() {
    let blobs_place = TestDirectory::new();
    let blobs = blobs_place.open().await;
    let file = b"\x89PNG\r\n\x1a\nrest";
    let stored = blobs
        .put("k", file.len() as u64, body(file, 3))
        .await
        .expect("stored");
    assert_eq!(stored.content_type, "image/png");
}

#[tokio::test]
async fn a_body_of_another_length_or_a_cut_one_leaves_nothing() {
    let place = TestDirectory::new();
    let blobs = place.open().await;
    let file = bytes(3 * limits::BLOB_WRITE_BYTES);
    let size = file.len() as u64;
    for announced in [size - 1, 10, 0] {
        let refused = blobs.put("k", announced, body(&file, 1_000)).await;
        assert!(matches!(refused, Err(PutError::TooLong)), "{refused:?}");
    }
    let refused = blobs.put("k", size + 1, body(&file, 1_000)).await;
    assert!(matches!(refused, Err(PutError::TooShort { received }) if received == size));
    let cut = body(&file, 1_000)
        .map(|part| part.map_err(|_| ""))
        .chain(stream::iter([Err("gone")]));
    let refused = blobs.put("k", size + 1, cut).await;
    assert!(
        matches!(&refused, Err(PutError::Cut(why)) if why == "gone"),
        "{refused:?}"
    );
    assert!(!blobs.exists("k").await.expect("the store"));
    assert_eq!(place.files(), Vec::<String>::new());
    blobs
        .put("k", size, body(&file, 1_000))
        .await
        .expect("the same put again");
    assert!(read(&blobs, "k").await == Some(file));
}

#[tokio::test]
async fn a_body_that_is_too_long_is_not_read_to_its_end() {
    let place = TestDirectory::new();
    let blobs = place.open().await;
    let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[7; 1_000])));
    let refused = blobs.put("k", 1_000_000, endless).await;
    assert!(matches!(refused, Err(PutError::TooLong)));
    assert_eq!(place.files(), Vec::<String>::new());
}

#[tokio::test]
async fn a_put_that_is_dropped_leaves_nothing() {
    let place = TestDirectory::new();
    let blobs = place.open().await;
    let (written, is_written) = tokio::sync::oneshot::channel();
    let first = stream::iter([Ok::<_, Infallible>(Bytes::from(bytes(
        3 * limits::BLOB_WRITE_BYTES,
    )))]);
    let then = stream::once(async move {
        let _ = written.send(());
        std::future::pending().await
    });
    let mut put = Box::pin(blobs.put("k", u64::MAX, first.chain(then)));
    tokio::select! {
        stored = &mut put => panic!("{stored:?}"),
        _ = is_written => assert_eq!(place.files(), ["k#1"]),
    }
    drop(put);
    // The library deletes the unfinished file on a blocking thread.
    let limit = tokio::time::Instant::now() + Duration::from_secs(10);
    while !place.files().is_empty() {
        assert!(tokio::time::Instant::now() < limit, "{:?}", place.files());
        tokio::task::yield_now().await;
    }
    assert!(!blobs.exists("k").await.expect("the store"));
}

#[tokio::test]
async fn keys_cannot_leave_the_store() {
    let place = TestDirectory::new();
    let inside = TestDirectory(place.0.join("inside"));
    let blobs = inside.open().await;
    let long = "k".repeat(limits::BLOB_KEY_BYTES_MAX + 1);
    for key in [
        "", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", ".a", "a#1", "a b", "ä", "a\\b",
        "a\0", &long,
    ] {
        let put = blobs.put(key, 1, body(b"x", 1)).await;
        assert!(
            matches!(put, Err(PutError::Store(BlobError::Key(_)))),
            "{key:?}"
        );
        assert!(
            matches!(blobs.get(key).await, Err(BlobError::Key(_))),
            "{key:?}"
        );
        assert!(
            matches!(blobs.delete(key).await, Err(BlobError::Key(_))),
            "{key:?}"
        );
        assert!(
            matches!(blobs.exists(key).await, Err(BlobError::Key(_))),
            "{key:?}"
        );
    }
    assert_eq!(place.files(), ["inside"]);
    assert_eq!(inside.files(), Vec::<String>::new());
}

#[tokio::test]
async fn a_directory_that_cannot_be_one_is_refused_at_start() {
    let place = TestDirectory::new();
    let path = place.0.join("file");
    std::fs::write(&path, b"").expect("a file");
    let config = BlobConfig::LocalDirectory {
        path,
        shared: false,
    };
    assert!(matches!(
        Blobs::open(&config).await,
        Err(BlobError::LocalDirectory { .. })
    ));
}

#[cfg(unix)]
#[tokio::test]
async fn a_directory_is_made_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = TestDirectory::new();
    let path = place.0.join("a/b");
    open(&path).await;
    let mode = path.metadata().expect("the directory").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

/// Runs one of the tests below, which are parts of other tests, in a process of its own. Its store is its current directory. `before`
/// is shell text that runs first.
fn part(name: &str, store: &Path, before: &str) -> Child {
    let program = std::env::current_exe().expect("this program");
    Command::new("sh")
        .args(["-c", &format!("{before}\nexec \"$0\" \"$@\"")])
        .arg(program)
        .args(["--exact", "--ignored", "--nocapture", "--test-threads", "1"])
        .arg(format!("integrations::blobs::tests::{name}"))
        .current_dir(store)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process")
}

/// Waits until the part has said this word.
fn until_said(child: &mut Child, word: &str) {
    let said = BufReader::new(child.stdout.as_mut().expect("its output"));
    let found = said
        .lines()
        .map_while(Result::ok)
        .any(|line| line.contains(word));
    assert!(found, "the part ended without saying {word}");
}

#[tokio::test]
#[ignore = "a part of killed_in_the_middle_of_a_put, which kills it"]
async fn put_without_end() {
    let blobs = open(Path::new(".")).await;
    let first = stream::iter([Ok::<_, Infallible>(Bytes::from(bytes(
        3 * limits::BLOB_WRITE_BYTES,
    )))]);
    let then = stream::once(async {
        println!("half-way");
        std::io::stdout().flush().expect("the output");
        std::future::pending().await
    });
    let _ = blobs.put("k", u64::MAX, first.chain(then)).await;
}

#[tokio::test]
async fn killed_in_the_middle_of_a_put() {
    let place = TestDirectory::new();
    let mut child = part("put_without_end", &place.0, "");
    until_said(&mut child, "half-way");
    child.kill().expect("SIGKILL");
    child.wait().expect("its end");
    assert_eq!(place.files(), ["k#1"], "the unfinished file is left behind");

    let blobs = place.open().await;
    assert!(!blobs.exists("k").await.expect("the store"));
    assert_eq!(keys(&blobs).await, Vec::<String>::new());
    assert_eq!(
        place.files(),
        ["k#1"],
        "another instance could still be writing it"
    );
    let file = bytes(100);
    blobs
        .put("k", 100, body(&file, 7))
        .await
        .expect("the same put again");

    let old = SystemTime::now() - Duration::from_millis(limits::BLOB_LEFTOVER_MS + 60_000);
    let left = std::fs::File::options()
        .write(true)
        .open(place.0.join("k#1"))
        .expect("the file");
    left.set_modified(old).expect("its time");
    let done = std::fs::File::options()
        .write(true)
        .open(place.0.join("k"))
        .expect("the file");
    done.set_modified(old).expect("its time");
    assert_eq!(blobs.sweep_leftovers().await.expect("the directory"), 1);
    assert_eq!(
        place.files(),
        ["k"],
        "a finished file stays, however old it is"
    );
    assert!(read(&blobs, "k").await == Some(file));
}

#[tokio::test]
#[ignore = "a part of a_full_disk_leaves_nothing_and_says_so"]
async fn put_more_than_fits() {
    let blobs = open(Path::new(".")).await;
    // The first one is more than a part, the second one is put as a whole.
    for size in [2_000_000, limits::BLOB_WRITE_BYTES - 1] {
        let mut stored = 0;
        let refused = loop {
            let key = format!("{size}-{stored}");
            match blobs
                .put(&key, size as u64, body(&bytes(size), 50_000))
                .await
            {
                Ok(_) if stored < 100 => stored += 1,
                outcome => break outcome,
            }
        };
        let Err(PutError::Store(BlobError::Full { .. })) = refused else {
            panic!("{size}: {refused:?}");
        };
        assert_eq!(keys(&blobs).await.len(), stored, "{size}");
        for key in keys(&blobs).await {
            assert_eq!(read(&blobs, &key).await.expect("a file").len(), size);
            blobs.delete(&key).await.expect("deleted");
        }
        let left: Vec<_> = std::fs::read_dir(".")
            .expect("the directory")
            .filter(|entry| !matches!(entry, Ok(entry) if entry.file_name() == MARK))
            .collect();
        assert!(left.is_empty(), "{left:?}");
        println!("full after {stored}");
    }
    println!("nothing left");
}

#[test]
fn a_full_disk_leaves_nothing_and_says_so() {
    // A limit of a file's size fails like a full disk, and every user may set it: 32 KB, in blocks of 512 bytes.
    let place = TestDirectory::new();
    let mut child = part("put_more_than_fits", &place.0, "trap '' XFSZ; ulimit -f 64");
    until_said(&mut child, "nothing left");
    assert!(child.wait().expect("its end").success());
}

#[test]
#[cfg(target_os = "linux")]
fn a_small_file_system_that_is_full_leaves_nothing_and_says_so() {
    // In a namespace of its own, an ordinary user may mount a file system, if the machine allows it.
    let own = ["--user", "--map-root-user", "--mount"];
    let may = Command::new("unshare")
        .args(own)
        .args(["sh", "-c", "mount -t tmpfs none /mnt"])
        .output();
    if !may.is_ok_and(|output| output.status.success()) {
        println!("not tested: this machine lets no ordinary user mount a file system");
        return;
    }
    let place = TestDirectory::new();
    let before = "[ -n \"$OWN\" ] || OWN=1 exec unshare --user --map-root-user --mount sh -c '
        mount -t tmpfs -o size=1m none . && cd \"$PWD\" && exec \"$0\" \"$@\"' \"$0\" \"$@\"";
    let mut child = part("put_more_than_fits", &place.0, before);
    until_said(&mut child, "nothing left");
    assert!(child.wait().expect("its end").success());
}

/// The name of the unfinished file is the library's.
#[tokio::test]
async fn the_unfinished_file_is_the_one_that_is_written_back() {
    let directory = TestDirectory::new();
    let blobs = directory.open().await;
    let (sender, body) = tokio::sync::mpsc::channel::<Result<Bytes, Infallible>>(1);
    let body = stream::unfold(body, async |mut body| Some((body.recv().await?, body)));
    let size = 5 * limits::BLOB_WRITE_BYTES;
    let storing = blobs.put("a", size as u64, body);
    let piece = || Ok(Bytes::from(vec![1; limits::BLOB_WRITE_BYTES]));
    let feeding = async {
        // A piece is written with the next one. The fourth is sent when the third was taken, and so the first was written.
        for _ in 0..4 {
            sender.send(piece()).await.expect("it is read");
        }
        let found = super::directory::write_back(&directory.0, "a", 0..1).await;
        assert!(found.expect("it is written back"));
        sender.send(piece()).await.expect("it is read");
        drop(sender);
    };
    let (stored, ()) = tokio::join!(storing, feeding);
    stored.expect("it is stored");
    let found = super::directory::write_back(&directory.0, "a", 0..1).await;
    assert!(!found.expect("there is none"));
}
