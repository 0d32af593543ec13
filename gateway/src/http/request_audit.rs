//! The facts about a request that its rows in `access_log` contain, and the writing of these rows.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use helpline_core::ids::{TicketId, UserId};
use helpline_core::reject::{Reject, RejectCode};
use helpline_core::token_subject::TokenSubject;
use helpline_persistence::audit::AccessRow;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::endpoint::{Needs, Route};
use crate::auth::TokenFault;
use crate::database::AuditLog;
use crate::runtime::client_address::user_agent;
use crate::runtime::request_ids::RequestIds;

/// The audit state of one request. The guard and the extractors add facts as they learn them.
pub(crate) struct RequestAudit {
    route: &'static Route,
    audit_log: Arc<AuditLog>,
    /// The client's address.
    pub(crate) address: Option<IpAddr>,
    /// The client's `User-Agent`.
    pub(crate) user_agent: Option<String>,
    /// The trace to which the request belongs. It becomes part of the detail of the request's rows.
    trace_id: Option<String>,
    known: Mutex<Known>,
}

#[derive(Default, Clone)]
struct Known {
    subject: Option<TokenSubject>,
    user: Option<UserId>,
    ticket: Option<TicketId>,
    token_fault: Option<TokenFault>,
}

impl RequestAudit {
    pub(super) fn new(
        route: &'static Route,
        audit_log: Arc<AuditLog>,
        address: Option<IpAddr>,
        request: &Request,
    ) -> Self {
        let ids = request.extensions().get::<Arc<RequestIds>>();
        Self {
            route,
            audit_log,
            address,
            user_agent: user_agent(request.headers()),
            trace_id: ids.and_then(|ids| ids.trace_id.clone()),
            known: Mutex::default(),
        }
    }

    /// Stores the subject of a valid token.
    pub(super) fn by(&self, subject: &TokenSubject) {
        let mut known = self.known.lock();
        known.user = subject.person();
        known.subject = Some(subject.clone());
    }

    /// Stores the person to whom the database maps the subject.
    pub(super) fn signed_in(&self, user: UserId) {
        self.known.lock().user = Some(user);
    }

    /// The subject of the token, if the token was valid.
    pub(super) fn subject(&self) -> Option<TokenSubject> {
        self.known.lock().subject.clone()
    }

    /// Stores why the token was refused.
    pub(super) fn because(&self, fault: TokenFault) {
        self.known.lock().token_fault = Some(fault);
    }

    /// Stores the ticket that the path names.
    pub(super) fn on(&self, ticket: TicketId) {
        self.known.lock().ticket = Some(ticket);
    }

    /// Records a read by staff under the route's action. If the row cannot be written, the read
    /// must not happen.
    ///
    /// # Errors
    /// The refusal if the row cannot be written.
    pub(super) async fn read(&self, detail: Value) -> Result<(), Reject> {
        match self.route.read {
            Some(action) => self.read_as(action, detail).await,
            None => Ok(()),
        }
    }

    /// Records a read by staff under another action than the route's.
    ///
    /// # Errors
    /// The refusal if the row cannot be written.
    pub(super) async fn read_as(&self, action: &str, detail: Value) -> Result<(), Reject> {
        self.audit_log.record(self.row(action, None, detail)).await
    }

    /// Records the refusal of the request. The request stays refused if the row cannot be written,
    /// because nothing was done.
    pub(super) async fn refused(&self, code: RejectCode) {
        let Known {
            subject,
            user,
            token_fault,
            ..
        } = self.known.lock().clone();
        let is_sign_in = subject.is_none() && self.route.needs != Needs::Nothing;
        let action = if is_sign_in {
            "sign_in_refused"
        } else {
            self.route.refused
        };
        let mut detail = json!({"route": self.route.path, "method": self.route.method});
        // The request was refused before the person was looked up. The row then has the token's
        // subject.
        if let (Some(TokenSubject::Issued(issued)), None) = (&subject, user) {
            detail["subject"] = json!({"iss": issued.issuer(), "sub": issued.subject()});
        }
        if let Some(fault) = token_fault {
            tracing::info!(
                reason = fault.word(),
                "a token was refused: {}",
                fault.sentence()
            );
            detail["reason"] = fault.word().into();
        }
        let row = self.row(action, Some(code), detail);
        self.record_refusal(row).await;
    }

    /// Records that one ticket of a bulk change was refused. The other tickets are not affected.
    pub(super) async fn refused_one_of_many(&self, ticket: TicketId, code: RejectCode) {
        if is_fault(code) {
            return;
        }
        let mut row = self.row(self.route.refused, Some(code), json!({"bulk": true}));
        row.ticket = Some(ticket);
        self.record_refusal(row).await;
    }

    async fn record_refusal(&self, row: AccessRow) {
        let action = row.action.clone();
        if let Err(reject) = self.audit_log.record(row).await {
            tracing::error!(code = %reject.code, action, "a refused request could not be recorded in access_log");
        }
    }

    fn row(&self, action: &str, refused: Option<RejectCode>, mut detail: Value) -> AccessRow {
        if let Some(trace_id) = &self.trace_id {
            // Indexing turns null into an object. All other details are objects already.
            detail["trace_id"] = trace_id.as_str().into();
        }
        let known = self.known.lock().clone();
        AccessRow {
            user: known.user,
            action: action.to_owned(),
            ticket: known.ticket,
            refused,
            address: self.address,
            user_agent: self.user_agent.clone(),
            detail,
        }
    }
}

/// Whether the code stands for a fault of the server instead of a refusal. Faults are logged.
pub(super) const fn is_fault(code: RejectCode) -> bool {
    matches!(
        code,
        RejectCode::Internal | RejectCode::Unavailable | RejectCode::Overloaded
    )
}
