//! Settings of attachments: where their bytes are stored, who scans them, from where they are downloaded, and their quotas.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{ArgAction, Args};
use helpline_core::limits;
use helpline_core::origin::Origin;
use helpline_persistence::connect::is_this_machine;

use super::error::ConfigError;
use super::plaintext::Plaintext;
use super::values::{Hidden, SECRET_BYTES_MIN, pem_file, public_url, trimmed_warning, usable_port};

/// Where attachments are stored, as clap parsed it, before validation.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Attachments")]
pub struct BlobSettings {
    /// Directory for the bytes of attachments, on a disk that is backed up. Without it and without --blobs-s3-bucket, no files can be
    /// attached
    #[arg(long, env = "HELPLINE_BLOBS_DIR", value_name = "DIR")]
    pub blobs_dir: Option<PathBuf>,
    /// All instances see the same files under --blobs-dir (a network file system); required with a relay
    #[arg(long, env = "HELPLINE_BLOBS_SHARED", value_name = "BOOL", action = ArgAction::Set, num_args = 0..=1, require_equals = true,
        default_value_t = false, default_missing_value = "true")]
    pub blobs_shared: bool,
    /// Bucket of a service that speaks S3, instead of --blobs-dir
    #[arg(long, env = "HELPLINE_BLOBS_S3_BUCKET", value_name = "NAME")]
    pub blobs_s3_bucket: Option<String>,
    /// Address of the S3 service, without the bucket: https://s3.example [default: that of Amazon in the region]
    #[arg(long, env = "HELPLINE_BLOBS_S3_ENDPOINT", value_name = "URL")]
    pub blobs_s3_endpoint: Option<String>,
    /// Region of the bucket; services other than Amazon's accept any
    #[arg(
        long,
        env = "HELPLINE_BLOBS_S3_REGION",
        value_name = "NAME",
        default_value = "us-east-1"
    )]
    pub blobs_s3_region: String,
    /// Access key id for the bucket
    #[arg(
        long,
        env = "HELPLINE_BLOBS_S3_KEY",
        value_name = "TEXT",
        hide_env_values = true
    )]
    pub blobs_s3_key: Option<Hidden>,
    /// Secret access key for the bucket
    #[arg(
        long,
        env = "HELPLINE_BLOBS_S3_SECRET",
        value_name = "SECRET",
        hide_env_values = true
    )]
    pub blobs_s3_secret: Option<Hidden>,
    /// Whether the bucket is the first part of the path. If false, it is the first part of the host name
    #[arg(long, env = "HELPLINE_BLOBS_S3_PATH_STYLE", value_name = "BOOL", action = ArgAction::Set, default_value_t = true)]
    pub blobs_s3_path_style: bool,
    /// Certificate authorities for the S3 service in PEM form, in addition to those of the machine
    #[arg(long, env = "HELPLINE_BLOBS_S3_CA_FILE", value_name = "FILE")]
    pub blobs_s3_ca_file: Option<PathBuf>,
}

