//! Mailboxes: who sent a mail, and to whom.

use helpline_core::limits;

use crate::headers::{Headers, RawMailbox, mailboxes_of};

/// A person's name and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name as the sender wrote it, in one line and without control characters, at most [`limits::NAME_CHARS_MAX`] characters. It
    /// proves nothing: it can be another person's name, or another person's address.
    pub name: Option<String>,
    /// `local@domain`, as written. Compare with [`Mailbox::address_lower`].
    pub address: String,
}

impl Mailbox {
    /// The address in lower case, by which people are found. The part before the `@` is compared without case too, as all large
    /// providers do.
    pub fn address_lower(&self) -> String {
        self.address.to_lowercase()
    }

    /// What to show: the name, or the address if there is no name or if the name has an `@` and so could be taken for an address.
    pub fn shown(&self) -> &str {
        match &self.name {
            Some(name) if !name.contains(['@', '\u{ff20}', '\u{fe6b}']) => name,
            _ => &self.address,
        }
    }

    fn checked(raw: RawMailbox) -> Option<Self> {
        let (name, address) = raw;
        let address = address?;
        let name = name.map(|name| {
            name.chars()
                .take(limits::NAME_CHARS_MAX)
                .collect::<String>()
        });
        let name = name.filter(|name| !name.is_empty());
        is_address(&address).then_some(Self { name, address })
    }
}

/// Who a mail says it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// Exactly one mailbox. That the mail is really from there is not proven.
    One(Mailbox),
    /// The mail cannot be attributed to a person.
    Fault(SenderFault),
}

impl Sender {
    /// The mailbox, if there is exactly one.
    pub fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::One(mailbox) => Some(mailbox),
            Self::Fault(_) => None,
        }
    }
}

/// Why a mail has no usable sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SenderFault {
    /// There is no `From`, or it has no address.
    #[error("the mail has no sender")]
    Missing,
    /// There are several `From` headers, or several mailboxes in one (dfinity/internet-identity#4209): programs disagree which one
    /// counts.
    #[error("the mail has several senders")]
    Several,
    /// The address is none: it has no `@`, white space, control characters, or is too long.
    #[error("the sender's address is not an address")]
    Invalid,
    /// Two ways to read the header give two addresses.
    #[error("the sender's address can be read in two ways")]
    Ambiguous,
}

/// Where a recipient was found, in the order in which reply addresses are looked for: first the headers that mail servers add, which
/// name the mailbox that really received the mail (order of Zulip, `zerver/lib/email_mirror.py`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecipientHeader {
    /// `X-Forwarded-To`, from Gmail's forwarding.
    ForwardedTo,
    /// `Delivered-To`.
    DeliveredTo,
    /// `X-Gm-Original-To`.
    GmailOriginalTo,
    /// `Envelope-To`, from Exim, and `X-Original-To`, from Postfix.
    EnvelopeTo,
    /// `Resent-To`, `Resent-Cc`.
    Resent,
    /// `To`.
    To,
    /// `Cc`.
    Cc,
}

/// One recipient of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The header that names the recipient.
    pub header: RecipientHeader,
    /// The recipient.
    pub mailbox: Mailbox,
}

const HEADERS: [(&str, RecipientHeader); 9] = [
    ("x-forwarded-to", RecipientHeader::ForwardedTo),
    ("delivered-to", RecipientHeader::DeliveredTo),
    ("x-gm-original-to", RecipientHeader::GmailOriginalTo),
    ("envelope-to", RecipientHeader::EnvelopeTo),
    ("x-original-to", RecipientHeader::EnvelopeTo),
    ("resent-to", RecipientHeader::Resent),
    ("resent-cc", RecipientHeader::Resent),
    ("to", RecipientHeader::To),
    ("cc", RecipientHeader::Cc),
];

/// The sender by the rules of [`SenderFault`].
pub(crate) fn sender(headers: &Headers) -> Sender {
    match one_sender(headers) {
        Ok(mailbox) => Sender::One(mailbox),
        Err(fault) => Sender::Fault(fault),
    }
}

