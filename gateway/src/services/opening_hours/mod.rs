//! Opening hours. Once parsed, they tell whether the desk is open at a given time and when it opens
//! next. All times are wall-clock times in the desk's time zone, so that nine o'clock stays nine
//! o'clock when daylight saving time begins.
//!
//! A span (from opening to closing) belongs to the day on which it begins, even if it ends on the
//! next day. A holiday replaces the weekly spans of its date. A span of the day before ends at the
//! holiday's midnight, so that a holiday without spans is closed from its first minute. The
//! holiday's own last span may continue into the next day, unless the next day is a holiday too.

mod spans;

use std::collections::BTreeMap;

use chrono::{
    DateTime, Datelike, Days, Duration, DurationRound, FixedOffset, NaiveDate, NaiveTime, Offset,
    Timelike, Utc,
};
use chrono_tz::{TZ_VARIANTS, Tz};
use helpline_core::limits;
use helpline_core::protocol::{Holiday, OpeningHours, WeekHours};

use spans::{DAY_MINUTES, Span, date_of, spans_of};

const MINUTE: Duration = Duration::minutes(1);
/// Days in which one search looks for the next opening: today and two weeks. One week is not
/// enough, because a clock change may skip the only opening of a week.
const DAYS_AHEAD: u64 = 15;
/// Days in which a search looks for a date with opening hours. In the worst case, the desk opens on
/// only one weekday, and all [`limits::HOLIDAYS_MAX`] holidays are on that weekday.
const DATES_AHEAD: u64 = 7 * (limits::HOLIDAYS_MAX as u64 + 1);

/// Maximum number of searches for the next opening. The second search finds the opening, unless
/// clock changes skip all opening hours in the days that the second search covers.
const LOOKS_MAX: usize = 4;

/// The opening hours of each weekday, and the holidays that replace them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    zone: Tz,
    /// The opening spans (from opening to closing) of each weekday, starting with Monday. The spans
    /// of a day are in order and do not overlap.
    days: [Vec<Span>; 7],
    holidays: BTreeMap<NaiveDate, Vec<Span>>,
}

impl Hours {
    /// Parses opening hours as an admin entered them.
    ///
    /// # Errors
    /// A sentence that begins with the invalid field: `days.mon: …`, `holidays[2].date: …`.
    pub fn parse(hours: &OpeningHours) -> Result<Self, String> {
        let zone = zone_of(&hours.timezone)
            .ok_or("timezone: not a name of the IANA database such as Europe/Vienna")?;
        let week = named(&hours.days);
        let mut days: [Vec<Span>; 7] = Default::default();
        for (day, (name, spans)) in days.iter_mut().zip(week) {
            *day = spans_of(spans).map_err(|why| format!("days.{name}: {why}"))?;
        }
        for (n, (name, _)) in week.iter().enumerate() {
            let next = (n + 1) % 7;
            fits_before(&days[n], &days[next], week[next].0)
                .map_err(|why| format!("days.{name}: {why}"))?;
        }
        let mut parsed = Self {
            zone,
            days,
            holidays: BTreeMap::new(),
        };
        if hours.holidays.len() > limits::HOLIDAYS_MAX {
            return Err(format!(
                "holidays: has at most {} dates",
                limits::HOLIDAYS_MAX
            ));
        }
        for (n, holiday) in hours.holidays.iter().enumerate() {
            let (date, spans) = holiday_of(holiday)
                .map_err(|(field, why)| format!("holidays[{n}].{field}: {why}"))?;
            if parsed.holidays.insert(date, spans).is_some() {
                return Err(format!("holidays[{n}].date: {date} is given twice"));
            }
        }
        parsed.holidays_fit(hours)?;
        Ok(parsed)
    }

