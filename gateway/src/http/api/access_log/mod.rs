//! The routes of the access log, for admins: list pages, export a file, list the action names.

mod export;
mod query;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use helpline_core::actor::Audience;
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{AccessActions, AccessPage};
use helpline_persistence::{Store, access_log};
use utoipa::OpenApi;

use crate::http::action_names::ActionNames;
use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::exports::Exports;
use crate::http::input::{NoInput, Params};
use crate::http::problem::Refusal;

use query::AccessParams;

const NEEDS: Needs = Needs::Desk(&[DeskAction::ReadAccessLog]);

const LIST: Route = Route {
    method: "GET",
    path: "/v1/access-log",
    needs: NEEDS,
    refused: "access_log_read_refused",
    read: Some("access_log_read"),
    handler: |method| on(method, list),
};
const EXPORT: Route = Route {
    method: "GET",
    path: "/v1/access-log/export",
    needs: NEEDS,
    refused: "access_log_export_refused",
    read: Some("access_log_exported"),
    handler: |method| on(method, export_csv),
};
const ACTIONS: Route = Route {
    method: "GET",
    path: "/v1/access-log/actions",
    needs: NEEDS,
    refused: "access_log_actions_refused",
    read: None,
    handler: |method| on(method, list_actions),
};

/// The REST routes of the access log.
pub(super) const ROUTES: &[Route] = &[LIST, EXPORT, ACTIONS];

#[derive(OpenApi)]
#[openapi(paths(list, export_csv, list_actions))]
pub(super) struct Docs;

/// Returns a page of the access log, newest entries first. Admins only.
///
/// The access log contains reads by staff, refused requests, and changes of roles and settings. If
/// few entries match the filter, a page may be short or empty although `next_cursor` is set.
#[utoipa::path(get, path = LIST.path, operation_id = "read_access_log", tag = "desk", params(AccessParams), responses((status = 200, body = AccessPage)))]
pub async fn list(
    user: CurrentUser,
    State(store): State<Store>,
    Params(params): Params<AccessParams>,
) -> Result<Json<AccessPage>, Refusal> {
    let asked = params.checked(limits::ACCESS_LOG_PAGE_MAX, limits::ACCESS_LOG_PAGE)?;
    user.audit.read(asked.detail.clone()).await?;
    let Some(query) = asked.query(&store).await? else {
        return Ok(Json(AccessPage {
            entries: Vec::new(),
            next_cursor: None,
            searched_to: None,
        }));
    };
    let page = access_log::page(&store, user.reader(Audience::Staff), &query).await?;
    Ok(Json(AccessPage {
        entries: page.entries,
        next_cursor: page.next_cursor.map(|cursor| cursor.to_string()),
        searched_to: page.searched_to,
    }))
}

/// Exports entries of the access log as CSV, newest first. Admins only.
///
/// The columns are `id, at, user_id, user_name, user_email, action, ticket_id, ticket_number,
/// refused, ip, user_agent, detail`. A file ends after 100,000 entries or 10 minutes. If entries
/// are left, the action in the last line is `export_cut`, and its detail contains the `cursor` for
/// the next file. A value that a spreadsheet would treat as a formula is prefixed with an
/// apostrophe.
#[utoipa::path(get, path = EXPORT.path, operation_id = "export_access_log", tag = "desk", params(AccessParams),
    responses((status = 200, body = String, content_type = "text/csv", headers(("Content-Disposition" = String, description = "The file's name")))))]
pub async fn export_csv(
    user: CurrentUser,
    State(store): State<Store>,
    State(exports): State<Exports>,
    Params(params): Params<AccessParams>,
) -> Result<Response, Refusal> {
    let most = limits::ACCESS_LOG_EXPORT_ROWS_MAX;
    let asked = params.checked(most, most)?;
    let place = exports.place()?;
    user.audit.read(asked.detail.clone()).await?;
    let query = asked.query(&store).await?;
    export::response(store, user.reader(Audience::Staff), query, place).await
}

/// Returns the names of the actions that this server version records in the access log. Admins
/// only.
#[utoipa::path(get, path = ACTIONS.path, operation_id = "list_access_log_actions", tag = "desk", responses((status = 200, body = AccessActions)))]
pub async fn list_actions(
    _: CurrentUser,
    State(names): State<ActionNames>,
    NoInput: NoInput,
) -> Json<AccessActions> {
    Json(AccessActions {
        actions: names.all().map(str::to_owned).collect(),
    })
}
