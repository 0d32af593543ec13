//! Reduces HTML to elements that matter for text, in one pass. The result has no attributes, comments, scripts, styles or pictures.

use std::collections::HashMap;

use helpline_core::limits;

use crate::mime::Budget;

use super::vocabulary::{Element, QuoteKind, quote_kind};
use super::{QUOTE_PLACEHOLDER, image_placeholder};

/// HTML without attributes.
pub(super) struct Reduced {
    pub(super) html: String,
    /// Whether an HTML parser reads it in linear time.
    pub(super) is_simple: bool,
    /// Whether the limit of bytes was reached.
    pub(super) is_cut: bool,
    /// How many tags it has.
    pub(super) tags: usize,
}

/// A tag of the source.
struct Tag<'h> {
    name: String,
    is_end: bool,
    attributes: Vec<(String, String)>,
    /// What follows the tag.
    rest: &'h str,
}

struct Scanner<'a> {
    out: String,
    images: &'a HashMap<String, String>,
    /// For each element name, the tags that the open elements became.
    open: HashMap<String, Vec<&'static str>>,
    depth: usize,
    bytes_max: usize,
    tags: usize,
    tags_max: usize,
    is_simple: bool,
    /// Whether a quote of a mail program was seen.
    has_quote: bool,
    /// Where the words of the open link begin, and its target.
    link: Option<(usize, String)>,
}

/// Reduces HTML to at most as many bytes and tags as the budget has left.
pub(super) fn reduced(html: &str, images: &HashMap<String, String>, budget: &Budget) -> Reduced {
    let bytes_max = budget.html_bytes;
    let mut scanner = Scanner {
        out: String::with_capacity(html.len().min(bytes_max)),
        images,
        open: HashMap::new(),
        depth: 0,
        bytes_max,
        tags: 0,
        tags_max: budget.html_tags,
        is_simple: true,
        has_quote: false,
        link: None,
    };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        scanner.words(&rest[..at]);
        rest = scanner.markup(&rest[at..]);
        if scanner.out.len() >= bytes_max {
            break;
        }
    }
    if scanner.out.len() < bytes_max {
        scanner.words(rest);
        rest = "";
    }
    let is_cut = !rest.is_empty() || scanner.out.len() > bytes_max;
    let mut end = scanner.out.len().min(bytes_max);
    while !scanner.out.is_char_boundary(end) {
        end -= 1;
    }
    scanner.out.truncate(end);
    Reduced {
        html: scanner.out,
        is_simple: scanner.is_simple,
        is_cut,
        tags: scanner.tags,
    }
}

impl Scanner<'_> {
    fn words(&mut self, text: &str) {
        let room = (self.bytes_max + 4).saturating_sub(self.out.len());
        match text.char_indices().find(|(at, _)| *at >= room) {
            Some((at, _)) => self.out.push_str(&text[..at]),
            None => self.out.push_str(text),
        }
    }

    /// Handles what begins with `<`. Returns what follows.
    fn markup<'h>(&mut self, text: &'h str) -> &'h str {
        if let Some(comment) = text.strip_prefix("<!--") {
            return comment.find("-->").map_or("", |end| &comment[end + 3..]);
        }
        if text.starts_with("<!") || text.starts_with("<?") {
            return text.find('>').map_or("", |end| &text[end + 1..]);
        }
        match tag(text) {
            Found::Tag(tag) => self.tag(tag),
            Found::Words => {
                self.out.push_str("&lt;");
                &text[1..]
            }
            Found::Unfinished => {
                self.words(&text.replace('<', "&lt;"));
                ""
            }
        }
    }

    fn tag<'h>(&mut self, tag: Tag<'h>) -> &'h str {
        let element = Element::of(&tag.name);
        if !tag.is_end
            && let Some(kind) = quote_kind(&tag.name, &tag.attributes)
        {
            self.quote(kind, &tag);
        }
        match element {
            Element::Hidden if !tag.is_end => return after_end_tag(tag.rest, &tag.name),
            Element::Hidden | Element::Inline => {}
            Element::Break => self.emit("<br>"),
            Element::Special => self.special(&tag),
            Element::Nested | Element::Item | Element::Block if tag.is_end => self.close(&tag.name),
            Element::Nested | Element::Item | Element::Block => self.open(element, &tag),
        }
        tag.rest
    }

    fn emit(&mut self, tag: &str) {
        self.tags += 1;
        self.is_simple &= self.tags <= self.tags_max;
        self.out.push_str(tag);
    }

    fn quote(&mut self, kind: QuoteKind, tag: &Tag<'_>) {
        // Later pieces of the same quote are told by their `>`. Another mark would part them from the answers between them.
        if !self.has_quote || tag.name != "blockquote" {
            let mark = format!("<p>{QUOTE_PLACEHOLDER}</p>");
            if !self.out.ends_with(&mark) {
                self.emit(&mark);
            }
        }
        self.has_quote = true;
        if kind == QuoteKind::Ours && tag.name == "div" {
            self.emit("<blockquote>");
        }
    }

    fn open(&mut self, element: Element, tag: &Tag<'_>) {
        if tag.name == "p" && self.open.get("p").is_some_and(|open| !open.is_empty()) {
            self.close("p");
        }
        let value = |wanted: &str| {
            let found = tag.attributes.iter().find(|(name, _)| name == wanted);
            found.map_or("", |(_, value)| value.as_str())
        };
        let is_ours = tag.name == "div" && value("data-helpline") == "quote";
        let became = match tag.name.as_str() {
            "div" if is_ours => "blockquote",
            // Word's paragraphs have no space between them.
            "p" if value("class").contains("MsoNormal")
                || value("class").contains("MsoListParagraph") =>
            {
                "div"
            }
            name => NAMES
                .iter()
                .find(|known| **known == name)
                .copied()
                .unwrap_or("div"),
        };
        if element != Element::Item {
            self.depth += 1;
            self.is_simple &= self.depth <= limits::MAIL_HTML_DEPTH_MAX;
        }
        self.open.entry(tag.name.clone()).or_default().push(became);
        if !is_ours {
            self.emit(&format!("<{became}>"));
        }
    }

    fn close(&mut self, name: &str) {
        let Some(became) = self.open.get_mut(name).and_then(Vec::pop) else {
            return;
        };
        if Element::of(name) != Element::Item {
            self.depth = self.depth.saturating_sub(1);
        }
        self.emit(&format!("</{became}>"));
    }

    fn special(&mut self, tag: &Tag<'_>) {
        let value = |wanted: &str| {
            let found = tag.attributes.iter().find(|(name, _)| name == wanted);
            found.map_or("", |(_, value)| value.trim())
        };
        match tag.name.as_str() {
            "hr" => self.emit("<p>----------</p>"),
            "img" => {
                let source = value("src");
                let is_ours = |scheme: &str| {
                    source
                        .get(..scheme.len())
                        .is_some_and(|s| s.eq_ignore_ascii_case(scheme))
                };
                let name = match is_ours("cid:") {
                    true => self.images.get(&source[4..]).map(String::as_str),
                    false => None,
                };
                let name = name.unwrap_or(value("alt"));
                // A picture from the web is a decoration or a tracker, unless it has words.
                if is_ours("cid:") || is_ours("data:") || !name.is_empty() {
                    let text = escaped(&image_placeholder(name));
                    self.out.push_str(&text);
                }
            }
            _ => {
                self.end_link();
                if !tag.is_end {
                    self.link = Some((self.out.len(), value("href").to_owned()));
                }
            }
        }
    }

    /// Writes the target after the words of a link, unless the words say it.
    fn end_link(&mut self) {
        let Some((start, target)) = self.link.take().filter(|(_, target)| !target.is_empty())
        else {
            return;
        };
        let words = self.out.get(start..).unwrap_or_default();
        let lower = target.to_ascii_lowercase();
        let is_address = lower.strip_prefix("mailto:");
        let is_web = lower.starts_with("https://") || lower.starts_with("http://");
        let said = is_address.unwrap_or(&lower);
        let said = said
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .trim_end_matches('/');
        let is_said = words
            .replace("&amp;", "&")
            .to_ascii_lowercase()
            .contains(said);
        let is_blank = words.trim().is_empty() || said.is_empty();
        if (is_web || is_address.is_some())
            && !is_said
            && !is_blank
            && target.chars().count() <= limits::MAIL_LINK_CHARS_MAX
        {
            let target = if is_address.is_some() {
                &target[7..]
            } else {
                &target
            };
            let text = escaped(&format!(" <{target}>"));
            self.out.push_str(&text);
        }
    }
}

