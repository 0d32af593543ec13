//! Whether a person wrote a mail, or a program.

use std::sync::LazyLock;

use helpline_core::limits;
use regex::Regex;

use crate::headers::Headers;
use crate::parse::Mail;
use crate::report::{Action, Status};
use crate::tokens::{OwnMessageId, Token, token_of, tokens};

/// What the transport says about a mail, apart from its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The return path (`MAIL FROM`): empty for reports and automatic answers. `None` if the transport does not say it, as IMAP.
    pub mail_from: Option<String>,
    /// The recipients (`RCPT TO`). Empty if the transport does not say them.
    pub recipients: Vec<String>,
}

/// The desk's own names, by which its own mails are recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnNames {
    /// The domain of reply addresses, in any case.
    pub reply_domain: String,
    /// Domains of the message ids that the desk gives out.
    pub message_id_domains: Vec<String>,
    /// Addresses from which the desk sends. Mail from them is a loop, even if a person wrote it.
    pub addresses: Vec<String>,
}

/// What a mail is. The order of the checks is the order of the research, 3b: own loop, report, automatic, person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A person wrote it, as far as it can be seen.
    Person,
    /// A program wrote it. It is recorded and never answered.
    Automatic {
        /// By what it was recognised.
        why: Automatic,
    },
    /// A report about a mail of ours: it came to the return path of that mail.
    Bounce(Bounce),
    /// A report without a token of ours. It proves nothing and changes nothing (jbostoen itop#96: forged reports).
    BounceUnknown(Bounce),
    /// A mail of ours that came back.
    OwnLoop {
        /// By what it was recognised.
        why: LoopReason,
    },
}

/// By what an automatic mail was recognised. `X-Auto-Response-Suppress` is not among them: it asks not to be answered automatically, and
/// usual mails of Exchange users have it (osTicket#5320).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automatic {
    /// `Auto-Submitted` with another value than `no` (RFC 3834).
    AutoSubmitted,
    /// A header that only programs which answer write, such as `X-Autoreply`.
    Autoresponder,
    /// `Precedence` of `auto_reply`, `bulk`, `junk` or `list`.
    Precedence,
    /// `List-Id`: a mailing list (RFC 2919).
    MailingList,
    /// An empty return path (RFC 5321, 4.5.5).
    NullReturnPath,
    /// A report that a mail was read or deleted.
    ReadReceipt,
    /// A report that a recipient called a mail unwanted.
    Complaint,
}

/// By what a mail of ours was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopReason {
    /// The mail's own `Message-ID` is one of ours.
    MessageId,
    /// The sender or return path is one of our reply addresses.
    Token,
    /// The sender is an address from which the desk sends.
    Address,
}

/// A report about the delivery of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// What happened. [`Action::Failed`] if the report does not say.
    pub action: Action,
    /// Why, if the report has a code.
    pub status: Option<Status>,
    /// The address that failed. It is a claim of the report.
    pub final_recipient: Option<String>,
    /// `Message-ID` of the original mail, without `<` and `>`. It is a claim of the report.
    pub original_message_id: Option<String>,
    /// Our tokens in the report's recipients. They prove that the report is about a mail of ours.
    pub tokens: Vec<Token>,
}

/// Classifies a mail. `own` must have the names of the whole desk, or mails of another mailbox of the desk count as a person's.
pub fn classify(mail: &Mail, envelope: &Envelope, own: &OwnNames) -> Kind {
    if let Some(why) = own_loop(mail, envelope, own) {
        return Kind::OwnLoop { why };
    }
    if let Some(bounce) = bounce(mail, envelope, own) {
        return match bounce.tokens.is_empty() {
            true => Kind::BounceUnknown(bounce),
            false => Kind::Bounce(bounce),
        };
    }
    match automatic(mail, envelope) {
        Some(why) => Kind::Automatic { why },
        None => Kind::Person,
    }
}

fn own_loop(mail: &Mail, envelope: &Envelope, own: &OwnNames) -> Option<LoopReason> {
    let is_own_id = |id: &String| OwnMessageId::parse(id, own).is_some();
    if mail.message_id.as_ref().is_some_and(is_own_id) {
        return Some(LoopReason::MessageId);
    }
    let paths = return_paths(&mail.headers, envelope);
    let from = mail.from.mailbox().map(|from| from.address.as_str());
    let mut senders = paths.iter().map(String::as_str).chain(from);
    if senders.any(|address| token_of(address, own).is_some()) {
        return Some(LoopReason::Token);
    }
    let is_ours = |from: &str| {
        own.addresses
            .iter()
            .any(|ours| ours.eq_ignore_ascii_case(from))
    };
    from.filter(|from| is_ours(from))
        .map(|_| LoopReason::Address)
}

/// The return path that the transport says, and the one that the receiving server wrote into the mail, without `<` and `>`.
fn return_paths(headers: &Headers, envelope: &Envelope) -> Vec<String> {
    let plain = |path: &str| path.trim().trim_matches(['<', '>']).trim().to_owned();
    let header = headers.first("return-path").map(plain);
    envelope
        .mail_from
        .as_deref()
        .map(plain)
        .into_iter()
        .chain(header)
        .collect()
}

