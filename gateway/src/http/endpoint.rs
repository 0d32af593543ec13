//! What a route is. Each file of [`super::api`] says its routes once, in its `ROUTES`; the router, the guard, `/openapi.json` and the matrix of
//! every route, every role and own, foreign and missing tickets are made from them.

use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter};
use helpline_core::policy::{DeskAction, TicketAction};

use super::state::HttpState;

/// What must be allowed before the handler runs. The guard enforces it: before the query and the body are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: no token is read.
    Nothing,
    /// A good token.
    SignedIn,
    /// One of these on the desk. Of several, the query says which one, and the handler asks for that one.
    Desk(&'static [DeskAction]),
    /// To read the ticket that the path names, and one of these on it. Of several, the body says which one, and the handler asks for that one.
    Ticket(&'static [TicketAction]),
    /// One of these on the ticket that the path names, which the database decides under the ticket's lock: a retry of a send that is stored
    /// is answered as the first one was, whatever became of the ticket.
    TicketUnderLock(&'static [TicketAction]),
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, in the router's and OpenAPI's notation.
    pub path: &'static str,
    /// What it needs.
    pub needs: Needs,
    /// The `access_log` action of a refused attempt; a staff read is recorded under `read` instead.
    pub refused: &'static str,
    /// The `access_log` action of a staff read. None: the route shows no other person's data, or writes history.
    pub read: Option<&'static str>,
    /// Its handler, for this method.
    pub(super) handler: fn(MethodFilter) -> MethodRouter<HttpState>,
}

impl Route {
    /// The handler under its method.
    pub(super) fn router(&self) -> MethodRouter<HttpState> {
        let method = Method::from_bytes(self.method.as_bytes()).ok();
        let filter = method.and_then(|method| MethodFilter::try_from(method).ok());
        (self.handler)(filter.expect("routes name methods of HTTP"))
    }
}
