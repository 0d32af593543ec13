// Sends the text that a conversation begins with. Fetched when it is sent; what a server has against a text, when it has.

import { sentencesCame } from '../locales/index.ts'
import type { Opened } from '../protocol/decode-first.ts'
import type { Result } from '../rest/request.ts'
import { createOnce, firstTicketOf, type Opening } from './open-once.ts'
import type { TicketDraft } from './ticket-draft.ts'
import { loadFeatures } from './widget-desk.ts'

/** What the desk can do, by name. */
let known: readonly string[] | null = null

/** Null: the desk cannot be asked what it can do. What is sent must not depend on whether it could. */
export async function sendFirst(rest: Opening, user: string, draft: TicketDraft): Promise<Result<Opened> | null> {
  known ??= await loadFeatures()
  if (known === null) return null
  const result = await createOnce(rest, user, firstTicketOf(draft, known.includes('derived_subject')))
  // Without its words a refusal is told by its code.
  if (!result.ok && result.problem.status > 0) await import('../locales/reasons.ts').then(sentencesCame, () => null)
  return result
}
