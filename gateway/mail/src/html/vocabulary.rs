//! What elements mean for text, and how mail programs mark quotes.

/// What becomes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// It stays, and may contain others.
    Nested,
    /// It stays; a following one of its kind ends it.
    Item,
    /// It becomes a `div`.
    Block,
    /// It stays and is empty: a line break.
    Break,
    /// Its content is not for readers.
    Hidden,
    /// A picture, a rule, a link.
    Special,
    /// Its tags are dropped, and its content stays.
    Inline,
}

impl Element {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "div" | "ul" | "ol" | "blockquote" | "pre" | "table" | "dl" => Self::Nested,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::Nested,
            "p" | "li" | "tr" | "td" | "th" | "dt" | "dd" => Self::Item,
            "section" | "article" | "header" | "footer" | "main" | "center" | "address"
            | "form" | "fieldset" | "aside" | "nav" | "figure" | "figcaption" | "caption" => {
                Self::Block
            }
            "br" => Self::Break,
            "script" | "style" | "title" | "template" | "xml" | "noframes" => Self::Hidden,
            "img" | "hr" | "a" => Self::Special,
            _ => Self::Inline,
        }
    }
}

/// How a mail program marks the mail that is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QuoteKind {
    /// The quote begins here. Answers may stand inside the same element.
    Start,
    /// The whole element is a quote: Helpline wrote it.
    Ours,
}

/// Classes of containers. Gmail gives its own class also to a `blockquote` that the author made, so that only its container counts.
const CLASSES: [&str; 9] = [
    "gmail_quote_container",
    "protonmail_quote",
    "yahoo_quoted",
    "moz-cite-prefix",
    "tutanota_quote",
    "zmail_extra",
    "replied-message",
    "hmmessage-quote",
    "mailspring-quote",
];
const IDS: [&str; 8] = [
    "divrplyfwdmsg",
    "appendonsend",
    "reply-intro",
    "mail-editor-reference-message-container",
    "ms-outlook-mobile-reference-message",
    "origbody",
    "isreplycontent",
    "replywithattachment",
];
/// The rule above the block with From, Sent, To and Subject, in the colours of Outlook's versions.
const OUTLOOK_RULES: [&str; 3] = [
    "border-top:solid#e1e1e1",
    "border-top:solid#b5c4df",
    "border-top:1ptsolid#b5c4df",
];

/// Whether an element begins a quote. Outlook renames ids and classes to `x_…` when it answers (freescout#5546).
pub(super) fn quote_kind(name: &str, attributes: &[(String, String)]) -> Option<QuoteKind> {
    // Most tags have no attributes, and there may be millions.
    if attributes.is_empty() {
        return (name == "includetail").then_some(QuoteKind::Start);
    }
    let value = |wanted: &str| {
        let found = attributes.iter().find(|(name, _)| name == wanted);
        found.map_or("", |(_, value)| value.as_str())
    };
    if value("data-helpline") == "quote" {
        return Some(QuoteKind::Ours);
    }
    let plain = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.trim_start_matches("x_").to_owned()
    };
    let has_class = value("class")
        .split_ascii_whitespace()
        .map(plain)
        .any(|class| {
            CLASSES.contains(&class.as_str()) || (class == "gmail_quote" && name == "div")
        });
    let id = plain(value("id"));
    let style: String = value("style")
        .to_ascii_lowercase()
        .split_ascii_whitespace()
        .collect();
    let is_quote = has_class
        || (name == "blockquote" && value("type").eq_ignore_ascii_case("cite"))
        || IDS.contains(&id.as_str())
        || name == "includetail"
        || value("data-marker") == "__QUOTED_TEXT__"
        || value("name") == "quoted-content"
        || OUTLOOK_RULES.iter().any(|rule| style.contains(rule));
    is_quote.then_some(QuoteKind::Start)
}
