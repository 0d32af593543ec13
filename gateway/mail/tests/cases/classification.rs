use helpline_mail::{
    Automatic, Envelope, Kind, LoopReason, Sender, SenderFault, classify, parse, tokens,
};

use crate::{TOKEN, kind, own, read, with};

#[test]
fn m1_the_token_is_found_although_our_ids_are_gone() {
    // SES replaced our id, and iOS dropped References.
    let mail = with("In-Reply-To: <0102018f@eu-west-1.amazonses.com>\n");
    let found = tokens(&mail, &Envelope::default(), &own());
    assert_eq!(found.reply.len(), 1);
    assert_eq!(found.reply[0].as_str(), TOKEN);
    assert!(found.bounce.is_empty() && found.references.is_empty());
}

#[test]
fn tokens_are_found_in_the_envelope_and_in_forwarding_headers_first() {
    let other = "y".repeat(26);
    let mail = with(&format!(
        "Delivered-To: {other}@REPLY.desk.example\nCc: b+{TOKEN}@reply.desk.example\n"
    ));
    let envelope = Envelope {
        mail_from: None,
        recipients: vec!["r+aaaaaaaaaaaaaaaaaaaaaaaaaa@reply.desk.example".to_owned()],
    };
    let found = tokens(&mail, &envelope, &own());
    let texts: Vec<_> = found.reply.iter().map(|token| token.as_str()).collect();
    assert_eq!(texts, ["a".repeat(26).as_str(), other.as_str(), TOKEN]);
    let texts: Vec<_> = found.bounce.iter().map(|token| token.as_str()).collect();
    assert_eq!(texts, [other.as_str(), TOKEN]);
}

#[test]
fn our_ids_in_references_are_the_second_key_and_the_subject_is_none() {
    let mail = read(&format!(
        "From: ann@customer.example\nTo: support@desk.example\n\
         Subject: Re: r+{TOKEN}@reply.desk.example TKT-9.1.k3j5h2g7@desk.example\n\
         In-Reply-To: <TKT-2.7.k3j5h2g7@desk.example>\n\
         References: <TKT-2.1.aaaaaaaa@desk.example> <x@other.example>\n <TKT-2.7.k3j5h2g7@desk.example>\n\nhi\n"
    ));
    let found = tokens(&mail, &Envelope::default(), &own());
    assert!(found.reply.is_empty() && found.bounce.is_empty());
    let ids: Vec<_> = found
        .references
        .iter()
        .map(|id| (id.ticket.as_str(), id.sequence))
        .collect();
    assert_eq!(ids, [("TKT-2", 7), ("TKT-2", 1)]);
}

#[test]
fn m7_automatic_answers_are_recognised() {
    for (headers, why) in [
        ("Auto-Submitted: auto-replied\n", Automatic::AutoSubmitted),
        (
            "Auto-Submitted: Auto-Generated; owner=x\n",
            Automatic::AutoSubmitted,
        ),
        ("X-Autoreply: yes\n", Automatic::Autoresponder),
        ("X-Autorespond: 1\n", Automatic::Autoresponder),
        ("X-Autoresponder: x\n", Automatic::Autoresponder),
        ("Precedence: auto_reply\n", Automatic::Precedence),
        ("Precedence: bulk\n", Automatic::Precedence),
        ("Precedence: Junk\n", Automatic::Precedence),
        ("Precedence: list\n", Automatic::Precedence),
        (
            "List-Id: Users <users.example.org>\n",
            Automatic::MailingList,
        ),
        ("Return-Path: <>\n", Automatic::NullReturnPath),
    ] {
        assert_eq!(kind(&with(headers)), Kind::Automatic { why }, "{headers}");
    }
    let envelope = Envelope {
        mail_from: Some(String::new()),
        recipients: vec![],
    };
    let why = Automatic::NullReturnPath;
    assert_eq!(
        classify(&with(""), &envelope, &own()),
        Kind::Automatic { why }
    );
}

