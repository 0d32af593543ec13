//! Derives a subject from a ticket's description, for forms that ask customers only for their
//! question.

use unicode_segmentation::UnicodeSegmentation;

use crate::limits::DERIVED_SUBJECT_CHARS_MAX;

/// Ends a shortened subject. It is also the whole subject if the description has no visible
/// characters.
const ELLIPSIS: char = '…';
/// How many Markdown prefixes (such as `>`, `#` or `-`) to remove from the start of a line. A line
/// has several prefixes if, for example, a list is inside a quotation.
const LINE_MARKS_MAX: usize = 8;
/// Maximum number of characters to read from one line: enough for one or two long link addresses
/// and a subject. Finding pairs of formatting characters takes quadratic time, which this limit
/// also bounds.
const LINE_CHARS_MAX: usize = 2_000;
/// A line of only these characters is a Markdown rule, a code fence or a table header, and has no
/// words.
const RULES: &[char] = &[
    '#', '*', '_', '-', '=', '~', '>', '`', '|', '+', ':', '[', ']', '\\',
];

/// Derives the subject from a ticket's description: one non-empty line of at most
/// [`DERIVED_SUBJECT_CHARS_MAX`] characters.
pub(crate) fn of(description: &str) -> String {
    let lines = description.split('\n').filter(|line| !is_fence(line));
    let said = lines
        .map(without_marks)
        .find(|line| line.chars().any(|c| is_seen(c) && !RULES.contains(&c)));
    let line = said.unwrap_or_else(|| one_line(description.chars()));
    if line.chars().any(is_seen) {
        cut(&line)
    } else {
        ELLIPSIS.to_string()
    }
}

fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

/// Whether a character is visible by itself: not white space, a control character or an invisible
/// formatting character.
fn is_seen(c: char) -> bool {
    let is_ignorable = matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}');
    !c.is_whitespace() && !c.is_control() && !is_ignorable
}

/// Converts a line of Markdown to text: removes the characters that format headings, quotations,
/// lists, emphasis and code, and replaces a link by its words.
fn without_marks(line: &str) -> String {
    let mut rest = line.trim();
    for _ in 0..LINE_MARKS_MAX {
        let Some(inner) = without_line_mark(rest) else {
            break;
        };
        rest = inner.trim_start();
    }
    let text: Vec<char> = rest.chars().take(LINE_CHARS_MAX).collect();
    one_line(without_inline_marks(&text).into_iter())
}

/// Returns the text after a Markdown prefix (such as `>`, `#` or `-`), or `None` if the line starts
/// with text.
fn without_line_mark(line: &str) -> Option<&str> {
    if let Some(quoted) = line.strip_prefix('>') {
        return Some(quoted);
    }
    let heading = line.trim_start_matches('#');
    let hashes = line.len() - heading.len();
    if (1..=6).contains(&hashes) && heading.starts_with([' ', '\t']) {
        let open = heading.trim_end_matches('#');
        return Some(if open.ends_with(' ') { open } else { heading });
    }
    for mark in ["- ", "* ", "+ ", "[ ] ", "[x] ", "[X] "] {
        if let Some(item) = line.strip_prefix(mark) {
            return Some(item);
        }
    }
    let behind = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - behind.len();
    let numbered =
        (1..=3).contains(&digits) && (behind.starts_with(". ") || behind.starts_with(") "));
    numbered.then(|| &behind[2..])
}

fn without_inline_marks(text: &[char]) -> Vec<char> {
    let mut kept = Vec::with_capacity(text.len());
    let mut at = 0;
    let mut in_code = false;
    while let Some(&c) = text.get(at) {
        let next = text.get(at + 1).copied();
        match c {
            '`' => {
                in_code = !in_code;
                at += run(text, at);
            }
            _ if in_code => {
                kept.push(c);
                at += 1;
            }
            '\\' if next.is_some_and(|next| next.is_ascii_punctuation()) => {
                kept.extend(next);
                at += 2;
            }
            '*' | '_' | '~' => {
                let length = run(text, at);
                if !is_emphasis(text, at, length) {
                    kept.extend(&text[at..at + length]);
                }
                at += length;
            }
            '!' if next == Some('[') && link(text, at + 1).is_some() => at += 1,
            '[' => match link(text, at) {
                Some((words, end)) => {
                    kept.extend(without_inline_marks(words));
                    at = end;
                }
                None => {
                    kept.push(c);
                    at += 1;
                }
            },
            _ => {
                kept.push(c);
                at += 1;
            }
        }
    }
    kept
}

