//! Routes to read and change the desk's settings. Admins only.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use helpline_core::actor::Audience;
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{DeskSettings, OpeningHours, SettingChange, strict};
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::Store;
use helpline_persistence::settings::{self, Name};
use serde_json::{Value, json};

use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::{Expected, SettingPath};
use crate::http::input::{JsonBody, NoInput};
use crate::http::problem::Refusal;
use crate::services;
use crate::services::opening_hours::{Hours, tidied};
use axum::routing::on;
use utoipa::OpenApi;

const LIST: Route = Route {
    method: "GET",
    path: "/v1/settings",
    needs: Needs::Desk(&[DeskAction::ManageSettings]),
    refused: "settings_list_refused",
    read: Some("settings_listed"),
    handler: |method| on(method, list),
};
const SET: Route = Route {
    method: "PUT",
    path: "/v1/settings/{name}",
    needs: Needs::Desk(&[DeskAction::ManageSettings]),
    refused: "setting_change_refused",
    read: None,
    handler: |method| on(method, set),
};

/// The REST routes of the desk's settings.
pub(super) const ROUTES: &[Route] = &[LIST, SET];

#[derive(OpenApi)]
#[openapi(paths(list, set))]
pub(super) struct Docs;

/// Returns the desk's settings. Admins only.
#[utoipa::path(get, path = LIST.path, operation_id = "list_settings", tag = "desk", responses((status = 200, body = DeskSettings)))]
pub async fn list(
    user: CurrentUser,
    State(store): State<Store>,
    NoInput: NoInput,
) -> Result<Json<DeskSettings>, Refusal> {
    user.audit.read(json!({})).await?;
    Ok(Json(
        settings::list(&store, user.reader(Audience::Staff)).await?,
    ))
}

/// Changes one setting, or removes it if the value is null. Admins only.
///
/// Returns all settings, including the stored value of the changed one. With `If-Match`, a setting
/// that was changed since the caller read it is not changed (`precondition_failed`).
#[utoipa::path(put, path = SET.path, operation_id = "change_setting", tag = "desk",
    params(("name" = String, Path, description = "opening_hours, away_notice, reply_assigns or widget"),
        ("If-Match" = Option<String>, Header, description = "The setting's entity tag from `etags`, as it was read")), request_body = SettingChange,
    responses((status = 200, body = DeskSettings)))]
pub async fn set(
    user: CurrentUser,
    State(services): State<Arc<services::DeskSettings>>,
    State(store): State<Store>,
    SettingPath(name): SettingPath,
    Expected(expected): Expected,
    JsonBody(change): JsonBody<SettingChange>,
) -> Result<Json<DeskSettings>, Refusal> {
    let value = checked(name, change.value)?;
    let stored = services
        .set(&user.caller, name, value.as_ref(), &expected)
        .await?;
    let mut all = settings::list(&store, user.reader(Audience::Staff)).await?;
    stored.put_into(&mut all)?;
    Ok(Json(all))
}

/// Validates the new value of a setting and converts it to the stored form. Returns `None` if the
/// value is null, which removes the setting.
fn checked(name: Name, value: Value) -> Result<Option<Value>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let fault = |why: &dyn std::fmt::Display| Refusal::field("value", why);
    match name {
        Name::OpeningHours => {
            let hours: OpeningHours =
                strict::read_value(value).map_err(|error| Reject::from(error.inside("value")))?;
            Hours::parse(&hours)
                .map_err(|why| Refusal::new(RejectCode::InvalidField, format!("value.{why}")))?;
            Ok(Some(json!(tidied(hours))))
        }
        Name::AwayNotice => {
            let text = value.as_str().ok_or_else(|| fault(&"must be text"))?.trim();
            if text.chars().any(|c| c.is_control() && c != '\n') {
                return Err(fault(
                    &"must not contain control characters other than line breaks",
                ));
            }
            if text.chars().count() > limits::NOTICE_CHARS_MAX {
                return Err(fault(&format!(
                    "must be text of at most {} characters",
                    limits::NOTICE_CHARS_MAX
                )));
            }
            Ok((!text.is_empty()).then(|| json!(text)))
        }
        Name::Widget => {
            let widget =
                strict::read_value(value).map_err(|error| Reject::from(error.inside("value")))?;
            Ok(Some(json!(super::widget::checked(widget)?)))
        }
        Name::ReplyAssigns => {
            let assigns = value
                .as_bool()
                .ok_or_else(|| fault(&"must be true or false"))?;
            Ok(Some(json!(assigns)))
        }
    }
}
