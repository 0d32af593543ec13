//! Names of the features that a server has in addition to those of the first `helpline.v1`.
//! `welcome` and `GET /v1/config` list these names. A client sends a newer field only to a server
//! that lists its feature, because servers refuse unknown fields.

use crate::text_enum::text_enum;

text_enum!(
    /// A feature that was added after the first `helpline.v1`. Its name is never removed, and its
    /// meaning never changes.
    Feature {
        /// The server refuses unknown fields with `unknown_field`, and refuses `null` where it has
        /// no meaning. `assigned_to: null` unassigns a ticket.
        StrictFields = "strict_fields",
        /// `POST /v1/tickets/{id}/messages` uses the field names of the frame `send`: `internal`
        /// marks a note.
        RestSendNames = "rest_send_names",
        /// The server knows which customers wait for an answer: `needs_answer` filters lists and
        /// `inbox`, `waiting` sorts lists, and tickets have `last_message` and `waiting_since`.
        NeedsAnswer = "needs_answer",
        /// The server has `GET /v1/me/unread`.
        OwnUnread = "own_unread",
        /// The server has the setting `reply_assigns`.
        ReplyAssigns = "reply_assigns",
        /// The server sends `inbox_presence` to consoles. This frame names the staff who have each
        /// listed ticket open.
        InboxPresence = "inbox_presence",
        /// The server accepts `if_assigned_to` in ticket changes. It then refuses an assignment
        /// with `conflict` if the ticket has another assignee than the caller saw.
        IfAssignedTo = "if_assigned_to",
        /// The server has `GET /v1/access-log`, `/v1/access-log/export` and
        /// `/v1/access-log/actions`.
        AccessLog = "access_log",
        /// The setting `opening_hours` accepts `holidays`, and spans that end on the next day.
        Holidays = "holidays",
        /// Saved replies have a `folder` and may be personal: `SavedReplyChange` accepts `folder`
        /// and `personal`.
        ReplyFolders = "reply_folders",
        /// The server has the setting `widget` and `GET /v1/widget`.
        WidgetSettings = "widget_settings",
        /// `POST /v1/tickets` works without `subject` and `category`. The server then derives the
        /// subject from the description.
        DerivedSubject = "derived_subject",
        /// The server has `GET /v1/system`.
        System = "system",
        /// The server has `PUT /v1/people/{user}/blocked`. `GET /v1/roles` accepts `query` and
        /// returns `online`.
        BlockPeople = "block_people",
        /// The server has `/v1/retention`: settings, runs and legal holds.
        Retention = "retention",
        /// The server has `GET /v1/jobs` and the other routes under `/v1/jobs`.
        Jobs = "jobs",
        /// The server has `GET /v1/erasures` and `PUT /v1/erasures/{user_id}`.
        Erasures = "erasures",
        /// The server stores files: it has `/v1/uploads` and `/v1/attachments`, messages name
        /// uploads in `attachments`, and `limits` has `attachment_bytes_max`. Servers that store no
        /// files do not list this name.
        Attachments = "attachments",
    }
);

impl Feature {
    /// The names of all features, as `welcome` and `GET /v1/config` list them.
    pub fn names() -> Vec<String> {
        Self::ALL.iter().map(ToString::to_string).collect()
    }

    /// Like [`Self::names`], for a server that does not have these features.
    pub fn names_without(absent: &[Self]) -> Vec<String> {
        let present = Self::ALL.iter().filter(|it| !absent.contains(it));
        present.map(ToString::to_string).collect()
    }
}
