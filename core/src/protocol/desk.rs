//! What an admin sets for the whole desk, as it is stored and as a page is told of it.

use serde::{Deserialize, Serialize};

use super::rest::rest;
use super::strict::text_or_null;
use crate::text_enum::text_enum;

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
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
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

text_enum!(
    /// The corner in which the widget's launcher stands.
    #[derive(Default)]
    WidgetPosition { #[default] Right = "right", Left = "left" }
);

rest! {
    /// The setting `widget`. A field that is left out is as in a desk without the setting; null is the same as leaving it out.
    pub struct WidgetSettings {
        /// `#2f5bd0`: the colour of the launcher and of the widget's head.
        #[serde(default, deserialize_with = "text_or_null")]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub color: Option<String>,
        /// At the widget's head: one line of at most 60 characters.
        #[serde(default, deserialize_with = "text_or_null")]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub team_name: Option<String>,
        /// Over the first question: one line of at most 200 characters.
        #[serde(default, deserialize_with = "text_or_null")]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub greeting: Option<String>,
        #[serde(default)]
        pub position: WidgetPosition,
        /// A `data:` URL in base64 of a PNG, JPEG, WebP or SVG of at most 12 KiB. Show it as a picture (`<img>`) only: an SVG may hold scripts.
        #[serde(default, deserialize_with = "text_or_null")]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub logo: Option<String>,
        /// Whether the widget asks what a question is about.
        #[serde(default)]
        pub asks_category: bool,
        /// Sites that may show the widget, beside those of the instance's `--widget-sites`: exactly as browsers write them in `Origin`.
        #[serde(default)]
        pub sites: Vec<String>,
    }

    /// `GET /v1/widget`, without a token: how the widget looks. Readable by pages of every site.
    pub struct WidgetView {
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub color: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub team_name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub greeting: Option<String>,
        pub position: WidgetPosition,
        /// Show it as a picture (`<img>`) only: an SVG may hold scripts.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub logo: Option<String>,
        pub asks_category: bool,
    }
}

impl Default for WidgetSettings {
    fn default() -> Self {
        Self {
            color: None,
            team_name: None,
            greeting: None,
            position: WidgetPosition::Right,
            logo: None,
            asks_category: false,
            sites: Vec::new(),
        }
    }
}
