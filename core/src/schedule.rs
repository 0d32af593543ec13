//! When a schedule occurs: at a time of day in a time zone, on days that repeat.

use chrono::{
    DateTime, Datelike, Days, MappedLocalTime, Months, NaiveDate, NaiveDateTime, NaiveTime,
    TimeDelta, TimeZone, Timelike, Utc,
};

use crate::limits;

/// On which days a schedule occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// On each day.
    Day,
    /// On this day of the week, from 1 (Monday) to 7.
    Week(u8),
    /// On this day of each month. A month that is too short means its last day.
    Month(u8),
    /// On this day of January, April, July and October.
    Quarter(u8),
}

/// A rule for occurrences, without the time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The days.
    pub every: Every,
    /// The time of day in the schedule's time zone.
    pub at: NaiveTime,
}

impl Every {
    /// The rule's name and day, as the database stores them.
    pub const fn parts(self) -> (&'static str, Option<u8>) {
        match self {
            Self::Day => ("day", None),
            Self::Week(day) => ("week", Some(day)),
            Self::Month(day) => ("month", Some(day)),
            Self::Quarter(day) => ("quarter", Some(day)),
        }
    }

    /// The inverse of [`Self::parts`]. `None` for parts that do not belong together.
    pub fn from_parts(name: &str, day: Option<u8>) -> Option<Self> {
        match (name, day) {
            ("day", None) => Some(Self::Day),
            ("week", Some(day @ 1..=7)) => Some(Self::Week(day)),
            ("month", Some(day @ 1..=31)) => Some(Self::Month(day)),
            ("quarter", Some(day @ 1..=31)) => Some(Self::Quarter(day)),
            _ => None,
        }
    }

    /// The first day of the rule that is not before `date`.
    fn first_from(self, date: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Day => Some(date),
            Self::Week(day) => {
                let today = date.weekday().number_from_monday();
                date.checked_add_days(Days::new(u64::from((u32::from(day) + 7 - today) % 7)))
            }
            Self::Month(day) => first_of_months(date, day, 1),
            Self::Quarter(day) => first_of_months(date, day, 3),
        }
    }
}

/// The first date from `date` on that is this day of a month, counting every `step` months from
/// January.
fn first_of_months(date: NaiveDate, day: u8, step: u32) -> Option<NaiveDate> {
    let mut first = date
        .with_day(1)?
        .checked_sub_months(Months::new(date.month0() % step))?;
    loop {
        let next_month = first.checked_add_months(Months::new(1))?;
        let last = next_month.pred_opt()?;
        let found = first.with_day(u32::from(day)).unwrap_or(last);
        if found >= date {
            return Some(found);
        }
        first = first.checked_add_months(Months::new(step))?;
    }
}

impl Rule {
    /// The first occurrence after `after`. A time of day that the clock skips means the first moment
    /// after the gap; one that happens twice means the first of both.
    pub fn next_after<Z: TimeZone>(&self, after: DateTime<Utc>, zone: &Z) -> Option<DateTime<Utc>> {
        // The occurrence of the day before may still be to come where the zone's date is ahead.
        let mut date = after.with_timezone(zone).date_naive().pred_opt()?;
        loop {
            date = self.every.first_from(date)?;
            let occurrence = moment(date.and_time(self.at), zone)?;
            if occurrence > after {
                return Some(occurrence);
            }
            date = date.succ_opt()?;
        }
    }

    /// The last occurrence from `first` to `now`: the one that runs after an outage, in which
    /// several were missed. `first` is an occurrence.
    pub fn last_until<Z: TimeZone>(
        &self,
        first: DateTime<Utc>,
        now: DateTime<Utc>,
        zone: &Z,
    ) -> DateTime<Utc> {
        let mut last = first;
        for _ in 0..limits::SCHEDULE_MISSED_MAX {
            match self.next_after(last, zone) {
                Some(next) if next <= now => last = next,
                Some(_) | None => break,
            }
        }
        last
    }
}

