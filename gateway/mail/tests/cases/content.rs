//! Text and files.

use helpline_core::limits;
use helpline_mail::{Cut, Mail, QUOTE_PLACEHOLDER, TextSource, parse, trim};

use crate::{read, with};

/// A mail of parts, each with its headers.
fn parts(kind: &str, parts: &[&str]) -> Mail {
    let mut lines = format!(
        "From: ann@customer.example\nTo: x@desk.example\nSubject: s\nContent-Type: multipart/{kind}; boundary=b0\n\n"
    );
    for part in parts {
        lines += &format!("--b0\n{part}\n");
    }
    read(&format!("{lines}--b0--\n"))
}

fn names(mail: &Mail) -> Vec<&str> {
    mail.attachments
        .iter()
        .map(|file| file.name.as_str())
        .collect()
}

fn body(headers: &str, body: &[u8]) -> Mail {
    let head = format!("From: a@b.example\nTo: c@d.example\nSubject: s\n{headers}\n");
    parse(&[head.as_bytes(), body].concat()).expect("a mail")
}

const PLAIN: &str = "Content-Type: text/plain\n\nhello";
const PNG: &str = "Content-Type: image/png; name=\"a.png\"\nContent-Transfer-Encoding: base64";

#[test]
fn m14_a_mail_in_a_mail_is_one_file_and_its_text_is_not_merged() {
    let inner = "Content-Type: message/rfc822\nContent-ID: <x@y>\n\nFrom: eve@evil.example\nSubject: Old: printer\n\ninner text";
    let mail = parts("mixed", &[PLAIN, inner]);
    assert_eq!(mail.text, "hello");
    assert_eq!(names(&mail), ["Old_ printer.eml"]);
    assert!(
        mail.attachments[0]
            .bytes
            .starts_with(b"From: eve@evil.example\r\n")
    );

    let mut deep = "From: z@z.example\nSubject: innermost\n\nend".to_owned();
    for n in 0..20 {
        deep = format!("Subject: level {n}\nContent-Type: message/rfc822\n\n{deep}");
    }
    let mail = parts(
        "mixed",
        &[PLAIN, &format!("Content-Type: message/rfc822\n\n{deep}")],
    );
    assert_eq!(names(&mail), ["level 19.eml"]);
    assert_eq!(mail.text, "hello");

    let nameless = parts(
        "digest",
        &["\nFrom: a@b.example\n\nx", "\nSubject: second\n\ny"],
    );
    assert_eq!(names(&nameless), ["message.eml", "second.eml"]);
    assert_eq!(
        (nameless.text.as_str(), nameless.text_source),
        ("", TextSource::None)
    );

    let mut containers = "Content-Type: text/plain\n\nx".to_owned();
    for n in 1..40 {
        containers = format!(
            "Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n{containers}\n--b{n}--"
        );
    }
    let mail = parts("mixed", &[PLAIN, &containers]);
    assert_eq!(
        (names(&mail).len(), mail.cuts.as_slice()),
        (1, &[Cut::Depth][..])
    );
}

#[test]
fn m15_an_invitation_without_a_name_is_called_invite() {
    let mail = parts(
        "alternative",
        &[
            PLAIN,
            "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR",
        ],
    );
    assert_eq!(names(&mail), ["invite.ics"]);
    assert_eq!(mail.text, "hello");
}

#[test]
fn m16_a_mail_of_pictures_has_no_text() {
    let picture = |name: &str| {
        format!(
            "Content-Type: image/jpeg; name={name}\nContent-Disposition: inline; filename={name}\nContent-Transfer-Encoding: base64\n\naGk="
        )
    };
    let mail = parts("mixed", &[&picture("a.jpg"), &picture("b.jpg")]);
    assert_eq!(
        (mail.text.as_str(), mail.text_source),
        ("", TextSource::None)
    );
    assert_eq!(names(&mail), ["a.jpg", "b.jpg"]);
    assert!(
        mail.attachments
            .iter()
            .all(|file| file.is_inline && file.bytes == b"hi")
    );
}

#[test]
fn m17_a_picture_with_a_content_id_keeps_its_place_and_its_file() {
    let picture = format!("{PNG}\nContent-ID: <image001.png@01D>\n\naGk=");
    let html = "Content-Type: text/html\n\n<p>see <img src=\"cid:image001.png@01D\"> here</p>";
    let mail = parts("related", &[html, &picture]);
    assert_eq!(mail.text, "see [image: a.png] here");
    assert_eq!(names(&mail), ["a.png"]);
    assert!(mail.attachments[0].is_inline);
    // Outlook's plain text has a placeholder of its own.
    let both = parts(
        "mixed",
        &[
            "Content-Type: text/plain\n\nsee [cid:image001.png@01D] here",
            &picture,
        ],
    );
    assert_eq!(both.text, "see [image: a.png] here");
}

