// Generated from the types and tables of the crate `core`. A test fails when this file is out of date. This command writes the file again:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.

/**
 * A ticket (`support_tickets.id`).
 */
export type TicketId = string;

/**
 * A person (`people.id`). If the `sub` claim of the person's token is a UUID, that UUID is the
 * id.
 */
export type UserId = string;

/**
 * A message or note (`support_messages.id`). The writer makes each id a UUIDv7, so that
 * sorting a batch by id gives the order of its messages.
 */
export type MessageId = string;

/**
 * An upload, and the attachment that it becomes (`uploads.id`), a UUIDv7. An adopted message's
 * attachment has the id that it had on the platform.
 */
export type UploadId = string;

/**
 * A saved reply (`support_saved_replies.id`), a UUIDv7.
 */
export type SavedReplyId = string;

/**
 * A delivery of background work (`deliveries.id`), a UUIDv7. Its receiver gets the same id at
 * each attempt.
 */
export type DeliveryId = string;

/**
 * A run of retention (`retention_runs.id`), a UUIDv7.
 */
export type RetentionRunId = string;

/**
 * A legal hold (`legal_holds.id`), a UUIDv7.
 */
export type LegalHoldId = string;

/**
 * A position in one ticket's history, counted from 1; 0 is before the first event. An event has
 * two such numbers: `seq` counts all events, and `public_seq` counts only those that customers may
 * see. Frames for staff have the first number and frames for customers the second, both in the
 * field `seq`.
 */
export type Seq = number;

/**
 * The idempotency key: identifies one message that a client sends (`support_messages.key`). A
 * second send with the same key is a retry and creates no second message. A key has 1 to
 * [`limits::KEY_CHARS_MAX`] visible ASCII characters.
 */
export type Key = string;

/**
 * The number that people use for a ticket: `TKT-000001`, with at least six digits (`TKT-1000000`
 * is the millionth). A ticket that was imported from another system keeps its number in any form,
 * such as `SUP-77`.
 */
export type TicketNumber = string;

/**
 * A staff role (`user_roles.role`). Staff of both roles work on tickets; only admins manage
 * roles, settings and retention.
 */
export type StaffRole = "admin" | "support_agent";

/**
 * Whether a customer, staff or the system performed an action (`actor_type`, `sender_type`).
 * Staff of both roles are stored as `admin`, as in Helpline's predecessor.
 */
export type ActorType = "customer" | "admin" | "system";

/**
 * Whether a person reads as a customer or as staff. This decides which event numbers, frame
 * types and database role apply.
 */
export type Audience = "customer" | "staff";

/**
 * The status of a ticket. [`crate::transitions`] defines the allowed changes of status.
 */
export type Status = "open" | "in_progress" | "waiting_on_customer" | "waiting_on_admin" | "resolved" | "closed" | "escalated";

/**
 * How urgent a ticket is.
 */
export type Priority = "low" | "medium" | "high" | "urgent";

/**
 * What a ticket is about.
 */
export type Category = "technical" | "billing" | "account" | "feature_request" | "bug_report" | "general" | "security" | "compliance";

/**
 * The kind of an event (`support_ticket_activity.kind`).
 */
export type Kind = "created" | "status_changed" | "message_added" | "internal_note_added" | "assigned" | "unassigned" | "priority_changed" | "category_changed" | "resolved" | "closed" | "reopened" | "escalated" | "rated" | "message_edited" | "message_redacted" | "note_edited" | "note_redacted" | "logged" | "archived" | "attachment_checked" | "internal_attachment_checked" | "unreadable";

/**
 * The codes of `error` frames and of REST problems.
 */
export type RejectCode = "malformed" | "unknown_type" | "hello_expected" | "not_authenticated" | "token_expired" | "blocked" | "forbidden" | "not_found" | "invalid_field" | "unknown_field" | "invalid_body" | "too_large" | "attachments_off" | "attachment_not_found" | "quota_exceeded" | "too_many_uploads" | "upload_in_progress" | "length_required" | "digest_mismatch" | "attachment_checking" | "attachment_infected" | "attachment_not_scannable" | "attachment_gone" | "link_invalid" | "ticket_closed" | "ticket_archived" | "invalid_transition" | "not_ratable" | "key_reused" | "stale" | "redacted" | "legal_hold" | "conflict" | "precondition_failed" | "roles_managed" | "not_subscribed" | "too_many_subscriptions" | "rate_limited" | "overloaded" | "unavailable" | "internal";

/**
 * Whether an attachment can be downloaded, and why not.
 */
export type AttachmentState = "checking" | "clean" | "not_scanned" | "infected" | "not_scannable" | "gone" | "external";

/**
 * How far an upload is.
 */
export type UploadState = "reserved" | "stored";

/**
 * A file that is attached to a message.
 */
export type Attachment = { id: UploadId, 
/**
 * The file's name, 1 to [`limits::ATTACHMENT_NAME_CHARS_MAX`] characters, shown as text.
 */
name: string, 
/**
 * The file's media type, determined from its content. It is a hint for people and icons.
 */
content_type: string, 
/**
 * The file's size in bytes, at most [`limits::EXACT_NUMBER_MAX`].
 */
size_bytes: number, 
/**
 * Whether the file can be downloaded: if `clean` or `not_scanned`.
 */
state: AttachmentState, 
/**
 * The width of a raster image in pixels. Absent if it is not known.
 */
width?: number, 
/**
 * The height of a raster image in pixels. Absent if it is not known.
 */
height?: number, 
/**
 * Whether `GET /v1/attachments/{id}/preview` returns a small picture of the file.
 */
preview: boolean, };

/**
 * A frame from a client. The client chooses `id`, and the server's answer has the same `id`.
 */
export type ClientFrame = { "type": "hello", id: number, 
/**
 * A bearer token. It is never logged.
 */
token: string, } | { "type": "subscribe", id: number, ticket: TicketId, 
/**
 * The number of the last event that the client has seen. If absent, the server answers
 * with the latest page of the history.
 */
after?: Seq, 
/**
 * The database epoch in which the client received `after`. The epoch changes after a
 * restore or failover, and event numbers may then differ.
 */
epoch?: string, } | { "type": "unsubscribe", id: number, ticket: TicketId, } | { "type": "send", id: number, ticket: TicketId, 
/**
 * The idempotency key, which identifies this message. A retry uses the same key.
 */
key: Key, body: string, internal?: boolean, 
/**
 * The uploads that the message gets, at most 10, in this order. The text may be empty
 * only if there is one.
 */
attachments?: Array<UploadId>, 
/**
 * The number of the last event that the author has seen. If another person has written a
 * message since that event, the send is refused as `stale`.
 */
based_on?: Seq, } | { "type": "typing", ticket: TicketId, on: boolean, internal?: boolean, } | { "type": "read", ticket: TicketId, seq: Seq, } | { "type": "inbox", id: number, on: boolean, filter?: InboxFilter, } | { "type": "token", id: number, token: string, } | { "type": "pong" };

/**
 * Selects the tickets of an inbox (a console's live ticket list): those that match every field
 * that is set. Archived tickets never match.
 */
export type InboxFilter = { status?: Array<Status>, category?: Array<Category>, priority?: Array<Priority>, 
/**
 * Only tickets assigned to this person.
 */
assigned_to?: UserId, 
/**
 * Only unassigned tickets.
 */
unassigned?: boolean, 
/**
 * Only tickets whose customer is waiting for an answer.
 */
needs_answer?: boolean, };

/**
 * A feature that was added after the first `helpline.v1`. Its name is never removed, and its
 * meaning never changes.
 */
export type Feature = "strict_fields" | "rest_send_names" | "needs_answer" | "own_unread" | "reply_assigns" | "inbox_presence" | "if_assigned_to" | "access_log" | "holidays" | "reply_folders" | "widget_settings" | "derived_subject" | "system" | "block_people" | "retention" | "jobs" | "erasures" | "attachments";

/**
 * Frames that are the same for staff and customers.
 */
