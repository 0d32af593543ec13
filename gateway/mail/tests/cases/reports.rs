//! M9 and M10: reports of mail servers, in the forms that they write.

use helpline_mail::{Action, Automatic, Bounce, Envelope, Kind, classify};

use crate::{TOKEN, kind, own, read};

fn bounce(kind: Kind) -> Bounce {
    match kind {
        Kind::Bounce(bounce) => bounce,
        other => panic!("no bounce of ours: {other:?}"),
    }
}

fn status(bounce: &Bounce) -> Option<(u8, u16, u16)> {
    bounce
        .status
        .map(|status| (status.class, status.subject, status.detail))
}

fn postfix(to: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example (Mail Delivery System)\nTo: {to}\n\
         Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b/mx\"\n\n\
         --b/mx\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\n\
         This is the mail system at host mx.example.\n\n<ann@customer.example>: host mail.customer.example said: 550 5.1.1\n\
         \n--b/mx\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example\nX-Postfix-Queue-ID: 4XYZ\nArrival-Date: Tue,  5 Jan 2016 10:00:00 +0100 (CET)\n\n\
         Final-Recipient: rfc822; ann@customer.example\nOriginal-Recipient: rfc822;ann@customer.example\nAction: failed\n\
         Status: 5.1.1\nRemote-MTA: dns; mail.customer.example\nDiagnostic-Code: smtp; 550 5.1.1 unknown user\n\
         \n--b/mx\nContent-Description: Undelivered Message Headers\nContent-Type: text/rfc822-headers\n\n\
         From: Desk <support@desk.example>\nMessage-ID: <TKT-1.2.k3j5h2g7@desk.example>\nSubject: Re: x\n\n--b/mx--\n"
    )
}

#[test]
fn m9_postfix() {
    let mail = read(&postfix(&format!("b+{TOKEN}@reply.desk.example")));
    let found = bounce(kind(&mail));
    assert_eq!(found.action, Action::Failed);
    assert_eq!(status(&found), Some((5, 1, 1)));
    assert_eq!(
        found.final_recipient.as_deref(),
        Some("ann@customer.example")
    );
    assert_eq!(
        found.original_message_id.as_deref(),
        Some("TKT-1.2.k3j5h2g7@desk.example")
    );
    assert_eq!(found.tokens[0].as_str(), TOKEN);
    assert!(
        mail.attachments.is_empty(),
        "a report has no files: {:?}",
        mail.attachments
    );
}

#[test]
fn m9_exim_with_and_without_a_report() {
    let text = format!(
        "Return-path: <>\nX-Failed-Recipients: ann@customer.example\nAuto-Submitted: auto-replied\n\
         From: Mail Delivery System <Mailer-Daemon@mx.example>\nTo: b+{TOKEN}@reply.desk.example\n\
         Subject: Mail delivery failed: returning message to sender\n\n\
         This message was created automatically by mail delivery software.\n\n\
         A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n\
         \x20 ann@customer.example\n    SMTP error from remote mail server after RCPT TO:<ann@customer.example>:\n\
         \x20   550 5.1.1 <ann@customer.example>: Recipient address rejected\n\n\
         ------ This is a copy of the message, including all the headers. ------\n\n\
         From: Desk <support@desk.example>\nMessage-ID: <TKT-1.2.k3j5h2g7@desk.example>\nSubject: Re: x\n\nhello\n"
    );
    let found = bounce(kind(&read(&text)));
    assert_eq!(
        (found.action, status(&found)),
        (Action::Failed, Some((5, 1, 1)))
    );
    assert_eq!(
        found.final_recipient.as_deref(),
        Some("ann@customer.example")
    );
    assert_eq!(
        found.original_message_id.as_deref(),
        Some("TKT-1.2.k3j5h2g7@desk.example")
    );

    let report = format!(
        "Return-path: <>\nX-Failed-Recipients: ann@customer.example\nAuto-Submitted: auto-replied\n\
         From: Mail Delivery System <Mailer-Daemon@mx.example>\nTo: b+{TOKEN}@reply.desk.example\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=1700000000-eximdsn-1\nMIME-Version: 1.0\n\
         Subject: Mail delivery failed: returning message to sender\n\n--1700000000-eximdsn-1\nContent-type: text/plain; charset=us-ascii\n\n\
         This message was created automatically.\n\n--1700000000-eximdsn-1\nContent-type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example\n\nAction: failed\nFinal-Recipient: rfc822;ann@customer.example\nStatus: 5.0.0\n\n\
         --1700000000-eximdsn-1\nContent-type: message/rfc822\n\nMessage-ID: <TKT-1.2.k3j5h2g7@desk.example>\nSubject: x\n\nhello\n\n\
         --1700000000-eximdsn-1--\n"
    );
    let mail = read(&report);
    let found = bounce(kind(&mail));
    assert_eq!(status(&found), Some((5, 0, 0)));
    assert_eq!(
        found.original_message_id.as_deref(),
        Some("TKT-1.2.k3j5h2g7@desk.example")
    );
    assert!(!mail.text.contains("hello"), "the original is not merged");
}

