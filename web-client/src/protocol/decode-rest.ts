// Bodies of REST, narrowed from `unknown`.

import { STAFF_ROLES, type MeView, type MessageStored, type RoleView, type StaffRole } from './generated.ts'
import { decodeCode, decodeEvent, decodeMe } from './decode-event.ts'
import { decodeCustomerTicket, decodeStaffTicket } from './decode-ticket.ts'
import type { CustomerView, EventPage, Page, Problem, StaffView } from './model.ts'
import { count, isObject, list, readable, text, word } from './narrow.ts'

export interface Agent {
  readonly user_id: string
  readonly role: StaffRole
  readonly name: string | null
  readonly email: string | null
}

/** Somebody whom the development mode lets one sign in as. */
export interface DemoPerson {
  readonly name: string
  readonly role: StaffRole | null
  readonly id: string
  readonly email: string | null
}

export interface Self {
  readonly user: MeView['user']
  readonly role: StaffRole | null
}

function page<T>(value: unknown, item: (value: unknown) => T | null): Page<T> | null {
  if (!isObject(value) || !Array.isArray(value['tickets'])) return null
  return { items: readable(value['tickets'], item), next_cursor: text(value['next_cursor']) }
}

export const decodeStaffPage = (value: unknown): Page<StaffView> | null => page(value, decodeStaffTicket)
export const decodeCustomerPage = (value: unknown): Page<CustomerView> | null => page(value, decodeCustomerTicket)

export function decodeEventPage(value: unknown): EventPage | null {
  if (!isObject(value)) return null
  const epoch = text(value['epoch'])
  const head = count(value['head'])
  const events = list(value['events'], decodeEvent)
  if (epoch === null || head === null || events === null) return null
  return { epoch, head, events, more_before: value['more_before'] === true }
}

export function decodeSelf(value: unknown): Self | null {
  if (!isObject(value)) return null
  const user = decodeMe(value['user'])
  return user === null ? null : { user, role: word(STAFF_ROLES, value['role']) }
}

export function decodeAgents(value: unknown): readonly Agent[] | null {
  return list(value, agent)
}

function agent(value: unknown): Agent | null {
  if (!isObject(value)) return null
  const user_id: RoleView['user_id'] | null = text(value['user_id'])
  const role = word(STAFF_ROLES, value['role'])
  return user_id === null || role === null ? null : { user_id, role, name: text(value['name']), email: text(value['email']) }
}

export function decodeMessageStored(value: unknown): MessageStored | null {
  if (!isObject(value)) return null
  const seq = count(value['seq'])
  const at = text(value['at'])
  return seq === null || at === null ? null : { seq, at, duplicate: value['duplicate'] === true }
}

export function decodeDemoPeople(value: unknown): readonly DemoPerson[] | null {
  return list(value, (entry) => {
    if (!isObject(entry)) return null
    const name = text(entry['name'])
    const id = text(entry['id'])
    return name === null || id === null ? null : { name, id, role: word(STAFF_ROLES, entry['role']), email: text(entry['email']) }
  })
}

export function decodeToken(value: unknown): string | null {
  return isObject(value) ? text(value['token']) : null
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
  }
}