export type CommonFrame = { "type": "welcome", id: number, user: Me, 
/**
 * The person's staff role; null for customers.
 */
role: StaffRole | null, heartbeat_ms: number, limits: WireLimits, 
/**
 * The names of this server's features; see `Feature`. Older servers do not send this
 * field.
 */
features: Array<string>, } | { "type": "ok", id: number, } | { "type": "ack", id: number, key: Key, seq: Seq, at: string, duplicate: boolean, } | { "type": "reset", ticket: TicketId, epoch: string, head: Seq, } | { "type": "ping", heads: Array<TicketHead>, } | { "type": "bye", retry_after_ms: number, reason: string, } | { "type": "error", id?: number, code: RejectCode, message: string, retry_after_ms?: number, 
/**
 * If `code` is `stale`: the ticket's head, in the numbering of the sender's audience.
 */
head?: Seq, };

/**
 * Frames for staff.
 */
export type StaffFrame = { "type": "subscribed", id: number, ticket: TicketId, epoch: string, 
/**
 * The number of the history's last event when this page was read.
 */
head: Seq, events: Array<StaffEvent>, more: boolean, 
/**
 * Whether the client must drop the events of this ticket that it received before this
 * frame.
 */
reset: boolean, viewers: Array<Viewer>, 
/**
 * How far each person has read, as event numbers for staff.
 */
reads: Array<StaffRead>, } | { "type": "event" } & StaffEvent | { "type": "typing", ticket: TicketId, person: StaffPerson, on: boolean, internal: boolean, } | { "type": "presence", ticket: TicketId, viewers: Array<Viewer>, } | { "type": "read", ticket: TicketId, person: StaffPerson, seq: Seq, } | { "type": "inbox", tickets: Array<StaffTicket>, 
/**
 * Tickets that the client has already received with all fields and of which only the
 * fields of `TicketMoved` have changed since, usually because of a new message.
 */
moved: Array<TicketMoved>, stats?: TicketStats, } | { "type": "inbox_presence", tickets: Array<TicketViewers>, };

/**
 * Frames for customers.
 */
export type CustomerFrame = { "type": "subscribed", id: number, ticket: TicketId, epoch: string, head: Seq, events: Array<CustomerEvent>, more: boolean, reset: boolean, reads: Array<CustomerRead>, } | { "type": "event" } & CustomerEvent | { "type": "typing", ticket: TicketId, person: CustomerPerson, on: boolean, } | { "type": "read", ticket: TicketId, person: CustomerPerson, seq: Seq, };

/**
 * The signed-in person, in `welcome` and in `GET /v1/me`.
 */
export type Me = { id: UserId, name: string | null, email: string | null, };

/**
 * The limits that a client must not exceed.
 */
export type WireLimits = { body_bytes_max: number, frame_bytes_max: number, attachments_max: number, 
/**
 * Maximum bytes of one file. Older servers do not send this field.
 */
attachment_bytes_max: number, subscriptions_max: number, frames_per_second: number, typing_interval_ms: number, typing_fade_ms: number, };

/**
 * The number of the last event in a ticket's history, in the numbering of the reader's audience.
 */
export type TicketHead = { ticket: TicketId, seq: Seq, };

/**
 * A person as staff see them.
 */
export type StaffPerson = { 
/**
 * The person's id; null for the system.
 */
id: UserId | null, type: ActorType, name: string | null, };

/**
 * A person as customers see them: whether they are staff or a customer, and their name. The name
 * of staff is a single word, or null.
 */
export type CustomerPerson = { type: ActorType, name: string | null, };

/**
 * A member of staff who has a ticket open.
 */
export type Viewer = { id: UserId, name: string | null, };

/**
 * The staff who have a ticket open.
 */
export type TicketViewers = { ticket: TicketId, viewers: Array<Viewer>, };

/**
 * How far a person has read, as staff see it.
 */
export type StaffRead = { person: StaffPerson, seq: Seq, };

/**
 * How far a person has read, as customers see it.
 */
export type CustomerRead = { person: CustomerPerson, seq: Seq, };

/**
 * One event of a ticket's history, as staff see it.
 */
export type StaffEvent = { ticket: TicketId, seq: Seq, at: string, kind: Kind, actor: StaffPerson, old_value: string | null, new_value: string | null, description?: string, message?: StaffMessage, };

/**
 * A message or note, as staff see it.
 */
export type StaffMessage = { id: MessageId, sender_id: UserId | null, sender_type: ActorType, 
/**
 * The message's text; empty if the message is redacted (`redacted_at`), or has only files.
 */
body: string, is_internal: boolean, attachments: Array<Attachment>, key: Key | null, created_at: string, edited_at: string | null, redacted_at: string | null, };

/**
 * One event of a ticket's history, as customers see it.
 */
export type CustomerEvent = { ticket: TicketId, seq: Seq, at: string, kind: Kind, actor: CustomerPerson, old_value: string | null, new_value: string | null, message?: CustomerMessage, };

/**
 * A message, as customers see it.
 */
export type CustomerMessage = { id: MessageId, sender_type: ActorType, 
/**
 * The message's text; empty if the message is redacted (`redacted_at`), or has only files.
 */
body: string, attachments: Array<Attachment>, key: Key | null, created_at: string, edited_at: string | null, redacted_at: string | null, };

/**
 * A person by id and name, as staff see them.
 */
export type AgentRef = { id: UserId, name: string | null, };

/**
 * The customer's rating of a ticket.
 */
export type Rating = { 
/**
 * The rating, 1 to 5.
 */
satisfaction_rating: number, satisfaction_comment: string | null, };

/**
 * The last message of a ticket that its customer can read; never a note.
 */
export type LastMessage = { at: string, 
/**
 * Whether the customer or staff wrote the message. A message of the system counts as written
 * by staff.
 */
side: Audience, 
/**
 * The author's name; for customers, the public name of staff. Null if the author has no name.
 */
name: string | null, 
/**
 * The start of the message's current text, as one line of at most 120 characters. Empty if the
 * message is redacted.
 */
snippet: string, };

/**
 * A ticket as staff see it, in lists, in the inbox and on the ticket's own page.
 */
export type StaffTicket = { id: TicketId, ticket_number: TicketNumber, subject: string, category: Category, priority: Priority, status: Status, user_id: UserId, customer_name: string | null, customer_email: string | null, assigned_to: AgentRef | null, assigned_at: string | null, rating: Rating | null, created_at: string, updated_at: string, first_response_at: string | null, resolved_at: string | null, closed_at: string | null, archived_at: string | null, last_activity_at: string, 
/**
 * The number of the last event in the ticket's history. It also serves as the version of the
 * ticket's state.
 */
seq: Seq, 
/**
 * The number of the last event that the reader has read. The reader's own messages directly
 * after that event also count as read. Always 0 in `inbox` frames, which are the same for all
 * staff.
 */
read_seq: Seq, last_message: LastMessage | null, 
/**
 * Since when the customer has been waiting for an answer: since they opened the ticket, or
 * since their first message after the last public answer. Null if the customer was answered,
 * and while the ticket is resolved, closed or archived.
 */
waiting_since: string | null, };

/**
 * A ticket as its customer sees it.
 */
export type CustomerTicket = { id: TicketId, ticket_number: TicketNumber, subject: string, category: Category, priority: Priority, status: Status, 
/**
 * One word of the assigned agent's name. Null if the ticket is unassigned or the name has no
 * suitable word.
 */
assignee_name: string | null, rating: Rating | null, created_at: string, resolved_at: string | null, closed_at: string | null, archived_at: string | null, 
/**
 * Time of the last activity that the customer can see.
 */
last_activity_at: string, 
/**
 * The number of the last event that the customer can see (`public_seq`).
 */
seq: Seq, 
/**
 * The number of the last event that the customer has read. The customer's own messages
 * directly after that event also count as read.
 */
read_seq: Seq, last_message: LastMessage | null, 
/**
 * Since when the customer has been waiting for an answer. Null if the customer was answered,
 * and while the ticket is resolved, closed or archived.
 */
waiting_since: string | null, };

/**
 * An update of a ticket in the inbox, if only these fields have changed since the ticket was sent
 * with all fields.
 */
