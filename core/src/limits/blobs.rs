//! Limits of the bytes of attachments: how they are stored, scanned and made into previews.

/// Maximum bytes of one attachment by default: clamd of Debian 12 accepts a stream of this length.
pub const UPLOAD_BYTES_MAX: u64 = 25 * 1024 * 1024;
/// The largest value of the setting for [`UPLOAD_BYTES_MAX`]. An upload that is cut begins again, which is too much to ask for
/// larger files.
pub const UPLOAD_BYTES_CEILING: u64 = 50 * 1024 * 1024;
/// Maximum bytes that one person uploads within 24 hours, by default.
pub const UPLOAD_BYTES_PERSON_DAY_MAX: u64 = 100 * 1024 * 1024;
/// Maximum bytes of all attachments of one ticket, by default.
pub const UPLOAD_BYTES_TICKET_MAX: u64 = 500 * 1024 * 1024;

/// Maximum bytes of a key in the store of attachments: a UUID with a prefix fits.
pub const BLOB_KEY_BYTES_MAX: usize = 200;
/// First bytes of a file from which its type is determined.
pub const BLOB_HEAD_BYTES: usize = 8 * 1024;
/// Bytes of an upload that are collected before they are written to a directory. Each running upload needs this much memory.
pub const BLOB_WRITE_BYTES: usize = 64 * 1024;
/// Bytes of an upload that are collected before they are sent to an S3 service: the smallest part that S3 accepts.
pub const BLOB_PART_BYTES: usize = 5 * 1024 * 1024;
/// Bytes of an upload after which the system is told to write them to the disk. A file whose bytes all wait for the flush at its end holds up the
/// commits of a database on the same disk for as long.
pub const BLOB_WRITE_BACK_BYTES: u64 = 256 * 1024;
/// Maximum uploads to an S3 service that run at the same time, because each one collects a part in memory. Further uploads wait.
pub const BLOB_PARTS_AT_ONCE_MAX: usize = 8;
/// Time limit of one operation on the store, such as writing a part, including its retries.
pub const BLOB_TIMEOUT_MS: u64 = 60_000;
/// Time limit of connecting to an S3 service.
pub const BLOB_CONNECT_TIMEOUT_MS: u64 = 5_000;
/// Time limit of one request to an S3 service, until its answer begins. A part of the largest size needs about 2 Mbit/s.
pub const BLOB_ANSWER_TIMEOUT_MS: u64 = 25_000;
/// Repetitions of a failed request to an S3 service.
pub const BLOB_RETRIES_MAX: usize = 3;
/// An unfinished file in a directory store is deleted if nothing was written to it for this long: its process has been killed.
pub const BLOB_LEFTOVER_MS: u64 = 60 * 60 * 1_000;

/// Bytes of a file that are sent to the scanner in one piece.
pub const SCAN_CHUNK_BYTES: usize = 64 * 1024;
/// Maximum bytes of the scanner's answer: one line with the name of a finding.
pub const SCAN_ANSWER_BYTES_MAX: usize = 4 * 1024;
/// Maximum characters of a finding, of the scanner's version and of a reason.
pub const SCAN_TEXT_CHARS_MAX: usize = 200;
/// Time limit of connecting to the scanner.
pub const SCAN_CONNECT_TIMEOUT_MS: u64 = 5_000;
/// Time limit within which the scanner must take the next piece of a file.
pub const SCAN_WRITE_TIMEOUT_MS: u64 = 30_000;
/// Time limit of the scanner's answer after the last byte of a file. clamd itself stops after 120 s (`MaxScanTime`).
pub const SCAN_ANSWER_TIMEOUT_MS: u64 = 150_000;
/// Time limit of the scanner's answer to a command that scans nothing.
pub const SCAN_PING_TIMEOUT_MS: u64 = 5_000;

/// Maximum bytes of a picture of which a preview is made.
pub const PREVIEW_SOURCE_BYTES_MAX: usize = 25 * 1024 * 1024;
/// Maximum pixels of a picture of which a preview is made: more than the cameras of phones take by default (12 to 24 million).
pub const PREVIEW_SOURCE_PIXELS_MAX: u64 = 40_000_000;
/// Maximum width and height of a picture of which a preview is made.
pub const PREVIEW_SOURCE_EDGE_MAX: u32 = 20_000;
/// Maximum memory for decoding one picture, in bytes: three bytes for each of its pixels, and a little more.
pub const PREVIEW_DECODED_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Maximum memory for the metadata of a PNG, in bytes. A colour profile of zeros grows a thousandfold when it is read.
pub const PREVIEW_METADATA_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Longest edge of a preview, in pixels.
pub const PREVIEW_EDGE_MAX: u32 = 1_280;
/// Maximum bytes of a preview. A larger one is not stored.
pub const PREVIEW_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Time limit of a request for a preview. The picture's decoding ends later if it takes longer, and meanwhile no other one begins.
pub const PREVIEW_TIMEOUT_MS: u64 = 10_000;

const _: () = assert!(BLOB_HEAD_BYTES <= BLOB_WRITE_BYTES);
const _: () = assert!(BLOB_ANSWER_TIMEOUT_MS * 2 < BLOB_TIMEOUT_MS);
const _: () = assert!(BLOB_CONNECT_TIMEOUT_MS < BLOB_ANSWER_TIMEOUT_MS);
