//! Parses and validates the query parameters of the access log's routes.

use chrono::{DateTime, Utc};
use helpline_core::ids::TicketRef;
use helpline_core::limits;
use helpline_persistence::access_log::AccessQuery;
use helpline_persistence::{Store, StoreError, tickets};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::http::api::parse::{parse_cursor, parse_user};
use crate::http::problem::Refusal;

/// The query parameters of an access log page: the filters, and the position and size of the page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccessParams {
    /// Only entries about actions of the person with this id.
    user: Option<String>,
    /// Only entries with these action names, separated by commas.
    action: Option<String>,
    /// Only entries about the ticket with this id or number.
    ticket: Option<String>,
    /// `true` returns only refused actions, `false` only actions that were carried out.
    refused: Option<bool>,
    /// Only entries recorded at this time or later, such as `2026-03-01T12:00:00Z`.
    from: Option<String>,
    /// Only entries recorded before this time.
    to: Option<String>,
    /// Where to continue: the `next_cursor` of the previous page, or the cursor in the last line of
    /// an incomplete export file.
    cursor: Option<String>,
    /// The maximum number of entries to return.
    limit: Option<u32>,
}

/// A valid access log query. If the filter names a ticket by number, the ticket's id has not been
/// looked up yet.
#[derive(Debug)]
pub(super) struct Asked {
    query: AccessQuery,
    ticket: Option<TicketRef>,
    /// The query parameters that are recorded in `access_log` when staff read the log.
    pub(super) detail: Value,
}

impl AccessParams {
    /// Validates the query parameters. `limit` is the default number of entries, and `limit_max`
    /// the maximum.
    ///
    /// # Errors
    /// `invalid_field` for the first invalid field.
    pub(super) fn checked(&self, limit_max: u32, limit: u32) -> Result<Asked, Refusal> {
        let detail = self.detail();
        let limit = self.limit.unwrap_or(limit);
        if !(1..=limit_max).contains(&limit) {
            return Err(Refusal::field(
                "limit",
                format!("must be from 1 to {limit_max}"),
            ));
        }
        let (from, to) = (
            self.from
                .as_deref()
                .map(|text| time("from", text))
                .transpose()?,
            self.to
                .as_deref()
                .map(|text| time("to", text))
                .transpose()?,
        );
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            return Err(Refusal::field("to", "must be later than from"));
        }
        let ticket = self.ticket.as_deref().map(named_ticket).transpose()?;
        let query = AccessQuery {
            user: self
                .user
                .as_deref()
                .map(|id| parse_user("user", id))
                .transpose()?,
            actions: self.action.as_deref().map(words).transpose()?,
            ticket: match ticket {
                Some(TicketRef::Id(id)) => Some(id),
                Some(TicketRef::Number(_)) | None => None,
            },
            refused: self.refused,
            from,
            to,
            cursor: self.cursor.as_deref().map(parse_cursor).transpose()?,
            limit,
        };
        Ok(Asked {
            query,
            ticket,
            detail,
        })
    }

    fn detail(&self) -> Value {
        let Self {
            user,
            action,
            ticket,
            refused,
            from,
            to,
            cursor,
            limit,
        } = self;
        let asked = json!({
            "user": user, "action": action, "ticket": ticket, "refused": refused, "from": from, "to": to, "limit": limit,
            "continued": cursor.as_ref().map(|_| true),
        });
        match asked {
            Value::Object(fields) => fields
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .collect(),
            other => other,
        }
    }
}

impl Asked {
    /// Looks up the id of a ticket that the filter names by number, and returns the query. Returns
    /// `None` if there is no ticket with this number, because no entry can match.
    ///
    /// # Errors
    /// The error if the database cannot be read.
    pub(super) async fn query(self, store: &Store) -> Result<Option<AccessQuery>, StoreError> {
        let Some(named @ TicketRef::Number(_)) = self.ticket else {
            return Ok(Some(self.query));
        };
        let found = tickets::access(store, &named).await?;
        Ok(found.map(|found| AccessQuery {
            ticket: Some(found.facts.id),
            ..self.query
        }))
    }
}

