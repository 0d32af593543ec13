//! Our reply addresses among a mail's recipients, and our message ids in its references.

use std::fmt;

use helpline_core::limits;

use crate::classify::{Envelope, OwnNames};
use crate::parse::Mail;

/// The secret of a reply address: 128 bits as 26 characters of base32 (RFC 4648) in lower case. It says to which ticket a mail belongs
/// and whose answer it is, so that it is never logged: its `Debug` form shows nothing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Token(String);

impl Token {
    /// Reads a token in any case. `None` if it is none, or another spelling of the same bits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let is_base32 = text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
        // The last character has three bits of the token: the other two are zero.
        let is_canonical = text.ends_with(['a', 'e', 'i', 'm', 'q', 'u', 'y', '4']);
        (text.len() == limits::MAIL_TOKEN_CHARS && is_base32 && is_canonical).then_some(Self(text))
    }

    /// The token in lower case, to look up its hash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A message id that Helpline gave out: `TICKET.SEQUENCE.RANDOM@domain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnMessageId {
    /// The ticket, as the id has it. Guessable: it proves nothing without a matching sender.
    pub ticket: String,
    /// The position in the ticket's history.
    pub sequence: u64,
    /// The whole id, without `<` and `>`.
    pub id: String,
}

impl OwnMessageId {
    /// Reads an id of one of our domains. `None` if it is another's, or has another form.
    pub fn parse(id: &str, own: &OwnNames) -> Option<Self> {
        let (local, domain) = id.rsplit_once('@')?;
        let is_ours = own
            .message_id_domains
            .iter()
            .any(|ours| ours.eq_ignore_ascii_case(domain));
        let mut pieces = local.split('.');
        let (ticket, sequence, random) = (pieces.next()?, pieces.next()?, pieces.next()?);
        let is_word = |text: &str, chars: std::ops::RangeInclusive<usize>| {
            chars.contains(&text.len())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let is_form = pieces.next().is_none()
            && is_word(ticket, 1..=limits::TICKET_NUMBER_CHARS_MAX)
            && is_word(random, 8..=64);
        if !is_ours || !is_form || !sequence.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self {
            ticket: ticket.to_owned(),
            sequence: sequence.parse().ok()?,
            id: id.to_owned(),
        })
    }
}

/// The keys that a mail has to tickets, without duplicates, each list in the order in which it counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// From `r+TOKEN@reply.d`, and from `TOKEN@reply.d` if the provider has no `+`. At most [`limits::MAIL_TOKENS_MAX`].
    pub reply: Vec<Token>,
    /// From `b+TOKEN@reply.d`, the return path of our mails, and from `TOKEN@reply.d`. At most [`limits::MAIL_TOKENS_MAX`].
    pub bounce: Vec<Token>,
    /// Ids of ours in `In-Reply-To` and `References`, the newest first. The second key: it counts only with a sender who takes part.
    pub references: Vec<OwnMessageId>,
}

/// What a reply address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Reply,
    Bounce,
    Either,
}

/// Finds our tokens in the recipients of a mail: in the envelope, then in the headers in the order of [`crate::RecipientHeader`]. The
/// subject and the text are never looked at, because everyone can write them (GHSA-6r38-6mcf-2ww3).
pub fn tokens(mail: &Mail, envelope: &Envelope, own: &OwnNames) -> Tokens {
    let mut found = Tokens::default();
    let headers = mail.recipients.iter().map(|to| to.mailbox.address.as_str());
    for address in envelope
        .recipients
        .iter()
        .map(String::as_str)
        .chain(headers)
    {
        let Some((purpose, token)) = token_of(address, own) else {
            continue;
        };
        if purpose != Purpose::Bounce {
            add(&mut found.reply, token.clone());
        }
        if purpose != Purpose::Reply {
            add(&mut found.bounce, token);
        }
    }
    for id in mail.in_reply_to.iter().chain(mail.references.iter().rev()) {
        if let Some(id) = OwnMessageId::parse(id, own)
            && !found.references.contains(&id)
            && found.references.len() < limits::MAIL_REFERENCES_MAX
        {
            found.references.push(id);
        }
    }
    found
}

