//! Constants for all routes, for tests that check something about each route.

use helpline_gateway::http::endpoint::Route;
use helpline_gateway::http::routes;

/// A REST route: its method and path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint(&'static str, &'static str);

impl Endpoint {
    pub const ME: Self = Self("GET", "/v1/me");
    pub const OWN_UNREAD: Self = Self("GET", "/v1/me/unread");
    pub const LIST_TICKETS: Self = Self("GET", "/v1/tickets");
    pub const CREATE_TICKET: Self = Self("POST", "/v1/tickets");
    pub const GET_TICKET: Self = Self("GET", "/v1/tickets/{ticket}");
    pub const PATCH_TICKET: Self = Self("PATCH", "/v1/tickets/{ticket}");
    pub const RATE_TICKET: Self = Self("PUT", "/v1/tickets/{ticket}/rating");
    pub const LIST_ACTIVITY: Self = Self("GET", "/v1/tickets/{ticket}/activity");
    pub const LIST_MESSAGES: Self = Self("GET", "/v1/tickets/{ticket}/messages");
    pub const POST_MESSAGE: Self = Self("POST", "/v1/tickets/{ticket}/messages");
    pub const EDIT_MESSAGE: Self = Self("PATCH", "/v1/tickets/{ticket}/messages/{message}");
    pub const REDACT_MESSAGE: Self = Self("DELETE", "/v1/tickets/{ticket}/messages/{message}");
    pub const REDACT_SUBJECT: Self = Self("DELETE", "/v1/tickets/{ticket}/subject");
    pub const REDACT_RATING: Self = Self("DELETE", "/v1/tickets/{ticket}/rating/comment");
    pub const REDACT_EVENT: Self = Self("DELETE", "/v1/tickets/{ticket}/activity/{seq}");
    pub const RESERVE_UPLOAD: Self = Self("POST", "/v1/uploads");
    pub const STORE_UPLOAD: Self = Self("PUT", "/v1/uploads/{upload}");
    pub const READ_UPLOAD: Self = Self("GET", "/v1/uploads/{upload}");
    pub const DELETE_UPLOAD: Self = Self("DELETE", "/v1/uploads/{upload}");
    pub const LIST_ATTACHMENTS: Self = Self("GET", "/v1/tickets/{ticket}/attachments");
    pub const LINK_ATTACHMENT: Self = Self("POST", "/v1/attachments/{attachment}/link");
    pub const PREVIEW_ATTACHMENT: Self = Self("GET", "/v1/attachments/{attachment}/preview");
    pub const STATS: Self = Self("GET", "/v1/stats");
    pub const LIST_AGENTS: Self = Self("GET", "/v1/agents");
    pub const LIST_ROLES: Self = Self("GET", "/v1/roles");
    pub const GRANT_ROLE: Self = Self("PUT", "/v1/roles/{user}");
    pub const REVOKE_ROLE: Self = Self("DELETE", "/v1/roles/{user}");
    pub const CONFIG: Self = Self("GET", "/v1/config");
    pub const AVAILABILITY: Self = Self("GET", "/v1/availability");
    pub const WIDGET: Self = Self("GET", "/v1/widget");
    pub const BULK_PATCH: Self = Self("POST", "/v1/tickets/bulk");
    pub const COUNT_TICKETS: Self = Self("GET", "/v1/tickets/counts");
    pub const GET_PERSON: Self = Self("GET", "/v1/people/{user}");
    pub const FIND_PEOPLE: Self = Self("GET", "/v1/people");
    pub const BLOCK_PERSON: Self = Self("PUT", "/v1/people/{user}/blocked");
    pub const LIST_ERASURES: Self = Self("GET", "/v1/erasures");
    pub const DECIDE_ERASURE: Self = Self("PUT", "/v1/erasures/{user}");
    pub const SYSTEM: Self = Self("GET", "/v1/system");
    pub const LIST_SETTINGS: Self = Self("GET", "/v1/settings");
    pub const SET_SETTING: Self = Self("PUT", "/v1/settings/{name}");
    pub const LIST_REPLIES: Self = Self("GET", "/v1/saved-replies");
    pub const SAVE_REPLY: Self = Self("PUT", "/v1/saved-replies/{reply}");
    pub const ACCESS_LOG: Self = Self("GET", "/v1/access-log");
    pub const EXPORT_ACCESS_LOG: Self = Self("GET", "/v1/access-log/export");
    pub const ACCESS_ACTIONS: Self = Self("GET", "/v1/access-log/actions");
    pub const READ_RETENTION: Self = Self("GET", "/v1/retention");
    pub const SET_RETENTION: Self = Self("PUT", "/v1/retention/settings");
    pub const DRY_RUN_RETENTION: Self = Self("POST", "/v1/retention/dry-run");
    pub const APPROVE_RUN: Self = Self("POST", "/v1/retention/runs/{run}/approve");
    pub const REFUSE_RUN: Self = Self("POST", "/v1/retention/runs/{run}/refuse");
    pub const LIST_DUE: Self = Self("GET", "/v1/retention/due");
    pub const LIST_HOLDS: Self = Self("GET", "/v1/retention/holds");
    pub const SET_HOLD: Self = Self("POST", "/v1/retention/holds");
    pub const RELEASE_HOLD: Self = Self("POST", "/v1/retention/holds/{hold}/release");
    pub const REMOVE_REPLY: Self = Self("DELETE", "/v1/saved-replies/{reply}");
    pub const LIST_JOBS: Self = Self("GET", "/v1/jobs");
    pub const LIST_DEAD: Self = Self("GET", "/v1/jobs/dead-deliveries");
    pub const REPLAY: Self = Self("POST", "/v1/jobs/dead-deliveries/replay");
    pub const REPLAY_SINCE: Self = Self("POST", "/v1/jobs/dead-deliveries/replay-since");
    pub const PAUSE_CONSUMER: Self = Self("PUT", "/v1/jobs/consumers/{consumer}");
    pub const DECIDE_EVENT: Self = Self("POST", "/v1/jobs/consumers/{consumer}/failed-events");
    pub const DECIDE_TIMER: Self = Self("POST", "/v1/jobs/timers/{timer}");
    pub const PAUSE_SCHEDULE: Self = Self("PUT", "/v1/jobs/schedules/{schedule}");
    pub const RUN_SCHEDULE: Self = Self("POST", "/v1/jobs/schedules/{schedule}/run");
    pub const CONFIRM_IDENTITY: Self = Self("PUT", "/v1/jobs/identity");
    pub const RESUME_CLOCK: Self = Self("DELETE", "/v1/jobs/clock-hold");

    /// Every route of the gateway.
    pub fn all() -> impl Iterator<Item = Self> {
        routes().map(|route| Self(route.method, route.path))
    }

    pub fn route(self) -> &'static Route {
        routes()
            .find(|route| (route.method, route.path) == (self.0, self.1))
            .unwrap_or_else(|| panic!("no route {self:?}"))
    }
}
