// Sends the first message of a customer, which creates a ticket. This file is loaded when the message is sent. Error texts are loaded only
// after a refusal.

import { sentencesCame } from '../locales/index.ts'
import type { Opened } from '../protocol/decode-first.ts'
import type { Result } from '../rest/request.ts'
import { createOnce, firstTicketOf, type Opening } from './open-once.ts'
import type { TicketDraft } from './ticket-draft.ts'
import { loadFeatures } from './widget-desk.ts'

/** The feature names that the server supports. Null until loaded. */
let known: readonly string[] | null = null

/** Creates the ticket. Returns null if the server's features cannot be loaded, because they determine which fields to send. */
export async function sendFirst(rest: Opening, user: string, draft: TicketDraft): Promise<Result<Opened> | null> {
  known ??= await loadFeatures()
  if (known === null) return null
  const result = await createOnce(rest, user, firstTicketOf(draft, known.includes('derived_subject')))
  // Load the error texts. If loading fails, the widget shows the error code.
  if (!result.ok && result.problem.status > 0) await import('../locales/reasons.ts').then(sentencesCame, () => null)
  return result
}
