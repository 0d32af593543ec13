//! Opening hours: checked once, then asked whether a moment lies within them and when they begin next. By the wall clock of the desk's
//! own zone, so that "nine o'clock" stays nine o'clock through the change to summer time.

use chrono::{
    DateTime, Days, Duration, DurationRound, FixedOffset, NaiveDate, NaiveTime, Offset, Timelike,
    Utc, Weekday,
};
use chrono_tz::Tz;
use helpline_core::limits;
use helpline_core::protocol::{OpeningHours, WeekHours};

const DAY_MINUTES: u32 = 24 * 60;
const MINUTE: Duration = Duration::minutes(1);
/// How far one looks for the next opening: two weeks and today, because the clock may leave out the only span of a week.
const DAYS_AHEAD: u64 = 15;

/// A week of open spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    zone: Tz,
    /// From Monday; within a day in order, none touching another. Minutes after midnight, the end not included.
    days: [Vec<Span>; 7],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: u32,
    to: u32,
}

impl Hours {
    /// Takes hours as an admin wrote them.
    ///
    /// # Errors
    /// A sentence that names the day.
    pub fn parse(hours: &OpeningHours) -> Result<Self, String> {
        let zone: Tz = hours.timezone.parse().map_err(|_| {
            "timezone: not a name of the IANA database such as Europe/Vienna".to_owned()
        })?;
        let WeekHours {
            mon,
            tue,
            wed,
            thu,
            fri,
            sat,
            sun,
        } = &hours.days;
        let day = |name: &str, spans: &[(String, String)]| {
            spans_of(spans).map_err(|why| format!("days.{name}: {why}"))
        };
        let days = [
            day("mon", mon)?,
            day("tue", tue)?,
            day("wed", wed)?,
            day("thu", thu)?,
            day("fri", fri)?,
            day("sat", sat)?,
            day("sun", sun)?,
        ];
        Ok(Self { zone, days })
    }

