//! The headers of a mail or of one of its parts. Lines are split and unfolded here, within limits; `mail-parser` reads the values.

use helpline_core::limits;
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use crate::charset;

/// The headers in their order, each with its name in lower case and its unfolded value in UTF-8. Values are otherwise raw.
#[derive(Debug, Default, Clone)]
pub(crate) struct Headers {
    list: Vec<(String, String)>,
}

/// A media type with its parameters, or a disposition with its parameters. Names are in lower case.
#[derive(Debug, Default, Clone)]
pub(crate) struct Typed {
    /// `text/plain`, `attachment`. Empty if the header is absent or broken.
    pub(crate) name: String,
    parameters: Vec<(String, String)>,
}

/// A name and an address as a header has them, both perhaps absent, neither validated.
pub(crate) type RawMailbox = (Option<String>, Option<String>);

impl Headers {
    /// Reads the block of headers at the start of `bytes`. Returns the headers and where the body begins. A line that is no header ends
    /// the block, as if an empty line stood before it, unless a header follows it.
    pub(crate) fn read(bytes: &[u8]) -> (Self, usize) {
        let mut raw: Vec<(String, Vec<u8>)> = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let line = line_at(bytes, at);
            let text = line.trim_ascii_end();
            let is_folded = matches!(line.first(), Some(b' ' | b'\t'));
            if matches!(line, b"\n" | b"\r\n" | b"\r") {
                return (Self::of(raw), at + line.len());
            }
            let is_in_limits = at + line.len() <= limits::MAIL_HEADER_BYTES_MAX;
            if let Some((name, value)) = header(text).filter(|_| !is_folded) {
                if is_in_limits && raw.len() <= limits::MAIL_HEADERS_MAX {
                    raw.push((name, value.to_vec()));
                }
            } else if is_folded && !raw.is_empty() {
                if let Some((_, value)) = raw.last_mut().filter(|_| is_in_limits) {
                    value.push(b' ');
                    value.extend_from_slice(text.trim_ascii_start());
                }
            } else if !(at == 0 && is_mailbox_line(line)) {
                let next = line_at(bytes, at + line.len());
                let is_stray = !raw.is_empty() && header(next.trim_ascii_end()).is_some();
                if !is_stray {
                    return (Self::of(raw), at);
                }
            }
            at += line.len();
        }
        (Self::of(raw), bytes.len())
    }

    fn of(raw: Vec<(String, Vec<u8>)>) -> Self {
        let text = |value: Vec<u8>| charset::decode(&value, None).replace('\0', "");
        Self {
            list: raw
                .into_iter()
                .map(|(name, value)| (name, text(value).trim().to_owned()))
                .collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The raw values of all headers with this name, which is in lower case.
    pub(crate) fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        let named = self.list.iter().filter(move |(other, _)| other == name);
        named.map(|(_, value)| value.as_str())
    }

    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.list
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// The first such header as one line of readable text, with encoded words decoded (RFC 2047).
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.first(name).map(readable)
    }

    /// The mailboxes of all headers with this name, those in groups included.
    pub(crate) fn mailboxes(&self, name: &str) -> Vec<RawMailbox> {
        self.all(name).flat_map(mailboxes_of).collect()
    }

    /// The message ids of all headers with this name, without `<` and `>`. A single id may have none, as Amazon SES writes it.
    pub(crate) fn ids(&self, name: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for value in self.all(name) {
            let before = found.len();
            let mut rest = value;
            while let Some((_, after)) = rest.split_once('<') {
                let Some((id, after)) = after.split_once('>') else {
                    break;
                };
                found.extend(plain_id(id));
                rest = after;
            }
            if found.len() == before {
                found.extend(plain_id(value));
            }
        }
        found
    }

    /// Seconds since 1970 of the `Date`; `None` if it is absent or no date.
    pub(crate) fn date_s(&self) -> Option<i64> {
        let line = format!("{}\n", self.first("date")?);
        match MessageStream::new(line.as_bytes()).parse_date() {
            HeaderValue::DateTime(date) if date.is_valid() => Some(date.to_timestamp()),
            _ => None,
        }
    }

    /// The value of `Content-Type` or `Content-Disposition`.
    pub(crate) fn typed(&self, name: &str) -> Typed {
        let Some(value) = self.first(name) else {
            return Typed::default();
        };
        let line = format!("{value}\n");
        let HeaderValue::ContentType(parsed) =
            MessageStream::new(line.as_bytes()).parse_content_type()
        else {
            return Typed::default();
        };
        let name = match parsed.subtype() {
            Some(subtype) => format!("{}/{subtype}", parsed.ctype()),
            None => parsed.ctype().to_owned(),
        };
        let attributes = parsed.attributes().unwrap_or_default();
        Typed {
            name: name.trim().to_ascii_lowercase(),
            parameters: attributes
                .iter()
                .map(|attribute| {
                    (
                        attribute.name.to_ascii_lowercase(),
                        attribute.value.clone().into_owned(),
                    )
                })
                .collect(),
        }
    }
}

