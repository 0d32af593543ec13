//! Parses and validates the query parameters of `GET /v1/tickets`.

use std::str::FromStr;

use helpline_core::ids::{TicketNumber, UserId};
use helpline_core::limits;
use helpline_core::ticket::Status;
use helpline_persistence::tickets::{ListQuery, Sort};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::parse::{parse_assignee, parse_cursor, parse_user};
use crate::http::problem::Refusal;

/// Filters, order and page of a ticket list. A parameter with several values separates them by
/// commas.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// Which tickets to list: `own` (the default) or, for staff, `all`.
    scope: Option<String>,
    /// `closed` lists tickets with the status `resolved` or `closed`; `active` lists all others.
    /// Cannot be combined with `status`.
    tab: Option<String>,
    /// A comma-separated list of statuses.
    status: Option<String>,
    /// A comma-separated list of categories.
    category: Option<String>,
    /// A comma-separated list of priorities.
    priority: Option<String>,
    /// The assignee: a person's id, `me`, or `nobody` for unassigned tickets. Allowed only with
    /// `scope=all`.
    assigned_to: Option<String>,
    /// Only tickets of the customer with this id. Allowed only with `scope=all`.
    user_id: Option<String>,
    /// Words to search for in the number and the subject. `scope=own` also searches the messages,
    /// and `scope=all` also searches the customer's e-mail address. Upper and lower case are
    /// treated as equal, as are different Unicode encodings of the same letter.
    search: Option<String>,
    /// Whether to include archived tickets in the list.
    archived: Option<bool>,
    /// Only tickets whose customer is waiting for a reply. Allowed only with `scope=all`.
    needs_answer: Option<bool>,
    /// The order of the tickets: `last_activity` (the default), `created`, `oldest` or `waiting`.
    /// `waiting` is allowed only with `scope=all`, and lists only tickets whose customer is waiting
    /// for a reply, longest wait first.
    sort: Option<String>,
    /// The `next_cursor` from the response with the previous page.
    cursor: Option<String>,
    /// The maximum number of tickets to return.
    limit: Option<u32>,
}

/// Whose tickets to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The tickets that the caller opened as a customer.
    Own,
    /// All tickets of the desk. Staff only.
    All,
}

impl ListParams {
    /// Parses the parameter `scope`.
    ///
    /// # Errors
    /// `invalid_field` if it is neither `own` nor `all`.
    pub fn scope(&self) -> Result<Scope, Refusal> {
        match self.scope.as_deref() {
            None | Some("own") => Ok(Scope::Own),
            Some("all") => Ok(Scope::All),
            Some(_) => Err(Refusal::field("scope", "must be own or all")),
        }
    }

    /// Validates the query parameters. `me` is the caller's id.
    ///
    /// # Errors
    /// `invalid_field` for the first invalid field.
    pub fn query(&self, scope: Scope, me: UserId) -> Result<ListQuery, Refusal> {
        if scope == Scope::Own && self.assigned_to.is_some() {
            return Err(Refusal::field("assigned_to", "requires scope=all"));
        }
        if scope == Scope::Own && self.user_id.is_some() {
            return Err(Refusal::field("user_id", "requires scope=all"));
        }
        if scope == Scope::Own && self.needs_answer.is_some() {
            return Err(Refusal::field("needs_answer", "requires scope=all"));
        }
        let limit = self.limit.unwrap_or(limits::LIST_TICKETS);
        if !(1..=limits::LIST_TICKETS_MAX).contains(&limit) {
            return Err(Refusal::field(
                "limit",
                format!("must be from 1 to {}", limits::LIST_TICKETS_MAX),
            ));
        }
        Ok(ListQuery {
            status: self.statuses()?,
            category: words("category", self.category.as_deref())?,
            priority: words("priority", self.priority.as_deref())?,
            assigned_to: self
                .assigned_to
                .as_deref()
                .map(|word| parse_assignee("assigned_to", word, me))
                .transpose()?,
            user: self
                .user_id
                .as_deref()
                .map(|id| parse_user("user_id", id))
                .transpose()?,
            search: self.search.as_deref().map(search).transpose()?.flatten(),
            needs_answer: self.needs_answer.unwrap_or(false),
            archived: self.archived.unwrap_or(false),
            sort: self.order(scope)?,
            cursor: self.cursor.as_deref().map(parse_cursor).transpose()?,
            limit,
        })
    }

