// Made from core's types and tables; a test in core fails when this file differs from them, and rewrites it on request:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.

/**
 * A ticket (`support_tickets.id`).
 */
export type TicketId = string;

/**
 * A person (`people.id`): the `sub` of their token where that is a UUID.
 */
export type UserId = string;

/**
 * A message or note (`support_messages.id`), UUIDv7 made by the writer: the order within a batch is the order of ids.
 */
export type MessageId = string;

/**
 * A text kept for answering (`support_saved_replies.id`), UUIDv7 made by the writer.
 */
export type SavedReplyId = string;

/**
 * A place in one ticket's history, counted from 1; 0 is "before the first". Which of the two numberings it belongs to
 * follows from its reader: staff frames carry `seq`, customers' carry `public_seq` as `seq`.
 */
export type Seq = number;

/**
 * The sender's name for one send (`support_messages.key`): the same key again is the same send. 1 to
 * [`limits::KEY_CHARS_MAX`] visible ASCII characters.
 */
export type Key = string;

/**
 * The number that people say aloud: `TKT-000001`, six digits at least, never cut (`TKT-1000000` is the millionth). A ticket that was
 * carried over from an earlier system keeps the number that it had there, whatever its form: `SUP-77`.
 */
export type TicketNumber = string;

/**
 * A staff role (`user_roles.role`). Both roles work on tickets. Only admins manage roles,
 * settings and retention.
 */
export type StaffRole = "admin" | "support_agent";

/**
 * The side that acted (`actor_type`, `sender_type`). `admin` stands for staff of either role.
 */
export type ActorType = "customer" | "admin" | "system";

/**
 * The side that reads a ticket. It decides which numbering, frame types and database role are
 * used.
 */
export type Audience = "customer" | "staff";

/**
 * The status of a ticket. [`crate::transitions`] has the transitions between them.
 */
export type Status = "open" | "in_progress" | "waiting_on_customer" | "waiting_on_admin" | "resolved" | "closed" | "escalated";

/**
 * How much it hurts.
 */
export type Priority = "low" | "medium" | "high" | "urgent";

/**
 * What it is about.
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
 * A file attached to a message. Helpline stores this description but not the file.
 */
export type Attachment = { 
/**
 * The id under which your platform stores the file.
 */
id: string, 
/**
 * The file's name, 1 to [`limits::ATTACHMENT_NAME_CHARS_MAX`] characters, shown as text.
 */
name: string, 
/**
 * The media type, determined from the file's content.
 */
content_type: string, 
/**
 * The size in bytes, at most [`limits::EXACT_NUMBER_MAX`].
 */
size_bytes: number, };

/**
 * One frame from a client. `id` names the answer; it is the client's own count.
 */
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
 * The last number that the author has seen: refused as `stale` if another message has been written since.
 */
based_on?: Seq, } | { "type": "typing", ticket: TicketId, on: boolean, internal?: boolean, } | { "type": "read", ticket: TicketId, seq: Seq, } | { "type": "inbox", id: number, on: boolean, filter?: InboxFilter, } | { "type": "token", id: number, token: string, } | { "type": "pong" };

/**
 * Which tickets an inbox watches: those that match every field given. Empty: all that are not archived.
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
 * Only tickets whose customer waits for an answer.
 */
needs_answer?: boolean, };

/**
 * One thing that was added. A word is never taken away again, nor given another meaning.
 */
export type Feature = "strict_fields" | "rest_send_names" | "needs_answer" | "own_unread" | "reply_assigns" | "inbox_presence" | "if_assigned_to" | "access_log" | "holidays" | "reply_folders" | "widget_settings" | "derived_subject" | "system" | "block_people";

/**
 * Frames that are the same for everybody.
 */
export type CommonFrame = { "type": "welcome", id: number, user: Me, 
/**
 * None: a customer.
 */
role: StaffRole | null, heartbeat_ms: number, limits: WireLimits, 
/**
 * What this server can do beyond the first `helpline.v1`: see `Feature`. An older server names none.
 */
features: Array<string>, } | { "type": "ok", id: number, } | { "type": "ack", id: number, key: Key, seq: Seq, at: string, duplicate: boolean, } | { "type": "reset", ticket: TicketId, epoch: string, head: Seq, } | { "type": "ping", heads: Array<TicketHead>, } | { "type": "bye", retry_after_ms: number, reason: string, } | { "type": "error", id?: number, code: RejectCode, message: string, retry_after_ms?: number, 
/**
 * With `stale`: the ticket's head in the sender's numbering.
 */
head?: Seq, };

