//! The cases M1 to M30 of the research that are about reading mail. Each test names its cases.

mod classification;
mod content;
mod reports;

use helpline_mail::{Envelope, Kind, Mail, OwnNames, classify, parse};

/// A token of ours.
pub const TOKEN: &str = "abcdefghijklmnopqrstuvwxya";

/// The names of a desk.
pub fn own() -> OwnNames {
    OwnNames {
        reply_domain: "reply.desk.example".to_owned(),
        message_id_domains: vec!["desk.example".to_owned()],
        addresses: vec!["support@desk.example".to_owned()],
    }
}

/// Parses a mail whose lines end in `\r\n`.
pub fn read(lines: &str) -> Mail {
    let raw = lines.replace('\n', "\r\n");
    parse(raw.as_bytes()).unwrap_or_else(|fault| panic!("{fault}: {lines}"))
}

/// Classifies a mail of which the transport says nothing.
pub fn kind(mail: &Mail) -> Kind {
    classify(mail, &Envelope::default(), &own())
}

/// A mail with these headers, besides the usual ones.
pub fn with(headers: &str) -> Mail {
    read(&format!(
        "From: Ann <ann@customer.example>\nTo: <r+{TOKEN}@reply.desk.example>\n\
         Subject: Re: [TKT-001234] Printer\nMessage-ID: <CAF1@mail.customer.example>\n{headers}\nIt works.\n"
    ))
}
