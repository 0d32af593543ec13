//! Collects the facts about a request that its rows in `access_log` contain, and writes the rows.

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

/// The audit state of one request. The guard (the route's middleware) and the extractors add facts
/// when they become known.
pub(crate) struct RequestAudit {
    route: &'static Route,
    audit_log: Arc<AuditLog>,
    /// The client's IP address.
    pub(crate) address: Option<IpAddr>,
    /// The client's `User-Agent`.
    pub(crate) user_agent: Option<String>,
    /// The id of the distributed trace that the request belongs to. It is stored in the detail of
    /// the request's audit rows.
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

    /// Stores the subject of a valid token, for the request's audit rows.
    pub(super) fn by(&self, subject: &TokenSubject) {
        let mut known = self.known.lock();
        known.user = subject.person();
        known.subject = Some(subject.clone());
    }

    /// Stores the id of the person to whom the token's subject belongs, for the audit rows.
    pub(super) fn signed_in(&self, user: UserId) {
        self.known.lock().user = Some(user);
    }

    /// The subject of the request's token, if the token was valid.
    pub(super) fn subject(&self) -> Option<TokenSubject> {
        self.known.lock().subject.clone()
    }

    /// Stores the reason why the request's token was refused, for its audit rows.
    pub(super) fn because(&self, fault: TokenFault) {
        self.known.lock().token_fault = Some(fault);
    }

    /// Stores the id of the ticket in the request's path, for its audit rows.
    pub(super) fn on(&self, ticket: TicketId) {
        self.known.lock().ticket = Some(ticket);
    }

    /// Records a read by staff, with the action of the route. The caller must not return the data
    /// if the row cannot be written.
    ///
    /// # Errors
    /// The refusal if the row cannot be written.
    pub(super) async fn read(&self, detail: Value) -> Result<(), Reject> {
        match self.route.read {
            Some(action) => self.read_as(action, detail).await,
            None => Ok(()),
        }
    }

    /// Records a read by staff, with an action other than the route's.
    ///
    /// # Errors
    /// The refusal if the row cannot be written.
    pub(super) async fn read_as(&self, action: &str, detail: Value) -> Result<(), Reject> {
        self.audit_log.record(self.row(action, None, detail)).await
    }

    /// Records that the request was refused. If the row cannot be written, the failure is only
    /// logged: nothing was read or changed, so the refusal is still sent.
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
        // If the request was refused before the person was looked up, the row contains the token's
        // issuer and subject instead.
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

    /// Records that one ticket of a bulk change was refused. Other tickets of the request are not
    /// affected.
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
            // `detail` is null or an object. Indexing converts null to an object.
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

/// Whether the code means a server fault rather than a refusal. Faults are logged instead of being
/// recorded in `access_log`.
pub(super) const fn is_fault(code: RejectCode) -> bool {
    matches!(
        code,
        RejectCode::Internal | RejectCode::Unavailable | RejectCode::Overloaded
    )
}
