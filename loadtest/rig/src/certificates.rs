//! Certificates for tests: a certificate authority, and the certificates that it signs. The files
//! are removed on drop.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use crate::locate::OsUser;

static DIRECTORIES: AtomicU32 = AtomicU32::new(0);

/// A certificate authority and the files of its certificates.
#[derive(Debug)]
pub struct Certificates {
    dir: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

/// The files of one certificate.
#[derive(Debug, Clone)]
pub struct CertificateFiles {
    /// PEM file of the certificate.
    pub certificate: PathBuf,
    /// PEM file of the private key. Only its owner can read it, because Postgres refuses other key
    /// files.
    pub key: PathBuf,
}

/// The validity period of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// Valid until far in the future.
    Good,
    /// Valid from 1999 to 2000.
    Expired,
}

impl Certificates {
    /// Creates a certificate authority with a new key.
    ///
    /// # Panics
    /// If the files cannot be written.
    pub fn new() -> Self {
        let name = format!(
            "helpline-certificates-{}-{}",
            std::process::id(),
            DIRECTORIES.fetch_add(1, Ordering::Relaxed)
        );
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).expect("a directory for certificates");
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "Helpline's test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let own = params
            .self_signed(&key)
            .expect("a certificate of the authority");
        std::fs::write(dir.join("authority.pem"), own.pem()).expect("the authority's file");
        Self {
            dir,
            issuer: Issuer::new(params, key),
        }
    }

    /// Path of the certificate authority's own certificate, in PEM form.
    pub fn authority(&self) -> PathBuf {
        self.dir.join("authority.pem")
    }

    /// Creates a certificate signed by the authority. `names` are host names for a server, or the
    /// person's name for a client certificate.
    ///
    /// # Panics
    /// If the files cannot be written.
    pub fn signed(&self, file: &str, names: &[&str], validity: Validity) -> CertificateFiles {
        let key = KeyPair::generate().expect("a key");
        let params = params(names, validity);
        let signed = params.signed_by(&key, &self.issuer).expect("a certificate");
        self.written(file, &signed.pem(), &key)
    }

    /// Creates a self-signed certificate that is marked as an authority, like `openssl req -new
    /// -x509`.
    ///
    /// # Panics
    /// If the files cannot be written.
    pub fn self_signed(&self, file: &str, names: &[&str], validity: Validity) -> CertificateFiles {
        let key = KeyPair::generate().expect("a key");
        let mut params = params(names, validity);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = params.self_signed(&key).expect("a certificate");
        self.written(file, &own.pem(), &key)
    }

    fn written(&self, file: &str, certificate: &str, key: &KeyPair) -> CertificateFiles {
        let files = CertificateFiles {
            certificate: self.dir.join(format!("{file}.pem")),
            key: self.dir.join(format!("{file}.key")),
        };
        std::fs::write(&files.certificate, certificate).expect("a certificate's file");
        std::fs::write(&files.key, key.serialize_pem()).expect("a key's file");
        only_for_its_owner(&files.key);
        files
    }
}

impl Default for Certificates {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Certificates {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn params(names: &[&str], validity: Validity) -> CertificateParams {
    let hosts: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).expect("names of hosts");
    params.distinguished_name.push(
        DnType::CommonName,
        names.first().copied().unwrap_or("nameless"),
    );
    if validity == Validity::Expired {
        params.not_before = date_time_ymd(1999, 1, 1);
        params.not_after = date_time_ymd(2000, 1, 1);
    }
    params
}

fn only_for_its_owner(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, mode).expect("the key's file is ours");
    if let Some(user) = OsUser::for_postgres() {
        std::os::unix::fs::chown(path, Some(user.uid), Some(user.gid)).expect("root gives away");
    }
}