/// Converts a local time to a moment.
fn moment<Z: TimeZone>(mut local: NaiveDateTime, zone: &Z) -> Option<DateTime<Utc>> {
    // Clocks change at full minutes, and no gap is longer than a day.
    for _ in 0..=24 * 60 {
        match zone.from_local_datetime(&local) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => {
                return Some(at.with_timezone(&Utc));
            }
            MappedLocalTime::None => {
                local = local
                    .with_second(0)?
                    .checked_add_signed(TimeDelta::minutes(1))?;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    fn rule(every: Every, at: &str) -> Rule {
        Rule {
            every,
            at: at.parse().expect("a time of day"),
        }
    }

    fn occurrences(rule: Rule, zone: Tz, after: &str, count: usize) -> Vec<String> {
        let mut at: DateTime<Utc> = after.parse().expect("a moment");
        let mut found = Vec::new();
        for _ in 0..count {
            at = rule.next_after(at, &zone).expect("there is a next one");
            found.push(at.with_timezone(&zone).format("%F %T %a").to_string());
        }
        found
    }

    #[test]
    fn a_month_that_is_too_short_ends_with_its_last_day() {
        assert_eq!(
            occurrences(
                rule(Every::Month(31), "09:00:00"),
                Tz::UTC,
                "2024-01-31T09:00:00Z",
                4
            ),
            [
                "2024-02-29 09:00:00 Thu",
                "2024-03-31 09:00:00 Sun",
                "2024-04-30 09:00:00 Tue",
                "2024-05-31 09:00:00 Fri"
            ]
        );
        assert_eq!(
            occurrences(
                rule(Every::Quarter(1), "00:00:00"),
                Tz::UTC,
                "2024-02-10T00:00:00Z",
                4
            ),
            [
                "2024-04-01 00:00:00 Mon",
                "2024-07-01 00:00:00 Mon",
                "2024-10-01 00:00:00 Tue",
                "2025-01-01 00:00:00 Wed"
            ]
        );
        assert_eq!(
            occurrences(
                rule(Every::Week(1), "08:00:00"),
                Tz::Europe__London,
                "2024-03-25T08:00:00Z",
                2
            ),
            ["2024-04-01 08:00:00 Mon", "2024-04-08 08:00:00 Mon"]
        );
    }

    #[test]
    fn a_skipped_time_of_day_means_the_end_of_the_gap_and_a_repeated_one_happens_once() {
        let daily = rule(Every::Day, "02:30:00");
        assert_eq!(
            occurrences(daily, Tz::Europe__Berlin, "2024-03-30T02:00:00Z", 2),
            ["2024-03-31 03:00:00 Sun", "2024-04-01 02:30:00 Mon"]
        );
        assert_eq!(
            occurrences(daily, Tz::Europe__Berlin, "2024-10-26T02:00:00Z", 2),
            ["2024-10-27 02:30:00 Sun", "2024-10-28 02:30:00 Mon"]
        );
        // Samoa left out the 30th of December.
        assert_eq!(
            occurrences(
                rule(Every::Day, "09:00:00"),
                Tz::Pacific__Apia,
                "2011-12-29T20:00:00Z",
                2
            ),
            ["2011-12-31 00:00:00 Sat", "2011-12-31 09:00:00 Sat"]
        );
    }

    #[test]
    fn every_occurrence_is_later_than_the_one_before_in_every_zone() {
        for zone in chrono_tz::TZ_VARIANTS.iter().step_by(7) {
            for every in [
                Every::Day,
                Every::Week(7),
                Every::Month(29),
                Every::Quarter(31),
            ] {
                let rule = rule(every, "00:00:00");
                let mut at: DateTime<Utc> = "2011-12-20T12:00:00Z".parse().expect("a moment");
                for _ in 0..40 {
                    let next = rule.next_after(at, zone).expect("there is a next one");
                    let days = (next - at).num_days();
                    let most = match every {
                        Every::Day => 2,
                        Every::Week(_) => 8,
                        Every::Month(_) => 32,
                        Every::Quarter(_) => 94,
                    };
                    assert!(next > at && days <= most, "{zone} {every:?} {at} {next}");
                    at = next;
                }
            }
        }
    }

    #[test]
    fn after_an_outage_only_the_last_missed_occurrence_runs() {
        let rule = rule(Every::Day, "09:00:00");
        let moment = |text: &str| text.parse::<DateTime<Utc>>().expect("a moment");
        let first = moment("2024-06-01T09:00:00Z");
        for (now, last) in [
            ("2024-06-01T09:00:00Z", "2024-06-01T09:00:00Z"),
            ("2024-06-05T08:59:59Z", "2024-06-04T09:00:00Z"),
            ("2024-06-05T09:00:00Z", "2024-06-05T09:00:00Z"),
        ] {
            assert_eq!(rule.last_until(first, moment(now), &Tz::UTC), moment(last));
        }
    }

    #[test]
    fn parts_that_do_not_belong_together_are_refused() {
        for every in [
            Every::Day,
            Every::Week(3),
            Every::Month(31),
            Every::Quarter(1),
        ] {
            let (name, day) = every.parts();
            assert_eq!(Every::from_parts(name, day), Some(every));
        }
        for (name, day) in [
            ("day", Some(1)),
            ("week", Some(8)),
            ("month", None),
            ("year", Some(1)),
        ] {
            assert_eq!(Every::from_parts(name, day), None, "{name}");
        }
    }
}
