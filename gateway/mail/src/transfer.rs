//! Content-Transfer-Encoding (RFC 2045): base64 and quoted-printable. Broken input is decoded as far as it makes sense, because a mail
//! program that shows something is better than one that shows an error.

/// How the bytes of a part are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// As they are: `7bit`, `8bit`, `binary`, and every unknown name.
    Plain,
    Base64,
    QuotedPrintable,
}

impl Transfer {
    /// Reads the header's value, which may have a comment or a stray semicolon after the name.
    pub(crate) fn of(value: &str) -> Self {
        let name = value
            .trim_start()
            .split(|c: char| c.is_whitespace() || matches!(c, ';' | '(' | ','))
            .next()
            .unwrap_or_default();
        match name.trim_matches('"').to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            _ => Self::Plain,
        }
    }

    /// The decoded bytes: never more than `bytes` has.
    pub(crate) fn decode(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain => bytes.to_vec(),
            Self::Base64 => base64(bytes),
            Self::QuotedPrintable => quoted_printable(bytes),
        }
    }
}

/// Skips what is not of the alphabet. After padding, a new base64 text may begin, as if two were joined.
fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for &byte in bytes {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                (bits, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = (bits << 6 | u32::from(value)) & 0x00ff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    out
}

/// An `=` that begins no code stays as it is. White space at the end of a line was added on the way and is dropped.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        let end = &line[line.len() - line.len().min(line_end(line))..];
        let (text, end) = match text.strip_suffix(b"=") {
            Some(text) => (text, &b""[..]),
            None => (text, end),
        };
        let mut rest = text;
        while let Some((&byte, after)) = rest.split_first() {
            let code = match (byte, after) {
                (b'=', [high, low, ..]) => hex(*high).zip(hex(*low)),
                _ => None,
            };
            if let Some((high, low)) = code {
                out.push(high << 4 | low);
                rest = &after[2..];
            } else {
                out.push(byte);
                rest = after;
            }
        }
        out.extend_from_slice(end);
    }
    out
}

/// Bytes of the line's end: 2, 1 or, in the last line, 0.
fn line_end(line: &[u8]) -> usize {
    match line {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_base64_gives_what_can_be_read() {
        for (given, expected) in [
            ("aGVsbG8=", "hello"),
            ("aGVs\r\nbG8", "hello"),
            ("aGVs!!bG8=\r\n", "hello"),
            ("aGk=aGk=", "hihi"),
            ("", ""),
            ("====", ""),
            ("Pz8+Pj8/", "??>>??"),
        ] {
            assert_eq!(
                Transfer::Base64.decode(given.as_bytes()),
                expected.as_bytes(),
                "{given}"
            );
        }
    }

    #[test]
    fn broken_quoted_printable_gives_what_can_be_read() {
        for (given, expected) in [
            ("a=\r\nb", "ab"),
            ("a= \nb", "ab"),
            ("caf=C3=A9", "café"),
            ("caf=c3=a9", "café"),
            ("1 = 1, =ZZ, =", "1 = 1, =ZZ, "),
            ("a \t\r\nb", "a\r\nb"),
            ("a\n\n\nb\n", "a\n\n\nb\n"),
        ] {
            let decoded = Transfer::QuotedPrintable.decode(given.as_bytes());
            assert_eq!(String::from_utf8_lossy(&decoded), expected, "{given}");
        }
    }

    #[test]
    fn names_are_read_as_programs_write_them() {
        assert_eq!(Transfer::of(" BASE64 ; x"), Transfer::Base64);
        assert_eq!(
            Transfer::of("quoted-printable (a comment)"),
            Transfer::QuotedPrintable
        );
        assert_eq!(Transfer::of("8bit"), Transfer::Plain);
        assert_eq!(Transfer::of("x-uuencode"), Transfer::Plain);
    }
}
