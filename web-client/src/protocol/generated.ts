// Made from core's types and tables; a test in core fails when this file differs from them, and rewrites it on request:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.

/**
 * A ticket (`support_tickets.id`).
 */
export type TicketId = string;

/**
 * A person (`people.id`). If the `sub` of their token is a UUID, it is this id.
 */
export type UserId = string;

/**
 * A message or note (`support_messages.id`). The writer creates a UUIDv7, so that the messages
 * of a batch are ordered by their ids.
 */
export type MessageId = string;

/**
 * A saved reply (`support_saved_replies.id`), a UUIDv7.
 */
export type SavedReplyId = string;

/**
 * A position in one ticket's history, counted from 1; 0 is before the first event. The reader
 * decides which of the two numberings applies: in frames for staff, it is the column `seq`; in
 * frames for customers, it is `public_seq`, also under the name `seq`.
 */
export type Seq = number;

/**
 * The sender's name for one send (`support_messages.key`): the same key again is the same send. 1
 * to [`limits::KEY_CHARS_MAX`] visible ASCII characters.
 */
export type Key = string;

/**
 * The number by which people name a ticket: `TKT-000001`, with at least six digits and never cut
 * (`TKT-1000000` is the millionth). A ticket that was imported from an earlier system keeps the
 * number it had there, in any form, such as `SUP-77`.
 */
export type TicketNumber = string;

/**
 * A staff role (`user_roles.role`). Both work on tickets; only admins manage roles, settings
 * and retention.
 */
export type StaffRole = "admin" | "support_agent";

/**
 * The side that performed an action (`actor_type`, `sender_type`). Staff of either role count
 * as `admin`, the word of the original system.
 */
export type ActorType = "customer" | "admin" | "system";

/**
 * The side as which a person reads. It decides numbering, frame types and the database role.
 */
export type Audience = "customer" | "staff";

/**
 * The status of a ticket. [`crate::transitions`] has the transitions between them.
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
 * What happened (`support_ticket_activity.kind`).
 */
export type Kind = "created" | "status_changed" | "message_added" | "internal_note_added" | "assigned" | "unassigned" | "priority_changed" | "category_changed" | "resolved" | "closed" | "reopened" | "escalated" | "rated" | "message_edited" | "message_redacted" | "note_edited" | "note_redacted" | "logged" | "archived" | "unreadable";

/**
 * The codes of `error` frames and of REST problems.
 */
export type RejectCode = "malformed" | "unknown_type" | "hello_expected" | "not_authenticated" | "token_expired" | "blocked" | "forbidden" | "not_found" | "invalid_field" | "unknown_field" | "invalid_body" | "too_large" | "ticket_closed" | "ticket_archived" | "invalid_transition" | "not_ratable" | "key_reused" | "stale" | "redacted" | "legal_hold" | "conflict" | "precondition_failed" | "roles_managed" | "not_subscribed" | "too_many_subscriptions" | "rate_limited" | "overloaded" | "unavailable" | "internal";

/**
 * A file that is attached to a message. The platform stores the file; the history has only this
 * description.
 */
export type Attachment = { 
/**
 * The id under which the platform stores the file.
 */
id: string, 
/**
 * The file's name, 1 to [`limits::ATTACHMENT_NAME_CHARS_MAX`] characters, shown as text.
 */
name: string, 
/**
 * The file's media type, determined from its content.
 */
content_type: string, 
/**
 * The file's size in bytes, at most [`limits::EXACT_NUMBER_MAX`].
 */
size_bytes: number, };

/**
 * A frame from a client. The client chooses `id`, and the answer has the same `id`.
 */
export type ClientFrame = { "type": "hello", id: number, 
/**
 * A bearer token. It is never logged.
 */
token: string, } | { "type": "subscribe", id: number, ticket: TicketId, 
/**
 * The number of the last event that the client has seen. If absent, the answer is the
 * latest page.
 */
after?: Seq, 
/**
 * The epoch in which `after` was counted.
 */
epoch?: string, } | { "type": "unsubscribe", id: number, ticket: TicketId, } | { "type": "send", id: number, ticket: TicketId, 
/**
 * Identifies this send. A retry uses the same key.
 */
key: Key, body: string, internal?: boolean, attachments?: Array<Attachment>, 
/**
 * The number of the last event that the author has seen. If another person has written a
 * message since then, the send is refused as `stale`.
 */
based_on?: Seq, } | { "type": "typing", ticket: TicketId, on: boolean, internal?: boolean, } | { "type": "read", ticket: TicketId, seq: Seq, } | { "type": "inbox", id: number, on: boolean, filter?: InboxFilter, } | { "type": "token", id: number, token: string, } | { "type": "pong" };

