//! One letter for each line of a mail, by what the line is.

use helpline_core::limits;

use super::REPLY_MARKER;
use super::phrases::{
    Label, is_attribution, is_mobile_signature, is_opening, is_separator, label, normalized,
};
use crate::html::QUOTE_PLACEHOLDER;

pub(super) const EMPTY: u8 = b'e';
pub(super) const TEXT: u8 = b't';
/// A line that begins with `>`.
pub(super) const QUOTE: u8 = b'q';
/// The phrase above a quote.
pub(super) const ATTRIBUTION: u8 = b'b';
/// The phrase above a quote, in a quote.
pub(super) const QUOTED_ATTRIBUTION: u8 = b'c';
/// Our marker.
pub(super) const MARKER: u8 = b'm';
/// Our marker, in a quote.
pub(super) const QUOTED_MARKER: u8 = b'n';
/// What the conversion from HTML writes before a quote.
pub(super) const PLACEHOLDER: u8 = b'p';
/// `-----Original Message-----`
pub(super) const SEPARATOR: u8 = b'f';
/// A line of dashes or the like.
pub(super) const RULE: u8 = b'd';
/// `-- `, which begins a signature (RFC 3676, 4.3).
pub(super) const SIGNATURE: u8 = b'g';
/// `Sent from my phone`
pub(super) const MOBILE: u8 = b's';

/// The letters of the lines. Lines after [`limits::MAIL_TRIM_LINES_MAX`] are text.
pub(super) fn letters(lines: &[&str]) -> Vec<u8> {
    let known = lines.len().min(limits::MAIL_TRIM_LINES_MAX);
    let plain: Vec<Line> = lines[..known].iter().map(|line| Line::of(line)).collect();
    let mut letters: Vec<u8> = plain.iter().map(Line::letter).collect();
    for end in 0..known {
        mark_attribution(&plain, end, &mut letters);
    }
    unmark_code(&plain, &mut letters);
    letters.resize(lines.len(), TEXT);
    letters
}

/// A line for comparison.
struct Line {
    /// Without `>` marks. Empty for a line that is too long to be a phrase.
    text: String,
    is_quoted: bool,
    is_long: bool,
    /// Exactly the signature separator.
    is_signature: bool,
}

impl Line {
    fn of(line: &str) -> Self {
        let is_long = line.len() > limits::MAIL_PHRASE_BYTES_MAX;
        let text = if is_long {
            String::new()
        } else {
            normalized(line)
        };
        // A line `>:` is the end of a phrase that was broken before the mark.
        let is_quoted = line.trim_start().starts_with('>') && line.trim() != ">:";
        Self {
            text: if is_quoted {
                text.trim_start_matches(['>', ' ']).to_owned()
            } else {
                text
            },
            is_quoted,
            is_long,
            is_signature: matches!(line.trim_end_matches('\r'), "-- " | "--" | "—"),
        }
    }

    fn letter(&self) -> u8 {
        let text = self.text.as_str();
        if self.is_quoted {
            return if text.contains(REPLY_MARKER) {
                QUOTED_MARKER
            } else {
                QUOTE
            };
        }
        if self.is_long {
            return TEXT;
        }
        if text.is_empty() {
            return EMPTY;
        }
        if self.is_signature {
            return SIGNATURE;
        }
        if text.contains(REPLY_MARKER) {
            return MARKER;
        }
        if text == QUOTE_PLACEHOLDER {
            return PLACEHOLDER;
        }
        let is_rule = |c: char| "-_=~*#+—ᐧ─".contains(c);
        if text.chars().all(is_rule) {
            return RULE;
        }
        if is_separator(text) {
            return SEPARATOR;
        }
        if is_mobile_signature(&without_link(text)) {
            return MOBILE;
        }
        match label(text) {
            Some(Label::From) => b'F',
            Some(Label::Date) => b'D',
            Some(Label::To) => b'T',
            Some(Label::Subject) => b'S',
            None => TEXT,
        }
    }
}

/// Marks the lines that end at `end` if they introduce a quote. Programs break such a phrase over several lines.
fn mark_attribution(lines: &[Line], end: usize, letters: &mut [u8]) {
    let last = &lines[end];
    let stripped = last.text.trim_end_matches(['-', '*', ' ', '>', '.']);
    let ends_phrase = stripped.ends_with([':', '：'])
        || last.text.ends_with("--")
        || stripped.ends_with(['道', '到']);
    if last.text.is_empty()
        || !ends_phrase
        || matches!(letters[end], MARKER | PLACEHOLDER | SEPARATOR | RULE)
    {
        return;
    }
    let mut joined = String::new();
    for start in (end.saturating_sub(limits::MAIL_PHRASE_LINES_MAX - 1)..=end).rev() {
        let line = &lines[start];
        let is_part = !line.text.is_empty()
            && line.is_quoted == last.is_quoted
            && !matches!(
                letters[start],
                MARKER | PLACEHOLDER | SEPARATOR | ATTRIBUTION
            );
        if !is_part || joined.len() + line.text.len() > limits::MAIL_PHRASE_BYTES_MAX {
            return;
        }
        joined = match joined.is_empty() {
            true => line.text.clone(),
            false => format!("{} {joined}", line.text),
        };
        let phrase = joined.trim_matches(['-', '*', ' ', '>', '<', '.']);
        if is_attribution(phrase) {
            let letter = if last.is_quoted {
                QUOTED_ATTRIBUTION
            } else {
                ATTRIBUTION
            };
            let start = begin_of_phrase(lines, start, end, &joined);
            return letters[start..=end].fill(letter);
        }
    }
}

/// The line where a phrase really begins: `On …`, or the `<` of its address, may stand in a line above.
fn begin_of_phrase(lines: &[Line], start: usize, end: usize, joined: &str) -> usize {
    let is_open = joined.matches('>').count() > joined.matches('<').count();
    let first = end.saturating_sub(limits::MAIL_PHRASE_LINES_MAX - 1);
    let is_part = |line: &Line| !line.text.is_empty() && line.is_quoted == lines[end].is_quoted;
    let above = (first..start).rev().take_while(|at| is_part(&lines[*at]));
    above
        .filter(|at| is_opening(&lines[*at].text) || (is_open && lines[*at].text.ends_with('<')))
        .last()
        .unwrap_or(start)
}

/// Lines between two lines of three backticks are code, whatever they look like.
fn unmark_code(lines: &[Line], letters: &mut [u8]) {
    let fences: Vec<usize> = (0..lines.len())
        .filter(|at| !lines[*at].is_quoted && lines[*at].text.starts_with("```"))
        .collect();
    for pair in fences.chunks_exact(2) {
        letters[pair[0]..=pair[1]].fill(TEXT);
    }
}

/// `Get [Outlook](https://…)` as `Get Outlook`.
fn without_link(text: &str) -> String {
    match (text.find('['), text.find("](")) {
        (Some(open), Some(close)) if open < close => {
            let after = text[close..]
                .find(')')
                .map_or("", |end| &text[close + end + 1..]);
            format!("{}{}{after}", &text[..open], &text[open + 1..close])
        }
        _ => text.to_owned(),
    }
}