    fn order(&self, scope: Scope) -> Result<Sort, Refusal> {
        match self.sort.as_deref() {
            None | Some("last_activity") => Ok(Sort::LastActivity),
            Some("created") => Ok(Sort::Created),
            Some("oldest") => Ok(Sort::Oldest),
            Some("waiting") if scope == Scope::All => Ok(Sort::Waiting),
            Some("waiting") => Err(Refusal::field("sort", "waiting requires scope=all")),
            Some(_) => Err(Refusal::field(
                "sort",
                "must be last_activity, created, oldest or waiting",
            )),
        }
    }

    fn statuses(&self) -> Result<Vec<Status>, Refusal> {
        let over = |wanted: bool| {
            Status::ALL
                .iter()
                .copied()
                .filter(|status| status.is_over() == wanted)
                .collect()
        };
        match (self.tab.as_deref(), self.status.as_deref()) {
            (None, status) => words("status", status),
            (Some("active"), None) => Ok(over(false)),
            (Some("closed"), None) => Ok(over(true)),
            (Some(_), None) => Err(Refusal::field("tab", "must be active or closed")),
            (Some(_), Some(_)) => Err(Refusal::field("tab", "cannot be combined with status")),
        }
    }

    /// The query parameters that are recorded in `access_log` when staff list tickets.
    pub fn detail(&self) -> Value {
        let Self {
            tab,
            status,
            category,
            priority,
            assigned_to,
            user_id,
            search,
            needs_answer,
            archived,
            sort,
            cursor,
            limit,
            scope: _,
        } = self;
        let asked = json!({
            "tab": tab, "status": status, "category": category, "priority": priority, "assigned_to": assigned_to, "user_id": user_id,
            "search": search, "needs_answer": needs_answer, "archived": archived, "sort": sort, "limit": limit, "continued": cursor.as_ref().map(|_| true),
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

fn words<T: FromStr<Err = helpline_core::UnknownWord>>(
    field: &str,
    list: Option<&str>,
) -> Result<Vec<T>, Refusal> {
    let parse = |word: &str| word.parse().map_err(|error| Refusal::field(field, error));
    list.into_iter()
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .map(parse)
        .collect()
}

/// Validates the search text. It must contain a ticket number or a word that is long enough.
/// Returns `None` for an empty text.
fn search(text: &str) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().count() > limits::SEARCH_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(Refusal::field(
            "search",
            format!(
                "must be one line of at most {} characters",
                limits::SEARCH_CHARS_MAX
            ),
        ));
    }
    let has_word = text.split_whitespace().any(is_word);
    if !has_word && !TicketNumber::is_in(text) {
        return Err(Refusal::field(
            "search",
            format!(
                "needs a ticket number, or a word of at least {} characters ({} in Chinese, Japanese or Korean)",
                limits::SEARCH_WORD_CHARS_MIN,
                limits::SEARCH_CJK_WORD_CHARS_MIN
            ),
        ));
    }
    Ok(Some(text.to_owned()))
}

/// Whether the word has enough characters to be searched for.
fn is_word(word: &str) -> bool {
    let min = if word.chars().any(writes_words_with_two) {
        limits::SEARCH_CJK_WORD_CHARS_MIN
    } else {
        limits::SEARCH_WORD_CHARS_MIN
    };
    word.chars().count() >= min
}

/// Whether the character is Han, kana or Hangul, including half-width forms. In these scripts, a
/// word often has only two characters.
const fn writes_words_with_two(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' | '\u{FF66}'..='\u{FFDC}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}')
}

#[cfg(test)]
mod tests {
    use helpline_core::reject::{Reject, RejectCode};
    use helpline_core::ticket::Priority;
    use helpline_persistence::tickets::Assignee;
    use uuid::Uuid;

