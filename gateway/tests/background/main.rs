//! Tests of background work with real processes that are killed. The instances are processes of
//! this test binary, which serve with consumers, timers, deliveries and schedules of their own
//! ([`serve`]).
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it should be"
)]

#[path = "../kit/mod.rs"]
mod kit;

mod consumers;
mod deliveries;
mod receiver;
mod schedules;
mod work;

use axum::Router;
use clap::Parser;
use helpline_gateway::config::{Config, ServeSettings};
use helpline_gateway::runtime::signals::stop_requests;
use helpline_gateway::runtime::telemetry;
use helpline_gateway::server;
use helpline_rig::GatewaySpec;
use kit::test_server::{Join, TestServer};
use tokio::net::TcpListener;

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    serve: ServeSettings,
}

/// An instance with the background work of these tests. The tests start it as a process; the name
/// of this function is the first argument of `helpline serve`.
#[test]
#[ignore = "a process that other tests start"]
fn serve() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = Config::try_from(Settings::parse_from(["serve"]).serve).unwrap();
        telemetry::install_logs(&config.log);
        let metrics = telemetry::install_metrics().unwrap();
        server::describe_figures();
        let mut stop = stop_requests().unwrap();
        let listener = TcpListener::bind(config.listening.listen).await.unwrap();
        let store = server::connected(&config, &listener, &mut stop).await;
        let store = store.unwrap().expect("the database answers");
        let built = server::build(store, config, metrics, Router::new(), work::registry()).await;
        server::serve(built.unwrap(), listener, stop).await;
    });
}

/// The settings of an instance of this binary, whose deliveries go to the port of `receiver`.
fn instance(spec: GatewaySpec, receiver: u16) -> GatewaySpec {
    spec.binary(std::env::current_exe().unwrap())
        .arg("--exact")
        .arg("--ignored")
        .arg("--nocapture")
        .env(work::RECEIVER, receiver.to_string())
}

/// Starts this many instances on a new database, after creating what the handlers write to.
async fn start(instances: usize, receiver: u16) -> TestServer {
    let mut server = TestServer::start(0, Join::Alone).await;
    server
        .sql()
        .await
        .batch_execute(work::TABLES)
        .await
        .unwrap();
    for _ in 0..instances {
        let gateway = server.another(|spec| instance(spec, receiver)).await;
        server.gateways.push(gateway);
    }
    server
}
