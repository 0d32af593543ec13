// Made from core's types by ts-rs; a test in core rewrites this file and fails when it differs. Do not edit.

export type TicketId = string;

export type UserId = string;

export type MessageId = string;

export type Seq = number;

export type Key = string;

export type TicketNumber = string;

export type StaffRole = "admin" | "support_agent";

export type ActorType = "customer" | "admin" | "system";

export type Audience = "customer" | "staff";

export type Status = "open" | "in_progress" | "waiting_on_customer" | "waiting_on_admin" | "resolved" | "closed" | "escalated";

export type Priority = "low" | "medium" | "high" | "urgent";

export type Category = "technical" | "billing" | "account" | "feature_request" | "bug_report" | "general" | "security" | "compliance";

export type Kind = "created" | "status_changed" | "message_added" | "internal_note_added" | "assigned" | "unassigned" | "priority_changed" | "category_changed" | "resolved" | "closed" | "reopened" | "escalated" | "rated" | "message_edited" | "message_redacted" | "note_edited" | "note_redacted" | "logged" | "archived";

export type RejectCode = "malformed" | "unknown_type" | "hello_expected" | "not_authenticated" | "token_expired" | "blocked" | "forbidden" | "not_found" | "invalid_field" | "invalid_body" | "too_large" | "ticket_closed" | "ticket_archived" | "invalid_move" | "not_ratable" | "key_reused" | "stale" | "redacted" | "conflict" | "not_subscribed" | "too_many_subscriptions" | "rate_limited" | "overloaded" | "unavailable" | "internal";

export type Attachment = { 
/**
 * The upload's id.
 */
id: string, 
/**
 * The file's name, 1 to [`limits::ATTACHMENT_NAME_CHARS_MAX`] characters, shown as text.
 */
name: string, 
/**
 * Its media type, as found by content.
 */
content_type: string, 
/**
 * Its size in bytes.
 */
size_bytes: number, };

export type ClientFrame = { "type": "hello", id: number, 
/**
 * A bearer token, never logged.
 */
token: string, } | { "type": "subscribe", id: number, ticket: TicketId, 
/**
 * The last number seen; without it, the latest page.
 */
after?: Seq, 
/**
 * The epoch that `after` was counted in.
 */
epoch?: string, } | { "type": "unsubscribe", id: number, ticket: TicketId, } | { "type": "send", id: number, ticket: TicketId, 
/**
 * Names this send; a retry bears the same.
 */
key: Key, body: string, internal?: boolean, attachments?: Array<Attachment>, 
/**
 * The last number that the writer saw: refused as `stale` if somebody else has written since.
 */
based_on?: Seq, } | { "type": "typing", ticket: TicketId, on: boolean, internal?: boolean, } | { "type": "read", ticket: TicketId, seq: Seq, } | { "type": "inbox", id: number, on: boolean, filter?: InboxFilter, } | { "type": "token", id: number, token: string, } | { "type": "pong" };

export type InboxFilter = { status?: Array<Status>, category?: Array<Category>, priority?: Array<Priority>, 
/**
 * Tickets assigned to this person.
 */
assigned_to?: UserId, 
/**
 * Tickets assigned to nobody.
 */
unassigned?: boolean, };

export type CommonFrame = { "type": "welcome", id: number, user: Me, 
/**
 * None: a customer.
 */
role?: StaffRole, heartbeat_ms: number, limits: WireLimits, } | { "type": "ok", id: number, } | { "type": "ack", id: number, key: Key, seq: Seq, at: string, duplicate: boolean, } | { "type": "reset", ticket: TicketId, epoch: string, head: Seq, } | { "type": "ping", heads: Array<TicketHead>, } | { "type": "bye", retry_after_ms: number, reason: string, } | { "type": "error", id?: number, code: RejectCode, message: string, retry_after_ms?: number, 
/**
 * With `stale`: the ticket's head in the sender's numbering.
 */
head?: Seq, };

export type StaffFrame = { "type": "subscribed", id: number, ticket: TicketId, epoch: string, 
/**
 * The number of the last row of this page, or of the history's last row when `more` is false.
 */
head: Seq, events: Array<StaffEvent>, more: boolean, 
/**
 * What was held before no longer counts.
 */
reset: boolean, viewers: Array<Viewer>, 
/**
 * How far everybody has read, in the reader's numbering.
 */
reads: Array<StaffRead>, } | { "type": "event" } & StaffEvent | { "type": "typing", ticket: TicketId, person: StaffPerson, on: boolean, internal: boolean, } | { "type": "presence", ticket: TicketId, viewers: Array<Viewer>, } | { "type": "read", ticket: TicketId, person: StaffPerson, seq: Seq, } | { "type": "inbox", tickets: Array<StaffTicket>, stats?: TicketStats, };

export type CustomerFrame = { "type": "subscribed", id: number, ticket: TicketId, epoch: string, head: Seq, events: Array<CustomerEvent>, more: boolean, reset: boolean, reads: Array<CustomerRead>, } | { "type": "event" } & CustomerEvent | { "type": "typing", ticket: TicketId, person: CustomerPerson, on: boolean, } | { "type": "read", ticket: TicketId, person: CustomerPerson, seq: Seq, };

