//! Decides which person may perform which action. Every frame and every REST route calls these
//! functions. When a write changes a ticket, Postgres checks the same rules again while it has the
//! ticket locked.

use crate::actor::{Actor, Audience, StaffRole};
use crate::reject::{Reject, RejectCode};
use crate::text_enum::text_enum;
use crate::ticket::{Status, TicketFacts};

text_enum!(
    /// Actions on one ticket.
    TicketAction {
        /// See the ticket, its history and its live events.
        Read = "read",
        /// Write a message that the customer can see.
        Send = "send",
        /// Write an internal note.
        SendNote = "send_note",
        /// Show that the caller is typing a message.
        Typing = "typing",
        /// Show staff that the caller is typing a note.
        TypingNote = "typing_note",
        /// Store how far the caller has read the ticket.
        MarkRead = "mark_read",
        /// Change the ticket's status, if [`crate::transitions`] allows it.
        ChangeStatus = "change_status",
        /// Change the ticket's priority, category or assignee.
        Triage = "triage",
        /// Rate the ticket.
        Rate = "rate",
        /// Edit one of the caller's own messages.
        EditOwn = "edit_own",
        /// Permanently remove a message's text. Admins may redact any message, everyone else only
        /// their own messages.
        Redact = "redact",
        /// Permanently remove the subject, a rating's comment or a logged text. Admins only.
        RedactFields = "redact_fields",
    }
);

text_enum!(
    /// Actions on the desk as a whole.
    DeskAction {
        /// Open a ticket as its customer.
        CreateTicket = "create_ticket",
        /// List and search the caller's own tickets.
        ListOwn = "list_own",
        /// List and search all tickets, watch the inbox, and see statistics, agents, people and
        /// saved replies.
        ListAll = "list_all",
        /// See, grant and revoke roles.
        ManageRoles = "manage_roles",
        /// See and change the desk's settings, and change the shared saved replies.
        ManageSettings = "manage_settings",
        /// Read and export the access log.
        ReadAccessLog = "read_access_log",
        /// Manage the caller's own saved replies.
        KeepOwnReplies = "keep_own_replies",
    }
);

/// Decides whether `actor` may perform `action` on `ticket`. Returns whether the actor reads the
/// ticket as a customer or as staff.
///
/// # Errors
/// `not_found` if the actor must not know that the ticket exists; otherwise `forbidden`,
/// `ticket_closed`, `ticket_archived` or `not_ratable`.
pub fn decide(
    actor: &Actor,
    action: TicketAction,
    ticket: &TicketFacts,
) -> Result<Audience, Reject> {
    if ticket.owner != actor.user && !actor.is_staff() {
        return Err(Reject::not_found());
    }
    let audience = actor.audience(ticket);
    match action {
        TicketAction::Read | TicketAction::MarkRead => {}
        TicketAction::SendNote | TicketAction::TypingNote | TicketAction::Triage
            if audience == Audience::Customer =>
        {
            return Err(Reject::new(RejectCode::Forbidden, "only staff can do this"));
        }
        TicketAction::Rate if audience == Audience::Staff => {
            return Err(Reject::new(
                RejectCode::Forbidden,
                "only the customer can rate a ticket",
            ));
        }
        TicketAction::RedactFields
            if audience == Audience::Customer || actor.role != Some(StaffRole::Admin) =>
        {
            return Err(Reject::new(
                RejectCode::Forbidden,
                "only an admin can remove this",
            ));
        }
        TicketAction::Send
        | TicketAction::SendNote
        | TicketAction::Typing
        | TicketAction::TypingNote
        | TicketAction::ChangeStatus
        | TicketAction::Triage
        | TicketAction::Rate
        | TicketAction::EditOwn
        | TicketAction::Redact
        | TicketAction::RedactFields => {}
    }
    let writes = !matches!(
        action,
        TicketAction::Read
            | TicketAction::MarkRead
            | TicketAction::Redact
            | TicketAction::RedactFields
    );
    if writes && ticket.archived {
        return Err(Reject::new(
            RejectCode::TicketArchived,
            "the ticket is archived and read-only",
        ));
    }
    match action {
        TicketAction::Send | TicketAction::Typing | TicketAction::EditOwn
            if ticket.status == Status::Closed =>
        {
            Err(Reject::new(
                RejectCode::TicketClosed,
                "the ticket is closed: reopen it first",
            ))
        }
        TicketAction::Rate if !ticket.status.is_over() => Err(Reject::new(
            RejectCode::NotRatable,
            "only a resolved or closed ticket can be rated",
        )),
        TicketAction::Read
        | TicketAction::Send
        | TicketAction::SendNote
        | TicketAction::Typing
        | TicketAction::TypingNote
        | TicketAction::MarkRead
        | TicketAction::ChangeStatus
        | TicketAction::Triage
        | TicketAction::Rate
        | TicketAction::EditOwn
        | TicketAction::Redact
        | TicketAction::RedactFields => Ok(audience),
    }
}

