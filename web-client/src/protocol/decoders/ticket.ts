// Generated from the types of the crate `core`. A test fails when this file is out of date. This command writes the file again:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.

import { ACTOR_TYPES, CATEGORIES, KINDS, LIMITS, PRIORITIES } from '../generated.ts'
import { all, bool, integer, line, list, name, nullable, number, object, or, readable, string, tagged, title, word } from '../shape.ts'
import { decodeAgentRef, decodeMe, decodeRejectCode, decodeStaffRole, decodeStatus } from './first.ts'

export const decodeActorType = word(ACTOR_TYPES)

export const decodeAudience = word(['customer', 'staff'])

export const decodePriority = word(PRIORITIES)

export const decodeCategory = word(CATEGORIES)

export const decodeKind = word(KINDS)

export const decodeAttachmentState = word(['checking', 'clean', 'not_scanned', 'infected', 'not_scannable', 'gone', 'external'])

export const decodeAttachment = object({
  id: string,
  name: title,
  content_type: or(string, ''),
  size_bytes: or(integer, 0),
  state: or(decodeAttachmentState, 'external'),
  width: nullable(integer),
  height: nullable(integer),
  preview: or(bool, false),
})

export const decodeWireLimits = object({
  body_bytes_max: or(integer, LIMITS.body_bytes_max),
  frame_bytes_max: or(integer, LIMITS.frame_bytes_max),
  attachments_max: or(integer, LIMITS.attachments_max),
  attachment_bytes_max: or(integer, LIMITS.attachment_bytes_max),
  subscriptions_max: or(integer, LIMITS.subscriptions_max),
  frames_per_second: or(integer, LIMITS.frames_per_second),
  typing_interval_ms: or(integer, LIMITS.typing_interval_ms),
  typing_fade_ms: or(integer, LIMITS.typing_fade_ms),
})

export const decodeTicketHead = object({
  ticket: string,
  seq: integer,
})

export const decodeCommonFrame = tagged({
  welcome: object({
    id: integer,
    user: decodeMe,
    role: nullable(decodeStaffRole),
    heartbeat_ms: integer,
    limits: decodeWireLimits,
    features: list(string),
  }),
  ok: object({
    id: integer,
  }),
  ack: object({
    id: integer,
    key: string,
    seq: integer,
    at: string,
    duplicate: or(bool, false),
  }),
  reset: object({
    ticket: string,
    epoch: string,
    head: integer,
  }),
  ping: object({
    heads: list(decodeTicketHead),
  }),
  bye: object({
    retry_after_ms: or(integer, 0),
    reason: or(string, ''),
  }),
  error: object({
    id: nullable(integer),
    code: or(decodeRejectCode, 'unknown'),
    message: or(string, ''),
    retry_after_ms: nullable(integer),
    head: nullable(integer),
  }),
})

export const decodeStaffPerson = object({
  id: nullable(string),
  type: decodeActorType,
  name: nullable(name),
})

export const decodeStaffMessage = object({
  id: string,
  sender_id: nullable(string),
  sender_type: or(decodeActorType, 'system'),
  body: string,
  is_internal: or(bool, false),
  attachments: list(decodeAttachment),
  key: nullable(string),
  created_at: string,
  edited_at: nullable(string),
  redacted_at: nullable(string),
})

export const decodeStaffEvent = object({
  ticket: string,
  seq: integer,
  at: string,
  kind: or(decodeKind, 'unknown'),
  actor: or(decodeStaffPerson, { id: null, type: 'system', name: null }),
  old_value: nullable(line),
  new_value: nullable(line),
  description: nullable(line),
  message: nullable(decodeStaffMessage),
})

export const decodeViewer = object({
  id: string,
  name: nullable(name),
})

export const decodeStaffRead = object({
  person: decodeStaffPerson,
  seq: integer,
})

export const decodeRating = object({
  satisfaction_rating: integer,
  satisfaction_comment: nullable(string),
})

export const decodeLastMessage = object({
  at: string,
  side: or(decodeAudience, 'staff'),
  name: nullable(name),
  snippet: string,
})