    /// Whether the desk is open at this time.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        let local = now.with_timezone(&self.zone);
        let (date, minute) = (local.date_naive(), local.hour() * 60 + local.minute());
        let within = |spans: &[Span], minute: u32| spans.iter().any(|span| span.holds(minute));
        within(self.of(date), minute)
            || (!self.holidays.contains_key(&date)
                && date
                    .pred_opt()
                    .is_some_and(|before| within(self.of(before), minute + DAY_MINUTES)))
    }

    /// Returns when the desk opens next, to the minute. `now` must be a time at which the desk is
    /// closed. `None` if the desk never opens again.
    pub fn opens_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut from = now;
        for _ in 0..LOOKS_MAX {
            if let Some(found) = self.opens_within_days(from) {
                return Some(found);
            }
            // The desk is closed on all the days just searched. Continue one day before the next
            // date that has opening hours, because the zone's UTC offset may differ on that date.
            let seen = self.date_at(from).checked_add_days(Days::new(DAYS_AHEAD))?;
            let midnight = self.next_with_spans(seen)?.and_time(NaiveTime::MIN);
            from = midnight.and_utc() - Duration::days(1);
        }
        None
    }

    /// The first minute within [`DAYS_AHEAD`] days at which the desk is open and was closed the
    /// minute before.
    ///
    /// There are two kinds of candidates. One is the start of an opening span, converted with each
    /// UTC offset that the zone has during these days. The other is a clock change that jumps into
    /// a span. A candidate is not an opening if the clock skips it, or if another span ends at that
    /// minute; the calls of `is_open` exclude such candidates.
    fn opens_within_days(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let jumps = self.jumps_after(now);
        let offsets: Vec<_> = std::iter::once(now)
            .chain(jumps.iter().copied())
            .map(|moment| self.offset(moment))
            .collect();
        // Begin with yesterday, because the clock may be set back across midnight.
        let first = self.date_at(now).pred_opt()?;
        let days =
            (0..=DAYS_AHEAD + 1).filter_map(|ahead| first.checked_add_days(Days::new(ahead)));
        let walls = days.flat_map(|date| {
            let begins = self.of(date).iter().map(Span::from);
            begins.map(move |minute| {
                date.and_time(NaiveTime::MIN) + Duration::minutes(i64::from(minute))
            })
        });
        let begins = walls.flat_map(|wall| {
            let at = |offset: &FixedOffset| (wall - *offset).and_utc();
            offsets.iter().map(at).collect::<Vec<_>>()
        });
        begins
            .chain(jumps.iter().copied())
            .filter(|moment| *moment > now)
            .filter(|moment| self.is_open(*moment) && !self.is_open(*moment - MINUTE))
            .min()
    }

    fn date_at(&self, moment: DateTime<Utc>) -> NaiveDate {
        moment.with_timezone(&self.zone).date_naive()
    }

    fn offset(&self, moment: DateTime<Utc>) -> FixedOffset {
        moment.with_timezone(&self.zone).offset().fix()
    }

    /// The minutes within the next [`DAYS_AHEAD`] days at which the zone's UTC offset changes.
    fn jumps_after(&self, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let mut hour = now.duration_trunc(MINUTE).unwrap_or(now);
        let mut offset = self.offset(hour);
        let mut jumps = Vec::new();
        for _ in 0..DAYS_AHEAD * 24 {
            let next = self.offset(hour + MINUTE * 60);
            if next != offset {
                let mut minutes = (1..=60).map(|minutes| hour + MINUTE * minutes);
                jumps.extend(minutes.find(|moment| self.offset(*moment) != offset));
            }
            (hour, offset) = (hour + MINUTE * 60, next);
        }
        jumps
    }

    /// The first date on or after `from` that has opening spans.
    fn next_with_spans(&self, from: NaiveDate) -> Option<NaiveDate> {
        let in_week = (0..=DATES_AHEAD)
            .filter_map(|ahead| from.checked_add_days(Days::new(ahead)))
            .find(|date| !self.of(*date).is_empty());
        let mut later = self.holidays.range(from..);
        in_week.or_else(|| {
            later
                .find(|(_, spans)| !spans.is_empty())
                .map(|(date, _)| *date)
        })
    }

    fn of(&self, date: NaiveDate) -> &[Span] {
        self.holidays
            .get(&date)
            .unwrap_or_else(|| &self.days[date.weekday().num_days_from_monday() as usize])
    }

    /// Checks that a holiday's last opening span does not overlap the spans of the next day.
    fn holidays_fit(&self, hours: &OpeningHours) -> Result<(), String> {
        for (n, holiday) in hours.holidays.iter().enumerate() {
            let Some(next) = date_of(&holiday.date).and_then(|date| date.succ_opt()) else {
                continue;
            };
            if self.holidays.contains_key(&next) {
                continue;
            }
            let spans = spans_of(&holiday.spans)?;
            fits_before(&spans, self.of(next), &next.to_string())
                .map_err(|why| format!("holidays[{n}].spans: {why}"))?;
        }
        Ok(())
    }
}

/// Finds a time zone by its name, ignoring case.
pub(crate) fn zone_of(name: &str) -> Option<Tz> {
    let is_it = |zone: &&Tz| zone.name().eq_ignore_ascii_case(name);
    name.parse()
        .ok()
        .or_else(|| TZ_VARIANTS.iter().find(is_it).copied())
}

/// Normalizes opening hours for storage. Spells the time zone as the IANA database does, sorts the
/// holidays by date, trims their names, and removes empty names. [`Hours::parse`] must have
/// accepted the hours.
pub fn tidied(mut hours: OpeningHours) -> OpeningHours {
    if let Some(zone) = zone_of(&hours.timezone) {
        zone.name().clone_into(&mut hours.timezone);
    }
    for holiday in &mut hours.holidays {
        let name = holiday.name.take();
        holiday.name = name
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty());
    }
    hours.holidays.sort_by(|a, b| a.date.cmp(&b.date));
    hours
}

/// The opening spans of each weekday with the name of its field, starting with Monday.
fn named(week: &WeekHours) -> [(&'static str, &[(String, String)]); 7] {
    let WeekHours {
        mon,
        tue,
        wed,
        thu,
        fri,
        sat,
        sun,
    } = week;
    [
        ("mon", mon),
        ("tue", tue),
        ("wed", wed),
        ("thu", thu),
        ("fri", fri),
        ("sat", sat),
        ("sun", sun),
    ]
}

/// Checks that a day's last opening span ends before the next day's first span begins.
fn fits_before(day: &[Span], next: &[Span], next_name: &str) -> Result<(), String> {
    match (day.last(), next.first()) {
        (Some(last), Some(first)) if last.to() > first.from() + DAY_MINUTES => Err(format!(
            "the span from {} ends after that of {next_name} has begun",
            last.begins()
        )),
        _ => Ok(()),
    }
}

fn holiday_of(holiday: &Holiday) -> Result<(NaiveDate, Vec<Span>), (&'static str, String)> {
    let date = date_of(&holiday.date)
        .ok_or_else(|| ("date", "not a date such as 2026-12-25".to_owned()))?;
    let name = holiday.name.as_deref().unwrap_or("").trim();
    if name.chars().count() > limits::HOLIDAY_NAME_CHARS_MAX || name.chars().any(char::is_control) {
        let max = limits::HOLIDAY_NAME_CHARS_MAX;
        return Err((
            "name",
            format!("must be one line of at most {max} characters"),
        ));
    }
    let spans = spans_of(&holiday.spans).map_err(|why| ("spans", why))?;
    Ok((date, spans))
}

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;
