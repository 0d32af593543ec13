// Creates only one ticket for a message, however often the request is repeated.

import type { Opened } from '../protocol/decode-first.ts'
import { count, isObject, list, parseJson, text } from '../protocol/narrow.ts'
import { isOver } from '../protocol/words.ts'
import type { DescribedTicket } from '../rest/first.ts'
import type { KeyValue } from '../outbox/store.ts'
import type { Result } from '../rest/request.ts'
import { clock, newKey } from './browser.ts'
import { keptText } from './kept-text.ts'
import { BLANK, ticketOf, type TicketDraft } from './ticket-draft.ts'
import { isWritten } from './written.ts'

/**
 * Converts a draft to the request body for a new ticket. If `isDerived` is true, the server derives a missing subject or category, so both are sent
 * only if the person set them. Otherwise, which is so on older servers, a missing subject is filled in here.
 */
export async function firstTicketOf(draft: TicketDraft, isDerived: boolean): Promise<DescribedTicket> {
  const whole = ticketOf(draft)
  const { subject, category, description } = whole
  if (!isDerived) return isWritten(subject) ? whole : { ...whole, subject: (await import('./derived-subject.ts')).derivedSubject(description) }
  return { ...(isWritten(subject) ? { subject } : {}), ...(category === BLANK.category ? {} : { category }), description }
}

/** The REST call that creates a ticket. `key` is the idempotency key. */
export interface Opening {
  createTicket(ticket: DescribedTicket, key: string): Promise<Result<Opened>>
}

/**
 * Creates a ticket only once, even if the response to an earlier request was lost. The same content gets the same idempotency key after a reload, in
 * another tab, or on another device on the same day. A count of created tickets changes the key, so that a deliberate repetition of the same text
 * creates another ticket.
 */
export async function createOnce(rest: Opening, user: string, ticket: DescribedTicket, now = clock.now(), storage?: KeyValue): Promise<Result<Opened>> {
  const [keptKey, opened] = [keptText(user, 'new-ticket-key', storage), openedToday(user, now, storage)]
  const content = JSON.stringify(ticket)
  const key = keyFor(content, keptKey, () => digest(`${user}\n${opened.day}\n${opened.count(content)}\n${content}`))
  let result = await rest.createTicket(ticket, key)
  // If this idempotency key was used for a ticket with other content, or for a ticket that is now resolved or closed, the person wants
  // another ticket: send the request again with a new key.
  if (result.ok ? isOver(result.value.status) : result.problem.code === 'key_reused') {
    keptKey.write('')
    result = await rest.createTicket(ticket, keyFor(content, keptKey, newKey))
  }
  if (result.ok) {
    keptKey.write('')
    opened.add(content)
  }
  return result
}

/** Returns the stored idempotency key if it belongs to the same ticket content. Otherwise creates and stores a new key. */
export function keyFor(content: string, kept: { read(): string; write(next: string): void }, make: () => string): string {
  const last = parseJson(kept.read())
  const [of, key] = isObject(last) ? [text(last['content']), text(last['key'])] : [null, null]
  if (of === content && key !== null) return key
  const next = make()
  kept.write(JSON.stringify({ content, key: next }))
  return next
}

const OPENED_KEPT = 20

/** Counts how many tickets with the same content were created from this browser today. */
function openedToday(user: string, now: number, storage: KeyValue | undefined) {
  const kept = keptText(user, 'new-ticket-opened', storage)
  const day = new Date(now).toISOString().slice(0, 10)
  const value = parseJson(kept.read())
  const known = isObject(value) && value['day'] === day ? (list(value['opened'], entry) ?? []) : []
  const countOf = (content: string) => known.find((one) => one.of === digest(content))?.n ?? 0
  return {
    day,
    count: countOf,
    add: (content: string) => {
      const of = digest(content)
      kept.write(JSON.stringify({ day, opened: [{ of, n: countOf(content) + 1 }, ...known.filter((one) => one.of !== of)].slice(0, OPENED_KEPT) }))
    },
  }
}

function entry(value: unknown): { readonly of: string; readonly n: number } | null {
  const [of, n] = isObject(value) ? [text(value['of']), count(value['n'])] : [null, null]
  return of === null || n === null ? null : { of, n }
}

/**
 * Returns a 128-bit digest of a text, which is the same on every device. Not cryptographic, because `crypto.subtle` is missing on plain
 * HTTP. That is safe, because an author gains nothing from two texts with the same digest.
 */
function digest(of: string): string {
  return [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map((seed) => {
    let hash = seed
    for (let at = 0; at < of.length; at++) hash = Math.imul(hash ^ of.charCodeAt(at), 0x01000193 + (seed & 0xfe))
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0')
  }).join('')
}