fn named_ticket(text: &str) -> Result<TicketRef, Refusal> {
    text.parse()
        .map_err(|_| Refusal::field("ticket", "must be an id, or a number such as TKT-000042"))
}

/// Parses a comma-separated list of action names. Names that this version does not know are
/// accepted, because other versions may have recorded them.
fn words(list: &str) -> Result<Vec<String>, Refusal> {
    let words: Vec<_> = list.split(',').map(|word| word.trim().to_owned()).collect();
    let is_word = |word: &String| {
        (1..=64).contains(&word.len())
            && word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    if words.len() > limits::ACCESS_LOG_ACTIONS_MAX || !words.iter().all(is_word) {
        return Err(Refusal::field(
            "action",
            format!(
                "must be a list of at most {} names such as ticket_opened",
                limits::ACCESS_LOG_ACTIONS_MAX
            ),
        ));
    }
    Ok(words)
}

/// Parses an RFC 3339 time. Times before 1970, or outside the range that the database can store,
/// are refused.
fn time(field: &str, text: &str) -> Result<DateTime<Utc>, Refusal> {
    let first_year = DateTime::UNIX_EPOCH;
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|time| time.to_utc())
        .filter(|time| *time >= first_year)
        .ok_or_else(|| Refusal::field(field, "must be a time such as 2026-03-01T12:00:00Z"))
}

#[cfg(test)]
mod tests {
    use helpline_core::reject::{Reject, RejectCode};

    use super::*;

    type Change = fn(&mut AccessParams);

    fn asked(change: impl Fn(&mut AccessParams)) -> Result<Asked, Refusal> {
        let mut params = AccessParams::default();
        change(&mut params);
        params.checked(limits::ACCESS_LOG_PAGE_MAX, limits::ACCESS_LOG_PAGE)
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_the_name_of_its_field() {
        let bad: [(&str, Change); 18] = [
            ("user", |p| p.user = Some("me".into())),
            ("user", |p| p.user = Some(String::new())),
            ("action", |p| p.action = Some(String::new())),
            ("action", |p| p.action = Some("ticket_opened,".into())),
            ("action", |p| p.action = Some("Ticket".into())),
            ("action", |p| p.action = Some("x".repeat(65))),
            ("action", |p| {
                p.action = Some(vec!["a"; limits::ACCESS_LOG_ACTIONS_MAX + 1].join(","));
            }),
            ("ticket", |p| p.ticket = Some("x".repeat(200))),
            ("ticket", |p| p.ticket = Some(String::new())),
            ("from", |p| p.from = Some("2026-03-01".into())),
            ("from", |p| p.from = Some("1969-12-31T23:59:59Z".into())),
            ("to", |p| p.to = Some("now".into())),
            ("to", |p| p.to = Some("+12000-01-01T00:00:00Z".into())),
            ("to", |p| {
                p.from = Some("2026-03-01T12:00:00Z".into());
                p.to = Some("2026-03-01T13:00:00+01:00".into());
            }),
            ("cursor", |p| p.cursor = Some("0".into())),
            ("cursor", |p| p.cursor = Some(String::new())),
            ("limit", |p| p.limit = Some(0)),
            ("limit", |p| p.limit = Some(limits::ACCESS_LOG_PAGE_MAX + 1)),
        ];
        for (field, change) in bad {
            let refused = asked(change).expect_err(field);
            let Reject { code, message, .. } = refused.reject();
            assert_eq!(*code, RejectCode::InvalidField, "{message}");
            assert!(message.starts_with(&format!("{field}: ")), "{message}");
        }
    }

    #[test]
    fn the_audit_row_keeps_what_was_asked_for() {
        let asked = asked(|p| {
            p.action = Some("ticket_opened, tickets_listed".into());
            p.cursor = Some("7".into());
        });
        let asked = asked.expect("a good query");
        assert_eq!(
            asked.detail,
            json!({"action": "ticket_opened, tickets_listed", "continued": true})
        );
        let actions = ["ticket_opened", "tickets_listed"].map(str::to_owned);
        assert_eq!(asked.query.actions, Some(actions.into()));
    }
}