impl Typed {
    /// A parameter as it is written, for a name in lower case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(other, _)| other == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// A parameter that people read: encoded words, which are not allowed there but are usual, are decoded.
    pub(crate) fn readable(&self, name: &str) -> Option<String> {
        self.parameter(name)
            .map(readable)
            .filter(|value| !value.is_empty())
    }
}

/// The line that begins here, with its end.
fn line_at(bytes: &[u8], at: usize) -> &[u8] {
    let rest = &bytes[at.min(bytes.len())..];
    let end = rest.iter().position(|byte| *byte == b'\n');
    &rest[..end.map_or(rest.len(), |end| end + 1)]
}

/// The name, in lower case, and the value of a header's first line.
fn header(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    let name = is_name.then(|| String::from_utf8_lossy(name).to_ascii_lowercase())?;
    Some((name, line[colon + 1..].trim_ascii_start()))
}

/// The first line of a mail in a mailbox file.
fn is_mailbox_line(line: &[u8]) -> bool {
    line.starts_with(b"From ") || line.starts_with(b">From ")
}

fn plain_id(id: &str) -> Option<String> {
    let id: String = id
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    let is_id = !id.is_empty() && id.chars().count() <= limits::MAIL_ID_CHARS_MAX;
    is_id.then_some(id)
}

/// A header's value as one line of text, with encoded words decoded.
pub(crate) fn readable(value: &str) -> String {
    let line = format!("{value}\n");
    let text = match MessageStream::new(line.as_bytes()).parse_unstructured() {
        HeaderValue::Text(text) => text.into_owned(),
        _ => String::new(),
    };
    one_line(&text)
}

/// Without control characters, and with a space for each white space.
pub(crate) fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_direction(*c))
        .collect();
    plain.trim().to_owned()
}

/// Characters that change the direction of the text after them. In a name, they make another one of it.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The mailboxes of one header.
pub(crate) fn mailboxes_of(value: &str) -> Vec<RawMailbox> {
    let line = format!("{value}\n");
    let HeaderValue::Address(list) = MessageStream::new(line.as_bytes()).parse_address() else {
        return Vec::new();
    };
    let owned = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(one_line);
    list.iter()
        .map(|found| (owned(&found.name), owned(&found.address)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_ends_where_the_body_begins() {
        for (given, headers, body) in [
            ("A: b\r\n\r\nbody", 1, "body"),
            ("A: b\n\nbody", 1, "body"),
            ("From x@y Mon\nA: b\n\nbody", 1, "body"),
            ("A: b\n c\n\td\nB: e\n\nbody", 2, "body"),
            ("no header\n\nbody", 0, "no header\n\nbody"),
            ("A: b\nbody at once\n", 1, "body at once\n"),
            ("A: b\nstray line\nB: c\n\nbody", 2, "body"),
            ("\nbody", 0, "body"),
            ("A: b", 1, ""),
            ("A: b\n", 1, ""),
            ("", 0, ""),
        ] {
            let (found, at) = Headers::read(given.as_bytes());
            assert_eq!((found.len(), &given[at..]), (headers, body), "{given:?}");
        }
    }

    #[test]
    fn values_are_readable() {
        let block = b"Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?UTF-8?B?IGFuIGFsbGU=?=\r\nX: caf\xe9\0\r\n\
            Content-Type: Application/PDF; name=\"=?UTF-8?Q?M=C3=A4rz.pdf?=\"\r\n\
            Date: Tue, 5 Jan 2016 10:00:00 +0100\r\nReferences: <a@b> <c\r\n @d>\r\nMessage-ID: bare@id\r\n\r\n";
        let (headers, _) = Headers::read(block);
        assert_eq!(headers.text("subject").as_deref(), Some("Grüße an alle"));
        assert_eq!(headers.first("x"), Some("café"));
        let typed = headers.typed("content-type");
        assert_eq!(typed.name, "application/pdf");
        assert_eq!(typed.readable("name").as_deref(), Some("März.pdf"));
        assert_eq!(headers.date_s(), Some(1_451_984_400));
        assert_eq!(headers.ids("references"), ["a@b", "c@d"]);
        assert_eq!(headers.ids("message-id"), ["bare@id"]);
    }

    #[test]
    fn a_long_block_is_read_up_to_its_limits() {
        let long = format!(
            "A: {}\nB: c\n\nbody",
            "x".repeat(limits::MAIL_HEADER_BYTES_MAX)
        );
        let (headers, at) = Headers::read(long.as_bytes());
        assert_eq!((headers.len(), &long[at..]), (0, "body"));
        let many = format!("{}\nbody", "A: b\n".repeat(5 * limits::MAIL_HEADERS_MAX));
        let (headers, at) = Headers::read(many.as_bytes());
        assert_eq!(
            (headers.len(), &many[at..]),
            (limits::MAIL_HEADERS_MAX + 1, "body")
        );
    }
}