/**
 * Selects the tickets of an inbox: those that match every given field. Archived tickets never
 * match.
 */
export type InboxFilter = { status?: Array<Status>, category?: Array<Category>, priority?: Array<Priority>, 
/**
 * Tickets assigned to this person.
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
 * A capability that was added after the first `helpline.v1`. A name is never removed, and its
 * meaning never changes.
 */
export type Feature = "strict_fields" | "rest_send_names" | "needs_answer" | "own_unread" | "reply_assigns" | "inbox_presence" | "if_assigned_to" | "access_log" | "holidays" | "reply_folders" | "widget_settings" | "derived_subject" | "system" | "block_people";

/**
 * Frames that are the same for staff and customers.
 */
export type CommonFrame = { "type": "welcome", id: number, user: Me, 
/**
 * Null for customers.
 */
role: StaffRole | null, heartbeat_ms: number, limits: WireLimits, 
/**
 * What this server can do beyond the first `helpline.v1`; see `Feature`. Older servers
 * send no names.
 */
features: Array<string>, } | { "type": "ok", id: number, } | { "type": "ack", id: number, key: Key, seq: Seq, at: string, duplicate: boolean, } | { "type": "reset", ticket: TicketId, epoch: string, head: Seq, } | { "type": "ping", heads: Array<TicketHead>, } | { "type": "bye", retry_after_ms: number, reason: string, } | { "type": "error", id?: number, code: RejectCode, message: string, retry_after_ms?: number, 
/**
 * With `stale`: the ticket's head in the sender's numbering.
 */
head?: Seq, };

/**
 * Frames for staff.
 */
export type StaffFrame = { "type": "subscribed", id: number, ticket: TicketId, epoch: string, 
/**
 * The history's last number when this page was read.
 */
head: Seq, events: Array<StaffEvent>, more: boolean, 
/**
 * Whether the client must drop the events that it had before.
 */
reset: boolean, viewers: Array<Viewer>, 
/**
 * How far each person has read, in the reader's numbering.
 */
reads: Array<StaffRead>, } | { "type": "event" } & StaffEvent | { "type": "typing", ticket: TicketId, person: StaffPerson, on: boolean, internal: boolean, } | { "type": "presence", ticket: TicketId, viewers: Array<Viewer>, } | { "type": "read", ticket: TicketId, person: StaffPerson, seq: Seq, } | { "type": "inbox", tickets: Array<StaffTicket>, 
/**
 * Tickets that were sent in full before and of which only these fields have changed since,
 * usually because of a new message.
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
 * The limits that a client must keep within.
 */
export type WireLimits = { body_bytes_max: number, frame_bytes_max: number, attachments_max: number, subscriptions_max: number, frames_per_second: number, typing_interval_ms: number, typing_fade_ms: number, };

/**
 * The last number of a ticket's history, in the reader's numbering.
 */
export type TicketHead = { ticket: TicketId, seq: Seq, };

/**
 * A person as staff see them.
 */
export type StaffPerson = { 
/**
 * Null for the system.
 */
id: UserId | null, type: ActorType, name: string | null, };

/**
 * A person as customers see them: the side, and the name. The name of staff is a single word, or
 * null.
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
 * How far a person has read, for staff.
 */
export type StaffRead = { person: StaffPerson, seq: Seq, };

/**
 * How far a person has read, for customers.
 */
export type CustomerRead = { person: CustomerPerson, seq: Seq, };

/**
 * One event of a ticket's history, for staff.
 */
export type StaffEvent = { ticket: TicketId, seq: Seq, at: string, kind: Kind, actor: StaffPerson, old_value: string | null, new_value: string | null, description?: string, message?: StaffMessage, };

/**
 * A message or note for staff.
 */
export type StaffMessage = { id: MessageId, sender_id: UserId | null, sender_type: ActorType, 
/**
 * Empty if the message is redacted.
 */
body: string, is_internal: boolean, attachments: Array<Attachment>, key: Key | null, created_at: string, edited_at: string | null, redacted_at: string | null, };

/**
 * One event of a ticket's history, for customers.
 */
export type CustomerEvent = { ticket: TicketId, seq: Seq, at: string, kind: Kind, actor: CustomerPerson, old_value: string | null, new_value: string | null, message?: CustomerMessage, };

/**
 * A message for a customer.
 */
export type CustomerMessage = { id: MessageId, sender_type: ActorType, 
/**
 * Empty if the message is redacted.
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
 * 1 to 5.
 */
satisfaction_rating: number, satisfaction_comment: string | null, };

/**
 * The last message of a ticket that its customer can read; never a note.
 */
export type LastMessage = { at: string, 
/**
 * The side that wrote the message. Messages of the system count as the team's.
 */
side: Audience, 
/**
 * The author's name; for customers, the public name of staff. Null if there is none.
 */
name: string | null, 
/**
 * The start of the current text, as one line of at most 120 characters. Empty if the message
 * is redacted.
 */
snippet: string, };

/**
 * A ticket as staff see it: in lists, in the inbox and on its own.
 */
export type StaffTicket = { id: TicketId, ticket_number: TicketNumber, subject: string, category: Category, priority: Priority, status: Status, user_id: UserId, customer_name: string | null, customer_email: string | null, assigned_to: AgentRef | null, assigned_at: string | null, rating: Rating | null, created_at: string, updated_at: string, first_response_at: string | null, resolved_at: string | null, closed_at: string | null, archived_at: string | null, last_activity_at: string, 
/**
 * The last number of the ticket's history. It is also the version of this state.
 */
seq: Seq, 
/**
 * How far the reader has read. The reader's own messages directly after that number count as
 * read. Always 0 in `inbox` frames, which are the same for all staff.
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
 * The last number of the history that the customer can see (`public_seq`).
 */
seq: Seq, 
/**
 * How far the customer has read. Their own messages directly after that number count as read.
 */
read_seq: Seq, last_message: LastMessage | null, 
/**
 * Since when the customer has been waiting for an answer. Null if the customer was answered,
 * and while the ticket is resolved, closed or archived.
 */
waiting_since: string | null, };

/**
 * A ticket of the inbox of which only these fields have changed since it was sent in full.
 */
export type TicketMoved = { id: TicketId, 
/**
 * The last number of the ticket's history: the version of this state.
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
 * `POST /v1/tickets`, with an `Idempotency-Key`. The description becomes the first message.
 */
export type NewTicket = { 
/**
 * If absent, it is derived from the first line of the description, with at most 80
 * characters. Leave it out only if the server lists the feature `derived_subject`.
 */
subject?: string, 
/**
 * `general` if absent. Leave it out only if the server lists the feature
 * `derived_subject`.
 */
category?: Category, 
/**
 * `medium` if absent.
 */
priority?: Priority, description: string, attachments?: Array<Attachment>, metadata?: Record<string, unknown>, };

/**
 * `PATCH /v1/tickets/{id}`: changes the given fields, all or none. Customers may change only
 * `status`.
 */
export type TicketPatch = { status?: Status, priority?: Priority, category?: Category, 
/**
 * A staff member's id, `"me"`, or `"nobody"` to unassign; `null` also unassigns.
 */
assigned_to?: string, 
/**
 * The assignee that the caller saw, in the form of `assigned_to`. It requires
 * `assigned_to`. If another person has the ticket by now, the answer is `conflict` and
 * nothing is changed. If the ticket already has the requested assignee, that is not a
 * conflict. Send it only to a server that lists the feature `if_assigned_to`.
 */
if_assigned_to?: string, };

/**
 * `POST /v1/tickets/{id}/messages`, with an `Idempotency-Key`.
 */
export type NewMessage = { body: string, 
/**
 * Whether this is a note for the team, as in `send`.
 */
internal?: boolean, attachments?: Array<Attachment>, based_on?: Seq, };

/**
 * The answer to a sent message. `seq` is the message's number in the sender's numbering.
 */
export type MessageStored = { seq: Seq, at: string, duplicate: boolean, };

/**
 * `PATCH /v1/tickets/{id}/messages/{message_id}`.
 */
export type MessageEdit = { body: string, };

/**
 * `PUT /v1/tickets/{id}/rating`.
 */
export type NewRating = { 
/**
 * 1 to 5.
 */
satisfaction_rating: number, 
/**
 * Null means no comment, like leaving it out. A rating replaces the previous one,
 * including its comment.
 */
satisfaction_comment?: string, };

/**
 * `GET /v1/me`.
 */
export type MeView = { user: Me, role: StaffRole | null, };

/**
 * `GET /v1/me/unread`: what the caller has not read on their own tickets, as their customer. Archived tickets do not count.
 */
export type OwnUnread = { 
/**
 * Tickets with unread events of other people: messages, or changes such as the end of the
 * ticket. Only the 1,000 most recently active tickets are counted.
 */
tickets: number, 
/**
 * Unread messages of the team on those tickets, up to 100 for each ticket.
 */
messages: number, };

/**
 * A member of staff, in `GET /v1/agents` (staff) and `GET /v1/roles` (admins).
 */
export type RoleView = { user_id: UserId, role: StaffRole, name: string | null, email: string | null, 
/**
 * Blocked people can no longer sign in. They keep their role.
 */
blocked: boolean, 
/**
 * Whether the person was connected within the last 90 seconds and is not blocked. Only in
 * `GET /v1/roles`; older servers do not send it.
 */
online?: boolean | null, };

/**
 * A person who has the requested e-mail address, in `GET /v1/people?email=` (admins).
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
 * Issuer and `sub` of the person's token, if `sub` is not a UUID. They distinguish people
 * with the same address.
 */
subject: string | null, };

/**
 * `PUT /v1/roles/{user_id}`. Refused with `roles_managed` if the platform manages roles.
 */
export type RoleGrant = { role: StaffRole, };

/**
 * `PUT /v1/people/{user_id}/blocked` (admins). Send it only to a server that lists the feature
 * `block_people`.
 */
export type BlockChange = { blocked: boolean, };

/**
 * A list page of `GET /v1/tickets?scope=all` (staff).
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
 * A link to a page of the platform, shown on all pages.
 */
export type NavLink = { label: string, 
/**
 * `http(s)://…` or a path; no other scheme.
 */
href: string, };

/**
 * `GET /v1/config`, without a token: what a page needs to know before a person signs in.
 */
export type ClientConfig = { 
/**
 * The URL from which pages get a token for the signed-in person.
 */
token_url: string | null, 
/**
 * The path on the desk's host at which people sign in with the desk's own OpenID provider;
 * `?return=` names the page to return to. Null if the platform signs people in.
 */
sign_in_url: string | null, 
/**
 * The path to which the page sends a `POST` to end such a session. `next` in the answer is
 * the provider's own sign-out URL, or null.
 */
sign_out_url: string | null, 
/**
 * The page to which people without a staff role are sent.
 */
home_url: string | null, 
/**
 * The platform's page on which roles are managed; the desk's own pages then only show
 * them. Null if roles are managed on the desk's pages.
 */
roles_managed_at?: string | null, links: Array<NavLink>, languages: Array<string>, 
/**
 * Whether demo people can sign in by name.
 */
dev: boolean, 
/**
 * What this server can do beyond the first `helpline.v1`; see `Feature`. Older servers
 * send no names.
 */
features: Array<string>, };

/**
 * The desk's hours of each weekday, as local times such as `["09:00", "17:00"]`. A day without
 * spans is closed. `24:00` is the end of the day. A span whose end is not after its start ends
 * on the next day: `["22:00", "06:00"]`.
 */
export type WeekHours = { mon: Array<[string, string]>, tue: Array<[string, string]>, wed: Array<[string, string]>, thu: Array<[string, string]>, fri: Array<[string, string]>, sat: Array<[string, string]>, sun: Array<[string, string]>, };

/**
 * A date with its own hours, which replace those of its weekday.
 */
export type Holiday = { 
/**
 * A date such as `2026-12-25`, from midnight to midnight in the desk's time zone. A span
 * that began on the day before ends at that midnight.
 */
date: string, 
/**
 * The name of the holiday.
 */
name?: string | null, 
/**
 * Spans as in `WeekHours`. Without any, the desk is closed all day.
 */
spans: Array<[string, string]>, };

/**
 * The setting `opening_hours`.
 */
export type OpeningHours = { 
/**
 * An IANA name such as `Europe/Vienna`.
 */
timezone: string, days: WeekHours, 
/**
 * Holidays, each date at most once. Send them only to a server that lists the feature
 * `holidays`.
 */
holidays?: Array<Holiday>, };

/**
 * `GET /v1/availability`, without a token.
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
opens_at: string | null, 
/**
 * Null if the desk has no opening hours.
 */
hours: OpeningHours | null, 
/**
 * The desk's notice for customers while no agent is available.
 */
notice: string | null, 
/**
 * How long customers recently waited for a first answer, in seconds: the median of the
 * newest 200 answered tickets of the last 30 days. Null if there are fewer than 5.
 */
first_answer_s: number | null, };

/**
 * The corner of the page where the widget's launcher is.
 */
export type WidgetPosition = "right" | "left";

/**
 * The setting `widget`. A field that is absent or null has its default.
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
 * A PNG, JPEG, WebP or SVG of at most 12 KiB, as a base64 `data:` URL. Show it only as a
 * picture (`<img>`): an SVG may contain scripts.
 */
logo: string | null, 
/**
 * Whether the widget asks for the category of a question.
 */
asks_category: boolean, 
/**
 * Sites that may embed the widget, in addition to those of the instance's
 * `--widget-sites`. Each one is written exactly as browsers send it in `Origin`.
 */
sites: Array<string>, };

