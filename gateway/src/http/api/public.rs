//! Routes that need no token: the client configuration, and the availability of the support desk.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::Utc;
use helpline_core::limits;
use helpline_core::protocol::{Availability, ClientConfig, NavLink};

use crate::config::{Config, DevPeople};
use crate::http::endpoint::{Needs, Route};
use crate::http::input::NoInput;
use crate::http::problem::Refusal;
use crate::http::site::oidc;
use crate::services::DeskSettings;
use crate::services::attachments::features;
use crate::services::opening_hours::Hours;
use axum::routing::on;
use utoipa::OpenApi;

const CONFIG: Route = Route {
    method: "GET",
    path: "/v1/config",
    needs: Needs::Nothing,
    refused: "config_refused",
    read: None,
    handler: |method| on(method, config),
};
const AVAILABILITY: Route = Route {
    method: "GET",
    path: "/v1/availability",
    needs: Needs::Nothing,
    refused: "availability_refused",
    read: None,
    handler: |method| on(method, availability),
};

/// The REST routes that need no token.
pub(super) const ROUTES: &[Route] = &[CONFIG, AVAILABILITY];

#[derive(OpenApi)]
#[openapi(paths(config, availability))]
pub(super) struct Docs;

/// Returns the configuration of the web client. Needs no token.
#[utoipa::path(get, path = CONFIG.path, operation_id = "client_config", tag = "desk", security(()), responses((status = 200, body = ClientConfig)))]
pub async fn config(
    State(config): State<Arc<Config>>,
    State(settings): State<Arc<DeskSettings>>,
    NoInput: NoInput,
) -> Json<ClientConfig> {
    let pages = &config.pages;
    let text = |href: &crate::config::Href| href.as_str().to_owned();
    // If the host platform issues tokens, clients get them from `token_url` and do not sign in
    // through the desk's OpenID provider.
    let is_own = config.auth.oidc.is_some() && pages.token_url.is_none();
    let own = |path: &str| is_own.then(|| path.to_owned());
    Json(ClientConfig {
        token_url: pages
            .token_url
            .as_ref()
            .map(text)
            .or_else(|| own(oidc::TOKEN_PATH)),
        sign_in_url: own(oidc::SIGN_IN_PATH),
        sign_out_url: own(oidc::SIGN_OUT_PATH),
        home_url: pages.home_url.as_ref().map(text),
        roles_managed_at: pages.roles_managed_at.as_ref().map(text),
        roles_managed: pages.roles_managed_at.is_some() || settings.roles_managed().await,
        links: pages.links.iter().map(NavLink::from).collect(),
        languages: pages
            .languages
            .iter()
            .map(|language| language.as_str().to_owned())
            .collect(),
        dev: config.dev_people == DevPeople::Present,
        attachments_max: limits::ATTACHMENTS_MAX as u32,
        attachment_bytes_max: config.files.upload_bytes_max,
        features: features(&config.files),
    })
}

/// Returns whether the desk is open, whether an agent is connected, and how long customers have
/// recently waited for a first reply. Needs no token.
#[utoipa::path(get, path = AVAILABILITY.path, operation_id = "availability", tag = "desk", security(()), responses((status = 200, body = Availability)))]
pub async fn availability(
    State(settings): State<Arc<DeskSettings>>,
    NoInput: NoInput,
) -> Result<Json<Availability>, Refusal> {
    let known = settings.availability().await?;
    let now = Utc::now();
    // Opening hours are validated by the API. Invalid ones can only have been written with SQL, and
    // are ignored.
    let hours = known
        .opening_hours
        .as_ref()
        .and_then(|hours| Hours::parse(hours).ok());
    let open = hours.as_ref().is_none_or(|hours| hours.is_open(now));
    let opens_at = if open {
        None
    } else {
        hours.as_ref().and_then(|hours| hours.opens_at(now))
    };
    Ok(Json(Availability {
        open,
        agents_online: known.agents_online,
        opens_at,
        hours: hours.and(known.opening_hours),
        notice: known.away_notice,
        first_answer_s: settings.first_answer_s().await?,
    }))
}