/**
 * Frames that only staff are shown.
 */
export type StaffFrame = { "type": "subscribed", id: number, ticket: TicketId, epoch: string, 
/**
 * The history's last number when this page was read.
 */
head: Seq, events: Array<StaffEvent>, more: boolean, 
/**
 * What the client had before is no longer valid.
 */
reset: boolean, viewers: Array<Viewer>, 
/**
 * How far each person has read, in the reader's numbering.
 */
reads: Array<StaffRead>, } | { "type": "event" } & StaffEvent | { "type": "typing", ticket: TicketId, person: StaffPerson, on: boolean, internal: boolean, } | { "type": "presence", ticket: TicketId, viewers: Array<Viewer>, } | { "type": "read", ticket: TicketId, person: StaffPerson, seq: Seq, } | { "type": "inbox", tickets: Array<StaffTicket>, 
/**
 * Tickets that were sent in full before and of which only these fields have changed, as a rule by a new message.
 */
moved: Array<TicketMoved>, stats?: TicketStats, } | { "type": "inbox_presence", tickets: Array<TicketViewers>, };

/**
 * Frames that customers are shown.
 */
export type CustomerFrame = { "type": "subscribed", id: number, ticket: TicketId, epoch: string, head: Seq, events: Array<CustomerEvent>, more: boolean, reset: boolean, reads: Array<CustomerRead>, } | { "type": "event" } & CustomerEvent | { "type": "typing", ticket: TicketId, person: CustomerPerson, on: boolean, } | { "type": "read", ticket: TicketId, person: CustomerPerson, seq: Seq, };

/**
 * The person that `welcome` greets.
 */
export type Me = { id: UserId, name: string | null, email: string | null, };

/**
 * The limits that a client must know to keep within them.
 */
export type WireLimits = { body_bytes_max: number, frame_bytes_max: number, attachments_max: number, subscriptions_max: number, frames_per_second: number, typing_interval_ms: number, typing_fade_ms: number, };

/**
 * A ticket's head, in the reader's numbering.
 */
export type TicketHead = { ticket: TicketId, seq: Seq, };

/**
 * A person as staff see them.
 */
export type StaffPerson = { 
/**
 * None: the system.
 */
id: UserId | null, type: ActorType, name: string | null, };

/**
 * A person as customers see them: a side, and of staff one word of the name, or none.
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
 * How far a side has read, for customers.
 */
export type CustomerRead = { person: CustomerPerson, seq: Seq, };

/**
 * One history row for staff.
 */
export type StaffEvent = { ticket: TicketId, seq: Seq, at: string, kind: Kind, actor: StaffPerson, old_value: string | null, new_value: string | null, description?: string, message?: StaffMessage, };

/**
 * A message or note for staff.
 */
export type StaffMessage = { id: MessageId, sender_id: UserId | null, sender_type: ActorType, 
/**
 * Empty when redacted.
 */
body: string, is_internal: boolean, attachments: Array<Attachment>, key: Key | null, created_at: string, edited_at: string | null, redacted_at: string | null, };

/**
 * One history row for a customer.
 */
export type CustomerEvent = { ticket: TicketId, seq: Seq, at: string, kind: Kind, actor: CustomerPerson, old_value: string | null, new_value: string | null, message?: CustomerMessage, };

/**
 * A message for a customer.
 */
export type CustomerMessage = { id: MessageId, sender_type: ActorType, 
/**
 * Empty when redacted.
 */
body: string, attachments: Array<Attachment>, key: Key | null, created_at: string, edited_at: string | null, redacted_at: string | null, };

/**
 * A person by id and name, as staff see them.
 */
export type AgentRef = { id: UserId, name: string | null, };

/**
 * How the customer rated the ticket.
 */
export type Rating = { 
/**
 * 1 to 5.
 */
satisfaction_rating: number, satisfaction_comment: string | null, };

/**
 * The last message of a ticket that its customer can read: never a note.
 */
export type LastMessage = { at: string, 
/**
 * Whose message it is. What the system writes counts as the team's.
 */
side: Audience, 
/**
 * The author's name, for customers by the rule for names of staff; null when there is none.
 */
name: string | null, 
/**
 * The beginning of its present text, on one line of at most 120 characters; empty when the message was redacted.
 */
snippet: string, };

