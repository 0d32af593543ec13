//! Reads and stores the settings of the support desk, and reads whether an agent is connected.

use helpline_core::actor::Audience;
use helpline_core::limits;
use helpline_core::protocol::{DeskSettings, OpeningHours, SettingEtags, WidgetSettings};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_postgres::Row;

use crate::rows::JsonText;
use crate::{Caller, IfMatch, Reader, Store, StoreError, rows};

const LIST: &str = include_str!("../sql/settings/list.sql");
const SET: &str = include_str!("../sql/settings/set.sql");
const FIRST_ANSWER: &str = include_str!("../sql/settings/first_answer.sql");
const WIDGET: &str = include_str!("../sql/settings/widget.sql");
const AVAILABILITY: &str = include_str!("../sql/settings/availability.sql");

/// The name of a setting, which determines the type of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The [`OpeningHours`] of the support desk.
    OpeningHours,
    /// Text that customers see while no agent is available.
    AwayNotice,
    /// Boolean: whether an unassigned ticket is assigned to the first agent who answers it. The
    /// database function that appends messages reads this setting by its name.
    ReplyAssigns,
    /// The [`WidgetSettings`]: the widget's appearance and the sites on which it may be shown.
    Widget,
}

impl Name {
    /// All names of settings.
    pub const ALL: &'static [Self] = &[
        Self::OpeningHours,
        Self::AwayNotice,
        Self::ReplyAssigns,
        Self::Widget,
    ];

    /// The setting's name in the table and in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpeningHours => "opening_hours",
            Self::AwayNotice => "away_notice",
            Self::ReplyAssigns => "reply_assigns",
            Self::Widget => "widget",
        }
    }
}

/// What the database knows about the availability of the support team.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Availability {
    /// The configured opening hours. `None` means that the desk is always open.
    pub opening_hours: Option<OpeningHours>,
    /// Text that customers see while no agent is available.
    pub away_notice: Option<String>,
    /// Whether any member of staff was connected within [`limits::SEEN_FRESH_MS`].
    pub agents_online: bool,
}

/// Returns all settings. If the reader is not an admin, no setting has a value.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(store: &Store, reader: Reader) -> Result<DeskSettings, StoreError> {
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let names: Vec<&str> = Name::ALL.iter().map(|name| name.as_str()).collect();
    let listed = store.read(reader, LIST, &[&names]).await?;
    let row = |name: Name| {
        let is_it = |row: &&Row| matches!(rows::get::<&str>(row, 0), Ok(of) if of == name.as_str());
        let missing = || StoreError::Row("a setting is missing in the list of them".into());
        listed.iter().find(is_it).ok_or_else(missing)
    };
    let etag = |name| rows::get(row(name)?, 2);
    Ok(DeskSettings {
        opening_hours: value(row(Name::OpeningHours)?)?,
        away_notice: value(row(Name::AwayNotice)?)?,
        reply_assigns: value(row(Name::ReplyAssigns)?)?.unwrap_or(false),
        widget: value(row(Name::Widget)?)?,
        etags: Some(SettingEtags {
            opening_hours: etag(Name::OpeningHours)?,
            away_notice: etag(Name::AwayNotice)?,
            reply_assigns: etag(Name::ReplyAssigns)?,
            widget: etag(Name::Widget)?,
        }),
    })
}

/// The value that a change of a setting has stored, and the entity tag that the setting then has.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    name: Name,
    value: Option<Value>,
    etag: String,
}

impl Stored {
    /// Replaces this setting in `settings` with the value and entity tag that were stored.
    /// `settings` was read after the change, so it may already contain a later change by another
    /// admin.
    ///
    /// # Errors
    /// When the value does not have the type of the setting.
    pub fn put_into(self, settings: &mut DeskSettings) -> Result<(), StoreError> {
        let Self { name, value, etag } = self;
        match name {
            Name::OpeningHours => settings.opening_hours = typed(value)?,
            Name::AwayNotice => settings.away_notice = typed(value)?,
            Name::ReplyAssigns => settings.reply_assigns = typed(value)?.unwrap_or(false),
            Name::Widget => settings.widget = typed(value)?,
        }
        if let Some(etags) = &mut settings.etags {
            let place = match name {
                Name::OpeningHours => &mut etags.opening_hours,
                Name::AwayNotice => &mut etags.away_notice,
                Name::ReplyAssigns => &mut etags.reply_assigns,
                Name::Widget => &mut etags.widget,
            };
            *place = etag;
        }
        Ok(())
    }
}

