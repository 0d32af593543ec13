//! What an admin sets for the whole desk, as it is stored and as a page is told of it.

use serde::{Deserialize, Serialize};

use super::rest::rest;

rest! {
    /// The desk's hours of each day, as local `["09:00", "17:00"]`; a day without any is closed. `24:00` is the end of the day. A span whose end is
    /// not after its beginning ends on the next day: `["22:00", "06:00"]`.
    pub struct WeekHours {
        #[serde(default)]
        pub mon: Vec<(String, String)>,
        #[serde(default)]
        pub tue: Vec<(String, String)>,
        #[serde(default)]
        pub wed: Vec<(String, String)>,
        #[serde(default)]
        pub thu: Vec<(String, String)>,
        #[serde(default)]
        pub fri: Vec<(String, String)>,
        #[serde(default)]
        pub sat: Vec<(String, String)>,
        #[serde(default)]
        pub sun: Vec<(String, String)>,
    }

    /// A date with hours of its own, in place of those of its weekday.
    pub struct Holiday {
        /// `2026-12-25`, by the desk's own clock: from midnight to midnight. A span of the day before ends at that midnight.
        pub date: String,
        /// What the day is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// As a day of `WeekHours`; none: closed all day.
        #[serde(default)]
        pub spans: Vec<(String, String)>,
    }

    /// The setting `opening_hours`.
    pub struct OpeningHours {
        /// An IANA name such as `Europe/Vienna`.
        pub timezone: String,
        pub days: WeekHours,
        /// By date; each date once. Only to a server that names the feature `holidays`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<Holiday>>", optional))]
        pub holidays: Vec<Holiday>,
    }
}
