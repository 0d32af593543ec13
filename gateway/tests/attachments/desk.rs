//! The fixture: gateways with a store of files in a directory.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::Request;
use helpline_core::ids::TicketId;
use helpline_rig::GatewaySpec;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::rest::{Answer, RestClient, signed};
use crate::kit::test_server::{Join, Person, TestServer, eventually};

/// How long a test waits for background work.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct Desk {
    pub server: TestServer,
    pub files: PathBuf,
    pub ada: Person,
    pub carl: Person,
    pub grace: Person,
    pub ticket: TicketId,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.files);
    }
}

impl Desk {
    pub async fn start() -> Self {
        Self::start_with(1, |spec| spec).await
    }

    pub async fn start_with(
        gateways: usize,
        settings: impl Fn(GatewaySpec) -> GatewaySpec,
    ) -> Self {
        let files = std::env::temp_dir().join(format!("helpline-files-{}", Uuid::new_v4()));
        let place = files.to_string_lossy().into_owned();
        Self::start_on(files, gateways, Join::Alone, |spec| {
            settings(spec.env("HELPLINE_BLOBS_DIR", &place))
        })
        .await
    }

    /// Starts gateways whose store the settings name. `files` is its directory, if it has one.
    pub async fn start_on(
        files: PathBuf,
        gateways: usize,
        join: Join,
        settings: impl Fn(GatewaySpec) -> GatewaySpec,
    ) -> Self {
        let server = TestServer::start_with(gateways, join, settings).await;
        let (ada, carl) = (server.customer("Ada Lovelace"), server.customer("Carl"));
        let grace = server.staff("Grace Hopper", "support_agent").await;
        for person in [&ada, &carl, &grace] {
            server
                .rest_without_body(0, person, "GET", "/v1/me")
                .await
                .expect(200);
        }
        let ticket = server.ticket(&ada).await;
        Self {
            server,
            files,
            ada,
            carl,
            grace,
            ticket,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.gateways[0].http_url())
    }

    pub async fn get(&self, person: &Person, path: &str) -> Answer {
        self.server.rest_without_body(0, person, "GET", path).await
    }

    pub async fn call(&self, person: &Person, method: &str, path: &str, body: Value) -> Answer {
        self.server.rest(0, person, method, path, body).await
    }

    /// Requests an address without a token, as a browser opens a link.
    pub async fn open(&self, path: &str) -> Answer {
        let request = Request::get(self.url(path)).body(Vec::new()).unwrap();
        RestClient::default().send(request).await
    }

    pub async fn reserve(&self, person: &Person, name: &str, size: usize) -> String {
        let body =
            json!({"key": Uuid::new_v4(), "name": name, "size_bytes": size, "ticket": self.ticket});
        self.reserve_as(person, body).await
    }

    pub async fn reserve_as(&self, person: &Person, body: Value) -> String {
        let upload = self.call(person, "POST", "/v1/uploads", body).await;
        let upload = upload.expect(201);
        assert_eq!(upload["state"], "reserved");
        upload["id"].as_str().unwrap().to_owned()
    }

    pub async fn put(&self, person: &Person, id: &str, bytes: &[u8]) -> Answer {
        let request = signed(
            "PUT",
            &self.url(&format!("/v1/uploads/{id}")),
            &person.token,
        )
        .header("content-type", "application/octet-stream")
        .body(bytes.to_vec())
        .unwrap();
        RestClient::default().send(request).await
    }

    /// A stored upload for a public message.
    pub async fn upload(&self, person: &Person, name: &str, bytes: &[u8]) -> String {
        let id = self.reserve(person, name, bytes.len()).await;
        let stored = self.put(person, &id, bytes).await.expect(200);
        assert_eq!(stored["state"], "stored");
        id
    }

    /// A stored upload for a note.
    pub async fn note_upload(&self, name: &str, bytes: &[u8]) -> String {
        let body = json!({"key": Uuid::new_v4(), "name": name, "size_bytes": bytes.len(), "ticket": self.ticket, "is_internal": true});
        let id = self.reserve_as(&self.grace, body).await;
        self.put(&self.grace, &id, bytes).await.expect(200);
        id
    }

    pub async fn send(&self, person: &Person, body: &str, files: &[&str]) -> Answer {
        let message = json!({"body": body, "attachments": files});
        self.post(person, message).await
    }

    pub async fn note(&self, body: &str, files: &[&str]) -> Answer {
        let message = json!({"body": body, "attachments": files, "internal": true});
        self.post(&self.grace, message).await
    }

    async fn post(&self, person: &Person, message: Value) -> Answer {
        let path = format!("/v1/tickets/{}/messages", self.ticket);
        self.call(person, "POST", &path, message).await
    }

    /// The present attachments of the ticket's messages, as this person reads them.
    pub async fn attachments(&self, person: &Person) -> Vec<Value> {
        let path = format!("/v1/tickets/{}/attachments", self.ticket);
        let page = self.get(person, &path).await.expect(200);
        page["attachments"].as_array().unwrap().clone()
    }

    /// Waits until an attachment has this state, as staff see it.
    pub async fn until(&self, id: &str, state: &str) -> Value {
        eventually(&format!("{state} of {id}"), PATIENCE, async || {
            let all = self.attachments(&self.grace).await;
            all.into_iter()
                .find(|it| it["id"] == id && it["state"] == state)
        })
        .await
    }

    pub async fn link(&self, person: &Person, id: &str) -> Answer {
        let path = format!("/v1/attachments/{id}/link");
        self.server
            .rest_without_body(0, person, "POST", &path)
            .await
    }

    /// The address of a file that this person may have.
    pub async fn url_of(&self, person: &Person, id: &str) -> String {
        let link = self.link(person, id).await.expect(200);
        link["url"].as_str().unwrap().to_owned()
    }

    /// The id of the last message of the ticket.
    pub async fn last_message(&self) -> String {
        let path = format!("/v1/tickets/{}/messages", self.ticket);
        let page = self.get(&self.grace, &path).await.expect(200);
        let last = page["events"].as_array().unwrap().last().unwrap();
        last["message"]["id"].as_str().unwrap().to_owned()
    }

    /// The contents of all files in the store.
    pub fn stored(&self) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let mut places = vec![self.files.clone()];
        while let Some(place) = places.pop() {
            for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
                if entry.file_name() == "helpline-store" {
                    continue;
                }
                if entry.path().is_dir() {
                    places.push(entry.path());
                } else {
                    found.extend(std::fs::read(entry.path()));
                }
            }
        }
        found
    }

    /// Waits until no file in the store has these bytes.
    pub async fn until_gone(&self, bytes: &[u8]) {
        eventually("the bytes are gone", PATIENCE, async || {
            (!self.stored().iter().any(|stored| stored == bytes)).then_some(())
        })
        .await;
    }
}

/// A PNG of 3 × 2 pixels.
pub fn png() -> Vec<u8> {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD
        .decode("iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AAQQxwFgBB0gX7h/C5SAAAAABJRU5ErkJggg==")
        .unwrap()
}
