//! Tests instances that use the same database but are not connected through Redis. They must log
//! this fault.

use std::time::Duration;

use helpline_core::limits;
use helpline_rig::Redis;

use crate::test_server::{Join, TestServer, eventually};
use crate::tls::log_of;

const DEAF: &str = "do not hear each other through Redis";
const FAULT: &str = "typing and presence are not shared between instances";

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
    eventually("the end of the fault in the log", within, async || {
        log_of(&joined)
            .contains("no instance lacks Redis any more")
            .then_some(())
    })
    .await;
    assert_eq!(log_of(&joined).matches(FAULT).count(), 1, "once");
}

/// Time limit for the log line which says that instances do not receive each other's messages
/// through Redis. An instance writes the line after `INSTANCE_UNHEARD_LOOKS` failed checks. The
/// factor 2 leaves time until all instances are known, and slack for a slow machine.
const DEAF_WITHIN: Duration =
    Duration::from_millis(2 * (limits::INSTANCE_UNHEARD_LOOKS as u64) * limits::INSTANCE_RENEW_MS);

#[tokio::test]
async fn instances_on_two_servers_or_with_two_prefixes_say_that_they_do_not_hear_each_other() {
    let (one, other) = (
        Redis::start_new().await.expect("a Redis starts"),
        Redis::start_new().await.expect("a Redis starts"),
    );
    let settings: [[(&str, String); 2]; 2] = [
        [
            ("HELPLINE_REDIS_URL", one.url()),
            ("HELPLINE_REDIS_URL", other.url()),
        ],
        [
            ("HELPLINE_REDIS_PREFIX", "one".to_owned()),
            ("HELPLINE_REDIS_PREFIX", "other".to_owned()),
        ],
    ];
    let cases = settings.map(|[(first, one_value), (second, other_value)]| {
        let url = one.url();
        async move {
            let server = TestServer::start_with(1, Join::Alone, |spec| {
                spec.env("HELPLINE_REDIS_URL", url.as_str())
                    .env(first, one_value.as_str())
            })
            .await;
            let unlike = server
                .another(|spec| {
                    spec.env("HELPLINE_REDIS_URL", url.as_str())
                        .env(second, other_value.as_str())
                })
                .await;
            let like = server
                .another(|spec| {
                    spec.env("HELPLINE_REDIS_URL", url.as_str())
                        .env(first, one_value.as_str())
                })
                .await;
            for gateway in server.gateways.iter().chain([&unlike, &like]) {
                eventually("the fault in the log", DEAF_WITHIN, async || {
                    log_of(gateway).contains(DEAF).then_some(())
                })
                .await;
            }
            unlike.stop().await.expect("it stops");
            for gateway in server.gateways.iter().chain([&like]) {
                eventually("the end of the fault in the log", DEAF_WITHIN, async || {
                    log_of(gateway)
                        .contains("instances hear each other through Redis again")
                        .then_some(())
                })
                .await;
                assert_eq!(log_of(gateway).matches(DEAF).count(), 1, "once");
            }
        }
    });
    futures_util::future::join_all(cases).await;
}
