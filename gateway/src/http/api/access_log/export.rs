//! Exports the access log as a CSV file. The log is read in portions: a portion is read when the
//! client has received the previous portion. A database connection is used only while a portion is
//! read.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{SecondsFormat, Utc};
use futures_util::{StreamExt, stream};
use helpline_core::limits;
use helpline_core::protocol::AccessEntry;
use helpline_persistence::access_log::{self, AccessCursor, AccessQuery};
use helpline_persistence::{Reader, Store, StoreError};

use crate::http::csv;
use crate::http::exports::ExportPlace;
use crate::http::problem::Refusal;
use crate::runtime::errors::chain;

const COLUMNS: [&str; 12] = [
    "id",
    "at",
    "user_id",
    "user_name",
    "user_email",
    "action",
    "ticket_id",
    "ticket_number",
    "refused",
    "ip",
    "user_agent",
    "detail",
];
/// The value of the column `action` in the last line of an incomplete export file.
const CUT: &str = "export_cut";

/// Returns the export as a streamed file. The first portion is read before the response starts, so
/// that an error while reading it becomes an error response. If reading a further portion fails,
/// the connection is closed before the file is complete, and the client detects the truncation.
///
/// # Errors
/// The refusal if the first portion cannot be read.
pub(super) async fn response(
    store: Store,
    reader: Reader,
    query: Option<AccessQuery>,
    place: ExportPlace,
) -> Result<Response, Refusal> {
    let mut first = String::new();
    csv::push_record(&mut first, COLUMNS);
    let mut export = Export::new(store, reader, query, place);
    export.add_portion(&mut first).await?;
    let rest = stream::try_unfold(export, |mut export| async {
        if export.rest.is_none() {
            return Ok::<_, StoreError>(None);
        }
        let mut text = String::new();
        let added = export.add_portion(&mut text).await;
        added.inspect_err(|error| {
            tracing::warn!(cause = %chain(error), "an export of the access log failed; the client got an incomplete file");
        })?;
        Ok(Some((Bytes::from(text), export)))
    });
    let first = stream::once(async { Ok(Bytes::from(first)) });
    let mut response = Body::from_stream(first.chain(rest)).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
    headers.insert(header::CONTENT_TYPE, kind);
    let name = format!(
        "attachment; filename=\"access-log-{}.csv\"",
        Utc::now().format("%Y-%m-%d")
    );
    let name = HeaderValue::from_str(&name).expect("a date has no other characters");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// The state of an export that is being downloaded.
struct Export {
    store: Store,
    reader: Reader,
    /// The query for the entries that are not yet exported; `None` when the file is complete.
    rest: Option<AccessQuery>,
    entries_left: u32,
    portions_left: u32,
    until: Instant,
    _place: ExportPlace,
}

impl Export {
    fn new(store: Store, reader: Reader, query: Option<AccessQuery>, place: ExportPlace) -> Self {
        Self {
            store,
            reader,
            entries_left: query.as_ref().map_or(0, |query| query.limit),
            rest: query,
            portions_left: limits::ACCESS_LOG_EXPORT_PORTIONS_MAX,
            until: Instant::now() + Duration::from_millis(limits::ACCESS_LOG_EXPORT_MS),
            _place: place,
        }
    }

    /// Reads portions of the access log and appends them to `text`, until a portion contains
    /// entries or the file ends.
    async fn add_portion(&mut self, text: &mut String) -> Result<(), StoreError> {
        while let Some(query) = &mut self.rest {
            query.limit = self.entries_left.min(limits::ACCESS_LOG_EXPORT_PORTION);
            let page = access_log::page(&self.store, self.reader, query).await?;
            for entry in &page.entries {
                push_entry(text, entry);
            }
            self.portions_left -= 1;
            self.entries_left = self
                .entries_left
                .saturating_sub(u32::try_from(page.entries.len()).unwrap_or(u32::MAX));
            query.cursor = page.next_cursor;
            let is_over =
                self.entries_left == 0 || self.portions_left == 0 || Instant::now() >= self.until;
            match page.next_cursor {
                None => self.rest = None,
                Some(cursor) if is_over => {
                    push_cut(text, cursor);
                    self.rest = None;
                }
                Some(_) if page.entries.is_empty() => continue,
                Some(_) => {}
            }
            break;
        }
        Ok(())
    }
}

fn push_entry(text: &mut String, entry: &AccessEntry) {
    let AccessEntry {
        id,
        at,
        user,
        action,
        ticket,
        refused,
        ip,
        user_agent,
        detail,
        detail_cut,
    } = entry;
    let (id, at) = (
        id.to_string(),
        at.to_rfc3339_opts(SecondsFormat::Micros, true),
    );
    let user_id = user.as_ref().map(|user| user.id.to_string());
    let ticket_id = ticket.as_ref().map(|ticket| ticket.id.to_string());
    let number = ticket.as_ref().and_then(|ticket| ticket.number.as_ref());
    let mut detail = serde_json::Value::Object(detail.clone()).to_string();
    if *detail_cut {
        detail.push('…');
    }
    let fields = [
        id.as_str(),
        &at,
        user_id.as_deref().unwrap_or(""),
        user.as_ref()
            .and_then(|user| user.name.as_deref())
            .unwrap_or(""),
        user.as_ref()
            .and_then(|user| user.email.as_deref())
            .unwrap_or(""),
        action,
        ticket_id.as_deref().unwrap_or(""),
        number.map_or("", |number| number.as_str()),
        refused.as_deref().unwrap_or(""),
        ip.as_deref().unwrap_or(""),
        user_agent.as_deref().unwrap_or(""),
        &detail,
    ];
    csv::push_record(text, fields);
}

/// Appends the last line of an incomplete export file. The line contains the cursor with which the
/// client requests the next file.
fn push_cut(text: &mut String, cursor: AccessCursor) {
    let more = format!("there are older entries: request the next file with cursor={cursor}");
    let fields = COLUMNS.map(|column| match column {
        "action" => CUT,
        "detail" => &more,
        _ => "",
    });
    csv::push_record(text, fields);
}
