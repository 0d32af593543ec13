//! Opening hours: checked once, then asked whether a moment lies within them and when they begin next. By the wall clock of the desk's
//! own zone, so that "nine o'clock" stays nine o'clock through the change to summer time.
//!
//! A span belongs to the day on which it begins, also where it ends on the next one. A holiday stands in place of its date's weekday, and what
//! it says holds for that whole date: a span of the day before ends at its midnight, so that a day that is named as closed is closed from its
//! first minute. A span of the holiday itself runs on into the next day, unless that is a holiday too.

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
/// How far one looks for the next opening at once: two weeks and today, because the clock may leave out the only span of a week.
const DAYS_AHEAD: u64 = 15;
/// How far one looks for a day that has spans: the only weekday that has some may be a holiday each time.
const DATES_AHEAD: u64 = 7 * (limits::HOLIDAYS_MAX as u64 + 1);

/// How often one goes on looking. The second look finds the opening, unless the clock leaves out the only span of its days.
const LOOKS_MAX: usize = 4;

/// A week of open spans, and the dates that have others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    zone: Tz,
    /// From Monday; within a day in order, none touching another.
    days: [Vec<Span>; 7],
    holidays: BTreeMap<NaiveDate, Vec<Span>>,
}

impl Hours {
    /// Takes hours as an admin wrote them.
    ///
    /// # Errors
    /// A sentence that begins with the field: `days.mon: …`, `holidays[2].date: …`.
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

    /// Whether the desk is open at this moment.
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

    /// While the desk is closed: the first later minute at which it is open; none: it never opens.
    pub fn opens_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut from = now;
        for _ in 0..LOOKS_MAX {
            if let Some(found) = self.opens_within_days(from) {
                return Some(found);
            }
            // What lies between is closed: one goes on where a day has spans again, a day early for what the offset of the zone moves.
            let seen = self.date_at(from).checked_add_days(Days::new(DAYS_AHEAD))?;
            let midnight = self.next_with_spans(seen)?.and_time(NaiveTime::MIN);
            from = midnight.and_utc() - Duration::days(1);
        }
        None
    }

    /// The first minute within [`DAYS_AHEAD`] days at which it is open and was closed the minute before.
    ///
    /// It opens where a span begins by one of the offsets that the zone has in this time, or where the clock jumps into a span. What of these
    /// is no opening (a beginning that the clock leaves out, one between two spans that touch) is found by asking.
    fn opens_within_days(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let jumps = self.jumps_after(now);
        let offsets: Vec<_> = std::iter::once(now)
            .chain(jumps.iter().copied())
            .map(|moment| self.offset(moment))
            .collect();
        // From yesterday: a clock may go back over midnight.
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

    /// The minutes at which the wall clock jumps within the days ahead.
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

    /// The first date from this one on whose spans one of the next two weeks must be asked for.
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

    /// That no holiday's last span runs into those of the day behind it.
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

/// A zone by its name, however large its letters are.
fn zone_of(name: &str) -> Option<Tz> {
    let is_it = |zone: &&Tz| zone.name().eq_ignore_ascii_case(name);
    name.parse()
        .ok()
        .or_else(|| TZ_VARIANTS.iter().find(is_it).copied())
}

/// In the form in which they are stored: the zone as the IANA database writes its name, holidays by date, their names trimmed, an empty one left out. Of hours that [`Hours::parse`] has taken.
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

/// The days from Monday, by their names.
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

/// That a day's last span ends before the first one of the next day begins.
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