#[test]
fn m18_plain_text_keeps_newlines_indentation_and_the_authors_marks() {
    let text = "    indented\n> mine\n\n\n\nend";
    let mail = body("", text.as_bytes());
    assert_eq!(mail.text, text);
    assert_eq!(trim(&mail.text).kept, text);
}

#[test]
fn m19_the_authors_own_blockquote_is_kept_and_a_reply_quote_is_cut() {
    let html = |inner: &str| body("Content-Type: text/html\n", inner.as_bytes()).text;
    let own = html("<p>It says</p><blockquote>disk full</blockquote><p>Why?</p>");
    assert_eq!(own, "It says\n\n> disk full\n\nWhy?");
    assert_eq!(trim(&own).kept, own);
    let reply = html(
        "<div>It says<blockquote>disk full</blockquote></div><div class=\"gmail_quote gmail_quote_container\">\
         <div class=\"gmail_attr\">Më 5 jan 2016 Ann shkroi:<br></div><blockquote class=\"gmail_quote\">Try again.</blockquote></div>",
    );
    assert_eq!(trim(&reply).kept, "It says\n\n> disk full", "{reply}");
}

#[test]
fn m21_an_answer_below_the_marker_is_not_empty() {
    for text in [
        "> ##- reply above this line -##\n> Please try.\n\nIt works.",
        "> ##- reply above this line -##\n> Please try.\n> It works.",
        "##- reply above this line -##\nPlease try.\nIt works.",
    ] {
        assert!(trim(text).kept.contains("It works."), "{text}");
    }
}

#[test]
fn m22_html_quotes_of_mail_programs_are_cut() {
    let outlook = "<div class=WordSection1><p class=MsoNormal>Danke, geht.<o:p></o:p></p><div style='border:none;border-top:solid \
        #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>Von:</b> Desk &lt;support@desk.example&gt;<br>\
        <b>Gesendet:</b> Dienstag, 5. Januar 2016 10:00<br><b>An:</b> Bernd<br><b>Betreff:</b> Re: Drucker<o:p></o:p></p></div>\
        <p class=MsoNormal>Bitte neu starten.</p></div>";
    let x_ids = "<div>Danke, geht.</div><hr><div id=\"x_divRplyFwdMsg\"><b>Von:</b> Desk<br><b>Betreff:</b> x</div><div>Bitte neu starten.</div>";
    let ours = "<div>Danke, geht.</div><blockquote type=\"cite\"><div data-helpline=\"quote\" class=\"x_q\">Bitte neu starten.</div></blockquote>";
    let proton = "<div>Danke, geht.</div><div class=\"protonmail_quote\">On Tuesday, Ann wrote:<blockquote type=\"cite\">Bitte neu starten.</blockquote></div>";
    let qq = "<div>Danke, geht.</div><div><br></div><div style=\"font-size:12px\">------------------&nbsp;原始邮件&nbsp;------------------</div>\
        <div>发件人: \"Ann\"</div><div>主题: x</div><div>Bitte neu starten.</div>";
    for html in [outlook, x_ids, ours, proton, qq] {
        let mail = body("Content-Type: text/html; charset=utf-8\n", html.as_bytes());
        let trimmed = trim(&mail.text);
        assert_eq!(trimmed.kept, "Danke, geht.", "{html}\n{}", mail.text);
        let cut: String = trimmed
            .cut
            .iter()
            .map(|range| &mail.text[range.clone()])
            .collect();
        assert!(cut.contains("Bitte neu starten."), "{cut}");
    }
}

#[test]
fn answers_between_the_pieces_of_a_html_quote_stay_with_what_they_answer() {
    let html = "<div>See below.</div><div><blockquote type=\"cite\"><div>On 5 Jan 2016, at 10:00, Ann wrote:</div><div>Which version?</div>\
        </blockquote><div>4.2</div><blockquote type=\"cite\"><div>Which system?</div></blockquote><div>Debian</div>\
        <blockquote type=\"cite\"><div>Regards</div></blockquote></div>";
    let mail = body("Content-Type: text/html\n", html.as_bytes());
    let kept: Vec<_> = trim(&mail.text)
        .kept
        .lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    let expected = [
        "See below.",
        "> On 5 Jan 2016, at 10:00, Ann wrote:",
        "> Which version?",
        "4.2",
        "> Which system?",
        "Debian",
    ];
    assert_eq!(kept, expected, "{}", mail.text);
}

