// Decodes what the widget reads before it shows a ticket: whether the customer has tickets, error responses, and a newly created ticket.

import { decodeProblem, decodeStatus } from './decoders/first.ts'
import type { MeView } from './generated.ts'
import type { Problem } from './model.ts'
import { isObject } from './narrow.ts'
import { object, string } from './shape-first.ts'

export type Self = MeView

/** Decodes an error response. If the body is not problem+json, for example because a proxy sent it, the code is `unreadable`. */
export function problemOf(status: number, value: unknown): Problem {
  const problem = isObject(value) && 'code' in value ? decodeProblem(value) : undefined
  return problem === undefined ? { status, code: 'unreadable', title: '', retry_after_ms: null, head: null } : { ...problem, status }
}

/** Decodes the parts of a newly created ticket that the widget needs to show it. */
export const decodeOpened = object({ ticket_number: string, status: decodeStatus })
export type Opened = Exclude<ReturnType<typeof decodeOpened>, undefined>

/** Whether a page of tickets contains any ticket. Null if the page cannot be decoded. */
export function decodeHasAny(value: unknown): boolean | null {
  const tickets = isObject(value) ? value['tickets'] : null
  return Array.isArray(tickets) ? tickets.length > 0 : null
}
