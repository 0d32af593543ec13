//! REST bodies about files: uploads, and the attachments that they become.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::attachment::{AttachmentState, UploadState};
use crate::ids::{Key, MessageId, Seq, TicketId, UploadId};

requests! {
    /// `POST /v1/uploads`: reserves an upload. Its bytes follow with `PUT /v1/uploads/{id}`.
    pub struct NewUpload {
        /// Identifies this upload across retries, like the key of a message.
        pub key: Key,
        /// The file's name. Directories and characters that could harm are removed from it.
        pub name: String,
        /// The file's size in bytes, at least 1.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub size_bytes: u64,
        /// The media type that the sender believes the file has. The server determines the type
        /// from the content.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub content_type: Option<String>,
        /// The ticket on which a message will name the file. If absent, the file is for a ticket
        /// that the person opens next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ticket: Option<TicketId>,
        /// Whether the file is for an internal note.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub is_internal: Option<bool>,
    }
}

rest! {
    /// A file of a person, before a message names it.
    pub struct Upload {
        pub id: UploadId,
        /// The file's name as it will be shown.
        pub name: String,
        /// The media type, determined from the content. Before the upload is stored, the type that
        /// the sender named, or `application/octet-stream`.
        pub content_type: String,
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub size_bytes: u64,
        pub state: UploadState,
        pub is_internal: bool,
        /// The ticket that the upload is for; null if it is for a ticket that the person opens
        /// next.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ticket: Option<TicketId>,
        /// When the upload is deleted, unless a message names it.
        pub expires_at: DateTime<Utc>,
    }

    /// A page of `GET /v1/tickets/{ticket}/attachments`: the files of a ticket's messages, the
    /// newest message first.
    pub struct TicketFilePage {
        pub attachments: Vec<TicketFile>,
        /// Whether there are older files. `before` with the last `seq` returns them.
        pub more: bool,
    }

    /// A file of a ticket's message.
    pub struct TicketFile {
        pub id: UploadId,
        pub name: String,
        pub content_type: String,
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub size_bytes: u64,
        pub state: AttachmentState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub width: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub height: Option<u32>,
        pub preview: bool,
        pub message: MessageId,
        /// The number of the message's event, in the numbering of the reader's audience.
        pub seq: Seq,
        /// When the message was sent.
        pub at: DateTime<Utc>,
        /// The author's name as the reader sees it; null for the system.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub sender: Option<String>,
        /// Whether the message is an internal note. Only staff get this field.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub is_internal: Option<bool>,
    }

    /// The response of `POST /v1/attachments/{id}/link`.
    pub struct AttachmentLink {
        /// The address of the file, a path on this host unless the desk serves files from a host of
        /// their own. It is signed for the person who requested it: when it is opened, their right to the
        /// file is checked again. A browser sends no token with it, so anyone who has the address can open it, so do not pass it on.
        pub url: String,
        /// When the address stops working, at most 60 s from now.
        pub expires_at: DateTime<Utc>,
    }
}