export type TicketMoved = { id: TicketId, 
/**
 * The number of the last event in the ticket's history. It also serves as the version of the
 * ticket's state.
 */
seq: Seq, last_activity_at: string, last_message: LastMessage | null, waiting_since: string | null, };

/**
 * Statistics of the desk (`support_ticket_stats`). Archived tickets do not count.
 */
export type TicketStats = { open_tickets: number, in_progress_tickets: number, waiting_tickets: number, escalated_tickets: number, resolved_tickets: number, closed_tickets: number, 
/**
 * Tickets of priority `urgent` that are neither resolved nor closed.
 */
urgent_tickets: number, 
/**
 * Tickets of priority `high` that are neither resolved nor closed.
 */
high_priority_tickets: number, 
/**
 * Unassigned tickets that are neither resolved nor closed.
 */
unassigned_tickets: number, 
/**
 * Tickets whose customer is waiting for an answer, counted up to 10,000.
 */
needs_answer_tickets: number, avg_resolution_hours: number | null, tickets_last_24h: number, tickets_last_7d: number, avg_satisfaction_rating: number | null, };

/**
 * `POST /v1/tickets`, with an `Idempotency-Key`. The description becomes the ticket's first
 * message.
 */
export type NewTicket = { 
/**
 * If absent, the first line of the description, with at most 80 characters. Leave it out
 * only if the server lists the feature `derived_subject`.
 */
subject?: string, 
/**
 * `general` if absent, which needs the feature `derived_subject`.
 */
category?: Category, 
/**
 * The priority is `medium` if absent.
 */
priority?: Priority, description: string, 
/**
 * At most 10 uploads. The text may be empty only if there is one. Needs the feature
 * `attachments`.
 */
attachments?: Array<UploadId>, metadata?: Record<string, unknown>, };

/**
 * `PATCH /v1/tickets/{id}`: changes all given fields or, if one is refused, none. Customers
 * may change only `status`.
 */
export type TicketPatch = { status?: Status, priority?: Priority, category?: Category, 
/**
 * A staff member's id, `"me"`, or `"nobody"` to unassign; `null` also unassigns.
 */
assigned_to?: string, 
/**
 * The assignee that the caller saw, in the format of `assigned_to`. Requires
 * `assigned_to`. If the ticket now has another assignee, the response is `conflict` and
 * nothing is changed. It is no conflict if the ticket already has the requested assignee.
 * Send this field only to a server that lists the feature `if_assigned_to`.
 */
if_assigned_to?: string, };

/**
 * The body of `POST /v1/tickets/{id}/messages`, which needs an `Idempotency-Key`.
 */
export type NewMessage = { body: string, 
/**
 * Whether this is an internal note, as in the frame `send`.
 */
internal?: boolean, 
/**
 * At most 10 uploads. The text may be empty only if there is one. Needs the feature
 * `attachments`.
 */
attachments?: Array<UploadId>, based_on?: Seq, };

/**
 * The response to a sent message. `seq` is its number in the history as the sender sees it.
 */
export type MessageStored = { seq: Seq, at: string, duplicate: boolean, };

/**
 * The body of `PATCH /v1/tickets/{id}/messages/{message_id}`.
 */
export type MessageEdit = { body: string, };

/**
 * The body of `PUT /v1/tickets/{id}/rating`.
 */
export type NewRating = { 
/**
 * The rating, 1 to 5.
 */
satisfaction_rating: number, 
/**
 * Null means no comment. A new rating replaces the previous rating and its comment.
 */
satisfaction_comment?: string, };

/**
 * The response of `GET /v1/me`.
 */
export type MeView = { user: Me, role: StaffRole | null, };

/**
 * `GET /v1/me/unread`: what the caller has not read as a customer, except archived tickets.
 */
export type OwnUnread = { 
/**
 * Tickets with unread events of other people: messages, or changes such as closing the
 * ticket. Only the 1,000 most recently active tickets are counted.
 */
tickets: number, 
/**
 * Unread messages of staff on the counted tickets, at most 100 for each ticket.
 */
messages: number, };

/**
 * A member of staff, in `GET /v1/agents` (for staff) and `GET /v1/roles` (for admins).
 */
export type RoleView = { user_id: UserId, role: StaffRole, name: string | null, email: string | null, 
/**
 * Blocked people can no longer sign in. They keep their role.
 */
blocked: boolean, 
/**
 * Whether the person was connected within the last 90 s. Only `GET /v1/roles` has it.
 */
online?: boolean | null, };

/**
 * A person with the requested e-mail address, in `GET /v1/people?email=`, for admins only.
 */
export type PersonFound = { user_id: UserId, role: StaffRole | null, name: string | null, email: string | null, 
/**
 * Blocked people can no longer sign in, whatever their role.
 */
blocked: boolean, 
/**
 * When the person first signed in.
 */
since: string, last_seen_at: string | null, 
/**
 * Issuer and `sub` of the person's token, which distinguish people, if `sub` is no UUID.
 */
subject: string | null, };

/**
 * `PUT /v1/roles/{user_id}`; refused with `roles_managed` if the platform manages roles.
 */
export type RoleGrant = { role: StaffRole, };

/**
 * `PUT /v1/people/{user_id}/blocked`, for admins only. Needs the feature `block_people`.
 */
export type BlockChange = { blocked: boolean, };

/**
 * `GET /v1/erasures`, for admins only.
 */
export type ErasureView = { 
/**
 * The people whose erasure is proposed, at most 100.
 */
proposals: Array<ErasureProposal>, 
/**
 * How many people are gone and not proposed, because too many are gone at once.
 */
withheld: number, };

/**
 * A person who was deleted on the platform, and whose erasure is proposed.
 */
export type ErasureProposal = { person: UserId, name: string | null, email: string | null, gone_since: string, proposed_at: string, tickets: number, 
/**
 * Whether a legal hold forbids the erasure now.
 */
held: boolean, };

/**
 * `PUT /v1/erasures/{user_id}`, for admins only. Refused with `legal_hold` under a legal hold.
 */
export type ErasureDecision = { 
/**
 * Whether the person's data is erased. False keeps the person, without another proposal.
 */
erase: boolean, };

/**
 * A list page of `GET /v1/tickets?scope=all`, for staff only.
 */
export type StaffTicketPage = { tickets: Array<StaffTicket>, 
/**
 * The `cursor` of the next page; null on the last page.
 */
next_cursor: string | null, };

/**
 * A list page of `GET /v1/tickets` (the caller's own tickets).
 */
export type CustomerTicketPage = { tickets: Array<CustomerTicket>, next_cursor: string | null, };

/**
 * A page of history for staff, oldest first.
 */
export type StaffEventPage = { epoch: string, head: Seq, events: Array<StaffEvent>, 
/**
 * Whether the history has older events.
 */
more_before: boolean, };

/**
 * A page of history for a customer, oldest first.
 */
export type CustomerEventPage = { epoch: string, head: Seq, events: Array<CustomerEvent>, more_before: boolean, };

/**
 * A link to a page of the platform, shown on all of Helpline's pages.
 */
export type NavLink = { label: string, 
/**
 * The link's target: `http(s)://…` or a path; no other scheme.
 */
href: string, };

/**
 * `GET /v1/config`, without a token: what a web page needs to know before a person signs in.
 */
export type ClientConfig = { 
/**
 * The URL from which web pages get a token for the signed-in person.
 */
token_url: string | null, 
/**
 * The path at which people sign in with the desk's own OpenID provider; `?return=` names
 * the web page to return to. Null if the platform signs people in.
 */
sign_in_url: string | null, 
/**
 * The path that a web page requests by `POST` to end the session of the desk's own
 * provider. `next` in the response is the provider's own sign-out URL, or null.
 */
sign_out_url: string | null, 
/**
 * The web page to which people without a staff role are sent.
 */
home_url: string | null, 
/**
 * The platform's page on which roles are managed; the desk's own pages then only show the
 * roles. Null if roles are managed on the desk's pages, or if the page is not known.
 */
roles_managed_at?: string | null, 
/**
 * Whether the platform manages the roles; the desk's own pages then only show them.
 */
roles_managed: boolean, links: Array<NavLink>, languages: Array<string>, 
/**
 * Maximum files of one message.
 */
attachments_max: number, 
/**
 * Maximum bytes of one file.
 */
attachment_bytes_max: number, 
/**
 * Whether this is a demo server, where people can sign in by name.
 */
dev: boolean, 
/**
 * The names of this server's features; see `Feature`. Older servers send none.
 */
features: Array<string>, };

