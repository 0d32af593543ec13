//! Names of what a server can do beyond the first `helpline.v1`. `welcome` and `GET /v1/config`
//! list them. A client sends a newer field only to a server that lists its feature, because servers
//! refuse unknown fields.

use crate::text_enum::text_enum;

text_enum!(
    /// A capability that was added after the first `helpline.v1`. A name is never removed, and its
    /// meaning never changes.
    Feature {
        /// Refuses unknown fields with `unknown_field`, and refuses `null` where it has no meaning.
        /// `assigned_to: null` unassigns.
        StrictFields = "strict_fields",
        /// `POST /v1/tickets/{id}/messages` uses the field names of `send`: `internal` marks a
        /// note.
        RestSendNames = "rest_send_names",
        /// Knows which customers wait for an answer: `needs_answer` filters lists and `inbox`,
        /// `waiting` sorts lists, and tickets have `last_message` and `waiting_since`.
        NeedsAnswer = "needs_answer",
        /// Serves `GET /v1/me/unread`.
        OwnUnread = "own_unread",
        /// Has the setting `reply_assigns`.
        ReplyAssigns = "reply_assigns",
        /// Sends `inbox_presence` to consoles: which staff have which tickets of the list open.
        InboxPresence = "inbox_presence",
        /// Accepts `if_assigned_to` in ticket changes: an assignment that would overwrite another
        /// person's is refused with `conflict`.
        IfAssignedTo = "if_assigned_to",
        /// Serves `GET /v1/access-log`, `/v1/access-log/export` and `/v1/access-log/actions`.
        AccessLog = "access_log",
        /// Accepts `holidays` in the setting `opening_hours`, and spans that end on the next day.
        Holidays = "holidays",
        /// Saved replies have a `folder` and may be personal: `SavedReplyChange` accepts `folder`
        /// and `personal`.
        ReplyFolders = "reply_folders",
        /// Has the setting `widget`, and serves `GET /v1/widget`.
        WidgetSettings = "widget_settings",
        /// Accepts `POST /v1/tickets` without `subject` and `category`; the subject is then derived
        /// from the description.
        DerivedSubject = "derived_subject",
        /// Serves `GET /v1/system`.
        System = "system",
        /// Serves `PUT /v1/people/{user}/blocked`; `GET /v1/roles` accepts `query` and returns
        /// `online`.
        BlockPeople = "block_people",
    }
);

impl Feature {
    /// The names of all features, as `welcome` and `GET /v1/config` list them.
    pub fn names() -> Vec<String> {
        Self::ALL.iter().map(ToString::to_string).collect()
    }
}
