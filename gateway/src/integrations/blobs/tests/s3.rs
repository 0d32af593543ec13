//! The same promises on real servers that speak S3. `.ci/test-world s3` installs them.

use helpline_rig::{Proxy, S3};

use super::*;
use crate::config::S3Config;

fn config(endpoint: String, secret: &str) -> BlobConfig {
    BlobConfig::S3(S3Config {
        bucket: S3::BUCKET.to_owned(),
        endpoint,
        region: "us-east-1".to_owned(),
        key: S3::KEY.into(),
        secret: secret.into(),
        path_style: true,
        ca: None,
    })
}

async fn open_fault(endpoint: String) -> BlobError {
    let config = config(endpoint, S3::SECRET);
    let blobs = Blobs::open(&config).await.expect("a client");
    blobs.look().await.expect_err("nothing answers")
}

async fn open_at(endpoint: String) -> Blobs {
    let config = config(endpoint, S3::SECRET);
    let blobs = Blobs::open(&config).await.expect("a client");
    blobs.look().await.expect("the bucket");
    blobs.mark().await.expect("a mark");
    blobs
}

/// Files of one request and of several parts are there whole, or not at all.
async fn keeps_its_promises(blobs: &Blobs) {
    let part = limits::BLOB_PART_BYTES;
    for size in [0, 1, part - 1, part, part + 1, 2 * part + 7] {
        let file = bytes(size);
        let key = format!("a/{size}");
        let stored = blobs
            .put(&key, size as u64, body(&file, 400_000))
            .await
            .expect("stored");
        let sha256: [u8; 32] = Sha256::digest(&file).into();
        assert_eq!((stored.size, stored.sha256), (size as u64, sha256));
        assert!(blobs.exists(&key).await.expect("the store"));
        assert!(read(blobs, &key).await == Some(file), "{size}");
    }
    assert_eq!(keys(blobs).await.len(), 6);

    let file = bytes(2 * part);
    let size = file.len() as u64;
    let long = blobs.put("b", size - 1, body(&file, 400_000)).await;
    assert!(matches!(long, Err(PutError::TooLong)), "{long:?}");
    let short = blobs.put("b", size + 1, body(&file, 400_000)).await;
    assert!(matches!(short, Err(PutError::TooShort { .. })), "{short:?}");
    let cut = body(&file, 400_000)
        .map(|piece| piece.map_err(|_| ""))
        .chain(stream::iter([Err("gone")]));
    let cut = blobs.put("b", size + 1, cut).await;
    assert!(matches!(cut, Err(PutError::Cut(_))), "{cut:?}");
    assert!(!blobs.exists("b").await.expect("the store"));
    assert_eq!(keys(blobs).await.len(), 6);

    for key in keys(blobs).await {
        blobs.delete(&key).await.expect("deleted");
        blobs.delete(&key).await.expect("absent is fine");
        assert!(!blobs.exists(&key).await.expect("the store"));
        assert!(blobs.get(&key).await.expect("the store").is_none());
    }
    assert_eq!(keys(blobs).await, Vec::<String>::new());
}

/// More files than a page of the list has.
async fn lists_every_page(blobs: &Blobs) {
    let puts = (0..1_100).map(async |n| {
        blobs
            .put(&format!("many/{n:04}"), 1, body(b"x", 1))
            .await
            .expect("stored");
    });
    stream::iter(puts)
        .buffer_unordered(16)
        .collect::<Vec<()>>()
        .await;
    let all = keys(blobs).await;
    assert_eq!((all.len(), all[1_099].as_str()), (1_100, "many/1099"));
}

#[tokio::test]
#[ignore = "needs SeaweedFS: .ci/test-world s3"]
async fn seaweedfs_keeps_the_promises_and_checks_the_key() {
    let server = S3::seaweed().await.expect("SeaweedFS");
    let blobs = open_at(server.endpoint()).await;
    keeps_its_promises(&blobs).await;
    lists_every_page(&blobs).await;
    let wrong = Blobs::open(&config(server.endpoint(), "another-secret")).await;
    let fault = wrong.expect("a client").look().await.unwrap_err();
    assert!(
        !fault.is_passing(),
        "a wrong secret is refused at start: {fault:?}"
    );
}

#[tokio::test]
#[ignore = "needs moto: .ci/test-world s3"]
async fn moto_keeps_the_promises() {
    let server = S3::moto().await.expect("moto");
    keeps_its_promises(&open_at(server.endpoint()).await).await;
    let mut absent = config(server.endpoint(), S3::SECRET);
    if let BlobConfig::S3(s3) = &mut absent {
        s3.bucket = "no-such-bucket".to_owned();
    }
    let fault = Blobs::open(&absent).await.expect("a client").look().await;
    let fault = fault.unwrap_err();
    assert!(
        !fault.is_passing(),
        "a bucket that is not there is refused at start: {fault:?}"
    );
    server.kill9().await.expect("it ends");
    let fault = open_fault(server.endpoint()).await;
    assert!(
        fault.is_passing(),
        "a service that is away may come back: {fault:?}"
    );
}

#[tokio::test]
#[ignore = "needs SeaweedFS: .ci/test-world s3"]
async fn a_network_that_is_cut_leaves_no_half_file() {
    let server = S3::seaweed().await.expect("SeaweedFS");
    let proxy = Proxy::start(server.port()).await.expect("a proxy");
    let blobs = open_at(format!("http://127.0.0.1:{}", proxy.port())).await;
    let file = bytes(3 * limits::BLOB_PART_BYTES);
    let size = file.len() as u64;
    let pieces = body(&file, 400_000).enumerate().map(|(n, piece)| {
        // In the middle of the second part.
        if n == 20 {
            proxy.unplug();
        }
        piece
    });
    let stored = blobs.put("k", size, pieces).await;
    assert!(matches!(stored, Err(PutError::Store(_))), "{stored:?}");
    proxy.resume();
    assert!(!blobs.exists("k").await.expect("the store"));
    blobs
        .put("k", size, body(&file, 400_000))
        .await
        .expect("the same put again");
    // A connection that is cut between two requests costs nothing: the request is repeated.
    proxy.cut();
    assert!(read(&blobs, "k").await == Some(file));
}