/// Decides whether `actor` may perform `action` on the desk.
///
/// # Errors
/// `forbidden` if the actor's role does not allow it.
pub fn decide_desk(actor: &Actor, action: DeskAction) -> Result<(), Reject> {
    let allowed = match action {
        DeskAction::CreateTicket | DeskAction::ListOwn => true,
        DeskAction::ListAll | DeskAction::KeepOwnReplies => actor.is_staff(),
        DeskAction::ManageRoles | DeskAction::ManageSettings | DeskAction::ReadAccessLog => {
            actor.role == Some(StaffRole::Admin)
        }
    };
    if allowed {
        Ok(())
    } else {
        Err(Reject::new(
            RejectCode::Forbidden,
            "this requires a role that you do not have",
        ))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::{TicketId, UserId};

    fn person(n: u128, role: Option<StaffRole>) -> Actor {
        Actor {
            user: UserId::new(Uuid::from_u128(n)),
            role,
        }
    }

    fn ticket(owner: &Actor, status: Status, archived: bool) -> TicketFacts {
        TicketFacts {
            id: TicketId::new(Uuid::from_u128(9)),
            owner: owner.user,
            status,
            archived,
        }
    }

    #[test]
    fn a_foreign_ticket_does_not_exist_whatever_is_tried() {
        let (owner, stranger) = (person(1, None), person(2, None));
        for action in TicketAction::ALL {
            for status in Status::ALL {
                for archived in [false, true] {
                    let answer = decide(&stranger, *action, &ticket(&owner, *status, archived));
                    assert_eq!(answer, Err(Reject::not_found()), "{action}");
                }
            }
        }
    }

    #[test]
    fn staff_are_customers_on_their_own_tickets() {
        let agent = person(1, Some(StaffRole::Admin));
        let own = ticket(&agent, Status::Open, false);
        assert_eq!(
            decide(&agent, TicketAction::Read, &own),
            Ok(Audience::Customer)
        );
        for action in [
            TicketAction::SendNote,
            TicketAction::TypingNote,
            TicketAction::Triage,
        ] {
            assert_eq!(
                decide(&agent, action, &own).map_err(|reject| reject.code),
                Err(RejectCode::Forbidden)
            );
        }
    }

    #[test]
    fn what_is_no_message_is_removed_by_admins_who_are_not_the_customer() {
        let (admin, agent) = (
            person(1, Some(StaffRole::Admin)),
            person(2, Some(StaffRole::SupportAgent)),
        );
        let foreign = ticket(&person(3, None), Status::Closed, true);
        let own = ticket(&admin, Status::Open, false);
        let answer = |actor, ticket| {
            decide(actor, TicketAction::RedactFields, ticket).map_err(|reject| reject.code)
        };
        assert_eq!(answer(&admin, &foreign), Ok(Audience::Staff));
        assert_eq!(answer(&agent, &foreign), Err(RejectCode::Forbidden));
        assert_eq!(answer(&admin, &own), Err(RejectCode::Forbidden));
    }

    #[test]
    fn archived_tickets_are_read_only_but_secrets_can_still_be_removed() {
        let (owner, agent) = (person(1, None), person(2, Some(StaffRole::Admin)));
        let archived = ticket(&owner, Status::Resolved, true);
        for action in TicketAction::ALL {
            let allowed = decide(&agent, *action, &archived).is_ok();
            let reads = matches!(
                action,
                TicketAction::Read
                    | TicketAction::MarkRead
                    | TicketAction::Redact
                    | TicketAction::RedactFields
            );
            assert_eq!(allowed, reads, "{action}");
        }
    }
}
