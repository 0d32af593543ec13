//! The answers of clamd: one line that ends with a zero byte.

use helpline_core::limits;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Findings that say that a file could not be scanned, with `AlertEncrypted` and `AlertExceedsMax` in clamd.conf.
const UNSCANNED: [&str; 2] = ["Heuristics.Encrypted", "Heuristics.Limits.Exceeded"];
/// Words of errors of the scanner's machine, which pass.
const PASSING: [&str; 6] = [
    "temporary",
    "memory",
    "can't write",
    "can't open",
    "no space",
    "time out",
];

/// What the scanner said about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The scanner read the whole file and found nothing.
    Clean,
    /// The scanner found something.
    Infected {
        /// The name of the signature.
        finding: String,
    },
    /// The scanner answered that it cannot scan the file; it would answer so again.
    NotScannable {
        /// The scanner's words.
        reason: String,
    },
    /// There is no usable answer. Another attempt may succeed.
    NotReached {
        /// What happened.
        reason: String,
    },
    /// The store did not give the whole file. Another attempt may succeed.
    Unreadable {
        /// What happened.
        reason: String,
    },
}

/// Reads one answer, without its zero byte. Cancelling loses what was read.
///
/// # Errors
/// A message, if the connection ends without a whole answer, or if the answer is too long or not text.
pub(super) async fn read_answer(reader: &mut (impl AsyncRead + Unpin)) -> Result<String, String> {
    let mut answer = Vec::new();
    loop {
        let count = reader
            .read_buf(&mut answer)
            .await
            .map_err(|error| format!("the scanner's answer was cut: {error}"))?;
        if let Some(end) = answer.iter().position(|byte| *byte == 0) {
            if end + 1 != answer.len() {
                return Err("the scanner answered more than once".to_owned());
            }
            answer.pop();
            return String::from_utf8(answer)
                .map_err(|_| "the scanner's answer is not text".to_owned());
        }
        if count == 0 {
            return Err("the scanner closed the connection without an answer".to_owned());
        }
        if answer.len() > limits::SCAN_ANSWER_BYTES_MAX {
            return Err("the scanner's answer is too long".to_owned());
        }
    }
}

/// The verdict of a whole answer. An answer that is not understood is no verdict.
pub(super) fn verdict(answer: &str) -> Verdict {
    if answer == "stream: OK" {
        return Verdict::Clean;
    }
    if let Some(finding) = answer
        .strip_prefix("stream: ")
        .and_then(|rest| rest.strip_suffix(" FOUND"))
        .filter(|finding| !finding.is_empty())
    {
        let finding = one_line(finding);
        return if UNSCANNED.iter().any(|name| finding.starts_with(name)) {
            Verdict::NotScannable { reason: finding }
        } else {
            Verdict::Infected { finding }
        };
    }
    let lower = answer.to_ascii_lowercase();
    if answer.ends_with(" ERROR") && !PASSING.iter().any(|word| lower.contains(word)) {
        Verdict::NotScannable {
            reason: one_line(answer),
        }
    } else {
        Verdict::NotReached {
            reason: one_line(&format!("the scanner answers {answer:?}")),
        }
    }
}

/// The text in one line, without control characters, cut to [`limits::SCAN_TEXT_CHARS_MAX`].
pub(super) fn one_line(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(limits::SCAN_TEXT_CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_words_are_clean() {
        assert_eq!(verdict("stream: OK"), Verdict::Clean);
        for lie in [
            "",
            "OK",
            "stream:OK",
            "stream: OK ",
            "stream: ok",
            "PONG",
            "stream: FOUND",
            "x: Eicar FOUND",
        ] {
            assert!(matches!(verdict(lie), Verdict::NotReached { .. }), "{lie}");
        }
    }

    #[test]
    fn findings_errors_and_passing_errors_are_told_apart() {
        let infected = |finding: &str| Verdict::Infected {
            finding: finding.to_owned(),
        };
        assert_eq!(verdict("stream: Eicar-Test FOUND"), infected("Eicar-Test"));
        assert_eq!(verdict("stream: a\r\nb FOUND"), infected("a  b"));
        for refused in [
            "INSTREAM size limit exceeded. ERROR",
            "stream: Heuristics.Encrypted.Zip FOUND",
            "stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND",
            "stream: Malformed file ERROR",
        ] {
            assert!(
                matches!(verdict(refused), Verdict::NotScannable { .. }),
                "{refused}"
            );
        }
        for passing in [
            "INSTREAM: Can't create temporary file. ERROR",
            "stream: Can't allocate memory ERROR",
            "stream: Can't write to file ERROR",
        ] {
            assert!(
                matches!(verdict(passing), Verdict::NotReached { .. }),
                "{passing}"
            );
        }
    }
}