/**
 * The desk's opening hours of each weekday, as local times such as `["09:00", "17:00"]`. The
 * desk is closed on a day without spans. `24:00` is the end of the day. A span whose end is
 * not after its start ends on the next day: `["22:00", "06:00"]`.
 */
export type WeekHours = { mon: Array<[string, string]>, tue: Array<[string, string]>, wed: Array<[string, string]>, thu: Array<[string, string]>, fri: Array<[string, string]>, sat: Array<[string, string]>, sun: Array<[string, string]>, };

/**
 * A date with its own opening hours, which replace those of its weekday.
 */
export type Holiday = { 
/**
 * A date such as `2026-12-25`, from midnight to midnight in the desk's time zone. Opening
 * hours of the day before that would continue after midnight end at midnight.
 */
date: string, 
/**
 * The name of the holiday.
 */
name?: string | null, 
/**
 * Opening hours in the format of `WeekHours`. If empty, the desk is closed all day.
 */
spans: Array<[string, string]>, };

/**
 * The setting `opening_hours`.
 */
export type OpeningHours = { 
/**
 * The desk's time zone: an IANA name such as `Europe/Vienna`.
 */
timezone: string, days: WeekHours, 
/**
 * Holidays, each date at most once. Send them only to a server that lists the feature
 * `holidays`.
 */
holidays?: Array<Holiday>, };

/**
 * The response of `GET /v1/availability`, which needs no token.
 */
export type Availability = { 
/**
 * Whether the desk is open now. A desk without opening hours is always open.
 */
open: boolean, 
/**
 * Whether at least one agent is connected.
 */
agents_online: boolean, 
/**
 * When a closed desk opens next; null if it is open or never opens.
 */
opens_at: string | null, hours: OpeningHours | null, 
/**
 * The desk's notice for customers while no agent is available.
 */
notice: string | null, 
/**
 * How long customers recently waited for a first answer, in seconds: the median of the
 * newest 200 answered tickets of the last 30 days. Null if there are fewer than 5 such
 * tickets.
 */
first_answer_s: number | null, };

/**
 * The corner of the web page in which the widget's launcher is.
 */
export type WidgetPosition = "right" | "left";

/**
 * The setting `widget`. A field that is absent or null gets its default value.
 */
export type WidgetSettings = { 
/**
 * The colour of the launcher and of the widget's header, such as `#2f5bd0`.
 */
color: string | null, 
/**
 * The team's name in the widget's header: one line of at most 60 characters.
 */
team_name: string | null, 
/**
 * The greeting above the first question: one line of at most 200 characters.
 */
greeting: string | null, position: WidgetPosition, 
/**
 * The widget's logo: a PNG, JPEG, WebP or SVG of at most 12 KiB, as a base64 `data:` URL.
 * Show it only in `<img>`, because an SVG may contain scripts.
 */
logo: string | null, 
/**
 * Whether the widget asks for the category of a question.
 */
asks_category: boolean, 
/**
 * Sites that may embed the widget, in addition to those of the instance's
 * `--widget-sites`. Each site is written exactly as browsers send it in `Origin`.
 */
sites: Array<string>, };

/**
 * `GET /v1/widget`, without a token: the widget's appearance. Pages of every site may read it.
 */
export type WidgetView = { color: string | null, team_name: string | null, greeting: string | null, position: WidgetPosition, 
/**
 * The widget's logo as a `data:` URL. Show it only in `<img>`, because an SVG may contain
 * scripts.
 */
logo: string | null, asks_category: boolean, };

/**
 * The entity tags of the settings, with their quotes, for `If-Match` of `PUT
 * /v1/settings/{name}`. A setting without a value also has a tag.
 */
export type SettingEtags = { opening_hours: string, away_notice: string, reply_assigns: string, widget: string, };

/**
 * `GET /v1/settings`, for admins only, and the response to every change of a setting.
 */
export type DeskSettings = { opening_hours: OpeningHours | null, away_notice: string | null, 
/**
 * Whether an unassigned ticket is assigned to the first member of staff who answers it.
 * Off by default.
 */
reply_assigns: boolean, 
/**
 * The widget's settings; null if it has its default appearance and behaviour.
 */
widget?: WidgetSettings | null, 
/**
 * The entity tags of the settings. Older servers do not send this field, and ignore
 * `If-Match`.
 */
etags?: SettingEtags | null, };

/**
 * The body of `PUT /v1/settings/{name}`, for admins only.
 */
export type SettingChange = { 
/**
 * A value of this setting's type in `DeskSettings`; null removes the setting.
 */
value: OpeningHours | WidgetSettings | string | boolean | null, };

/**
 * An item of `GET /v1/saved-replies`, for staff only: the shared replies and the caller's own,
 * ordered by shortcut. If a shared and a personal reply have the same shortcut, the personal
 * reply takes precedence. The server stores placeholders `{{…}}` unchanged; the client
 * replaces them.
 */
export type SavedReply = { id: SavedReplyId, shortcut: string, title: string, body: string, 
/**
 * The name of the reply's folder; null if the reply is in no folder. Older servers do not
 * send this field.
 */
folder?: string | null, 
/**
 * The person who owns a personal reply: always the caller. Null for a shared reply.
 */
owner?: UserId | null, updated_at: string, 
/**
 * The saved reply's entity tag, with its quotes, for `If-Match` of a change or a deletion.
 * Older servers do not send this field, and ignore `If-Match`.
 */
etag?: string | null, };

/**
 * `PUT /v1/saved-replies/{id}` creates or replaces a `SavedReply`. Admins may change shared
 * replies, and all staff their own.
 */
export type SavedReplyChange = { 
/**
 * 1 to 40 characters of a-z, 0-9, `_` and `-`. Refused with `conflict` if another shared
 * reply, or another personal reply of the same person, has the same shortcut.
 */
shortcut: string, title: string, body: string, 
/**
 * The folder that lists the reply: one line of at most 60 characters. Null means no
 * folder, as if the field were absent. Send this field only to a server that lists the
 * feature `reply_folders`.
 */
folder?: string, 
/**
 * Whether the reply belongs only to the caller, so that no other person sees it. If
 * absent, the reply is shared. The value cannot change after the reply was first saved
 * (`conflict`). Send this field only to a server that lists the feature `reply_folders`.
 */
personal?: boolean, };

/**
 * A page of `GET /v1/access-log`, for admins only, newest entries first. If few entries match
 * the filter, a page may be short or empty although older pages follow.
 */
export type AccessPage = { entries: Array<AccessEntry>, 
/**
 * The `cursor` of the next page; null if there are no older entries.
 */
next_cursor: string | null, 
/**
 * The time back to which this page searched, if the search stopped before the page was
 * full; otherwise null.
 */
searched_to: string | null, };

/**
 * An entry of the access log: a read by staff, a refused request, or a change outside of
 * tickets.
 */
export type AccessEntry = { 
/**
 * A newer entry has a higher `id`.
 */
id: number, at: string, 
/**
 * The person who acted. Null for a request before sign-in, and for a database
 * administrator.
 */
user: AccessPerson | null, 
/**
 * One of the names in `GET /v1/access-log/actions`, or a name that another version of
 * Helpline recorded.
 */
action: string, ticket: AccessTicket | null, 
/**
 * The error code of a refused request; null if the action was carried out.
 */
refused: string | null, ip: string | null, user_agent: string | null, 
/**
 * Further details, depending on the action. Texts of more than 1,000 characters are cut
 * and end in `…`.
 */
detail: Record<string, unknown>, 
/**
 * Whether more detail is stored than `detail` has.
 */
detail_cut: boolean, };

/**
 * The person who acted, with their current name and e-mail address.
 */
