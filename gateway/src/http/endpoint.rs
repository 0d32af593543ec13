//! The table of routes: what each needs, and what a staff read through it is recorded as. The router is built from it, and so is the
//! matrix of every route, every role and own, foreign and missing tickets.

use axum::routing::{MethodRouter, delete, get, patch, post, put};
use helpline_core::policy::{DeskAction, TicketAction};

use super::api::{bulk, history, me, messages, people, public, replies, roles, settings, stats, tickets};
use super::state::Shared;

/// Every route of REST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Who one is.
    Me,
    /// A page of tickets.
    ListTickets,
    /// A new ticket.
    CreateTicket,
    /// One ticket.
    GetTicket,
    /// Status, priority, category, assignee.
    PatchTicket,
    /// How it went.
    RateTicket,
    /// A page of history.
    ListActivity,
    /// A page of messages.
    ListMessages,
    /// A new message or note.
    PostMessage,
    /// Another text for a message of one's own.
    EditMessage,
    /// No text at all for a message.
    RedactMessage,
    /// The desk at a glance.
    Stats,
    /// To whom a ticket can be assigned.
    ListAgents,
    /// Who has which role.
    ListRoles,
    /// A role for somebody.
    GrantRole,
    /// No role for somebody.
    RevokeRole,
    /// How the pages are set up.
    Config,
    /// Whether anybody is there.
    Availability,
    /// One change on many tickets.
    BulkPatch,
    /// How many tickets each view holds.
    CountTickets,
    /// One person.
    GetPerson,
    /// What an admin has set.
    ListSettings,
    /// Another value for a setting.
    SetSetting,
    /// The team's saved replies.
    ListReplies,
    /// A new saved reply, or another text for one.
    SaveReply,
    /// One saved reply less.
    RemoveReply,
}

/// What the policy is asked for before anything is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anybody may ask.
    Nothing,
    /// A good token.
    SignedIn,
    /// One of these on the desk; which one, the query says.
    Desk(&'static [DeskAction]),
    /// One of these on the ticket that the path names; which one, the body says.
    Ticket(&'static [TicketAction]),
}

/// One row of the table.
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
    /// The `access_log` action of a staff read. None: the route shows nobody else's data, or writes history.
    pub read: Option<&'static str>,
}