/// The settings of attachments, as clap parsed them, before validation.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Attachments")]
pub struct FileSettings {
    /// The store.
    #[command(flatten)]
    pub blobs: BlobSettings,
    /// Address of clamd, which scans attachments: tcp://host:3310 or unix:/run/clamav/clamd.ctl [default: files are not scanned]
    #[arg(long, env = "HELPLINE_SCANNER", value_name = "ADDRESS")]
    pub scanner: Option<ScannerAddress>,
    /// What happens to a file that the scanner cannot scan, such as an encrypted archive or one that is larger than its limits
    #[arg(long, env = "HELPLINE_SCANNER_NOT_SCANNABLE", value_name = "WHAT", value_enum, default_value_t = NotScannable::Refuse)]
    pub scanner_not_scannable: NotScannable,
    /// What happens to files while the scanner is not reached: wait, or allow-after:600, after which number of seconds they can be
    /// downloaded unscanned
    #[arg(
        long,
        env = "HELPLINE_SCANNER_NOT_REACHED",
        value_name = "POLICY",
        default_value = "wait"
    )]
    pub scanner_not_reached: NotReached,
    /// Origin from which files are downloaded, on a host name of its own that leads to this desk: https://files.example. A file then never
    /// shares an origin with the pages [default: the desk's own]
    #[arg(long, env = "HELPLINE_FILES_ORIGIN", value_name = "ORIGIN", value_parser = public_url)]
    pub files_origin: Option<Origin>,
    /// Secrets that sign links to files, at least 32 bytes each, the same on every instance. The first one signs, all of them verify
    /// [default: those of --secret-key; without a relay, a random one]
    #[arg(
        long = "file-link-secret",
        env = "HELPLINE_FILE_LINK_SECRET",
        value_name = "SECRET,…",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub link_secrets: Vec<Hidden>,
    /// Maximum bytes of one attachment; at most StreamMaxLength of clamd
    #[arg(long, env = "HELPLINE_UPLOAD_BYTES_MAX", value_name = "BYTES", default_value_t = limits::UPLOAD_BYTES_MAX,
        value_parser = clap::value_parser!(u64).range(1..=limits::UPLOAD_BYTES_CEILING))]
    pub upload_bytes_max: u64,
    /// Maximum bytes that one person uploads within 24 hours
    #[arg(long, env = "HELPLINE_UPLOAD_BYTES_PER_PERSON_DAY", value_name = "BYTES", default_value_t = limits::UPLOAD_BYTES_PERSON_DAY_MAX,
        value_parser = clap::value_parser!(u64).range(1..=limits::EXACT_NUMBER_MAX))]
    pub upload_bytes_per_person_day: u64,
    /// Maximum bytes of all attachments of one ticket
    #[arg(long, env = "HELPLINE_UPLOAD_BYTES_PER_TICKET", value_name = "BYTES", default_value_t = limits::UPLOAD_BYTES_TICKET_MAX,
        value_parser = clap::value_parser!(u64).range(1..=limits::EXACT_NUMBER_MAX))]
    pub upload_bytes_per_ticket: u64,
    /// Maximum bytes of all attachments of the desk [default: no limit]
    #[arg(long, env = "HELPLINE_UPLOAD_BYTES_PER_DESK", value_name = "BYTES",
        value_parser = clap::value_parser!(u64).range(1..=limits::EXACT_NUMBER_MAX))]
    pub upload_bytes_per_desk: Option<u64>,
}

impl FileSettings {
    /// Warnings about secrets whose trailing white space was removed.
    pub(super) fn trimmed_warnings(&self) -> Vec<String> {
        let blobs = &self.blobs;
        let key = blobs
            .blobs_s3_key
            .iter()
            .map(|text| ("--blobs-s3-key", text));
        let secret = blobs
            .blobs_s3_secret
            .iter()
            .map(|text| ("--blobs-s3-secret", text));
        let links = self
            .link_secrets
            .iter()
            .map(|text| ("--file-link-secret", text));
        key.chain(secret)
            .chain(links)
            .filter_map(|(setting, text)| trimmed_warning(setting, text))
            .collect()
    }
}

/// The validated settings of attachments.
#[derive(Debug, Clone)]
pub struct Files {
    /// The store. `None` if no files can be attached.
    pub blobs: Option<BlobConfig>,
    /// The scanner. `None` if files are not scanned.
    pub scanner: Option<ScannerAddress>,
    /// What happens to a file that cannot be scanned.
    pub not_scannable: NotScannable,
    /// What happens to files while the scanner is not reached.
    pub not_reached: NotReached,
    /// Origin from which files are downloaded. `None` for the desk's own.
    pub origin: Option<Origin>,
    /// Secrets that sign links to files. The first one signs, all of them verify. If there are none, a random one is enough, because
    /// there is one instance only.
    pub link_secrets: Vec<Hidden>,
    /// Maximum bytes of one attachment.
    pub upload_bytes_max: u64,
    /// Maximum bytes that one person uploads within 24 hours.
    pub upload_bytes_person_day_max: u64,
    /// Maximum bytes of all attachments of one ticket.
    pub upload_bytes_ticket_max: u64,
    /// Maximum bytes of all attachments of the desk. `None` for no limit.
    pub upload_bytes_desk_max: Option<u64>,
}

/// A store of attachments.
#[derive(Debug, Clone)]
pub enum BlobConfig {
    /// A directory.
    LocalDirectory {
        /// The directory, which is created if it is missing.
        path: PathBuf,
        /// Whether all instances see the same files in it.
        shared: bool,
    },
    /// A bucket of a service that speaks S3.
    S3(S3Config),
}

