//! Compares random opening hours with a naive model: a table of every minute of every wall-clock
//! day, filled one opening span at a time.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::json;

use super::*;

/// Generates pseudorandom numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    /// Random opening spans of a day that do not overlap. The last span may end on the next day,
    /// before six.
    fn spans(&mut self) -> Vec<(u32, u32)> {
        let mut spans = Vec::new();
        // Start at six in the morning, because the last opening span of the day before may continue
        // until six.
        let mut minute = 360 + self.below(600);
        while minute < 1_440 && self.below(3) > 0 {
            let end = minute + 1 + self.below(700);
            let end = end.min(1_440 + 360);
            spans.push((minute, end));
            minute = end + self.below(3) * self.below(400);
        }
        if self.below(4) == 0 && spans.first().is_none_or(|(from, _)| *from > 400) {
            // If the first opening span starts late enough, sometimes insert another span at six in
            // the morning, before the first span.
            spans.insert(0, (360, 361 + self.below(30)));
        }
        spans
            .into_iter()
            .map(|(from, to)| (from as u32, to as u32))
            .collect()
    }
}

fn written(spans: &[(u32, u32)]) -> serde_json::Value {
    let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
    let pair = |(from, to): &(u32, u32)| match *to {
        1_440 => json!([time(*from), "24:00"]),
        to => json!([time(*from), time(to % 1_440)]),
    };
    json!(spans.iter().map(pair).collect::<Vec<_>>())
}

/// All open minutes by the wall clock, from the date `first` on, computed for one opening span at a
/// time.
fn table(
    first: NaiveDate,
    days: u64,
    spans_on: impl Fn(NaiveDate) -> Vec<(u32, u32)>,
    is_holiday: impl Fn(NaiveDate) -> bool,
) -> HashMap<NaiveDateTime, bool> {
    let mut open = HashMap::new();
    for n in 0..days {
        let date = first + Days::new(n);
        for (from, to) in spans_on(date) {
            for minute in from..to {
                let wall = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute.into());
                if wall.date() == date || !is_holiday(wall.date()) {
                    open.insert(wall, true);
                }
            }
        }
    }
    open
}

#[test]
fn any_hours_are_those_of_a_table_of_all_minutes() {
    let zones = [
        ("Europe/Vienna", "2026-03-10"),
        ("America/New_York", "2026-10-14"),
        ("America/Havana", "2026-10-14"),
        ("Asia/Beirut", "2026-03-10"),
        ("Africa/Cairo", "2026-10-10"),
        ("America/St_Johns", "2006-10-10"),
        ("Australia/Lord_Howe", "2026-03-20"),
        ("Pacific/Apia", "2011-12-12"),
        ("UTC", "2026-12-12"),
    ];
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (mut opened, mut closed) = (0, 0);
    for round in 0..12 {
        for (zone_name, first) in zones {
            let zone: Tz = zone_name.parse().expect("a zone");
            let first: NaiveDate = first.parse().expect("a date");
            let week: Vec<Vec<(u32, u32)>> = (0..7)
                .map(|_| {
                    if round % 3 == 0 && dice.below(3) > 0 {
                        Vec::new()
                    } else {
                        dice.spans()
                    }
                })
                .collect();
            let holidays: BTreeMap<NaiveDate, Vec<(u32, u32)>> = (0..dice.below(12))
                .map(|_| {
                    let date = first + Days::new(dice.below(34));
                    let spans = if dice.below(2) == 0 {
                        Vec::new()
                    } else {
                        dice.spans()
                    };
                    (date, spans)
                })
                .collect();
            let days: serde_json::Map<_, _> = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
                .iter()
                .zip(&week)
                .map(|(day, spans)| ((*day).to_owned(), written(spans)))
                .collect();
            let dates: Vec<_> = holidays
                .iter()
                .map(|(date, spans)| json!({"date": date, "spans": written(spans)}))
                .collect();
            let hours = json!({"timezone": zone_name, "days": days, "holidays": dates});
            let desk = Hours::parse(&serde_json::from_value(hours.clone()).expect("hours"))
                .expect("good hours");
            let usual =
                |date: NaiveDate| week[date.weekday().num_days_from_monday() as usize].clone();
            let spans_on =
                |date: NaiveDate| holidays.get(&date).cloned().unwrap_or_else(|| usual(date));
            let table = table(first - Days::new(2), 40, spans_on, |date| {
                holidays.contains_key(&date)
            });
            let begin = first.and_time(NaiveTime::MIN).and_utc();
            // Go backwards through the minutes, so that `next` is the next opening after each
            // minute. After the last opening in the table, `next` is `None` and is not compared.
            let mut next = None;
            for minute in (0..33 * 24 * 60).rev() {
                let now = begin + MINUTE * minute;
                let wall = now.with_timezone(&zone).naive_local();
                let is_open = table.contains_key(&wall);
                assert_eq!(desk.is_open(now), is_open, "{hours} at {now}");
                if !is_open && next.is_some() && (minute % 211 == 0 || next == Some(now + MINUTE)) {
                    assert_eq!(desk.opens_at(now), next, "{hours} at {now}");
                    closed += 1;
                }
                if is_open {
                    next = Some(now);
                    opened += 1;
                }
            }
        }
    }
    assert!(opened > 100_000 && closed > 5_000, "{opened} {closed}");
}