impl Endpoint {
    /// Every route.
    pub const ALL: &'static [Self] = &[
        Self::Me,
        Self::ListTickets,
        Self::CreateTicket,
        Self::GetTicket,
        Self::PatchTicket,
        Self::RateTicket,
        Self::ListActivity,
        Self::ListMessages,
        Self::PostMessage,
        Self::EditMessage,
        Self::RedactMessage,
        Self::Stats,
        Self::ListAgents,
        Self::ListRoles,
        Self::GrantRole,
        Self::RevokeRole,
        Self::Config,
        Self::Availability,
        Self::BulkPatch,
        Self::CountTickets,
        Self::GetPerson,
        Self::ListSettings,
        Self::SetSetting,
        Self::ListReplies,
        Self::SaveReply,
        Self::RemoveReply,
    ];

    /// The route's row.
    pub const fn route(self) -> Route {
        use DeskAction as D;
        use TicketAction as T;
        let (method, path, needs, refused, read) = match self {
            Self::Me => ("GET", "/v1/me", Needs::SignedIn, "me_refused", None),
            Self::ListTickets => {
                ("GET", "/v1/tickets", Needs::Desk(&[D::ListOwn, D::ListAll]), "tickets_list_refused", Some("tickets_listed"))
            }
            Self::CreateTicket => ("POST", "/v1/tickets", Needs::Desk(&[D::CreateTicket]), "ticket_create_refused", None),
            Self::GetTicket => ("GET", "/v1/tickets/{ticket}", Needs::Ticket(&[T::Read]), "ticket_open_refused", Some("ticket_opened")),
            Self::PatchTicket => {
                ("PATCH", "/v1/tickets/{ticket}", Needs::Ticket(&[T::ChangeStatus, T::Triage]), "ticket_change_refused", None)
            }
            Self::RateTicket => ("PUT", "/v1/tickets/{ticket}/rating", Needs::Ticket(&[T::Rate]), "ticket_rate_refused", None),
            Self::ListActivity => {
                ("GET", "/v1/tickets/{ticket}/activity", Needs::Ticket(&[T::Read]), "history_read_refused", Some("history_read"))
            }
            Self::ListMessages => {
                ("GET", "/v1/tickets/{ticket}/messages", Needs::Ticket(&[T::Read]), "messages_read_refused", Some("messages_read"))
            }
            Self::PostMessage => ("POST", "/v1/tickets/{ticket}/messages", Needs::Ticket(&[T::Send, T::SendNote]), "send_refused", None),
            Self::EditMessage => {
                ("PATCH", "/v1/tickets/{ticket}/messages/{message}", Needs::Ticket(&[T::EditOwn]), "message_edit_refused", None)
            }
            Self::RedactMessage => {
                ("DELETE", "/v1/tickets/{ticket}/messages/{message}", Needs::Ticket(&[T::Redact]), "message_redact_refused", None)
            }
            Self::Stats => ("GET", "/v1/stats", Needs::Desk(&[D::ListAll]), "stats_read_refused", Some("stats_read")),
            Self::ListAgents => ("GET", "/v1/agents", Needs::Desk(&[D::ListAll]), "agents_list_refused", Some("agents_listed")),
            Self::ListRoles => ("GET", "/v1/roles", Needs::Desk(&[D::ManageRoles]), "roles_list_refused", Some("roles_listed")),
            Self::GrantRole => ("PUT", "/v1/roles/{user}", Needs::Desk(&[D::ManageRoles]), "role_grant_refused", None),
            Self::RevokeRole => ("DELETE", "/v1/roles/{user}", Needs::Desk(&[D::ManageRoles]), "role_revoke_refused", None),
            Self::Config => ("GET", "/v1/config", Needs::Nothing, "config_refused", None),
            Self::Availability => ("GET", "/v1/availability", Needs::Nothing, "availability_refused", None),
            Self::BulkPatch => ("POST", "/v1/tickets/bulk", Needs::Desk(&[D::ListAll]), "ticket_change_refused", None),
            Self::CountTickets => {
                ("GET", "/v1/tickets/counts", Needs::Desk(&[D::ListAll]), "tickets_count_refused", Some("tickets_counted"))
            }
            Self::GetPerson => ("GET", "/v1/people/{user}", Needs::Desk(&[D::ListAll]), "person_open_refused", Some("person_opened")),
            Self::ListSettings => {
                ("GET", "/v1/settings", Needs::Desk(&[D::ManageSettings]), "settings_list_refused", Some("settings_listed"))
            }
            Self::SetSetting => ("PUT", "/v1/settings/{name}", Needs::Desk(&[D::ManageSettings]), "setting_change_refused", None),
            Self::ListReplies => ("GET", "/v1/saved-replies", Needs::Desk(&[D::ListAll]), "replies_list_refused", Some("replies_listed")),
            Self::SaveReply => ("PUT", "/v1/saved-replies/{reply}", Needs::Desk(&[D::ManageSettings]), "reply_save_refused", None),
            Self::RemoveReply => ("DELETE", "/v1/saved-replies/{reply}", Needs::Desk(&[D::ManageSettings]), "reply_delete_refused", None),
        };
        Route { method, path, needs, refused, read }
    }

    pub(super) fn handler(self) -> MethodRouter<Shared> {
        match self {
            Self::Me => get(me::me),
            Self::ListTickets => get(tickets::list),
            Self::CreateTicket => post(tickets::create),
            Self::GetTicket => get(tickets::open),
            Self::PatchTicket => patch(tickets::change),
            Self::RateTicket => put(tickets::rate),
            Self::ListActivity => get(history::activity),
            Self::ListMessages => get(history::messages),
            Self::PostMessage => post(messages::send),
            Self::EditMessage => patch(messages::edit),
            Self::RedactMessage => delete(messages::redact),
            Self::Stats => get(stats::stats),
            Self::ListAgents => get(roles::agents),
            Self::ListRoles => get(roles::roles),
            Self::GrantRole => put(roles::grant),
            Self::RevokeRole => delete(roles::revoke),
            Self::Config => get(public::config),
            Self::Availability => get(public::availability),
            Self::BulkPatch => post(bulk::change),
            Self::CountTickets => get(stats::counts),
            Self::GetPerson => get(people::person),
            Self::ListSettings => get(settings::list),
            Self::SetSetting => put(settings::set),
            Self::ListReplies => get(replies::list),
            Self::SaveReply => put(replies::save),
            Self::RemoveReply => delete(replies::remove),
        }
    }
}
