//! A directory whose disk is mounted and unmounted while the store is used.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;

use super::{TestDirectory, body, bytes, keys, read};
use crate::integrations::blobs::{BlobError, PutError};

/// A disk may be mounted at any moment of a look for a file that it has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_mounted_meanwhile_does_not_make_its_files_absent() {
    let place = TestDirectory::new();
    let blobs = place.open().await;
    let file = bytes(3);
    blobs.put("a/1", 3, body(&file, 3)).await.expect("stored");
    let mounted = place.0.clone();
    let away = mounted.with_extension("away");
    for trial in 0..600_u64 {
        std::fs::rename(&mounted, &away).expect("unmounted");
        std::fs::create_dir(&mounted).expect("an empty directory");
        let mounting = {
            let (mounted, away) = (mounted.clone(), away.clone());
            std::thread::spawn(move || {
                let start = Instant::now();
                while start.elapsed() < Duration::from_micros(trial) {
                    std::hint::spin_loop();
                }
                std::fs::rename(&away, &mounted).expect("mounted");
            })
        };
        let size = blobs.size("a/1").await;
        mounting.join().expect("the mount");
        assert!(
            matches!(size, Ok(Some(3)) | Err(BlobError::Unmarked)),
            "trial {trial}: {size:?}"
        );
    }
}

/// A file that was written to the directory below a mount would be hidden by the next mount.
#[tokio::test]
async fn a_disk_that_is_unmounted_meanwhile_takes_no_file() {
    let place = TestDirectory::new();
    let blobs = place.open().await;
    let mounted = place.0.clone();
    let away = mounted.with_extension("away");
    let unmounting = {
        let (mounted, away) = (mounted.clone(), away.clone());
        stream::once(async move {
            std::fs::rename(&mounted, &away).expect("unmounted");
            std::fs::create_dir(&mounted).expect("an empty directory");
            Ok::<_, Infallible>(Bytes::from_static(b"abc"))
        })
    };
    let stored = blobs.put("a/1", 3, unmounting).await;
    assert!(matches!(stored, Err(PutError::Store(_))), "{stored:?}");
    assert_eq!(keys(&blobs).await, Vec::<String>::new());
    std::fs::remove_dir_all(&mounted).expect("no directory");
    std::fs::rename(&away, &mounted).expect("mounted");
    assert_eq!(read(&blobs, "a/1").await, None);
}
