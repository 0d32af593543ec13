//! The data directory of a Postgres cluster: where it is, who owns it, and how it is created.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::RigError;
use crate::locate::OsUser;
use crate::upgrade::OldCluster;

/// The superuser of every cluster that the rig creates.
pub(crate) const SUPERUSER: &str = "postgres";

/// Parent of temporary directories. The Postgres user can enter it, because this path is
/// world-accessible.
const OPEN_PLACE: &str = "/var/tmp";
/// Name prefix of temporary directories. The id of the process that creates a directory follows the
/// prefix.
const TEMPORARY_PREFIX: &str = "helpline-rig-";

/// A cluster's directories and its superuser's password.
#[derive(Debug)]
pub(crate) struct Cluster {
    /// The Postgres data directory.
    pub(crate) data: PathBuf,
    /// The superuser's password.
    pub(crate) password: String,
    /// The system user that runs the cluster; `None` for the current user.
    pub(crate) user: Option<OsUser>,
    /// A temporary cluster's directory, which is removed on drop. With `None` the cluster's files
    /// are kept.
    temporary: Option<PathBuf>,
}

impl Cluster {
    /// Creates a new cluster that is removed on drop.
    pub(crate) fn temporary(bin: &Path) -> Result<Self, RigError> {
        let (cluster, place) = Self::reserved(random_password())?;
        cluster.initdb(bin, &place, &["--no-sync"])?;
        Ok(cluster)
    }

    /// Creates an empty temporary directory for a cluster that the caller initialises. Returns the
    /// cluster and the directory, which is removed on drop.
    pub(crate) fn reserved(password: String) -> Result<(Self, PathBuf), RigError> {
        remove_orphans();
        let user = OsUser::for_postgres();
        let place = private_dir(
            &format!(
                "{TEMPORARY_PREFIX}{}-{:016x}",
                std::process::id(),
                rand::random::<u64>()
            ),
            user.as_ref(),
        )?;
        Ok((
            Self {
                data: place.join("data"),
                password,
                user,
                temporary: Some(place.clone()),
            },
            place,
        ))
    }

    /// Copies the files of this cluster, as a volume snapshot would. The cluster must be stopped.
    /// The copy is removed on drop.
    pub(crate) fn snapshot(&self) -> Result<Self, RigError> {
        let (copy, _) = Self::reserved(self.password.clone())?;
        let status = Command::new("cp")
            .arg("--archive")
            .arg(&self.data)
            .arg(&copy.data)
            .status()
            .map_err(RigError::io("starting cp"))?;
        if !status.success() {
            return Err(RigError::Failed {
                program: "cp".into(),
                status: status.to_string(),
                log: self.data.display().to_string(),
            });
        }
        Ok(copy)
    }

    /// The parts of this cluster that `pg_upgrade` needs.
    pub(crate) fn shared(&self) -> OldCluster {
        OldCluster {
            data: self.data.clone(),
            password: self.password.clone(),
        }
    }

    /// Opens the cluster in `dir`, and creates the cluster if `dir` has none. The superuser's
    /// password is stored in a file in `dir` that only the file's owner can read.
    pub(crate) fn kept_in(bin: &Path, dir: &Path) -> Result<Self, RigError> {
        std::fs::create_dir_all(dir)
            .map_err(RigError::io(format!("creating {}", dir.display())))?;
        let dir = dir
            .canonicalize()
            .map_err(RigError::io(format!("resolving {}", dir.display())))?;
        let user = OsUser::for_postgres();
        let place = enterable(&dir, user.as_ref())?;
        let password_file = dir.join("postgres.password");
        let data = place.join("data");
        if data.join("PG_VERSION").is_file() {
            let password =
                std::fs::read_to_string(&password_file).map_err(RigError::io(format!(
                    "reading the cluster's password from {}",
                    password_file.display()
                )))?;
            return Ok(Self {
                data,
                password: password.trim().to_owned(),
                user,
                temporary: None,
            });
        }
        // An interrupted `initdb` leaves a data directory without PG_VERSION. This directory
        // contains no data, so remove it.
        let _ = std::fs::remove_dir_all(&data);
        let cluster = Self {
            data,
            password: random_password(),
            user,
            temporary: None,
        };
        write_private(&password_file, &cluster.password, None)?;
        cluster.initdb(bin, &place, &[])?;
        Ok(cluster)
    }

    /// Takes a base backup of the cluster that listens on `port`, to start a standby from. The
    /// backup is removed on drop.
    pub(crate) fn copied_from(&self, bin: &Path, port: u16) -> Result<Self, RigError> {
        let name = format!(
            "{TEMPORARY_PREFIX}{}-{:016x}",
            std::process::id(),
            rand::random::<u64>()
        );
        let place = private_dir(&name, self.user.as_ref())?;
        let cluster = Self {
            data: place.join("data"),
            password: self.password.clone(),
            user: self.user.clone(),
            temporary: Some(place.clone()),
        };
        let primary = format!(
            "host=127.0.0.1 port={port} user={SUPERUSER} password={} application_name=rig",
            self.password
        );
        let mut command = Command::new(bin.join("pg_basebackup"));
        command.args([
            "--checkpoint",
            "fast",
            "--wal-method",
            "stream",
            "--write-recovery-conf",
            "--no-sync",
            "--dbname",
            &primary,
        ]);
        command
            .arg("--pgdata")
            .arg(&cluster.data)
            .current_dir(&place);
        run_as(&mut command, self.user.as_ref());
        let output = command
            .output()
            .map_err(RigError::io("starting pg_basebackup"))?;
        if !output.status.success() {
            let log = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(RigError::Failed {
                program: "pg_basebackup".into(),
                status: output.status.to_string(),
                log,
            });
        }
        Ok(cluster)
    }

