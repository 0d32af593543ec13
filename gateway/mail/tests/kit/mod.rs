//! Mails for tests: the files of the corpus, and mails made from a seed.

#![allow(dead_code, reason = "each test program uses a part")]

use std::fs;
use std::path::Path;

/// Random numbers that are the same for the same seed, on every machine (SplitMix64).
pub struct Seeded(u64);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is above zero.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// The mails of the corpus: (name, bytes), sorted by name.
pub fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for dir in ["mail_parser/malformed", "mail_parser/thirdparty", "own"] {
        for entry in fs::read_dir(root.join(dir)).expect("the corpus") {
            let path = entry.expect("a file").path();
            if path.extension().is_some_and(|extension| extension == "eml") {
                let name = path
                    .file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                found.push((format!("{dir}/{name}"), fs::read(&path).expect("a mail")));
            }
        }
    }
    found.sort();
    assert!(found.len() > 40, "{} mails", found.len());
    found
}

const WORDS: [&str; 16] = [
    "printer",
    "Drucker",
    "imprimante",
    "طابعة",
    "принтер",
    "打印机",
    "プリンター",
    "프린터",
    "works",
    "Grüße",
    "naïve",
    "٥٠",
    "€ 12,50",
    "👩‍💻",
    "don't",
    "ok",
];
const NAMES: [&str; 8] = [
    "Ann",
    "Bernd Müller",
    "Dupont, Élise",
    "د. سلمى",
    "李雷",
    "Иван",
    "O'Neil \"Bob\"",
    "a@b.example",
];
const CHARSETS: [(&str, &str); 5] = [
    ("utf-8", "é"),
    ("iso-8859-1", "é"),
    ("windows-1252", "€"),
    ("us-ascii", "e"),
    ("UTF-8", "漢字"),
];

/// Makes mails as usual programs write them, with the variety that they have.
pub struct Maker {
    random: Seeded,
    boundaries: usize,
}

impl Maker {
    pub fn new(seed: u64) -> Self {
        Self {
            random: Seeded::new(seed),
            boundaries: 0,
        }
    }

    /// One mail.
    pub fn mail(&mut self) -> Vec<u8> {
        let end = if self.random.one_in(3) { "\n" } else { "\r\n" };
        let mut headers = Vec::new();
        if self.random.one_in(8) {
            headers.push(
                "Received: from a.example by b.example; Tue, 5 Jan 2016 10:00:00 +0000".to_owned(),
            );
        }
        headers.push(format!("From: {}", self.mailbox()));
        let to: Vec<_> = (0..=self.random.below(3)).map(|_| self.mailbox()).collect();
        headers.push(format!("To: {}", to.join(&format!(",{end} "))));
        headers.push(format!("Subject: {}", self.words_in_header()));
        if !self.random.one_in(6) {
            headers.push(format!("Message-ID: <{}@mail.example>", self.random.next()));
        }
        if self.random.one_in(2) {
            headers.push(format!(
                "References: <a{0}@x.example>{end} <b{0}@y.example>",
                self.random.below(99)
            ));
        }
        let hour = self.random.below(24);
        headers.push(format!(
            "Date: Tue, 5 Jan 2016 {hour:02}:07:09 +0{}00",
            self.random.below(10)
        ));
        headers.push("MIME-Version: 1.0".to_owned());
        let (part_headers, body) = self.part(3, end);
        headers.extend(part_headers);
        let mut raw = (headers.join(end) + end + end).into_bytes();
        raw.extend(body);
        raw
    }

    fn words(&mut self, at_most: usize) -> String {
        let count = 1 + self.random.below(at_most);
        let words: Vec<_> = (0..count).map(|_| *self.random.pick(&WORDS)).collect();
        words.join(" ")
    }

    fn words_in_header(&mut self) -> String {
        let text = self.words(4);
        match text.is_ascii() {
            true => text,
            false => self.encoded_word(&text),
        }
    }

    fn encoded_word(&mut self, text: &str) -> String {
        match self.random.one_in(2) {
            true => format!("=?UTF-8?B?{}?=", base64(text.as_bytes())),
            false => {
                let coded: String = text
                    .bytes()
                    .map(|byte| match byte {
                        b' ' => "_".to_owned(),
                        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                        byte => format!("={byte:02X}"),
                    })
                    .collect();
                format!("=?utf-8?q?{coded}?=")
            }
        }
    }

    fn mailbox(&mut self) -> String {
        let address = format!("p{}@customer.example", self.random.below(1_000));
        let name = *self.random.pick(&NAMES);
        match self.random.below(4) {
            0 => address,
            1 => format!("<{address}>"),
            _ if name.is_ascii() => format!("\"{}\" <{address}>", name.replace('"', "\\\"")),
            _ => format!("{} <{address}>", self.encoded_word(name)),
        }
    }

    /// The headers and the body of a part.
    fn part(&mut self, depth: usize, end: &str) -> (Vec<String>, Vec<u8>) {
        match self.random.below(if depth == 0 { 3 } else { 8 }) {
            0 | 1 => self.text("plain", end),
            2 => self.text("html", end),
            3 => {
                let plain = self.text("plain", end);
                let html = self.text("html", end);
                self.container("alternative", vec![plain, html], end)
            }
            4 => {
                let html = self.text("html", end);
                let picture = self.file(true);
                self.container("related", vec![html, picture], end)
            }
            5 => {
                let inner = Self::new(self.random.next()).mail();
                let mail = (vec!["Content-Type: message/rfc822".to_owned()], inner);
                let text = self.text("plain", end);
                self.container("mixed", vec![text, mail], end)
            }
            _ => {
                let mut parts = vec![self.part(depth - 1, end)];
                for _ in 0..self.random.below(3) {
                    parts.push(self.file(false));
                }
                self.container("mixed", parts, end)
            }
        }
    }

