// What is read before a ticket is there: who the person is, whether the desk is open, why it refuses; and a ticket that was just opened.

import {
  REJECT_CODES, STAFF_ROLES, STATUSES, type AgentRef, type Availability, type Holiday, type Me, type MeView, type OpeningHours, type RejectCode, type StaffRole, type Status, type WeekHours,
} from './generated.ts'
import type { Code, Problem } from './model.ts'
import { count, isObject, name, readable, text, word } from './narrow.ts'

export function decodeMe(value: unknown): Me | null {
  if (!isObject(value)) return null
  const id = text(value['id'])
  return id === null ? null : { id, name: name(value['name']), email: text(value['email']) }
}

/** A known code; null: none. A server of the previous build calls `invalid_transition` `invalid_move`. */
export function readCode(value: unknown): RejectCode | null {
  return word(REJECT_CODES, value === 'invalid_move' ? 'invalid_transition' : value)
}

export function decodeCode(value: unknown): Code {
  return readCode(value) ?? 'unknown'
}

export interface Self {
  readonly user: MeView['user']
  readonly role: StaffRole | null
}

export function decodeSelf(value: unknown): Self | null {
  if (!isObject(value)) return null
  const user = decodeMe(value['user'])
  return user === null ? null : { user, role: word(STAFF_ROLES, value['role']) }
}

/** A refusal; also of a proxy in between, which speaks no problem+json. */
export function decodeProblem(status: number, value: unknown): Problem {
  if (!isObject(value) || !('code' in value)) return { status, code: 'unreadable', title: '', retry_after_ms: null, head: null }
  return {
    status,
    code: decodeCode(value['code']),
    title: text(value['title']) ?? '',
    retry_after_ms: count(value['retry_after_ms']),
    head: count(value['head']),
    assigned_to: decodeAgentRef(value['assigned_to']),
  }
}

export function decodeAgentRef(value: unknown): AgentRef | null {
  if (!isObject(value)) return null
  const id = text(value['id'])
  return id === null ? null : { id, name: name(value['name']) }
}

const spansOf = (value: unknown) => readable(value, (span): [string, string] | null => {
  const [from, to] = Array.isArray(span) ? [text(span[0]), text(span[1])] : [null, null]
  return from === null || to === null ? null : [from, to]
})

export function decodeHours(value: unknown): OpeningHours | null {
  const days = isObject(value) ? value['days'] : null
  const timezone = isObject(value) ? text(value['timezone']) : null
  if (timezone === null || !isObject(days)) return null
  const of = (day: keyof WeekHours) => spansOf(days[day])
  const week: WeekHours = { mon: of('mon'), tue: of('tue'), wed: of('wed'), thu: of('thu'), fri: of('fri'), sat: of('sat'), sun: of('sun') }
  const holidays = readable(isObject(value) ? value['holidays'] : null, (one): Holiday | null => {
    const date = isObject(one) ? text(one['date']) : null
    if (!isObject(one) || date === null) return null
    const called = text(one['name'])
    return { date, spans: spansOf(one['spans']), ...(called === null ? {} : { name: called }) }
  })
  return { timezone, days: week, ...(holidays.length === 0 ? {} : { holidays }) }
}

export function decodeAvailability(value: unknown): Availability | null {
  if (!isObject(value)) return null
  return {
    open: value['open'] !== false,
    agents_online: value['agents_online'] === true,
    opens_at: text(value['opens_at']),
    hours: decodeHours(value['hours']),
    notice: text(value['notice']),
    first_answer_s: count(value['first_answer_s']),
  }
}

/** What is known of a ticket that was just opened, as far as its writer is led there. */
export interface Opened {
  readonly ticket_number: string
  readonly status: Status
}

export function decodeOpened(value: unknown): Opened | null {
  const [ticket_number, status] = isObject(value) ? [text(value['ticket_number']), word(STATUSES, value['status'])] : [null, null]
  return ticket_number === null || status === null ? null : { ticket_number, status }
}

/** Whether a page of tickets has any. */
export function decodeHasAny(value: unknown): boolean | null {
  const tickets = isObject(value) ? value['tickets'] : null
  return Array.isArray(tickets) ? tickets.length > 0 : null
}
