//! The desk's settings in three forms: as admins change them, as the database stores them, and as
//! public pages see them.

use serde::{Deserialize, Serialize};

use super::rest::rest;
use super::strict::text_or_null;
use crate::text_enum::text_enum;

rest! {
    /// The desk's opening hours of each weekday, as local times such as `["09:00", "17:00"]`. The
    /// desk is closed on a day without spans. `24:00` is the end of the day. A span whose end is
    /// not after its start ends on the next day: `["22:00", "06:00"]`.
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

    /// A date with its own opening hours, which replace those of its weekday.
    pub struct Holiday {
        /// A date such as `2026-12-25`, from midnight to midnight in the desk's time zone. Opening
        /// hours of the day before that would continue after midnight end at midnight.
        pub date: String,
        /// The name of the holiday.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub name: Option<String>,
        /// Opening hours in the format of `WeekHours`. If empty, the desk is closed all day.
        #[serde(default)]
        pub spans: Vec<(String, String)>,
    }

    /// The setting `opening_hours`.
    pub struct OpeningHours {
        /// The desk's time zone: an IANA name such as `Europe/Vienna`.
        pub timezone: String,
        pub days: WeekHours,
        /// Holidays, each date at most once. Send them only to a server that lists the feature
        /// `holidays`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<Holiday>>", optional))]
        pub holidays: Vec<Holiday>,
    }
}

text_enum!(
    /// The corner of the web page in which the widget's launcher is.
    #[derive(Default)]
    WidgetPosition { #[default] Right = "right", Left = "left" }
);

rest! {
    /// The setting `widget`. A field that is absent or null gets its default value.
    pub struct WidgetSettings {
        /// The colour of the launcher and of the widget's header, such as `#2f5bd0`.
        #[serde(default, deserialize_with = "text_or_null")]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub color: Option<String>,
        /// The team's name in the widget's header: one line of at most 60 characters.
        #[serde(default, deserialize_with = "text_or_null")]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub team_name: Option<String>,
        /// The greeting above the first question: one line of at most 200 characters.
        #[serde(default, deserialize_with = "text_or_null")]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub greeting: Option<String>,
        #[serde(default)]
        pub position: WidgetPosition,
        /// The widget's logo: a PNG, JPEG, WebP or SVG of at most 12 KiB, as a base64 `data:` URL.
        /// Show it only in `<img>`, because an SVG may contain scripts.
        #[serde(default, deserialize_with = "text_or_null")]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub logo: Option<String>,
        /// Whether the widget asks for the category of a question.
        #[serde(default)]
        pub asks_category: bool,
        /// Sites that may embed the widget, in addition to those of the instance's
        /// `--widget-sites`. Each site is written exactly as browsers send it in `Origin`.
        #[serde(default)]
        pub sites: Vec<String>,
    }

    /// `GET /v1/widget`, without a token: the widget's appearance. Pages of every site may read it.
    pub struct WidgetView {
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub color: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub team_name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub greeting: Option<String>,
        pub position: WidgetPosition,
        /// The widget's logo as a `data:` URL. Show it only in `<img>`, because an SVG may contain
        /// scripts.
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