export type Me = { id: UserId, name: string | null, email: string | null, };

export type WireLimits = { body_bytes_max: number, frame_bytes_max: number, attachments_max: number, subscriptions_max: number, frames_per_second: number, typing_interval_ms: number, typing_fade_ms: number, };

export type TicketHead = { ticket: TicketId, seq: Seq, };

export type StaffPerson = { 
/**
 * None: the system.
 */
id: UserId | null, type: ActorType, name: string | null, };

export type CustomerPerson = { type: ActorType, name: string | null, };

export type Viewer = { id: UserId, name: string | null, };

export type StaffRead = { person: StaffPerson, seq: Seq, };

export type CustomerRead = { person: CustomerPerson, seq: Seq, };

export type StaffEvent = { ticket: TicketId, seq: Seq, at: string, kind: Kind, actor: StaffPerson, old_value?: string, new_value?: string, description?: string, message?: StaffMessage, };

export type StaffMessage = { id: MessageId, sender_id: UserId | null, sender_type: ActorType, 
/**
 * Empty when redacted.
 */
body: string, is_internal: boolean, attachments: Array<Attachment>, key: Key | null, created_at: string, edited_at: string | null, redacted_at: string | null, };

export type CustomerEvent = { ticket: TicketId, seq: Seq, at: string, kind: Kind, actor: CustomerPerson, old_value?: string, new_value?: string, message?: CustomerMessage, };

export type CustomerMessage = { id: MessageId, sender_type: ActorType, 
/**
 * Empty when redacted.
 */
body: string, attachments: Array<Attachment>, key: Key | null, created_at: string, edited_at: string | null, redacted_at: string | null, };

export type AgentRef = { id: UserId, name: string | null, };

export type Rating = { 
/**
 * 1 to 5.
 */
satisfaction_rating: number, satisfaction_comment: string | null, };

export type StaffTicket = { id: TicketId, ticket_number: TicketNumber, subject: string, category: Category, priority: Priority, status: Status, user_id: UserId, customer_name: string | null, customer_email: string | null, assigned_to: AgentRef | null, assigned_at: string | null, rating: Rating | null, created_at: string, updated_at: string, first_response_at: string | null, resolved_at: string | null, closed_at: string | null, archived_at: string | null, last_activity_at: string, 
/**
 * The history's head: the version of this state.
 */
seq: Seq, 
/**
 * How far the reader has read.
 */
read_seq: Seq, };

export type CustomerTicket = { id: TicketId, ticket_number: TicketNumber, subject: string, category: Category, priority: Priority, status: Status, 
/**
 * The first name of the agent whose ticket it is.
 */
assignee_name: string | null, rating: Rating | null, created_at: string, resolved_at: string | null, closed_at: string | null, archived_at: string | null, 
/**
 * Of what the customer can see.
 */
last_activity_at: string, 
/**
 * The head of what the customer can see (`public_seq`).
 */
seq: Seq, 
/**
 * How far the customer has read.
 */
read_seq: Seq, };

export type TicketStats = { open_tickets: number, in_progress_tickets: number, waiting_tickets: number, escalated_tickets: number, resolved_tickets: number, closed_tickets: number, 
/**
 * Urgent and not over.
 */
urgent_tickets: number, 
/**
 * High and not over.
 */
high_priority_tickets: number, 
/**
 * Nobody's, and not over.
 */
unassigned_tickets: number, avg_resolution_hours: number | null, tickets_last_24h: number, tickets_last_7d: number, avg_satisfaction_rating: number | null, };

export type NewTicket = { subject: string, category: Category, priority?: Priority, description: string, attachments?: Array<Attachment>, metadata?: Record<string, unknown>, };

export type TicketPatch = { status?: Status, priority?: Priority, category?: Category, 
/**
 * A staff member's id, `"me"`, or `"nobody"`.
 */
assigned_to?: string, };

export type NewMessage = { body: string, is_internal?: boolean, attachments?: Array<Attachment>, based_on?: Seq, };

export type MessageStored = { seq: Seq, at: string, duplicate: boolean, };

export type MessageEdit = { body: string, };

export type NewRating = { 
/**
 * 1 to 5.
 */
satisfaction_rating: number, satisfaction_comment?: string, };

export type MeView = { user: Me, role?: StaffRole, };

export type RoleView = { user_id: UserId, role: StaffRole, name?: string, email?: string, };

export type RoleGrant = { role: StaffRole, };

export type StaffTicketPage = { tickets: Array<StaffTicket>, 
/**
 * Goes into `cursor` for the next page; none: this was the last.
 */
next_cursor?: string, };

export type CustomerTicketPage = { tickets: Array<CustomerTicket>, next_cursor?: string, };

export type StaffEventPage = { epoch: string, head: Seq, events: Array<StaffEvent>, 
/**
 * Whether older rows exist before the first.
 */
more_before: boolean, };

export type CustomerEventPage = { epoch: string, head: Seq, events: Array<CustomerEvent>, more_before: boolean, };

export type Problem = { 
/**
 * `about:blank`: the code says it all.
 */
type: string, title: string, status: number, code: RejectCode, retry_after_ms?: number, head?: Seq, };

