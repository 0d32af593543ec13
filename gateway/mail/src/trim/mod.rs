//! Takes quotes and signatures out of a mail's text. Each line becomes a letter, and patterns over the string of letters say what to cut:
//! the method of Discourse's `email_reply_trimmer`, whose cases are among the tests. The rules differ where they would lose the author's
//! words: answers between quotes stay with the quotes that they answer, a line of dashes ends nothing, and quotes without a phrase of a
//! mail program above them are the author's.

mod letters;
mod phrases;

use std::ops::Range;
use std::sync::LazyLock;

use helpline_core::limits;
use regex::bytes::Regex;

use letters::{EMPTY, MOBILE, QUOTE, QUOTED_ATTRIBUTION, QUOTED_MARKER, RULE, SIGNATURE};

/// The line above the quote in mails that Helpline sends.
pub const REPLY_MARKER: &str = "##- reply above this line -##";

/// A text without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trimmed {
    /// The author's lines, in their order, without blank lines at both ends. Never blank, unless the whole text is.
    pub kept: String,
    /// What was cut, as byte ranges of whole lines of the text, ascending and apart. Empty if nothing was.
    pub cut: Vec<Range<usize>>,
}

/// Cuts quoted mails and signatures. Each line of the text is in `kept` or in `cut`, except for blank lines at both ends of what is kept.
/// If nothing would remain, nothing is cut. Takes linear time.
pub fn trim(text: &str) -> Trimmed {
    let lines: Vec<&str> = text.split('\n').collect();
    let letters = letters::letters(&lines);
    let mut cut = cut_lines(&letters);
    let is_kept = |at: usize, cut: &[bool]| !cut[at] && !lines[at].trim().is_empty();
    if !(0..lines.len()).any(|at| is_kept(at, &cut)) {
        cut.fill(false);
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for (n, line) in lines.iter().enumerate() {
        // The line with its end.
        let end = (at + line.len() + 1).min(text.len());
        if !cut[n] {
            kept.push(line);
        } else {
            match ranges.last_mut() {
                Some(last) if last.end == at => last.end = end,
                _ => ranges.push(at..end),
            }
        }
        at = end;
    }
    let kept = kept.join("\n");
    ranges.retain(|range| !text[range.clone()].trim().is_empty());
    Trimmed {
        kept: crate::body::without_blank_ends(&kept).to_owned(),
        cut: ranges,
    }
}

/// Headers of another mail, as Outlook repeats them: at least three, with at most one other line between two.
static HEADERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[FDTS](?:[et]?[FDTS]){2,}").expect("a valid pattern"));
/// Where a quote may begin, apart from headers.
static STARTS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[mnbcfp]").expect("a valid pattern"));
/// A quote whose lines begin with `>`, after its introduction.
static PREFIXED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[mbpfedFDTS]*[qnc]").expect("a valid pattern"));
/// The introduction of a quote.
static INTRODUCTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[mbpfedFDTS]*").expect("a valid pattern"));
/// An answer between two quotes.
static INTERLEAVED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[qnc][^t]*t.*[qnc]").expect("a valid pattern"));
/// Advertisements of mail programs at the end.
static ADVERTISEMENTS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:e[ed]*|^)s[sed]*$").expect("a valid pattern"));

/// Whether each line is cut.
fn cut_lines(letters: &[u8]) -> Vec<bool> {
    let mut cut = vec![false; letters.len()];
    let mut from = 0;
    while let Some(start) = next_start(letters, from) {
        let has_text = (0..start).any(|at| !cut[at] && !matches!(letters[at], EMPTY | RULE));
        if !PREFIXED.is_match(&letters[start..]) {
            // The quote has no marks, so that it cannot be told from what follows it.
            if has_text {
                cut[start..].fill(true);
            }
            break;
        }
        let introduction = INTRODUCTION
            .find(&letters[start..])
            .map_or(start, |found| start + found.end());
        let end =
            next_start(letters, first_not_quote(letters, introduction)).unwrap_or(letters.len());
        cut[start..introduction].fill(true);
        cut_quotes(letters, introduction..end, &mut cut);
        from = end;
    }
    cut_signature(letters, &mut cut);
    cut_gaps(letters, &mut cut);
    cut
}

