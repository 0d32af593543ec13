//! From HTML to text. The HTML is first reduced to plain elements without attributes (`scan`), so that pictures as base64, styles, scripts
//! and trackers are gone before a parser sees them. `html2text` then lays out paragraphs, lists and quotes.

mod scan;
mod vocabulary;

use std::collections::HashMap;

use html2text::render::TextDecorator;

use crate::Cut;
use crate::mime::Budget;

/// The line that is written before a quote of an earlier mail that the HTML marks as such. Quotes that the author made have none.
pub const QUOTE_PLACEHOLDER: &str = "[quoted text]";
/// Longer lines of HTML are broken. Long enough for each paragraph, and far from the numbers that overflow.
const LINE_CHARS_MAX: usize = 100_000;

/// What is shown where a picture is.
pub(crate) fn image_placeholder(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '[' | ']'))
        .take(helpline_core::limits::ATTACHMENT_NAME_CHARS_MAX)
        .collect();
    match name.trim() {
        "" => "[image]".to_owned(),
        name => format!("[image: {name}]"),
    }
}

/// The text of a piece of HTML. `images` has the names of files by their content id.
pub(crate) fn to_text(html: &str, images: &HashMap<String, String>, budget: &mut Budget) -> String {
    let plain = scan::reduced(html, images, budget);
    budget.html_bytes = budget.html_bytes.saturating_sub(plain.html.len());
    budget.html_tags = budget.html_tags.saturating_sub(plain.tags);
    if plain.is_cut {
        budget.record(Cut::Html);
    }
    let laid_out = plain.is_simple.then(|| laid_out(&plain.html)).flatten();
    let text = laid_out.unwrap_or_else(|| {
        budget.record(Cut::Layout);
        mail_parser::decoders::html::html_to_text(&plain.html)
    });
    tidied(&text)
}

fn laid_out(html: &str) -> Option<String> {
    html2text::config::with_decorator(PlainText)
        .raw_mode(true)
        .no_link_wrapping()
        .allow_width_overflow()
        .string_from_read(html.as_bytes(), LINE_CHARS_MAX)
        .ok()
}

/// Without spaces at line ends, and with at most one empty line in a row.
fn tidied(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = line.replace('\u{a0}', " ");
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 1 {
            out.push_str(line);
            out.push('\n');
        }
    }
    crate::body::without_blank_ends(&out).to_owned()
}

/// Marks quotes and list items, and nothing else.
#[derive(Debug, Clone, Copy)]
struct PlainText;

impl TextDecorator for PlainText {
    type Annotation = ();

    fn decorate_link_start(&mut self, _url: &str) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_link_end(&mut self) -> String {
        String::new()
    }
    fn decorate_em_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_em_end(&self) -> String {
        String::new()
    }
    fn decorate_strong_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_strong_end(&self) -> String {
        String::new()
    }
    fn decorate_strikeout_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_strikeout_end(&self) -> String {
        String::new()
    }
    fn decorate_code_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_code_end(&self) -> String {
        String::new()
    }
    fn decorate_preformat_first(&self) {}
    fn decorate_preformat_cont(&self) {}
    fn decorate_image(&mut self, _src: &str, title: &str) -> (String, ()) {
        (title.to_owned(), ())
    }
    fn header_prefix(&self, _level: usize) -> String {
        String::new()
    }
    fn quote_prefix(&self) -> String {
        "> ".to_owned()
    }
    fn unordered_item_prefix(&self) -> String {
        "* ".to_owned()
    }
    fn ordered_item_prefix(&self, number: i64) -> String {
        format!("{number}. ")
    }
    fn make_subblock_decorator(&self) -> Self {
        *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        let images = HashMap::from([("logo@x".to_owned(), "logo.png".to_owned())]);
        to_text(html, &images, &mut Budget::new())
    }

    #[test]
    fn structure_becomes_text() {
        for (html, expected) in [
            ("<p>a</p><p>b</p>", "a\n\nb"),
            ("a<br>b", "a\nb"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("<ul><li>a</li><li>b</li></ul>", "* a\n* b"),
            ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
            ("<blockquote>a<br>b</blockquote>c", "> a\n> b\n\nc"),
            (
                "<b>bold</b> <i>and</i> <span>plain</span>",
                "bold and plain",
            ),
            ("1 &lt; 2 &amp; 3 &euro;", "1 < 2 & 3 €"),
            ("if a <3 b", "if a <3 b"),
            ("<style>p{}</style><script>x</script>a<!-- c -->b", "ab"),
            ("<p class=MsoNormal>a</p><p class=MsoNormal>b</p>", "a\nb"),
            ("<pre>a\n  b</pre>", "a\n  b"),
            ("a<hr>b", "a\n\n----------\n\nb"),
            ("&nbsp;a&nbsp;b", " a b"),
            ("<img src=\"cid:logo@x\">", "[image: logo.png]"),
            ("<img src='cid:unknown' alt='a chart'>", "[image: a chart]"),
            ("<img src=\"data:image/png;base64,AAAA\">x", "[image]x"),
            ("<img src=\"https://t.example/pixel.gif\" width=1>x", "x"),
            (
                "<a href=\"https://a.example/x\">here</a>",
                "here <https://a.example/x>",
            ),
            ("<a href=\"https://a.example/\">a.example</a>", "a.example"),
            ("<a href=\"mailto:a@b.c\">a@b.c</a>", "a@b.c"),
            ("<a href=\"javascript:alert(1)\">x</a>", "x"),
            ("unfinished <b", "unfinished <b"),
            ("", ""),
        ] {
            assert_eq!(text(html), expected, "{html}");
        }
    }

    /// M19 and M22.
    #[test]
    fn only_quotes_of_mail_programs_are_marked() {
        assert_eq!(text("<blockquote>mine</blockquote>"), "> mine");
        for html in [
            "<div class=\"gmail_quote gmail_quote_container\">On … wrote:<blockquote>q</blockquote></div>",
            "<div class=\"x_gmail_quote\">q</div>",
            "<blockquote type=\"cite\">q</blockquote>",
            "<div id=\"x_divRplyFwdMsg\">From: a</div>",
            "<div class=\"protonmail_quote\">q</div>",
            "<div data-helpline=\"quote\">q</div>",
            "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>From: a</div>",
        ] {
            let text = text(&format!("<div>answer</div>{html}"));
            assert!(text.starts_with("answer\n"), "{text}");
            assert!(text.contains(QUOTE_PLACEHOLDER), "{html}: {text}");
        }
        assert_eq!(
            text("a<div data-helpline=quote>b<div>c</div></div>d"),
            format!("a\n\n{QUOTE_PLACEHOLDER}\n\n> b\n> c\n\nd")
        );
    }

    #[test]
    fn hostile_html_is_read_without_its_layout() {
        let mut budget = Budget::new();
        let deep = format!("{}words{}", "<div>".repeat(50_000), "</div>".repeat(50_000));
        assert!(to_text(&deep, &HashMap::new(), &mut budget).contains("words"));
        assert_eq!(budget.cuts, [Cut::Layout]);
        let mut budget = Budget::new();
        let long = "<p>word</p>".repeat(400_000);
        assert!(to_text(&long, &HashMap::new(), &mut budget).contains("word"));
        assert_eq!(budget.cuts, [Cut::Html, Cut::Layout]);
    }
}
