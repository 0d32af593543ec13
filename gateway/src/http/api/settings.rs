//! What an admin sets for the whole desk.

use axum::Json;
use axum::extract::State;
use helpline_core::actor::Audience;
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{DeskSettings, OpeningHours, SettingChange, strict};
use helpline_core::reject::Reject;
use helpline_persistence::settings::{self, Name};
use serde_json::{Value, json};

use crate::http::extract::{SettingPath, Signed};
use crate::http::input::{JsonBody, NoInput};
use crate::http::problem::Refusal;
use crate::http::state::{Http, Shared};
use crate::services::opening_hours::Hours;

/// All settings. Admins.
#[utoipa::path(get, path = "/v1/settings", tag = "desk", responses((status = 200, body = DeskSettings)))]
pub async fn list(signed: Signed, State(http): State<Shared>, NoInput: NoInput) -> Result<Json<DeskSettings>, Refusal> {
    signed.may(DeskAction::ManageSettings)?;
    signed.attempt.record_read(&http, None, json!({})).await?;
    all(&http, &signed).await
}

/// Sets one, or with null takes it away; answers all of them. Admins.
#[utoipa::path(put, path = "/v1/settings/{name}", tag = "desk",
    params(("name" = String, Path, description = "opening_hours or away_notice")), request_body = SettingChange,
    responses((status = 200, body = DeskSettings)))]
pub async fn set(
    signed: Signed,
    State(http): State<Shared>,
    SettingPath(name): SettingPath,
    JsonBody(change): JsonBody<SettingChange>,
) -> Result<Json<DeskSettings>, Refusal> {
    signed.may(DeskAction::ManageSettings)?;
    let value = checked(name, change.value)?;
    http.parts.services.settings.set(&signed.doer, name, value.as_ref()).await?;
    all(&http, &signed).await
}

async fn all(http: &Http, signed: &Signed) -> Result<Json<DeskSettings>, Refusal> {
    let listed = settings::list(&http.parts.store, signed.reader(Audience::Staff)).await;
    Ok(Json(listed?))
}

/// The value in the form that it is kept in; none: it is taken away.
fn checked(name: Name, value: Value) -> Result<Option<Value>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let fault = |why: &dyn std::fmt::Display| Refusal::field("value", why);
    match name {
        Name::OpeningHours => {
            let hours: OpeningHours = strict::read_value(value).map_err(|error| Reject::from(error.inside("value")))?;
            Hours::parse(&hours).map_err(|why| fault(&why))?;
            Ok(Some(json!(hours)))
        }
        Name::AwayNotice => {
            let text = value.as_str().ok_or_else(|| fault(&"must be text"))?.trim();
            if text.chars().count() > limits::NOTICE_CHARS_MAX || text.chars().any(|c| c.is_control() && c != '\n') {
                return Err(fault(&format!("is text of at most {} characters", limits::NOTICE_CHARS_MAX)));
            }
            Ok((!text.is_empty()).then(|| json!(text)))
        }
    }
}
