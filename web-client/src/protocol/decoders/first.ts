// Generated from the types of the crate `core`. A test fails when this file is out of date. This command writes the file again:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.

import { REJECT_CODES, STAFF_ROLES, STATUSES } from '../generated.ts'
import { bool, integer, list, name, nullable, object, or, string, tuple, word } from '../shape-first.ts'

export const decodeStaffRole = word(STAFF_ROLES)

export const decodeStatus = word(STATUSES)

export const decodeRejectCode = word(REJECT_CODES, { invalid_move: 'invalid_transition' })

export const decodeMe = object({
  id: string,
  name: nullable(name),
  email: nullable(string),
})

export const decodeAgentRef = object({
  id: string,
  name: nullable(name),
})

export const decodeMeView = object({
  user: decodeMe,
  role: nullable(decodeStaffRole),
})

export const decodeWeekHours = object({
  mon: list(tuple(string, string)),
  tue: list(tuple(string, string)),
  wed: list(tuple(string, string)),
  thu: list(tuple(string, string)),
  fri: list(tuple(string, string)),
  sat: list(tuple(string, string)),
  sun: list(tuple(string, string)),
})

export const decodeHoliday = object({
  date: string,
  name: nullable(name),
  spans: list(tuple(string, string)),
})

export const decodeOpeningHours = object({
  timezone: string,
  days: decodeWeekHours,
  holidays: list(decodeHoliday),
})

export const decodeAvailability = object({
  open: or(bool, true),
  agents_online: or(bool, false),
  opens_at: nullable(string),
  hours: nullable(decodeOpeningHours),
  notice: nullable(string),
  first_answer_s: nullable(integer),
})

export const decodeProblem = object({
  type: or(string, ''),
  title: or(string, ''),
  status: or(integer, 0),
  code: or(decodeRejectCode, 'unknown'),
  retry_after_ms: nullable(integer),
  head: nullable(integer),
  assigned_to: nullable(decodeAgentRef),
})