/// Tags that stay what they are.
const NAMES: [&str; 20] = [
    "div",
    "ul",
    "ol",
    "blockquote",
    "pre",
    "table",
    "dl",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "li",
    "tr",
    "td",
    "th",
    "dt",
    "dd",
];

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What follows the end tag of an element whose content is not parsed.
fn after_end_tag<'h>(text: &'h str, name: &str) -> &'h str {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let after = &text[from + at + 2..];
        if after
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
        {
            return after.find('>').map_or("", |end| &after[end + 1..]);
        }
        from += at + 2;
    }
    ""
}

/// What a `<` begins.
enum Found<'h> {
    Tag(Tag<'h>),
    /// No tag: the character `<`.
    Words,
    /// A tag that the text ends in.
    Unfinished,
}

fn tag(text: &str) -> Found<'_> {
    let after = &text[1..];
    let (is_end, after) = match after.strip_prefix('/') {
        Some(after) => (true, after),
        None => (false, after),
    };
    if !after.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Found::Words;
    }
    let end = after.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'));
    let Some(end) = end else {
        return Found::Unfinished;
    };
    let name = after[..end].to_ascii_lowercase();
    let mut rest = &after[end..];
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(rest) = rest.strip_prefix('>') {
            return Found::Tag(Tag {
                name,
                is_end,
                attributes,
                rest,
            });
        }
        let Some(((name, value), after)) = attribute(rest) else {
            return Found::Unfinished;
        };
        // Pictures as base64 are not copied.
        if attributes.len() < 50 {
            attributes.push((short(name).to_ascii_lowercase(), decoded(short(value))));
        }
        rest = after;
    }
}

/// The name and the value of one attribute, and what follows. `None` if the text ends in it.
fn attribute(text: &str) -> Option<((&str, &str), &str)> {
    let is_end = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
    let end = match text.find(is_end) {
        Some(end) if end > 0 => end,
        // A stray `=` is taken as a name, as browsers do.
        _ if text.starts_with('=') => 1,
        _ => return None,
    };
    let name = &text[..end];
    let rest = text[end..].trim_start_matches(|c: char| c.is_ascii_whitespace());
    let Some(rest) = rest.strip_prefix('=') else {
        return Some(((name, ""), rest));
    };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
    for quote in ['"', '\''] {
        if let Some(quoted) = rest.strip_prefix(quote) {
            let (value, after) = quoted.split_once(quote)?;
            return Some(((name, value), after));
        }
    }
    let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '>')?;
    Some(((name, &rest[..end]), &rest[end..]))
}

fn short(text: &str) -> &str {
    let mut end = text.len().min(1_000);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The character references that occur in links and names.
fn decoded(value: &str) -> String {
    if !value.contains('&') {
        return value.to_owned();
    }
    value
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