/**
 * A ticket as staff see it: in lists, in the inbox and on its own.
 */
export type StaffTicket = { id: TicketId, ticket_number: TicketNumber, subject: string, category: Category, priority: Priority, status: Status, user_id: UserId, customer_name: string | null, customer_email: string | null, assigned_to: AgentRef | null, assigned_at: string | null, rating: Rating | null, created_at: string, updated_at: string, first_response_at: string | null, resolved_at: string | null, closed_at: string | null, archived_at: string | null, last_activity_at: string, 
/**
 * The history's head: the version of this state.
 */
seq: Seq, 
/**
 * How far the reader has read; their own messages directly after it count as read. Always 0 in `inbox`, which is the same for all staff.
 */
read_seq: Seq, last_message: LastMessage | null, 
/**
 * Since when the customer waits for an answer: their opening of the ticket or first message since the last public answer. Null when it
 * was answered, and while the ticket is resolved, closed or archived.
 */
waiting_since: string | null, };

/**
 * A ticket as its customer sees it.
 */
export type CustomerTicket = { id: TicketId, ticket_number: TicketNumber, subject: string, category: Category, priority: Priority, status: Status, 
/**
 * One word of the assigned agent's name; null when the ticket is unassigned or the name has no such word.
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
 * How far the customer has read; their own messages directly after it count as read.
 */
read_seq: Seq, last_message: LastMessage | null, 
/**
 * Since when the customer waits for an answer; null when it was answered, and while the ticket is resolved, closed or archived.
 */
waiting_since: string | null, };

/**
 * A ticket in the inbox of which only these fields have changed since it was sent in full.
 */
export type TicketMoved = { id: TicketId, 
/**
 * The version of this state.
 */
seq: Seq, last_activity_at: string, last_message: LastMessage | null, waiting_since: string | null, };

/**
 * Statistics of the desk (`support_ticket_stats`). Archived tickets do not count.
 */
export type TicketStats = { open_tickets: number, in_progress_tickets: number, waiting_tickets: number, escalated_tickets: number, resolved_tickets: number, closed_tickets: number, 
/**
 * Urgent, and neither resolved nor closed.
 */
urgent_tickets: number, 
/**
 * High, and neither resolved nor closed.
 */
high_priority_tickets: number, 
/**
 * Not assigned, and neither resolved nor closed.
 */
unassigned_tickets: number, 
/**
 * Those whose customer waits for an answer; counted up to 10,000.
 */
needs_answer_tickets: number, avg_resolution_hours: number | null, tickets_last_24h: number, tickets_last_7d: number, avg_satisfaction_rating: number | null, };

/**
 * `POST /v1/tickets`, with an `Idempotency-Key`. The description becomes the first message.
 */
export type NewTicket = { 
/**
 * Left out: made from the first line of the description, of at most 80 characters. Leave it out only to a server that names the feature
 * `derived_subject`.
 */
subject?: string, 
/**
 * Left out: `general`. Leave it out only to a server that names the feature `derived_subject`.
 */
category?: Category, 
/**
 * Left out: `medium`.
 */
priority?: Priority, description: string, attachments?: Array<Attachment>, metadata?: Record<string, unknown>, };

/**
 * `PATCH /v1/tickets/{id}`: the fields given are changed, all or none. Customers may only change `status`.
 */
export type TicketPatch = { status?: Status, priority?: Priority, category?: Category, 
/**
 * A staff member's id, `"me"`, or `"nobody"` to unassign; `null` also unassigns.
 */
assigned_to?: string, 
/**
 * The assignee that the caller has seen, in the words of `assigned_to`, which it needs. If another person has the ticket by now, the
 * answer is `conflict` and nothing is changed; if it is assigned as asked already, that is no conflict. Only to a server that
 * names the feature `if_assigned_to`.
 */
if_assigned_to?: string, };

/**
 * `POST /v1/tickets/{id}/messages`, with an `Idempotency-Key`.
 */
export type NewMessage = { body: string, 
/**
 * A note for the team, as in `send`.
 */
internal?: boolean, attachments?: Array<Attachment>, based_on?: Seq, };

/**
 * The answer: the number of the message in the sender's numbering.
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
 * Null is the same as leaving it out: no comment. A rating replaces the previous one, including its comment.
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
 * Tickets with something new of others: messages, or changes such as an end. Among the 1,000 that changed last.
 */
