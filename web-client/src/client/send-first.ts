// Sends the first message of a customer, which creates a ticket. This file is loaded after the first screen. Error texts are loaded only
// after a refusal.

import type { Opened } from '../protocol/decode-first.ts'
import type { KeyValue } from '../outbox/store.ts'
import type { Result } from '../rest/request.ts'
import { storageOr } from './browser.ts'
import { deskConfig } from './desk-config.ts'
import type { FileAccess } from './file-access.ts'
import { createOnce, firstTicketOf, type Opening } from './open-once.ts'
import type { TicketDraft } from './ticket-draft.ts'
import { isWritten } from './written.ts'

/** Creates the ticket. Returns null if the server's features cannot be loaded, because they determine which fields to send. */
export async function sendFirst(rest: Opening, user: string, draft: TicketDraft): Promise<Result<Opened> | null> {
  const config = await deskConfig()
  if (config === null) return null
  const ticket = await firstTicketOf(draft, config.features.includes('derived_subject'))
  // The server derives no subject from files.
  const create = (attachments: object = {}, subject = '') => createOnce(rest, user, { ...(isWritten(draft.description) ? {} : { subject }), ...ticket, ...attachments })
  const access = firstAccess(rest)
  const result = access === null ? await create() : await (await import('./new-ticket-files.ts')).withFiles(access, create)
  // Load the error texts. If loading fails, the widget shows the error code.
  if (!result.ok && result.problem.status > 0) await reasons().catch(() => {})
  return result
}

async function reasons(): Promise<void> {
  const { reasonsCame } = await import('../locales/reasons-came.ts')
  return reasonsCame()
}

let held: { readonly of: object; readonly access: FileAccess } | null = null

/** The access to a person's files. Null if no file can have been chosen. `of`: the person's REST calls, which stand for their sign-in. */
export function firstAccess(of: object): FileAccess | null {
  return held?.of === of ? held.access : null
}

/** Sets the access to a person's files. Disposes the one before it, for example of another person. */
export function holdAccess(of: object, access: FileAccess): FileAccess {
  if (held !== null && held.access !== access) held.access.dispose()
  held = { of, access }
  return access
}

/** Whether this browser has stored files of a first message that was not sent. */
export function hasFirstFiles(user: string, storage: Pick<KeyValue, 'getItem'> = storageOr('localStorage')): boolean {
  return storage.getItem(`helpline.text.${user}.files.new`) !== null
}
