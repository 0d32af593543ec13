//! The type of a route. Each file of [`super::api`] declares its routes once, in its `ROUTES`. The
//! router, the guard, `/openapi.json` and the tests of every route with every role and every kind
//! of ticket (own, another's, missing) are built from them.

use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter};
use helpline_core::policy::{DeskAction, TicketAction};

use super::state::HttpState;

/// What must be allowed before the handler runs. The guard checks it before the query and the body
/// are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing. The token is not read.
    Nothing,
    /// A valid token.
    SignedIn,
    /// One of these actions on the desk. If there are several, the query decides which one is
    /// needed, and the handler checks that one.
    Desk(&'static [DeskAction]),
    /// Permission to read the ticket in the path, and one of these actions on it. If there are
    /// several, the body decides which one is needed, and the handler checks that one.
    Ticket(&'static [TicketAction]),
    /// One of these actions on the ticket in the path. The database decides while it holds the
    /// ticket's lock, because a retry of a stored send must get the first answer, whatever has
    /// happened to the ticket since.
    TicketUnderLock(&'static [TicketAction]),
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The HTTP method, in upper case.
    pub method: &'static str,
    /// The path, in the notation that the router and OpenAPI share.
    pub path: &'static str,
    /// What the request must be allowed to do.
    pub needs: Needs,
    /// The action in `access_log` for a refused request, including a refused read.
    pub refused: &'static str,
    /// The action in `access_log` for a read by staff. `None` if the route shows no other person's
    /// data or writes history.
    pub read: Option<&'static str>,
    /// Attaches the handler to the given method.
    pub(super) handler: fn(MethodFilter) -> MethodRouter<HttpState>,
}

impl Route {
    /// Creates the router of this route.
    pub(super) fn router(&self) -> MethodRouter<HttpState> {
        let method = Method::from_bytes(self.method.as_bytes()).ok();
        let filter = method.and_then(|method| MethodFilter::try_from(method).ok());
        (self.handler)(filter.expect("routes name methods of HTTP"))
    }
}
