// Bodies that only the team's pages read, narrowed from `unknown`.

import { STAFF_ROLES, type BulkResult, type DeskSettings, type PersonFound, type PersonView, type RoleView, type SavedReply, type StaffRole, type TicketCounts } from './generated.ts'
import { decodeHours, readCode } from './decode-first.ts'
import { decodeStaffTicket } from './decode-ticket.ts'
import { decodePage } from './decode-rest.ts'
import type { Page, StaffView } from './model.ts'
import { count, isObject, list, name, readable, text, word } from './narrow.ts'

export interface Agent {
  readonly user_id: string
  readonly role: StaffRole
  readonly name: string | null
  readonly email: string | null
  /** Blocked people sign in no more, and keep their role. */
  readonly blocked: boolean
}

export const decodeStaffPage = (value: unknown): Page<StaffView> | null => decodePage(value, decodeStaffTicket)

export function decodeAgents(value: unknown): readonly Agent[] | null {
  return list(value, agent)
}

function agent(value: unknown): Agent | null {
  if (!isObject(value)) return null
  const user_id: RoleView['user_id'] | null = text(value['user_id'])
  const role = word(STAFF_ROLES, value['role'])
  return user_id === null || role === null ? null : { user_id, role, name: name(value['name']), email: text(value['email']), blocked: value['blocked'] === true }
}

/** A person with a role that is newer than this client is left out: they are no one to give a role. */
export const decodeFound = (value: unknown): readonly PersonFound[] | null => (Array.isArray(value) ? readable(value, found) : null)

function found(value: unknown): PersonFound | null {
  if (!isObject(value)) return null
  const [user_id, since, role] = [text(value['user_id']), text(value['since']), word(STAFF_ROLES, value['role'])]
  if (user_id === null || since === null || (role === null && (value['role'] ?? null) !== null)) return null
  return { user_id, role, name: name(value['name']), email: text(value['email']), blocked: value['blocked'] === true, since, last_seen_at: text(value['last_seen_at']), subject: text(value['subject']) }
}

export function decodeReply(value: unknown): SavedReply | null {
  if (!isObject(value)) return null
  const [id, shortcut, title, body] = [text(value['id']), text(value['shortcut']), text(value['title']), text(value['body'])]
  if (id === null || shortcut === null || title === null || body === null) return null
  const [folder, owner] = [text(value['folder']), text(value['owner'])]
  return { id, shortcut, title, body, ...(folder === null ? {} : { folder }), ...(owner === null ? {} : { owner }), updated_at: text(value['updated_at']) ?? '' }
}

export const decodeReplies = (value: unknown): readonly SavedReply[] | null => (Array.isArray(value) ? readable(value, decodeReply) : null)

export function decodePersonView(value: unknown): PersonView | null {
  if (!isObject(value)) return null
  const id = text(value['id'])
  const totals = isObject(value['tickets']) ? value['tickets'] : {}
  if (id === null) return null
  return {
    id,
    name: name(value['name']),
    email: text(value['email']),
    last_seen_at: text(value['last_seen_at']),
    address: text(value['address']),
    user_agent: text(value['user_agent']),
    tickets: { open: count(totals['open']) ?? 0, total: count(totals['total']) ?? 0 },
  }
}

export function decodeCounts(value: unknown): TicketCounts | null {
  if (!isObject(value)) return null
  const of = (field: keyof TicketCounts) => count(value[field]) ?? 0
  return { mine: of('mine'), unassigned: of('unassigned'), needs_answer: of('needs_answer'), all: of('all'), urgent: of('urgent'), resolved: of('resolved'), closed: of('closed') }
}

export function decodeBulk(value: unknown): readonly BulkResult[] | null {
  if (!isObject(value)) return null
  return list(value['results'], (entry) => {
    if (!isObject(entry)) return null
    const id = text(entry['id'])
    const code = readCode(entry['code'])
    return id === null ? null : { id, ok: entry['ok'] === true, ...(code === null ? {} : { code }) }
  })
}

export function decodeSettings(value: unknown): DeskSettings | null {
  if (!isObject(value)) return null
  return {
    opening_hours: decodeHours(value['opening_hours']),
    away_notice: text(value['away_notice']),
    reply_assigns: value['reply_assigns'] === true,
  }
}
