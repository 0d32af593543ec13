//! Limits of incoming mail. A mail that exceeds one is still read up to the limit, unless the limit says that it is refused.

/// Maximum bytes of a raw mail; a larger one is refused. Providers deliver up to 25 MiB of files, which base64 makes a third larger.
pub const MAIL_BYTES_MAX: usize = 35 * 1024 * 1024;
/// Maximum bytes of one block of headers, of a mail or of a part; further headers are ignored. A thousand recipients fit.
pub const MAIL_HEADER_BYTES_MAX: usize = 128 * 1024;
/// Maximum headers of a mail or of a part; a mail with more is refused. Usual mails have fewer than a hundred.
pub const MAIL_HEADERS_MAX: usize = 1_000;
/// Maximum parts of a mail, the containers included; further parts are ignored.
pub const MAIL_PARTS_MAX: usize = 500;
/// Maximum depth of parts inside parts. A deeper part becomes one file. Usual mails have at most six levels.
pub const MAIL_DEPTH_MAX: usize = 16;
/// Maximum characters of a mail's text: about fifty pages. The text after it is only in the raw mail.
pub const MAIL_TEXT_CHARS_MAX: usize = 200_000;
/// Maximum bytes of HTML of one mail that are converted to text, after pictures, scripts and styles are removed.
pub const MAIL_HTML_BYTES_MAX: usize = 1024 * 1024;
/// Maximum depth of HTML elements inside elements for the conversion that keeps lists and quotes. Deeper HTML only loses its tags,
/// because an HTML parser takes quadratic time for it. Outlook nests tables in tables, some forty levels deep.
pub const MAIL_HTML_DEPTH_MAX: usize = 200;
/// Maximum HTML tags of one mail for the conversion that keeps lists and quotes. HTML with more only loses its tags.
pub const MAIL_HTML_TAGS_MAX: usize = 40_000;
/// Maximum characters of a link's target that is written into the text after the link's words. A longer target, such as that of a link
/// that counts clicks, helps no reader.
pub const MAIL_LINK_CHARS_MAX: usize = 300;
/// Maximum recipients of a mail that are read, over all headers.
pub const MAIL_RECIPIENTS_MAX: usize = 1_000;
/// Maximum message ids that are read from `References`, the last ones. Mail clients keep fewer.
pub const MAIL_REFERENCES_MAX: usize = 100;
/// Maximum characters of a message id: one line of a mail (RFC 5322).
pub const MAIL_ID_CHARS_MAX: usize = 998;
/// Maximum characters of a subject that are read. The ticket's subject has a limit of its own.
pub const MAIL_SUBJECT_CHARS_MAX: usize = 1_000;
/// Maximum reply tokens that are read from one mail's recipients. A mail for several tickets at once has two or three.
pub const MAIL_TOKENS_MAX: usize = 20;
/// Characters of a reply token: 128 bits in base32.
pub const MAIL_TOKEN_CHARS: usize = 26;
/// Maximum recipients that are read from a bounce.
pub const MAIL_BOUNCE_RECIPIENTS_MAX: usize = 20;
/// Maximum bytes of a part that are searched for the details of a bounce.
pub const MAIL_REPORT_BYTES_MAX: usize = 64 * 1024;
/// Maximum lines of a text that are searched for quotes; the text after them is kept.
pub const MAIL_TRIM_LINES_MAX: usize = 20_000;
/// Maximum bytes of a line that is compared with the phrases that mail programs write above a quote. A longer line is the author's.
pub const MAIL_PHRASE_BYTES_MAX: usize = 500;
/// Maximum lines over which a mail program spreads the phrase above a quote.
pub const MAIL_PHRASE_LINES_MAX: usize = 4;
/// Maximum lines of a signature after its separator. A longer text after a separator is the author's.
pub const MAIL_SIGNATURE_LINES_MAX: usize = 10;
/// Maximum octets of the part before the `@` of an address that is read. RFC 5321 allows 64; forwarders that rewrite senders (SRS) write
/// more.
pub const MAIL_LOCAL_PART_BYTES_MAX: usize = 200;
