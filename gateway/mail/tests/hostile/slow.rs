//! Mails that are made to be slow. Each takes quadratic time in a parser that searches or nests without limits.

use std::time::Instant;

use helpline_mail::{parse, trim};

use crate::setting;

/// MiB of each mail, by default: a debug build reads less than one a second. `HELPLINE_MAIL_SLOW_MIB=34` with a release build measures the
/// largest mails.
const MIB: u64 = 2;
/// How long one may take in a debug build on a busy machine. Quadratic time would be minutes.
const SECONDS_MAX: u64 = 30;

fn filled(head: &str, piece: &str) -> String {
    let bytes = usize::try_from(setting("HELPLINE_MAIL_SLOW_MIB", MIB)).expect("a size") << 20;
    format!("From: a@b.c\r\n{head}{}", piece.repeat(bytes / piece.len()))
}

#[test]
fn no_mail_takes_more_than_linear_time() {
    let multipart = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    let html = "Content-Type: text/html\r\n\r\n";
    let html_part = format!(
        "--b\r\nContent-Type: text/html\r\n\r\n{}\r\n",
        "<p>x".repeat(20_000)
    );
    for (name, head, piece) in [
        ("parts", multipart, "--b\r\n\r\nx\r\n"),
        (
            "containers without an end",
            multipart,
            "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n",
        ),
        (
            "containers in containers",
            multipart,
            "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        ),
        ("mails in mails", "", "Content-Type: message/rfc822\r\n\r\n"),
        ("headers", "", "A: b\r\n"),
        ("one folded header", "To: x", "\r\n a@b.c,"),
        ("lines without colons", "", "junk\r\n"),
        ("encoded words", "Subject: ", "=?utf-8?q?a?= "),
        ("open comments", "From: ", "("),
        ("open quotes", "To: ", "\"a"),
        ("parameters", "Content-Type: text/plain; ", "a*0*=\"b\"; "),
        ("HTML parts", multipart, &html_part),
        ("open tags", html, "<div>"),
        ("open formats", html, "<b><i><a>"),
        ("open tables", html, "<table><tr><td>"),
        ("quotes in quotes", html, "<blockquote>x"),
        ("lists", html, "<ul><li>x"),
        ("attributes", "Content-Type: text/html\r\n\r\n<p ", "a=b "),
        ("unfinished tags", html, "<a href=\""),
        ("comments", html, "<!--"),
        ("scripts", html, "<script></scrip"),
        ("links", html, "<a href=https://x.example/>y</a>"),
        ("entities", html, "&amp;"),
        ("pictures", html, "<img src=cid:x>"),
        ("one long word", html, "x"),
        ("long paragraphs", html, "word "),
        (
            "quoted text",
            "\r\n",
            "On 5 May 2026 a@b.c wrote:\r\n> x\r\n",
        ),
        ("signatures", "\r\n", "-- \r\nSent from my phone\r\n\r\n"),
        (
            "base64",
            "Content-Transfer-Encoding: base64\r\n\r\n",
            "====",
        ),
        (
            "soft line ends",
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
            "=\r\n",
        ),
    ] {
        let raw = filled(head, piece);
        let begin = Instant::now();
        if let Ok(mail) = parse(raw.as_bytes()) {
            let _ = trim(&mail.text);
        }
        let took = begin.elapsed();
        println!("{:>8.1} ms  {name}", took.as_secs_f64() * 1_000.0);
        assert!(took.as_secs() < SECONDS_MAX, "{name}: {took:?}");
    }
}
