//! The metric families of files: uploads, checks, downloads and the removal of bytes.

use super::family::{Family, counter, each, gauge, one};

/// The metric families of files.
pub const FAMILIES: &[Family] = &[
    counter(
        "helpline_uploads_total",
        &["outcome"],
        || each(["stored", "cut", "failed"]),
        "Uploads whose bytes this instance began to receive: stored, cut (the client repeats it), failed",
    ),
    counter(
        "helpline_upload_bytes_total",
        &[],
        one,
        "Bytes of files that this instance has stored",
    ),
    gauge(
        "helpline_uploads_in_progress",
        &[],
        one,
        "Uploads that this instance receives at this moment",
    ),
    counter(
        "helpline_uploads_expired_total",
        &[],
        one,
        "Uploads that this instance deleted because no message named them within 24 hours",
    ),
    counter(
        "helpline_downloads_total",
        &[],
        one,
        "Downloads of files that this instance has begun",
    ),
    counter(
        "helpline_attachments_checked_total",
        &["state"],
        || each(["clean", "not_scanned", "infected", "not_scannable"]),
        "Files that this instance has checked, by the result",
    ),
    counter(
        "helpline_scanner_not_reached_total",
        &[],
        one,
        "Scans without a usable answer of the scanner; files wait until one succeeds",
    ),
    counter(
        "helpline_files_missing_total",
        &[],
        one,
        "Times at which the store did not have a file that a download or a check asked for",
    ),
    gauge(
        "helpline_blob_removals_due",
        &[],
        one,
        "Files whose bytes are to be deleted from the store now, or could not be deleted yet",
    ),
    counter(
        "helpline_blobs_removed_total",
        &[],
        one,
        "Files and previews whose bytes this instance deleted from the store, and looked up that they are gone",
    ),
];
