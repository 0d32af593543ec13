//! A message's text, validated once where it enters the system.

use crate::{derived_subject, limits};

/// A message's text: at most [`limits::BODY_BYTES_MAX`] bytes of UTF-8, without control characters
/// other than newline and tab. It is plain text, never HTML. It is empty only in a message with
/// files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(String);

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Empty, or only white space.
    #[error("must not be empty")]
    Empty,
    /// Longer than the field allows.
    #[error("is too long")]
    TooLong,
    /// An attachment's size is above [`limits::EXACT_NUMBER_MAX`].
    #[error("must not have more than {} bytes", limits::EXACT_NUMBER_MAX)]
    TooLarge,
    /// Contains a control character, which could forge a log line or confuse a program that shows
    /// the text.
    #[error("must not contain control characters")]
    ControlCharacter,
}

impl Body {
    /// Validates a text exactly as the client wrote it; it is not trimmed or changed.
    ///
    /// # Errors
    /// [`InvalidText`] names the rule that the text breaks.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidText> {
        let body = Self::parse_with_files(text)?;
        if body.0.trim().is_empty() {
            return Err(InvalidText::Empty);
        }
        Ok(body)
    }

    /// Validates the text of a message that has files: it may be empty.
    ///
    /// # Errors
    /// [`InvalidText`] names the rule that the text breaks.
    pub fn parse_with_files(text: impl Into<String>) -> Result<Self, InvalidText> {
        let text = text.into();
        if text.len() > limits::BODY_BYTES_MAX {
            return Err(InvalidText::TooLong);
        }
        if text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        {
            return Err(InvalidText::ControlCharacter);
        }
        Ok(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// Returns the start of a text as one line of at most [`limits::SNIPPET_CHARS_MAX`] characters. A
/// shortened line ends in `…`.
pub fn snippet(text: &str) -> String {
    let mut line = String::new();
    // Stop as soon as the line is full, so that a long text is not read to its end.
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().nth(limits::SNIPPET_CHARS_MAX).is_some() {
            let kept: String = line.chars().take(limits::SNIPPET_CHARS_MAX - 1).collect();
            return format!("{}…", kept.trim_end());
        }
    }
    line
}

/// A ticket's subject: one line, 1 to [`limits::SUBJECT_CHARS_MAX`] characters, trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Trims and validates a subject.
    ///
    /// # Errors
    /// [`InvalidText`] names the rule that the subject breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        single_line(text, limits::SUBJECT_CHARS_MAX).map(Self)
    }

    /// Derives the subject from a ticket's description when the customer wrote none: its first line
    /// with visible text, without Markdown, of at most [`limits::DERIVED_SUBJECT_CHARS_MAX`]
    /// characters. A longer line is cut after a word, or inside a long word between two graphemes,
    /// and ends in `…`. The result is deterministic, because a repeated request must produce the
    /// same subject.
    pub fn derived(description: &Body) -> Self {
        Self(derived_subject::of(description.as_str()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(crate) fn single_line(text: &str, chars_max: usize) -> Result<String, InvalidText> {
    let text = text.trim();
    if text.is_empty() {
        return Err(InvalidText::Empty);
    }
    if text.chars().count() > chars_max {
        return Err(InvalidText::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(InvalidText::ControlCharacter);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_keep_newlines_and_tabs_and_refuse_other_controls() {
        assert!(Body::parse("a\n\tb").is_ok());
        for (text, why) in [
            ("a\rb", InvalidText::ControlCharacter),
            ("\u{1b}[2J", InvalidText::ControlCharacter),
            ("a\0b", InvalidText::ControlCharacter),
            ("\u{85}", InvalidText::ControlCharacter),
            (" \n", InvalidText::Empty),
        ] {
            assert_eq!(Body::parse(text), Err(why), "{text:?}");
        }
        assert!(Body::parse_with_files("").is_ok());
        assert_eq!(
            Body::parse_with_files("a\rb"),
            Err(InvalidText::ControlCharacter)
        );
        assert!(Body::parse("x".repeat(limits::BODY_BYTES_MAX)).is_ok());
        assert_eq!(
            Body::parse("x".repeat(limits::BODY_BYTES_MAX + 1)),
            Err(InvalidText::TooLong)
        );
    }
}