    /// Whether the desk is open at this moment.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        let local = now.with_timezone(&self.zone);
        let minute = local.hour() * 60 + local.minute();
        self.of(local.date_naive())
            .iter()
            .any(|span| span.from <= minute && minute < span.to)
    }

    /// The first later minute at which the desk is open and was closed the minute before; none: it never opens.
    ///
    /// It opens where a span begins by one of the offsets that the zone has in this time, or where the clock jumps into a span. What of these
    /// is no opening (a beginning that the clock leaves out, one between two spans that touch) is found by asking.
    pub fn opens_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let jumps = self.jumps_after(now);
        let offsets: Vec<_> = std::iter::once(now)
            .chain(jumps.iter().copied())
            .map(|moment| self.offset(moment))
            .collect();
        let today = now.with_timezone(&self.zone).date_naive();
        let days = (0..=DAYS_AHEAD).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
        let walls = days.flat_map(|date| {
            let begins = self.of(date).iter().map(|span| span.from);
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

    fn of(&self, date: NaiveDate) -> &[Span] {
        let weekday: Weekday = chrono::Datelike::weekday(&date);
        &self.days[weekday.num_days_from_monday() as usize]
    }
}

fn spans_of(texts: &[(String, String)]) -> Result<Vec<Span>, String> {
    if texts.len() > limits::DAY_SPANS_MAX {
        return Err(format!("has at most {} spans", limits::DAY_SPANS_MAX));
    }
    let mut spans = Vec::with_capacity(texts.len());
    for (from, to) in texts {
        let span = Span {
            from: minute_of(from)?,
            to: minute_of(to)?,
        };
        if span.from >= span.to {
            return Err(format!("{from} is not before {to}"));
        }
        if spans
            .last()
            .is_some_and(|before: &Span| before.to > span.from)
        {
            return Err(format!(
                "the span from {from} begins before the one before has ended"
            ));
        }
        spans.push(span);
    }
    Ok(spans)
}

/// `09:30`; `24:00` is the day's end.
fn minute_of(text: &str) -> Result<u32, String> {
    let number = |part: &str| {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    let (hour, minute) = text
        .split_once(':')
        .and_then(|(h, m)| Some((number(h)?, number(m)?)))
        .ok_or("a time is HH:MM")?;
    let total = hour * 60 + minute;
    if minute > 59 || total > DAY_MINUTES {
        return Err("a time is from 00:00 to 24:00".to_owned());
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(zone: &str, days: &[(&str, &[(&str, &str)])]) -> Result<Hours, String> {
        let mut week = serde_json::Map::new();
        for (day, spans) in days {
            week.insert((*day).to_owned(), serde_json::json!(spans));
        }
        let days = serde_json::from_value(week.into()).expect("days");
        Hours::parse(&OpeningHours {
            timezone: zone.to_owned(),
            days,
        })
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn a_desk_is_open_within_its_spans_by_its_own_clock() {
        let desk = hours(
            "Europe/Vienna",
            &[
                ("mon", &[("09:00", "12:00"), ("13:00", "17:00")]),
                ("fri", &[("20:00", "24:00")]),
            ],
        );
        let desk = desk.expect("good hours");
        // 2026-05-04 is a Monday; Vienna is two hours ahead in May.
        for (moment, open, next) in [
            ("2026-05-04T06:59:59Z", false, "2026-05-04T07:00:00Z"),
            ("2026-05-04T07:00:00Z", true, "2026-05-04T11:00:00Z"),
            ("2026-05-04T10:00:00Z", false, "2026-05-04T11:00:00Z"),
            ("2026-05-04T15:00:00Z", false, "2026-05-08T18:00:00Z"),
            ("2026-05-08T21:59:59Z", true, "2026-05-11T07:00:00Z"),
            ("2026-05-08T22:00:00Z", false, "2026-05-11T07:00:00Z"),
        ] {
            assert_eq!(
                (desk.is_open(at(moment)), desk.opens_at(at(moment))),
                (open, Some(at(next))),
                "{moment}"
            );
        }
    }

    #[test]
    fn nine_o_clock_stays_nine_o_clock_and_a_time_that_is_left_out_begins_after_the_gap() {
        let desk = hours(
            "Europe/Vienna",
            &[
                ("sun", &[("02:30", "05:00")]),
                ("mon", &[("09:00", "10:00")]),
            ],
        )
        .expect("good hours");
        // On 2026-03-29 the clock goes from 02:00 to 03:00.
        assert_eq!(
            desk.opens_at(at("2026-03-28T12:00:00Z")),
            Some(at("2026-03-29T01:00:00Z"))
        );
        assert_eq!(
            desk.opens_at(at("2026-03-29T12:00:00Z")),
            Some(at("2026-03-30T07:00:00Z"))
        );
        assert_eq!(
            desk.opens_at(at("2026-03-22T12:00:00Z")),
            Some(at("2026-03-23T08:00:00Z"))
        );
    }

    #[test]
    fn a_desk_without_spans_never_opens_and_one_of_a_single_day_opens_next_week() {
        let never = hours("UTC", &[]).expect("good hours");
        assert_eq!(
            (never.is_open(Utc::now()), never.opens_at(Utc::now())),
            (false, None)
        );
        let mondays = hours("UTC", &[("mon", &[("09:00", "10:00")])]).expect("good hours");
        assert_eq!(
            mondays.opens_at(at("2026-05-04T10:00:00Z")),
            Some(at("2026-05-11T09:00:00Z"))
        );
    }

    #[test]
    fn hours_that_make_no_sense_are_refused_by_name() {
        for (zone, spans, names) in [
            ("Vienna", &[("09:00", "10:00")][..], "timezone"),
            ("UTC", &[("9:00", "10:00")], "days.mon"),
            ("UTC", &[("10:00", "09:00")], "days.mon"),
            ("UTC", &[("09:00", "24:01")], "days.mon"),
            ("UTC", &[("09:60", "11:00")], "days.mon"),
            ("UTC", &[("09:00", "11:00"), ("10:00", "12:00")], "days.mon"),
            (
                "UTC",
                &[("00:00", "00:01"); limits::DAY_SPANS_MAX + 1],
                "days.mon",
            ),
        ] {
            let refused = hours(zone, &[("mon", spans)]).expect_err("no sense");
            assert!(refused.starts_with(names), "{refused}");
        }
    }

    /// Minutes at which this zone's clock changes in 2026.
    fn clock_changes(zone: Tz) -> Vec<DateTime<Utc>> {
        let offset = |at: DateTime<Utc>| at.with_timezone(&zone).offset().fix();
        let begin = at("2026-01-01T00:00:00Z");
        (0..365 * 24 * 60)
            .step_by(30)
            .map(|minutes| begin + Duration::minutes(minutes))
            .filter(|moment| offset(*moment) != offset(*moment - Duration::minutes(30)))
            .collect()
    }

    #[test]
    fn while_a_desk_is_closed_it_opens_at_the_first_later_minute_at_which_it_is_open() {
        let zones = [
            "Europe/Vienna",
            "America/New_York",
            "Africa/Cairo",
            "Asia/Beirut",
            "Australia/Lord_Howe",
            "America/St_Johns",
            "Pacific/Chatham",
            "Africa/Casablanca",
            "Antarctica/Troll",
        ];
        let weeks: [&[(&str, &str)]; 8] = [
            &[("02:30", "05:00")],
            &[("02:15", "02:45")],
            &[("00:00", "01:15"), ("01:45", "03:00")],
            &[("00:00", "00:30"), ("23:30", "24:00")],
            &[("00:00", "02:30")],
            &[("00:59", "01:00"), ("02:59", "03:00"), ("23:59", "24:00")],
            &[("09:00", "12:00"), ("12:00", "17:00")],
            &[("00:00", "24:00")],
        ];
        let mut checked = 0;
        for zone in zones {
            let changes = clock_changes(zone.parse().expect("a zone"));
            assert!(changes.len() >= 2, "{zone}");
            for spans in weeks {
                let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                // On all days, and on Sundays only: the clocks of most zones change then.
                for days in [&days[..], &days[6..]] {
                    let days: Vec<_> = days.iter().map(|day| (*day, spans)).collect();
                    let desk = hours(zone, &days).expect("good hours");
                    for change in &changes {
                        let mut truth = None;
                        for minutes in (-36 * 60..15 * 24 * 60).rev() {
                            let now = *change + Duration::minutes(minutes);
                            let is_open = desk.is_open(now);
                            let asked = minutes < 12 * 60 && minutes % 37 == 0;
                            if asked && !is_open {
                                assert_eq!(desk.opens_at(now), truth, "{zone} {spans:?} at {now}");
                                checked += 1;
                            }
                            if is_open {
                                truth = Some(now);
                            }
                        }
                    }
                }
            }
        }
        assert!(checked > 5_000, "{checked}");
    }

    #[test]
    fn the_night_of_a_change_is_told_as_it_is() {
        let every = |zone, spans| {
            let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            hours(zone, &days.map(|day| (day, spans))).expect("good hours")
        };
        let (vienna, york) = ("Europe/Vienna", "America/New_York");
        let halves: &[(&str, &str)] = &[("00:00", "01:15"), ("01:45", "03:00")];
        for (zone, spans, moment, next) in [
            (
                vienna,
                &[("02:30", "05:00")][..],
                "2026-10-25T01:10:00Z",
                "2026-10-25T01:30:00Z",
            ),
            // Left out on the 29th.
            (
                vienna,
                &[("02:15", "02:45")],
                "2026-03-28T12:00:00Z",
                "2026-03-30T00:15:00Z",
            ),
            (york, halves, "2026-11-01T06:20:00Z", "2026-11-01T06:45:00Z"),
            // In the middle of a minute.
            (
                york,
                halves,
                "2026-11-01T06:44:59.999Z",
                "2026-11-01T06:45:00Z",
            ),
        ] {
            assert_eq!(
                every(zone, spans).opens_at(at(moment)),
                Some(at(next)),
                "{zone} {moment}"
            );
        }
    }
}