#[test]
fn m9_exchange() {
    let text = format!(
        "From: <postmaster@customer.example>\nTo: <b+{TOKEN}@reply.desk.example>\nDate: Tue, 5 Jan 2016 10:00:00 +0000\n\
         Content-Type: multipart/report; report-type=delivery-status;\n boundary=\"_000_x_\"\nX-MS-Exchange-Message-Is-Ndr:\n\
         Content-Language: en-US\nMessage-ID: <abc@exchange.customer.example>\nIn-Reply-To: <TKT-1.2.k3j5h2g7@desk.example>\n\
         Subject: Undeliverable: Re: x\n\n--_000_x_\nContent-Type: multipart/alternative; boundary=\"_001_x_\"\n\n\
         --_001_x_\nContent-Type: text/plain; charset=\"us-ascii\"\n\nDelivery has failed to these recipients.\n\n\
         --_001_x_\nContent-Type: text/html; charset=\"us-ascii\"\n\n<html><b>Delivery has failed to these recipients.</b></html>\n\n\
         --_001_x_--\n\n--_000_x_\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;exchange.customer.example\n\n\
         Final-Recipient: RFC822;ann@customer.example\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound\n\n\
         --_000_x_\nContent-Type: message/rfc822\n\nMessage-ID: <TKT-1.2.k3j5h2g7@desk.example>\nSubject: Re: x\n\nhello\n\n--_000_x_--\n"
    );
    let found = bounce(kind(&read(&text)));
    assert_eq!(status(&found), Some((5, 1, 10)));
    assert_eq!(
        found.final_recipient.as_deref(),
        Some("ann@customer.example")
    );
    assert_eq!(
        found.original_message_id.as_deref(),
        Some("TKT-1.2.k3j5h2g7@desk.example")
    );
}

#[test]
fn m9_gmail_failure_and_delay() {
    let text = |action: &str, code: &str| {
        format!(
            "Return-Path: <>\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nTo: b+{TOKEN}@reply.desk.example\n\
             Auto-Submitted: auto-replied\nSubject: Delivery Status Notification\nX-Failed-Recipients: ann@customer.example\n\
             Content-Type: multipart/report; boundary=\"0001\"; report-type=delivery-status\n\n\
             --0001\nContent-Type: multipart/related; boundary=\"0002\"\n\n--0002\nContent-Type: multipart/alternative; boundary=\"0003\"\n\n\
             --0003\nContent-Type: text/plain; charset=\"UTF-8\"\n\n** Address not found **\n\n--0003\nContent-Type: text/html; charset=\"UTF-8\"\n\n\
             <html><img src=\"cid:icon.png\">Address not found</html>\n--0003--\n--0002\nContent-Type: image/png; name=\"icon.png\"\n\
             Content-Disposition: attachment; filename=\"icon.png\"\nContent-Transfer-Encoding: base64\nContent-ID: <icon.png>\n\niVBORw0KGgo=\n--0002--\n\
             --0001\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; googlemail.com\n\n\
             Final-Recipient: rfc822; ann@customer.example\nAction: {action}\nStatus: {code}\n\n\
             --0001\nContent-Type: message/rfc822\n\nMessage-ID: <TKT-1.2.k3j5h2g7@desk.example>\n\nhello\n\n--0001--\n"
        )
    };
    let found = bounce(kind(&read(&text("failed", "5.1.1"))));
    assert_eq!(
        (found.action, status(&found)),
        (Action::Failed, Some((5, 1, 1)))
    );
    let found = bounce(kind(&read(&text("delayed", "4.4.1"))));
    assert_eq!(
        (found.action, status(&found)),
        (Action::Delayed, Some((4, 4, 1)))
    );
}

#[test]
fn m10_a_report_without_our_token_proves_nothing() {
    for to in [
        "support@desk.example",
        "b+aaaaaaaaaaaaaaaaaaaaaaaaab@reply.desk.example",
        &format!("b+{TOKEN}@other.example"),
    ] {
        let found = kind(&read(&postfix(to)));
        assert!(matches!(found, Kind::BounceUnknown(_)), "{to}: {found:?}");
    }
    // The token of a reply address is known to its customer, and is not the one of the return path.
    let reply = kind(&read(&postfix(&format!("r+{TOKEN}@reply.desk.example"))));
    assert!(matches!(reply, Kind::BounceUnknown(_)));
}

#[test]
fn read_receipts_and_complaints_are_no_bounces() {
    let report = |kind: &str, part: &str| {
        read(&format!(
            "From: ann@customer.example\nTo: b+{TOKEN}@reply.desk.example\nSubject: x\n\
             Content-Type: multipart/report; report-type={kind}; boundary=b\n\n--b\n\nread\n--b\nContent-Type: message/{part}\n\n\
             Original-Message-ID: <TKT-1.2.k3j5h2g7@desk.example>\nDisposition: manual-action; displayed\n\n--b--\n"
        ))
    };
    let why = Automatic::ReadReceipt;
    assert_eq!(
        kind(&report(
            "disposition-notification",
            "disposition-notification"
        )),
        Kind::Automatic { why }
    );
    let why = Automatic::Complaint;
    assert_eq!(
        kind(&report("feedback-report", "feedback-report")),
        Kind::Automatic { why }
    );
}

#[test]
fn a_text_of_an_old_server_is_a_report_only_with_an_empty_return_path() {
    let text = format!(
        "From: MAILER-DAEMON@old.example\nTo: b+{TOKEN}@reply.desk.example\nSubject: failure notice\n\n\
         Hi. This is the qmail-send program at old.example.\n<ann@customer.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n\
         --- Below this line is a copy of the message.\n\nMessage-ID: <TKT-1.2.k3j5h2g7@desk.example>\n"
    );
    let null = Envelope {
        mail_from: Some(String::new()),
        recipients: vec![],
    };
    let mail = read(&text);
    let found = bounce(classify(&mail, &null, &own()));
    assert_eq!(
        (found.action, status(&found)),
        (Action::Failed, Some((5, 1, 1)))
    );
    assert_eq!(kind(&mail), Kind::Person);
}