    use super::*;

    fn me() -> UserId {
        UserId::new(Uuid::from_u128(7))
    }

    fn all(change: impl Fn(&mut ListParams)) -> Result<ListQuery, Refusal> {
        let mut params = ListParams::default();
        change(&mut params);
        params.query(Scope::All, me())
    }

    #[test]
    fn tabs_are_short_for_statuses() {
        let active = all(|p| p.tab = Some("active".into()))
            .expect("a tab")
            .status;
        let closed = all(|p| p.tab = Some("closed".into()))
            .expect("a tab")
            .status;
        assert_eq!(active.len() + closed.len(), Status::ALL.len());
        assert_eq!(closed, [Status::Resolved, Status::Closed]);
    }

    #[test]
    fn filters_are_lists_of_words() {
        let query = all(|p| {
            p.priority = Some("high, urgent".into());
            p.assigned_to = Some("me".into());
            p.search = Some("  4 ".into());
        });
        let query = query.expect("good filters");
        assert_eq!(query.priority, [Priority::High, Priority::Urgent]);
        assert_eq!(query.assigned_to, Some(Assignee::Agent(me())));
        assert_eq!(query.search.as_deref(), Some("4"));
    }

    type Change = fn(&mut ListParams);

    #[test]
    fn a_search_needs_a_number_or_a_word() {
        for (text, good) in [
            ("# 72", true),
            ("#7", true),
            ("tkt 7", true),
            ("退款", true),
            ("返金", true),
            ("환불", true),
            ("カメ", true),
            ("ｶﾒ", true),
            ("退", false),
            ("ab", false),
            ("é!", false),
            ("a b c", false),
        ] {
            let asked = all(|p| p.search = Some(text.into()));
            assert_eq!(asked.is_ok(), good, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_the_name_of_its_field() {
        let bad: [(&str, Change); 18] = [
            ("tab", |p| p.tab = Some("open".into())),
            ("tab", |p| p.tab = Some(String::new())),
            ("status", |p| p.status = Some("open,gone".into())),
            ("status", |p| p.status = Some(String::new())),
            ("status", |p| p.status = Some("open,".into())),
            ("status", |p| p.status = Some(" , ".into())),
            ("category", |p| p.category = Some(String::new())),
            ("priority", |p| p.priority = Some("1".into())),
            ("priority", |p| p.priority = Some(String::new())),
            ("assigned_to", |p| p.assigned_to = Some("ada".into())),
            ("assigned_to", |p| p.assigned_to = Some(String::new())),
            ("user_id", |p| p.user_id = Some("me".into())),
            ("search", |p| p.search = Some("ab".into())),
            ("search", |p| {
                p.search = Some("x".repeat(limits::SEARCH_CHARS_MAX + 1));
            }),
            ("limit", |p| p.limit = Some(0)),
            ("sort", |p| p.sort = Some("name".into())),
            ("cursor", |p| p.cursor = Some("zzz".into())),
            ("cursor", |p| p.cursor = Some(String::new())),
        ];
        for (field, change) in bad {
            let refused = all(change).expect_err(field);
            let Reject { code, message, .. } = refused.reject();
            assert_eq!(*code, RejectCode::InvalidField, "{message}");
            assert!(message.starts_with(&format!("{field}: ")), "{message}");
        }
        for own in [
            ListParams {
                assigned_to: Some("me".into()),
                ..ListParams::default()
            },
            ListParams {
                user_id: Some(me().to_string()),
                ..ListParams::default()
            },
        ] {
            assert!(own.query(Scope::Own, me()).is_err());
        }
    }
}
