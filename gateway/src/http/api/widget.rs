//! The widget's appearance: the public route that returns it, and the validation of changes by an
//! admin.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::routing::on;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use helpline_core::limits;
use helpline_core::protocol::{WidgetSettings, WidgetView};
use utoipa::OpenApi;

use crate::config::Origin;
use crate::http::endpoint::{Needs, Route};
use crate::http::input::NoInput;
use crate::http::problem::Refusal;
use crate::services::DeskSettings;

const VIEW: Route = Route {
    method: "GET",
    path: "/v1/widget",
    needs: Needs::Nothing,
    refused: "widget_refused",
    read: None,
    handler: |method| on(method, view),
};

/// The REST route that returns the widget's appearance.
pub(super) const ROUTES: &[Route] = &[VIEW];

#[derive(OpenApi)]
#[openapi(paths(view))]
pub(super) struct Docs;

/// Returns the widget's appearance. Needs no token.
///
/// CORS allows pages of every site to read the response.
#[utoipa::path(get, path = VIEW.path, operation_id = "widget", tag = "desk", security(()), responses((status = 200, body = WidgetView)))]
pub async fn view(State(settings): State<Arc<DeskSettings>>, NoInput: NoInput) -> Json<WidgetView> {
    let widget = settings.widget().await;
    Json(WidgetView {
        color: widget.color.clone(),
        team_name: widget.team_name.clone(),
        greeting: widget.greeting.clone(),
        position: widget.position,
        logo: widget.logo.clone(),
        asks_category: widget.asks_category,
    })
}

/// Validates the widget's settings and converts them to the stored form: texts are trimmed, empty
/// texts are removed, and the colour is converted to lower case.
///
/// # Errors
/// `invalid_field`, with the name of the invalid field.
pub(super) fn checked(widget: WidgetSettings) -> Result<WidgetSettings, Refusal> {
    let at =
        |field: &str, why: &dyn std::fmt::Display| Refusal::field(&format!("value.{field}"), why);
    let color = widget.color.map(|color| color.to_ascii_lowercase());
    if color.as_deref().is_some_and(|color| !is_color(color)) {
        return Err(at("color", &"must be a colour such as #2f5bd0"));
    }
    let line = |field, text, max| line(text, max).map_err(|why| at(field, &why));
    let team_name = line(
        "team_name",
        widget.team_name,
        limits::WIDGET_TEAM_NAME_CHARS_MAX,
    )?;
    let greeting = line(
        "greeting",
        widget.greeting,
        limits::WIDGET_GREETING_CHARS_MAX,
    )?;
    if let Some(logo) = &widget.logo {
        check_logo(logo).map_err(|why| at("logo", &why))?;
    }
    if widget.sites.len() > limits::WIDGET_SITES_MAX {
        let max = limits::WIDGET_SITES_MAX;
        return Err(at("sites", &format!("must have at most {max} sites")));
    }
    let mut seen = HashSet::new();
    for (n, site) in widget.sites.iter().enumerate() {
        let fault = |why: &str| at(&format!("sites[{n}]"), &why);
        if site.len() > limits::WIDGET_SITE_CHARS_MAX {
            return Err(fault("is too long"));
        }
        site.parse::<Origin>().map_err(fault)?;
        if !seen.insert(site) {
            return Err(fault("is given twice"));
        }
    }
    Ok(WidgetSettings {
        color,
        team_name,
        greeting,
        ..widget
    })
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn line(text: Option<String>, chars_max: usize) -> Result<Option<String>, String> {
    let text = text.as_deref().map(str::trim).unwrap_or("");
    if text.chars().count() > chars_max || text.chars().any(char::is_control) {
        return Err(format!(
            "must be one line of at most {chars_max} characters"
        ));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Checks that the picture in a `data:` URL has the media type that the URL declares.
fn check_logo(url: &str) -> Result<(), String> {
    let max = limits::WIDGET_LOGO_BYTES_MAX;
    let too_large = || format!("must have at most {max} bytes");
    if url.len() > 2 * max {
        return Err(too_large());
    }
    let (kind, data) = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"))
        .ok_or("must be a data: URL in base64")?;
    let is_of_kind: fn(&[u8]) -> bool = match kind {
        "image/png" => |bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => |bytes| bytes.starts_with(b"\xff\xd8\xff"),
        "image/webp" => |bytes| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
        "image/svg+xml" => is_svg,
        _ => return Err("must be image/png, image/jpeg, image/webp or image/svg+xml".to_owned()),
    };
    let bytes = STANDARD
        .decode(data)
        .map_err(|_| "must be a data: URL in base64")?;
    if bytes.len() > max {
        return Err(too_large());
    }
    if !is_of_kind(&bytes) {
        return Err(format!("is not {kind}"));
    }
    Ok(())
}

/// Whether the first element of an XML text is `svg`. An XML declaration, comments and a document
/// type may precede it.
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    for (begin, end) in [
        ("<?xml", "?>"),
        ("<!--", "-->"),
        ("<!DOCTYPE", ">"),
        ("<!--", "-->"),
    ] {
        if rest.starts_with(begin) {
            let Some((_, behind)) = rest.split_once(end) else {
                return false;
            };
            rest = behind.trim_start();
        }
    }
    rest.strip_prefix("<svg")
        .is_some_and(|rest| rest.starts_with([' ', '\t', '\r', '\n', '>', '/']))
}
