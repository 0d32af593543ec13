// A ticket being described: kept on this device, one text in all tabs, and one ticket however often it is sent.

import type { Opened } from '../protocol/decode-first.ts'
import { CATEGORIES, LIMITS, PRIORITIES, type Category, type NewTicket, type Priority } from '../protocol/generated.ts'
import { count, isObject, list, parseJson, text, word } from '../protocol/narrow.ts'
import { isOver } from '../protocol/words.ts'
import type { Result } from '../rest/request.ts'
import { clock, newKey } from './browser.ts'
import { keptText } from './kept-text.ts'
import { merged } from './merged-text.ts'
import { isWritten, written, writtenLine } from './written.ts'

export interface TicketDraft {
  readonly subject: string
  readonly category: Category
  readonly priority: Priority
  readonly description: string
}

interface TicketDraftStore {
  /** What was kept when this form was opened. */
  readonly first: TicketDraft
  /** What another tab stored meanwhile and what stands here become one; the same object: nothing came of it. */
  meet(here: TicketDraft): TicketDraft
  /** Whether this is what is stored, as far as is known here. */
  isKept(here: TicketDraft): boolean
  write(next: TicketDraft): void
  /** Whether it outlives the page. */
  isStored(): boolean
}

const BLANK: TicketDraft = { subject: '', category: 'general', priority: 'medium', description: '' }

export function keptTicketDraft(user: string): TicketDraftStore {
  const kept = keptText(user, 'new-ticket')
  let agreed = decodeDraft(kept.read())
  return {
    first: agreed,
    meet(here) {
      const [base, there] = [agreed, decodeDraft(kept.read())]
      agreed = there
      const next = {
        subject: merged(base.subject, here.subject, there.subject),
        description: merged(base.description, here.description, there.description),
        category: here.category === base.category ? there.category : here.category,
        priority: here.priority === base.priority ? there.priority : here.priority,
      }
      return isSame(next, here) ? here : next
    },
    isKept: (here) => isSame(here, agreed),
    write(next) {
      kept.write(next.subject === '' && next.description === '' ? '' : JSON.stringify(next))
      agreed = decodeDraft(kept.read())
    },
    isStored: kept.isStored,
  }
}

/** What is left of it once `sent` is a ticket: all of it, if something was written meanwhile. */
export function afterSent(here: TicketDraft, sent: TicketDraft): TicketDraft {
  return here.subject === sent.subject && here.description === sent.description ? { ...here, subject: '', description: '' } : here
}

function isSame(a: TicketDraft, b: TicketDraft): boolean {
  return a.subject === b.subject && a.description === b.description && a.category === b.category && a.priority === b.priority
}

function decodeDraft(source: string): TicketDraft {
  const value = parseJson(source)
  if (!isObject(value)) return BLANK
  return {
    subject: text(value['subject']) ?? '',
    category: word(CATEGORIES, value['category']) ?? BLANK.category,
    priority: word(PRIORITIES, value['priority']) ?? BLANK.priority,
    description: text(value['description']) ?? '',
  }
}

/** As the server takes it. */
export function ticketOf(draft: TicketDraft): NewTicket & { readonly subject: string } {
  return { ...draft, subject: writtenLine(draft.subject), description: written(draft.description) }
}

export type DraftFault = { readonly kind: 'missing' } | { readonly kind: 'long'; readonly over: number }

/** What is wrong, by its field. */
export function faultsOf(draft: TicketDraft): { readonly subject: DraftFault | null; readonly description: DraftFault | null } {
  const { subject, description } = ticketOf(draft)
  const fault = (value: string, over: number): DraftFault | null => (!isWritten(value) ? { kind: 'missing' } : over > 0 ? { kind: 'long', over } : null)
  return {
    subject: fault(subject, [...subject].length - LIMITS.subject_chars_max),
    description: fault(description, new TextEncoder().encode(description).length - LIMITS.body_bytes_max),
  }
}

/** Opens a ticket under a key. */
export interface Opening {
  createTicket(ticket: NewTicket, key: string): Promise<Result<Opened>>
}

/**
 * The same content is the same ticket: sent again after a reload, in another tab, or on another device on the same day, where the answer
 * was lost. What has been opened from here is counted, so that the same words meant anew open another one.
 */
export async function createOnce(rest: Opening, user: string, ticket: NewTicket, now = clock.now()): Promise<Result<Opened>> {
  const [keptKey, opened] = [keptText(user, 'new-ticket-key'), openedToday(user, now)]
  const content = JSON.stringify(ticket)
  const key = keyFor(content, keptKey, () => digest(`${user}\n${opened.day}\n${opened.count(content)}\n${content}`))
  let result = await rest.createTicket(ticket, key)
  // Another ticket of the same name, or one that has had its answer: this one is meant anew.
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

/** The key of this content, as it was first sent from here. */
export function keyFor(content: string, kept: { read(): string; write(next: string): void }, make: () => string): string {
  const last = parseJson(kept.read())
  const [of, key] = isObject(last) ? [text(last['content']), text(last['key'])] : [null, null]
  if (of === content && key !== null) return key
  const next = make()
  kept.write(JSON.stringify({ content, key: next }))
  return next
}

const OPENED_KEPT = 20

/** How often each content has been opened from this device today. */
function openedToday(user: string, now: number) {
  const kept = keptText(user, 'new-ticket-opened')
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

/** 128 bits of a text, the same on every device; `crypto.subtle` is withheld on plain http, and a second text of the same digest would gain its author nothing. */
function digest(of: string): string {
  return [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map((seed) => {
    let hash = seed
    for (let at = 0; at < of.length; at++) hash = Math.imul(hash ^ of.charCodeAt(at), 0x01000193 + (seed & 0xfe))
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0')
  }).join('')
}
