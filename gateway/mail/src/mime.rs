//! The tree of a mail's parts (RFC 2046), in time linear in the mail's size. `mail-parser` has a tree of its own, but it looks for the end
//! of each part in the whole rest of the mail, and reads mails inside of mails; both take quadratic time for a mail that is made for it.

use helpline_core::limits;

use crate::Cut;
use crate::headers::{Headers, Typed};
use crate::transfer::Transfer;

/// One part: a mail, a container or a leaf. A mail inside of a mail is a leaf.
pub(crate) struct Part<'x> {
    pub(crate) headers: Headers,
    pub(crate) content_type: Typed,
    pub(crate) disposition: Typed,
    /// The body as it is in the mail, still encoded.
    pub(crate) body: &'x [u8],
    /// The parts of a container, in their order. Empty for a leaf.
    pub(crate) children: Vec<Part<'x>>,
}

/// What is left of the limits while a mail is read.
pub(crate) struct Budget {
    parts: usize,
    /// Bytes and tags of HTML that may still be laid out, over all parts.
    pub(crate) html_bytes: usize,
    pub(crate) html_tags: usize,
    pub(crate) cuts: Vec<Cut>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            parts: limits::MAIL_PARTS_MAX,
            html_bytes: limits::MAIL_HTML_BYTES_MAX,
            html_tags: limits::MAIL_HTML_TAGS_MAX,
            cuts: Vec::new(),
        }
    }

    pub(crate) fn record(&mut self, cut: Cut) {
        if !self.cuts.contains(&cut) {
            self.cuts.push(cut);
        }
    }
}

impl<'x> Part<'x> {
    /// Reads a whole mail.
    pub(crate) fn read(raw: &'x [u8], budget: &mut Budget) -> Self {
        Self::nested(raw, "text/plain", 0, budget)
    }

    fn nested(raw: &'x [u8], default_type: &str, depth: usize, budget: &mut Budget) -> Self {
        budget.parts = budget.parts.saturating_sub(1);
        let (headers, at) = Headers::read(raw);
        if at > limits::MAIL_HEADER_BYTES_MAX {
            budget.record(Cut::Headers);
        }
        let body = &raw[at..];
        let mut content_type = headers.typed("content-type");
        if !content_type.name.contains('/') {
            // A type without a subtype is none (RFC 2045, 5.2), except that old programs wrote `text`.
            content_type.name = default_type.to_owned();
        }
        let mut part = Self {
            disposition: headers.typed("content-disposition"),
            headers,
            content_type,
            body,
            children: Vec::new(),
        };
        if part.is_container() {
            part.read_children(depth, budget);
        }
        part
    }

    fn read_children(&mut self, depth: usize, budget: &mut Budget) {
        let boundary = match self.content_type.parameter("boundary") {
            Some(boundary) => boundary,
            None => stray_boundary(self.headers.first("content-type").unwrap_or_default()),
        };
        let pieces = split(self.body, boundary);
        if pieces.is_empty() {
            // No part begins: the text is shown, rather than nothing.
            self.content_type.name = "text/plain".to_owned();
            return;
        }
        if depth >= limits::MAIL_DEPTH_MAX {
            return budget.record(Cut::Depth);
        }
        let child_type = match self.content_type.name.as_str() {
            "multipart/digest" => "message/rfc822",
            _ => "text/plain",
        };
        for piece in pieces {
            if budget.parts == 0 {
                return budget.record(Cut::Parts);
            }
            self.children
                .push(Self::nested(piece, child_type, depth + 1, budget));
        }
    }

    pub(crate) fn is_container(&self) -> bool {
        self.content_type.name.starts_with("multipart/")
    }

    /// The decoded body.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let transfer = self.headers.first("content-transfer-encoding");
        transfer
            .map_or(Transfer::Plain, Transfer::of)
            .decode(self.body)
    }

    /// The name of the file, if the part has one.
    pub(crate) fn file_name(&self) -> Option<String> {
        self.disposition
            .readable("filename")
            .or_else(|| self.content_type.readable("name"))
    }

    /// The content id, without `<` and `>`.
    pub(crate) fn content_id(&self) -> Option<String> {
        self.headers.ids("content-id").into_iter().next()
    }
}

