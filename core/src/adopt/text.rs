//! Makes texts fit the desk's columns.

/// What was done to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Cleaned,
    Cut,
    Empty,
}

impl Change {
    /// The name of the rule, for a text of this name.
    pub fn rule(self, names: [&'static str; 3]) -> &'static str {
        match self {
            Self::Cleaned => names[0],
            Self::Cut => names[1],
            Self::Empty => names[2],
        }
    }
}

/// The text of a message: control characters other than newline and tab are removed.
pub(super) fn body(text: &str, bytes_max: usize) -> (String, Option<Change>) {
    let mut clean = text.replace("\r\n", "\n");
    clean.retain(|c| !c.is_control() || c == '\n' || c == '\t');
    if clean.trim().is_empty() {
        return ("(empty message)".to_owned(), Some(Change::Empty));
    }
    let cut = cut_bytes(&clean, bytes_max);
    if cut.len() < clean.len() {
        return (cut.to_owned(), Some(Change::Cut));
    }
    let change = (clean != text).then_some(Change::Cleaned);
    (clean, change)
}

/// A text of one line: control characters become blanks.
pub(super) fn line(text: &str, chars_max: usize) -> (String, Option<Change>) {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let clean = clean.trim();
    if clean.is_empty() {
        return (String::new(), Some(Change::Empty));
    }
    let cut: String = clean.chars().take(chars_max).collect();
    let cut = cut.trim_end().to_owned();
    if cut.len() < clean.len() {
        return (cut, Some(Change::Cut));
    }
    let change = (cut != text).then_some(Change::Cleaned);
    (cut, change)
}

/// The longest beginning of a text with so many bytes that ends between characters.
pub(super) fn cut_bytes(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}