fn one_sender(headers: &Headers) -> Result<Mailbox, SenderFault> {
    let mut values = headers.all("from");
    let value = values.next().ok_or(SenderFault::Missing)?;
    if values.next().is_some() {
        return Err(SenderFault::Several);
    }
    let mut found = mailboxes_of(value);
    found.retain(|(_, address)| {
        address
            .as_deref()
            .is_some_and(|address| !address.is_empty())
    });
    let shape = Shape::of(value);
    if found.len() > 1 || shape.angles.len() > 1 {
        return Err(SenderFault::Several);
    }
    let raw = found.pop().ok_or(SenderFault::Missing)?;
    let mailbox = Mailbox::checked(raw).ok_or(SenderFault::Invalid)?;
    match shape.names_only(&mailbox.address) {
        true => Ok(mailbox),
        false => Err(SenderFault::Ambiguous),
    }
}

/// A `From` as RFC 5322 divides it: quoted strings, comments, `<…>`, and the rest. Programs differ in how they read a header that breaks
/// these rules, so that one that can be read in two ways is refused.
#[derive(Default)]
struct Shape<'v> {
    angles: Vec<&'v str>,
    /// What stands outside, before the first `<` and after the first `>`.
    before: String,
    after: String,
    has_quoted: bool,
    /// Whether a quoted string has an `@`, so that it could be taken for an address of a list.
    has_quoted_at: bool,
    is_broken: bool,
}

impl<'v> Shape<'v> {
    fn of(value: &'v str) -> Self {
        let mut shape = Self::default();
        let (mut is_quoted, mut comments, mut is_escaped) = (false, 0u32, false);
        let mut open = None;
        for (at, c) in value.char_indices() {
            if is_escaped {
                is_escaped = false;
                continue;
            }
            match c {
                '\\' if is_quoted || comments > 0 => is_escaped = true,
                '"' if comments == 0 && open.is_none() => {
                    is_quoted = !is_quoted;
                    shape.has_quoted = true;
                    shape.is_broken |= !shape.angles.is_empty();
                }
                '@' if is_quoted => shape.has_quoted_at = true,
                _ if is_quoted => {}
                '(' if open.is_none() => comments += 1,
                ')' if comments > 0 => comments -= 1,
                _ if comments > 0 => {}
                '<' if open.is_none() => open = Some(at + 1),
                '>' if open.is_some() => {
                    shape
                        .angles
                        .extend(open.take().map(|from: usize| value[from..at].trim()));
                }
                '<' | '>' | '\\' => shape.is_broken = true,
                _ if open.is_some() => {}
                c if shape.angles.is_empty() => shape.before.push(c),
                c => shape.after.push(c),
            }
        }
        shape.is_broken |= is_quoted || comments > 0 || open.is_some();
        shape.is_broken |= shape.has_quoted_at && shape.before.contains([',', ';', ':', ')']);
        shape
    }

    /// Whether the header names this address and no other.
    fn names_only(&self, address: &str) -> bool {
        let separators = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':');
        let is_same = match self.angles.first() {
            Some(angle) => {
                // Some programs repeat the address as a name, without quotation marks.
                let mut words = self.before.split(separators);
                *angle == address && words.all(|word| !word.contains('@') || word == address)
            }
            None => self.before.trim() == address && !self.has_quoted,
        };
        is_same && !self.is_broken && self.after.trim_matches(separators).is_empty()
    }
}

/// `Reply-To`, without what is no address.
pub(crate) fn reply_to(headers: &Headers) -> Vec<Mailbox> {
    let found = headers.mailboxes("reply-to").into_iter();
    found
        .filter_map(Mailbox::checked)
        .take(limits::MAIL_RECIPIENTS_MAX)
        .collect()
}

/// All recipients in the order of [`RecipientHeader`], without what is no address.
pub(crate) fn recipients(headers: &Headers) -> Vec<Recipient> {
    let mut found = Vec::new();
    for (name, header) in HEADERS {
        let mailboxes = headers.mailboxes(name).into_iter();
        found.extend(
            mailboxes
                .filter_map(Mailbox::checked)
                .map(|mailbox| Recipient { header, mailbox }),
        );
    }
    found.truncate(limits::MAIL_RECIPIENTS_MAX);
    found
}

