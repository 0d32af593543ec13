// The draft of a new ticket. It is stored on this device and shared by all tabs. `open-once.ts` sends it.

import { CATEGORIES, LIMITS, PRIORITIES, type Category, type NewTicket, type Priority } from '../protocol/generated.ts'
import type { KeyValue } from '../outbox/store.ts'
import { isObject, parseJson, text, word } from '../protocol/narrow.ts'
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
  /** The draft that was in the storage when the form for a new ticket was opened. */
  readonly first: TicketDraft
  /** Merges the draft stored by another tab into `here`, this tab's draft. Returns `here` itself if nothing changed. */
  meet(here: TicketDraft): TicketDraft
  /** Whether `here` equals the draft that this tab last read or wrote in the storage. */
  isKept(here: TicketDraft): boolean
  write(next: TicketDraft): void
  /** Whether the storage keeps the draft when the page is closed. */
  isStored(): boolean
}

export const BLANK: TicketDraft = { subject: '', category: 'general', priority: 'medium', description: '' }

export function keptTicketDraft(user: string, storage?: KeyValue): TicketDraftStore {
  const kept = keptText(user, 'new-ticket', storage)
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

/** Returns the draft to show after `sent` was submitted. The text is cleared unless the person has changed it after submitting. */
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

/** Converts a draft to the body of the request that creates the ticket. */
export function ticketOf(draft: TicketDraft): NewTicket & { readonly subject: string } {
  return { ...draft, subject: writtenLine(draft.subject), description: written(draft.description) }
}

export type DraftFault = { readonly kind: 'missing' } | { readonly kind: 'long'; readonly over: number }

/** Returns what is invalid in each field; null for a valid field. A ticket with files needs no description. */
export function faultsOf(draft: TicketDraft, hasFiles = false): { readonly subject: DraftFault | null; readonly description: DraftFault | null } {
  const { subject, description } = ticketOf(draft)
  const fault = (value: string, over: number, isOptional = false): DraftFault | null => (!isWritten(value) ? (isOptional ? null : { kind: 'missing' }) : over > 0 ? { kind: 'long', over } : null)
  return {
    subject: fault(subject, [...subject].length - LIMITS.subject_chars_max),
    description: fault(description, new TextEncoder().encode(description).length - LIMITS.body_bytes_max, hasFiles),
  }
}