tickets: number, 
/**
 * Messages of the team among it; up to 100 of each ticket.
 */
messages: number, };

/**
 * A member of staff, in `GET /v1/agents` (staff) and `GET /v1/roles` (admins).
 */
export type RoleView = { user_id: UserId, role: StaffRole, name: string | null, email: string | null, 
/**
 * Blocked people sign in no more; they keep their role.
 */
blocked: boolean, 
/**
 * Whether they were connected within the last 90 seconds, and are not blocked. Only in `GET /v1/roles`, and left out by an older server.
 */
online?: boolean | null, };

/**
 * A person with an address, in `GET /v1/people?email=` (admins).
 */
export type PersonFound = { user_id: UserId, role: StaffRole | null, name: string | null, email: string | null, 
/**
 * Blocked people sign in no more; a role does not change that.
 */
blocked: boolean, 
/**
 * When they first signed in.
 */
since: string, last_seen_at: string | null, 
/**
 * Issuer and `sub` of their token, where that is no UUID: what tells people with one address apart.
 */
subject: string | null, };

/**
 * `PUT /v1/roles/{user_id}`. Where roles are managed by the platform: `roles_managed`.
 */
export type RoleGrant = { role: StaffRole, };

/**
 * `PUT /v1/people/{user_id}/blocked` (admins). Only to a server that names the feature `block_people`.
 */
export type BlockChange = { blocked: boolean, };

/**
 * A list page of `GET /v1/tickets?scope=all` (staff).
 */