#[test]
fn a_bottom_answer_after_our_quote_stays() {
    let html = "<div data-helpline=\"quote\">Please try.</div><div>It works.</div>";
    let mail = body("Content-Type: text/html\n", html.as_bytes());
    assert!(mail.text.starts_with(QUOTE_PLACEHOLDER));
    assert_eq!(trim(&mail.text).kept, "It works.");
}

#[test]
fn m23_broken_charsets_and_headers_are_readable() {
    let japanese = body(
        "Content-Type: text/plain; charset=iso-2022-jp\n",
        b"\x1b$B4A;z\x1b(B \x1b(I1\x1b(B \x1b$B-!\x1b(B",
    );
    assert!(japanese.text.starts_with("漢字"), "{}", japanese.text);
    let chinese = body(
        "Content-Type: text/plain; charset=GB2312\n",
        "a \u{2013} b é".as_bytes(),
    );
    assert_eq!(chinese.text, "a \u{2013} b é");
    let file = "Content-Type: application/pdf; name*=\"us-ascii''f%F6o.pdf\"\nContent-Disposition: attachment; filename*=iso-8859-1''f%F6o.pdf\n\nx";
    assert_eq!(names(&parts("mixed", &[PLAIN, file])), ["föo.pdf"]);
    let only_name = "Content-Type: application/pdf; name*=\"us-ascii''f%F6o.pdf\"\n\nx";
    let mail = parts("mixed", &[PLAIN, only_name]);
    assert!(names(&mail)[0].ends_with("o.pdf"), "{:?}", names(&mail));
    for subject in [
        "=?UTF-8?B?w?=",
        "=?UTF-8?B?SGVsbG8=",
        "=?x-unknown?Q?caf=E9?=",
        "=?UTF-8?Q?=?=",
        "=?",
    ] {
        let mail = read(&format!("From: a@b.example\nSubject: {subject}\n\nx\n"));
        assert!(mail.subject.chars().all(|c| !c.is_control()), "{subject}");
    }
    let broken = body("Content-Transfer-Encoding: base64\n", b"aGVsbG8g*%d29ybGQ");
    assert!(broken.text.starts_with("hello"), "{}", broken.text);
}

#[test]
fn m24_binary_and_encoded_words_in_structured_headers_are_accepted() {
    let raw = b"From: =?UTF-8?Q?Foo_=C5=A0?= <foo@b.example>\r\nTo: c@d.example\r\nCc: \xff\xfe\x00\x81, ok@e.example\r\nSubject: \xe9\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\nContent-Type: application/pdf; name==?UTF-8?Q?M=C3=A4rz.pdf?=\r\n\r\nx\r\n--b--\r\n";
    let mail = parse(raw).expect("a mail");
    assert_eq!(
        mail.from.mailbox().and_then(|from| from.name.as_deref()),
        Some("Foo Š")
    );
    assert_eq!(mail.subject, "é");
    assert!(
        mail.recipients
            .iter()
            .any(|to| to.mailbox.address == "ok@e.example"),
        "{:?}",
        mail.recipients
    );
    assert_eq!(names(&mail), ["März.pdf"]);
}

#[test]
fn m25_files_as_text_and_pictures_in_html_give_short_texts() {
    let pdf = format!(
        "Content-Type: text/plain; name=a.pdf\nContent-Disposition: inline\n\n%PDF-1.4\n{}",
        "x".repeat(7_000_000)
    );
    let mail = parts("mixed", &[PLAIN, &pdf]);
    assert_eq!((mail.text.as_str(), names(&mail)), ("hello", vec!["a.pdf"]));
    let data = format!(
        "<p>see</p><img src=\"data:image/png;base64,{}\"><p>end</p>",
        "A".repeat(535_000)
    );
    let mail = body("Content-Type: text/html\n", data.as_bytes());
    assert_eq!(mail.text, "see\n\n[image]\n\nend");
    let plain = format!("see data:image/png;base64,{} end", "A".repeat(535_000));
    assert_eq!(body("", plain.as_bytes()).text, "see [image] end");
    let long = body("", "word ".repeat(500_000).as_bytes());
    assert!(long.text.chars().count() <= limits::MAIL_TEXT_CHARS_MAX && long.cuts == [Cut::Text]);
}

