//! Two gateway instances with one database and one Redis. Their settings equal those in the files
//! of `deploy/`.

use std::time::{Duration, Instant};

use helpline_rig::testing::{RUNTIME_PASSWORD, TOKEN_SECRET};
use helpline_rig::{Gateway, Postgres, Redis};
use tokio::process::Command;
use tokio::time::sleep;

/// The drain delay (time from SIGTERM until an instance starts to drain its connections) in
/// milliseconds, equal to the one in the files of `deploy/`.
const DRAIN_DELAY_MS: &str = "5000";
/// Pause between an instance becoming ready and the next step of a rolling restart. It is longer
/// than a proxy takes to notice that the instance is ready. In Kubernetes this is
/// `minReadySeconds`.
const MIN_READY: Duration = Duration::from_secs(3);

pub struct Fleet {
    // Fields are dropped in order: instances end before the servers that they depend on.
    instances: [Gateway; 2],
    _redis: Redis,
    postgres: Postgres,
}

impl Fleet {
    pub async fn start() -> Self {
        let postgres = Postgres::start_temporary_with(&[("max_connections", "200")])
            .await
            .expect("a Postgres starts");
        migrate(&postgres).await;
        let redis = Redis::start_new().await.expect("a Redis starts");
        let instance = || {
            Gateway::spec()
                .env(
                    "HELPLINE_DATABASE_URL",
                    postgres.url_for("helpline_service", RUNTIME_PASSWORD, "postgres"),
                )
                .env("HELPLINE_REDIS_URL", redis.url())
                .env("HELPLINE_JWT_SECRET", TOKEN_SECRET)
                .env("HELPLINE_TRUSTED_PROXIES", "127.0.0.1/32")
                .env("HELPLINE_DRAIN_DELAY_MS", DRAIN_DELAY_MS)
                .start()
        };
        let [one, two] = [instance().await, instance().await];
        Self {
            instances: [one.expect("it starts"), two.expect("it starts")],
            _redis: redis,
            postgres,
        }
    }

    pub fn ports(&self) -> [u16; 2] {
        [self.instances[0].port(), self.instances[1].port()]
    }

    pub fn admin_url(&self) -> String {
        self.postgres.admin_url("postgres")
    }

    /// Restarts both instances one after the other, kills and starts one instance, and restarts the
    /// other instance again. As an orchestrator does, waits for a moment after each instance is
    /// ready.
    pub async fn roll(&self) {
        let [one, two] = &self.instances;
        let begun = Instant::now();
        let done = async |what| {
            println!("{:.1?} {what}", begun.elapsed());
            sleep(MIN_READY).await;
        };
        one.restart().await.expect("it drains and starts again");
        done("the first is restarted").await;
        two.restart().await.expect("it drains and starts again");
        done("the second is restarted").await;
        one.kill9().await.expect("it dies");
        one.start().await.expect("it starts again");
        done("the first is killed, and back").await;
        two.restart().await.expect("it drains and starts again");
        done("the second is restarted").await;
    }
}

async fn migrate(postgres: &Postgres) {
    let migrated = Command::new(Gateway::find_binary().expect("a binary"))
        .arg("migrate")
        .env(
            "HELPLINE_ADMIN_DATABASE_URL",
            postgres.admin_url("postgres"),
        )
        .env("HELPLINE_RUNTIME_PASSWORD", RUNTIME_PASSWORD)
        .status();
    assert!(migrated.await.expect("it runs").success());
}