/// Counts how many times in a row the character at `at` occurs.
fn run(text: &[char], at: usize) -> usize {
    text[at..].iter().take_while(|c| **c == text[at]).count()
}

/// Whether a run of the characters `*`, `_` or `~` is emphasis. A run between two blanks is not.
/// Inside a word, the run must have at least two characters, and a second run of the same length
/// must exist. `2 * 3`, `2**3` and `a_name` contain no emphasis.
fn is_emphasis(text: &[char], at: usize, length: usize) -> bool {
    let mark = text[at];
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    let behind = text.get(at + length);
    if mark == '~' && length != 2 {
        return false;
    }
    let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    let is_blank = |c: Option<&char>| c.is_none_or(|c| c.is_whitespace());
    if is_blank(before) && is_blank(behind) {
        return false;
    }
    if !(is_word(before) && is_word(behind)) {
        return true;
    }
    let alike = |place: usize| {
        text[place] == mark && (place == 0 || text[place - 1] != mark) && run(text, place) == length
    };
    mark != '_' && length >= 2 && (0..text.len()).filter(|place| alike(*place)).count() >= 2
}

/// Returns the words of the Markdown link that starts at `at`, and the index after the link.
fn link(text: &[char], at: usize) -> Option<(&[char], usize)> {
    let close = at + text[at..].iter().position(|c| *c == ']')?;
    if text.get(close + 1) != Some(&'(') {
        return None;
    }
    let end = close + text[close..].iter().position(|c| *c == ')')?;
    Some((&text[at + 1..close], end + 1))
}

/// Replaces each run of white space and control characters by one space, and trims both ends.
fn one_line(text: impl Iterator<Item = char>) -> String {
    let mut line = String::new();
    let mut is_apart = false;
    for c in text {
        if c.is_whitespace() || c.is_control() {
            is_apart = !line.is_empty();
        } else {
            if std::mem::take(&mut is_apart) {
                line.push(' ');
            }
            line.push(c);
        }
    }
    line
}