    pub(crate) fn initdb(&self, bin: &Path, place: &Path, extra: &[&str]) -> Result<(), RigError> {
        let password_file = place.join("initdb.password");
        write_private(&password_file, &self.password, self.user.as_ref())?;
        // Run `initdb` in a directory with a temporary name and rename it afterwards. A directory
        // called `data` is therefore always complete.
        let unfinished = place.join("data.unfinished");
        let _ = std::fs::remove_dir_all(&unfinished);
        let mut command = Command::new(bin.join("initdb"));
        command.args([
            "--username",
            SUPERUSER,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
        ]);
        command
            .args(extra)
            .arg("--pwfile")
            .arg(&password_file)
            .arg("--pgdata")
            .arg(&unfinished)
            .current_dir(place);
        run_as(&mut command, self.user.as_ref());
        let output = command.output().map_err(RigError::io("starting initdb"))?;
        let _ = std::fs::remove_file(&password_file);
        if !output.status.success() {
            let log = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            return Err(RigError::Failed {
                program: "initdb".into(),
                status: output.status.to_string(),
                log,
            });
        }
        std::fs::rename(&unfinished, &self.data)
            .map_err(RigError::io("naming the finished cluster"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(place) = &self.temporary {
            let _ = std::fs::remove_dir_all(place);
        }
    }
}

/// Returns a directory named `postgres` in `dir` that the Postgres user can enter. If an ancestor
/// of `dir` denies that user access (for example a clone under /root), `postgres` is a symbolic
/// link to a private directory in [`OPEN_PLACE`].
fn enterable(dir: &Path, user: Option<&OsUser>) -> Result<PathBuf, RigError> {
    let place = dir.join("postgres");
    if place.is_symlink() {
        // Return the target of the link, not the link: the Postgres user can enter the target, but
        // not the folders above the link.
        match place.canonicalize() {
            Ok(private) => return Ok(private),
            // /var/tmp was cleaned: the data directory no longer exists and the symbolic link
            // points nowhere.
            Err(_) => std::fs::remove_file(&place).map_err(RigError::io(format!(
                "removing the dead link {}",
                place.display()
            )))?,
        }
    }
    if place.join("data/PG_VERSION").is_file() {
        // Use the existing data directory unchanged. If Postgres cannot read it, Postgres reports
        // why.
        return Ok(place);
    }
    std::fs::create_dir_all(&place)
        .map_err(RigError::io(format!("creating {}", place.display())))?;
    own(&place, user)?;
    if can_enter(&place, user) {
        return Ok(place);
    }
    std::fs::remove_dir(&place).map_err(RigError::io(format!(
        "replacing {} by a link",
        place.display()
    )))?;
    let private = private_dir(
        &format!("helpline-data-{:016x}", rand::random::<u64>()),
        user,
    )?;
    symlink(&private, &place).map_err(RigError::io(format!("linking {}", place.display())))?;
    Ok(private)
}

/// Tests whether the user can enter `place`, by running a shell as that user. File modes, groups
/// and ACLs all count this way.
fn can_enter(place: &Path, user: Option<&OsUser>) -> bool {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "cd \"$0\" && test -w .", &place.to_string_lossy()])
        .current_dir("/");
    command.stderr(std::process::Stdio::null());
    run_as(&mut command, user);
    command.status().is_ok_and(|status| status.success())
}

pub(crate) fn run_as(command: &mut Command, user: Option<&OsUser>) {
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
}

/// Creates a directory in [`OPEN_PLACE`] that only `user` can enter, or only the current user if
/// `user` is `None`. Fails if the name already exists.
fn private_dir(name: &str, user: Option<&OsUser>) -> Result<PathBuf, RigError> {
    let place = Path::new(OPEN_PLACE).join(name);
    std::fs::create_dir(&place).map_err(RigError::io(format!("creating {}", place.display())))?;
    own(&place, user)?;
    Ok(place)
}

fn own(place: &Path, user: Option<&OsUser>) -> Result<(), RigError> {
    std::fs::set_permissions(place, Permissions::from_mode(0o700))
        .map_err(RigError::io(format!("closing {}", place.display())))?;
    match user {
        Some(user) => chown(place, Some(user.uid), Some(user.gid))
            .map_err(RigError::io(format!("giving away {}", place.display()))),
        None => Ok(()),
    }
}

pub(crate) fn write_private(
    file: &Path,
    text: &str,
    user: Option<&OsUser>,
) -> Result<(), RigError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let _ = std::fs::remove_file(file);
    let mut open = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(RigError::io(format!("creating {}", file.display())))?;
    writeln!(open, "{text}").map_err(RigError::io(format!("writing {}", file.display())))?;
    match user {
        Some(user) => chown(file, Some(user.uid), Some(user.gid))
            .map_err(RigError::io(format!("giving away {}", file.display()))),
        None => Ok(()),
    }
}

fn random_password() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Removes temporary clusters whose creating process was killed before it could clean up.
fn remove_orphans() {
    for entry in std::fs::read_dir(OPEN_PLACE)
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name();
        let maker = name
            .to_str()
            .and_then(|name| name.strip_prefix(TEMPORARY_PREFIX))
            .and_then(|rest| rest.split('-').next());
        if maker
            .is_some_and(|pid| pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists())
        {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
