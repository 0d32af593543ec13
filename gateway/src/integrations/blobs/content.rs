//! A file's media type by its first bytes. It is a hint for icons and for what can have a preview, and never permission to show a file
//! in a page: a file can be valid in several formats at once.

/// The media type of what is not known.
const UNKNOWN: &str = "application/octet-stream";

/// Media types that a download may name. A browser saves a file of each of these types when it is told to (`attachment`, `nosniff`),
/// and no common program runs it without a question. All other files are `application/octet-stream`.
const HARMLESS: [&str; 29] = [
    "application/gzip",
    "application/pdf",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.rar",
    "application/x-7z-compressed",
    "application/x-tar",
    "application/zip",
    "audio/aac",
    "audio/m4a",
    "audio/mpeg",
    "audio/ogg",
    "audio/x-flac",
    "audio/x-wav",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/heif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/plain",
    "video/mp4",
    "video/quicktime",
    "video/webm",
];

/// The media type of a file of `size` bytes that begins with `head`.
pub fn by_content(head: &[u8], size: u64) -> &'static str {
    // Only these types, because a page in a text file is no reason to name it a page.
    match infer::get(head) {
        Some(found) if !found.mime_type().starts_with("text/") => found.mime_type(),
        _ if is_text(head, size) => "text/plain",
        _ => UNKNOWN,
    }
}

/// Whether a download may name this media type. Otherwise it is `application/octet-stream`.
pub fn is_harmless(content_type: &str) -> bool {
    HARMLESS.binary_search(&content_type).is_ok()
}

/// Whether a file is UTF-8 without control characters, as far as its first bytes show. The last character of the head may be cut.
fn is_text(head: &[u8], size: u64) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && size > head.len() as u64 => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty()
        && text
            .chars()
            .all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\x0c'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_whatever_a_name_says() {
        for (head, expected) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "image/png"),
            (b"GIF89a/*alert(1)*/", "image/gif"),
            (b"\xff\xd8\xff\xe0<html><script>", "image/jpeg"),
            (b"%PDF-1.7", "application/pdf"),
            (b"PK\x03\x04", "application/zip"),
            (b"<html><script>alert(1)</script>", "text/plain"),
            (b"<svg onload=alert(1)>", "text/plain"),
            (b"<?xml version='1.0'?><svg/>", "text/plain"),
            (b"#!/bin/sh\nrm", "text/plain"),
            ("要求\r\n".as_bytes(), "text/plain"),
            (
                b"MZ\x90\x00",
                "application/vnd.microsoft.portable-executable",
            ),
            (b"a\x00b", UNKNOWN),
            (b"\xff\xfe\xfd", UNKNOWN),
            (b"", UNKNOWN),
        ] {
            let size = head.len() as u64;
            assert_eq!(by_content(head, size), expected, "{head:?}");
        }
    }

    #[test]
    fn a_character_that_the_head_cuts_is_still_text() {
        let text = "a語".as_bytes();
        assert_eq!(by_content(&text[..2], 4), "text/plain");
        assert_eq!(by_content(&text[..2], 2), UNKNOWN, "the file ends there");
    }

    #[test]
    fn what_runs_or_is_shown_as_a_page_is_not_harmless() {
        assert!(HARMLESS.is_sorted());
        assert!(is_harmless("image/png") && is_harmless("application/pdf"));
        for named in [
            "text/html",
            "text/xml",
            "image/svg+xml",
            "application/xhtml+xml",
            "application/javascript",
            "application/vnd.microsoft.portable-executable",
            "application/x-executable",
            "text/plain; charset=utf-8",
            "",
        ] {
            assert!(!is_harmless(named), "{named}");
        }
    }
}
