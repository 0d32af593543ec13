//! Examples of opening hours, mainly in the nights in which clocks change.

use super::*;

fn hours(zone: &str, days: &[(&str, &[(&str, &str)])]) -> Result<Hours, String> {
    let mut week = serde_json::Map::new();
    for (day, spans) in days {
        week.insert((*day).to_owned(), serde_json::json!(spans));
    }
    with_holidays(zone, week.into(), &[])
}

/// Holidays: each date with its opening spans.
type Dates<'a> = &'a [(&'a str, &'a [(&'a str, &'a str)])];

/// Opening hours with this time zone, these weekly opening spans and these holidays.
fn with_holidays(
    zone: &str,
    week: serde_json::Value,
    holidays: &[(&str, &[(&str, &str)])],
) -> Result<Hours, String> {
    let holiday = |(date, spans): &(&str, &[(&str, &str)])| serde_json::json!({"date": date, "name": "A day", "spans": spans});
    let holidays: Vec<_> = holidays.iter().map(holiday).collect();
    let written = serde_json::json!({"timezone": zone, "days": week, "holidays": holidays});
    Hours::parse(&serde_json::from_value(written).expect("hours"))
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
    // 2026-05-04 is a Monday. In May, Vienna is two hours ahead of UTC.
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
    // In Vienna, the clock jumps from 02:00 to 03:00 on 2026-03-29.
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
        ("UTC", &[("24:00", "09:00")], "days.mon"),
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

const EVERY_DAY: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Weekly opening spans, with the same spans on each of these days.
fn week(days: &[&str], spans: &[(&str, &str)]) -> serde_json::Value {
    days.iter()
        .map(|day| ((*day).to_owned(), serde_json::json!(spans)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn a_span_over_midnight_ends_on_the_next_day_also_over_the_weeks_end() {
    let desk = hours("Europe/Vienna", &[("sun", &[("22:00", "06:00")])]).expect("good hours");
    // 2026-05-03 is a Sunday. In May, Vienna is two hours ahead of UTC.
    for (moment, open, next) in [
        ("2026-05-03T19:59:00Z", false, "2026-05-03T20:00:00Z"),
        ("2026-05-03T20:00:00Z", true, "2026-05-10T20:00:00Z"),
        ("2026-05-03T22:00:00Z", true, "2026-05-10T20:00:00Z"),
        ("2026-05-04T03:59:59Z", true, "2026-05-10T20:00:00Z"),
        ("2026-05-04T04:00:00Z", false, "2026-05-10T20:00:00Z"),
    ] {
        assert_eq!(
            (desk.is_open(at(moment)), desk.opens_at(at(moment))),
            (open, Some(at(next))),
            "{moment}"
        );
    }
    // The closing time is a wall-clock time. In the night of 2026-03-29 the opening span is
    // therefore an hour shorter, and in the night of 2026-10-25 an hour longer.
    for (moment, open) in [
        ("2026-03-28T21:00:00Z", false),
        ("2026-03-29T20:00:00Z", true),
        ("2026-10-25T20:59:00Z", false),
        ("2026-10-25T21:00:00Z", true),
        ("2026-10-26T04:59:00Z", true),
        ("2026-10-26T05:00:00Z", false),
    ] {
        assert_eq!(desk.is_open(at(moment)), open, "{moment}");
    }
    let saturdays = hours("Europe/Vienna", &[("sat", &[("22:00", "06:00")])]).expect("good hours");
    for (moment, open) in [
        ("2026-03-29T03:59:00Z", true),
        ("2026-03-29T04:00:00Z", false),
        ("2026-10-25T04:59:00Z", true),
        ("2026-10-25T05:00:00Z", false),
    ] {
        assert_eq!(saturdays.is_open(at(moment)), open, "{moment}");
    }
}

#[test]
fn an_end_at_the_beginning_is_a_whole_day_and_midnight_is_written_in_two_ways() {
    let desk = |spans| hours("UTC", &[("mon", spans)]).expect("good hours");
    let all = desk(&[("00:00", "00:00")]);
    assert_eq!(all, desk(&[("00:00", "24:00")]));
    assert_eq!(desk(&[("22:00", "00:00")]), desk(&[("22:00", "24:00")]));
    let from_nine = desk(&[("09:00", "09:00")]);
    assert!(from_nine.is_open(at("2026-05-05T08:59:00Z")));
    assert!(!from_nine.is_open(at("2026-05-05T09:00:00Z")));
}

#[test]
fn a_holiday_stands_in_place_of_its_weekday_from_midnight_to_midnight() {
    let nights = week(&EVERY_DAY, &[("22:00", "06:00")]);
    let holidays: &[(&str, &[(&str, &str)])] = &[
        ("2026-12-25", &[]),
        ("2026-12-31", &[("10:00", "12:00"), ("20:00", "02:00")]),
        ("2027-01-01", &[]),
        ("2027-01-06", &[("20:00", "02:00")]),
    ];
    let desk = with_holidays("UTC", nights, holidays).expect("good hours");
    for (moment, open, next) in [
        // The opening span from the 24th ends at midnight, because the 25th is a holiday without
        // spans.
        ("2026-12-24T23:59:00Z", true, "2026-12-26T22:00:00Z"),
        ("2026-12-25T00:00:00Z", false, "2026-12-26T22:00:00Z"),
        ("2026-12-25T23:00:00Z", false, "2026-12-26T22:00:00Z"),
        ("2026-12-26T03:00:00Z", false, "2026-12-26T22:00:00Z"),
        ("2026-12-31T05:00:00Z", false, "2026-12-31T10:00:00Z"),
        ("2026-12-31T13:00:00Z", false, "2026-12-31T20:00:00Z"),
        // The opening span of the 31st ends at midnight, because January 1st is a holiday too. The
        // span of January 6th continues into the next day, which is no holiday.
        ("2027-01-01T00:30:00Z", false, "2027-01-02T22:00:00Z"),
        ("2027-01-07T01:59:00Z", true, "2027-01-07T22:00:00Z"),
        ("2027-01-07T02:00:00Z", false, "2027-01-07T22:00:00Z"),
    ] {
        assert_eq!(
            (desk.is_open(at(moment)), desk.opens_at(at(moment))),
            (open, Some(at(next))),
            "{moment}"
        );
    }
}

#[test]
fn the_next_opening_is_found_behind_as_many_holidays_as_there_may_be() {
    let begin: chrono::NaiveDate = "2026-05-04".parse().expect("a Monday");
    let mondays: Vec<String> = (0..limits::HOLIDAYS_MAX as u64)
        .map(|n| (begin + Days::new(7 * n)).to_string())
        .collect();
    let closed: Vec<(&str, &[(&str, &str)])> =
        mondays.iter().map(|date| (&**date, &[][..])).collect();
    let desk = with_holidays("UTC", week(&["mon"], &[("09:00", "10:00")]), &closed);
    let opens = begin + Days::new(7 * limits::HOLIDAYS_MAX as u64);
    let now = at("2026-05-01T00:00:00Z");
    let expected = at(&format!("{opens}T09:00:00Z"));
    assert_eq!(desk.expect("good hours").opens_at(now), Some(expected));
    // This desk has no weekly opening spans and is open only on two dates.
    let dates: &[(&str, &[(&str, &str)])] = &[
        ("2026-01-01", &[("09:00", "10:00")]),
        ("2031-07-01", &[("09:00", "10:00")]),
    ];
    let desk = with_holidays("Pacific/Kiritimati", week(&[], &[]), dates).expect("good hours");
    assert_eq!(desk.opens_at(now), Some(at("2031-06-30T19:00:00Z")));
    assert_eq!(desk.opens_at(at("2031-07-01T00:00:00Z")), None);
}

#[test]
fn what_overlaps_across_days_and_holidays_that_make_no_sense_are_refused_by_name() {
    let night: &[(&str, &str)] = &[("22:00", "06:00")];
    let refused = |days: serde_json::Value, holidays: &[(&str, &[(&str, &str)])]| {
        with_holidays("UTC", days, holidays).expect_err("no sense")
    };
    for (days, names) in [
        (
            serde_json::json!({"mon": night, "tue": [["05:59", "07:00"]]}),
            "days.mon: the span from 22:00",
        ),
        (
            serde_json::json!({"sun": night, "mon": [["05:00", "07:00"]]}),
            "days.sun: ",
        ),
        (
            serde_json::json!({"mon": [["22:00", "06:00"], ["23:00", "24:00"]]}),
            "days.mon: ",
        ),
        (
            serde_json::json!({"mon": [["09:00", "09:00"]], "tue": [["08:00", "10:00"]]}),
            "days.mon: ",
        ),
    ] {
        assert!(refused(days.clone(), &[]).starts_with(names), "{days}");
    }
    let touching = serde_json::json!({"sun": night, "mon": [["06:00", "07:00"]]});
    with_holidays("UTC", touching, &[]).expect("touching is no overlap");
    let mornings = week(&EVERY_DAY, &[("05:00", "07:00")]);
    let holidays: [(Dates<'_>, &str); 6] = [
        (
            &[("2026-12-25", &[]), ("2026-12-25", &[])],
            "holidays[1].date: ",
        ),
        (&[("2026-2-5", &[])], "holidays[0].date: "),
        (&[("2026-02-30", &[])], "holidays[0].date: "),
        (
            &[("2026-12-25", &[("9:00", "10:00")])],
            "holidays[0].spans: ",
        ),
        (
            &[("2026-12-24", &[]), ("2026-12-26", night)],
            "holidays[1].spans: ",
        ),
        (&[("+2026-12-5", &[])], "holidays[0].date: "),
    ];
    for (holidays, names) in holidays {
        let why = refused(mornings.clone(), holidays);
        assert!(why.starts_with(names), "{holidays:?}: {why}");
    }
    let second = with_holidays(
        "UTC",
        mornings,
        &[("2026-12-26", night), ("2026-12-27", &[])],
    );
    second.expect("into a holiday it does not run");
    let many: Vec<(String, [[String; 2]; 0])> = (0..=limits::HOLIDAYS_MAX)
        .map(|n| (format!("{:04}-01-01", n + 1_900), []))
        .collect();
    let many: Vec<(&str, &[(&str, &str)])> =
        many.iter().map(|(date, _)| (&**date, &[][..])).collect();
    assert!(refused(week(&[], &[]), &many).starts_with("holidays: "));
    let long = "n".repeat(limits::HOLIDAY_NAME_CHARS_MAX + 1);
    for name in [&*long, "two\nlines"] {
        let written = serde_json::json!({"timezone": "UTC", "days": {}, "holidays": [{"date": "2026-12-25", "name": name}]});
        let why = Hours::parse(&serde_json::from_value(written).expect("hours")).expect_err(name);
        assert!(why.starts_with("holidays[0].name: "), "{why}");
    }
}

#[test]
fn holidays_are_kept_by_date_with_trimmed_names() {
    let written = serde_json::json!({"timezone": "UTC", "days": {}, "holidays": [
        {"date": "2027-01-01", "name": "  "}, {"date": "2026-12-25", "name": " Christmas "}, {"date": "2026-12-26"},
    ]});
    let kept = tidied(serde_json::from_value(written).expect("hours"));
    assert_eq!(
        serde_json::json!(kept.holidays),
        serde_json::json!([
            {"date": "2026-12-25", "name": "Christmas", "spans": []}, {"date": "2026-12-26", "spans": []}, {"date": "2027-01-01", "spans": []},
        ])
    );
}

#[test]
fn a_zone_is_known_however_large_its_letters_are_and_stored_as_the_iana_database_has_it() {
    for (written, stored) in [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("AMERICA/NEW_YORK", "America/New_York"),
        ("europe/kyiv", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("utc", "UTC"),
    ] {
        let hours = serde_json::json!({"timezone": written, "days": {}});
        let hours = serde_json::from_value(hours).expect("hours");
        Hours::parse(&hours).expect(written);
        assert_eq!(tidied(hours).timezone, stored);
    }
}

/// The minutes in 2026 at which the clock of this zone changes.
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
            // Test opening spans on all days, and on Sundays only, because most zones change their
            // clocks on a Sunday.
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
        // On March 29th the clock skips the opening span, so the desk opens next on the 30th.
        (
            vienna,
            &[("02:15", "02:45")],
            "2026-03-28T12:00:00Z",
            "2026-03-30T00:15:00Z",
        ),
        (york, halves, "2026-11-01T06:20:00Z", "2026-11-01T06:45:00Z"),
        // `moment` is in the middle of a minute; the next opening is at a full minute.
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