/// Whether a text is an address to which mail can be sent. Quoted parts before the `@` are not accepted: no provider gives them out.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[]\\,;:\"@".contains(c);
    !local.is_empty()
        && !domain.is_empty()
        && local.len() <= limits::MAIL_LOCAL_PART_BYTES_MAX
        && text.chars().count() <= limits::EMAIL_CHARS_MAX
        && local.chars().all(is_plain)
        && domain
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'))
        && !domain.starts_with('.')
        && !domain.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(lines: &str) -> Sender {
        sender(&Headers::read(format!("{lines}\r\n\r\n").as_bytes()).0)
    }

    fn one(lines: &str) -> (Option<String>, String) {
        match from(lines) {
            Sender::One(mailbox) => (mailbox.name, mailbox.address),
            Sender::Fault(fault) => panic!("{lines}: {fault}"),
        }
    }

    #[test]
    fn one_mailbox_is_a_sender() {
        for (line, name, address) in [
            ("From: a@b.c", None, "a@b.c"),
            ("From: <a@b.c>", None, "a@b.c"),
            ("From: Ann <a@b.c>", Some("Ann"), "a@b.c"),
            ("From: \"Doe, Ann\" <a@b.c>", Some("Doe, Ann"), "a@b.c"),
            (
                "From: =?UTF-8?Q?J=C3=BCrgen?= <a@b.c>",
                Some("Jürgen"),
                "a@b.c",
            ),
            (
                "From: \"boss@corp.example\" <x@evil.example>",
                Some("boss@corp.example"),
                "x@evil.example",
            ),
            ("From: Ann\r\n <a@b.c>", Some("Ann"), "a@b.c"),
            ("From: \"a <b@c>\" <d@e.f>", Some("a <b@c>"), "d@e.f"),
            ("From: د. سلمى <a@b.c>", Some("د. سلمى"), "a@b.c"),
            ("From: a@b.c (Ann)", Some("Ann"), "a@b.c"),
            ("From: a@b.c <a@b.c>", Some("a@b.c"), "a@b.c"),
            (
                "From: Ann (Desk) <a@b.c> (work)",
                Some("Ann (Desk work)"),
                "a@b.c",
            ),
        ] {
            assert_eq!(
                one(line),
                (name.map(str::to_owned), address.to_owned()),
                "{line}"
            );
        }
    }

    /// M12 and M24.
    #[test]
    fn a_sender_that_is_not_one_mailbox_is_a_named_fault() {
        for (line, fault) in [
            ("Subject: x", SenderFault::Missing),
            ("From:", SenderFault::Missing),
            ("From: =?UTF-8?Q?Foo_=C5=A0?=", SenderFault::Missing),
            ("From: undisclosed:;", SenderFault::Missing),
            ("From: a@b.c, d@e.f", SenderFault::Several),
            ("From: <a@b.c> <d@e.f>", SenderFault::Several),
            ("From: a@b.c\r\nFrom: d@e.f", SenderFault::Several),
            ("From: Ann <a@b.c>, Bob <d@e.f>", SenderFault::Several),
            ("From: <a b@c.d>", SenderFault::Invalid),
            ("From: <a@b.c>\"d@e.f\"", SenderFault::Ambiguous),
            ("From: \"d@e.f\"a@b.c", SenderFault::Ambiguous),
            ("From: \"d@e.f\", <a@b.c>", SenderFault::Ambiguous),
            ("From: <a@b.c", SenderFault::Ambiguous),
            (
                "From: boss@corp.example <x@evil.example>",
                SenderFault::Ambiguous,
            ),
            ("From: \"open <a@b.c>", SenderFault::Missing),
        ] {
            assert_eq!(from(line), Sender::Fault(fault), "{line}");
        }
    }

    #[test]
    fn a_name_neither_hides_the_address_nor_forges_headers() {
        let Sender::One(spoof) = from("From: \"boss@corp\" <x@evil.example>") else {
            panic!("one mailbox");
        };
        assert_eq!(spoof.shown(), "x@evil.example");
        let (name, address) = one("From: =?UTF-8?Q?a=0D=0ABcc:_c=40d.e?= <x@y.z>");
        assert_eq!(address, "x@y.z");
        assert!(!name.expect("a name").contains(char::is_control));
    }

    #[test]
    fn recipients_come_in_the_order_of_their_headers() {
        let block = "To: a@x.y, B <b@x.y>\r\nCc: c@x.y\r\nDelivered-To: d@x.y\r\nX-Forwarded-To: e@x.y\r\n\
            Cc: \u{1}\u{2}broken\r\n\r\n";
        let (headers, _) = Headers::read(block.as_bytes());
        let found: Vec<_> = recipients(&headers)
            .into_iter()
            .map(|to| to.mailbox.address)
            .collect();
        assert_eq!(found, ["e@x.y", "d@x.y", "a@x.y", "b@x.y", "c@x.y"]);
    }
}