export type AccessPerson = { id: UserId, name: string | null, email: string | null, };

/**
 * The ticket that the action concerned.
 */
export type AccessTicket = { id: TicketId, 
/**
 * The ticket's number. Null if the ticket does not exist or was deleted.
 */
number: TicketNumber | null, };

/**
 * `GET /v1/access-log/actions`, for admins only: the names of the actions that this version
 * records.
 */
export type AccessActions = { actions: Array<string>, };

/**
 * The state of one check in the system status.
 */
export type CheckState = "ok" | "failing" | "unknown";

/**
 * `GET /v1/system`, for admins only: the status of the instance that answered, and of the
 * database that all instances share.
 */
export type SystemView = { version: string, 
/**
 * An id that is new at each start of the instance.
 */
instance: string, started_at: string, 
/**
 * The time of this response, by the instance's clock.
 */
at: string, 
/**
 * The results of the checks. Another version of Helpline may have more checks, or fewer.
 */
checks: Array<SystemCheck>, 
/**
 * Open WebSocket connections of this instance.
 */
connections: number, 
/**
 * Tickets that are open in at least one client of this instance.
 */
rooms: number, 
/**
 * Database connections in use. `pool_idle` are idle connections, and `pool_waiting` are
 * requests that wait for a connection.
 */
pool_used: number, pool_idle: number, pool_waiting: number, 
/**
 * The version that Postgres reports. Null, like `database_mib`, `clock_offset_ms` and
 * `schema_found`, if the database did not answer in time.
 */
database_version: string | null, 
/**
 * Size of the whole database on disk, in MiB. The free disk space is not reported, because
 * SQL cannot determine it.
 */
database_mib: number | null, 
/**
 * How far the database's clock is ahead of the instance's, in milliseconds; negative if it
 * is behind. The error of this value is less than one round trip to the database.
 */
clock_offset_ms: number | null, schema_found: SchemaVersion | null, schema_expected: SchemaVersion, 
/**
 * When the retention job last archived or deleted old tickets; null if the newest entries
 * of the access log record no such run of the job.
 */
retention_at: string | null, };

/**
 * The result of one check in the system status.
 */
export type SystemCheck = { 
/**
 * `database`, `schema`, `migrations`, `relay`, `sweep`, `jobs`, `clock`, `retention`,
 * `instance`, or a check of another version.
 */
name: string, state: CheckState, 
/**
 * A word such as `unreachable`: why the check is failing or unknown, or which of several
 * good states it found.
 */
code: string | null, 
/**
 * Since when the check has had this result; null if this instance has seen no other
 * result.
 */
since: string | null, };

/**
 * The version of the database's schema.
 */
export type SchemaVersion = { 
/**
 * The highest migration number up to which every migration is applied.
 */
version: number, 
/**
 * The generation number of the installed functions, views, triggers and policies, which
 * grows with every change of them.
 */
generation: number, };

/**
 * What a run of retention does: it archives closed tickets, deletes archived tickets, or
 * deletes old entries of the access log.
 */
export type RetentionKind = "archive" | "delete" | "access_log";

/**
 * The state of a run. A `waiting` run needs an admin's approval, because it would change too
 * large a share. A run is `stopped` if an admin refuses it, or if the settings change before it
 * is done. A `waiting` run is `expired` when the next one is planned.
 */
export type RetentionState = "waiting" | "acting" | "done" | "stopped" | "expired";

/**
 * The settings of retention: `PUT /v1/retention/settings`, and a part of `GET /v1/retention`.
 */
export type RetentionSettings = { 
/**
 * Whether retention runs by its schedule. If not, nothing is archived or deleted.
 */
enabled: boolean, 
/**
 * A ticket is archived this many calendar months after it was resolved or closed.
 */
archive_months: number, 
/**
 * A ticket is deleted this many calendar months after it was archived.
 */
delete_months: number, 
/**
 * An entry of the access log is deleted after this many calendar months.
 */
access_log_months: number, 
/**
 * A run that would change a larger share, in percent of all tickets (or access log
 * entries), waits for an admin's approval. A run of at most 50 never waits.
 */
share_max_percent: number, 
/**
 * The day of the month on which retention runs, from 1 to 28. Deletion of tickets runs in
 * January, April, July and October only.
 */
day: number, 
/**
 * The time of day, such as `03:00`.
 */
at: string, 
/**
 * The IANA time zone of day and time, such as `Europe/Vienna`.
 */
zone: string, };

/**
 * The next run of one kind.
 */
export type RetentionNext = { kind: RetentionKind, at: string, };

/**
 * What a run leaves out, and why.
 */
export type RetentionSkipped = { 
/**
 * Old enough, but under a legal hold.
 */
held: number, 
/**
 * Neither resolved nor closed.
 */
open: number, 
/**
 * Not old enough.
 */
younger: number, 
/**
 * Resolved or closed at an unknown time, for example imported.
 */
undated: number, 
/**
 * Locked by other transactions during the whole run. The next run finds them.
 */
busy: number, 
/**
 * Refused by the database, for example because another table refers to the ticket. The log
 * of the service names each one and the reason.
 */
refused: number, };

/**
 * One run of retention. When it is done, this is its receipt, which never changes.
 */
export type RetentionRun = { id: RetentionRunId, kind: RetentionKind, state: RetentionState, 
/**
 * The time of the schedule for which the run was made.
 */
period: string, 
/**
 * The policy: after how many calendar months.
 */
months: number, 
/**
 * The guard: above which share of all, in percent, the run waits.
 */
share_max_percent: number, 
/**
 * The database's time when the run was planned.
 */
planned_at: string, 
/**
 * What was closed, archived or written before this time was due.
 */
cutoff: string, 
/**
 * Tickets or access log entries in all, when the run was planned.
 */
total: number, 
/**
 * How many of them were due.
 */
due: number, 
/**
 * What the plan left out.
 */
skipped: RetentionSkipped, 
/**
 * How many the run has archived or deleted so far.
 */
changed: number, 
/**
 * What the run left out, counted at its end; null before.
 */
kept: RetentionSkipped | null, 
/**
 * SHA-256 (hexadecimal) over the ids of the archived or deleted tickets, sorted and
 * separated by line feeds; null before the run is done. For the access log, it is a chain:
 * for each portion, SHA-256 over the digest before (none at first) and the portion's ids,
 * sorted and separated by line feeds. Its portions are in the access log as
 * `access_log_deleted`.
 */
digest: string | null, 
/**
 * For the access log: the id of the last entry that was examined.
 */
last_entry: number | null, 
/**
 * Why the run was stopped: `settings_changed`, `switched_off`, `refused` (by an admin) or
 * `clock_set_back` (it was planned while the database's clock was ahead).
 */
reason: string | null, approved_by: UserId | null, approved_at: string | null, 
/**
 * How long the database worked on the run, in milliseconds.
 */
worked_ms: number, done_at: string | null, };

/**
 * Counts of all tickets (or access log entries) for a run of this kind.
 */
export type RetentionPlan = { kind: RetentionKind, 
/**
 * The policy: after how many calendar months.
 */
months: number, 
/**
 * Tickets that were closed (or archived) before this time are due; so are entries of the
 * access log that were written before it.
 */
cutoff: string, total: number, due: number, skipped: RetentionSkipped, 
/**
 * Since when the ticket or entry that has been due longest was closed, archived or
 * written; null if nothing is due.
 */
oldest: string | null, 
/**
 * Whether the run needs an admin's approval.
 */
needs_approval: boolean, };

/**
 * What a run would do now: `POST /v1/retention/dry-run`. Nothing is changed.
 */
export type RetentionDryRun = { plans: Array<RetentionPlan>, };

/**
 * A ticket that a run would archive or delete.
 */
export type DueTicket = { id: TicketId, ticket_number: string, subject: string, 
/**
 * Null if the customer has no name.
 */
customer_name: string | null, 
/**
 * When it was resolved or closed, for a run that deletes when it was archived.
 */
since: string, };

/**
 * A page of `GET /v1/retention/due`: tickets that a run would archive or delete, those first
 * that have been closed (or archived) longest. The caller's own tickets are left out.
 */
