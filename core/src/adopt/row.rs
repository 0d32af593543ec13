//! Reads the fields of a source row through the mapping of its columns.

use std::collections::BTreeMap;
use std::net::IpAddr;

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sha1::{Digest, Sha1};
use uuid::Uuid;

use super::Table;

/// A row of the source with all its columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    pub columns: Map<String, Value>,
    /// The columns whose value is too long to be read at once, each with the SHA-256 of the value as
    /// `jsonb`. In `columns` they have the beginning of its text.
    pub long: BTreeMap<String, String>,
}

impl Row {
    /// Reads a row from its JSON. Postgres stores numbers and depths that this program cannot take;
    /// such a value becomes its text.
    ///
    /// # Errors
    /// If the text is no object.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let columns: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text)?;
        let value = |raw: Box<RawValue>| {
            serde_json::from_str(raw.get()).unwrap_or_else(|_| Value::String(raw.get().to_owned()))
        };
        let columns = columns.into_iter().map(|(name, raw)| (name, value(raw)));
        Ok(Self {
            columns: columns.collect(),
            long: BTreeMap::new(),
        })
    }

    /// A digest by which a later change of the row is found. `besides`: what else decides what becomes
    /// of the row. Two rows with one digest are taken for one, and then compared strictly.
    pub fn digest(&self, besides: &str) -> String {
        let mut hash = Sha1::new().chain_update(besides.as_bytes());
        for (column, value) in &self.columns {
            hash.update(column.as_bytes());
            hash.update([0]);
            match self.long.get(column) {
                Some(long) => hash.update(long.as_bytes()),
                None => hash.update(value.to_string().as_bytes()),
            }
            hash.update([0]);
        }
        let hash = hash.finalize();
        hash[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The value of a field; `None` if it is null or has no column.
    pub fn value(&self, table: &Table, field: &str) -> Option<&Value> {
        let value = self.columns.get(table.columns.get(field)?)?;
        (!value.is_null()).then_some(value)
    }

    /// The column of a field whose value was not read whole.
    pub fn long_column<'a>(&self, table: &'a Table, field: &str) -> Option<&'a String> {
        let column = table.columns.get(field)?;
        self.long.contains_key(column).then_some(column)
    }

    /// The value as text.
    pub fn text(&self, table: &Table, field: &str) -> Option<String> {
        self.value(table, field).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }

    pub fn uuid(&self, table: &Table, field: &str) -> Option<Uuid> {
        Uuid::parse_str(&self.text(table, field)?).ok()
    }

    pub fn flag(&self, table: &Table, field: &str) -> Option<bool> {
        match self.value(table, field)? {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => Some(number.as_f64() != Some(0.0)),
            Value::String(text) => match text.trim().to_lowercase().as_str() {
                "true" | "t" | "yes" | "1" => Some(true),
                "false" | "f" | "no" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// A time in whole microseconds, as Postgres stores it. A text without a zone is in UTC. `None`
    /// also for times that the desk cannot store.
    pub fn time(&self, table: &Table, field: &str) -> Option<DateTime<Utc>> {
        time_of(&self.text(table, field)?)
    }

    /// A number of stars.
    pub fn stars(&self, table: &Table, field: &str) -> Option<i32> {
        let number = self.text(table, field)?.trim().parse::<f64>().ok()?;
        (1..=5).find(|stars| f64::from(*stars) == number)
    }

    /// An address that Postgres takes as `inet`, in one spelling.
    pub fn address(&self, table: &Table, field: &str) -> Option<String> {
        plain_address(&self.text(table, field)?)
    }

    /// The columns that no field stands for, and those of `fields`, without nulls and empty values;
    /// and those among them that were not read whole.
    pub fn rest(&self, table: &Table, fields: &[&str]) -> (Map<String, Value>, Vec<String>) {
        let known = |column: &String| {
            table
                .columns
                .iter()
                .any(|(field, own)| own == column && !fields.contains(&field.as_str()))
        };
        let is_empty = |value: &Value| match value {
            Value::Null => true,
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        let rest = self
            .columns
            .iter()
            .filter(|(column, value)| !known(column) && !is_empty(value));
        let (long, short): (Vec<_>, Vec<_>) =
            rest.partition(|(column, _)| self.long.contains_key(*column));
        let short = short.into_iter();
        (
            short
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            long.into_iter().map(|(name, _)| name.clone()).collect(),
        )
    }
}

/// Reads a time: RFC 3339, or as Postgres and others write it, with or without a zone.
pub fn time_of(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim().replacen(' ', "T", 1);
    let zoned = || DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%#z");
    let time = DateTime::parse_from_rfc3339(&text)
        .or_else(|_| zoned())
        .map(|time| time.to_utc())
        .or_else(|_| {
            NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").map(|time| time.and_utc())
        })
        .ok()?;
    // A leap second becomes the next one.
    let time = DateTime::from_timestamp_micros(time.timestamp_micros())?;
    (1..=9999).contains(&time.year()).then_some(time)
}

/// An address in the spelling of Postgres: `10.0.0.1/32` and `10.0.0.1` are one.
pub fn plain_address(text: &str) -> Option<String> {
    let (address, bits) = match text.trim().split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
        None => (text.trim(), None),
    };
    let address = address.parse::<IpAddr>().ok()?;
    let most = match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    };
    match bits {
        Some(bits) if bits > most => None,
        Some(bits) if bits < most => Some(format!("{address}/{bits}")),
        _ => Some(address.to_string()),
    }
}