/// A bucket of a service that speaks S3.
#[derive(Debug, Clone)]
pub struct S3Config {
    /// Name of the bucket.
    pub bucket: String,
    /// Address of the service, without the bucket and without a slash at its end.
    pub endpoint: String,
    /// Region of the bucket.
    pub region: String,
    /// Access key id.
    pub key: Hidden,
    /// Secret access key.
    pub secret: Hidden,
    /// Whether the bucket is part of the path, rather than of the host name.
    pub path_style: bool,
    /// Certificate authorities in PEM form, in addition to those of the machine.
    pub ca: Option<Vec<u8>>,
}

impl S3Config {
    /// The address to which requests go: with the bucket in front of the host name, unless it is in the path.
    pub fn address(&self) -> String {
        match self.endpoint.split_once("://") {
            Some((scheme, rest)) if !self.path_style => {
                format!("{scheme}://{}.{rest}", self.bucket)
            }
            Some(_) | None => self.endpoint.clone(),
        }
    }
}

/// What happens to a file that the scanner cannot scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum NotScannable {
    /// It cannot be downloaded
    Refuse,
    /// It can be downloaded, and is shown as not scanned
    Allow,
}

/// What happens to files while the scanner is not reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReached {
    /// They wait, and cannot be downloaded.
    Wait,
    /// They can be downloaded when they have waited for this long, and are shown as not scanned.
    AllowAfter(Duration),
}

impl FromStr for NotReached {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "wait" {
            return Ok(Self::Wait);
        }
        text.strip_prefix("allow-after:")
            .filter(|seconds| seconds.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|seconds| seconds.parse().ok())
            .map(|seconds: u32| Self::AllowAfter(Duration::from_secs(seconds.into())))
            .ok_or("must be wait, or allow-after: and a number of seconds, such as allow-after:600")
    }
}

/// Address of clamd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerAddress {
    /// A host and a port.
    Tcp {
        /// Name or address of the host, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A socket of this machine.
    Unix(PathBuf),
}

impl FromStr for ScannerAddress {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must have the form tcp://host:3310 or unix:/run/clamav/clamd.ctl";
        if let Some(path) = text.strip_prefix("unix:") {
            let path = PathBuf::from(path);
            return path.is_absolute().then_some(Self::Unix(path)).ok_or(FORM);
        }
        let rest = text.strip_prefix("tcp://").ok_or(FORM)?;
        let (host, port) = rest.rsplit_once(':').ok_or(FORM)?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or(FORM)?;
        let host = match url::Host::parse(host).map_err(|_| FORM)? {
            url::Host::Domain(name) => name,
            url::Host::Ipv4(address) => address.to_string(),
            url::Host::Ipv6(address) => address.to_string(),
        };
        Ok(Self::Tcp { host, port })
    }
}

/// Validates the settings of the store. `None` if there is none.
///
/// # Errors
/// Two stores are named, a setting that S3 needs is missing, or one of them is invalid.
pub fn checked_blobs(
    settings: BlobSettings,
    plaintext: &[Plaintext],
) -> Result<Option<BlobConfig>, ConfigError> {
    let BlobSettings {
        blobs_dir,
        blobs_shared,
        blobs_s3_bucket,
        blobs_s3_endpoint,
        blobs_s3_region,
        blobs_s3_key,
        blobs_s3_secret,
        blobs_s3_path_style,
        blobs_s3_ca_file,
    } = settings;
    let Some(bucket) = blobs_s3_bucket else {
        let strays = [
            ("--blobs-s3-endpoint", blobs_s3_endpoint.is_some()),
            ("--blobs-s3-key", blobs_s3_key.is_some()),
            ("--blobs-s3-secret", blobs_s3_secret.is_some()),
            ("--blobs-s3-ca-file", blobs_s3_ca_file.is_some()),
        ];
        if let Some((stray, _)) = strays.into_iter().find(|(_, is_set)| *is_set) {
            return Err(ConfigError::new(
                "--blobs-s3-bucket",
                format!("is needed by {stray}"),
            ));
        }
        return Ok(blobs_dir.map(|path| BlobConfig::LocalDirectory {
            path,
            shared: blobs_shared,
        }));
    };
    if blobs_dir.is_some() {
        return Err(ConfigError::new(
            "--blobs-dir, --blobs-s3-bucket",
            "are two stores: set one of them",
        ));
    }
    if !is_bucket(&bucket) {
        return Err(ConfigError::new(
            "--blobs-s3-bucket",
            "must have 3 to 63 lower-case letters, digits, dots and hyphens",
        ));
    }
    let endpoint =
        blobs_s3_endpoint.unwrap_or_else(|| format!("https://s3.{blobs_s3_region}.amazonaws.com"));
    let endpoint = checked_endpoint(&endpoint, plaintext)?;
    let needed = |value: Option<Hidden>, name: &'static str| {
        value
            .filter(|value| !value.expose().is_empty())
            .ok_or_else(|| ConfigError::new(name, "is needed by --blobs-s3-bucket"))
    };
    let ca = match &blobs_s3_ca_file {
        Some(path) => Some(pem_file("--blobs-s3-ca-file", path)?),
        None => None,
    };
    Ok(Some(BlobConfig::S3(S3Config {
        bucket,
        endpoint,
        region: blobs_s3_region,
        key: needed(blobs_s3_key, "--blobs-s3-key")?,
        secret: needed(blobs_s3_secret, "--blobs-s3-secret")?,
        path_style: blobs_s3_path_style,
        ca,
    })))
}