/**
 * `GET /v1/widget`, without a token: the widget's appearance. Pages of every site may read it.
 */
export type WidgetView = { color: string | null, team_name: string | null, greeting: string | null, position: WidgetPosition, 
/**
 * Show it only as a picture (`<img>`): an SVG may contain scripts.
 */
logo: string | null, asks_category: boolean, };

/**
 * The entity tags of the settings, with their quotes, for `If-Match` of `PUT
 * /v1/settings/{name}`. A setting without a value has a tag too.
 */
export type SettingEtags = { opening_hours: string, away_notice: string, reply_assigns: string, widget: string, };

/**
 * `GET /v1/settings` (admins), and the answer to every change of a setting.
 */
export type DeskSettings = { opening_hours: OpeningHours | null, away_notice: string | null, 
/**
 * Whether an unassigned ticket is assigned to the first member of staff who answers it.
 * Off by default.
 */
reply_assigns: boolean, 
/**
 * Null if the widget has its default appearance and behaviour.
 */
widget?: WidgetSettings | null, 
/**
 * Older servers send none, and ignore `If-Match`.
 */
etags?: SettingEtags | null, };

/**
 * `PUT /v1/settings/{name}` (admins).
 */
export type SettingChange = { 
/**
 * A value of this setting's type in `DeskSettings`; null removes the setting.
 */
value: OpeningHours | WidgetSettings | string | boolean | null, };

