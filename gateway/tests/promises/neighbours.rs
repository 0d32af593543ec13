//! Instances that no relay joins.

use std::time::Duration;

use helpline_core::limits;
use helpline_rig::Redis;

use crate::test_server::{Join, TestServer, eventually};
use crate::tls::log_of;

const FAULT: &str = "typing and presence do not cross";

#[tokio::test]
async fn two_instances_without_redis_say_so_and_so_does_one_that_is_joined_to_none_of_them() {
    let server = TestServer::start(2, Join::Alone).await;
    let redis = Redis::start_new().await.expect("a Redis starts");
    let joined = server
        .another(|spec| spec.env("HELPLINE_REDIS_URL", redis.url()))
        .await;
    let within = Duration::from_millis(3 * limits::INSTANCE_RENEW_MS);
    for gateway in server.gateways.iter().chain([&joined]) {
        eventually("the fault in the log", within, async || {
            log_of(gateway).contains(FAULT).then_some(())
        })
        .await;
    }
    for gateway in &server.gateways {
        gateway.stop().await.expect("it stops");
    }
    eventually("its end in the log", within, async || {
        log_of(&joined)
            .contains("no instance is without a relay to the others any more")
            .then_some(())
    })
    .await;
    assert_eq!(log_of(&joined).matches(FAULT).count(), 1, "once");
}
