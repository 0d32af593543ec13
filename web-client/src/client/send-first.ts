// Sends the first message of a conversation. This file is loaded when a message is sent; the sentences for refusals only after a refusal.

import { sentencesCame } from '../locales/index.ts'
import type { Opened } from '../protocol/decode-first.ts'
import type { Result } from '../rest/request.ts'
import { createOnce, firstTicketOf, type Opening } from './open-once.ts'
import type { TicketDraft } from './ticket-draft.ts'
import { loadFeatures } from './widget-desk.ts'

/** The desk's features; null until loaded. */
let known: readonly string[] | null = null

/** Null if the desk's features cannot be loaded: without them, it is unknown which fields to send. */
export async function sendFirst(rest: Opening, user: string, draft: TicketDraft): Promise<Result<Opened> | null> {
  known ??= await loadFeatures()
  if (known === null) return null
  const result = await createOnce(rest, user, firstTicketOf(draft, known.includes('derived_subject')))
  // Without these sentences, a refusal is shown by its code.
  if (!result.ok && result.problem.status > 0) await import('../locales/reasons.ts').then(sentencesCame, () => null)
  return result
}
