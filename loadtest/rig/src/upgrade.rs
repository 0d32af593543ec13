//! `pg_upgrade`: moves a cluster to the next major Postgres version in place. Transaction ids
//! continue; the system identifier changes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cluster::{Cluster, SUPERUSER, run_as};
use crate::{ParentDeath, Postgres, RigError, free_port, locate};

/// The first Postgres version whose `initdb` enables checksums by default. `pg_upgrade` requires
/// that both clusters have checksums, or neither of them.
const CHECKSUMS_BY_DEFAULT_SINCE: u32 = 18;

impl Postgres {
    /// Upgrades this cluster, which must be stopped. `bin` is the directory of the newer Postgres
    /// programs; the Postgres user must be able to enter it. Starts the upgraded cluster with the
    /// same settings and passwords. The old cluster is left unchanged; do not start it again.
    ///
    /// # Errors
    /// [`RigError::Failed`] with the output of `initdb` or `pg_upgrade`, or if the new server does
    /// not start.
    pub async fn upgraded(&self, bin: &Path) -> Result<Self, RigError> {
        let (old, old_bin, bin) = (
            self.cluster.shared(),
            self.bin_dir().to_owned(),
            bin.to_owned(),
        );
        let upgrading = tokio::task::spawn_blocking(move || {
            upgrade(&old, &old_bin, &bin).map(|cluster| (cluster, bin))
        });
        let (cluster, bin) = upgrading
            .await
            .expect("the upgrade's task does not panic")?;
        let settings: Vec<_> = self
            .settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Self::start_cluster(bin, cluster, ParentDeath::Quit, &settings).await
    }
}

/// The parts of the old cluster that `pg_upgrade` needs.
pub(crate) struct OldCluster {
    pub(crate) data: PathBuf,
    pub(crate) password: String,
}

fn upgrade(old: &OldCluster, old_bin: &Path, bin: &Path) -> Result<Cluster, RigError> {
    let (cluster, place) = Cluster::reserved(old.password.clone())?;
    let major = locate::major_version(&bin.join("postgres")).ok_or(RigError::NotFound {
        program: "postgres",
        hint: "the directory named for the upgrade has no bin/postgres that runs",
    })?;
    let options: &[&str] = if major >= CHECKSUMS_BY_DEFAULT_SINCE {
        &["--no-sync", "--no-data-checksums"]
    } else {
        &["--no-sync"]
    };
    cluster.initdb(bin, &place, options)?;
    let mut command = Command::new(bin.join("pg_upgrade"));
    command
        .arg("--old-bindir")
        .arg(old_bin)
        .arg("--new-bindir")
        .arg(bin);
    command
        .arg("--old-datadir")
        .arg(&old.data)
        .arg("--new-datadir")
        .arg(&cluster.data);
    command.args([
        "--username",
        SUPERUSER,
        "--old-port",
        &free_port().to_string(),
        "--new-port",
        &free_port().to_string(),
    ]);
    command
        .arg("--socketdir")
        .arg(&place)
        .env("PGPASSWORD", &old.password)
        .current_dir(&place);
    run_as(&mut command, cluster.user.as_ref());
    let output = command
        .output()
        .map_err(RigError::io("starting pg_upgrade"))?;
    if !output.status.success() {
        let log = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        return Err(RigError::Failed {
            program: "pg_upgrade".into(),
            status: output.status.to_string(),
            log,
        });
    }
    Ok(cluster)
}
