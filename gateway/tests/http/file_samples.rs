//! Files for tests of every route: one that a message has, with a preview, and uploads of the agent.

use std::path::PathBuf;

use uuid::Uuid;

use crate::endpoints::Endpoint;
use crate::test_server::{TestServer, grace};

const ATTACHED: &str = "01990000-0000-7000-8000-00000000f001";
const STORED: &str = "01990000-0000-7000-8000-00000000f002";
const DELETED: &str = "01990000-0000-7000-8000-00000000f003";
const RESERVED: &str = "01990000-0000-7000-8000-00000000f004";
/// The bytes of every sample, also of the one whose bytes a route receives.
pub const BYTES: &[u8] = b"x";

/// A directory for the store of files. Deleted on drop.
pub struct FilesPlace(pub PathBuf);

impl FilesPlace {
    pub fn new() -> Self {
        Self(std::env::temp_dir().join(format!("helpline-http-files-{}", Uuid::new_v4())))
    }

    pub fn argument(&self) -> String {
        format!("--blobs-dir={}", self.0.display())
    }
}

impl Drop for FilesPlace {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Inserts the samples. The message has one of them.
pub async fn insert(server: &TestServer, place: &FilesPlace, ticket: &str, message: &str) {
    for key in [
        "files/attached",
        "files/stored",
        "files/deleted",
        "previews/attached",
    ] {
        let path = place.0.join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, BYTES).unwrap();
    }
    let owner = grace().id;
    let sql = format!(
        "insert into uploads (id, owner_id, ticket_id, key, name, content_type, size_bytes, sha256, state, message_id, blob_key, preview_key,
           preview_type, created_at, expires_at)
         select u.id::uuid, '{owner}', '{ticket}', u.id, 'a.png', 'image/png', 1, sha256('x'), u.state, u.message::uuid, u.blob, u.preview,
           case when u.preview is not null then 'image/png' end, now(), now() + interval '1 day'
         from (values ('{ATTACHED}', 'clean', '{message}', 'files/attached', 'previews/attached'),
                      ('{STORED}', 'stored', null, 'files/stored', null),
                      ('{DELETED}', 'stored', null, 'files/deleted', null),
                      ('{RESERVED}', 'reserved', null, null, null)) u (id, state, message, blob, preview);
         update support_messages set attachments = jsonb_build_array(uploads_described(u))
         from uploads u where support_messages.id = u.message_id"
    );
    server.database.batch_execute(&sql).await.unwrap();
}

/// Replaces the parameters of a route's path by the samples.
pub fn named(endpoint: Endpoint, path: &str) -> String {
    let upload = match endpoint {
        Endpoint::STORE_UPLOAD => RESERVED,
        Endpoint::DELETE_UPLOAD => DELETED,
        _ => STORED,
    };
    path.replace("{upload}", upload)
        .replace("{attachment}", ATTACHED)
}