fn is_null_return_path(mail: &Mail, envelope: &Envelope) -> bool {
    match &envelope.mail_from {
        Some(path) => path.trim().trim_matches(['<', '>']).is_empty(),
        // An empty header without the `<>` says nothing.
        None => mail
            .headers
            .first("return-path")
            .is_some_and(|path| path.trim() == "<>"),
    }
}

/// Senders of reports that are no `multipart/report`.
const POSTMASTERS: [&str; 4] = ["mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"];

static STATUS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s#(\[:])([45]\.\d{1,3}\.\d{1,3})(?:[\s);,\]]|$)").expect("a valid pattern")
});
static MESSAGE_ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)^[ \t>]*Message-ID:[ \t]*\r?\n?[ \t>]*<([^<>\s]{1,998})>")
        .expect("a valid pattern")
});

/// Reads a report of a mail server: `multipart/report` (RFC 3464: Postfix, Exim since 4.90, Exchange, Gmail), or the texts of older
/// servers, which have `X-Failed-Recipients` or come from a postmaster with an empty return path.
fn bounce(mail: &Mail, envelope: &Envelope, own: &OwnNames) -> Option<Bounce> {
    let from = mail
        .from
        .mailbox()
        .map(|from| from.address_lower())
        .unwrap_or_default();
    let local = from.split('@').next().unwrap_or_default();
    let is_postmaster = POSTMASTERS.contains(&local);
    let report = mail.report.as_ref().filter(|report| report.is_delivery);
    let failed = mail.headers.first("x-failed-recipients");
    let is_text_report = failed.is_some() && (is_postmaster || is_null_return_path(mail, envelope));
    if report.is_none()
        && !is_text_report
        && !(is_postmaster && is_null_return_path(mail, envelope))
    {
        return None;
    }
    let mut tokens = tokens(mail, envelope, own).bounce;
    tokens.truncate(limits::MAIL_TOKENS_MAX);
    let recipients = report
        .map(|report| report.recipients.as_slice())
        .unwrap_or_default();
    // The worst news counts if a report has several recipients.
    let worst = recipients
        .iter()
        .find(|to| to.action == Some(Action::Failed))
        .or_else(|| {
            recipients
                .iter()
                .find(|to| to.action == Some(Action::Delayed))
        })
        .or_else(|| recipients.first());
    let head: String = mail
        .text
        .chars()
        .take(limits::MAIL_REPORT_BYTES_MAX / 4)
        .collect();
    let status_in_text = || {
        STATUS
            .captures(&head)
            .and_then(|found| Status::parse(&found[1]))
    };
    let failed = failed.and_then(|list| {
        list.split([',', ' '])
            .map(str::trim)
            .find(|to| crate::address::is_address(to))
    });
    let id_in_text = || MESSAGE_ID.captures(&head).map(|found| found[1].to_owned());
    Some(Bounce {
        action: worst.and_then(|to| to.action).unwrap_or(Action::Failed),
        status: worst.and_then(|to| to.status).or_else(status_in_text),
        final_recipient: worst
            .and_then(|to| to.final_recipient.clone())
            .or_else(|| failed.map(str::to_owned)),
        original_message_id: mail
            .report
            .as_ref()
            .and_then(|report| report.original_message_id.clone())
            .or_else(id_in_text),
        tokens,
    })
}

/// Headers that only programs which answer mails write.
const AUTORESPONDERS: [&str; 6] = [
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-mail-autoreply",
    "x-autoreply-from",
];

fn automatic(mail: &Mail, envelope: &Envelope) -> Option<Automatic> {
    let headers = &mail.headers;
    if let Some(report) = &mail.report {
        if report.is_read_receipt {
            return Some(Automatic::ReadReceipt);
        }
        if report.is_complaint {
            return Some(Automatic::Complaint);
        }
    }
    let word = |value: &str| {
        let word = value
            .trim_start()
            .split(|c: char| c.is_whitespace() || matches!(c, ';' | '('))
            .next();
        word.unwrap_or_default().to_ascii_lowercase()
    };
    let is_submitted = |value: &str| !matches!(word(value).as_str(), "" | "no");
    if headers.all("auto-submitted").any(is_submitted) {
        return Some(Automatic::AutoSubmitted);
    }
    if AUTORESPONDERS
        .iter()
        .any(|name| headers.first(name).is_some_and(is_submitted))
    {
        return Some(Automatic::Autoresponder);
    }
    let is_bulk = |value: &str| {
        matches!(
            word(value).as_str(),
            "auto_reply" | "auto-reply" | "bulk" | "junk" | "list"
        )
    };
    if headers.all("precedence").any(is_bulk) {
        return Some(Automatic::Precedence);
    }
    if headers.has("list-id") {
        return Some(Automatic::MailingList);
    }
    is_null_return_path(mail, envelope).then_some(Automatic::NullReturnPath)
}
