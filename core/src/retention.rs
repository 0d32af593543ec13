//! Which tickets retention archives or deletes, and when a run needs an admin's approval. The
//! database applies the same rules under each ticket's lock; the service checks its answer with
//! these.

use chrono::{DateTime, Months, NaiveTime, Utc};

use crate::limits;
use crate::protocol::{RetentionKind, RetentionSettings};
use crate::schedule::{Every, Rule};
use crate::ticket::Status;

/// What retention must know about a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketAge {
    /// The ticket's status.
    pub status: Status,
    /// When the ticket was closed, or else resolved. `None` if it is neither, or if this is unknown.
    pub ended_at: Option<DateTime<Utc>>,
    /// When the ticket was archived. `None` if it is not archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// Whether the ticket, or the person who opened it, is under a legal hold.
    pub is_held: bool,
}

/// Whether a run acts on a ticket, or why it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The run archives or deletes the ticket.
    Due,
    /// The ticket is old enough, but under a legal hold.
    Held,
    /// The ticket is neither resolved nor closed.
    Open,
    /// The ticket is not old enough.
    Younger,
    /// The ticket is resolved or closed, but it is unknown since when.
    Undated,
    /// The ticket is no concern of this kind of run: it is archived already, or not yet.
    Outside,
}

/// Decides about one ticket. `cutoff` is from [`cutoff`]; a ticket that was closed or archived
/// exactly then is not due. Entries of the access log have no class: `kind` must be one of tickets.
pub fn classify(kind: RetentionKind, ticket: &TicketAge, cutoff: DateTime<Utc>) -> Class {
    let since = match (kind, ticket.archived_at) {
        (RetentionKind::AccessLog, _)
        | (RetentionKind::Archive, Some(_))
        | (RetentionKind::Delete, None) => {
            return Class::Outside;
        }
        (RetentionKind::Delete, Some(archived_at)) => archived_at,
        (RetentionKind::Archive, None) if !ticket.status.is_over() => return Class::Open,
        (RetentionKind::Archive, None) => match ticket.ended_at {
            Some(ended_at) => ended_at,
            None => return Class::Undated,
        },
    };
    if since >= cutoff {
        Class::Younger
    } else if ticket.is_held {
        Class::Held
    } else {
        Class::Due
    }
}

/// Returns the time before which a ticket must have been closed or archived, or an entry written:
/// so many calendar months before `now`, in UTC. A month that is too short means its last day.
/// `None` if this is before all time.
pub fn cutoff(now: DateTime<Utc>, months: u16) -> Option<DateTime<Utc>> {
    now.checked_sub_months(Months::new(u32::from(months)))
}

/// Whether a run that would change `due` of `total` needs an admin's approval.
pub fn needs_approval(due: u64, total: u64, share_max_percent: u8) -> bool {
    due > limits::RETENTION_UNGUARDED_ROWS_MAX.unsigned_abs()
        && u128::from(due) * 100 > u128::from(total) * u128::from(share_max_percent)
}

/// A setting that is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct InvalidSetting {
    /// The name of the field.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: String,
}

impl Default for RetentionSettings {
    /// The settings of a desk that has set none.
    fn default() -> Self {
        Self {
            enabled: true,
            archive_months: limits::RETENTION_ARCHIVE_MONTHS,
            delete_months: limits::RETENTION_DELETE_MONTHS,
            access_log_months: limits::RETENTION_ACCESS_LOG_MONTHS,
            share_max_percent: limits::RETENTION_SHARE_MAX_PERCENT,
            day: 1,
            at: "03:00".to_owned(),
            zone: "UTC".to_owned(),
        }
    }
}

impl RetentionSettings {
    /// After how many months a run of this kind acts.
    pub const fn months(&self, kind: RetentionKind) -> u16 {
        match kind {
            RetentionKind::Archive => self.archive_months,
            RetentionKind::Delete => self.delete_months,
            RetentionKind::AccessLog => self.access_log_months,
        }
    }

    /// When runs of this kind are due, in the time zone `zone`. `None` if `day` or `at` is invalid.
    pub fn rule(&self, kind: RetentionKind) -> Option<Rule> {
        let at = time_of_day(&self.at)?;
        if !(1..=limits::RETENTION_DAY_MAX).contains(&self.day) {
            return None;
        }
        let every = match kind {
            RetentionKind::Archive | RetentionKind::AccessLog => Every::Month(self.day),
            RetentionKind::Delete => Every::Quarter(self.day),
        };
        Some(Rule { every, at })
    }

