//! What each rule of a finding means, for the report's page and for the documentation.

/// Every rule with its meaning, by name.
pub const RULES: &[(&str, &str)] = &[
    (
        "address_dropped",
        "An IP address that Postgres does not read as one is not taken over.",
    ),
    (
        "agent_cut",
        "A user agent is longer than Helpline stores, and is cut.",
    ),
    (
        "appended_behind",
        "A newer row of a ticket that was already changed here stands at the end of the history, with its own time.",
    ),
    (
        "archived_without_date",
        "The ticket is archived without a date; its last change is taken as the date.",
    ),
    (
        "archived_without_flag",
        "The ticket has an archive date without the archive flag, and counts as archived.",
    ),
    (
        "assigned_at_dropped",
        "The ticket has a time of assignment and no assignee that could be taken over: the time is not taken over either.",
    ),
    (
        "assigned_at_inferred",
        "The ticket is assigned without a time, and gets the time of its opening.",
    ),
    (
        "assignee_removed",
        "The assignee is the customer, or is no longer on the staff: the ticket is unassigned.",
    ),
    (
        "attachment_is_elsewhere",
        "A file stays with the platform. It is shown as a name without a download, and what else the row says is kept aside.",
    ),
    (
        "attachments_kept_aside",
        "Attachments in an unknown form are kept aside and not shown.",
    ),
    (
        "body_cleaned",
        "A text has control characters, which are removed.",
    ),
    (
        "body_cut",
        "A text is longer than a message may be, and is cut.",
    ),
    (
        "body_empty",
        "A message has no text, and gets one that says so.",
    ),
    (
        "changed_here",
        "The ticket was changed in Helpline since it was copied; what it has here stays.",
    ),
    (
        "changed_there",
        "The ticket was changed on both sides; Helpline's value stays, and the platform's newer rows are added.",
    ),
    (
        "customer_note",
        "A message of a customer was marked internal: it stays hidden from customers, as a note of the system.",
    ),
    (
        "deleted_here",
        "The ticket was deleted in Helpline, and does not come back.",
    ),
    (
        "deleted_there",
        "The row was deleted on the platform after it was copied; it stays here.",
    ),
    (
        "description_as_message",
        "The description of the ticket is its first message.",
    ),
    (
        "edit_inferred",
        "A message is marked as edited without a time, and gets the time of its last change.",
    ),
    (
        "end_dropped",
        "The ticket is not over, but has a time of its end, which is not taken over.",
    ),
    (
        "end_inferred",
        "The ticket is over without a time, which is inferred from its history.",
    ),
    (
        "event_forged",
        "A row of the history names an actor who cannot have acted so. Only staff see it, marked as unverified.",
    ),
    (
        "event_of_note",
        "A row of the history says another kind than its message has; the message decides.",
    ),
    (
        "event_of_unknown_type",
        "A row of the history has a type that Helpline does not know. Only staff see it.",
    ),
    (
        "event_second_opening",
        "A second row says that the ticket was opened. Only staff see it.",
    ),
    (
        "event_synthesized",
        "The history lacks a row, which is made from the ticket or the message.",
    ),
    (
        "event_without_message",
        "A row of the history tells of a message that does not exist. Only staff see it.",
    ),
    (
        "feedback_cut",
        "The comment of a rating is longer than Helpline stores, and is cut.",
    ),
    (
        "held_here",
        "The ticket is under a legal hold in Helpline: it is not replaced, what the platform changed of the ticket itself stays out, and newer rows are added.",
    ),
    (
        "id_derived",
        "The id of a row is no UUID; one is derived from it.",
    ),
    (
        "internal_unmarked",
        "A message does not say whether it is internal, and counts as an internal note.",
    ),
    (
        "message_id_taken",
        "Another message has the id of this one, which gets another.",
    ),
    (
        "metadata_kept_aside",
        "Metadata is too large or deep to be stored with its row, and is kept aside.",
    ),
    (
        "metadata_wrapped",
        "Metadata is no object, and is stored within one.",
    ),
    (
        "number_changed",
        "The ticket number has characters that a number cannot have, and is changed.",
    ),
    (
        "number_doubled",
        "Several tickets have one number: the oldest keeps it, the others get a suffix.",
    ),
    (
        "number_missing",
        "The ticket has no number, and gets one that is made from its id.",
    ),
    (
        "object_is_gone",
        "A table or function of which privileges were revoked no longer exists.",
    ),
    (
        "owner_changed_hidden",
        "The ticket has another customer than before: what the former one wrote after the change of the owner is hidden from the new one.",
    ),
    (
        "owner_deleted",
        "The ticket has no customer any more, and gets a stand-in. A name and an address that its row has are kept aside.",
    ),
    (
        "owner_gone",
        "The customer of the ticket no longer exists on the platform, and is blocked.",
    ),
    (
        "person_banned",
        "The person is banned on the platform for a while. In Helpline they are not blocked.",
    ),
    (
        "person_email_differs",
        "The platform has two addresses of the person: that of its table of users counts.",
    ),
    (
        "person_erased",
        "The person was erased in Helpline, and does not come back.",
    ),
    (
        "person_has_own",
        "The person has signed in here; the name that Helpline has stays.",
    ),
    (
        "rating_dropped",
        "A rating outside 1 to 5 is not taken over.",
    ),
    (
        "resolution_notes_logged",
        "The notes on the resolution are an entry in the history that only staff see.",
    ),
    (
        "rows_without_ticket",
        "Messages or rows of histories belong to no ticket, and are not taken over.",
    ),
    (
        "sender_deleted",
        "A message names no sender; its sender type decides who it is from.",
    ),
    (
        "sender_former_owner",
        "A message is by someone who was the customer of this ticket before.",
    ),
    (
        "sender_former_staff",
        "A message is by someone who is no longer on the staff.",
    ),
    (
        "sender_is_customer",
        "A message by the customer of the ticket claims another sender type, and is the customer's.",
    ),
    (
        "sender_is_staff",
        "A message by a member of staff claims another sender type, and is the staff's.",
    ),
    (
        "sender_is_stranger",
        "A message is by someone who is neither this customer nor on the staff, and is shown as the staff's.",
    ),
    (
        "sender_is_system",
        "A message of the system names a sender, which is kept aside.",
    ),
    (
        "subject_cleaned",
        "A subject has characters that a line cannot have, which are removed.",
    ),
    (
        "subject_cut",
        "A subject is longer than Helpline stores, and is cut.",
    ),
    (
        "subject_missing",
        "The ticket has no subject, and gets one.",
    ),
    (
        "time_in_future",
        "A time lies in the future. It is stored as it is.",
    ),
    (
        "time_missing",
        "A row has no readable time, and gets that of the ticket.",
    ),
    (
        "time_without_zone",
        "The times of a column have no time zone, and are read in the zone of the mapping.",
    ),
    (
        "unknown_word",
        "A status, priority or category is unknown, and becomes the usual one.",
    ),
    (
        "users_unknown",
        "There is no table of the platform's users, so that everyone counts as existing.",
    ),
    (
        "value_cut",
        "A value of a history is longer than Helpline stores, and is cut.",
    ),
    (
        "writer_accepted",
        "A role or function can still write into the platform's tables, and the mapping file accepts it.",
    ),
    (
        "writer_left",
        "A role or function could still write into the platform's tables after the cut-over.",
    ),
];

/// The meaning of a rule. Empty if there is no such rule.
pub fn meaning(rule: &str) -> &'static str {
    RULES
        .binary_search_by_key(&rule, |(name, _)| name)
        .map_or("", |at| RULES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_every_rule_in_order() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/adopting.md");
        let page = std::fs::read_to_string(page).expect("the page");
        assert!(RULES.is_sorted_by_key(|(name, _)| name));
        let expected: Vec<String> = RULES
            .iter()
            .map(|(name, meaning)| format!("| `{name}` | {meaning} |"))
            .collect();
        let shown: Vec<&str> = page
            .lines()
            .skip_while(|line| !line.starts_with("| rule | meaning |"))
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .collect();
        assert_eq!(
            shown,
            expected,
            "the table must be:\n{}",
            expected.join("\n")
        );
    }
}