/**
 * An item of `GET /v1/saved-replies` (staff): the shared replies and the caller's own, ordered
 * by shortcut. If a shared and a personal reply have the same shortcut, the personal one takes
 * precedence. The server stores `{{…}}` unchanged; the client fills it in.
 */
export type SavedReply = { id: SavedReplyId, shortcut: string, title: string, body: string, 
/**
 * Null if the reply is in no folder. Older servers do not send it.
 */
folder?: string | null, 
/**
 * The person who owns a personal reply: always the caller. Null for a shared reply.
 */
owner?: UserId | null, updated_at: string, 
/**
 * The entity tag, with its quotes, for `If-Match` of a change or a deletion. Older servers
 * send none, and ignore `If-Match`.
 */
etag?: string | null, };

/**
 * `PUT /v1/saved-replies/{id}` creates or replaces a saved reply and returns the `SavedReply`.
 * Admins may change shared replies, and all staff may change their own personal ones.
 */
export type SavedReplyChange = { 
/**
 * 1 to 40 characters of a-z, 0-9, `_` and `-`. Refused with `conflict` if another shared
 * reply, or another personal reply of the same person, has the same shortcut.
 */
shortcut: string, title: string, body: string, 
/**
 * The folder that lists the reply: one line of at most 60 characters. Null means no
 * folder, like leaving it out. Send it only to a server that lists the feature
 * `reply_folders`.
 */
folder?: string, 
/**
 * Whether the reply is the caller's own, which no other person sees. Shared if absent. It
 * cannot change after the reply was first saved (`conflict`). Send it only to a server
 * that lists the feature `reply_folders`.
 */
personal?: boolean, };