    /// Checks everything but whether the time zone exists, which the caller must know.
    ///
    /// # Errors
    /// The first field whose value is not allowed.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let months = [
            (
                "archive_months",
                self.archive_months,
                limits::RETENTION_MONTHS_MIN,
            ),
            (
                "delete_months",
                self.delete_months,
                limits::RETENTION_MONTHS_MIN,
            ),
            (
                "access_log_months",
                self.access_log_months,
                limits::RETENTION_ACCESS_LOG_MONTHS_MIN,
            ),
        ];
        for (field, months, min) in months {
            in_range(field, months, min, limits::RETENTION_MONTHS_MAX)?;
        }
        in_range("share_max_percent", self.share_max_percent.into(), 1, 100)?;
        in_range("day", self.day.into(), 1, limits::RETENTION_DAY_MAX.into())?;
        let fault = |field, why: &str| {
            Err(InvalidSetting {
                field,
                why: why.to_owned(),
            })
        };
        if time_of_day(&self.at).is_none() {
            return fault("at", "must be a time of day from 00:00 to 23:59");
        }
        let is_zone = |zone: &str| {
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-/".contains(&byte);
            (1..=limits::ZONE_CHARS_MAX).contains(&zone.len()) && zone.bytes().all(is_allowed)
        };
        if !is_zone(&self.zone) {
            return fault("zone", "must be the IANA name of a time zone");
        }
        Ok(())
    }
}

fn in_range(field: &'static str, value: u16, min: u16, max: u16) -> Result<(), InvalidSetting> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    let why = format!("must be from {min} to {max}");
    Err(InvalidSetting { field, why })
}

/// Parses a time such as `03:00`. Hours and minutes have two digits each.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    let is_five = text.len() == 5;
    is_five.then(|| NaiveTime::parse_from_str(text, "%H:%M").ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    fn ticket(status: Status, ended: Option<&str>, archived: Option<&str>) -> TicketAge {
        TicketAge {
            status,
            ended_at: ended.map(at),
            archived_at: archived.map(at),
            is_held: false,
        }
    }

    #[test]
    fn months_are_of_the_calendar_and_the_boundary_is_not_yet_due() {
        let cut = cutoff(at("2026-08-31T10:00:00Z"), 6).expect("a moment");
        assert_eq!(cut, at("2026-02-28T10:00:00Z"));
        let closed = |ended| {
            let ticket = ticket(Status::Closed, Some(ended), None);
            classify(RetentionKind::Archive, &ticket, cut)
        };
        assert_eq!(closed("2026-02-28T09:59:59.999999Z"), Class::Due);
        assert_eq!(closed("2026-02-28T10:00:00Z"), Class::Younger);
    }

    #[test]
    fn a_hold_wins_and_open_tickets_stay() {
        let cut = at("2026-01-01T00:00:00Z");
        let old = Some("2020-01-01T00:00:00Z");
        let archive = |ticket| classify(RetentionKind::Archive, &ticket, cut);
        let delete = |ticket| classify(RetentionKind::Delete, &ticket, cut);
        let held = |ticket: TicketAge| TicketAge {
            is_held: true,
            ..ticket
        };
        assert_eq!(archive(ticket(Status::Resolved, old, None)), Class::Due);
        assert_eq!(
            archive(held(ticket(Status::Resolved, old, None))),
            Class::Held
        );
        assert_eq!(archive(ticket(Status::Open, old, None)), Class::Open);
        assert_eq!(archive(ticket(Status::Closed, None, None)), Class::Undated);
        assert_eq!(archive(ticket(Status::Closed, old, old)), Class::Outside);
        assert_eq!(delete(ticket(Status::Closed, old, old)), Class::Due);
        assert_eq!(delete(held(ticket(Status::Closed, old, old))), Class::Held);
        assert_eq!(delete(ticket(Status::Closed, old, None)), Class::Outside);
        assert_eq!(
            delete(ticket(Status::Closed, old, Some("2026-01-01T00:00:00Z"))),
            Class::Younger
        );
    }

    #[test]
    fn a_run_above_the_share_needs_approval_unless_it_is_small() {
        assert!(!needs_approval(50, 50, 20));
        assert!(needs_approval(51, 51, 20));
        assert!(!needs_approval(60, 300, 20));
        assert!(needs_approval(61, 300, 20));
        assert!(!needs_approval(1_000, 1_000, 100));
        assert!(needs_approval(u64::MAX, u64::MAX, 99));
    }

    #[test]
    fn settings_out_of_range_are_refused_with_their_field() {
        let good = RetentionSettings::default();
        assert_eq!(good.check(), Ok(()));
        let field = |change: fn(&mut RetentionSettings)| {
            let mut settings = RetentionSettings::default();
            change(&mut settings);
            settings.check().expect_err("refused").field
        };
        assert_eq!(field(|s| s.archive_months = 0), "archive_months");
        assert_eq!(field(|s| s.delete_months = 241), "delete_months");
        assert_eq!(field(|s| s.access_log_months = 2), "access_log_months");
        assert_eq!(field(|s| s.share_max_percent = 101), "share_max_percent");
        assert_eq!(field(|s| s.day = 29), "day");
        assert_eq!(field(|s| s.at = "3:00".into()), "at");
        assert_eq!(field(|s| s.at = "24:00".into()), "at");
        assert_eq!(field(|s| s.zone = "Mars Base".into()), "zone");
        let rule = good.rule(RetentionKind::Delete).expect("a rule");
        assert_eq!(rule.every, Every::Quarter(1));
    }
}