export const decodeStaffTicket = object({
  id: string,
  ticket_number: string,
  subject: title,
  category: decodeCategory,
  priority: decodePriority,
  status: decodeStatus,
  user_id: string,
  customer_name: nullable(name),
  customer_email: nullable(string),
  assigned_to: nullable(decodeAgentRef),
  assigned_at: nullable(string),
  rating: nullable(decodeRating),
  created_at: string,
  updated_at: string,
  first_response_at: nullable(string),
  resolved_at: nullable(string),
  closed_at: nullable(string),
  archived_at: nullable(string),
  last_activity_at: string,
  seq: integer,
  read_seq: or(integer, 0),
  last_message: nullable(decodeLastMessage),
  waiting_since: nullable(string),
})

export const decodeTicketMoved = object({
  id: string,
  seq: integer,
  last_activity_at: string,
  last_message: nullable(decodeLastMessage),
  waiting_since: nullable(string),
})

export const decodeTicketStats = object({
  open_tickets: or(integer, 0),
  in_progress_tickets: or(integer, 0),
  waiting_tickets: or(integer, 0),
  escalated_tickets: or(integer, 0),
  resolved_tickets: or(integer, 0),
  closed_tickets: or(integer, 0),
  urgent_tickets: or(integer, 0),
  high_priority_tickets: or(integer, 0),
  unassigned_tickets: or(integer, 0),
  needs_answer_tickets: or(integer, 0),
  avg_resolution_hours: nullable(number),
  tickets_last_24h: or(integer, 0),
  tickets_last_7d: or(integer, 0),
  avg_satisfaction_rating: nullable(number),
})

export const decodeTicketViewers = object({
  ticket: string,
  viewers: list(decodeViewer),
})

export const decodeStaffFrame = tagged({
  subscribed: object({
    id: integer,
    ticket: string,
    epoch: string,
    head: integer,
    events: all(decodeStaffEvent),
    more: or(bool, false),
    reset: or(bool, false),
    viewers: list(decodeViewer),
    reads: list(decodeStaffRead),
  }),
  event: decodeStaffEvent,
  typing: object({
    ticket: string,
    person: decodeStaffPerson,
    on: bool,
    internal: or(bool, false),
  }),
  presence: object({
    ticket: string,
    viewers: list(decodeViewer),
  }),
  read: object({
    ticket: string,
    person: decodeStaffPerson,
    seq: integer,
  }),
  inbox: object({
    tickets: list(decodeStaffTicket),
    moved: list(decodeTicketMoved),
    stats: nullable(decodeTicketStats),
  }),
  inbox_presence: object({
    tickets: list(decodeTicketViewers),
  }),
})

export const decodeCustomerTicket = object({
  id: string,
  ticket_number: string,
  subject: title,
  category: decodeCategory,
  priority: decodePriority,
  status: decodeStatus,
  assignee_name: nullable(name),
  rating: nullable(decodeRating),
  created_at: string,
  resolved_at: nullable(string),
  closed_at: nullable(string),
  archived_at: nullable(string),
  last_activity_at: string,
  seq: integer,
  read_seq: or(integer, 0),
  last_message: nullable(decodeLastMessage),
  waiting_since: nullable(string),
})

export const decodeMessageStored = object({
  seq: integer,
  at: string,
  duplicate: or(bool, false),
})

export const decodeOwnUnread = object({
  tickets: integer,
  messages: or(integer, 0),
})

export const decodeCustomerTicketPage = object({
  tickets: readable(decodeCustomerTicket),
  next_cursor: nullable(string),
})

export const decodeStaffEventPage = object({
  epoch: string,
  head: integer,
  events: all(decodeStaffEvent),
  more_before: or(bool, false),
})

export const decodeNavLink = object({
  label: string,
  href: string,
})

export const decodeClientConfig = object({
  token_url: nullable(string),
  sign_in_url: nullable(string),
  sign_out_url: nullable(string),
  home_url: nullable(string),
  roles_managed_at: nullable(string),
  roles_managed: or(bool, false),
  links: list(decodeNavLink),
  languages: list(string),
  attachments_max: or(integer, LIMITS.attachments_max),
  attachment_bytes_max: or(integer, LIMITS.attachment_bytes_max),
  dev: or(bool, false),
  features: list(string),
})