/**
 * A page of `GET /v1/access-log` (admins), newest entries first. If few entries match the
 * filter, a page may be short or empty although older pages follow.
 */
export type AccessPage = { entries: Array<AccessEntry>, 
/**
 * The `cursor` of the next page; null if there are no older entries.
 */
next_cursor: string | null, 
/**
 * How far back this page searched, if the search stopped before the page was full; null if
 * nothing was left out.
 */
searched_to: string | null, };

/**
 * An entry of the access log: a read by staff, a refused request, or a change outside of
 * tickets.
 */
export type AccessEntry = { 
/**
 * Increases with time.
 */
id: number, at: string, 
/**
 * Null for a request before sign-in and for an administrator of the database.
 */
user: AccessPerson | null, 
/**
 * One of the names in `GET /v1/access-log/actions`, or a name of another version.
 */
action: string, ticket: AccessTicket | null, 
/**
 * The code of the refusal; null if the action was carried out.
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
 * The person who acted, with their current name and address.
 */
export type AccessPerson = { id: UserId, name: string | null, email: string | null, };

/**
 * The ticket that the action concerned.
 */
export type AccessTicket = { id: TicketId, 
/**
 * Null if the ticket does not exist or was deleted.
 */
number: TicketNumber | null, };

/**
 * `GET /v1/access-log/actions` (admins): the names of the actions that this version records.
 */
export type AccessActions = { actions: Array<string>, };

/**
 * The state of a system check.
 */
export type CheckState = "ok" | "failing" | "unknown";

/**
 * `GET /v1/system` (admins): the status of the instance that answered, and of the database
 * that all instances share.
 */
export type SystemView = { version: string, 
/**
 * An id that is new at each start of the instance.
 */
instance: string, started_at: string, 
/**
 * The time of this answer, by the instance's clock.
 */
at: string, 
/**
 * Another version may have more checks, or fewer.
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
 * Size of the whole database on its disk, in MiB. SQL cannot tell how much space is free.
 */
database_mib: number | null, 
/**
 * How far the database's clock is ahead of the instance's, in milliseconds; negative if it
 * is behind. The error is less than the round trip.
 */
clock_offset_ms: number | null, schema_found: SchemaVersion | null, schema_expected: SchemaVersion, 
/**
 * When retention last archived or deleted something; null if the newest entries of the
 * access log do not tell.
 */
retention_at: string | null, };

/**
 * The result of one check.
 */
export type SystemCheck = { 
/**
 * `database`, `schema`, `migrations`, `relay`, `sweep`, `jobs`, `clock`, `retention`,
 * `instance`, or a check of another version.
 */
name: string, state: CheckState, 
/**
 * Why the state is failing or unknown, or which of several good states it is: a word such
 * as `unreachable`.
 */
code: string | null, 
/**
 * Since when this instance has seen this result; null if it was the first one.
 */
since: string | null, };

/**
 * The version of the database's schema.
 */
export type SchemaVersion = { 
/**
 * The newest migration up to which none is missing.
 */
version: number, 
/**
 * The generation of the functions, views, triggers and policies.
 */
generation: number, };

/**
 * How many tickets a person has. Archived tickets do not count.
 */
export type TicketTotals = { 
/**
 * Tickets that are neither resolved nor closed.
 */
open: number, total: number, };

/**
 * `GET /v1/people/{id}` (staff).
 */
export type PersonView = { id: UserId, name: string | null, email: string | null, last_seen_at: string | null, 
/**
 * The client address of the person's latest action on one of their own tickets.
 */
address: string | null, user_agent: string | null, tickets: TicketTotals, 
/**
 * Blocked people can no longer sign in. Older servers do not send it.
 */
blocked: boolean, };

/**
 * `GET /v1/tickets/counts` (staff): the number of tickets in each view of the console. Archived tickets do not count.
 */
export type TicketCounts = { 
/**
 * Assigned to the caller, and neither resolved nor closed.
 */
mine: number, 
/**
 * Not assigned, and neither resolved nor closed.
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
 * Urgent, and neither resolved nor closed.
 */
urgent: number, resolved: number, closed: number, };

/**
 * `POST /v1/tickets/bulk` (staff): one change to many tickets. Each ticket is changed or refused independently.
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
 * The answer to a `BulkPatch`, in the order of its tickets.
 */
export type BulkOutcome = { results: Array<BulkResult>, };

/**
 * RFC 9457 `application/problem+json`.
 */
export type Problem = { 
/**
 * Always `about:blank`; `code` is the reason for programs.
 */
type: string, title: string, status: number, code: RejectCode, retry_after_ms?: number, head?: Seq, 
/**
 * With `conflict` of `if_assigned_to`: the person who has the ticket now, with their first
 * name. Absent if the ticket is unassigned.
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
