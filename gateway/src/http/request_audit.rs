//! What is known of a request, and the rows that it leaves in `access_log`.

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

/// One request; guard and extractors fill it in as they learn more.
pub(crate) struct RequestAudit {
    route: &'static Route,
    audit_log: Arc<AuditLog>,
    /// The client's address.
    pub(crate) address: Option<IpAddr>,
    /// The client's `User-Agent`.
    pub(crate) user_agent: Option<String>,
    /// The trace that the request is part of; in the detail of its rows.
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

    /// The token was good: it speaks for this subject.
    pub(super) fn by(&self, subject: &TokenSubject) {
        let mut known = self.known.lock();
        known.user = subject.person();
        known.subject = Some(subject.clone());
    }

    /// The database knows the subject: this person asks.
    pub(super) fn signed_in(&self, user: UserId) {
        self.known.lock().user = Some(user);
    }

    /// Whom the token speaks for, if it was good.
    pub(super) fn subject(&self) -> Option<TokenSubject> {
        self.known.lock().subject.clone()
    }

    /// The token is refused for this reason.
    pub(super) fn because(&self, fault: TokenFault) {
        self.known.lock().token_fault = Some(fault);
    }

    /// The path names this ticket.
    pub(super) fn on(&self, ticket: TicketId) {
        self.known.lock().ticket = Some(ticket);
    }

    /// Records a staff read under the route's name; without its row, the read does not happen.
    ///
    /// # Errors
    /// When the row could not be written.
    pub(super) async fn read(&self, detail: Value) -> Result<(), Reject> {
        match self.route.read {
            Some(action) => self.read_as(action, detail).await,
            None => Ok(()),
        }
    }

    /// The same, under another name.
    ///
    /// # Errors
    /// When the row could not be written.
    pub(super) async fn read_as(&self, action: &str, detail: Value) -> Result<(), Reject> {
        self.audit_log.record(self.row(action, None, detail)).await
    }

    /// Records the request's refusal. The refusal holds when its row cannot be written: nothing was done.
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
        // Refused before the database was asked who it is: then the row has its name instead.
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

    /// Records that this ticket of several was refused; the others go on.
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
            // Null becomes an object; what else is no object there is none of.
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

/// Faults of ours, not refusals; they are in the log.
pub(super) const fn is_fault(code: RejectCode) -> bool {
    matches!(
        code,
        RejectCode::Internal | RejectCode::Unavailable | RejectCode::Overloaded
    )
}