export type DueTicketPage = { tickets: Array<DueTicket>, 
/**
 * The `cursor` of the next page; null if this is the last one.
 */
next_cursor: string | null, };

/**
 * `GET /v1/retention`, for admins only.
 */
export type RetentionView = { settings: RetentionSettings, 
/**
 * The entity tag of the settings, with its quotes, for `If-Match` of `PUT
 * /v1/retention/settings`.
 */
etag: string, 
/**
 * When each kind of run is due next, by the service's schedules. Empty if retention is
 * off.
 */
next: Array<RetentionNext>, 
/**
 * The last runs, newest first.
 */
runs: Array<RetentionRun>, 
/**
 * The newest legal holds that are not released, at most 100.
 */
holds: Array<LegalHold>, };

/**
 * What a legal hold keeps: one ticket, or a person and all tickets that they opened.
 */
export type LegalHoldScope = "ticket" | "person";

/**
 * `POST /v1/retention/holds`: a legal hold on a ticket, or on a person and all tickets that
 * they opened.
 */
export type NewLegalHold = { scope: LegalHoldScope, 
/**
 * The id of the ticket or of the person.
 */
id: string, 
/**
 * Why the hold is needed: 1 to 1,000 characters. Do not quote the ticket, because the
 * reason stays when the ticket is deleted after the hold.
 */
reason: string, 
/**
 * When the hold should be reviewed. Nothing happens then by itself.
 */
review_at?: string, };

/**
 * A legal hold: while it is not released, the ticket (or each ticket that the person opened)
 * is not archived, deleted or redacted, and its access log entries stay.
 */
export type LegalHold = { id: LegalHoldId, ticket: TicketId | null, person: UserId | null, 
/**
 * The ticket's number. Null if the hold is on a person, or if the ticket is deleted or the
 * reader's own.
 */
ticket_number: string | null, 
/**
 * The person's name. Null if the hold is on a ticket, or if the person has none.
 */
person_name: string | null, reason: string, 
/**
 * The admin who set the hold; null for an administrator of the database.
 */
set_by: UserId | null, set_at: string, review_at: string | null, released_by: UserId | null, released_at: string | null, };

/**
 * A page of `GET /v1/retention/holds`, newest first, released ones too.
 */
export type LegalHoldPage = { holds: Array<LegalHold>, 
/**
 * The `after` of the next page; null if there are no older holds.
 */
next_after: LegalHoldId | null, };

/**
 * `GET /v1/jobs`, for admins only: all background work, which all instances share. Counts stop
 * at 10,000, and lists at 500 entries.
 */
export type JobsView = { 
/**
 * The database's time.
 */
at: string, hold: JobsHold, 
/**
 * Ordered by name.
 */
consumers: Array<ConsumerView>, 
/**
 * Events that consumers could not handle, those that wait for an admin first.
 */
failed_events: Array<FailedEvent>, 
/**
 * The kinds of timers of this version.
 */
timers: Array<TimerKindView>, 
/**
 * Timers that wait for an admin, those that have waited longest first.
 */
held_timers: Array<HeldTimer>, 
/**
 * The kinds of deliveries of this version.
 */
deliveries: Array<DeliveryKindView>, 
/**
 * Ordered by name.
 */
schedules: Array<ScheduleView>, };

/**
 * Whether work that leaves the database or deletes from it is held, and why. It is held if
 * `unconfirmed` is true or `clock_jump_ms` is not null.
 */
export type JobsHold = { 
/**
 * The database, or the public address of the instance that answers, is not the one that
 * was confirmed as production.
 */
unconfirmed: boolean, 
/**
 * The public address of the instance that answers; empty if none is set.
 */
public_url: string, 
/**
 * The confirmed public address; null if nothing was ever confirmed.
 */
confirmed_public_url: string | null, 
/**
 * When it was confirmed; null if it was not, or the database was restored since.
 */
confirmed_at: string | null, 
/**
 * By how many milliseconds the database's clock has jumped, negative if it went back. Null
 * if it has not jumped, or an admin has checked it.
 */
clock_jump_ms: number | null, 
/**
 * Since when work is held because of the clock.
 */
clock_jumped_at: string | null, };

/**
 * How far a consumer is.
 */
export type ConsumerView = { name: string, 
/**
 * Since when it is paused; null if it is running.
 */
paused_at: string | null, 
/**
 * Number of events that it has handled.
 */
handled: number, 
/**
 * When it last handled events.
 */
handled_at: string, 
/**
 * Number of events that it has yet to handle.
 */
waiting: number, 
/**
 * When the oldest of these events happened; `at` minus this time is the lag.
 */
oldest_at: string | null, 
/**
 * Number of tickets with a failed event. Their later events are skipped meanwhile.
 */
failed: number, 
/**
 * Number of these tickets that wait for an admin.
 */
held: number, };

/**
 * An event that a consumer could not handle. The later events of its ticket wait.
 */
export type FailedEvent = { consumer: string, ticket_id: TicketId, 
/**
 * The ticket's number. Null if the ticket is deleted.
 */
ticket_number: string | null, seq: Seq, 
/**
 * Zero if the ticket was only locked by another transaction.
 */
attempts: number, 
/**
 * The last failure.
 */
error: string, failed_at: string, 
/**
 * Since when the event waits for an admin. Null if it will be tried again automatically.
 */
held_at: string | null, };

/**
 * The timers of one kind.
 */
export type TimerKindView = { kind: string, due: number, 
/**
 * When the earliest of them was due.
 */
oldest_at: string | null, 
/**
 * Number of timers that wait for an admin.
 */
held: number, };

/**
 * A timer that has failed and waits for an admin.
 */
export type HeldTimer = { id: number, kind: string, ticket_id: TicketId, 
/**
 * The ticket's number. Null if the ticket is deleted.
 */
ticket_number: string | null, 
/**
 * Distinguishes the timers of one kind on one ticket.
 */
key: string, due_at: string, attempts: number, 
/**
 * The last failure.
 */
error: string, held_at: string, };

/**
 * The deliveries of one kind.
 */
export type DeliveryKindView = { kind: string, due: number, 
/**
 * When the one that has waited longest was due.
 */
oldest_at: string | null, 
/**
 * Number of deliveries that are being attempted.
 */
in_flight: number, 
/**
 * Number of deliveries that are not attempted any more.
 */
dead: number, };

/**
 * On which days a schedule occurs.
 */
export type ScheduleDays = "day" | "week" | "month" | "quarter";

/**
 * A schedule, with its next occurrence and its last run.
 */
export type ScheduleView = { name: string, 
/**
 * An IANA time zone, in which `time` and the days are meant.
 */
zone: string, 
/**
 * The time of day, such as `03:00`.
 */
time: string, days: ScheduleDays, 
/**
 * The day of the month, or of the week (1 is Monday). Null if it occurs every day.
 */
on_day: number | null, next_at: string, 
/**
 * Since when it is paused; null if it is not.
 */
paused_at: string | null, last_run: ScheduleRun | null, };

/**
 * A run of a schedule.
 */
export type ScheduleRun = { 
/**
 * The occurrence for which the run was made.
 */
period: string, started_at: string, 
/**
 * Null if the run is not done.
 */
done_at: string | null, 
/**
 * Why it stopped before it was done; null if it did not. It is continued automatically.
 */
error: string | null, 
/**
 * How far it is, or its result. The fields depend on the schedule.
 */
progress: Record<string, unknown>, };

/**
 * A page of `GET /v1/jobs/dead-deliveries`, for admins only, the latest first.
 */
export type DeadDeliveryPage = { deliveries: Array<DeadDelivery>, 
/**
 * The `cursor` of the next page; null if there are no earlier ones.
 */
next_cursor: string | null, };

/**
 * A delivery that is not attempted any more, until an admin replays it.
 */
