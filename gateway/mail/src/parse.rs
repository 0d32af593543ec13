//! From the bytes of a mail to [`Mail`].

use std::panic::{AssertUnwindSafe, catch_unwind};

use helpline_core::limits;

use crate::address::{Mailbox, Recipient, Sender, recipients, reply_to, sender};
use crate::body::{self, Content};
use crate::headers::Headers;
use crate::mime::{Budget, Part};
use crate::report::Report;

/// A mail as people and rules need it. All texts are valid UTF-8 without control characters; nothing in it is proven.
#[derive(Debug, Clone)]
pub struct Mail {
    /// `Message-ID` without `<` and `>`. Absent in mails of simple programs. Two mails may have the same one.
    pub message_id: Option<String>,
    /// `In-Reply-To`, without `<` and `>`.
    pub in_reply_to: Vec<String>,
    /// `References`, oldest first, the last [`limits::MAIL_REFERENCES_MAX`].
    pub references: Vec<String>,
    /// The subject in one line, perhaps empty, at most [`limits::MAIL_SUBJECT_CHARS_MAX`] characters.
    pub subject: String,
    /// `Date` in seconds since 1970, as the sender's clock had it.
    pub date_s: Option<i64>,
    /// Who the mail says it is from.
    pub from: Sender,
    /// Where the sender wants replies.
    pub reply_to: Vec<Mailbox>,
    /// All recipients, in the order in which reply addresses are looked for.
    pub recipients: Vec<Recipient>,
    /// The text: lines end in `\n`, no control characters except tab, at most [`limits::MAIL_TEXT_CHARS_MAX`] characters. Empty if the
    /// mail has none. It may contain placeholders for pictures, and [`crate::QUOTE_PLACEHOLDER`] before a quote; [`crate::trim`] cuts
    /// quotes.
    pub text: String,
    /// Which part of the mail the text is from.
    pub text_source: TextSource,
    /// The files, in the order of the mail.
    pub attachments: Vec<Attachment>,
    /// The machine-readable half, if the mail is a report of a mail server.
    pub report: Option<Report>,
    /// What was left out because of a limit. The raw mail has it.
    pub cuts: Vec<Cut>,
    pub(crate) headers: Headers,
}

/// Where the text of a mail is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextSource {
    /// The mail has no text.
    None,
    /// From `text/plain`.
    Plain,
    /// At least a part is converted from HTML.
    Html,
}

/// A file of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The file's name, cleaned by [`helpline_core::file_name::cleaned`]. A file without a name gets one by its type.
    pub name: String,
    /// The media type that the sender declared, in lower case. It proves nothing.
    pub declared_type: String,
    /// The decoded content. A mail inside of the mail is in its raw form.
    pub bytes: Vec<u8>,
    /// By which the mail's HTML names the file, without `<` and `>`.
    pub content_id: Option<String>,
    /// Whether the sender wants it to be seen in the text: pictures, usually.
    pub is_inline: bool,
}

/// What was left out of a mail because of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Headers after [`limits::MAIL_HEADER_BYTES_MAX`].
    Headers,
    /// Parts after [`limits::MAIL_PARTS_MAX`].
    Parts,
    /// Parts deeper than [`limits::MAIL_DEPTH_MAX`]; their container is a file instead.
    Depth,
    /// Text after [`limits::MAIL_TEXT_CHARS_MAX`].
    Text,
    /// HTML after [`limits::MAIL_HTML_BYTES_MAX`].
    Html,
    /// Lists, quotes and tables of HTML that is nested too deep or has too many tags; its words are kept.
    Layout,
    /// References before the last [`limits::MAIL_REFERENCES_MAX`], or recipients after [`limits::MAIL_RECIPIENTS_MAX`].
    Addresses,
}

/// Why a mail cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseFault {
    /// More than [`limits::MAIL_BYTES_MAX`] bytes.
    #[error("the mail has more than {} bytes", limits::MAIL_BYTES_MAX)]
    TooLarge,
    /// There is no header: the bytes are no mail.
    #[error("the mail has no headers")]
    NoHeaders,
    /// More than [`limits::MAIL_HEADERS_MAX`] headers.
    #[error("the mail has more than {} headers", limits::MAIL_HEADERS_MAX)]
    TooManyHeaders,
    /// The parser panicked. That is an error in this crate or in one that it uses: keep the raw mail, and report it.
    #[error("the mail's parser failed")]
    Panicked,
}

/// Reads a raw mail (RFC 5322 and MIME, with `\r\n` or `\n`).
///
/// Takes time and memory that are linear in the size of `raw`: the slowest mail of 34 MiB in `tests/hostile/slow.rs` takes below two
/// seconds with a release build, the usual one a tenth of that. Broken mails are read as far as they make sense.
///
/// # Errors
/// [`ParseFault`] if the bytes exceed a limit or are no mail. A mail without a usable sender is no error: see [`Sender`].
pub fn parse(raw: &[u8]) -> Result<Mail, ParseFault> {
    if raw.len() > limits::MAIL_BYTES_MAX {
        return Err(ParseFault::TooLarge);
    }
    // Nothing that a panic could leave half changed survives: all state is made inside.
    catch_unwind(AssertUnwindSafe(|| read(raw))).unwrap_or(Err(ParseFault::Panicked))
}

fn read(raw: &[u8]) -> Result<Mail, ParseFault> {
    let mut budget = Budget::new();
    let part = Part::read(raw, &mut budget);
    match part.headers.len() {
        0 => return Err(ParseFault::NoHeaders),
        n if n > limits::MAIL_HEADERS_MAX => return Err(ParseFault::TooManyHeaders),
        _ => {}
    }
    let headers = &part.headers;
    let mut references = headers.ids("references");
    let recipients = recipients(headers);
    let too_many = references.len().saturating_sub(limits::MAIL_REFERENCES_MAX);
    if too_many > 0 || recipients.len() == limits::MAIL_RECIPIENTS_MAX {
        budget.record(crate::Cut::Addresses);
    }
    references.drain(..too_many);
    let subject = headers.text("subject").unwrap_or_default();
    let Content {
        text,
        source,
        attachments,
        report,
    } = body::read(&part, &mut budget);
    Ok(Mail {
        message_id: headers.ids("message-id").into_iter().next(),
        in_reply_to: headers.ids("in-reply-to"),
        references,
        subject: subject
            .chars()
            .take(limits::MAIL_SUBJECT_CHARS_MAX)
            .collect(),
        date_s: headers.date_s(),
        from: sender(headers),
        reply_to: reply_to(headers),
        recipients,
        text,
        text_source: source,
        attachments,
        report,
        cuts: budget.cuts,
        headers: part.headers,
    })
}
