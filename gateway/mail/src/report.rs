//! Reports of mail servers: delivery status (RFC 3464), read receipts (RFC 8098), complaints (RFC 5965).

use helpline_core::limits;

use crate::headers::Headers;
use crate::mime::Part;

/// The machine-readable half of a `multipart/report`, and what identifies the original mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Whether the report is about delivery, that is, has a part `message/delivery-status`.
    pub is_delivery: bool,
    /// Whether it says that the mail was read or deleted.
    pub is_read_receipt: bool,
    /// Whether it says that the recipient complained about the mail.
    pub is_complaint: bool,
    /// The recipients, at most [`limits::MAIL_BOUNCE_RECIPIENTS_MAX`].
    pub recipients: Vec<ReportedRecipient>,
    /// `Message-ID` of the original mail, without `<` and `>`.
    pub original_message_id: Option<String>,
}

/// What a report says about one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportedRecipient {
    /// The address that failed.
    pub final_recipient: Option<String>,
    /// What happened, in the words of RFC 3464.
    pub action: Option<Action>,
    /// The code of RFC 3463: class, subject, detail.
    pub status: Option<Status>,
}

/// What a mail server did with a mail (RFC 3464, 2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It was given up.
    Failed,
    /// It will be tried again.
    Delayed,
    /// It was delivered.
    Delivered,
    /// It was handed to a server that does not report.
    Relayed,
    /// It was delivered and passed on.
    Expanded,
}

/// An enhanced status code (RFC 3463): `5.1.1` is an unknown address, `5.2.2` a full mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// 2 success, 4 for now, 5 for ever.
    pub class: u8,
    /// What it is about: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
    pub subject: u16,
    /// The detail.
    pub detail: u16,
}

impl Status {
    /// Reads a code at the start of a text, such as `5.1.1 (unknown user)`. `None` if there is none.
    pub fn parse(text: &str) -> Option<Self> {
        let code = text
            .trim()
            .split(|c: char| !(c.is_ascii_digit() || c == '.'))
            .next()?;
        let mut numbers = code.split('.');
        let status = Self {
            class: numbers.next()?.parse().ok()?,
            subject: numbers.next()?.parse().ok()?,
            detail: numbers.next()?.parse().ok()?,
        };
        let is_status =
            matches!(status.class, 2 | 4 | 5) && status.subject < 1_000 && status.detail < 1_000;
        (is_status && numbers.next().is_none()).then_some(status)
    }
}

impl Action {
    fn parse(text: &str) -> Option<Self> {
        let word = text
            .trim()
            .split(|c: char| !c.is_ascii_alphabetic())
            .next()?;
        match word.to_ascii_lowercase().as_str() {
            "failed" => Some(Self::Failed),
            "delayed" => Some(Self::Delayed),
            "delivered" => Some(Self::Delivered),
            "relayed" => Some(Self::Relayed),
            "expanded" => Some(Self::Expanded),
            _ => None,
        }
    }
}

/// Types of the parts that are for programs only.
const MACHINE_TYPES: [&str; 5] = [
    "message/delivery-status",
    "message/global-delivery-status",
    "message/disposition-notification",
    "message/global-disposition-notification",
    "message/feedback-report",
];

impl Report {
    /// Takes a part of a report. Returns whether the part says nothing else, so that it is no file.
    pub(crate) fn take(&mut self, part: &Part<'_>) -> bool {
        let name = part.content_type.name.as_str();
        match name {
            "message/delivery-status" | "message/global-delivery-status" => {
                self.is_delivery = true;
                self.read_status(&head(&part.bytes()));
            }
            "message/disposition-notification" | "message/global-disposition-notification" => {
                self.is_read_receipt = true;
                self.read_original_id(&head(&part.bytes()), "original-message-id");
            }
            "message/feedback-report" => self.is_complaint = true,
            "text/rfc822-headers"
            | "message/rfc822-headers"
            | "message/rfc822"
            | "message/global"
            | "message/global-headers" => {
                self.read_original_id(&head(&part.bytes()), "message-id");
                return true;
            }
            _ => {}
        }
        MACHINE_TYPES.contains(&name)
    }

    fn read_original_id(&mut self, bytes: &[u8], name: &str) {
        let (headers, _) = Headers::read(bytes);
        if let Some(id) = headers.ids(name).into_iter().next() {
            self.original_message_id.get_or_insert(id);
        }
    }

    /// The first block of fields is about the mail, each further one about a recipient.
    fn read_status(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() && self.recipients.len() < limits::MAIL_BOUNCE_RECIPIENTS_MAX {
            let (fields, at) = Headers::read(rest);
            // A line that is no field is skipped, so that each turn makes progress.
            rest = match at {
                0 => rest
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .map_or(&[], |end| &rest[end + 1..]),
                at => &rest[at..],
            };
            let address = fields
                .first("final-recipient")
                .or_else(|| fields.first("original-recipient"));
            let recipient = ReportedRecipient {
                final_recipient: address.and_then(typed_address),
                action: fields.first("action").and_then(Action::parse),
                status: fields.first("status").and_then(Status::parse).or_else(|| {
                    let code = fields.first("diagnostic-code")?;
                    code.split([' ', ';']).find_map(Status::parse)
                }),
            };
            if recipient != ReportedRecipient::default() {
                self.recipients.push(recipient);
            }
        }
    }
}

/// The address of `rfc822; a@b.c`, whose type may be missing and which may be in `<` and `>`.
fn typed_address(value: &str) -> Option<String> {
    let address = value.split_once(';').map_or(value, |(_, address)| address);
    let address = address.trim().trim_matches(['<', '>', '"']);
    crate::address::is_address(address).then(|| address.to_owned())
}

fn head(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len().min(limits::MAIL_REPORT_BYTES_MAX)].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_codes_are_read_as_servers_write_them() {
        let code = |class, subject, detail| {
            Some(Status {
                class,
                subject,
                detail,
            })
        };
        for (given, expected) in [
            ("5.1.1", code(5, 1, 1)),
            (" 4.4.7 (expired)", code(4, 4, 7)),
            ("5.1.10;x", code(5, 1, 10)),
            ("550", None),
            ("1.2.3", None),
            ("5.1", None),
            ("5.1.1.1", None),
            ("", None),
        ] {
            assert_eq!(Status::parse(given), expected, "{given}");
        }
    }

    #[test]
    fn each_recipient_of_a_report_is_read() {
        let mut report = Report::default();
        report.read_status(
            b"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: RFC822; <a@b.c>\r\nAction: Failed\r\nStatus: 5.1.1\r\n\r\n\
              junk\r\nOriginal-Recipient: rfc822;d@e.f\r\nAction: delayed (soon)\r\nDiagnostic-Code: smtp; 451 4.7.1 later\r\n",
        );
        let found: Vec<_> = report
            .recipients
            .iter()
            .map(|to| {
                (
                    to.final_recipient.as_deref(),
                    to.action,
                    to.status.map(|s| (s.class, s.subject, s.detail)),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                (Some("a@b.c"), Some(Action::Failed), Some((5, 1, 1))),
                (Some("d@e.f"), Some(Action::Delayed), Some((4, 7, 1))),
            ]
        );
    }
}