#[test]
fn m29_a_long_name_is_cut_and_keeps_its_ending() {
    let file = format!(
        "Content-Type: application/pdf\nContent-Disposition: attachment;\n filename*0=\"{}\";\n filename*1=\"b.pdf\"\n\nx",
        "a".repeat(300)
    );
    let mail = parts("mixed", &[PLAIN, &file]);
    let name = names(&mail)[0];
    assert!(
        name.ends_with(".pdf") && name.chars().count() == limits::ATTACHMENT_NAME_CHARS_MAX,
        "{name}"
    );
}

#[test]
fn the_text_is_the_plain_one_unless_it_is_absurd() {
    let html = |words: &str| format!("Content-Type: text/html\n\n<p>{words}</p>");
    let long = "many words ".repeat(40);
    for (plain, html, expected) in [
        ("plain", html("html"), "plain"),
        ("", html("html"), "html"),
        (" \n ", html("html"), "html"),
        ("<html><p>x</p></html>", html("html"), "html"),
        ("see the web", html(&long), long.trim()),
        ("plain", "Content-Type: text/html\n\n".to_owned(), "plain"),
    ] {
        let mail = parts(
            "alternative",
            &[&format!("Content-Type: text/plain\n\n{plain}"), &html],
        );
        assert_eq!(mail.text, expected, "{plain:?}");
    }
}

#[test]
fn texts_between_files_are_joined_and_named_texts_are_files() {
    let picture = format!("{PNG}\n\naGk=");
    let log = "Content-Type: text/plain; name=error.log\nContent-Disposition: inline\n\ndisk full";
    let attached = "Content-Type: text/plain\nContent-Disposition: attachment\n\nsecret";
    let mail = parts(
        "mixed",
        &[
            PLAIN,
            &picture,
            "Content-Type: text/plain\n\nmore",
            log,
            attached,
        ],
    );
    assert_eq!(mail.text, "hello\n\nmore");
    assert_eq!(names(&mail), ["a.png", "error.log", "text.txt"]);
}

#[test]
fn hostile_names_of_files_are_harmless() {
    let file = |name: &str| {
        format!(
            "Content-Type: application/x\nContent-Disposition: attachment; filename=\"{name}\"\n\nx"
        )
    };
    let mail = parts(
        "mixed",
        &[
            &file("../../etc/passwd"),
            &file("a\\\"b.pdf"),
            &file("=?UTF-8?Q?photo=E2=80=AEgpj.exe?="),
            &file(""),
        ],
    );
    assert_eq!(
        names(&mail),
        ["_.._etc_passwd", "a_b.pdf", "photogpj.exe", "file.bin"]
    );
}

#[test]
fn no_control_character_survives_and_line_ends_are_newlines() {
    let mail = body("", b"a\0b\x1b[31mc\r\nd\re\x85\xe2\x80\xa8f\tg\x07\xc2\x9b");
    assert!(
        mail.text
            .chars()
            .all(|c| !c.is_control() || c == '\n' || c == '\t'),
        "{:?}",
        mail.text
    );
    assert!(mail.text.starts_with("ab[31mc\nd\ne"), "{:?}", mail.text);
}

#[test]
fn flowed_text_is_joined() {
    let mail = body(
        "Content-Type: text/plain; format=flowed; delsp=yes\n",
        "漢 \n字\n> 引 \n> 用\n".as_bytes(),
    );
    assert_eq!(mail.text, "漢字\n> 引用");
}

#[test]
fn ids_and_date_are_read() {
    let mail = with(
        "In-Reply-To: <a@b>\nReferences: <c@d>\n <a@b>\nDate: Tue, 5 Jan 2016 10:00:00 +0100\nReply-To: Ann <other@customer.example>\n",
    );
    assert_eq!(
        mail.message_id.as_deref(),
        Some("CAF1@mail.customer.example")
    );
    assert_eq!(
        (mail.in_reply_to, mail.references),
        (
            vec!["a@b".to_owned()],
            vec!["c@d".to_owned(), "a@b".to_owned()]
        )
    );
    assert_eq!(mail.date_s, Some(1_451_984_400));
    assert_eq!(mail.reply_to[0].address, "other@customer.example");
    assert_eq!(mail.subject, "Re: [TKT-001234] Printer");
}
