//! From bytes and the name of a charset to text. The names mean what browsers take them for (WHATWG Encoding Standard), because mail
//! programs write `iso-8859-1` and mean windows-1252. There is no error: a wrong name gives the best text that the bytes allow.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Names that mail programs write and the Encoding Standard does not know.
const ALIASES: [(&str, &str); 16] = [
    ("cp932", "shift_jis"),
    ("cp936", "gbk"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("ms949", "euc-kr"),
    ("uhc", "euc-kr"),
    ("cp51932", "euc-jp"),
    ("cp50220", "iso-2022-jp"),
    ("cp50221", "iso-2022-jp"),
    ("iso-2022-jp-ms", "iso-2022-jp"),
    ("iso-2022-jp-1", "iso-2022-jp"),
    ("iso-2022-jp-2", "iso-2022-jp"),
    ("iso-2022-jp-3", "iso-2022-jp"),
    ("iso-8859-8-e", "iso-8859-8"),
    ("utf8mb4", "utf-8"),
    ("ansi", "windows-1252"),
];

/// The bytes as text. If no charset is declared, or an unknown one, UTF-8 is tried first and windows-1252 is the last resort. The same
/// holds if the bytes are no text in the declared charset but are UTF-8 (zammad#2176: UTF-8 declared as GB2312).
pub(crate) fn decode(bytes: &[u8], declared: Option<&str>) -> String {
    if let Some(charset) = declared.map(normalized)
        && charset.starts_with("utf-7")
        && let Some(decode) = mail_parser::decoders::charsets::map::charset_decoder(b"utf-7")
    {
        return decode(bytes);
    }
    let declared = declared.and_then(lookup);
    let is_utf8 = || std::str::from_utf8(bytes).is_ok();
    let encoding = match declared {
        Some(encoding) => {
            let (text, has_errors) = encoding.decode_with_bom_removal(bytes);
            if !has_errors || !is_utf8() {
                return text.into_owned();
            }
            UTF_8
        }
        None if is_utf8() => UTF_8,
        None => WINDOWS_1252,
    };
    encoding.decode_with_bom_removal(bytes).0.into_owned()
}

fn lookup(name: &str) -> Option<&'static Encoding> {
    let name = normalized(name);
    let known = ALIASES.iter().find(|(alias, _)| *alias == name);
    let name = known.map_or(name.as_str(), |(_, known)| known);
    // The standard's replacement encoding shows nothing: it exists to protect browsers from charsets that hide scripts.
    Encoding::for_label(name.as_bytes()).filter(|found| found.name() != "replacement")
}

/// Without quotation marks, `x-`, `_` for `-`, and what stands after the name.
fn normalized(name: &str) -> String {
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '='));
    let name = name
        .split([';', ' '])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    // `shift_jis`, `ks_c_5601-1987` and the like are labels as they are.
    match Encoding::for_label(name.as_bytes()) {
        Some(_) => name,
        None => {
            let plain = name.replace('_', "-");
            plain.strip_prefix("x-").map(str::to_owned).unwrap_or(plain)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_readable_whatever_is_declared() {
        for (bytes, charset, expected) in [
            (&b"caf\xe9 \x96 \x80"[..], Some("iso-8859-1"), "café – €"),
            (b"caf\xe9", Some("us-ascii"), "café"),
            (b"caf\xc3\xa9", None, "café"),
            (b"caf\xe9", None, "café"),
            (b"caf\xc3\xa9", Some("x-unknown"), "café"),
            (b"\xe5\xe4", Some("\"ISO_8859-1\""), "åä"),
            (
                "a \u{2013} b é".as_bytes(),
                Some("gb2312"),
                "a \u{2013} b é",
            ),
            (b"\xc4\xe3\xba\xc3", Some("GB2312"), "你好"),
            (b"\xc7\xd1\xb1\xdb", Some("ks_c_5601-1987"), "한글"),
            (b"\x1b$B4A;z\x1b(B", Some("iso-2022-jp-ms"), "漢字"),
            (b"\x8a\xbf\x8e\x9a", Some("cp932"), "漢字"),
            (b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("windows-1251"), "Привет"),
            (b"\xe3\xd1\xcd\xc8\xc7", Some("windows-1256"), "مرحبا"),
            (b"Hi +AOk-", Some("utf-7"), "Hi é"),
            (b"plain", Some("iso-2022-kr"), "plain"),
            (b"", Some(""), ""),
            (b"\xff\xfea", None, "\u{ff}\u{fe}a"),
            (b"\xef\xbb\xbfa", None, "a"),
        ] {
            assert_eq!(decode(bytes, charset), expected, "{charset:?}");
        }
    }
}