/// The boundary of a header whose parameters are broken, such as by a forgotten semicolon.
fn stray_boundary(value: &str) -> &str {
    let found = value.split_once("boundary=").map_or("", |(_, after)| after);
    match found.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => found.split([';', ' ']).next().unwrap_or_default(),
    }
}

/// The parts of a container's body. The line end before a delimiter belongs to the delimiter. The last part may lack one.
fn split<'x>(body: &'x [u8], boundary: &str) -> Vec<&'x [u8]> {
    let mut pieces = Vec::new();
    if boundary.is_empty() {
        return pieces;
    }
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let (mut at, mut start) = (0, None);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let rest = line
            .strip_prefix(delimiter.as_slice())
            .map(<[u8]>::trim_ascii);
        if let Some(rest @ (b"" | b"--")) = rest {
            pieces.extend(start.take().map(|from| piece(body, from, at)));
            if rest == b"--" {
                return pieces;
            }
            start = Some(at + line.len());
        }
        at += line.len();
    }
    pieces.extend(start.map(|from| &body[from..]));
    pieces
}

fn piece(body: &[u8], from: usize, to: usize) -> &[u8] {
    let piece = &body[from..to];
    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
    piece.strip_suffix(b"\r").unwrap_or(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(part: &Part<'_>) -> String {
        let inner: Vec<_> = part.children.iter().map(names).collect();
        match inner.is_empty() {
            true => part.content_type.name.clone(),
            false => format!("{}({})", part.content_type.name, inner.join(" ")),
        }
    }

    fn tree(raw: &str) -> (String, Vec<Cut>) {
        let mut budget = Budget::new();
        let part = Part::read(raw.as_bytes(), &mut budget);
        (names(&part), budget.cuts)
    }

    #[test]
    fn parts_are_found_with_any_line_end_and_without_the_last_delimiter() {
        for end in ["\n", "\r\n"] {
            for (lines, expected) in [
                (
                    "Content-Type: multipart/mixed; boundary=b||--b||A|--b|Content-Type: image/png||B|--b--|x",
                    "multipart/mixed(text/plain image/png)",
                ),
                (
                    "Content-Type: multipart/mixed; boundary=\"b\"||--b||A|--b  ||B",
                    "multipart/mixed(text/plain text/plain)",
                ),
                (
                    "Content-Type: multipart/mixed; boundary=b||no parts",
                    "text/plain",
                ),
                ("Content-Type: multipart/mixed||--b||A", "text/plain"),
                (
                    "Content-Type: multipart/mixed; boundary=b||--b|Content-Type: multipart/alternative; boundary=bb||--bb||A|--b||B|--b--",
                    "multipart/mixed(multipart/alternative(text/plain) text/plain)",
                ),
                (
                    "Content-Type: multipart/digest; boundary=b||--b||Subject: x||A|--b--",
                    "multipart/digest(message/rfc822)",
                ),
                ("Content-Type: text||A", "text/plain"),
                ("A: b||", "text/plain"),
            ] {
                let raw = lines.replace('|', end);
                assert_eq!(tree(&raw), (expected.to_owned(), vec![]), "{raw}");
            }
        }
    }

    #[test]
    fn depth_and_number_of_parts_are_limited() {
        let mut raw = String::new();
        for n in 0..60 {
            raw += &format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
        }
        let (found, cuts) = tree(&raw);
        assert_eq!(
            found.matches("multipart").count(),
            limits::MAIL_DEPTH_MAX + 1
        );
        assert_eq!(cuts, [Cut::Depth]);

        let many = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\nx\n".repeat(2_000)
        );
        let (found, cuts) = tree(&many);
        assert_eq!(
            found.matches("text/plain").count(),
            limits::MAIL_PARTS_MAX - 1
        );
        assert_eq!(cuts, [Cut::Parts]);
    }
}
