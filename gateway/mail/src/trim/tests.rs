use proptest::prelude::*;

use super::*;

/// Each case has the author's lines, and after `=====` what is cut. Lines between `-----8<` marks keep their order: the text is the
/// lines with `|` removed.
///
/// Returns (name, text, kept).
fn cases(file: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for case in file.split("\n#### ").skip(1) {
        let (name, lines) = case.split_once('\n').expect("a name");
        let mut text = Vec::new();
        let mut kept = Vec::new();
        for line in lines.lines() {
            let (mark, line) = line.split_at_checked(2).unwrap_or((line, ""));
            match mark.trim_end() {
                "+" => {
                    text.push(line);
                    kept.push(line);
                }
                "-" => text.push(line),
                _ => panic!("{name}: a line begins with + or -: {mark}{line}"),
            }
        }
        let kept = crate::body::without_blank_ends(&kept.join("\n")).to_owned();
        found.push((name.to_owned(), text.join("\n"), kept));
    }
    found
}

#[test]
fn quotes_of_each_language_and_program_are_cut_and_the_author_is_kept() {
    let cases = cases(include_str!("../../corpus/quotes.txt"));
    assert!(cases.len() >= 40, "{} cases", cases.len());
    let mut failed = Vec::new();
    for (name, text, kept) in &cases {
        let trimmed = trim(text);
        if trimmed.kept != *kept {
            failed.push(format!("#### {name}\n{}\n", trimmed.kept));
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {}:\n{}",
        failed.len(),
        cases.len(),
        failed.join("\n")
    );
}

/// Cases of `email_reply_trimmer` where this crate keeps other lines, with the reason.
const DIFFERS: &[(&str, &str)] = &[
    (
        "embedded_email_11",
        "a date and a name, without an address and a quote, may be the author's",
    ),
    ("embedded_email_12", "the phrase is broken by empty lines"),
    (
        "embedded_email_17",
        "answers and quotes without marks: nothing says whose they are",
    ),
    (
        "embedded_email_18",
        "a quote without marks, with nothing above it",
    ),
    (
        "embedded_email_4",
        "quotes marked by | look like the author's tables",
    ),
    (
        "embedded_email_7",
        "a quote below a phrase is cut although text follows it; the original keeps it",
    ),
    (
        "forwarded_apple",
        "a forwarded mail with marks is kept with its comment",
    ),
    (
        "forwarded_message",
        "a forwarded mail alone is kept; so does the original, without its headers",
    ),
    (
        "signatures",
        "advertisements in several paragraphs; only those at the end are cut",
    ),
    ("spam_1", "only quotes: nothing is cut"),
];
/// The only case that keeps less: what it lacks is a quote.
const KEEPS_LESS: &str = "embedded_email_7";

#[test]
fn the_cases_of_email_reply_trimmer_lose_nothing_and_differ_only_where_listed() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/email_reply_trimmer");
    let read = |kind: &str, name: &str| {
        let text = std::fs::read_to_string(format!("{dir}/{kind}/{name}")).expect("a case");
        text.replace("\r\n", "\n")
    };
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (mut differ, mut lost, mut seen) = (Vec::new(), Vec::new(), 0);
    let mut names: Vec<_> = std::fs::read_dir(format!("{dir}/emails"))
        .expect("the cases")
        .map(|entry| {
            entry
                .expect("a case")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.sort();
    for name in names {
        seen += 1;
        let kept = trim(&read("emails", &name)).kept;
        let expected = read("trimmed", &name);
        let mut rest = words(&kept).into_iter();
        let is_lost = !words(&expected)
            .iter()
            .all(|word| rest.any(|kept| kept == *word));
        if is_lost && name.trim_end_matches(".txt") != KEEPS_LESS {
            lost.push(format!("#### {name}\n{kept}"));
        }
        let stem = name.trim_end_matches(".txt");
        let is_listed = DIFFERS.iter().any(|(listed, _)| *listed == stem);
        if (words(&kept) != words(&expected)) != is_listed {
            differ.push(format!("#### {stem}: listed {is_listed}\n{kept}\n"));
        }
    }
    assert!(seen >= 57, "{seen} cases");
    assert!(
        lost.is_empty() && differ.is_empty(),
        "lost:\n{}\ndiffer:\n{}",
        lost.join("\n"),
        differ.join("\n")
    );
}

/// The lines of `kept` and of `cut`, put together, are the lines of the text.
fn assert_nothing_is_lost(text: &str) {
    let trimmed = trim(text);
    let mut kept = trimmed.kept.split('\n').peekable();
    let mut at = 0;
    for line in text.split('\n') {
        let end = (at + line.len() + 1).min(text.len());
        let is_cut = trimmed.cut.iter().any(|range| {
            range.start <= at && at < range.end.max(range.start + 1) && end <= range.end
        });
        if is_cut || line.trim().is_empty() {
            if kept.peek().is_some_and(|next| next.trim() == line.trim()) && !is_cut {
                kept.next();
            }
        } else {
            let next = kept.next().map(str::trim_end);
            assert_eq!(next, Some(line.trim_end()), "{text:?}\n{trimmed:?}");
        }
        at = end;
    }
    assert!(
        kept.all(|line| line.trim().is_empty()),
        "{text:?}\n{trimmed:?}"
    );
    assert_eq!(
        trimmed.kept.trim().is_empty(),
        text.trim().is_empty(),
        "never everything is cut: {text:?}"
    );
}

#[test]
fn nothing_is_lost_in_any_case() {
    for (_, text, _) in cases(include_str!("../../corpus/quotes.txt")) {
        assert_nothing_is_lost(&text);
    }
}

#[test]
fn a_long_text_takes_linear_time() {
    let before = std::time::Instant::now();
    for line in [
        "On 1 May 2026, a wrote:\n> q\n",
        "From: a\nSubject: b\n",
        "> q\na\n",
        "-- \na\n",
        "a 1 wrote:\n",
        "-\n\n",
        "Sent from my phone\n\n",
    ] {
        let text = line.repeat(limits::MAIL_TEXT_CHARS_MAX / line.len());
        assert_nothing_is_lost(&text);
    }
    assert!(before.elapsed().as_secs() < 60, "{:?}", before.elapsed());
}

proptest! {
    #[test]
    fn whatever_the_lines_are_nothing_is_lost(lines in prop::collection::vec(
        prop_oneof![
            Just("On Tue, 5 Jan 2016 at 10:00, Ann <a@b.c> wrote:"), Just("> quote"), Just(">> On 5 Jan 2016 Ann wrote:"), Just("text"),
            Just(""), Just("-- "), Just("Sent from my iPhone"), Just("-----Original Message-----"), Just("From: a@b.c"), Just("Sent: 1"),
            Just("To: b"), Just("Subject: c"), Just("##- reply above this line -##"), Just("> ##- reply above this line -##"),
            Just("[quoted text]"), Just("_____"), Just("```"), Just("\u{202b}في 5 كتب:"), Just("  "), Just("\t> x"),
        ], 0..40)) {
        assert_nothing_is_lost(&lines.join("\n"));
    }

    #[test]
    fn whatever_the_text_is_nothing_is_lost(text in "(\\PC|\n|>| ){0,300}") {
        assert_nothing_is_lost(&text);
    }
}