fn is_bucket(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| plain(byte) || b".-".contains(&byte))
        && name.bytes().next().is_some_and(plain)
        && !name.contains("..")
}

fn checked_endpoint(text: &str, plaintext: &[Plaintext]) -> Result<String, ConfigError> {
    let fault = |why: &str| ConfigError::new("--blobs-s3-endpoint", why);
    let uri: axum::http::Uri = text.parse().map_err(|_| fault("not a URL"))?;
    let authority = uri
        .authority()
        .filter(|authority| !authority.host().is_empty())
        .ok_or_else(|| fault("a URL with a host is needed"))?;
    usable_port(&uri).map_err(fault)?;
    if authority.as_str().contains('@') || uri.query().is_some() {
        return Err(fault("must not contain a user or a query"));
    }
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if is_this_machine(authority.host()) => {}
        Some("http") if plaintext.contains(&Plaintext::S3) => {}
        Some("http") => {
            return Err(fault(
                "must be https, unless it is on this machine or --allow-plaintext has s3",
            ));
        }
        _ => return Err(fault("must begin with https://")),
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Validates the settings of attachments. `sessions` are the secrets of `--secret-key`.
///
/// # Errors
/// A setting is invalid, or several instances cannot share what they must share.
pub(super) fn checked_files(
    settings: FileSettings,
    plaintext: &[Plaintext],
    has_relay: bool,
    sessions: &[Hidden],
) -> Result<Files, ConfigError> {
    let blobs = checked_blobs(settings.blobs, plaintext)?;
    if has_relay
        && matches!(
            blobs,
            Some(BlobConfig::LocalDirectory { shared: false, .. })
        )
    {
        return Err(ConfigError::new(
            "--blobs-dir",
            "is a directory of one machine, but --redis-url is set, so there are several instances: use --blobs-s3-bucket, or set \
             --blobs-shared if every instance sees the same files there",
        ));
    }
    if let Some(ScannerAddress::Tcp { host, .. }) = &settings.scanner
        && !is_this_machine(host)
        && !plaintext.contains(&Plaintext::Scanner)
    {
        return Err(ConfigError::new(
            "--scanner",
            "is on another machine, and clamd has no TLS: files would be readable on the network. Allow it by --allow-plaintext scanner",
        ));
    }
    // A file for the secret may exist before there is one.
    let own: Vec<_> = settings
        .link_secrets
        .into_iter()
        .filter(|secret| !secret.expose().is_empty())
        .collect();
    if own
        .iter()
        .any(|secret| secret.expose().len() < SECRET_BYTES_MIN)
    {
        return Err(ConfigError::new(
            "--file-link-secret",
            format!("must have at least {SECRET_BYTES_MIN} bytes"),
        ));
    }
    let link_secrets = if own.is_empty() {
        sessions.to_vec()
    } else {
        own
    };
    if has_relay && blobs.is_some() && link_secrets.is_empty() {
        return Err(ConfigError::new(
            "--file-link-secret",
            "is needed with --redis-url: an instance must accept links to files that another one has signed (32 random bytes, for \
             instance `openssl rand -base64 32`)",
        ));
    }
    Ok(Files {
        blobs,
        scanner: settings.scanner,
        not_scannable: settings.scanner_not_scannable,
        not_reached: settings.scanner_not_reached,
        origin: settings.files_origin,
        link_secrets,
        upload_bytes_max: settings.upload_bytes_max,
        upload_bytes_person_day_max: settings.upload_bytes_per_person_day,
        upload_bytes_ticket_max: settings.upload_bytes_per_ticket,
        upload_bytes_desk_max: settings.upload_bytes_per_desk,
    })
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
