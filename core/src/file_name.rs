//! Names of attachments: cleaned so that they harm no file system and no reader, and written into the header of a download.

use std::fmt::Write as _;

use crate::limits;

/// The name of a file whose own name has nothing left.
const UNNAMED: &str = "file";
/// Characters that a file system or a shell reads as more than a part of a name.
const RESERVED: &str = "/\\:*?\"<>|";
/// Names of devices of Windows, with any ending.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
/// Maximum characters of an ending that stays when a name is cut.
const ENDING_CHARS_MAX: usize = 16;

/// The name as it is stored and shown. Control characters, and characters that change the direction of text or are invisible, are
/// removed; characters that a file system reserves become `_`. At most [`limits::ATTACHMENT_NAME_CHARS_MAX`] characters remain, with
/// the name's ending. The result is never empty, and cleaning it again does not change it.
pub fn cleaned(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| match c {
            c if RESERVED.contains(c) => '_',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let plain = match trimmed(&plain) {
        "" => UNNAMED.to_owned(),
        device if is_device(device) => format!("_{device}"),
        plain => plain.to_owned(),
    };
    trimmed(&cut(&plain, limits::ATTACHMENT_NAME_CHARS_MAX)).to_owned()
}

/// The value of `Content-Disposition` for a download with this name (RFC 6266): the name in ASCII for old clients, and the whole name in
/// UTF-8 (RFC 8187). The value has only printable ASCII characters.
pub fn disposition(name: &str) -> String {
    let name = cleaned(name);
    // Some browsers decode % in the plain form.
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            ' '..='~' => c,
            _ => '_',
        })
        .collect();
    let mut value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            value.push(char::from(byte));
        } else {
            write!(value, "%{byte:02X}").expect("text takes text");
        }
    }
    value
}

/// Dots and spaces at the ends hide a file or are dropped by Windows, which would make its ending another one. Joiners and variation
/// selectors are seen only beside another character, so that none may begin or be the whole name.
fn trimmed(name: &str) -> &str {
    name.trim_start_matches(|c| {
        matches!(
            c,
            ' ' | '.' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}'
        )
    })
    .trim_end_matches([' ', '.', '\u{200c}', '\u{200d}'])
}

/// Characters that turn the reading direction (`exe.gpj` reads as `jpg.exe`), or that are not seen.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Cuts the name before its ending.
fn cut(name: &str, chars_max: usize) -> String {
    if name.chars().count() <= chars_max {
        return name.to_owned();
    }
    let ending = name
        .rfind('.')
        .map(|at| &name[at..])
        .filter(|ending| ending.chars().count() <= ENDING_CHARS_MAX)
        .unwrap_or_default();
    let stem = &name[..name.len() - ending.len()];
    let kept = chars_max - ending.chars().count();
    stem.chars().take(kept).chain(ending.chars()).collect()
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let upper = stem.to_uppercase();
    let is_port = ["COM", "LPT"].iter().any(|port| {
        upper.strip_prefix(port).is_some_and(|rest| {
            rest.chars().count() == 1 && rest.contains(|c: char| "0123456789¹²³".contains(c))
        })
    });
    is_port || DEVICES.contains(&upper.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_cleaned_and_stay_what_they_are() {
        for (given, expected) in [
            ("한글.pdf", "한글.pdf"),
            ("要求.txt", "要求.txt"),
            ("Rechnung März.pdf", "Rechnung März.pdf"),
            ("👩\u{200d}👩\u{200d}👧.png", "👩\u{200d}👩\u{200d}👧.png"),
            ("a\"b.pdf", "a_b.pdf"),
            ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\x\\y.txt", "C__x_y.txt"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("a\u{200b}\u{feff}.txt", "a.txt"),
            (" .bashrc. ", "bashrc"),
            ("x.exe. .", "x.exe"),
            ("NUL", "_NUL"),
            ("con.txt", "_con.txt"),
            ("Com1.tar.gz", "_Com1.tar.gz"),
            ("comical.txt", "comical.txt"),
            ("", "file"),
            ("...", "file"),
            ("\u{200d}", "file"),
            ("\u{3164}\u{2800}\u{ffa0}", "file"),
            (" \u{200d}.\u{fe0f} ", "file"),
            ("\u{200c}.pdf", "pdf"),
            ("\u{2764}\u{fe0f}", "\u{2764}\u{fe0f}"),
            ("\0\u{1b}[31m", "[31m"),
        ] {
            assert_eq!(cleaned(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = cleaned(&format!("{}.pdf", "語".repeat(1_000)));
        assert_eq!(name.chars().count(), limits::ATTACHMENT_NAME_CHARS_MAX);
        assert!(name.ends_with("語.pdf"));
        let no_ending = cleaned(&"a.".repeat(1_000));
        assert!(no_ending.chars().count() <= limits::ATTACHMENT_NAME_CHARS_MAX);
    }

    #[test]
    fn the_header_has_both_forms_of_a_name() {
        for (name, expected) in [
            (
                "a.pdf",
                "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf",
            ),
            (
                "한글.pdf",
                "attachment; filename=\"__.pdf\"; filename*=UTF-8''%ED%95%9C%EA%B8%80.pdf",
            ),
            (
                "a\"b.pdf",
                "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a_b.pdf",
            ),
            (
                "100% (1)'.txt",
                "attachment; filename=\"100_ (1)'.txt\"; filename*=UTF-8''100%25%20%281%29%27.txt",
            ),
            (
                "a\r\nX: y",
                "attachment; filename=\"aX_ y\"; filename*=UTF-8''aX_%20y",
            ),
        ] {
            assert_eq!(disposition(name), expected);
        }
    }

    /// Reads the header as RFC 6266 and RFC 8187 say; panics if it has another form.
    fn read(header: &str) -> (String, String) {
        let rest = header
            .strip_prefix("attachment; filename=\"")
            .expect("the beginning");
        let (plain, coded) = rest
            .split_once("\"; filename*=UTF-8''")
            .expect("both forms");
        let mut bytes = Vec::new();
        let mut coded = coded.bytes();
        while let Some(byte) = coded.next() {
            if byte == b'%' {
                let hex = [
                    coded.next().expect("a digit"),
                    coded.next().expect("a digit"),
                ];
                let hex = std::str::from_utf8(&hex).expect("hex");
                bytes.push(u8::from_str_radix(hex, 16).expect("hex"));
            } else {
                assert!(byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte));
                bytes.push(byte);
            }
        }
        (plain.to_owned(), String::from_utf8(bytes).expect("UTF-8"))
    }

    proptest! {
        #[test]
        fn whatever_the_name_is_the_header_says_it_and_nothing_else(name in any::<String>()) {
            let header = disposition(&name);
            prop_assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            let (plain, whole) = read(&header);
            prop_assert!(!plain.contains(['"', '\\', '%']) && !plain.is_empty());
            prop_assert_eq!(whole, cleaned(&name));
        }

        #[test]
        fn a_cleaned_name_is_a_plain_name(name in "(\\PC|[ ./\\\\:\"\r\n\u{202e}]){0,400}") {
            let name = cleaned(&name);
            prop_assert!(!name.is_empty() && name.chars().count() <= limits::ATTACHMENT_NAME_CHARS_MAX);
            prop_assert!(!name.contains(|c: char| c.is_control() || RESERVED.contains(c) || is_invisible(c)));
            prop_assert!(!name.starts_with(['.', ' ']) && !name.ends_with(['.', ' ']));
            prop_assert_eq!(cleaned(&name), name);
        }
    }
}
