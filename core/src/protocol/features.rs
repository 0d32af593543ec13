//! What a server can do beyond the first `helpline.v1`. `welcome` and `GET /v1/config` name it, so that a client sends a later field only to a
//! server that knows it: servers refuse what they do not know.

use crate::text_enum::text_enum;

text_enum!(
    /// One thing that was added. A word is never taken away again, nor given another meaning.
    Feature {
        /// Unknown fields are refused with `unknown_field`, and `null` means something or is refused: `assigned_to: null` unassigns.
        StrictFields = "strict_fields",
        /// `POST /v1/tickets/{id}/messages` takes `send`'s fields by `send`'s names: a note's flag is `internal` there too.
        RestSendNames = "rest_send_names",
        /// Knows who waits: `needs_answer` as a filter of lists and of `inbox`, the order `waiting`; tickets bear `last_message` and `waiting_since`.
        NeedsAnswer = "needs_answer",
        /// Answers `GET /v1/me/unread`.
        OwnUnread = "own_unread",
        /// Knows the setting `reply_assigns`.
        ReplyAssigns = "reply_assigns",
        /// Sends consoles `inbox_presence`: which staff look at which tickets of the list.
        InboxPresence = "inbox_presence",
        /// Takes `if_assigned_to` in changes of tickets: an assignment that would overwrite another person's is refused with `conflict`.
        IfAssignedTo = "if_assigned_to",
        /// Answers `GET /v1/access-log`, `/v1/access-log/export` and `/v1/access-log/actions`.
        AccessLog = "access_log",
        /// Takes `holidays` in the setting `opening_hours`, and spans that end on the next day.
        Holidays = "holidays",
        /// Saved replies have a `folder` and may be personal: `SavedReplyChange` takes `folder` and `personal`.
        ReplyFolders = "reply_folders",
        /// Has the setting `widget` and answers `GET /v1/widget`.
        WidgetSettings = "widget_settings",
        /// Takes `POST /v1/tickets` without `subject` and `category`: the subject is made from the description.
        DerivedSubject = "derived_subject",
        /// Answers `GET /v1/system`.
        System = "system",
        /// Answers `PUT /v1/people/{user}/blocked`; `GET /v1/roles` takes `query` and says who is `online`.
        BlockPeople = "block_people",
    }
);

impl Feature {
    /// All of them, as `welcome` and `GET /v1/config` name them.
    pub fn names() -> Vec<String> {
        Self::ALL.iter().map(ToString::to_string).collect()
    }
}