    fn container(
        &mut self,
        kind: &str,
        parts: Vec<(Vec<String>, Vec<u8>)>,
        end: &str,
    ) -> (Vec<String>, Vec<u8>) {
        self.boundaries += 1;
        let boundary = format!("=_b{}_{}", self.boundaries, self.random.below(10));
        let mut body = Vec::new();
        if self.random.one_in(3) {
            body.extend(format!("This is a multi-part message.{end}").bytes());
        }
        for (headers, part) in parts {
            body.extend(format!("--{boundary}{end}{}{end}{end}", headers.join(end)).bytes());
            body.extend(part);
            body.extend(end.bytes());
        }
        if !self.random.one_in(10) {
            body.extend(format!("--{boundary}--{end}").bytes());
        }
        (
            vec![format!(
                "Content-Type: multipart/{kind};{end}\tboundary=\"{boundary}\""
            )],
            body,
        )
    }

    fn text(&mut self, kind: &str, end: &str) -> (Vec<String>, Vec<u8>) {
        let (charset, sample) = *self.random.pick(&CHARSETS);
        let lines: Vec<String> = (0..1 + self.random.below(6))
            .map(|n| match charset.eq_ignore_ascii_case("utf-8") {
                true => self.words(8),
                false => format!("line {n} {sample} end"),
            })
            .collect();
        let text = match kind {
            "html" => format!("<html><body><p>{}</p></body></html>", lines.join("</p><p>")),
            _ => lines.join(end),
        };
        let bytes = match charset {
            "iso-8859-1" => text
                .chars()
                .map(|c| u8::try_from(c).unwrap_or(b'?'))
                .collect(),
            "windows-1252" => text
                .chars()
                .map(|c| {
                    if c == '€' {
                        0x80
                    } else {
                        u8::try_from(c).unwrap_or(b'?')
                    }
                })
                .collect(),
            _ => text.into_bytes(),
        };
        let mut headers = vec![format!("Content-Type: text/{kind}; charset={charset}")];
        let body = self.encoded(&mut headers, &bytes, end);
        (headers, body)
    }

    fn file(&mut self, is_inline: bool) -> (Vec<String>, Vec<u8>) {
        let name = *self.random.pick(&[
            "a.png",
            "Rechnung März.pdf",
            "تقرير.pdf",
            "报告.pdf",
            "with space.txt",
            "no-ending",
        ]);
        let coded: String = name
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() || byte == b'.' {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect();
        let named = match self.random.below(3) {
            0 => format!("filename*=UTF-8''{coded}"),
            1 if !name.is_ascii() => format!("filename=\"{}\"", self.encoded_word(name)),
            _ if name.is_ascii() => format!("filename=\"{name}\""),
            _ => format!("filename*=utf-8''{coded}"),
        };
        let disposition = if is_inline { "inline" } else { "attachment" };
        let kind = self.random.pick(&[
            "application/octet-stream",
            "image/png",
            "application/pdf",
            "text/csv",
        ]);
        let mut headers = vec![
            format!("Content-Type: {kind}"),
            format!("Content-Disposition: {disposition}; {named}"),
        ];
        if is_inline {
            headers.push(format!("Content-ID: <img{}@x>", self.random.below(9)));
        }
        let bytes: Vec<u8> = (0..self.random.below(300))
            .map(|_| (self.random.next() & 0xff) as u8)
            .collect();
        headers.push("Content-Transfer-Encoding: base64".to_owned());
        let body = wrapped(&base64(&bytes), "\r\n");
        (headers, body.into_bytes())
    }

    fn encoded(&mut self, headers: &mut Vec<String>, bytes: &[u8], end: &str) -> Vec<u8> {
        match self.random.below(3) {
            0 => {
                headers.push("Content-Transfer-Encoding: base64".to_owned());
                wrapped(&base64(bytes), end).into_bytes()
            }
            1 => {
                headers.push("Content-Transfer-Encoding: quoted-printable".to_owned());
                let mut out = String::new();
                for byte in bytes {
                    match byte {
                        b'\n' | b'\r' => out.push(char::from(*byte)),
                        b' '..=b'~' if *byte != b'=' => out.push(char::from(*byte)),
                        byte => out += &format!("={byte:02X}"),
                    }
                    if out.len() - out.rfind('\n').unwrap_or(0) > 70 {
                        out += &format!("={end}");
                    }
                }
                out.into_bytes()
            }
            _ => {
                headers.push("Content-Transfer-Encoding: 8bit".to_owned());
                bytes.to_vec()
            }
        }
    }
}

fn wrapped(text: &str, end: &str) -> String {
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(76)
        .map(String::from_utf8_lossy)
        .collect();
    lines.join(end)
}

pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let n =
            chunk.iter().fold(0u32, |n, byte| n << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            match at <= chunk.len() {
                true => out.push(char::from(ALPHABET[(n >> (18 - 6 * at) & 63) as usize])),
                false => out.push('='),
            }
        }
    }
    out
}
