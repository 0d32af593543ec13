//! The same through real servers that a clean machine does not have. `.ci/test-world` installs them.

use std::path::PathBuf;

use helpline_rig::{Clamd, Proxy, S3, eicar};

use crate::desk::{Desk, PATIENCE};
use crate::kit::rest::RestClient;
use crate::kit::test_server::{Join, eventually};

#[tokio::test]
#[ignore = "needs clamd: .ci/test-world clamav"]
async fn clamd_decides_what_can_be_downloaded() {
    let clamd = Clamd::start_new(&[]).await.unwrap();
    let address = clamd.address();
    let desk = Desk::start_with(1, |spec| spec.env("HELPLINE_SCANNER", &address)).await;
    let good = desk.upload(&desk.ada, "good.txt", b"good").await;
    let bad = desk.upload(&desk.ada, "bad.txt", &eicar()).await;
    desk.send(&desk.ada, "see", &[&good, &bad])
        .await
        .expect(201);
    desk.until(&good, "clean").await;
    desk.until(&bad, "infected").await;
    let url = desk.url_of(&desk.grace, &good).await;
    assert_eq!(desk.open(&url).await.expect_text(200), "good");
    let refused = desk.link(&desk.grace, &bad).await;
    assert_eq!(refused.refused(410), "attachment_infected");
    desk.until_gone(&eicar()).await;
    // While clamd is away, files wait.
    clamd.kill9().await.unwrap();
    let late = desk.upload(&desk.ada, "late.txt", b"late").await;
    desk.send(&desk.ada, "see", &[&late]).await.expect(201);
    let waits = desk.link(&desk.ada, &late).await;
    assert_eq!(waits.refused(423), "attachment_checking");
    clamd.start().await.unwrap();
    desk.until(&late, "clean").await;
}

#[tokio::test]
#[ignore = "needs SeaweedFS: .ci/test-world s3"]
async fn two_instances_share_a_bucket() {
    let s3 = S3::seaweed().await.unwrap();
    let endpoint = s3.endpoint();
    let desk = Desk::start_on(PathBuf::new(), 2, Join::Redis, |spec| {
        spec.env("HELPLINE_BLOBS_S3_BUCKET", S3::BUCKET)
            .env("HELPLINE_BLOBS_S3_ENDPOINT", &endpoint)
            .env("HELPLINE_BLOBS_S3_KEY", S3::KEY)
            .env("HELPLINE_BLOBS_S3_SECRET", S3::SECRET)
            .env(
                "HELPLINE_FILE_LINK_SECRET",
                "0123456789abcdef0123456789abcdef",
            )
    })
    .await;
    // More than one part.
    let large: Vec<u8> = (0..6_000_000_u32).map(|n| (n % 251) as u8).collect();
    let id = desk.upload(&desk.ada, "large.bin", &large).await;
    desk.send(&desk.ada, "see", &[&id]).await.expect(201);
    desk.until(&id, "not_scanned").await;
    let url = desk.url_of(&desk.grace, &id).await;
    let other = format!("{}{url}", desk.server.gateways[1].http_url());
    let request = axum::http::Request::get(&other).body(Vec::new()).unwrap();
    let opened = RestClient::default().send(request).await;
    assert_eq!(opened.header("content-length"), Some("6000000"));
    let path = format!(
        "/v1/tickets/{}/messages/{}",
        desk.ticket,
        desk.last_message().await
    );
    desk.server
        .rest_without_body(1, &desk.ada, "DELETE", &path)
        .await
        .expect(204);
    let gone = desk.open(&url).await;
    assert!(gone.status == 404 || gone.status == 410, "{}", gone.status);
    desk.has_recorded(&[(&id, &large)]).await;
}

#[tokio::test]
#[ignore = "needs SeaweedFS: .ci/test-world s3"]
async fn a_bucket_that_is_away_at_the_first_start_is_used_when_it_is_there() {
    let s3 = S3::seaweed().await.unwrap();
    let proxy = Proxy::start(s3.port()).await.unwrap();
    proxy.unplug();
    let endpoint = format!("http://127.0.0.1:{}", proxy.port());
    let desk = Desk::start_on(PathBuf::new(), 1, Join::Alone, |spec| {
        spec.env("HELPLINE_BLOBS_S3_BUCKET", S3::BUCKET)
            .env("HELPLINE_BLOBS_S3_ENDPOINT", &endpoint)
            .env("HELPLINE_BLOBS_S3_KEY", S3::KEY)
            .env("HELPLINE_BLOBS_S3_SECRET", S3::SECRET)
    })
    .await;
    let id = desk.reserve(&desk.ada, "a.txt", 3).await;
    assert_eq!(desk.put(&desk.ada, &id, b"one").await.status, 503);
    proxy.resume();
    eventually("the file is taken", PATIENCE, async || {
        let answer = desk.put(&desk.ada, &id, b"one").await;
        (answer.status == 200).then_some(())
    })
    .await;
}