#[test]
fn m8_usual_mail_of_exchange_users_is_a_persons() {
    for headers in [
        "",
        "X-Auto-Response-Suppress: All\n",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply\nX-MS-Has-Attach:\n",
        "Auto-Submitted: no\n",
        "Auto-Submitted: No (a comment)\n",
        "X-Autoreply: no\n",
        "Precedence: normal\n",
        "Return-Path: <ann@customer.example>\n",
        "Return-Path:\n",
    ] {
        assert_eq!(kind(&with(headers)), Kind::Person, "{headers}");
    }
}

#[test]
fn our_own_mails_that_come_back_are_loops() {
    let from = |from: &str, rest: &str| {
        read(&format!(
            "From: {from}\nTo: x@y.example\nSubject: s\n{rest}\nhi\n"
        ))
    };
    for (mail, why) in [
        (
            from(
                "a@b.example",
                "Message-ID: <TKT-1.2.k3j5h2g7@desk.example>\n",
            ),
            LoopReason::MessageId,
        ),
        (
            from(&format!("r+{TOKEN}@reply.desk.example"), ""),
            LoopReason::Token,
        ),
        (
            from(
                "a@b.example",
                &format!("Return-Path: <b+{TOKEN}@reply.desk.example>\n"),
            ),
            LoopReason::Token,
        ),
        (from("Desk <Support@Desk.example>", ""), LoopReason::Address),
    ] {
        assert_eq!(kind(&mail), Kind::OwnLoop { why });
    }
    // A colleague whose mail server has the desk's domain is a person.
    let colleague = from("carl@desk.example", "Message-ID: <CAF1@desk.example>\n");
    assert_eq!(kind(&colleague), Kind::Person);
}

#[test]
fn m11_forged_ids_give_references_and_nothing_else() {
    let mail = read(
        "From: \"Agent at Desk\" <agent@desk.example>\nTo: support@desk.example\nSubject: x\n\
         In-Reply-To: <TKT-001234.1.k3j5h2g7@desk.example>\n\nhi\n",
    );
    let found = tokens(&mail, &Envelope::default(), &own());
    assert!(found.reply.is_empty());
    assert_eq!(found.references.len(), 1);
}

#[test]
fn m12_the_sender_is_one_mailbox_and_shown_by_its_address() {
    let from = |line: &str| read(&format!("{line}\nTo: a@b.example\nSubject: s\n\nhi\n")).from;
    assert_eq!(
        from("From: a@b.example, c@d.example"),
        Sender::Fault(SenderFault::Several)
    );
    let spoof = from("From: \"boss@corp.example\" <x@evil.example>");
    assert_eq!(
        spoof.mailbox().map(|from| from.shown()),
        Some("x@evil.example")
    );
    let folded = from("From: =?UTF-8?B?YQ0KQmNjOiB4QHkuZXhhbXBsZQ==?= <x@evil.example>");
    let name = folded
        .mailbox()
        .and_then(|from| from.name.clone())
        .expect("a name");
    assert!(!name.contains(['\r', '\n']), "{name:?}");
}

#[test]
fn m26_a_mail_that_cannot_be_read_is_a_fault_each_time() {
    for raw in [&b""[..], b"\r\n\r\n", b"\0\0\0", b"no mail at all"] {
        assert!(parse(raw).is_err(), "{raw:?}");
        assert!(parse(raw).is_err(), "{raw:?}");
    }
}

#[test]
fn a_mail_beyond_the_limits_is_refused() {
    use helpline_core::limits;
    use helpline_mail::ParseFault;
    let many = format!("{}\nbody", "A: b\n".repeat(limits::MAIL_HEADERS_MAX + 1));
    assert_eq!(
        parse(many.as_bytes()).err(),
        Some(ParseFault::TooManyHeaders)
    );
    let large = vec![b'x'; limits::MAIL_BYTES_MAX + 1];
    assert_eq!(parse(&large).err(), Some(ParseFault::TooLarge));
}
