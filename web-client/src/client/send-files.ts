// Sends a message with files: waits until they are uploaded, and names their uploads in the message.

import type { Session } from '../connection/session.ts'
import type { Outbox, SendOutcome } from '../outbox/outbox.ts'
import type { Queued } from '../outbox/store.ts'
import type { Code, Problem } from '../protocol/model.ts'
import type { FileAccess } from './file-access.ts'
import { send } from './send.ts'

export async function sendWithFiles(session: Session, access: FileAccess, entry: Queued, outbox: Pick<Outbox, 'entries'>): Promise<SendOutcome> {
  // An older server does not store files. Keep the message until the next connection, which may be to a server that does.
  if (!access.isOffered.peek()) return { kind: 'held', code: 'unknown_field' }
  const files = await access.load()
  const completion = await files.complete(entry.files)
  switch (completion.kind) {
    case 'gone': return { kind: 'later', ms: 0 }
    case 'refused': return { kind: 'refused', code: codeOf(completion.problem) }
    case 'ready': {
      // Its author has discarded the message during the upload, perhaps in another tab.
      if (!outbox.entries().some(({ key }) => key === entry.key)) return { kind: 'later', ms: 0 }
      const outcome = await send(session, entry, completion.ids)
      if (outcome.kind === 'stored') files.release(entry.files)
      return outcome
    }
  }
}

/** Refusals that are about the ticket or the person, with words of their own. Of all others, the message only says that a file is missing. */
const OWN_WORDS: readonly Problem['code'][] = ['ticket_closed', 'ticket_archived', 'forbidden', 'blocked', 'not_found', 'quota_exceeded', 'too_many_uploads']

function codeOf({ code }: Problem): Code {
  return code !== 'unreachable' && code !== 'unreadable' && OWN_WORDS.includes(code) ? code : 'attachment_not_found'
}
