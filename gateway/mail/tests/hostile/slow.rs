//! Mails that are made to be slow. Each takes quadratic time in a parser that searches or nests without limits.

use std::time::Instant;

use helpline_mail::{parse, trim};

/// Bytes of each mail. A debug build reads about a megabyte a second.
const BYTES: usize = 2 * 1024 * 1024;
/// How long one may take in a debug build on a busy machine. Quadratic time would be minutes.
const SECONDS_MAX: u64 = 30;

fn filled(head: &str, piece: &str) -> String {
    format!("From: a@b.c\r\n{head}{}", piece.repeat(BYTES / piece.len()))
}

#[test]
fn no_mail_takes_more_than_linear_time() {
    let multipart = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    let html = "Content-Type: text/html\r\n\r\n";
    for (name, raw) in [
        ("parts", filled(multipart, "--b\r\n\r\nx\r\n")),
        (
            "containers without an end",
            filled(
                multipart,
                "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n",
            ),
        ),
        (
            "containers in containers",
            filled(
                multipart,
                "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
            ),
        ),
        (
            "mails in mails",
            filled("", "Content-Type: message/rfc822\r\n\r\n"),
        ),
        ("headers", filled("", "A: b\r\n")),
        ("one folded header", filled("To: x", "\r\n a@b.c,")),
        ("lines without colons", filled("", "junk\r\n")),
        ("encoded words", filled("Subject: ", "=?utf-8?q?a?= ")),
        ("open comments", filled("From: ", "(")),
        ("open quotes", filled("To: ", "\"a")),
        (
            "parameters",
            filled("Content-Type: text/plain; ", "a*0*=\"b\"; "),
        ),
        ("open tags", filled(html, "<div>")),
        ("open formats", filled(html, "<b><i><a>")),
        ("open tables", filled(html, "<table><tr><td>")),
        ("quotes in quotes", filled(html, "<blockquote>x")),
        ("lists", filled(html, "<ul><li>x")),
        ("attributes", filled(&format!("{html}<p "), "a=b ")),
        ("unfinished tags", filled(html, "<a href=\"")),
        ("comments", filled(html, "<!--")),
        ("scripts", filled(html, "<script></scrip")),
        ("links", filled(html, "<a href=https://x.example/>y</a>")),
        ("entities", filled(html, "&amp;")),
        ("pictures", filled(html, "<img src=cid:x>")),
        ("one long word", filled(html, "x")),
        ("long paragraphs", filled(html, "word ")),
        (
            "quoted text",
            filled("\r\n", "On 5 May 2026 a@b.c wrote:\r\n> x\r\n"),
        ),
        (
            "signatures",
            filled("\r\n", "-- \r\nSent from my phone\r\n\r\n"),
        ),
        (
            "base64",
            filled("Content-Transfer-Encoding: base64\r\n\r\n", "===="),
        ),
        (
            "soft line ends",
            filled(
                "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                "=\r\n",
            ),
        ),
    ] {
        let begin = Instant::now();
        if let Ok(mail) = parse(raw.as_bytes()) {
            let _ = trim(&mail.text);
        }
        let took = begin.elapsed();
        println!("{:>8.1} ms  {name}", took.as_secs_f64() * 1_000.0);
        assert!(took.as_secs() < SECONDS_MAX, "{name}: {took:?}");
    }
}