fn typed<T: DeserializeOwned>(value: Option<Value>) -> Result<Option<T>, StoreError> {
    let read = value.map(serde_json::from_value).transpose();
    read.map_err(|error| StoreError::Row(error.to_string()))
}

/// Stores a setting; the caller has checked the value. `None` removes the setting. For admins only.
/// The access log records the change as `setting_changed`. Returns what this change stored.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `precondition_failed` if the setting's entity tag does not
/// match.
pub async fn set(
    store: &Store,
    caller: &Caller,
    name: Name,
    value: Option<&Value>,
    expected: &IfMatch,
) -> Result<Stored, StoreError> {
    let (answer, _) = store
        .write(caller, SET, &[&name.as_str(), &value, &expected.tags()])
        .await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no stored setting".into()))?;
    Ok(Stored {
        name,
        value: value.cloned(),
        etag: rows::get(row, 0)?,
    })
}

/// Returns the opening hours, the away notice, and whether an agent is connected, under the service
/// role.
///
/// # Errors
/// When the database cannot be read.
pub async fn availability(store: &Store) -> Result<Availability, StoreError> {
    let fresh_ms = i64::try_from(limits::SEEN_FRESH_MS).expect("a minute and a half fits");
    let answer = store.query(AVAILABILITY, &[&fresh_ms]).await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no availability".into()))?;
    Ok(Availability {
        opening_hours: rows::get::<Option<_>>(row, 0)?.and_then(readable),
        away_notice: rows::get::<Option<_>>(row, 1)?.and_then(readable),
        agents_online: rows::get(row, 2)?,
    })
}

/// Returns the widget's settings, or `None` if they are not set. Runs under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn widget(store: &Store) -> Result<Option<WidgetSettings>, StoreError> {
    let answer = store.query(WIDGET, &[]).await?;
    let value = answer
        .first()
        .map(|row| rows::get::<Option<_>>(row, 0))
        .transpose()?
        .flatten();
    Ok(value.and_then(readable))
}

/// Returns the median time to the first answer in recent tickets, in seconds, or `None` if too few
/// tickets were answered. Runs under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn first_answer_s(store: &Store) -> Result<Option<u32>, StoreError> {
    let bounds = [
        limits::FIRST_ANSWER_DAYS,
        limits::FIRST_ANSWER_TICKETS_MAX,
        limits::FIRST_ANSWER_ANSWERS_MAX,
        limits::FIRST_ANSWER_ANSWERS_MIN,
    ]
    .map(|bound| i32::try_from(bound).unwrap_or(i32::MAX));
    let params: crate::store::Params<'_> = &[&bounds[0], &bounds[1], &bounds[2], &bounds[3]];
    let answer = store.query(FIRST_ANSWER, params).await?;
    let seconds: Option<i64> = answer
        .first()
        .map(|row| rows::get(row, 0))
        .transpose()?
        .flatten();
    Ok(seconds.map(|seconds| u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)))
}

fn value<T: DeserializeOwned>(row: &Row) -> Result<Option<T>, StoreError> {
    Ok(rows::get::<Option<_>>(row, 1)?.and_then(readable))
}

/// Decodes the value of a setting. A value of another form, written by plain SQL, counts as not
/// set, so that it does not make the other settings unreadable.
fn readable<T: DeserializeOwned>(JsonText(value): JsonText<'_>) -> Option<T> {
    if value.len() > limits::SETTING_STORED_BYTES_MAX {
        return None;
    }
    serde_json::from_str(value).ok()
}