export type DeadDelivery = { id: DeliveryId, 
/**
 * Whom it was for, such as the id of a webhook.
 */
receiver: string, 
/**
 * The ticket that it was about, with `seq`; null if it was about none.
 */
ticket_id: TicketId | null, 
/**
 * The ticket's number. Null if it was about none, or if the ticket is deleted.
 */
ticket_number: string | null, seq: Seq | null, attempts: number, 
/**
 * The last failure.
 */
error: string, created_at: string, dead_at: string, };

/**
 * The answer to `POST /v1/jobs/dead-deliveries/replay` and `/replay-since`.
 */
export type DeliveriesReplayed = { 
/**
 * Number of deliveries that are due again.
 */
replayed: number, };

/**
 * What an admin decides about an event or a timer that has failed.
 */
export type Decision = "retry" | "skip";

/**
 * `PUT /v1/jobs/consumers/{consumer}` and `PUT /v1/jobs/schedules/{schedule}`, for admins only.
 */
export type PauseChange = { paused: boolean, };

/**
 * `POST /v1/jobs/consumers/{consumer}/failed-events`, for admins only: what is to be done about
 * a failed event.
 */
export type FailedEventDecision = { ticket_id: TicketId, 
/**
 * The event that the admin saw. If another event of the ticket has failed by now, the
 * answer is `conflict`.
 */
seq: Seq, decision: Decision, };

/**
 * `POST /v1/jobs/timers/{timer}`, for admins only: what is to be done about a held timer.
 */
export type TimerDecision = { decision: Decision, };

/**
 * `POST /v1/jobs/dead-deliveries/replay`, for admins only.
 */
export type DeliveryReplay = { 
/**
 * The dead deliveries, at most 100. Others are ignored.
 */
ids: Array<DeliveryId>, };

/**
 * `POST /v1/jobs/dead-deliveries/replay-since`, for admins only: all deliveries of one kind and
 * receiver that died since a time, at most 10,000, the earliest first.
 */
export type DeliveryReplaySince = { kind: string, receiver: string, since: string, };

/**
 * `PUT /v1/jobs/identity`, for admins only: this database is production.
 */
export type IdentityConfirmation = { 
/**
 * `hold.public_url` as the admin saw it. If the instance that answers has another public
 * address, the answer is `conflict`.
 */
public_url: string, };

/**
 * `POST /v1/uploads`: reserves an upload. Its bytes follow with `PUT /v1/uploads/{id}`.
 */
export type NewUpload = { 
/**
 * Identifies this upload across retries, like the key of a message.
 */
key: Key, 
/**
 * The file's name. Directories and characters that could harm are removed from it.
 */
name: string, 
/**
 * The file's size in bytes, at least 1.
 */
size_bytes: number, 
/**
 * The media type that the sender believes the file has. The server determines the type
 * from the content.
 */
content_type?: string, 
/**
 * The ticket on which a message will name the file. If absent, the file is for a ticket
 * that the person opens next.
 */
ticket?: TicketId, 
/**
 * Whether the file is for an internal note.
 */
is_internal?: boolean, };

/**
 * A file of a person, before a message names it.
 */
export type Upload = { id: UploadId, 
/**
 * The file's name as it will be shown.
 */
name: string, 
/**
 * The media type, determined from the content. Before the upload is stored, the type that
 * the sender named, or `application/octet-stream`.
 */
content_type: string, size_bytes: number, state: UploadState, is_internal: boolean, 
/**
 * The ticket that the upload is for; null if it is for a ticket that the person opens
 * next.
 */
ticket: TicketId | null, 
/**
 * When the upload is deleted, unless a message names it.
 */
expires_at: string, };

/**
 * A file of a ticket's message.
 */
export type TicketFile = { id: UploadId, name: string, content_type: string, size_bytes: number, state: AttachmentState, width?: number, height?: number, preview: boolean, message: MessageId, 
/**
 * The number of the message's event, in the numbering of the reader's audience.
 */
seq: Seq, 
/**
 * When the message was sent.
 */
at: string, 
/**
 * The author's name as the reader sees it; null for the system.
 */
sender: string | null, 
/**
 * Whether the message is an internal note. Only staff get this field.
 */
is_internal?: boolean, };

/**
 * A page of `GET /v1/tickets/{ticket}/attachments`: the files of a ticket's messages, the
 * newest message first.
 */
export type TicketFilePage = { attachments: Array<TicketFile>, 
/**
 * Whether there are older files. `before` with the last `seq` returns them.
 */
more: boolean, };

/**
 * The response of `POST /v1/attachments/{id}/link`.
 */
export type AttachmentLink = { 
/**
 * The address of the file, a path on this host unless the desk serves files from a host of
 * their own. It is signed for the person who requested it: when it is opened, their right to the
 * file is checked again. A browser sends no token with it, so anyone who has the address can open it, so do not pass it on.
 */
url: string, 
/**
 * When the address stops working, at most 60 s from now.
 */
expires_at: string, };

/**
 * How many tickets a person has. Archived tickets do not count.
 */
export type TicketTotals = { 
/**
 * Tickets that are neither resolved nor closed.
 */
open: number, total: number, };

/**
 * The response of `GET /v1/people/{id}`, for staff only.
 */
export type PersonView = { id: UserId, name: string | null, email: string | null, last_seen_at: string | null, 
/**
 * The client address of the person's latest action on one of their own tickets.
 */
address: string | null, user_agent: string | null, tickets: TicketTotals, 
/**
 * Blocked people can no longer sign in. Older servers do not send this field.
 */
blocked: boolean, };

/**
 * `GET /v1/tickets/counts`, for staff only: the number of tickets in each view of the console.
 * Archived tickets do not count.
 */
export type TicketCounts = { 
/**
 * Tickets assigned to the caller that are neither resolved nor closed.
 */
mine: number, 
/**
 * Unassigned tickets that are neither resolved nor closed.
 */
unassigned: number, 
/**
 * Tickets whose customer is waiting for an answer, counted up to 10,000.
 */
needs_answer: number, 
/**
 * All tickets that are neither resolved nor closed.
 */
all: number, 
/**
 * Tickets of priority `urgent` that are neither resolved nor closed.
 */
urgent: number, resolved: number, closed: number, };

/**
 * `POST /v1/tickets/bulk`, for staff: one change to many tickets, each changed or refused.
 */
export type BulkPatch = { tickets: Array<TicketId>, patch: TicketPatch, };

/**
 * The result for one ticket of a bulk change.
 */
export type BulkResult = { id: TicketId, ok: boolean, 
/**
 * Why the change was refused; absent if `ok` is true.
 */
code?: RejectCode, };

/**
 * The response to a `BulkPatch`: one result for each ticket, in the order of the request.
 */
export type BulkOutcome = { results: Array<BulkResult>, };

/**
 * An error over REST, as RFC 9457 `application/problem+json`.
 */
export type Problem = { 
/**
 * Always `about:blank`. Programs use `code` instead.
 */
type: string, title: string, status: number, code: RejectCode, retry_after_ms?: number, head?: Seq, 
/**
 * If `code` is `conflict` because of `if_assigned_to`: the person to whom the ticket is
 * assigned now, with their first name. Absent if the ticket is unassigned.
 */
assigned_to?: AgentRef, };

/** The WebSocket subprotocol. */
export const SUBPROTOCOL = "helpline.v1";

/** Frames that a client may send. */
export const CLIENT_FRAME_TYPES = [
  "hello",
  "subscribe",
  "unsubscribe",
  "send",
  "typing",
  "read",
  "inbox",
  "token",
  "pong",
] as const satisfies readonly ClientFrame["type"][];

/** Staff roles. */
export const STAFF_ROLES = [
  "admin",
  "support_agent",
] as const satisfies readonly StaffRole[];

/** Sides that act. */
export const ACTOR_TYPES = [
  "customer",
  "admin",
  "system",
] as const satisfies readonly ActorType[];

/** Where a ticket may stand. */
export const STATUSES = [
  "open",
  "in_progress",
  "waiting_on_customer",
  "waiting_on_admin",
  "resolved",
  "closed",
  "escalated",
] as const satisfies readonly Status[];

/** Statuses in which a ticket is over for now. */
export const OVER_STATUSES = [
  "resolved",
  "closed",
] as const satisfies readonly Status[];

