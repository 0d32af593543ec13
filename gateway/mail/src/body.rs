//! From the tree of parts to one text and a list of files.

use std::collections::HashMap;
use std::sync::LazyLock;

use helpline_core::{file_name, limits};
use regex::Regex;

use crate::flowed::{Delsp, unwrapped};
use crate::headers::Headers;
use crate::html;
use crate::mime::{Budget, Part};
use crate::report::Report;
use crate::{Attachment, Cut, TextSource, charset};

/// What the parts of a mail say.
pub(crate) struct Content {
    pub(crate) text: String,
    pub(crate) source: TextSource,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) report: Option<Report>,
}

/// One piece of text, in the forms that the mail offers.
#[derive(Default)]
struct Block {
    plain: Option<String>,
    html: Option<String>,
}

/// The container that a part stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    None,
    Alternative,
    Related,
    Report,
    Other,
}

struct Collector {
    attachments: Vec<Attachment>,
    report: Option<Report>,
}

/// Reads all parts. Text comes from `text/plain`, unless it is blank or absurd compared with the HTML next to it.
pub(crate) fn read(part: &Part<'_>, budget: &mut Budget) -> Content {
    let mut collector = Collector {
        attachments: Vec::new(),
        report: None,
    };
    let blocks = collector.collect(part, Parent::None);
    let images: HashMap<String, String> = collector
        .attachments
        .iter()
        .filter_map(|file| Some((file.content_id.clone()?, file.name.clone())))
        .collect();
    let mut source = TextSource::None;
    let mut texts = Vec::new();
    for block in blocks {
        let (text, from) = block.chosen(&images, budget);
        if !text.trim().is_empty() {
            source = if source == TextSource::Html {
                source
            } else {
                from
            };
            texts.push(text);
        }
    }
    let text = cleaned(&texts.join("\n\n"), budget);
    Content {
        text,
        source,
        attachments: collector.attachments,
        report: collector.report,
    }
}

impl Collector {
    fn collect(&mut self, part: &Part<'_>, parent: Parent) -> Vec<Block> {
        let kind = match part.content_type.name.as_str() {
            "multipart/alternative" => Parent::Alternative,
            "multipart/related" => Parent::Related,
            "multipart/report" => Parent::Report,
            _ => Parent::Other,
        };
        if part.children.is_empty() {
            return self.leaf(part, parent).into_iter().collect();
        }
        if kind == Parent::Report {
            self.report.get_or_insert_default();
        }
        let mut blocks = Vec::new();
        for child in &part.children {
            let is_taken = kind == Parent::Report
                && self
                    .report
                    .as_mut()
                    .is_some_and(|report| report.take(child));
            if !is_taken {
                blocks.extend(self.collect(child, kind));
            }
        }
        match kind {
            Parent::Alternative => vec![Block::merged(blocks)],
            _ => blocks,
        }
    }

    fn leaf(&mut self, part: &Part<'_>, parent: Parent) -> Option<Block> {
        let kind = part.content_type.name.as_str();
        let is_html = kind == "text/html";
        let is_text = is_html
            || matches!(
                kind,
                "text/plain" | "text/markdown" | "text/x-markdown" | "text/enriched"
            );
        if matches!(kind, "text/x-amp-html" | "text/watch-html") {
            return None;
        }
        let bytes = part.bytes();
        let is_file = part.disposition.name == "attachment"
            || (part.file_name().is_some()
                && !matches!(parent, Parent::None | Parent::Alternative));
        if !is_text || is_file || is_binary(&bytes, part.content_type.parameter("charset")) {
            self.attachments.extend(attachment(part, parent, bytes));
            return None;
        }
        let text = charset::decode(&bytes, part.content_type.parameter("charset"));
        let is = |name: &str, value: &str| {
            part.content_type
                .parameter(name)
                .is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        let text = match (is("format", "flowed"), is("delsp", "yes")) {
            (true, true) if !is_html => unwrapped(&text, Delsp::Yes),
            (true, false) if !is_html => unwrapped(&text, Delsp::No),
            _ => text,
        };
        Some(match is_html {
            true => Block {
                html: Some(text),
                ..Block::default()
            },
            false => Block {
                plain: Some(text),
                ..Block::default()
            },
        })
    }
}

impl Block {
    /// The alternatives of one text. Apple Mail writes the HTML in several pieces with files between them.
    fn merged(blocks: Vec<Self>) -> Self {
        let join =
            |texts: Vec<String>, between: &str| (!texts.is_empty()).then(|| texts.join(between));
        let (mut plain, mut html) = (Vec::new(), Vec::new());
        for block in blocks {
            plain.extend(block.plain);
            html.extend(block.html);
        }
        Self {
            plain: join(plain, "\n\n"),
            html: join(html, "\n<br>\n"),
        }
    }

