// Generated from the types of the crate `core`. A test fails when this file is out of date. This command writes the file again:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.

import { all, bool, integer, list, name, nullOnly, nullable, object, or, readable, string, word } from '../shape.ts'
import { decodeOpeningHours, decodeRejectCode, decodeStaffRole } from './first.ts'
import { decodeStaffTicket } from './ticket.ts'

export const decodeRoleView = object({
  user_id: string,
  role: decodeStaffRole,
  name: nullable(name),
  email: nullable(string),
  blocked: or(bool, false),
  online: nullable(bool),
})

export const decodePersonFound = object({
  user_id: string,
  role: nullOnly(decodeStaffRole),
  name: nullable(name),
  email: nullable(string),
  blocked: or(bool, false),
  since: string,
  last_seen_at: nullable(string),
  subject: nullable(string),
})

export const decodeStaffTicketPage = object({
  tickets: readable(decodeStaffTicket),
  next_cursor: nullable(string),
})

export const decodeWidgetPosition = word(['right', 'left'])

export const decodeWidgetSettings = object({
  color: nullable(string),
  team_name: nullable(name),
  greeting: nullable(string),
  position: decodeWidgetPosition,
  logo: nullable(string),
  asks_category: or(bool, false),
  sites: list(string),
})

export const decodeWidgetView = object({
  color: nullable(string),
  team_name: nullable(name),
  greeting: nullable(string),
  position: decodeWidgetPosition,
  logo: nullable(string),
  asks_category: or(bool, false),
})

export const decodeSettingEtags = object({
  opening_hours: string,
  away_notice: string,
  reply_assigns: string,
  widget: string,
})

export const decodeDeskSettings = object({
  opening_hours: nullable(decodeOpeningHours),
  away_notice: nullable(string),
  reply_assigns: or(bool, false),
  widget: nullable(decodeWidgetSettings),
  etags: nullable(decodeSettingEtags),
})

export const decodeSavedReply = object({
  id: string,
  shortcut: string,
  title: string,
  body: string,
  folder: nullable(string),
  owner: nullable(string),
  updated_at: or(string, ''),
  etag: nullable(string),
})

export const decodeLegalHoldScope = word(['ticket', 'person'])

export const decodeTicketTotals = object({
  open: or(integer, 0),
  total: or(integer, 0),
})

export const decodePersonView = object({
  id: string,
  name: nullable(name),
  email: nullable(string),
  last_seen_at: nullable(string),
  address: nullable(string),
  user_agent: nullable(string),
  tickets: decodeTicketTotals,
  blocked: or(bool, false),
})

export const decodeTicketCounts = object({
  mine: or(integer, 0),
  unassigned: or(integer, 0),
  needs_answer: or(integer, 0),
  all: or(integer, 0),
  urgent: or(integer, 0),
  resolved: or(integer, 0),
  closed: or(integer, 0),
})

export const decodeBulkResult = object({
  id: string,
  ok: or(bool, false),
  code: nullable(decodeRejectCode),
})

export const decodeBulkOutcome = object({
  results: all(decodeBulkResult),
})