/** How much it hurts. */
export const PRIORITIES = [
  "low",
  "medium",
  "high",
  "urgent",
] as const satisfies readonly Priority[];

/** What a ticket may be about. */
export const CATEGORIES = [
  "technical",
  "billing",
  "account",
  "feature_request",
  "bug_report",
  "general",
  "security",
  "compliance",
] as const satisfies readonly Category[];

/** Kinds of history rows. */
export const KINDS = [
  "created",
  "status_changed",
  "message_added",
  "internal_note_added",
  "assigned",
  "unassigned",
  "priority_changed",
  "category_changed",
  "resolved",
  "closed",
  "reopened",
  "escalated",
  "rated",
  "message_edited",
  "message_redacted",
  "note_edited",
  "note_redacted",
  "logged",
  "archived",
  "attachment_checked",
  "internal_attachment_checked",
  "unreadable",
] as const satisfies readonly Kind[];

/** Kinds that a customer may see. */
export const PUBLIC_KINDS = [
  "created",
  "status_changed",
  "message_added",
  "assigned",
  "unassigned",
  "priority_changed",
  "category_changed",
  "resolved",
  "closed",
  "reopened",
  "escalated",
  "rated",
  "message_edited",
  "message_redacted",
  "attachment_checked",
  "unreadable",
] as const satisfies readonly Kind[];

/** Kinds whose rows carry a message. */
export const MESSAGE_KINDS = [
  "message_added",
  "internal_note_added",
  "message_edited",
  "message_redacted",
  "note_edited",
  "note_redacted",
  "attachment_checked",
  "internal_attachment_checked",
] as const satisfies readonly Kind[];

/** What a server may be able to do beyond the first `helpline.v1`. */
export const FEATURES = [
  "strict_fields",
  "rest_send_names",
  "needs_answer",
  "own_unread",
  "reply_assigns",
  "inbox_presence",
  "if_assigned_to",
  "access_log",
  "holidays",
  "reply_folders",
  "widget_settings",
  "derived_subject",
  "system",
  "block_people",
  "retention",
  "jobs",
  "erasures",
  "attachments",
] as const satisfies readonly Feature[];

/** Codes of refusals. */
export const REJECT_CODES = [
  "malformed",
  "unknown_type",
  "hello_expected",
  "not_authenticated",
  "token_expired",
  "blocked",
  "forbidden",
  "not_found",
  "invalid_field",
  "unknown_field",
  "invalid_body",
  "too_large",
  "attachments_off",
  "attachment_not_found",
  "quota_exceeded",
  "too_many_uploads",
  "upload_in_progress",
  "length_required",
  "digest_mismatch",
  "attachment_checking",
  "attachment_infected",
  "attachment_not_scannable",
  "attachment_gone",
  "link_invalid",
  "ticket_closed",
  "ticket_archived",
  "invalid_transition",
  "not_ratable",
  "key_reused",
  "stale",
  "redacted",
  "legal_hold",
  "conflict",
  "precondition_failed",
  "roles_managed",
  "not_subscribed",
  "too_many_subscriptions",
  "rate_limited",
  "overloaded",
  "unavailable",
  "internal",
] as const satisfies readonly RejectCode[];

/** Refusals of requests that may succeed later, unchanged. */
export const PASSING_REJECT_CODES = [
  "upload_in_progress",
  "rate_limited",
  "overloaded",
  "unavailable",
  "internal",
] as const satisfies readonly RejectCode[];

/** Refusals of requests that may succeed, unchanged, after the next `welcome`. */
export const NEXT_WELCOME_REJECT_CODES = [
  "unknown_field",
] as const satisfies readonly RejectCode[];

/** The statuses to which a side may change a ticket, by its status, in the order of a menu. */
export const STATUS_TRANSITIONS = {
  customer: {
    open: ["closed"],
    in_progress: ["closed"],
    waiting_on_customer: ["closed"],
    waiting_on_admin: ["closed"],
    resolved: ["open", "closed"],
    closed: ["open"],
    escalated: ["closed"],
  },
  admin: {
    open: ["in_progress", "waiting_on_customer", "waiting_on_admin", "escalated", "resolved", "closed"],
    in_progress: ["open", "waiting_on_customer", "waiting_on_admin", "escalated", "resolved", "closed"],
    waiting_on_customer: ["open", "in_progress", "waiting_on_admin", "escalated", "resolved", "closed"],
    waiting_on_admin: ["open", "in_progress", "waiting_on_customer", "escalated", "resolved", "closed"],
    resolved: ["open", "in_progress", "closed"],
    closed: ["open"],
    escalated: ["open", "in_progress", "waiting_on_customer", "waiting_on_admin", "resolved", "closed"],
  },
  system: {
    open: ["in_progress", "waiting_on_customer", "waiting_on_admin", "escalated", "resolved", "closed"],
    in_progress: ["open", "waiting_on_customer", "waiting_on_admin", "escalated", "resolved", "closed"],
    waiting_on_customer: ["open", "in_progress", "waiting_on_admin", "escalated", "resolved", "closed"],
    waiting_on_admin: ["open", "in_progress", "waiting_on_customer", "escalated", "resolved", "closed"],
    resolved: ["open", "in_progress", "closed"],
    closed: ["open"],
    escalated: ["open", "in_progress", "waiting_on_customer", "waiting_on_admin", "resolved", "closed"],
  },
} as const satisfies Record<ActorType, Record<Status, readonly Status[]>>;

/** The status that a side's message sets, by the ticket's status; null: it stays. */
export const MESSAGE_TRANSITIONS = {
  customer: { open: null, in_progress: null, waiting_on_customer: "waiting_on_admin", waiting_on_admin: null, resolved: "open", closed: null, escalated: null },
  admin: { open: "in_progress", in_progress: null, waiting_on_customer: null, waiting_on_admin: "in_progress", resolved: null, closed: null, escalated: null },
  system: { open: null, in_progress: null, waiting_on_customer: null, waiting_on_admin: null, resolved: null, closed: null, escalated: null },
} as const satisfies Record<ActorType, Record<Status, Status | null>>;

/** Why the server closes. 4000 to 4499: come back; 4500 to 4999: stay away until something changes. */
export const CLOSE_CODES = {
  restart: 1012,
  too_big: 1009,
  too_slow: 4001,
  no_pong: 4002,
  role_changed: 4003,
  rate: 4008,
  full: 4009,
  protocol: 4500,
  not_authenticated: 4501,
  revoked: 4503,
  too_many_connections: 4504,
} as const;

/** The bounds that a client keeps within; `welcome` names those that an instance may set otherwise. */
export const LIMITS = {
  body_bytes_max: 16384,
  subject_chars_max: 200,
  rating_comment_chars_max: 2000,
  key_chars_max: 64,
  attachments_max: 10,
  attachment_bytes_max: 26214400,
  attachment_name_chars_max: 200,
  search_chars_max: 100,
  search_word_chars_min: 3,
  frame_bytes_max: 65536,
  hello_bytes_max: 17408,
  json_body_bytes_max: 65536,
  hello_timeout_ms: 10000,
  heartbeat_interval_ms: 25000,
  pong_timeout_ms: 37500,
  subscriptions_max: 200,
  pending_requests_max: 64,
  frames_per_second: 30,
  frames_burst: 300,
  replay_events_max: 5000,
  page_events: 50,
  page_events_max: 200,
  list_tickets: 25,
  list_tickets_max: 100,
  bulk_tickets_max: 100,
  saved_replies_max: 500,
  personal_replies_max: 100,
  reply_folder_chars_max: 60,
  shortcut_chars_max: 40,
  saved_reply_title_chars_max: 100,
  notice_chars_max: 500,
  day_spans_max: 8,
  holidays_max: 100,
  holiday_name_chars_max: 100,
  widget_team_name_chars_max: 60,
  widget_greeting_chars_max: 200,
  widget_logo_bytes_max: 12288,
  widget_sites_max: 50,
  typing_interval_ms: 1000,
  typing_fade_ms: 6000,
  inbox_known_max: 20000,
  bye_spread_ms: 2000,
} as const;