    fn chosen(self, images: &HashMap<String, String>, budget: &mut Budget) -> (String, TextSource) {
        let plain = self.plain.map(|text| named_images(&text, images));
        let Some(html) = self.html else {
            return (plain.unwrap_or_default(), TextSource::Plain);
        };
        let html = html::to_text(&html, images, budget);
        match plain {
            Some(plain) if !is_absurd(&plain, &html) => (plain, TextSource::Plain),
            _ => (html, TextSource::Html),
        }
    }
}

/// Whether a plain text cannot be what the author wrote: it is blank, it is HTML, or nearly everything is missing. Newsletter programs
/// write "your program cannot show this mail".
fn is_absurd(plain: &str, html: &str) -> bool {
    let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let (have, could) = (visible(plain), visible(html));
    let start: String = plain.trim_start().chars().take(15).collect();
    let is_markup = start.to_ascii_lowercase().starts_with("<!doctype html")
        || start.to_ascii_lowercase().starts_with("<html");
    (could > 0 && (have == 0 || is_markup)) || (could >= 200 && have * 10 < could)
}

/// A declared text that is none: a PDF or an archive (zammad#1390), or many control characters.
fn is_binary(bytes: &[u8], charset: Option<&str>) -> bool {
    let head = &bytes[..bytes.len().min(1024)];
    let is_wide = charset.is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        name.contains("utf-16") || name.contains("utf-32") || name.contains("ucs-2")
    });
    let magic: [&[u8]; 7] = [
        b"%PDF-",
        b"PK\x03\x04",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"\x1f\x8b",
        b"\xd0\xcf\x11\xe0",
    ];
    let controls = head
        .iter()
        .filter(|byte| {
            byte.is_ascii_control() && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x1b | 0x0c)
        })
        .count();
    magic.iter().any(|magic| head.starts_with(magic)) || (!is_wide && controls * 10 > head.len())
}

/// A leaf as a file. `None` for a text without a byte and without a name.
fn attachment(part: &Part<'_>, parent: Parent, bytes: Vec<u8>) -> Option<Attachment> {
    let declared_type = part.content_type.name.clone();
    let name = part.file_name();
    if bytes.is_empty() && name.is_none() {
        return None;
    }
    let name = name.unwrap_or_else(|| default_name(&declared_type, &bytes));
    let content_id = part.content_id();
    let is_inline =
        part.disposition.name == "inline" || (content_id.is_some() && parent == Parent::Related);
    Some(Attachment {
        name: file_name::cleaned(&name),
        declared_type: declared_type
            .chars()
            .take(limits::MEDIA_TYPE_CHARS_MAX)
            .collect(),
        bytes,
        content_id,
        is_inline: is_inline && part.disposition.name != "attachment",
    })
}

/// The name of a file that has none: a mail is named by its subject, an invitation as Outlook users know it.
fn default_name(declared_type: &str, bytes: &[u8]) -> String {
    let (main, sub) = declared_type.split_once('/').unwrap_or((declared_type, ""));
    match (main, sub) {
        ("message", "rfc822" | "global") => {
            let subject = Headers::read(bytes).0.text("subject").unwrap_or_default();
            match subject.trim() {
                "" => "message.eml".to_owned(),
                subject => format!("{subject}.eml"),
            }
        }
        ("multipart", _) => "message.eml".to_owned(),
        ("text", "calendar") => "invite.ics".to_owned(),
        ("text", "html") => "text.html".to_owned(),
        ("text", "csv") => "table.csv".to_owned(),
        ("text", _) | ("message", _) => "text.txt".to_owned(),
        ("image", "jpeg") => "image.jpg".to_owned(),
        ("image", "svg+xml") => "image.svg".to_owned(),
        ("application", "pdf") => "document.pdf".to_owned(),
        ("application", "pgp-signature") => "signature.asc".to_owned(),
        ("application", "ms-tnef") => "winmail.dat".to_owned(),
        ("image" | "audio" | "video", sub)
            if sub.len() <= 8 && sub.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            format!("{main}.{sub}")
        }
        _ => "file.bin".to_owned(),
    }
}

static CID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[cid:([^\]\s]{1,200})\]").expect("a valid pattern"));
static DATA_IMAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)data:image/[a-z0-9.+-]{1,40};base64,[a-z0-9+/=%]{100,}")
        .expect("a valid pattern")
});

/// Outlook writes `[cid:…]` where a picture was. The picture's name says more.
fn named_images(text: &str, images: &HashMap<String, String>) -> String {
    let name = |found: &regex::Captures<'_>| {
        let name = images.get(&found[1]).map_or("", String::as_str);
        html::image_placeholder(name)
    };
    CID.replace_all(text, name).into_owned()
}

/// The text as it is stored: `\n` at line ends, no control character except newline and tab, no picture as base64, no blank lines at
/// the ends, within the limit.
fn cleaned(text: &str, budget: &mut Budget) -> String {
    let text = DATA_IMAGE.replace_all(text, html::image_placeholder("").as_str());
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut count = 0;
    while let Some(c) = chars.next() {
        let c = match c {
            '\r' if chars.peek() == Some(&'\n') => continue,
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{c}' => '\n',
            '\t' | '\n' => c,
            '\u{feff}' => continue,
            c if c.is_control() => continue,
            c => c,
        };
        if count == limits::MAIL_TEXT_CHARS_MAX {
            budget.record(Cut::Text);
            break;
        }
        count += 1;
        out.push(c);
    }
    without_blank_ends(&out).to_owned()
}

/// Without blank lines at both ends. White space at the start of the first line stays.
pub(crate) fn without_blank_ends(text: &str) -> &str {
    let text = text.trim_end();
    let first = text.find(|c: char| !c.is_whitespace()).unwrap_or(0);
    let line = text[..first].rfind('\n').map_or(0, |end| end + 1);
    &text[line..]
}
