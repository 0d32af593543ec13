//! Hostile mails: mutations of the corpus by a seed, arbitrary bytes, and mails that are made to be slow. A longer run:
//! `HELPLINE_MAIL_FUZZ_S=600 HELPLINE_MAIL_FUZZ_SEED=7 cargo test --release -p helpline-mail --test hostile`.

#[path = "../kit/mod.rs"]
mod kit;
mod slow;

use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_mail::{Envelope, Mail, OwnNames, ParseFault, classify, parse, tokens, trim};
use kit::{Maker, Seeded, corpus};
use proptest::prelude::*;

/// How long a mail of the size of the corpus may take in a debug build on a busy machine.
const MAIL_MS_MAX: u128 = 5_000;

/// Reads a setting of the run.
#[allow(clippy::disallowed_methods, reason = "a test's own setting")]
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

/// Reads a mail in all steps, and checks what holds for each.
fn read(raw: &[u8]) -> Result<Mail, ParseFault> {
    let own = OwnNames {
        reply_domain: "reply.desk.example".to_owned(),
        message_id_domains: vec!["desk.example".to_owned()],
        addresses: vec!["support@desk.example".to_owned()],
    };
    let mail = parse(raw)?;
    let is_text = |text: &str| {
        text.chars()
            .all(|c| !c.is_control() || c == '\n' || c == '\t')
    };
    assert!(is_text(&mail.text) && mail.text.chars().count() <= limits::MAIL_TEXT_CHARS_MAX);
    assert!(
        !mail.subject.contains(char::is_control)
            && mail.subject.chars().count() <= limits::MAIL_SUBJECT_CHARS_MAX
    );
    assert!(mail.attachments.len() < limits::MAIL_PARTS_MAX);
    assert!(
        mail.attachments
            .iter()
            .map(|file| file.bytes.len())
            .sum::<usize>()
            <= raw.len()
    );
    for file in &mail.attachments {
        assert_eq!(file.name, helpline_core::file_name::cleaned(&file.name));
    }
    if let Some(from) = mail.from.mailbox() {
        assert!(
            from.address.contains('@')
                && !from
                    .address
                    .contains(|c: char| c.is_whitespace() || c.is_control())
        );
        assert!(!from.name.iter().any(|name| name.contains(char::is_control)));
    }
    let trimmed = trim(&mail.text);
    assert_eq!(trimmed.kept.trim().is_empty(), mail.text.trim().is_empty());
    assert!(
        trimmed
            .cut
            .windows(2)
            .all(|pair| pair[0].end < pair[1].start)
    );
    assert!(
        trimmed
            .cut
            .iter()
            .all(|range| mail.text.is_char_boundary(range.start)
                && mail.text.is_char_boundary(range.end))
    );
    let _ = classify(&mail, &Envelope::default(), &own);
    let _ = tokens(&mail, &Envelope::default(), &own);
    Ok(mail)
}

/// What a mutation inserts: pieces that mean something to a parser.
const PIECES: [&[u8]; 24] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"--",
    b"\r\n--b\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"=?UTF-8?B?",
    b"?=",
    b"=?iso-2022-jp?Q?=1B$B",
    b"\"",
    b"(",
    b"<",
    b">",
    b",",
    b";",
    b"*0*=utf-8''%",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"<div data-helpline=quote>",
    b"On 5 May 2026 a@b.c wrote:\n> ",
    b"charset=utf-16\r\n",
];

fn mutated(raw: &[u8], other: &[u8], random: &mut Seeded) -> Vec<u8> {
    let mut raw = raw.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(raw.len() + 1);
        let length = random.below(40).min(raw.len() - at);
        match random.below(6) {
            0 => drop(raw.drain(at..at + length)),
            1 => drop(raw.splice(at..at, random.pick(&PIECES).iter().copied())),
            2 => raw.truncate(at.max(1)),
            3 => {
                for byte in &mut raw[at..at + length] {
                    *byte = (random.next() & 0xff) as u8;
                }
            }
            4 => {
                let from = random.below(other.len() + 1);
                let piece = other[from..(from + 200).min(other.len())].to_vec();
                drop(raw.splice(at..at, piece));
            }
            _ => {
                let piece = raw[at..at + length].to_vec();
                drop(raw.splice(at..at, piece.repeat(1 + random.below(20))));
            }
        }
        raw.truncate(400_000);
    }
    raw
}

#[test]
fn mutations_of_the_corpus_end_no_process_and_keep_the_promises() {
    let seconds = setting("HELPLINE_MAIL_FUZZ_S", 5);
    let seed = setting("HELPLINE_MAIL_FUZZ_SEED", 1);
    let mut maker = Maker::new(seed);
    let mut mails: Vec<Vec<u8>> = corpus().into_iter().map(|(_, raw)| raw).collect();
    mails.extend((0..100).map(|_| maker.mail()));
    let begin = Instant::now();
    let (mut count, mut read_count) = (0u64, 0u64);
    while begin.elapsed() < Duration::from_secs(seconds) {
        // Each mail has a seed of its own, by which it can be made again.
        let mail_seed = seed.wrapping_mul(1_000_003).wrapping_add(count);
        let mut random = Seeded::new(mail_seed);
        let (one, other) = (random.below(mails.len()), random.below(mails.len()));
        let raw = mutated(&mails[one], &mails[other], &mut random);
        let before = Instant::now();
        let result = std::panic::catch_unwind(|| read(&raw).map(|_| ()));
        let is_bad = match &result {
            Ok(result) => *result == Err(ParseFault::Panicked),
            Err(_) => true,
        };
        if is_bad || before.elapsed().as_millis() > MAIL_MS_MAX {
            let file = format!("{}/hostile-{mail_seed}.eml", env!("CARGO_TARGET_TMPDIR"));
            std::fs::write(&file, &raw).expect("the mail is saved");
            panic!("{file}: {result:?} after {:?}", before.elapsed());
        }
        read_count += u64::from(matches!(result, Ok(Ok(()))));
        count += 1;
    }
    println!("{count} mails in {seconds} s, {read_count} of them read");
    assert!(read_count * 2 > count, "most mutations are still mails");
}

#[test]
fn the_corpus_is_read() {
    for (name, raw) in corpus() {
        let read = read(&raw);
        assert!(!matches!(read, Err(ParseFault::Panicked)), "{name}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(!matches!(read(&bytes), Err(ParseFault::Panicked)));
    }

    #[test]
    fn arbitrary_headers_never_panic(name in "(From|To|Subject|Date|Content-Type|References|Content-Disposition)", value in "(\\PC|[<>()\",;:@=?*%\\\\ ]){0,200}") {
        let raw = format!("{name}: {value}\r\nX: y\r\n\r\nbody");
        prop_assert!(read(raw.as_bytes()).is_ok());
    }

    #[test]
    fn arbitrary_html_never_panics(html in "(<|>|</|div|p|blockquote|\"|'|=| |[a-z]|&|;|!--|-->|\\PC){0,300}") {
        let raw = format!("From: a@b.c\r\nContent-Type: text/html\r\n\r\n{html}");
        prop_assert!(read(raw.as_bytes()).is_ok());
    }
}