/// Shortens a line that is too long. If a word ends in the second half of the allowed length, the
/// line is cut after the last such word; otherwise after the last grapheme that fits.
fn cut(line: &str) -> String {
    if line.chars().nth(DERIVED_SUBJECT_CHARS_MAX).is_none() {
        return line.to_owned();
    }
    let room = DERIVED_SUBJECT_CHARS_MAX - 1;
    let (mut end, mut chars) = (0, 0);
    for letter in line.graphemes(true) {
        chars += letter.chars().count();
        if chars > room {
            break;
        }
        end += letter.len();
    }
    if end == 0 {
        // Even the first grapheme is too long (a letter with many accents): cut inside it.
        end = line
            .char_indices()
            .nth(room)
            .map_or(line.len(), |(end, _)| end);
    }
    let ends_a_word = line[end..].starts_with(' ');
    let word = line[..end]
        .rfind(' ')
        .filter(|word| !ends_a_word && line[..*word].chars().count() >= room / 2);
    let kept = &line[..word.unwrap_or(end)];
    let trimmed = kept.trim_end_matches([' ', ',', ';', ':', '-', '–', '—']);
    let kept = if trimmed.is_empty() { kept } else { trimmed };
    format!("{kept}{ELLIPSIS}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::body::{Body, Subject};

    #[test]
    fn the_first_line_that_says_something_is_the_subject() {
        for (text, subject) in [
            ("The printer burns.", "The printer burns."),
            (
                "\n  \nThe  printer\tburns.\nSince Monday.",
                "The printer burns.",
            ),
            ("# The *printer* **burns**", "The printer burns"),
            ("## Printer ##", "Printer"),
            ("# Why C#", "Why C#"),
            ("> - [ ] the `a_b` of __it__", "the a_b of it"),
            ("1. First\n2. Second", "First"),
            ("---\n***\n| --- | :-: |\nText", "Text"),
            ("```rust\nlet a_b = *c;\n```", "let a_b = c;"),
            (
                "see [the *manual*](https://a.example/x_y) now",
                "see the manual now",
            ),
            ("![a picture](https://a.example/p.png)", "a picture"),
            (
                "2 * 3, 2**3, snake_case_name, [x] y",
                "2 * 3, 2**3, snake_case_name, [x] y",
            ),
            ("a ~~wrong~~ right ~ word", "a wrong right ~ word"),
            (r"\*not bold\* C:\dir", r"*not bold* C:\dir"),
            ("2026. A year", "2026. A year"),
            ("#hashtag", "#hashtag"),
            ("???", "???"),
            ("😀", "😀"),
            ("***", "***"),
            ("```\n```", "``` ```"),
            ("\u{200b}", "…"),
            ("\u{2066}\u{2069}\n\u{fe0f}", "…"),
            ("مرحبا *بكم*", "مرحبا بكم"),
            ("プリンターが**燃えて**います", "プリンターが燃えています"),
        ] {
            assert_eq!(of(text), subject, "{text:?}");
        }
    }

    #[test]
    fn a_long_line_is_cut_behind_a_word_or_between_letters() {
        let words = "word ".repeat(40);
        let subject = of(&words);
        assert_eq!(subject, format!("{}…", ["word"; 16].join(" ")));
        let longer = "abcdef ".repeat(40);
        assert_eq!(of(&longer), format!("{}…", ["abcdef"; 11].join(" ")));
        let exact = "x".repeat(DERIVED_SUBJECT_CHARS_MAX);
        assert_eq!(of(&exact), exact);
        let long = "x".repeat(DERIVED_SUBJECT_CHARS_MAX + 1);
        assert_eq!(of(&long), format!("{}…", "x".repeat(79)));
        // A word that ends exactly at the limit is kept whole; punctuation before the cut is
        // removed.
        let whole = format!("{} {}", "x".repeat(79), "y");
        assert_eq!(of(&whole), format!("{}…", "x".repeat(79)));
        let comma = format!("{}, and so on for a long while", "x".repeat(70));
        assert_eq!(of(&comma), format!("{}, and so…", "x".repeat(70)));
        // Graphemes of several characters are never cut: a family emoji, a flag, a letter with
        // accents, Devanagari syllables, and Hangul letters.
        for letter in ["👩‍👩‍👧‍👦", "🇦🇹", "e\u{301}\u{323}", "क्षि", "각"]
        {
            let subject = of(&letter.repeat(100));
            let kept = subject.strip_suffix('…').expect("it was cut");
            assert!(kept.len().is_multiple_of(letter.len()), "{subject}");
            assert_eq!(kept, letter.repeat(kept.len() / letter.len()));
        }
        let marks = format!("e{}", "\u{301}".repeat(200));
        assert_eq!(of(&marks).chars().count(), DERIVED_SUBJECT_CHARS_MAX);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_description_gives_a_good_subject(text in "(\\PC|[\\n\\t #*_`>\\[\\]()~-]|[\u{300}-\u{303}\u{200b}-\u{200d}]){1,300}") {
            let Ok(body) = Body::parse(text) else { return Ok(()) };
            let subject = Subject::derived(&body);
            prop_assert_eq!(Subject::parse(subject.as_str()), Ok(subject.clone()));
            prop_assert!(subject.as_str().chars().count() <= DERIVED_SUBJECT_CHARS_MAX);
            prop_assert!(subject.as_str().chars().any(is_seen));
            prop_assert_eq!(Subject::derived(&body), subject);
        }
    }
}
