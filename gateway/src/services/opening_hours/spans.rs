//! The spans in which the desk is open on one day, in wall-clock minutes, and their text form.

use chrono::NaiveDate;
use helpline_core::limits;

pub(super) const DAY_MINUTES: u32 = 24 * 60;

/// A time from opening to closing, in minutes after midnight of the day on which it begins. `to` is
/// exclusive. Values of [`DAY_MINUTES`] and more are minutes of the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    from: u32,
    to: u32,
}

impl Span {
    pub(super) const fn from(&self) -> u32 {
        self.from
    }

    pub(super) const fn to(&self) -> u32 {
        self.to
    }

    pub(super) const fn holds(&self, minute: u32) -> bool {
        self.from <= minute && minute < self.to
    }

    /// The start of the span as text: `HH:MM`.
    pub(super) fn begins(&self) -> String {
        format!("{:02}:{:02}", self.from / 60, self.from % 60)
    }
}

/// Parses a day's opening spans, which must be in order.
///
/// # Errors
/// A sentence about the first invalid span.
pub(super) fn spans_of(texts: &[(String, String)]) -> Result<Vec<Span>, String> {
    if texts.len() > limits::DAY_SPANS_MAX {
        return Err(format!("has at most {} spans", limits::DAY_SPANS_MAX));
    }
    let mut spans = Vec::with_capacity(texts.len());
    for (from, to) in texts {
        let (begin, end) = (minute_of(from)?, minute_of(to)?);
        if begin == DAY_MINUTES {
            return Err("a span begins before 24:00".to_owned());
        }
        let span = Span {
            from: begin,
            to: if end > begin { end } else { end + DAY_MINUTES },
        };
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

/// Parses a date such as `2026-12-25`. No other form is accepted.
pub(super) fn date_of(text: &str) -> Option<NaiveDate> {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(n, b)| match n {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    form.then(|| text.parse().ok()).flatten()
}

/// Parses a time such as `09:30`. `24:00` is the end of the day.
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