/// The first line at or after `from` that may begin a quote.
fn next_start(letters: &[u8], from: usize) -> Option<usize> {
    let start = STARTS.find_at(letters, from).map(|found| found.start());
    let mut at = from;
    while let Some(found) = HEADERS.find_at(letters, at) {
        if start.is_some_and(|start| start < found.start()) {
            break;
        }
        let run = found.as_bytes();
        if run.contains(&b'F') && run.contains(&b'S') {
            return Some(found.start());
        }
        at = found.end();
    }
    start
}

/// The end of the lines of a quote, including lines that introduce quotes in it.
fn first_not_quote(letters: &[u8], from: usize) -> usize {
    let is_quote =
        |letter: &u8| matches!(*letter, QUOTE | QUOTED_MARKER | QUOTED_ATTRIBUTION | EMPTY);
    let length = letters[from..]
        .iter()
        .take_while(|letter| is_quote(letter))
        .count();
    from + length
}

/// Cuts the quotes of a region that have answers at most after them. If answers stand between quotes, only the quotes after the last
/// answer are cut, because the others say what is answered.
fn cut_quotes(letters: &[u8], region: Range<usize>, cut: &mut [bool]) {
    let lines = &letters[region.clone()];
    let is_quote = |letter: u8| matches!(letter, QUOTE | QUOTED_MARKER | QUOTED_ATTRIBUTION);
    let from = match INTERLEAVED.is_match(lines) {
        true => lines
            .iter()
            .rposition(|letter| !is_quote(*letter) && *letter != EMPTY)
            .map_or(0, |last| last + 1),
        false => 0,
    };
    for (n, letter) in lines.iter().enumerate().skip(from) {
        if is_quote(*letter) {
            cut[region.start + n] = true;
        }
    }
}

/// Cuts a signature at the end of what is kept, and what mail programs advertise there.
fn cut_signature(letters: &[u8], cut: &mut [bool]) {
    let end = cut
        .iter()
        .rposition(|is_cut| !is_cut)
        .map_or(0, |last| last + 1);
    // The author's text may be followed by a quote with text after it, so that each piece has its own end.
    let mut piece_end = end;
    while piece_end > 0 {
        let start = cut[..piece_end]
            .iter()
            .rposition(|is_cut| *is_cut)
            .map_or(0, |last| last + 1);
        let piece = &letters[start..piece_end];
        let has_text_before = |at: usize| {
            (0..start + at).any(|n| !cut[n] && !matches!(letters[n], EMPTY | RULE | MOBILE))
        };
        let signature = piece
            .iter()
            .rposition(|letter| *letter == SIGNATURE)
            .filter(|at| {
                let lines = piece[at + 1..]
                    .iter()
                    .filter(|letter| **letter != EMPTY)
                    .count();
                lines <= limits::MAIL_SIGNATURE_LINES_MAX
            });
        let advertisement = ADVERTISEMENTS.find(piece).map(|found| found.start());
        let first = [signature, advertisement]
            .into_iter()
            .flatten()
            .min()
            .filter(|at| has_text_before(*at));
        if let Some(at) = first {
            cut[start + at..piece_end].fill(true);
            // An advertisement may stand above the signature.
            if ADVERTISEMENTS.is_match(&letters[start..start + at]) {
                continue;
            }
        }
        piece_end = cut[..start]
            .iter()
            .rposition(|is_cut| !is_cut)
            .map_or(0, |last| last + 1);
    }
}

/// Cuts empty lines and rules next to what is cut: between two cuts, and a rule above a quote.
fn cut_gaps(letters: &[u8], cut: &mut [bool]) {
    let mut at = 0;
    while at < letters.len() {
        let gap = letters[at..]
            .iter()
            .zip(&cut[at..])
            .take_while(|(letter, is_cut)| !**is_cut && matches!(**letter, EMPTY | RULE))
            .count();
        if gap == 0 {
            at += 1;
            continue;
        }
        let is_followed = at + gap < letters.len() && cut[at + gap];
        let is_preceded = at == 0 || cut[at - 1];
        let has_rule = letters[at..at + gap].contains(&RULE);
        if is_followed && (is_preceded || has_rule) {
            cut[at..at + gap].fill(true);
        }
        at += gap;
    }
}

#[cfg(test)]
mod tests;
