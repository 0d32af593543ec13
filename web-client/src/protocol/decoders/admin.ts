// Generated from the types of the crate `core`. A test fails when this file is out of date. This command writes the file again:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.

import { anything, bool, integer, list, name, nullable, number, object, or, readable, record, string, word } from '../shape.ts'

export const decodeErasureProposal = object({
  person: string,
  name: nullable(name),
  email: nullable(string),
  gone_since: string,
  proposed_at: string,
  tickets: integer,
  held: or(bool, false),
})

export const decodeErasureView = object({
  proposals: list(decodeErasureProposal),
  withheld: integer,
})

export const decodeAccessPerson = object({
  id: string,
  name: nullable(name),
  email: nullable(string),
})

export const decodeAccessTicket = object({
  id: string,
  number: nullable(string),
})

export const decodeAccessEntry = object({
  id: integer,
  at: string,
  user: nullable(decodeAccessPerson),
  action: string,
  ticket: nullable(decodeAccessTicket),
  refused: nullable(string),
  ip: nullable(string),
  user_agent: nullable(string),
  detail: record(anything),
  detail_cut: or(bool, false),
})

export const decodeAccessPage = object({
  entries: readable(decodeAccessEntry),
  next_cursor: nullable(string),
  searched_to: nullable(string),
})

export const decodeAccessActions = object({
  actions: list(string),
})

export const decodeCheckState = word(['ok', 'failing', 'unknown'])

export const decodeSystemCheck = object({
  name: string,
  state: or(decodeCheckState, 'unknown'),
  code: nullable(string),
  since: nullable(string),
})

export const decodeSchemaVersion = object({
  version: integer,
  generation: integer,
})

export const decodeSystemView = object({
  version: string,
  instance: string,
  started_at: string,
  at: string,
  checks: list(decodeSystemCheck),
  connections: integer,
  rooms: integer,
  pool_used: integer,
  pool_idle: integer,
  pool_waiting: integer,
  database_version: nullable(string),
  database_mib: nullable(integer),
  clock_offset_ms: nullable(number),
  schema_found: nullable(decodeSchemaVersion),
  schema_expected: decodeSchemaVersion,
  retention_at: nullable(string),
})

export const decodeRetentionKind = word(['archive', 'delete', 'access_log'])

export const decodeRetentionState = word(['waiting', 'acting', 'done', 'stopped', 'expired'])

export const decodeRetentionSettings = object({
  enabled: or(bool, false),
  archive_months: integer,
  delete_months: integer,
  access_log_months: integer,
  share_max_percent: integer,
  day: integer,
  at: string,
  zone: string,
})

export const decodeRetentionNext = object({
  kind: decodeRetentionKind,
  at: string,
})

export const decodeRetentionSkipped = object({
  held: integer,
  open: integer,
  younger: integer,
  undated: integer,
  busy: integer,
  refused: integer,
})

export const decodeRetentionRun = object({
  id: string,
  kind: decodeRetentionKind,
  state: decodeRetentionState,
  period: string,
  months: integer,
  share_max_percent: integer,
  planned_at: string,
  cutoff: string,
  total: integer,
  due: integer,
  skipped: decodeRetentionSkipped,
  changed: integer,
  kept: nullable(decodeRetentionSkipped),
  digest: nullable(string),
  last_entry: nullable(integer),
  reason: nullable(string),
  approved_by: nullable(string),
  approved_at: nullable(string),
  worked_ms: integer,
  done_at: nullable(string),
})

export const decodeRetentionPlan = object({
  kind: decodeRetentionKind,
  months: integer,
  cutoff: string,
  total: integer,
  due: integer,
  skipped: decodeRetentionSkipped,
  oldest: nullable(string),
  needs_approval: or(bool, false),
})

export const decodeRetentionDryRun = object({
  plans: list(decodeRetentionPlan),
})

export const decodeDueTicket = object({
  id: string,
  ticket_number: string,
  subject: string,
  customer_name: nullable(name),
  since: string,
})

export const decodeDueTicketPage = object({
  tickets: readable(decodeDueTicket),
  next_cursor: nullable(string),
})

export const decodeLegalHold = object({
  id: string,
  ticket: nullable(string),
  person: nullable(string),
  ticket_number: nullable(string),
  person_name: nullable(name),
  reason: string,
  set_by: nullable(string),
  set_at: string,
  review_at: nullable(string),
  released_by: nullable(string),
  released_at: nullable(string),
})

export const decodeRetentionView = object({
  settings: decodeRetentionSettings,
  etag: string,
  next: list(decodeRetentionNext),
  runs: list(decodeRetentionRun),
  holds: list(decodeLegalHold),
})

export const decodeLegalHoldPage = object({
  holds: readable(decodeLegalHold),
  next_after: nullable(string),
})

export const decodeJobsHold = object({
  unconfirmed: or(bool, false),
  public_url: string,
  confirmed_public_url: nullable(string),
  confirmed_at: nullable(string),
  clock_jump_ms: nullable(number),
  clock_jumped_at: nullable(string),
})

export const decodeConsumerView = object({
  name: string,
  paused_at: nullable(string),
  handled: integer,
  handled_at: string,
  waiting: integer,
  oldest_at: nullable(string),
  failed: integer,
  held: integer,
})

export const decodeFailedEvent = object({
  consumer: string,
  ticket_id: string,
  ticket_number: nullable(string),
  seq: integer,
  attempts: integer,
  error: string,
  failed_at: string,
  held_at: nullable(string),
})

export const decodeTimerKindView = object({
  kind: string,
  due: integer,
  oldest_at: nullable(string),
  held: integer,
})

export const decodeHeldTimer = object({
  id: integer,
  kind: string,
  ticket_id: string,
  ticket_number: nullable(string),
  key: string,
  due_at: string,
  attempts: integer,
  error: string,
  held_at: string,
})

export const decodeDeliveryKindView = object({
  kind: string,
  due: integer,
  oldest_at: nullable(string),
  in_flight: integer,
  dead: integer,
})

export const decodeScheduleDays = word(['day', 'week', 'month', 'quarter'])

export const decodeScheduleRun = object({
  period: string,
  started_at: string,
  done_at: nullable(string),
  error: nullable(string),
  progress: record(anything),
})

export const decodeScheduleView = object({
  name: string,
  zone: string,
  time: string,
  days: decodeScheduleDays,
  on_day: nullable(integer),
  next_at: string,
  paused_at: nullable(string),
  last_run: nullable(decodeScheduleRun),
})

export const decodeJobsView = object({
  at: string,
  hold: decodeJobsHold,
  consumers: list(decodeConsumerView),
  failed_events: list(decodeFailedEvent),
  timers: list(decodeTimerKindView),
  held_timers: list(decodeHeldTimer),
  deliveries: list(decodeDeliveryKindView),
  schedules: list(decodeScheduleView),
})

export const decodeDeadDelivery = object({
  id: string,
  receiver: string,
  ticket_id: nullable(string),
  ticket_number: nullable(string),
  seq: nullable(integer),
  attempts: integer,
  error: string,
  created_at: string,
  dead_at: string,
})

export const decodeDeadDeliveryPage = object({
  deliveries: readable(decodeDeadDelivery),
  next_cursor: nullable(string),
})

export const decodeDeliveriesReplayed = object({
  replayed: integer,
})