export type StaffTicketPage = { tickets: Array<StaffTicket>, 
/**
 * `cursor` of the next page; null on the last page.
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
 * A link of the platform's navigation, shown on all pages.
 */
export type NavLink = { label: string, 
/**
 * `http(s)://…` or a path; no other scheme.
 */
href: string, };

/**
 * `GET /v1/config`, without a token: what a page must know before a person signs in.
 */
export type ClientConfig = { 
/**
 * Where the pages get a token for a person who is signed in to the platform.
 */
token_url: string | null, 
/**
 * Where people sign in by the desk's own provider, on the desk's host; `?return=` names the page to come back to. Null where the platform
 * signs people in.
 */
sign_in_url: string | null, 
/**
 * Where the page ends such a session: by `POST`, answered with `next`, where the provider ends its own, or null.
 */
sign_out_url: string | null, 
/**
 * Where people without a staff role are sent.
 */
home_url: string | null, 
/**
 * The platform's page on which roles are managed; here they are then only read. Null: they are given and taken here.
 */
roles_managed_at?: string | null, links: Array<NavLink>, languages: Array<string>, 
/**
 * Whether demo people can sign in by name.
 */
dev: boolean, 
/**
 * What this server can do beyond the first `helpline.v1`: see `Feature`. An older server names none.
 */
features: Array<string>, };

/**
 * The desk's hours of each day, as local `["09:00", "17:00"]`; a day without any is closed. `24:00` is the end of the day. A span whose end is
 * not after its beginning ends on the next day: `["22:00", "06:00"]`.
 */
export type WeekHours = { mon: Array<[string, string]>, tue: Array<[string, string]>, wed: Array<[string, string]>, thu: Array<[string, string]>, fri: Array<[string, string]>, sat: Array<[string, string]>, sun: Array<[string, string]>, };

/**
 * A date with hours of its own, in place of those of its weekday.
 */
export type Holiday = { 
/**
 * `2026-12-25`, by the desk's own clock: from midnight to midnight. A span of the day before ends at that midnight.
 */
date: string, 
/**
 * What the day is called.
 */
name?: string | null, 
/**
 * As a day of `WeekHours`; none: closed all day.
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
 * By date; each date once. Only to a server that names the feature `holidays`.
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
 * Whether an agent is connected.
 */
agents_online: boolean, 
/**
 * When the desk opens next, if it is closed; null: never.
 */
opens_at: string | null, 
/**
 * Null: the desk has no opening hours.
 */
hours: OpeningHours | null, 
/**
 * The desk's notice for customers while no agent is available.
 */
notice: string | null, 
/**
 * How long the first answer took lately, in seconds: the median of the newest 200 answered tickets of the last 30 days. Null: fewer
 * than 5.
 */
first_answer_s: number | null, };

/**
 * The corner in which the widget's launcher stands.
 */
export type WidgetPosition = "right" | "left";

/**
 * The setting `widget`. A field that is left out is as in a desk without the setting; null is the same as leaving it out.
 */
export type WidgetSettings = { 
/**
 * `#2f5bd0`: the colour of the launcher and of the widget's head.
 */
color: string | null, 
/**
 * At the widget's head: one line of at most 60 characters.
 */
team_name: string | null, 
/**
 * Over the first question: one line of at most 200 characters.
 */
greeting: string | null, position: WidgetPosition, 
/**
 * A `data:` URL in base64 of a PNG, JPEG, WebP or SVG of at most 12 KiB. Show it as a picture (`<img>`) only: an SVG may hold scripts.
 */
logo: string | null, 
/**
 * Whether the widget asks what a question is about.
 */
asks_category: boolean, 
/**
 * Sites that may show the widget, beside those of the instance's `--widget-sites`: exactly as browsers write them in `Origin`.
 */
sites: Array<string>, };

/**
 * `GET /v1/widget`, without a token: how the widget looks. Readable by pages of every site.
 */
export type WidgetView = { color: string | null, team_name: string | null, greeting: string | null, position: WidgetPosition, 
/**
 * Show it as a picture (`<img>`) only: an SVG may hold scripts.
 */
logo: string | null, asks_category: boolean, };

/**
 * The entity tags of the settings, each for `If-Match` of `PUT /v1/settings/{name}`, with its quotes. A setting that is not set has one too.
 */
export type SettingEtags = { opening_hours: string, away_notice: string, reply_assigns: string, widget: string, };

/**
 * `GET /v1/settings` (admins), and the answer of every change.
 */
export type DeskSettings = { opening_hours: OpeningHours | null, away_notice: string | null, 
/**
 * Whether the first member of staff who answers an unassigned ticket gets it assigned. Off unless set.
 */
reply_assigns: boolean, 
/**
 * Null: the widget looks and does as in any desk.
 */
widget?: WidgetSettings | null, 
/**
 * An older server tells none, and ignores `If-Match`.
 */
etags?: SettingEtags | null, };

/**
 * `PUT /v1/settings/{name}` (admins).
 */
export type SettingChange = { 
/**
 * Has the type of this setting in `DeskSettings`; null removes the setting.
 */
value: OpeningHours | WidgetSettings | string | boolean | null, };

/**
 * One of `GET /v1/saved-replies` (staff): the shared ones and the caller's own, by shortcut. Of two with one shortcut, the personal one is
 * meant. The server stores `{{…}}` unchanged: the client fills it in.
 */
export type SavedReply = { id: SavedReplyId, shortcut: string, title: string, body: string, 
/**
 * An older server has none.
 */
folder?: string | null, 
/**
 * The person whose own it is: the caller; null: the team's.
 */
owner?: UserId | null, updated_at: string, 
/**
 * The entity tag for `If-Match` of a change or a deletion, with its quotes. An older server tells none, and ignores `If-Match`.
 */
etag?: string | null, };

/**
 * `PUT /v1/saved-replies/{id}` creates or replaces; the answer is the `SavedReply`. Shared ones: admins; personal ones: any staff, their own.
 */
export type SavedReplyChange = { 
/**
 * 1 to 40 characters of a-z, 0-9, `_` and `-`. One that another shared reply, or another one of the same person, has: `conflict`.
 */
shortcut: string, title: string, body: string, 
/**
 * The folder in which it is listed: one line of at most 60 characters. Null is the same as leaving it out: none. Only to a server that
 * names the feature `reply_folders`.
 */
folder?: string, 
/**
 * Whether it is the caller's own, which no other person sees. A reply stays what it was saved as first: otherwise `conflict`. Left out: shared.
 * Only to a server that names the feature `reply_folders`.
 */
personal?: boolean, };

/**
 * A page of `GET /v1/access-log` (admins), the newest entries first. One that looked for something rare may be short, or empty, and have a
 * next one all the same.
 */
export type AccessPage = { entries: Array<AccessEntry>, 
/**
 * `cursor` of the next page; null: there are no older entries.
 */
next_cursor: string | null, 
/**
 * How far back this page has looked, where it ended before it was full; null: nothing was left out.
 */
searched_to: string | null, };

/**
 * One row of the access log: what staff read, what was refused, and what changed outside of tickets.
 */
export type AccessEntry = { 
/**
 * Rises with time.
 */
id: number, at: string, 
/**
 * Null: before sign-in, or an administrator of the database.
 */
user: AccessPerson | null, 
/**
 * One of `GET /v1/access-log/actions`, or of another version.
 */
action: string, ticket: AccessTicket | null, 
/**
 * The code with which it was refused; null: it was done.
 */
refused: string | null, ip: string | null, user_agent: string | null, 
/**
 * What else is kept of it, by its action. Texts end after 1,000 characters with `…`.
 */
detail: Record<string, unknown>, 
/**
 * Whether `detail` is not all that is kept.
 */
detail_cut: boolean, };

/**
 * Who did it, as they are named now.
 */
export type AccessPerson = { id: UserId, name: string | null, email: string | null, };

/**
 * The ticket that it was done to.
 */
export type AccessTicket = { id: TicketId, 
/**
 * Null: there is no such ticket, or it was deleted.
 */
number: TicketNumber | null, };

/**
 * `GET /v1/access-log/actions` (admins): what this version records, by name.
 */
export type AccessActions = { actions: Array<string>, };

/**
 * How a check of the system stands.
 */
export type CheckState = "ok" | "failing" | "unknown";

/**
 * `GET /v1/system` (admins): the instance that answered, and what it knows of the database that all instances share.
 */
export type SystemView = { version: string, 
/**
 * Another one after each start.
 */
instance: string, started_at: string, 
/**
 * When this was found, by the instance's clock.
 */
at: string, 
/**
 * Another version may have more of them, or fewer.
 */
checks: Array<SystemCheck>, 
/**
 * WebSockets of this instance.
 */
connections: number, 
/**
 * Tickets that someone has open through this instance.
 */
rooms: number, 
/**
 * Connections to the database that are in use, those that are idle, and the requests that wait for one.
 */
pool_used: number, pool_idle: number, pool_waiting: number, 
/**
 * Of Postgres, in its own words; null like the next three: the database did not say in time.
 */
database_version: string | null, 
/**
 * What the whole database takes on its disk, in MiB. How much is free there, SQL does not tell.
 */
database_mib: number | null, 
/**
 * How far the database's clock is ahead of the instance's, in milliseconds, less than nothing where it is behind; as exact as the round trip.
 */
clock_offset_ms: number | null, schema_found: SchemaVersion | null, schema_expected: SchemaVersion, 
/**
 * When retention last archived or deleted something; null: not among the newest entries of the access log.
 */
retention_at: string | null, };

/**
 * One thing that is looked at.
 */
export type SystemCheck = { 
/**
 * `database`, `schema`, `migrations`, `relay`, `sweep`, `jobs`, `clock`, `retention`, `instance`, or one of another version.
 */
name: string, state: CheckState, 
/**
 * Why it is failing or unknown, or which of several good states it is in: a word such as `unreachable`.
 */
code: string | null, 
/**
 * Since when this instance has seen it so; null: since it first looked.
 */
since: string | null, };

/**
 * How far the database's schema is.
 */
export type SchemaVersion = { 
/**
 * Of the last migration before which none is missing.
 */
version: number, 
/**
 * Of functions, views, triggers and policies.
 */
generation: number, };

/**
 * How many tickets a person has, without archived ones.
 */
export type TicketTotals = { 
/**
 * Neither resolved nor closed.
 */
open: number, total: number, };

/**
 * `GET /v1/people/{id}` (staff).
 */
export type PersonView = { id: UserId, name: string | null, email: string | null, last_seen_at: string | null, 
/**
 * From their latest action on a ticket of their own.
 */
address: string | null, user_agent: string | null, tickets: TicketTotals, 
/**
 * Blocked people sign in no more. An older server does not say it.
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
 * Those whose customer waits for an answer; counted up to 10,000.
 */
needs_answer: number, 
/**
 * All that are neither resolved nor closed.
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
 * The result for one ticket.
 */
export type BulkResult = { id: TicketId, ok: boolean, 
/**
 * Why it was refused.
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
 * Always `about:blank`; `code` is the machine-readable reason.
 */
type: string, title: string, status: number, code: RejectCode, retry_after_ms?: number, head?: Seq, 
/**
 * With `conflict` of `if_assigned_to`: who has the ticket now, by their first name; absent: it is unassigned.
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
