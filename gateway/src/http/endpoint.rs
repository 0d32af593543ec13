//! The type of a REST route. Each file of [`super::api`] declares its routes once, in its `ROUTES`.
//! The router, the guard and `/openapi.json` are built from these declarations. Tests also use the
//! declarations to call every route with every role.

use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter};
use helpline_core::policy::{DeskAction, TicketAction};

use super::state::HttpState;

/// What the caller must be allowed to do. The guard (the route's middleware) checks this before the
/// query and the body are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// No permission is needed, and a token is not read.
    Nothing,
    /// The request needs a valid token.
    SignedIn,
    /// The caller must be allowed at least one of these actions on the desk. If the list has
    /// several actions, the query string decides which one is needed, and the handler checks it.
    Desk(&'static [DeskAction]),
    /// The caller must be allowed to read the ticket in the path, and at least one of these actions
    /// on it. If the list has several actions, the request body decides which one is needed, and
    /// the handler checks it.
    Ticket(&'static [TicketAction]),
    /// The caller must be allowed one of these actions on the ticket in the path. The database
    /// checks the permission while it holds the ticket's lock. The guard (the route's middleware)
    /// does not check it, because a client that retries a stored message must get the original
    /// response even if the ticket has been closed since.
    TicketUnderLock(&'static [TicketAction]),
}

/// A REST route: its path, its permissions, its audit actions and its handler.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The HTTP method, in upper case.
    pub method: &'static str,
    /// The path pattern, such as `/v1/tickets/{ticket}`. Router and OpenAPI use the same notation.
    pub path: &'static str,
    /// What the caller must be allowed to do.
    pub needs: Needs,
    /// The action under which `access_log` records a refused request of this route.
    pub refused: &'static str,
    /// The action in `access_log` for a read by staff. `None` if the route shows no other person's
    /// data, or if the route writes to the history, which already records the change.
    pub read: Option<&'static str>,
    /// Returns a method router that calls the handler for the given HTTP method.
    pub(super) handler: fn(MethodFilter) -> MethodRouter<HttpState>,
}

impl Route {
    /// Creates the axum router for this route.
    pub(super) fn router(&self) -> MethodRouter<HttpState> {
        let method = Method::from_bytes(self.method.as_bytes()).ok();
        let filter = method.and_then(|method| MethodFilter::try_from(method).ok());
        (self.handler)(filter.expect("routes name methods of HTTP"))
    }
}