fn add(list: &mut Vec<Token>, token: Token) {
    if list.len() < limits::MAIL_TOKENS_MAX && !list.contains(&token) {
        list.push(token);
    }
}

/// The token of one address of the reply domain.
pub(crate) fn token_of(address: &str, own: &OwnNames) -> Option<(Purpose, Token)> {
    let address = address.trim().trim_matches(['<', '>']);
    let (local, domain) = address.rsplit_once('@')?;
    if !domain
        .trim_end_matches('.')
        .eq_ignore_ascii_case(&own.reply_domain)
    {
        return None;
    }
    match local.split_once('+') {
        Some(("r" | "R", token)) => Some((Purpose::Reply, Token::parse(token)?)),
        Some(("b" | "B", token)) => Some((Purpose::Bounce, Token::parse(token)?)),
        Some(_) => None,
        None => Some((Purpose::Either, Token::parse(local)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "abcdefghijklmnopqrstuvwxya";

    fn own() -> OwnNames {
        OwnNames {
            reply_domain: "reply.desk.example".to_owned(),
            message_id_domains: vec!["desk.example".to_owned()],
            addresses: vec!["support@desk.example".to_owned()],
        }
    }

    #[test]
    fn tokens_are_read_in_all_forms_and_no_other() {
        let token = || Token::parse(TOKEN).expect("a token");
        for (address, expected) in [
            (
                format!("r+{TOKEN}@reply.desk.example"),
                Some((Purpose::Reply, token())),
            ),
            (
                format!("R+{}@REPLY.Desk.Example", TOKEN.to_uppercase()),
                Some((Purpose::Reply, token())),
            ),
            (
                format!("b+{TOKEN}@reply.desk.example"),
                Some((Purpose::Bounce, token())),
            ),
            (
                format!("<{TOKEN}@reply.desk.example.>"),
                Some((Purpose::Either, token())),
            ),
            (format!("r+{TOKEN}@other.example"), None),
            (format!("r+{TOKEN}@evil-reply.desk.example"), None),
            (format!("x+{TOKEN}@reply.desk.example"), None),
            (format!("r+{TOKEN}a@reply.desk.example"), None),
            (format!("r+{}@reply.desk.example", &TOKEN[1..]), None),
            (format!("r+{}b@reply.desk.example", &TOKEN[1..]), None),
            (format!("r+{}1@reply.desk.example", &TOKEN[1..]), None),
            ("r+@reply.desk.example".to_owned(), None),
            ("support@reply.desk.example".to_owned(), None),
        ] {
            assert_eq!(token_of(&address, &own()), expected, "{address}");
        }
    }

    #[test]
    fn a_token_is_not_shown() {
        let token = Token::parse(TOKEN).expect("a token");
        assert_eq!(format!("{token:?}"), "Token(…)");
    }

    #[test]
    fn only_ids_of_our_form_and_domain_are_ours() {
        for (id, expected) in [
            (
                "TKT-001234.17.k3j5h2g7@desk.example",
                Some(("TKT-001234", 17)),
            ),
            (
                "TKT-001234.17.k3j5h2g7@DESK.example",
                Some(("TKT-001234", 17)),
            ),
            ("TKT-001234.17.k3j5h2g7@other.example", None),
            ("TKT-001234.17@desk.example", None),
            ("TKT-001234.x.k3j5h2g7@desk.example", None),
            ("a.1.k3j5h2g7.b@desk.example", None),
            ("CAF+x@desk.example", None),
            (
                "TKT-001234.99999999999999999999999.k3j5h2g7@desk.example",
                None,
            ),
        ] {
            let found = OwnMessageId::parse(id, &own());
            let found = found.as_ref().map(|id| (id.ticket.as_str(), id.sequence));
            assert_eq!(found, expected, "{id}");
        }
    }
}
