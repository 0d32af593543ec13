// What is read before a ticket is there, beyond the types of core: whether there are tickets, why a server refuses, and what was just opened.

import { decodeProblem, decodeStatus } from './decoders/first.ts'
import type { MeView } from './generated.ts'
import type { Problem } from './model.ts'
import { isObject } from './narrow.ts'
import { object, string } from './shape.ts'

export type Self = MeView

/** A refusal; also of a proxy in between, which speaks no problem+json. */
export function problemOf(status: number, value: unknown): Problem {
  const problem = isObject(value) && 'code' in value ? decodeProblem(value) : undefined
  return problem === undefined ? { status, code: 'unreadable', title: '', retry_after_ms: null, head: null } : { ...problem, status }
}

/** What is known of a ticket that was just opened, as far as its writer is led there. */
export const decodeOpened = object({ ticket_number: string, status: decodeStatus })
export type Opened = Exclude<ReturnType<typeof decodeOpened>, undefined>

/** Whether a page of tickets has any. */
export function decodeHasAny(value: unknown): boolean | null {
  const tickets = isObject(value) ? value['tickets'] : null
  return Array.isArray(tickets) ? tickets.length > 0 : null
}
