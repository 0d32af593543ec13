//! One upload into the store: counts, hashes and collects the body, and makes the file visible when all of it is there.

use std::fmt::Display;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use helpline_core::limits;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};

use super::content::by_content;
use super::directory;
use super::fault::{PutError, within};

/// What the store is doing, for its errors.
const DOING: &str = "storing a file";

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Bytes of the file.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// Media type of the file by its first bytes, whatever its name says.
    pub content_type: &'static str,
}

/// An upload that is received. Until [`Self::receive`] has returned, the store has nothing under its key.
pub(super) struct Upload<'a> {
    store: &'a Arc<dyn ObjectStore>,
    path: Path,
    /// Bytes that are written together.
    part_bytes: usize,
    /// The store's directory, if it is one.
    directory: Option<&'a std::path::Path>,
    /// Bytes of the directory's file that were written, and of these, the bytes that the system was told to write to the disk.
    written: u64,
    on_its_way: u64,
    waiting: BytesMut,
    /// The upload in the store, as soon as there is more than one part.
    parts: Option<Box<dyn MultipartUpload>>,
}

impl<'a> Upload<'a> {
    pub(super) fn new(
        store: &'a Arc<dyn ObjectStore>,
        path: Path,
        part_bytes: usize,
        directory: Option<&'a std::path::Path>,
    ) -> Self {
        Self {
            store,
            path,
            part_bytes,
            directory,
            written: 0,
            on_its_way: 0,
            waiting: BytesMut::new(),
            parts: None,
        }
    }

    /// Receives the body and makes the file visible.
    pub(super) async fn receive<S, E>(&mut self, size: u64, body: S) -> Result<Received, PutError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Display,
    {
        let mut body = std::pin::pin!(body);
        let mut received: u64 = 0;
        let mut head = Vec::new();
        let mut hash = Sha256::new();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| PutError::Cut(error.to_string()))?;
            received = received.saturating_add(chunk.len() as u64);
            if received > size {
                return Err(PutError::TooLong);
            }
            hash.update(&chunk);
            let missing = limits::BLOB_HEAD_BYTES - head.len();
            head.extend_from_slice(&chunk[..chunk.len().min(missing)]);
            self.write(&chunk).await?;
        }
        if received < size {
            return Err(PutError::TooShort { received });
        }
        self.complete().await?;
        Ok(Received {
            size,
            sha256: hash.finalize().into(),
            content_type: by_content(&head, size),
        })
    }

    /// Collects a chunk, and writes what has become a whole part.
    async fn write(&mut self, mut chunk: &[u8]) -> Result<(), PutError> {
        while self.waiting.len() + chunk.len() > self.part_bytes {
            let (now, later) = chunk.split_at(self.part_bytes - self.waiting.len());
            self.waiting.extend_from_slice(now);
            chunk = later;
            self.write_part().await?;
        }
        self.waiting.extend_from_slice(chunk);
        Ok(())
    }

    async fn write_part(&mut self) -> Result<(), PutError> {
        self.written += self.waiting.len() as u64;
        let part = PutPayload::from(self.waiting.split().freeze());
        let parts = match &mut self.parts {
            Some(parts) => parts,
            None => {
                let begun = within(DOING, self.store.put_multipart(&self.path)).await?;
                self.parts.insert(begun)
            }
        };
        within(DOING, parts.put_part(part)).await?;
        if let Some(directory) = self.directory
            && self.written - self.on_its_way >= limits::BLOB_WRITE_BACK_BYTES
        {
            let range = self.on_its_way..self.written;
            directory::write_back(directory, self.path.as_ref(), range).await?;
            self.on_its_way = self.written;
        }
        Ok(())
    }

    /// Makes the file appear in the store. A file of one part is put with one request.
    async fn complete(&mut self) -> Result<(), PutError> {
        if self.parts.is_some() {
            self.write_part().await?;
        }
        match &mut self.parts {
            Some(parts) => {
                within(DOING, parts.complete()).await?;
            }
            None => {
                let whole = PutPayload::from(self.waiting.split().freeze());
                within(DOING, self.store.put(&self.path, whole)).await?;
            }
        }
        self.parts = None;
        Ok(())
    }

    /// Deletes the parts that were written. If that fails, a directory's sweep or the bucket's own rule deletes them.
    pub(super) async fn abort(&mut self) {
        if let Some(mut parts) = self.parts.take()
            && let Err(error) = within("removing an unfinished upload", parts.abort()).await
        {
            tracing::warn!(
                error = helpline_persistence::error::chain(&error),
                "parts of an unfinished upload remain in the store"
            );
        }
    }
}
