//! Limits of files: uploads, the attachments that they become, and their quotas.

/// Maximum bytes of one attachment as Postgres stores it in JSON, counting four bytes for each character of name and media type. A longer
/// attachment, which may date from before this limit existed, is left out when its message is read.
pub const ATTACHMENT_STORED_BYTES_MAX: usize = 2 * 1024;
/// Maximum bytes of a message's attachments as Postgres stores them in JSON.
pub const ATTACHMENTS_STORED_BYTES_MAX: usize = 24 * 1024;
/// Maximum characters of a media type. The longest registered ones have fewer than a hundred.
pub const MEDIA_TYPE_CHARS_MAX: usize = 200;
/// Maximum uploads of one person that no message names yet: two full messages.
pub const UPLOADS_OPEN_MAX: i32 = 20;
/// How long an upload is kept that no message names.
pub const UPLOAD_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
/// Time limit of an upload or download, in addition to a second for each [`TRANSFER_BYTES_PER_S_MIN`] bytes.
pub const TRANSFER_TIMEOUT_MS: u64 = 60_000;
/// A connection that transfers fewer bytes per second is cut off: a slow mobile connection transfers more.
pub const TRANSFER_BYTES_PER_S_MIN: u64 = 16 * 1024;
/// An upload of which nothing arrives for this long is cut off. The client then repeats it.
pub const UPLOAD_IDLE_MS: u64 = 15_000;
/// Maximum uploads that one instance receives at the same time.
pub const UPLOADS_AT_ONCE_MAX: usize = 64;
/// Maximum uploads of one person that one instance receives at the same time.
pub const UPLOADS_AT_ONCE_PERSON_MAX: usize = 4;
/// Maximum downloads that one instance sends at the same time.
pub const DOWNLOADS_AT_ONCE_MAX: usize = 256;
/// Maximum downloads at once by the links of one person, on one instance.
pub const DOWNLOADS_AT_ONCE_PERSON_MAX: usize = 16;
/// How long a download link is valid: the client opens it at once.
pub const ATTACHMENT_LINK_S: i64 = 60;
/// Maximum messages with files in one page of a ticket's files.
pub const ATTACHMENT_PAGE_MAX: u32 = 100;
/// Messages with files in one page of a ticket's files by default.
pub const ATTACHMENT_PAGE: u32 = 50;
/// Time limit of one attempt to check a file: to scan it and to make its preview.
pub const ATTACHMENT_CHECK_MS: u64 = 300_000;
/// How long a check belongs to one instance. Another one takes it over then.
pub const ATTACHMENT_CHECK_LEASE_MS: u64 = 330_000;
/// Maximum time between two attempts at a check that failed, in milliseconds; the first repetition comes sooner
/// ([`DELIVERY_RETRY_S`](super::DELIVERY_RETRY_S)), because people wait for it. A check is never given up: a scanner or a store may be
/// away for days.
pub const ATTACHMENT_CHECK_RETRY_MS: u64 = 60_000;
/// Maximum bytes of a file's name as a client sends it, before it is cleaned and cut.
pub const UPLOAD_NAME_BYTES_MAX: usize = 4 * 1024;
/// Files that all instances check at the same time, because they have one scanner.
pub const ATTACHMENT_CHECKS_PER_DESK_MAX: u32 = 8;
/// Files that one instance checks at the same time.
pub const ATTACHMENT_CHECKS_AT_ONCE_MAX: u32 = 4;
/// Time between two looks for uploads that have expired and for bytes to delete.
pub const BLOB_REMOVAL_INTERVAL_MS: u64 = 5_000;
/// Maximum expired uploads, or files whose bytes are deleted, in one portion.
pub const BLOB_REMOVALS_MAX: i32 = 100;
/// Time until the deletion of a file's bytes is tried again after a failure.
pub const BLOB_REMOVAL_RETRY_MS: i64 = 60_000;
/// How long the store is asked again for bytes to delete that it does not have, in milliseconds: the store may be another one than it
/// should be, such as a directory whose disk is not mounted.
pub const BLOB_ABSENT_MS: i64 = 86_400_000;
/// Time that a file's bytes are kept although no upload refers to them, in addition to twice the time limit of the upload that wrote them.
pub const BLOB_UNFINISHED_KEPT_MS: u64 = 60 * 60 * 1_000;
/// Time until a file is offered to a scanner again that cannot be reached.
pub const SCAN_RETRY_MS: u64 = 5_000;
/// How long one check of a file waits for a scanner that cannot be reached. clamd is away for about a minute while it loads its signatures.
pub const SCAN_PATIENCE_MS: u64 = 90_000;
